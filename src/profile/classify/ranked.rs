//! Weighted values in order, and where a new one falls among them.

use super::own_class::{self, OwnClass};

/// Values from low to high with the weight of all before each.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ranked {
    values: Vec<f64>,
    /// Weight of all values before this one; one more entry than values.
    before: Vec<f64>,
}

impl Ranked {
    pub(super) fn new(mut weighted: Vec<(f64, f64)>) -> Ranked {
        weighted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut before = Vec::with_capacity(weighted.len() + 1);
        let mut sum = 0.0;
        before.push(sum);
        for (_, weight) in &weighted {
            sum += weight;
            before.push(sum);
        }
        Ranked { values: weighted.into_iter().map(|(value, _)| value).collect(), before }
    }

    /// A new value among the people of one class, of whom a set of this coverage keeps so many.
    pub(super) fn own_class(&self, value: f64, coverage: f64) -> OwnClass {
        OwnClass { p: self.rank(value).1, people: self.values.len(), holds: self.held(coverage) }
    }

    /// The part of the weight that a set of this coverage keeps.
    fn held(&self, coverage: f64) -> f64 {
        let total = self.before[self.before.len() - 1];
        let most = own_class::left_out(coverage, total, self.values.len());
        // those before are left out, but for who has the same value
        let first = self.before[1..].partition_point(|upto| *upto <= most);
        let Some(lowest) = self.values.get(first) else { return 1.0 };
        let first = self.values.partition_point(|value| value < lowest);
        (total - self.before[first]) / total
    }

    /// The part of the weight below a new value, and the part at or below it: see [`ends`].
    #[inline]
    pub(super) fn rank(&self, value: f64) -> (f64, f64) {
        let below = self.values.partition_point(|v| *v < value);
        let mut upto = below;
        while upto < self.values.len() && self.values[upto] == value {
            upto += 1;
        }
        let total = self.before[self.before.len() - 1];
        ends(self.before[below], self.before[upto], total, self.values.len())
    }
}

/// From weights below a new value and at or below it, among so many values of a total weight, the same as parts, the
/// new value counted among them with the average weight: the ends between which its rank lies when everyone is drawn
/// alike. 0 and 1 without values.
#[inline]
pub(super) fn ends(below: f64, upto: f64, total: f64, values: usize) -> (f64, f64) {
    if values == 0 || total <= 0.0 {
        return (0.0, 1.0);
    }
    let own = total / values as f64;
    let all = total + own;
    (below / all, ((upto + own) / all).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_value_counts_among_those_it_is_held_against() {
        let ranked = Ranked::new(vec![(2.0, 1.0), (1.0, 1.0), (2.0, 1.0)]);
        assert_eq!(ranked.rank(0.0), (0.0, 0.25));
        assert_eq!(ranked.rank(2.0), (0.25, 1.0));
        assert_eq!(ranked.rank(3.0), (0.75, 1.0));
        assert_eq!(Ranked::new(vec![]).rank(1.0), (0.0, 1.0));
    }
}
