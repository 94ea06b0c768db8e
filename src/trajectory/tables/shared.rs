//! Parameters that several groups share: a vector or matrix over all blocks, folded to the free parameters.
//!
//! A common dispersion stands in every group's block, so that nothing else needs to know of it; where a step is
//! solved for or parameters are counted, its places are added up. Free parameters lie in the order of the general
//! engine: a shared one where the first group has it.

use crate::numeric::linalg::Square;
use crate::trajectory::tables::shape::Shape;

/// The free parameter of every place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Free {
    of: Vec<usize>,
    count: usize,
}

impl Free {
    pub(crate) fn new(shape: &Shape) -> Free {
        let shared = shape.offset(0) + shape.block(0) - 1;
        let mut count = 0;
        let mut of = vec![0; shape.parameters()];
        let last_of_block = |i: usize| (1..=shape.groups()).any(|k| i + 1 == shape.offset(k));
        for (i, to) in of.iter_mut().enumerate() {
            if shape.common_dispersion && i > shared && last_of_block(i) {
                *to = shared;
            } else {
                *to = count;
                count += 1;
            }
        }
        Free { of, count }
    }

    /// Number of free parameters.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The free parameter of a place.
    pub(crate) fn place(&self, place: usize) -> usize {
        self.of[place]
    }

    pub(crate) fn vector(&self, full: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.count];
        self.of.iter().zip(full).for_each(|(&to, v)| out[to] += v);
        out
    }

    pub(crate) fn matrix(&self, full: &Square) -> Square {
        if self.count == self.of.len() {
            return full.clone();
        }
        let mut out = Square::zeros(self.count);
        for (i, &a) in self.of.iter().enumerate() {
            for (j, &b) in self.of.iter().enumerate() {
                out.add(a, b, full.at(i, j));
            }
        }
        out
    }

    /// A step in the free parameters, written out for every place.
    pub(crate) fn written_out(&self, free: &[f64]) -> Vec<f64> {
        self.of.iter().map(|&i| free[i]).collect()
    }
}
