//! How the sums of a pass lie in one row of numbers, so that adding two is adding numbers.

use crate::trajectory::family::Derivatives;
use crate::trajectory::tables::dispersed::SlopeSums;
use crate::trajectory::tables::shape::Shape;
use crate::trajectory::tables::sums::{AgeSums, EStep};
use std::ops::Range;

/// What a request asks for beyond the sums of every pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Asked {
    /// Whether sums are those of individual time at risk.
    pub(super) at_risk: bool,
    /// Minus the missing information; people whose group is as sure as this are passed over.
    pub(super) missing: Option<f64>,
    /// How well people are placed.
    pub(super) adequacy: bool,
}

/// Sums of the cells of one group at one age.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cells {
    Whole,
    AtRisk,
    Slopes,
}

/// Where what stands in a row: weight and log-likelihood first.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    groups: usize,
    intervals: usize,
    cells: Cells,
    pub(super) mass: Range<usize>,
    sums: Range<usize>,
    curvature: Range<usize>,
    pub(super) missing: Range<usize>,
    /// Weight of the people most likely of each group, the sum of their posterior probabilities, and the entropy.
    pub(super) adequacy: Range<usize>,
}

pub(super) const WEIGHT: usize = 0;
pub(super) const LOG_LIKELIHOOD: usize = 1;

impl Layout {
    pub(super) fn of(shape: &Shape, asked: Asked) -> Layout {
        let (groups, intervals, n) = (shape.groups(), shape.intervals, shape.parameters());
        let cells = match (shape.dispersed(), asked.at_risk) {
            (true, _) => Cells::Slopes,
            (false, true) => Cells::AtRisk,
            (false, false) => Cells::Whole,
        };
        let width = match cells {
            Cells::Whole => 3,
            Cells::AtRisk => 5,
            Cells::Slopes => 14,
        };
        let mut end = 2;
        let mut next = |length: usize| {
            let from = end;
            end += length;
            from..end
        };
        Layout {
            groups,
            intervals,
            cells,
            mass: next(groups),
            sums: next(groups * intervals * width),
            curvature: next(if cells == Cells::AtRisk { groups * intervals * 5 } else { 0 }),
            missing: next(if asked.missing.is_some() { n * n } else { 0 }),
            adequacy: next(if asked.adequacy { 2 * groups + 1 } else { 0 }),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.adequacy.end
    }

    /// Lays down what a pass yielded.
    pub(super) fn put(&self, step: &EStep, weight: f64, row: &mut [f64]) {
        row[WEIGHT] = weight;
        row[LOG_LIKELIHOOD] = step.log_likelihood;
        row[self.mass.clone()].copy_from_slice(&step.mass);
        let sums = step.sums.iter().flat_map(|sums| match *sums {
            AgeSums::Whole { zero, positive, events } => vec![zero, positive, events],
            AgeSums::AtRisk { cells, positive, structural, exposure, events } => {
                vec![cells, positive, structural, exposure, events]
            }
            AgeSums::Slopes(s) => {
                let mut all = s.first.to_vec();
                all.extend(s.second);
                all.extend(s.complete);
                all.extend([s.time, s.events]);
                all
            }
        });
        row[self.sums.clone()].iter_mut().zip(sums).for_each(|(to, from)| *to = from);
        let curvature = step.curvature.iter().flatten();
        let curvature = curvature.flat_map(|d| [d.eta, d.zeta, d.eta_eta, d.eta_zeta, d.zeta_zeta]);
        row[self.curvature.clone()].iter_mut().zip(curvature).for_each(|(to, from)| *to = from);
    }

    /// What a pass over everybody would have yielded.
    pub(super) fn step(&self, row: &[f64]) -> EStep {
        let sums = &row[self.sums.clone()];
        let of = |s: &[f64]| match *s {
            [zero, positive, events] => AgeSums::Whole { zero, positive, events },
            [cells, positive, structural, exposure, events] => {
                AgeSums::AtRisk { cells, positive, structural, exposure, events }
            }
            _ => AgeSums::Slopes(SlopeSums {
                first: std::array::from_fn(|i| s[i]),
                second: std::array::from_fn(|i| s[3 + i]),
                complete: std::array::from_fn(|i| s[9 + i]),
                time: s[12],
                events: s[13],
            }),
        };
        let width = sums.len() / (self.groups * self.intervals);
        let curvature = row[self.curvature.clone()].chunks_exact(5).map(|d| Derivatives {
            eta: d[0],
            zeta: d[1],
            eta_eta: d[2],
            eta_zeta: d[3],
            zeta_zeta: d[4],
        });
        EStep {
            log_likelihood: row[LOG_LIKELIHOOD],
            mass: row[self.mass.clone()].to_vec(),
            sums: sums.chunks_exact(width).map(of).collect(),
            curvature: (self.cells == Cells::AtRisk).then(|| curvature.collect()),
            within: Vec::new(),
        }
    }
}
