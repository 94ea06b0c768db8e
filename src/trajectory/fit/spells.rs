//! Do offences come in spells? Within a group a model takes what happens at one age as independent of what happened at
//! the age before; people who stop for years and start again are not like that, however well their group's curve fits.
//!
//! A spell starts at an interval with an event, when the interval before it was observed and had none. With `S` the
//! starts of a person, `E` their expected number in group `k` and `p` the person's posterior probability of that group,
//! the ratio is `sum w p S / sum w p E`: 1 under the model whatever the groups' overlap, below 1 when events lie closer
//! together than it says. Chance is judged as in [`crate::trajectory::fit::spread`], with `f = p (S - E)`.

use crate::trajectory::cells::pass::{Engine, Pass};
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::family::kernel::{Kernel, log_scale};
use crate::trajectory::fit::spread::Residual;
use serde::Serialize;

/// How many spells the people of one group have, beside what the model expects.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SpellStarts {
    /// Number of the outcome, from 0.
    pub outcome: usize,
    /// The group.
    pub group: GroupNumber,
    /// Starts of spells expected, by the model, of the people of the group.
    pub expected: f64,
    /// Starts that were found, over that.
    pub ratio: f64,
    /// How many standard errors that is above 1; below 0 when there are fewer.
    pub z: f64,
}

/// Fewer than this part of the spells expected matters.
const MATTERS: f64 = 0.8;
/// And so far below 1 is no chance: one in a thousand by the normal distribution.
const BEYOND_CHANCE: f64 = -3.1;
/// Fewer spells expected tell nothing.
const LEAST: f64 = 20.0;

impl SpellStarts {
    /// Whether events lie closer together than the model says, by so much that it matters and is no chance.
    pub fn too_few(&self) -> bool {
        self.ratio < MATTERS && self.z < BEYOND_CHANCE && self.expected >= LEAST
    }
}

/// Of every group of every outcome of counts.
pub(crate) fn spells(engine: &Engine<'_>, theta: &[f64], pass: &Pass, residual: &Residual<'_>) -> Vec<SpellStarts> {
    let (cells, classes) = (engine.cells, engine.layout.classes);
    let mut all = Vec::new();
    for (o, block) in engine.layout.blocks.iter().enumerate() {
        if matches!(block.kernel, Kernel::CensoredNormal { .. } | Kernel::Beta) {
            continue;
        }
        let (data, predictors) = (&cells.outcomes[o], engine.predictors(o, theta));
        let groups = block.components.len();
        for m in 0..groups {
            let alpha = if block.factor { log_scale(theta[block.variance_of(m)]).exp() } else { 0.0 };
            let at = |c: u32| &predictors[data.row_of[c as usize] as usize * groups + m];
            let exposure = |c: u32| data.cells[c as usize].exposure;
            // people share cells, and each is worked out once: what is expected, and the probability of no event
            let mean_of = |c: u32| block.kernel.mean(at(c)).0 * exposure(c);
            let gone = |mean: f64| (-(alpha * mean).ln_1p() / alpha).exp();
            let cells_of_data = 0..data.cells.len() as u32;
            let means: Vec<f64> = match block.factor {
                true => cells_of_data.clone().map(mean_of).collect(),
                false => Vec::new(),
            };
            let alone: Vec<f64> = match block.factor {
                true => means.iter().map(|&mean| gone(mean)).collect(),
                false => cells_of_data.map(|c| block.kernel.zero_probability(at(c), exposure(c))).collect(),
            };
            // and at two cells, together
            let neither = |a: usize, b: usize| match block.factor {
                true => gone(means[a] + means[b]),
                false => alone[a] * alone[b],
            };
            let interval = |c: u32| data.interval[data.row_of[c as usize] as usize];
            let (mut found, mut expected) = (0.0, 0.0);
            let f: Vec<(f64, f64)> = (0..cells.len())
                .map(|h| {
                    let p = &pass.posterior[h * classes..(h + 1) * classes];
                    let p: f64 = p.iter().zip(&block.of_class).filter(|(_, of)| **of == m).map(|(p, _)| p).sum();
                    let (mut starts, mut mean) = (0.0, 0.0);
                    for pair in data.of(h).windows(2).filter(|pair| interval(pair[1]) == interval(pair[0]) + 1) {
                        let [before, after] = [0, 1].map(|i| data.cells[pair[i] as usize].y > 0.0);
                        starts += f64::from(u8::from(!before && after));
                        mean += alone[pair[0] as usize] - neither(pair[0] as usize, pair[1] as usize);
                    }
                    found += cells.weight[h] * p * starts;
                    expected += cells.weight[h] * p * mean;
                    (p * (starts - mean), p)
                })
                .collect();
            let se = residual.of(&f);
            let ratio = if expected > 0.0 { found / expected } else { 1.0 };
            let z = if se > 0.0 { (found - expected) / se } else { 0.0 };
            all.push(SpellStarts { outcome: o, group: GroupNumber::of_index(m), expected, ratio, z });
        }
    }
    all
}
