//! Missing information of histories whose cells stand in a table: the score of a history in every group is a sum of
//! entries, as its log-probability is.

use crate::numeric::linalg::Square;
use crate::trajectory::tables::cell_lanes::CellLanes;
use crate::trajectory::tables::lanes::{self, Lanes, lanes};
use crate::trajectory::tables::missing_information::Missing;
use crate::trajectory::tables::pass_table::TablePass;
use std::ops::Range;

pub(crate) struct TableScores<'a, const NB: usize> {
    pass: TablePass<'a, NB>,
    /// First derivatives of each code, less those that its run counts already.
    first: Vec<[Lanes<NB>; 3]>,
    /// Running sums over age of the score of "nothing in any whole interval": `terms` lanes an age.
    prefix: Vec<Lanes<NB>>,
    /// Coefficients of the rate and of the zero part, at most, and of the dispersion.
    terms: [usize; 3],
}

impl<'a, const NB: usize> TableScores<'a, NB> {
    pub(crate) fn new(pass: TablePass<'a, NB>) -> Self {
        let cells = &pass.cells;
        let (shape, codes) = (cells.shape, &cells.occurring.codes);
        let most = |terms: &[usize]| terms.iter().copied().max().unwrap_or(0);
        let terms = [most(&shape.rate_terms), most(&shape.zero_terms), usize::from(shape.dispersed())];
        let all: usize = terms.iter().sum();
        let none: Vec<[Lanes<NB>; 3]> = (0..shape.intervals).map(|t| cells.first(codes.len() + t)).collect();
        let mut prefix = vec![[[0.0; 4]; NB]; (shape.intervals + 1) * all];
        for (t, none) in none.iter().enumerate() {
            let (before, after) = prefix.split_at_mut((t + 1) * all);
            after[..all].copy_from_slice(&before[t * all..]);
            add(&mut after[..all], none, &shape.powers[t], terms);
        }
        let first = (0..codes.len()).map(|c| {
            let mut first = cells.first(c);
            if cells.occurring.in_run(c) {
                let none = &none[codes[c].interval as usize];
                first.iter_mut().zip(none).for_each(|(to, none)| lanes::subtract(to, none));
            }
            first
        });
        let first = first.collect();
        TableScores { pass, first, prefix, terms }
    }

    /// Minus the missing information of some histories; `offsets` says where each group's score starts.
    pub(crate) fn missing<const Q: usize>(&self, range: Range<usize>, offsets: &[usize], negligible: f64) -> Square {
        let cells = &self.pass.cells;
        let histories = self.pass.evaluator.histories;
        let mut out = Square::zeros(cells.shape.parameters());
        let mut missing = Missing::<Q>::new(offsets, negligible);
        let mut score = vec![0.0; offsets[cells.shape.groups()]];
        let mut sums = vec![[[0.0; 4]; NB]; self.terms.iter().sum()];
        self.pass.posteriors(range, &mut |h, p, _| {
            if p.iter().filter(|&&p| p > negligible).count() > 1 {
                lanes::dispatch(ScoresOf { scores: self, h, sums: &mut sums });
                self.by_group(&sums, offsets, &mut score);
                missing.push(&mut out, histories.weight[h], p, &score);
            }
        });
        missing.flush(&mut out);
        out.mirror();
        out
    }

    #[inline(always)]
    fn of_history(&self, h: usize, sums: &mut [Lanes<NB>]) {
        let cells: &CellLanes<'_, NB> = &self.pass.cells;
        let (occurring, all) = (cells.occurring, sums.len());
        sums.fill([[0.0; 4]; NB]);
        for &(from, to) in occurring.runs.of(occurring.pattern[h]) {
            let (before, after) =
                (&self.prefix[from as usize * all..][..all], &self.prefix[to as usize * all..][..all]);
            for (sum, (after, before)) in sums.iter_mut().zip(after.iter().zip(before)) {
                lanes::add(sum, after);
                lanes::subtract(sum, before);
            }
        }
        for &code in occurring.of_history(h) {
            let t = occurring.codes[code as usize].interval as usize;
            add(sums, &self.first[code as usize], &cells.shape.powers[t], self.terms);
        }
    }

    /// From lanes of groups to group after group.
    fn by_group(&self, sums: &[Lanes<NB>], offsets: &[usize], score: &mut [f64]) {
        let shape = self.pass.cells.shape;
        let [rate, zero, _] = self.terms;
        for k in 0..shape.groups() {
            let of = |term: usize| sums[term][k / 4][k % 4];
            let (nb, nz) = (shape.rate_terms[k], shape.zero_terms[k]);
            let to = &mut score[offsets[k]..offsets[k + 1]];
            to.iter_mut().enumerate().for_each(|(i, to)| {
                *to = match i {
                    i if i < nb => of(i),
                    i if i < nb + nz => of(rate + i - nb),
                    _ => of(rate + zero),
                };
            });
        }
    }
}

/// Adds the score of a cell at an age with these powers.
#[inline(always)]
fn add<const NB: usize>(sums: &mut [Lanes<NB>], first: &[Lanes<NB>; 3], powers: &[f64], terms: [usize; 3]) {
    let (rate, rest) = sums.split_at_mut(terms[0]);
    let (zero, dispersion) = rest.split_at_mut(terms[1]);
    for (to, &power) in rate.iter_mut().zip(powers) {
        lanes::add(to, &lanes(|b, l| first[0][b][l] * power));
    }
    for (to, &power) in zero.iter_mut().zip(powers) {
        lanes::add(to, &lanes(|b, l| first[1][b][l] * power));
    }
    for to in dispersion {
        lanes::add(to, &first[2]);
    }
}

/// Compiled for the processor at hand.
struct ScoresOf<'p, 'a, const NB: usize> {
    scores: &'p TableScores<'a, NB>,
    h: usize,
    sums: &'p mut [Lanes<NB>],
}

impl<const NB: usize> pulp::NullaryFnOnce for ScoresOf<'_, '_, NB> {
    type Output = ();
    #[inline(always)]
    fn call(self) {
        self.scores.of_history(self.h, self.sums);
    }
}
