//! Which group to part in two, and where: the likelihood of a model with one group more, worked out for every group and
//! several ways of parting it before any of them is climbed from.
//!
//! Given the other groups, a mixture in which group `k` is replaced by two curves beside its own differs from the one at
//! hand by `k`'s own part only. So one evaluation of the curves gives the likelihood of every such mixture at every
//! division of `k`'s share, and the best division follows from a few steps of EM on shares alone.

use crate::numeric::parallel::Parallel;
use crate::trajectory::forms::scan::Scanned;
use crate::trajectory::spec::MAX_GROUPS;
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::Params;

/// How far the two curves lie from the one they are made of: by level, by slope, by bend.
const WAYS: [(usize, f64); 3] = [(0, 0.6), (1, 0.7), (2, 0.7)];
/// So many ways of parting a group are followed.
pub(super) const FOLLOWED: usize = 4;
/// Steps of EM on the division of a share.
const STEPS: usize = 6;
/// A part of a share that is less than this is no group to begin with.
const LEAST: f64 = 0.05;

/// One way of parting one group.
struct Parted {
    group: usize,
    term: usize,
    by: f64,
    /// Log-likelihood gained at once.
    gain: f64,
    /// What of the share stays with the curve itself, with the lower one, with the upper one.
    division: [f64; 3],
}

/// Starts for one group more, the most promising `most`, best first.
pub(super) fn parted(evaluator: &Evaluator<'_>, from: &Scanned, most: usize) -> Vec<Params> {
    let room = MAX_GROUPS.saturating_sub(from.groups) / 2;
    if room == 0 {
        return Vec::new();
    }
    let groups: Vec<usize> = (0..from.groups).collect();
    let places: Vec<(&[usize], (usize, f64))> =
        groups.chunks(room).flat_map(|some| WAYS.iter().map(move |&way| (some, way))).collect();
    let mut all: Vec<Parted> =
        places.map_in_parallel(|(some, way)| tried(evaluator, from, some, way)).into_iter().flatten().collect();
    all.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    all.truncate(most);
    all.iter().map(|p| p.start(from)).collect()
}

/// Every one of `some` groups parted in one way.
fn tried(evaluator: &Evaluator<'_>, from: &Scanned, some: &[usize], (term, by): (usize, f64)) -> Vec<Parted> {
    let some: Vec<usize> = some.iter().copied().filter(|&k| term < from.shape.rate_terms[k]).collect();
    if some.is_empty() {
        return Vec::new();
    }
    let (groups, m) = (from.groups, some.len());
    let order: Vec<usize> = (0..groups).chain(some.iter().copied()).chain(some.iter().copied()).collect();
    let shape = from.shape.reordered(&order);
    let mut params = from.params.reordered(&order);
    for (i, block) in params.blocks[groups..].iter_mut().enumerate() {
        block[term] += if i < m { -by } else { by };
    }
    let curves = params.curves(&shape);
    let n = evaluator.histories.len();
    // group `k`'s part of the mixture, and the two curves in its place, over the whole mixture
    let mut parts = vec![[0.0; 3]; n * m];
    evaluator.posteriors(&shape, &params, &curves, 0..n, &mut |h, p, _| {
        let whole: f64 = p[..groups].iter().sum();
        for (i, &k) in some.iter().enumerate() {
            parts[h * m + i] = [p[k], p[groups + i], p[groups + m + i]].map(|part| (part / whole).min(MOST));
        }
    });
    let weight = &evaluator.histories.weight;
    let division = |i: usize| {
        let mut division = [1.0 / 3.0; 3];
        let mut gain = 0.0;
        for _ in 0..=STEPS {
            gain = 0.0;
            let mut mass = [0.0; 3];
            for (h, w) in weight.iter().enumerate() {
                let part = parts[h * m + i];
                let own = [0, 1, 2].map(|j| division[j] * part[j]);
                let mixture = (1.0 - part[0]).max(0.0) + own.iter().sum::<f64>();
                if mixture > 0.0 {
                    gain += w * mixture.ln();
                    (0..3).for_each(|j| mass[j] += w * own[j] / mixture);
                }
            }
            let total: f64 = mass.iter().sum();
            if total > 0.0 {
                division = mass.map(|m| m / total);
            }
        }
        (gain, division)
    };
    let of = |i: usize| {
        let (gain, division) = division(i);
        Parted { group: some[i], term, by, gain, division }
    };
    (0..m).map(of).filter(|p| p.gain.is_finite()).collect()
}

/// A curve may fit somebody so much better than the mixture that the ratio has no number.
const MOST: f64 = 1e200;

impl Parted {
    /// The mixture with the two largest parts in the place of the group.
    fn start(&self, from: &Scanned) -> Params {
        let mut params = from.params.clone();
        let block = |way: usize| {
            let mut block = from.params.blocks[self.group].clone();
            block[self.term] += [0.0, -self.by, self.by][way];
            block
        };
        let mut ways = [0, 1, 2];
        ways.sort_by(|&a, &b| self.division[b].total_cmp(&self.division[a]));
        let [first, second] = [ways[0], ways[1]].map(|way| self.division[way].max(LEAST));
        let of = |part: f64| (part / (first + second)).ln() + from.params.log_share[self.group];
        params.blocks[self.group] = block(ways[0]);
        params.blocks.push(block(ways[1]));
        params.log_share[self.group] = of(first);
        params.log_share.push(of(second));
        params
    }
}
