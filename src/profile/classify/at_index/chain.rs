//! Where a posterior at the index offence comes from: what every age added.
//!
//! After the index offence ages are not independent given the profile, for it is not known who stopped; so what an age
//! adds is its probability given all ages before it, and nothing is left over.

use super::law::{Law, PROFILES, STATES};
use super::sight::{Others, Sight, normalise, of_profile};
use crate::cohort::builder::PersonRow;
use crate::profile::classify::explanation::{AgeContribution, Explanation, PathStep};

/// The other offences of interval `t`: those of the row without the index offence.
pub(super) fn others(row: &PersonRow<'_>, sight: &Sight, parted: Option<Others>, t: usize) -> Others {
    let count = row.counts[t].unwrap_or(0);
    match (t == sight.index, parted) {
        (true, Some(others)) => others,
        (true, None) => (count - 1, 0),
        (false, _) => (count, 0),
    }
}

/// Adds up a record over its ages; `sums` begin with the weights of the states and end as the whole.
pub(super) fn add_up(law: &Law, sights: &[Sight], row: &PersonRow<'_>, parted: Option<Others>) -> Vec<[f64; STATES]> {
    sights
        .iter()
        .map(|sight| {
            let mut sums = sight.ln_weight;
            for t in 0..sight.cells.len() {
                let p = sight.ln_p(law, t, others(row, sight, parted, t));
                (0..STATES).for_each(|s| sums[s] += p[s]);
            }
            sums
        })
        .collect()
}

/// The same with every step kept. The prior is that of the profiles and of an index offence where it may lie.
pub(super) fn explain(law: &Law, sights: &[Sight], row: &PersonRow<'_>, parted: Option<Others>) -> Explanation {
    let mut sums: Vec<[f64; STATES]> = sights.iter().map(|sight| sight.ln_weight).collect();
    let each = |sums: &[[f64; STATES]]| -> Vec<f64> { (0..PROFILES).map(|k| of_profile(sums.iter(), k)).collect() };
    let prior = each(&sums);
    let mut before = prior.clone();
    let (mut ages, mut path) = (Vec::new(), Vec::new());
    let mut posterior = vec![0.0; PROFILES];
    let mut total = normalise(sums.iter(), &mut posterior);
    for t in 0..sights.first().map_or(0, |sight| sight.cells.len()) {
        let count = row.counts[t];
        if let Some(offences) = count {
            let with = |sums: &[[f64; STATES]], others: &dyn Fn(&Sight) -> Others| -> Vec<[f64; STATES]> {
                let one = |(sight, sums): (&Sight, &[f64; STATES])| {
                    let p = sight.ln_p(law, t, others(sight));
                    std::array::from_fn(|s| sums[s] + p[s])
                };
                sights.iter().zip(sums).map(one).collect()
            };
            let quiet = (offences > 0).then(|| each(&with(&sums, &|_| (0, 0))));
            sums = with(&sums, &|sight| others(row, sight, parted, t));
            let now = each(&sums);
            let less = |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
            let none = less(quiet.as_ref().unwrap_or(&now), &before);
            let events =
                (0..PROFILES).map(|k| if offences == 0 { 0.0 } else { now[k] - before[k] - none[k] }).collect();
            total = normalise(sums.iter(), &mut posterior);
            let at_risk = row.exposure.map_or(1.0, |e| e[t]);
            ages.push(AgeContribution { interval: t, age: law.grid.start_age(t), offences, at_risk, none, events });
            before = now;
        }
        path.push(PathStep {
            age: law.grid.start_age(t + 1),
            observed: count.is_some(),
            offences: count.unwrap_or(0),
            posterior: posterior.clone(),
        });
    }
    Explanation { prior, ages, path, log_posterior: before.iter().map(|sum| sum - total).collect() }
}
