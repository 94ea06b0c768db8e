//! The people a record is judged against: drawn from the model, with a record, observed at the same ages and for
//! the same time at risk.
//!
//! From the same people come the typicality of a record, the calibration of prediction sets, and how well groups can
//! be told apart by an age: three questions about where one record lies among such records.

use super::cells::{Cells, WIDE};
use super::draw::FirstOffence;
use super::ranked::Ranked;
use crate::cohort::builder::PersonRow;
use crate::numeric::streams::stream;

/// Fewest people of each group, however small its share.
pub(super) const FEWEST: usize = 250;

/// What a pattern of observation makes of the model.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    /// Log-probability of a record under the mixture.
    pub(super) mixture: Ranked,
    /// By group: log-probability under that group, among the people whose likeliest group it is.
    pub(super) nearest: Vec<Ranked>,
    /// By class (see [`Classes`]): posterior of the own class, among its people.
    pub(super) own_class: Vec<Ranked>,
    pub(super) separation: Separation,
}

/// How well groups are told apart among such people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Separation {
    /// People drawn.
    pub(super) people: usize,
    /// Share of each group among people with a record.
    pub(super) shares: Vec<f64>,
    /// By group: average posterior of the own group, among its people.
    pub(super) own_posterior: Vec<f64>,
    /// By group: part of its people with at least a clear posterior for it.
    pub(super) clear: Vec<f64>,
    /// Part of all people whose likeliest group is their own.
    pub(super) accuracy: f64,
    /// Groups x groups: part of pairs, one of each, told apart by the best possible reading of a single record
    /// at even odds; 1 on the diagonal.
    pub(super) apart: Vec<Vec<f64>>,
}

/// Groups as the answers of a classification: each profile is one, all groups without a profile together are one more.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Classes {
    /// Class of each group.
    pub(super) of_group: Vec<usize>,
    pub(super) count: usize,
}

impl Classes {
    pub(super) fn posterior(&self, groups: &[f64], class: usize) -> f64 {
        self.of_group.iter().zip(groups).filter(|(c, _)| **c == class).map(|(_, p)| p).sum()
    }
}

/// Which groups are the likeliest: the first of equals, as [`Naming::of_record`](crate::profile::Naming::of_record) has it.
pub(super) fn likeliest(posterior: &[f64]) -> usize {
    let mut best = 0;
    for (k, p) in posterior.iter().enumerate().skip(1) {
        if *p > posterior[best] {
            best = k;
        }
    }
    best
}

impl Separation {
    /// Before anyone is looked at.
    pub(super) fn nobody(groups: usize) -> Separation {
        let none = vec![0.0; groups];
        Separation {
            people: 0,
            shares: none.clone(),
            own_posterior: none.clone(),
            clear: none.clone(),
            accuracy: 0.0,
            apart: vec![none; groups],
        }
    }

    /// From the part of each group's people who are told from another to the part of pairs, one of each.
    pub(super) fn both_ways(&mut self) {
        for a in 0..self.apart.len() {
            self.apart[a][a] = 1.0;
            for b in 0..a {
                let both = 0.5 * (self.apart[b][a] + self.apart[a][b]);
                (self.apart[a][b], self.apart[b][a]) = (both, both);
            }
        }
    }
}

impl Reference {
    /// Draws `people` or a few more. `at_risk` holds the part of each age interval observed at liberty up to the last
    /// observed one, 0 where none was.
    pub(super) fn new(cells: &Cells, classes: &Classes, at_risk: &[f64], people: usize, seed: u64, clear: f64) -> Self {
        let groups = cells.groups;
        let first: Vec<FirstOffence> = (0..groups).map(|k| FirstOffence::new(cells, k, at_risk)).collect();
        let ln_any: Vec<f64> = first.iter().map(|f| f.probability().ln()).collect();
        let share = |k: usize| cells.prior()[k / WIDE][k % WIDE].exp() * first[k].probability();
        let total: f64 = (0..groups).map(share).sum();
        let shares: Vec<f64> = (0..groups).map(|k| if total > 0.0 { share(k) / total } else { 0.0 }).collect();

        let exposure: Vec<f64> = at_risk.iter().map(|&e| if e > 0.0 { e } else { 1.0 }).collect();
        let mut counts = vec![None; at_risk.len()];
        let mut posterior = vec![0.0; groups];
        let mut mixture = Vec::with_capacity(people + groups);
        let mut nearest = vec![Vec::new(); groups];
        let mut own_class = vec![Vec::new(); classes.count];
        let mut separation = Separation::nobody(groups);
        for k in 0..groups {
            // a group without a chance of a record is met by nobody
            if shares[k] <= 0.0 {
                continue;
            }
            let n = ((people as f64 * shares[k]).ceil() as usize).max(FEWEST);
            let weight = shares[k] / n as f64;
            let mut rng = stream(seed, k as u64);
            for _ in 0..n {
                first[k].draw(cells, k, at_risk, &mut rng, &mut counts);
                let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
                let joint = cells.joint(&row);
                let ln_p = |g: usize| joint[g / WIDE][g % WIDE] - cells.prior()[g / WIDE][g % WIDE];
                mixture.push((cells.normalise(&joint, &mut posterior), weight));
                let best = likeliest(&posterior);
                nearest[best].push((ln_p(best), weight));
                let class = classes.of_group[k];
                own_class[class].push((classes.posterior(&posterior, class), weight));
                separation.own_posterior[k] += posterior[k] / n as f64;
                separation.clear[k] += if posterior[k] >= clear { 1.0 / n as f64 } else { 0.0 };
                separation.accuracy += if best == k { weight } else { 0.0 };
                let mine = ln_p(k) - ln_any[k];
                for (other, apart) in separation.apart[k].iter_mut().enumerate() {
                    let theirs = ln_p(other) - ln_any[other];
                    // a tie is told by tossing a coin
                    let told = if mine > theirs { 1.0 } else { 0.5 * f64::from(u8::from(mine == theirs)) };
                    *apart += told / n as f64;
                }
            }
            separation.people += n;
        }
        separation.shares = shares;
        separation.both_ways();
        Reference {
            mixture: Ranked::new(mixture),
            nearest: nearest.into_iter().map(Ranked::new).collect(),
            own_class: own_class.into_iter().map(Ranked::new).collect(),
            separation,
        }
    }
}
