//! A model compiled to tables: the log-probability of a count in every group at every age.
//!
//! Does not belong here: what is made of the sums (`posterior`, `path`, ..), and drawing whole people (`draw`).

use crate::cohort::builder::PersonRow;
use crate::error::{Error, Result};
use crate::trajectory::family::Family;
use crate::trajectory::kernel::Kernel;
use crate::trajectory::model::TrajectoryModel;
use rand_chacha::ChaCha8Rng;

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
    table: Vec<[f64; WIDE]>,
    /// Probabilities of 0, 1, 2, .. in such an interval, see [`Cells::distribution`]: age after age, a group each.
    distributions: Vec<Vec<f64>>,
}

impl Cells {
    /// # Errors
    /// When the family does not count events: profiles are defined on rates of offending.
    pub(super) fn new(model: &TrajectoryModel) -> Result<Cells> {
        let family = model.family();
        let kernel = match family {
            Family::Poisson => Kernel::Poisson,
            Family::Zip => Kernel::Zip,
            Family::ZipTau => Kernel::ZipTau,
            Family::NegBin => Kernel::NegBin,
            Family::Zinb => Kernel::Zinb,
            Family::NegMultinomial => {
                return Err(Error::options(format!(
                    "in the family {family} the counts of a person hang together within a group; people are placed in such a model by the groups' posteriors, not by a classifier"
                )));
            }
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
        let (table, distributions) = (Vec::new(), Vec::new());
        let mut cells = Cells { groups, ages, width, kernel, predictors, prior, blocks, table, distributions };
        let mut table = vec![[0.0; WIDE]; ages * TABLE * blocks];
        for t in 0..ages {
            for y in 0..TABLE {
                for k in 0..groups {
                    table[(t * TABLE + y) * blocks + k / WIDE][k % WIDE] = cells.ln_p(k, t, y as u32, 1.0);
                }
            }
        }
        cells.table = table;
        cells.distributions = (0..ages * groups).map(|at| cells.spend(at % groups, at / groups)).collect();
        Ok(cells)
    }

    /// `ln P(count)` in group `k` at age interval `t`, of which a part was at liberty.
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
    pub(super) fn distribution(&self, k: usize, t: usize) -> &[f64] {
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

    pub(super) fn draw(&self, k: usize, t: usize, at_risk: f64, rng: &mut ChaCha8Rng) -> u32 {
        self.kernel.draw(self.width * at_risk, &self.predictors[t * self.groups + k], rng) as u32
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
        sums
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

    /// `ln P(no event)` of group `k` over the time at risk given, 0 where nothing was observed.
    pub(super) fn ln_none(&self, k: usize, t: usize, at_risk: f64) -> f64 {
        if at_risk > 0.0 { self.ln_count(k, t, 0, at_risk) } else { 0.0 }
    }
}
