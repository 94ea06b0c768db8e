//! Counts of people that say where a record lies among them.

use super::law::PROFILES;
use super::peers::{Asked, TIE};
use super::people::{BLOCK, Column};
use super::seen::{Records, Seen};
use crate::numeric::vexp;
use crate::profile::classify::ranked::ends;

pub(super) fn total(column: &Column) -> f64 {
    column.iter().sum()
}

/// What is asked of people of one profile.
pub(super) struct Question {
    k: usize,
    clear: f64,
    /// Their odds lie at most as high as these when they are no higher than the record's.
    odds: f64,
    group: usize,
    /// `ln P(record)`, with what all profiles weigh.
    total: f64,
    /// `P(record)` in the nearest group with what that weighs, over the same of all.
    nearest: f64,
    /// One over what each profile weighs.
    over_weight: [f64; PROFILES],
}

impl Question {
    pub(super) fn new(
        k: usize,
        asked: &Asked,
        shares: &[f64; PROFILES],
        whole: f64,
        weights: &[f64; PROFILES],
    ) -> Question {
        let (group, nearest) = asked.nearest;
        let total = asked.total + whole;
        Question {
            k,
            clear: asked.clear,
            odds: (asked.ln_odds[k] + TIE).exp(),
            group,
            total,
            nearest: (nearest + shares[group] - total).exp(),
            over_weight: weights.map(|weight| 1.0 / weight),
        }
    }
}

/// Counts of people of one profile: a sum for each place in a block, so that people side by side are looked at at once.
pub(super) struct Tally {
    pub(super) people: f64,
    /// Whose nearest group is that of the record.
    pub(super) near: Column,
    /// Of these, whose record is less probable, and at most as probable.
    pub(super) near_below: Column,
    pub(super) near_upto: Column,
    /// The same of all.
    pub(super) below: Column,
    pub(super) upto: Column,
    /// Whose posterior of their own profile is at most as high.
    pub(super) own_upto: Column,
    /// Their odds of it, each with a weight of 1.
    pub(super) own_odds: Vec<(f64, f64)>,
    pub(super) own_posterior: Column,
    pub(super) clear: Column,
    pub(super) right: Column,
    /// By other profile: who are told to be of their own, twice, or once when it is a tie.
    pub(super) told: [Column; PROFILES],
}

impl Tally {
    pub(super) fn new() -> Tally {
        let none = [0.0; BLOCK];
        Tally {
            people: 0.0,
            near: none,
            near_below: none,
            near_upto: none,
            below: none,
            upto: none,
            own_upto: none,
            own_odds: Vec::new(),
            own_posterior: none,
            clear: none,
            right: none,
            told: [none; PROFILES],
        }
    }

    #[allow(clippy::needless_range_loop)] // columns side by side, place by place, are vector code
    #[inline(always)]
    pub(super) fn add(&mut self, question: &Question, seen: &Seen<'_>, records: &Records, people: usize) {
        let Question { k, group, .. } = *question;
        let (least, most) = (1.0 - TIE, 1.0 + TIE);
        let count = |yes: bool| if yes { 1.0 } else { 0.0 };
        let mut parts = [[0.0; BLOCK]; PROFILES];
        let mut tops = [0.0; BLOCK];
        for i in 0..people {
            let mut top = records.ln[0][i];
            for l in 1..PROFILES {
                top = if records.ln[l][i] > top { records.ln[l][i] } else { top };
            }
            tops[i] = top;
        }
        for l in 0..PROFILES {
            let (goes_on, stops) = (seen.goes_on[l], seen.stops[l]);
            for i in 0..people {
                let stops = if records.after[i] > 0.0 { 0.0 } else { stops * records.within[l][i] };
                parts[l][i] = vexp::exp(records.ln[l][i] - tops[i]) * (goes_on + stops);
            }
        }
        let own = &parts[k];
        let others: [f64; PROFILES] = std::array::from_fn(|l| if l == k { 0.0 } else { 1.0 });
        let (mut sums, mut highest, mut best) = ([0.0; BLOCK], parts[0], [0.0; BLOCK]);
        let mut odds = [(0.0, 1.0); BLOCK];
        for i in 0..people {
            sums[i] = (parts[0][i] + parts[1][i]) + (parts[2][i] + parts[3][i]);
            let rest = (parts[0][i] * others[0] + parts[1][i] * others[1])
                + (parts[2][i] * others[2] + parts[3][i] * others[3]);
            self.own_upto[i] += count(own[i] <= question.odds * rest);
            odds[i].0 = own[i] / rest;
            self.own_posterior[i] += own[i] / sums[i];
            self.clear[i] += count(own[i] >= question.clear * sums[i]);
        }
        self.own_odds.extend_from_slice(&odds[..people]);
        for l in 1..PROFILES {
            for i in 0..people {
                best[i] = if parts[l][i] > highest[i] { l as f64 } else { best[i] };
                highest[i] = if parts[l][i] > highest[i] { parts[l][i] } else { highest[i] };
            }
        }
        for i in 0..people {
            self.right[i] += count(best[i] == k as f64);
            // P(record) of the one asked for, on the scale of this person's
            let asked = question.total - tops[i];
            let asked = vexp::exp(if asked > 709.0 { 709.0 } else { asked });
            self.below[i] += count(sums[i] < asked * least);
            self.upto[i] += count(sums[i] <= asked * most);
            let near = count(best[i] == group as f64);
            let asked = asked * question.nearest;
            self.near[i] += near;
            self.near_below[i] += near * count(highest[i] < asked * least);
            self.near_upto[i] += near * count(highest[i] <= asked * most);
        }
        for l in 0..PROFILES {
            for i in 0..people {
                let mine = own[i] * question.over_weight[k];
                let lead = mine - parts[l][i] * question.over_weight[l];
                self.told[l][i] += count(lead > TIE * mine) + count(lead >= -TIE * mine);
            }
        }
        self.people += people as f64;
    }
}

/// Weights of values below one and at most as high.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Weighed {
    pub(super) values: f64,
    pub(super) weight: f64,
    pub(super) below: f64,
    pub(super) upto: f64,
}

impl Weighed {
    /// Adds so many values of one weight.
    pub(super) fn add(&mut self, weight: f64, values: f64, below: f64, upto: f64) {
        self.values += values;
        self.weight += weight * values;
        self.below += weight * below;
        self.upto += weight * upto;
    }

    pub(super) fn ends(self) -> (f64, f64) {
        ends(self.below, self.upto, self.weight, self.values as usize)
    }
}
