//! Observed against expected by group of risk, and the test of Hosmer and Lemeshow.

use super::super::runs::{Ordered, Run};
use super::super::undefined::{Defined, Undefined};
use crate::numeric::p_values::chi_square_upper;
use crate::validation::fairness::rate::Rate;

/// People of one range of risk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskGroup {
    /// Lowest risk in it.
    pub lowest: f64,
    /// Highest risk in it.
    pub highest: f64,
    /// Weight of people.
    pub people: f64,
    /// Of those, with the outcome.
    pub observed: f64,
    /// Sum of their risks.
    pub expected: f64,
    /// Sum of squared weights.
    squares: f64,
}

impl RiskGroup {
    fn starting(value: f64) -> RiskGroup {
        RiskGroup { lowest: value, highest: value, people: 0.0, observed: 0.0, expected: 0.0, squares: 0.0 }
    }

    fn add(&mut self, r: &Run) {
        self.highest = r.value;
        self.people += r.size();
        self.observed += r.case;
        self.expected += r.size() * r.value;
        self.squares += r.case_sq + r.control_sq;
    }

    /// The part with the outcome; its intervals do not hang on the unit of sampling weights.
    ///
    /// # Errors
    /// When everybody has weight 0.
    pub fn rate(&self) -> Defined<Rate> {
        Rate::of(self.observed, self.people, self.squares)
    }
}

/// The test of Hosmer and Lemeshow. It depends on the grouping, finds little in few people and too much in many:
/// the last figure to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct HosmerLemeshow {
    /// Groups at the distinct deciles of risk; fewer than ten when values are tied.
    pub groups: Vec<RiskGroup>,
    /// `sum (O - E)^2 / (E (1 - E/N))`; infinite when a group in which every risk is 0 had the outcome, or one in which
    /// every risk is 1 had not.
    pub chi_square: f64,
    /// p-value on new people: as many degrees of freedom as groups; 0 when the sum is infinite.
    pub p_new_people: f64,
    /// p-value on the people the risks were fitted to: two fewer.
    pub p_development: Defined<f64>,
}

/// Cut points at the deciles (type 7: linear between order statistics), without those that stand twice. With sampling
/// weights: the lowest risks at or below which each tenth of the weight lies.
fn deciles(people: &Ordered) -> Vec<f64> {
    if people.weighted {
        return weighted_deciles(people);
    }
    let n = people.people;
    // ranks wanted, and tenths on the way from each to the next
    let wanted: Vec<(usize, usize)> = (0..=10).map(|k| ((n - 1) * k / 10, (n - 1) * k % 10)).collect();
    let ranks: Vec<usize> = {
        let mut all: Vec<usize> = wanted.iter().flat_map(|&(r, _)| [r, (r + 1).min(n - 1)]).collect();
        all.sort_unstable();
        all
    };
    let mut values = Vec::with_capacity(ranks.len());
    let mut before = 0usize;
    people.each(|r| {
        before += r.size() as usize;
        while ranks.get(values.len()).is_some_and(|&rank| rank < before) {
            values.push(r.value);
        }
    });
    let value = |rank: usize| values[ranks.partition_point(|&r| r < rank)];
    let mut cuts: Vec<f64> = wanted
        .iter()
        .map(|&(rank, tenths)| {
            let (a, b) = (value(rank), value((rank + 1).min(n - 1)));
            if tenths == 0 || a == b { a } else { a + (b - a) * tenths as f64 / 10.0 }
        })
        .collect();
    cuts.dedup();
    cuts
}

fn weighted_deciles(people: &Ordered) -> Vec<f64> {
    // weights are added one by one: a tenth reached but for rounding is reached
    let total = people.total() * (1.0 - 1e-12);
    let mut cuts = Vec::with_capacity(11);
    let (mut below, mut last) = (0.0, f64::NAN);
    people.each(|r| {
        below += r.size();
        last = r.value;
        while cuts.len() < 10 && below * 10.0 >= total * cuts.len() as f64 {
            cuts.push(r.value);
        }
    });
    cuts.push(last);
    cuts.dedup();
    cuts
}

/// People by decile of risk: intervals open below and closed above, the lowest included.
pub(crate) fn by_decile(people: &Ordered) -> Vec<RiskGroup> {
    let cuts = deciles(people);
    let mut groups: Vec<RiskGroup> = Vec::new();
    let mut at = 0;
    people.each(|r| {
        // the first cut is the lowest value and opens no group of its own
        let group = cuts[1.min(cuts.len() - 1)..].partition_point(|&c| c < r.value);
        if groups.is_empty() || group != at {
            at = group;
            groups.push(RiskGroup::starting(r.value));
        }
        if let Some(g) = groups.last_mut() {
            g.add(&r);
        }
    });
    groups
}

/// People from each of some rising risks up to the next, and below the first; groups of nobody are left out.
#[cfg(feature = "report")]
pub(crate) fn parted(people: &Ordered, from: &[f64]) -> Vec<RiskGroup> {
    let mut groups: Vec<RiskGroup> = Vec::new();
    let mut at = 0;
    people.each(|r| {
        let group = from.partition_point(|&c| c <= r.value);
        if groups.is_empty() || group != at {
            at = group;
            groups.push(RiskGroup::starting(r.value));
        }
        if let Some(g) = groups.last_mut() {
            g.add(&r);
        }
    });
    groups
}

pub(crate) fn hosmer_lemeshow(people: &Ordered, weighted: bool) -> Defined<HosmerLemeshow> {
    if weighted {
        return Err(Undefined::new("the test is for people without weights"));
    }
    Ok(test_of(by_decile(people)))
}

/// The test by groups that are there.
pub(crate) fn test_of(groups: Vec<RiskGroup>) -> HosmerLemeshow {
    let chi_square: f64 = groups
        .iter()
        .map(|g| {
            let gap = g.observed - g.expected;
            let variance = g.expected * (1.0 - g.expected / g.people);
            if gap == 0.0 { 0.0 } else { gap * gap / variance }
        })
        .sum();
    let k = groups.len();
    let p_development = if k > 2 {
        Ok(chi_square_upper(chi_square, k - 2))
    } else {
        Err(Undefined::new("two groups or fewer leave no degree of freedom"))
    };
    HosmerLemeshow { p_new_people: chi_square_upper(chi_square, k), p_development, groups, chi_square }
}
