//! People drawn from the model who have a record: at least one offence in the time observed.
//!
//! Only they can be classified, so only they are the people to be judged against. They are drawn exactly: first
//! the age of the first offence, from its own distribution, then that age's count given that it is not 0, then the
//! ages after it freely, by the factor that goes with such a first offence where a person keeps one.

use super::cells::Cells;
use super::kept::Past;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A first count is never looked for beyond this; no record comes near it.
const MOST: u32 = 10_000;

/// Sums of probabilities are off by less than this part.
const ROUNDING: f64 = 1e-13;

/// The distribution of the age of the first offence of one group, over the time at risk given.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FirstOffence {
    /// Probability that the first offence falls at this age or before.
    upto: Vec<f64>,
    /// Expected number before this age.
    before: Vec<f64>,
}

impl FirstOffence {
    /// `at_risk` holds the part of each age interval observed at liberty, 0 where none was.
    pub(super) fn new(cells: &Cells, k: usize, at_risk: &[f64]) -> FirstOffence {
        let (mut none_before, mut sum) = (0.0_f64, 0.0);
        let mut expected = 0.0;
        let before = at_risk.iter().enumerate().map(|(t, &e)| {
            let before = expected;
            expected += e * cells.mean(k, t);
            before
        });
        let before: Vec<f64> = before.collect();
        let upto = at_risk
            .iter()
            .enumerate()
            .map(|(t, &e)| {
                let none = cells.ln_none(k, t, e, before[t]);
                sum += none_before.exp() * -none.exp_m1();
                none_before += none;
                sum
            })
            .collect();
        FirstOffence { upto, before }
    }

    /// Probability of a record.
    pub(super) fn probability(&self) -> f64 {
        self.upto.last().copied().unwrap_or(0.0)
    }

    /// Fills in the counts of one person with a record; `None` where nothing was observed.
    pub(super) fn draw(
        &self,
        cells: &Cells,
        k: usize,
        at_risk: &[f64],
        rng: &mut ChaCha8Rng,
        counts: &mut [Option<u32>],
    ) {
        let u = rng.r#gen::<f64>() * self.probability();
        let mut first = self.upto.partition_point(|p| *p <= u).min(at_risk.len() - 1);
        // rounding may point at an age that was not observed
        while first > 0 && at_risk[first] == 0.0 {
            first -= 1;
        }
        let mut factor = 1.0;
        for (t, (count, &e)) in counts.iter_mut().zip(at_risk).enumerate() {
            *count = (e > 0.0).then(|| match t.cmp(&first) {
                std::cmp::Ordering::Less => 0,
                std::cmp::Ordering::Equal => {
                    let count = positive(cells, k, t, e, self.before[t], rng);
                    let expected = self.before[t] + e * cells.mean(k, t);
                    factor = cells.factor(k, Past { total: f64::from(count), expected }, rng);
                    count
                }
                std::cmp::Ordering::Greater => cells.draw(k, t, (factor, e), rng),
            });
        }
    }
}

/// A count given that it is not 0, by adding up probabilities; what rounding leaves over belongs to the last of them.
fn positive(cells: &Cells, k: usize, t: usize, at_risk: f64, before: f64, rng: &mut ChaCha8Rng) -> u32 {
    let all = -cells.ln_none(k, t, at_risk, before).exp_m1();
    let mut left = rng.r#gen::<f64>() * all;
    for y in 1..MOST {
        left -= cells.ln_first(k, t, (y, at_risk), before).exp();
        if left <= ROUNDING * all {
            return y;
        }
    }
    MOST
}
