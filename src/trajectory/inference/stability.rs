//! Whether the same groups come back in other samples: agreement of bootstrap refits with the original.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::inference::bootstrap::{Bootstrap, quantile};
use serde::Serialize;
use std::fmt;

/// A group is found again in a replicate when its Jaccard similarity is at least this (Hennig 2007; the
/// default of R's fpc::clusterboot).
pub const FOUND_FROM: f64 = 0.75;
/// It is dissolved when it is at most this: no group of the replicate shares more with it than not.
pub const DISSOLVED_TO: f64 = 0.5;

/// How stable a grouping is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Stability {
    /// Replicates with an answer.
    pub replicates: usize,
    /// Replicates without one.
    pub failed: usize,
    /// Starts of each refit; 0 when refits climbed from the original, which cannot find other groups.
    pub starts: usize,
    /// Mean adjusted Rand index with the original grouping of the original persons (Hubert & Arabie 1985).
    pub rand_index: f64,
    /// Its 5 % quantile over replicates.
    pub rand_index_low: f64,
    /// Class by class.
    pub groups: Vec<GroupStability>,
}

/// How stable one class is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupStability {
    /// Mean over replicates of the largest Jaccard similarity with a class of the replicate. From 0.85 highly
    /// stable, from 0.75 stable, from 0.6 a pattern whose members are doubtful (Hennig 2007).
    pub jaccard: f64,
    /// Fraction of replicates in which it is found again: Jaccard at least [`FOUND_FROM`].
    pub found: f64,
    /// Fraction of replicates in which it dissolves: Jaccard at most [`DISSOLVED_TO`].
    pub dissolved: f64,
    /// Mean absolute shift of its share.
    pub share_shift: f64,
    /// Mean absolute shift of its curve over ages, by outcome, relative to the curve's mean absolute value. In a
    /// dual model that of the class's group of each outcome.
    pub curve_shift: Vec<f64>,
}

impl Bootstrap {
    /// How often the replicates keep the same groups.
    ///
    /// Each replicate's model is applied to the original persons, who are assigned to their most likely class
    /// under both models. Use a case bootstrap with full searches ([`crate::trajectory::inference::BootstrapOptions::starts`]) to see
    /// whether a search comes back to these groups.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Untrusted`] when no replicate gave an answer.
    ///
    /// # References
    /// Hennig (2007), Computational Statistics & Data Analysis 52, 258-271.
    pub fn stability(&self) -> Result<Stability> {
        let n = self.replicates.len();
        if n == 0 {
            let why = format!("none of {} replicates gave an answer", self.failed.len());
            return Err(Error::new(ErrorKind::Untrusted, why));
        }
        let mean = |f: &dyn Fn(&crate::trajectory::inference::resample::Replicate) -> f64| {
            self.replicates.iter().map(f).sum::<f64>() / n as f64
        };
        let mut rand: Vec<f64> = self.replicates.iter().map(|r| r.rand_index).collect();
        rand.sort_by(f64::total_cmp);
        let own = self.model.prior(&self.model.typical_x);
        // shifts of curves, by outcome and group
        let shifts: Vec<Vec<f64>> = (0..self.model.spec.outcomes.len())
            .map(|o| (0..self.model.group_count(o)).map(|m| self.curve_shift(o, m)).collect())
            .collect();
        let groups = (0..own.len())
            .map(|c| GroupStability {
                jaccard: mean(&|r| r.jaccard[c]),
                found: mean(&|r| f64::from(u8::from(r.jaccard[c] >= FOUND_FROM))),
                dissolved: mean(&|r| f64::from(u8::from(r.jaccard[c] <= DISSOLVED_TO))),
                share_shift: mean(&|r| (r.shares[c] - own[c]).abs()),
                curve_shift: shifts.iter().enumerate().map(|(o, s)| s[self.model.spec.component_of(o, c)]).collect(),
            })
            .collect();
        Ok(Stability {
            replicates: n,
            failed: self.failed.len(),
            starts: self.options.draws.starts,
            rand_index: rand.iter().sum::<f64>() / n as f64,
            rand_index_low: quantile(&rand, 0.05),
            groups,
        })
    }

    fn curve_shift(&self, outcome: usize, group: usize) -> f64 {
        let own = self.model.curve(outcome, group);
        let level = own.iter().map(|v| v.abs()).sum::<f64>().max(f64::MIN_POSITIVE);
        let shift = |c: &Vec<f64>| c.iter().zip(&own).map(|(a, b)| (a - b).abs()).sum::<f64>() / level;
        let curves = self.curves(outcome, group);
        curves.iter().map(shift).sum::<f64>() / curves.len() as f64
    }
}

impl fmt::Display for Stability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.starts == 0 { "refits from the original" } else { "full searches" };
        write!(
            f,
            "{} replicates ({how}; {} failed): adjusted Rand index {:.2} on average, 5 % of replicates below {:.2}",
            self.replicates, self.failed, self.rand_index, self.rand_index_low
        )?;
        for (c, g) in self.groups.iter().enumerate() {
            let (found, dissolved) = (100.0 * g.found, 100.0 * g.dissolved);
            write!(
                f,
                "; group {}: Jaccard {:.2}, found again in {found:.0} %, dissolved in {dissolved:.0} %",
                c + 1,
                g.jaccard
            )?;
        }
        Ok(())
    }
}
