//! Missing information of the histories that are not clearly of one group (Louis 1982, see `information`):
//! minus the posterior covariance of the score, summed pair of groups by pair of groups.
//!
//! Half of a search's time went here when histories were added one by one to the whole matrix. Held back and
//! added a few dozen at a time, the four columns of a tile stay in registers; every element still receives its
//! terms in the order of the histories, so the bits are the same.

use crate::numeric::linalg::Square;

/// Histories held back before they are added: their scores fit into the first cache.
const HELD: usize = 48;

/// Scores of a few histories, group by group, each in `Q` lanes of four.
pub(crate) struct Missing<'a, const Q: usize> {
    /// Where each group's score starts, and the end.
    offsets: &'a [usize],
    negligible: f64,
    weight: Vec<f64>,
    /// Posterior probabilities, history after history.
    posterior: Vec<f64>,
    /// Scores, group after group, [`HELD`] histories each; zero where the group is out of the question.
    scores: Vec<[[f64; 4]; Q]>,
    /// `weight * posterior * score` of the group at hand, and the numbers of the histories that may be of it.
    left: Vec<[[f64; 4]; Q]>,
    active: Vec<usize>,
}

impl<'a, const Q: usize> Missing<'a, Q> {
    pub(crate) fn new(offsets: &'a [usize], negligible: f64) -> Self {
        let groups = offsets.len() - 1;
        Missing {
            offsets,
            negligible,
            weight: Vec::with_capacity(HELD),
            posterior: Vec::with_capacity(HELD * groups),
            scores: vec![[[0.0; 4]; Q]; HELD * groups],
            left: vec![[[0.0; 4]; Q]; HELD],
            active: Vec::with_capacity(HELD),
        }
    }

    fn groups(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Takes a history with weight `w`, posterior probabilities `p` and scores `s` of all groups, end to end.
    pub(crate) fn push(&mut self, out: &mut Square, w: f64, p: &[f64], s: &[f64]) {
        let h = self.weight.len();
        self.weight.push(w);
        self.posterior.extend_from_slice(p);
        for (k, &p) in p.iter().enumerate() {
            let to = self.scores[k * HELD + h].as_flattened_mut();
            to.fill(0.0);
            if p > self.negligible {
                let from = &s[self.offsets[k]..self.offsets[k + 1]];
                to[..from.len()].copy_from_slice(from);
            }
        }
        if self.weight.len() == HELD {
            self.flush(out);
        }
    }

    /// Adds what is held back (lower triangle).
    pub(crate) fn flush(&mut self, out: &mut Square) {
        crate::trajectory::tables::lanes::dispatch(Flush { missing: self, out });
        self.weight.clear();
        self.posterior.clear();
    }

    #[inline(always)]
    fn add(&mut self, out: &mut Square) {
        let (groups, first) = (self.groups(), self.groups() - 1);
        for (p, &w) in self.posterior.chunks_exact(groups).zip(&self.weight) {
            for a in 1..groups {
                for b in 1..=a {
                    let diagonal = if a == b { p[a] } else { 0.0 };
                    out.add(a - 1, b - 1, -w * (diagonal - p[a] * p[b]));
                }
            }
        }
        for k in 0..groups {
            self.active.clear();
            for h in 0..self.weight.len() {
                let p = self.posterior[h * groups + k];
                if p > self.negligible {
                    self.active.push(h);
                    let factor = self.weight[h] * p;
                    for q in 0..Q {
                        for l in 0..4 {
                            self.left[h][q][l] = factor * self.scores[k * HELD + h][q][l];
                        }
                    }
                }
            }
            let rows = self.offsets[k + 1] - self.offsets[k];
            let others =
                |h: usize| (0..groups).filter(|&l| l != k).map(|l| self.posterior[h * groups + l]).sum::<f64>();
            for from in (0..first).step_by(4) {
                let share = |h: usize| {
                    let column = |c: usize| match from + c {
                        a if a >= first => 0.0,
                        a if a + 1 == k => -others(h),
                        a => self.posterior[h * groups + a + 1],
                    };
                    Some((1.0, [column(0), column(1), column(2), column(3)]))
                };
                self.tile(out, [first + self.offsets[k], rows], [from, (first - from).min(4)], share);
            }
            for l in 0..=k {
                let columns = self.offsets[l + 1] - self.offsets[l];
                for q in 0..columns.div_ceil(4) {
                    let score = |h: usize| {
                        let p = if l == k { -others(h) } else { self.posterior[h * groups + l] };
                        (l == k || p > self.negligible).then(|| (p, self.scores[l * HELD + h][q]))
                    };
                    let at = first + self.offsets[l] + 4 * q;
                    self.tile(out, [first + self.offsets[k], rows], [at, (columns - 4 * q).min(4)], score);
                }
            }
        }
    }

    /// Adds `left * factor * right` of the histories at hand to up to four columns of one group's rows. Within
    /// the group's own block this also writes above the diagonal, which the caller mirrors over.
    #[inline(always)]
    fn tile(
        &self,
        out: &mut Square,
        [row, rows]: [usize; 2],
        [column, columns]: [usize; 2],
        right: impl Fn(usize) -> Option<(f64, [f64; 4])>,
    ) {
        let mut sum = [[[0.0; 4]; 4]; Q];
        for i in 0..rows {
            let from = &out.row_mut(row + i)[column..column + columns];
            sum[i / 4][i % 4][..columns].copy_from_slice(from);
        }
        for &h in &self.active {
            let Some((factor, right)) = right(h) else { continue };
            for (sum, left) in sum.iter_mut().zip(&self.left[h]) {
                for (sum, left) in sum.iter_mut().zip(left) {
                    let left = left * factor;
                    sum.iter_mut().zip(&right).for_each(|(sum, right)| *sum += left * right);
                }
            }
        }
        for i in 0..rows {
            let to = &mut out.row_mut(row + i)[column..column + columns];
            to.copy_from_slice(&sum[i / 4][i % 4][..columns]);
        }
    }
}

struct Flush<'m, 'a, const Q: usize> {
    missing: &'m mut Missing<'a, Q>,
    out: &'m mut Square,
}

impl<const Q: usize> pulp::NullaryFnOnce for Flush<'_, '_, Q> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.missing.add(self.out);
    }
}
