//! A model compiled to tables: the log-probability of a count in every group at every age.
//!
//! Does not belong here: what is made of the sums (`posterior`, `path`, ..), and drawing whole people (`draw`).

use super::kept::{Kept, Past};
use crate::cohort::builder::PersonRow;
use crate::error::{Error, Result};
use crate::trajectory::family::Family;
use crate::trajectory::family::kernel::Kernel;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::model::group::Group;
use rand_chacha::ChaCha8Rng;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Counts below this are looked up; larger ones, and cells not at liberty throughout, are worked out.
const TABLE: usize = 64;

/// Counts of a distribution are followed until all but this much of the probability is spent.
pub(super) const LEFT: f64 = 1e-10;

/// They are not followed beyond this; what is left counts as this many.
pub(super) const MOST: usize = 4000;

/// Groups lie four abreast, so that one addition serves four of them.
pub(super) const WIDE: usize = 4;

/// Blocks of four groups that the most groups of a model take.
const BLOCKS: usize = 8;

/// One number a group.
pub(super) type Lanes = [[f64; WIDE]; BLOCKS];

/// Below this share a logarithm would be no number.
const LEAST: f64 = 1e-300;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cells {
    pub(super) groups: usize,
    pub(super) ages: usize,
    width: f64,
    kernel: Kernel,
    /// Linear predictors, age after age, a group each.
    predictors: Vec<[f64; 3]>,
    /// `ln` of the shares, minus infinity where there is no group.
    prior: Lanes,
    /// Blocks of four groups in use.
    blocks: usize,
    /// Log-probabilities of an interval at liberty: age, count, block.
    table: Arc<[[f64; WIDE]]>,
    /// Probabilities of 0, 1, 2, .. in such an interval, see [`Cells::distribution`]: age after age, a group each.
    distributions: Arc<[Vec<f64>]>,
    /// What a person keeps from age to age, in a family that knows it; the tables are then of a factor of 1.
    kept: Option<Kept>,
    /// Expected counts of an interval at liberty: age after age, by block.
    means: Vec<[f64; WIDE]>,
}

/// The sums of a record as it grows, age by age.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SoFar {
    /// Of the cells alone.
    cells: Lanes,
    total: f64,
    expected: Lanes,
}

impl SoFar {
    fn past(&self, k: usize) -> Past {
        Past { total: self.total, expected: self.expected[k / WIDE][k % WIDE] }
    }
}

impl Cells {
    /// # Errors
    /// When the family does not count events: profiles are defined on rates of offending.
    pub(super) fn new(model: &CountModel) -> Result<Cells> {
        let family = model.family();
        let kernel = match family {
            // given the factor
            Family::Poisson | Family::NegMultinomial => Kernel::Poisson,
            Family::Zip => Kernel::Zip,
            Family::ZipTau => Kernel::ZipTau,
            Family::NegBin => Kernel::NegBin,
            Family::Zinb => Kernel::Zinb,
            Family::Bernoulli | Family::CensoredNormal | Family::Beta => {
                return Err(Error::options(format!(
                    "profiles are defined on rates of offending, which the family {family} does not give"
                )));
            }
        };
        let (groups, ages, blocks) = (model.groups().len(), model.grid().len(), model.groups().len().div_ceil(WIDE));
        let mut predictors = vec![[0.0; 3]; ages * groups];
        let mut prior = [[f64::NEG_INFINITY; WIDE]; BLOCKS];
        for (k, group) in model.groups().iter().enumerate() {
            prior[k / WIDE][k % WIDE] = group.share.ln();
            let curve = model.curve(k);
            for t in 0..ages {
                let (eta, zeta) = (curve.eta[t], curve.zeta[t]);
                let scale = |value: Option<f64>| value.unwrap_or(0.0).max(LEAST).ln();
                predictors[t * groups + k] = match family {
                    Family::Zip => [eta, zeta, 0.0],
                    Family::ZipTau => [eta, scale(group.tau), 0.0],
                    Family::NegBin => [eta, scale(group.dispersion), 0.0],
                    Family::Zinb => [eta, zeta, scale(group.dispersion)],
                    _ => [eta, 0.0, 0.0],
                };
            }
        }
        let width = model.grid().width_years();
        let (table, distributions) = (Arc::default(), Arc::default());
        let kept = (family == Family::NegMultinomial).then(|| {
            let ln_alpha = |g: &Group| g.dispersion.unwrap_or(0.0).max(LEAST).ln();
            Kept::new(&model.groups().iter().map(ln_alpha).collect::<Vec<_>>())
        });
        let means = vec![[0.0; WIDE]; ages * blocks];
        let mut cells =
            Cells { groups, ages, width, kernel, predictors, prior, blocks, table, distributions, kept, means };
        let mut table = vec![[0.0; WIDE]; ages * TABLE * blocks];
        for t in 0..ages {
            for y in 0..TABLE {
                for k in 0..groups {
                    table[(t * TABLE + y) * blocks + k / WIDE][k % WIDE] = cells.ln_p(k, t, y as u32, 1.0);
                }
            }
        }
        cells.table = table.into();
        for (t, k) in (0..ages).flat_map(|t| (0..groups).map(move |k| (t, k))) {
            cells.means[t * blocks + k / WIDE][k % WIDE] = cells.mean(k, t);
        }
        if cells.kept.is_none() {
            cells.distributions = (0..ages * groups).map(|at| cells.spend(at % groups, at / groups)).collect();
        }
        Ok(cells)
    }

