//! Missing information (Louis 1982) of histories with individual time at risk.

use crate::numeric::linalg::Square;
use crate::trajectory::tables::dispersed::at_risk::{AtRisk, Scratch};
use crate::trajectory::tables::missing_information::Missing;
use crate::trajectory::tables::wide::{WIDTH, dot, sum};
use std::ops::Range;

impl AtRisk<'_> {
    /// Minus the missing information of some histories; `columns` holds the powers of age, power after power
    /// and filled up to whole vectors, and
    /// `offsets` where each group's score starts.
    pub(crate) fn missing<const Q: usize>(
        &self,
        range: Range<usize>,
        columns: &[f64],
        offsets: &[usize],
        negligible: f64,
    ) -> Square {
        let mut out = Square::zeros(self.shape.parameters());
        let mut missing = Missing::<Q>::new(offsets, negligible);
        let mut scratch = self.scratch();
        let mut score = vec![0.0; offsets[self.shape.groups()]];
        let arch = pulp::Arch::new();
        for h in range {
            let uncertain = arch.dispatch(ScoresOf {
                pass: self,
                h,
                columns,
                offsets,
                negligible,
                scratch: &mut scratch,
                score: &mut score,
            });
            if uncertain {
                missing.push(&mut out, self.evaluator.histories.weight[h], &scratch.p, &score);
            }
        }
        missing.flush(&mut out);
        out.mirror();
        out
    }
}

/// Scores of one history in the groups it may be of; false when that is one group.
struct ScoresOf<'p, 'a> {
    pass: &'p AtRisk<'a>,
    h: usize,
    columns: &'p [f64],
    offsets: &'p [usize],
    negligible: f64,
    scratch: &'p mut Scratch,
    score: &'p mut [f64],
}

impl pulp::NullaryFnOnce for ScoresOf<'_, '_> {
    type Output = bool;
    #[inline(always)]
    fn call(self) -> bool {
        let ScoresOf { pass, h, columns, offsets, negligible, scratch, score } = self;
        pass.posterior(h, scratch);
        if scratch.p.iter().filter(|&&p| p > negligible).count() < 2 {
            return false;
        }
        let n = pass.shape.intervals.next_multiple_of(WIDTH);
        for k in 0..pass.shape.groups() {
            if scratch.p[k] <= negligible {
                continue;
            }
            pass.first(h, k, scratch);
            let (rate, rest) = score[offsets[k]..offsets[k + 1]].split_at_mut(pass.shape.rate_terms[k]);
            let (zero, dispersion) = rest.split_at_mut(pass.shape.zero_terms[k]);
            let column = |j: usize| &columns[j * n..(j + 1) * n];
            rate.iter_mut().enumerate().for_each(|(j, s)| *s = dot(&scratch.eta, column(j)));
            zero.iter_mut().enumerate().for_each(|(j, s)| *s = dot(&scratch.zeta, column(j)));
            dispersion.iter_mut().for_each(|s| *s = sum(&scratch.alpha));
        }
        true
    }
}
