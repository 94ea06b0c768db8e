//! Isotonic recalibration: the rising step map closest to the outcomes.

use super::super::runs::Ordered;

/// A rising map from risk to recalibrated risk, linear between knots and level outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Isotonic {
    /// Distinct risks, rising.
    pub risks: Vec<f64>,
    /// What each becomes.
    pub values: Vec<f64>,
}

impl Isotonic {
    /// Pools adjacent violators among the means of distinct risks, weighted by their people.
    ///
    /// # References
    /// Ayer, Brunk, Ewing, Reid & Silverman (1955), Annals of Mathematical Statistics 26, 641-647.
    pub(crate) fn of(people: &Ordered) -> Isotonic {
        // blocks of (weight, weight of cases, distinct risks)
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut risks = Vec::new();
        people.each(|r| {
            risks.push(r.value);
            let mut block = (r.size(), r.case, 1);
            while let Some(&(w, c, k)) = blocks.last() {
                // means compared as cross products: equal blocks stay apart or not, the map is the same
                if c * block.0 < block.1 * w {
                    break;
                }
                block = (w + block.0, c + block.1, k + block.2);
                blocks.pop();
            }
            blocks.push(block);
        });
        let values = blocks.iter().flat_map(|&(w, c, k)| std::iter::repeat_n(c / w, k)).collect();
        Isotonic { risks, values }
    }

    /// The same map without the knots that lie within a level stretch.
    pub fn with_fewest_knots(self) -> Isotonic {
        let Isotonic { risks, values } = self;
        let level = |i: usize, j: Option<usize>| j.and_then(|j| values.get(j)).is_some_and(|v| *v == values[i]);
        let kept: Vec<usize> =
            (0..risks.len()).filter(|&i| !(level(i, i.checked_sub(1)) && level(i, Some(i + 1)))).collect();
        Isotonic { risks: kept.iter().map(|&i| risks[i]).collect(), values: kept.iter().map(|&i| values[i]).collect() }
    }

    /// The map at a risk. Outside the range of the risks it was fitted to it is level: nothing was seen there.
    pub fn at(&self, risk: f64) -> f64 {
        let i = self.risks.partition_point(|&r| r < risk);
        let last = self.risks.len() - 1;
        if i > last {
            return self.values[last];
        }
        if i == 0 || self.risks[i] == risk {
            return self.values[i];
        }
        let (a, b) = (self.risks[i - 1], self.risks[i]);
        let (u, v) = (self.values[i - 1], self.values[i]);
        u + (v - u) * (risk - a) / (b - a)
    }
}