    /// The same cells with other shares of the groups.
    pub(super) fn with_shares(&self, shares: impl Iterator<Item = f64>) -> Cells {
        let mut prior = [[f64::NEG_INFINITY; WIDE]; BLOCKS];
        shares.enumerate().for_each(|(k, share)| prior[k / WIDE][k % WIDE] = share.ln());
        Cells { prior, ..self.clone() }
    }

    /// `ln P(count)` in group `k` at age interval `t`, of which a part was at liberty, of somebody with a factor of 1.
    pub(super) fn ln_p(&self, k: usize, t: usize, count: u32, at_risk: f64) -> f64 {
        let o = self.kernel.observation(f64::from(count), self.width * at_risk);
        self.kernel.value(&o, &self.predictors[t * self.groups + k])
    }

    /// The same, looked up where it can be.
    pub(super) fn ln_count(&self, k: usize, t: usize, count: u32, at_risk: f64) -> f64 {
        if at_risk == 1.0 && (count as usize) < TABLE {
            self.table[(t * TABLE + count as usize) * self.blocks + k / WIDE][k % WIDE]
        } else {
            self.ln_p(k, t, count, at_risk)
        }
    }

    /// Expected count of an interval at liberty.
    pub(super) fn mean(&self, k: usize, t: usize) -> f64 {
        let p = &self.predictors[t * self.groups + k];
        // the mean in a unit of exposure, zero part included
        let rate = self.kernel.mean(p).0;
        self.width * rate
    }

    /// Probabilities of 0, 1, 2, .. offences in an interval at liberty; the last of them holds what is left.
    #[inline]
    fn distribution(&self, k: usize, t: usize) -> &[f64] {
        &self.distributions[t * self.groups + k]
    }

    fn spend(&self, k: usize, t: usize) -> Vec<f64> {
        let mut all = Vec::new();
        let mut left = 1.0;
        while left > LEFT && all.len() < MOST {
            let p = self.ln_count(k, t, all.len() as u32, 1.0).exp();
            left -= p;
            all.push(p);
        }
        if let Some(last) = all.last_mut() {
            *last += left.max(0.0);
        }
        all
    }

    /// A count of somebody with this factor, see [`Cells::factor`].
    pub(super) fn draw(&self, k: usize, t: usize, (factor, at_risk): (f64, f64), rng: &mut ChaCha8Rng) -> u32 {
        self.kernel.draw(factor * self.width * at_risk, &self.predictors[t * self.groups + k], rng) as u32
    }

    /// The factor of somebody with this past: 1 in a family that knows none.
    pub(super) fn factor(&self, k: usize, past: Past, rng: &mut ChaCha8Rng) -> f64 {
        self.kept.as_ref().map_or(1.0, |kept| kept.draw(k, past, rng))
    }

    pub(super) fn kept(&self) -> Option<&Kept> {
        self.kept.as_ref()
    }

    /// What a sum over ages starts from: the logarithms of the shares.
    #[inline]
    pub(super) fn prior(&self) -> Lanes {
        self.prior
    }

    /// Adds the log-probabilities of a cell to the sum of every group.
    #[inline]
    pub(super) fn add(&self, sums: &mut Lanes, t: usize, count: u32, at_risk: f64) {
        if at_risk == 1.0 && (count as usize) < TABLE {
            let at = (t * TABLE + count as usize) * self.blocks;
            for (sums, values) in sums.iter_mut().zip(&self.table[at..at + self.blocks]) {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            }
        } else {
            for k in 0..self.groups {
                sums[k / WIDE][k % WIDE] += self.ln_p(k, t, count, at_risk);
            }
        }
    }

    /// Log of share times probability of a whole record, for every group.
    #[inline]
    pub(super) fn joint(&self, row: &PersonRow<'_>) -> Lanes {
        let mut sums = self.prior;
        match row.exposure {
            None => {
                for (t, count) in row.counts.iter().enumerate() {
                    if let Some(count) = *count {
                        self.add(&mut sums, t, count, 1.0);
                    }
                }
            }
            Some(exposure) => {
                for (t, (count, &at_risk)) in row.counts.iter().zip(exposure).enumerate() {
                    if let Some(count) = *count {
                        self.add(&mut sums, t, count, at_risk);
                    }
                }
            }
        }
        if let Some(kept) = &self.kept {
            let (mut total, mut expected) = (0.0, [[0.0; WIDE]; BLOCKS]);
            for (t, count) in row.counts.iter().enumerate() {
                if let Some(count) = *count {
                    total += f64::from(count);
                    self.expect(&mut expected, t, row.exposure.map_or(1.0, |e| e[t]));
                }
            }
            kept.add_excess(&mut sums, total, &expected);
        }
        sums
    }

