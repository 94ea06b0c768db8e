//! Missing information (Louis 1982) of histories with a factor: their scores in the groups they may be of.

use crate::numeric::linalg::Square;
use crate::trajectory::tables::lanes;
use crate::trajectory::tables::lasting::block::{BLOCK, Block, Moments};
use crate::trajectory::tables::lasting::pass::{LastingPass, PosteriorsOf};
use crate::trajectory::tables::missing_information::Missing;
use crate::trajectory::tables::shape::MAX_TERMS;
use std::ops::Range;

impl<const NB: usize> LastingPass<'_, NB> {
    /// Minus the missing information of some histories; `offsets` says where each group's score starts.
    pub(crate) fn missing<const Q: usize>(&self, range: Range<usize>, offsets: &[usize], negligible: f64) -> Square {
        let groups = self.shape.groups();
        let mut out = Square::zeros(self.shape.parameters());
        let mut missing = Missing::<Q>::new(offsets, negligible);
        let mut score = vec![0.0; offsets[groups]];
        let mut block = self.block();
        // what was expected by power of age, and the stretch that shares it
        let (mut moments, mut stretch) = (None, None);
        for first in range.clone().step_by(BLOCK) {
            let these = first..(first + BLOCK).min(range.end);
            let p = lanes::dispatch(PosteriorsOf { pass: self, range: these.clone(), block: &mut block });
            for (i, h) in these.enumerate() {
                let p = &p[i].as_flattened()[..groups];
                if p.iter().filter(|&&p| p > negligible).count() > 1 {
                    let histories = self.evaluator.histories;
                    let own = histories.exposure.is_none().then_some(histories.pattern[h]);
                    if own.is_none() || own != stretch {
                        (moments, stretch) = (None, own);
                    }
                    let moments =
                        moments.get_or_insert_with(|| lanes::dispatch(MomentsOf { pass: self, i, block: &block }));
                    lanes::dispatch(ScoresOf {
                        moments,
                        pass: self,
                        h,
                        i,
                        p,
                        negligible,
                        offsets,
                        block: &block,
                        score: &mut score,
                    });
                    missing.push(&mut out, self.evaluator.histories.weight[h], p, &score);
                }
            }
        }
        missing.flush(&mut out);
        out.mirror();
        out
    }
}

/// What was expected of the `i`-th history of a block, by power of age.
struct MomentsOf<'p, 'a, const NB: usize> {
    pass: &'p LastingPass<'a, NB>,
    i: usize,
    block: &'p Block<NB>,
}

impl<const NB: usize> pulp::WithSimd for MomentsOf<'_, '_, NB> {
    type Output = Moments<NB>;
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> Moments<NB> {
        let MomentsOf { pass, i, block } = self;
        pass.moments(simd, &pass.expected(block, i).mean, pass.exposure(block, i))
    }
}

/// Scores of history `h`, the `i`-th of its block, in the groups it may be of.
struct ScoresOf<'p, 'a, const NB: usize> {
    moments: &'p Moments<NB>,
    pass: &'p LastingPass<'a, NB>,
    h: usize,
    i: usize,
    p: &'p [f64],
    negligible: f64,
    offsets: &'p [usize],
    block: &'p Block<NB>,
    score: &'p mut [f64],
}

impl<const NB: usize> pulp::WithSimd for ScoresOf<'_, '_, NB> {
    type Output = ();
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) {
        let ScoresOf { moments, pass, h, i, p, negligible, offsets, block, score } = self;
        let (shape, histories) = (pass.shape, pass.evaluator.histories);
        let rising = &pass.rising[pass.totals.number(h)];
        let term = pass.expected(block, i).term(pass.totals.value(h), rising, &pass.alpha);
        // sum of y u^j, the same in every group
        let mut events = [0.0; MAX_TERMS];
        for &code in histories.cells_of(h) {
            let code = histories.codes[code as usize];
            let powers = &shape.powers[code.interval as usize];
            events.iter_mut().zip(powers).for_each(|(to, power)| *to += f64::from(code.count) * power);
        }
        for (k, _) in p.iter().enumerate().filter(|(_, p)| **p > negligible) {
            let (curve, alpha) = score[offsets[k]..offsets[k + 1]].split_at_mut(shape.rate_terms[k]);
            let factor = term.factor[k / 4][k % 4];
            for (j, to) in curve.iter_mut().enumerate() {
                *to = events[j] - factor * moments[j][k / 4][k % 4];
            }
            alpha[0] = term.alpha[k / 4][k % 4];
        }
    }
}