    fn expect(&self, expected: &mut Lanes, t: usize, at_risk: f64) {
        for (sums, means) in expected.iter_mut().zip(&self.means[t * self.blocks..(t + 1) * self.blocks]) {
            sums.iter_mut().zip(means).for_each(|(sum, mean)| *sum += at_risk * mean);
        }
    }

    /// Nothing seen yet.
    pub(super) fn start(&self) -> SoFar {
        SoFar { cells: self.prior, total: 0.0, expected: [[0.0; WIDE]; BLOCKS] }
    }

    /// A record up to and with its last age.
    pub(super) fn so_far(&self, row: &PersonRow<'_>) -> SoFar {
        let mut sums = self.start();
        for (t, count) in row.counts.iter().enumerate() {
            if let Some(count) = *count {
                self.see(&mut sums, t, count, row.exposure.map_or(1.0, |e| e[t]));
            }
        }
        sums
    }

    /// One more age.
    pub(super) fn see(&self, sums: &mut SoFar, t: usize, count: u32, at_risk: f64) {
        self.add(&mut sums.cells, t, count, at_risk);
        if self.kept.is_some() {
            sums.total += f64::from(count);
            self.expect(&mut sums.expected, t, at_risk);
        }
    }

    /// As [`Cells::joint`], of what was seen so far.
    pub(super) fn joint_so_far(&self, sums: &SoFar) -> Lanes {
        let mut joint = sums.cells;
        if let Some(kept) = &self.kept {
            kept.add_excess(&mut joint, sums.total, &sums.expected);
        }
        joint
    }

    /// `ln P(count)` given what was seen so far.
    pub(super) fn ln_next(&self, k: usize, t: usize, (count, at_risk): (u32, f64), so_far: &SoFar) -> f64 {
        match &self.kept {
            None => self.ln_count(k, t, count, at_risk),
            Some(kept) => kept.ln_next(k, count, at_risk * self.mean(k, t), so_far.past(k)),
        }
    }

    /// What is expected of interval `t` in group `k`, and the probabilities of 0, 1, 2, .. offences in it, given what was
    /// seen so far.
    pub(super) fn ahead(&self, k: usize, t: usize, so_far: &SoFar) -> (f64, Cow<'_, [f64]>) {
        match &self.kept {
            None => (self.mean(k, t), Cow::Borrowed(self.distribution(k, t))),
            Some(kept) => {
                let (past, mean) = (so_far.past(k), self.mean(k, t));
                (mean * kept.factor(k, past), Cow::Owned(kept.distribution(k, mean, past)))
            }
        }
    }

    /// Probabilities of 0, 1, 2, .. offences in these intervals together given what was seen so far, where they are not
    /// those of intervals that are independent within a group.
    pub(super) fn together(&self, k: usize, intervals: Range<usize>, so_far: &SoFar) -> Option<Vec<f64>> {
        let kept = self.kept.as_ref()?;
        Some(kept.distribution(k, intervals.map(|t| self.mean(k, t)).sum(), so_far.past(k)))
    }

    /// Posterior probabilities from such sums, one a group, and the logarithm of the sum of all.
    #[inline]
    pub(super) fn normalise(&self, sums: &Lanes, posterior: &mut [f64]) -> f64 {
        let top = (0..self.blocks).flat_map(|b| sums[b]).fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (k, p) in posterior.iter_mut().enumerate() {
            *p = (sums[k / WIDE][k % WIDE] - top).exp();
            total += *p;
        }
        posterior.iter_mut().for_each(|p| *p /= total);
        top + total.ln()
    }

    /// `ln P(no event)` of group `k` over the time at risk given, 0 where nothing was observed, `expected` events having
    /// been expected before and none seen.
    pub(super) fn ln_none(&self, k: usize, t: usize, at_risk: f64, expected: f64) -> f64 {
        match &self.kept {
            Some(kept) => kept.ln_none(k, at_risk * self.mean(k, t), Past { total: 0.0, expected }),
            None if at_risk > 0.0 => self.ln_count(k, t, 0, at_risk),
            None => 0.0,
        }
    }

    /// `ln P(count)` of the first events, `expected` having been expected before.
    pub(super) fn ln_first(&self, k: usize, t: usize, (count, at_risk): (u32, f64), expected: f64) -> f64 {
        match &self.kept {
            Some(kept) => kept.ln_next(k, count, at_risk * self.mean(k, t), Past { total: 0.0, expected }),
            None => self.ln_p(k, t, count, at_risk),
        }
    }
}
