//! People in order of risk, those of equal risk together: what every figure is computed from.
//!
//! Few distinct values (points scores) are kept as runs; many as one sorted 64-bit key a person, from which runs are
//! read in passing, so that ten million people cost eight bytes each.

use super::predictions::Predictions;
use rayon::prelude::*;

/// From so many people a value on, on average, they are kept as runs: 40 bytes each for 8 a person.
const PEOPLE_A_RUN: usize = 4;
/// Up to so many people are always kept as runs.
const SMALL: usize = 1 << 18;
/// People a chunk of a pass: fixed, so that sums do not depend on the number of threads.
const CHUNK: usize = 1 << 16;

/// People of one risk: their weight with and without the outcome, and the sums of squared weights.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Run {
    pub(crate) value: f64,
    pub(crate) case: f64,
    pub(crate) control: f64,
    pub(crate) case_sq: f64,
    pub(crate) control_sq: f64,
}

impl Run {
    pub(crate) fn size(&self) -> f64 {
        self.case + self.control
    }
}

#[derive(Debug, Clone)]
enum Store {
    Runs(Vec<Run>),
    /// Bits of the probability (below 2^62) shifted by one, the outcome in the last bit; in order.
    Keys(Vec<u64>),
}

/// People in order of risk.
#[derive(Debug, Clone)]
pub(crate) struct Ordered {
    store: Store,
    pub(crate) people: usize,
    /// Weight of those with the outcome.
    pub(crate) cases: f64,
    pub(crate) controls: f64,
    /// Whether they have sampling weights, whose unit says nothing.
    pub(crate) weighted: bool,
}

impl Ordered {
    pub(crate) fn new(predictions: &Predictions) -> Ordered {
        match predictions.weights() {
            None => {
                let people = predictions.probabilities().par_iter().zip(predictions.outcomes());
                Self::of_keys(people.map(|(&p, &y)| key(p, y)).collect())
            }
            Some(weights) => Self::weighted(predictions, weights),
        }
    }

    /// Of those people of whom `keep` is true, without weights.
    pub(crate) fn counted(p: &[f64], y: &[bool], keep: impl Fn(usize) -> bool + Sync) -> Ordered {
        Self::of_keys((0..p.len()).filter(|&i| keep(i)).map(|i| key(p[i], y[i])).collect())
    }

    fn of_keys(mut keys: Vec<u64>) -> Ordered {
        keys.par_sort_unstable();
        let people = keys.len();
        let cases = keys.par_chunks(CHUNK).map(|part| part.iter().map(|k| k & 1).sum::<u64>()).sum::<u64>() as f64;
        let controls = people as f64 - cases;
        let few = people <= SMALL || distinct(&keys) <= people / PEOPLE_A_RUN;
        let store = if few {
            let starts = chunk_starts(&keys);
            let parts: Vec<Vec<Run>> = starts.par_windows(2).map(|w| runs_of(&keys[w[0]..w[1]]).collect()).collect();
            Store::Runs(parts.concat())
        } else {
            Store::Keys(keys)
        };
        Ordered { store, people, cases, controls, weighted: false }
    }

    fn weighted(predictions: &Predictions, weights: &[f64]) -> Ordered {
        let (p, y) = (predictions.probabilities(), predictions.outcomes());
        let mut order: Vec<usize> = (0..p.len()).filter(|&i| weights[i] > 0.0).collect();
        order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
        let mut runs: Vec<Run> = Vec::new();
        for &i in &order {
            let value = p[i] + 0.0;
            if runs.last().is_none_or(|r| r.value != value) {
                runs.push(Run { value, case: 0.0, control: 0.0, case_sq: 0.0, control_sq: 0.0 });
            }
            let last = runs.len() - 1;
            let (run, w) = (&mut runs[last], weights[i]);
            let (sum, sq) =
                if y[i] { (&mut run.case, &mut run.case_sq) } else { (&mut run.control, &mut run.control_sq) };
            *sum += w;
            *sq += w * w;
        }
        let (cases, controls) = runs.iter().fold((0.0, 0.0), |(a, b), r| (a + r.case, b + r.control));
        Ordered { store: Store::Runs(runs), people: order.len(), cases, controls, weighted: true }
    }

    /// Weight of everybody.
    pub(crate) fn total(&self) -> f64 {
        self.cases + self.controls
    }

    /// Runs one after the other, lowest risk first.
    pub(crate) fn each(&self, mut f: impl FnMut(Run)) {
        match &self.store {
            Store::Runs(runs) => runs.iter().for_each(|r| f(*r)),
            Store::Keys(keys) => runs_of(keys).for_each(f),
        }
    }

    /// All runs, collected.
    pub(crate) fn collect(&self) -> Vec<Run> {
        match &self.store {
            Store::Runs(runs) => runs.clone(),
            Store::Keys(keys) => runs_of(keys).collect(),
        }
    }

    /// Number of distinct risks.
    pub(crate) fn distinct(&self) -> usize {
        match &self.store {
            Store::Runs(runs) => runs.len(),
            Store::Keys(keys) => distinct(keys),
        }
    }

    /// Of people whose risk is at least `threshold`: weight of cases and controls, and the sums of their squares.
    pub(crate) fn from(&self, threshold: f64) -> [f64; 4] {
        match &self.store {
            Store::Runs(runs) => {
                let above = &runs[runs.partition_point(|r| r.value < threshold)..];
                above
                    .iter()
                    .fold([0.0; 4], |[a, b, c, d], r| [a + r.case, b + r.control, c + r.case_sq, d + r.control_sq])
            }
            Store::Keys(keys) => {
                let above = &keys[keys.partition_point(|k| f64::from_bits(k >> 1) < threshold)..];
                let cases: u64 = above.par_chunks(CHUNK).map(|part| part.iter().map(|k| k & 1).sum::<u64>()).sum();
                let (cases, people) = (cases as f64, above.len() as f64);
                [cases, people - cases, cases, people - cases]
            }
        }
    }

    /// Sums over runs, in fixed chunks added in order.
    pub(crate) fn sum<const N: usize>(&self, f: impl Fn(&Run) -> [f64; N] + Sync) -> [f64; N] {
        let add = |mut a: [f64; N], b: [f64; N]| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        let of = |runs: &mut dyn Iterator<Item = Run>| runs.fold([0.0; N], |acc, run| add(acc, f(&run)));
        let parts: Vec<[f64; N]> = match &self.store {
            Store::Runs(runs) => runs.par_chunks(CHUNK).map(|c| of(&mut c.iter().copied())).collect(),
            Store::Keys(keys) => {
                chunk_starts(keys).par_windows(2).map(|w| of(&mut runs_of(&keys[w[0]..w[1]]))).collect()
            }
        };
        parts.into_iter().fold([0.0; N], add)
    }

    /// A number of each risk, computed once: of each run, or of each person where people are kept one by one.
    pub(crate) fn map(&self, f: impl Fn(f64) -> f64 + Sync) -> Vec<f64> {
        match &self.store {
            Store::Runs(runs) => runs.iter().map(|r| f(r.value)).collect(),
            Store::Keys(keys) => keys.par_iter().map(|k| f(f64::from_bits(k >> 1))).collect(),
        }
    }

    /// Sums of what `f` makes of a number from [`Ordered::map`] and of the weights of cases and controls it belongs to:
    /// chunks added in order, each in as many sums as there are lanes.
    pub(crate) fn sum_mapped<const N: usize>(&self, mapped: &[f64], f: impl Mapped<N>) -> [f64; N] {
        let parts: Vec<[f64; N]> = match &self.store {
            Store::Runs(runs) => {
                let parts = runs.par_chunks(CHUNK).zip(mapped.par_chunks(CHUNK));
                parts.map(|(runs, mapped)| in_lanes(mapped, |i| (runs[i].case, runs[i].control), &f)).collect()
            }
            Store::Keys(keys) => {
                let parts = keys.par_chunks(CHUNK).zip(mapped.par_chunks(CHUNK));
                let weights = |key: u64| ((key & 1) as f64, (1 - (key & 1)) as f64);
                parts.map(|(keys, mapped)| in_lanes(mapped, |i| weights(keys[i]), &f)).collect()
            }
        };
        let mut sum = [0.0; N];
        parts.iter().for_each(|part| (0..N).for_each(|n| sum[n] += part[n]));
        sum
    }
}

/// What a sum over people is made of: a number of each risk, and the weights of cases and controls. Without a branch, and
/// inlined, it becomes vector code.
pub(crate) trait Mapped<const N: usize>: Sync {
    fn of(&self, number: f64, case: f64, control: f64) -> [f64; N];
}

const LANES: usize = 8;

/// Sums over one chunk.
fn in_lanes<const N: usize>(mapped: &[f64], weights: impl Fn(usize) -> (f64, f64), f: &impl Mapped<N>) -> [f64; N] {
    struct Work<'a, W, F, const N: usize>(&'a [f64], W, &'a F);
    impl<W: Fn(usize) -> (f64, f64), F: Mapped<N>, const N: usize> pulp::NullaryFnOnce for Work<'_, W, F, N> {
        type Output = [f64; N];
        #[inline(always)]
        fn call(self) -> [f64; N] {
            let Work(mapped, weights, f) = self;
            let mut sums = [[0.0; LANES]; N];
            let whole = mapped.len() - mapped.len() % LANES;
            for at in (0..whole).step_by(LANES) {
                let (mut numbers, mut cases, mut controls) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
                for i in 0..LANES {
                    numbers[i] = mapped[at + i];
                    (cases[i], controls[i]) = weights(at + i);
                }
                for i in 0..LANES {
                    let of = f.of(numbers[i], cases[i], controls[i]);
                    (0..N).for_each(|n| sums[n][i] += of[n]);
                }
            }
            for at in whole..mapped.len() {
                let (case, control) = weights(at);
                let of = f.of(mapped[at], case, control);
                (0..N).for_each(|n| sums[n][at - whole] += of[n]);
            }
            sums.map(|lanes| lanes.iter().sum())
        }
    }
    pulp::Arch::new().dispatch(Work(mapped, weights, f))
}

/// Adding 0 makes -0 into 0, whose bits sort first.
fn key(p: f64, y: bool) -> u64 {
    ((p + 0.0).to_bits() << 1) | u64::from(y)
}

/// Number of distinct values of keys in order.
fn distinct(keys: &[u64]) -> usize {
    let begins = |at: usize| usize::from(at == 0 || keys[at - 1] >> 1 != keys[at] >> 1);
    let parts = (0..keys.len().div_ceil(CHUNK)).into_par_iter();
    parts.map(|part| (part * CHUNK..keys.len().min((part + 1) * CHUNK)).map(begins).sum::<usize>()).sum()
}

/// Where chunks begin, moved on to where a new value begins; the end is last.
fn chunk_starts(keys: &[u64]) -> Vec<usize> {
    let mut starts = vec![0];
    let mut at = CHUNK;
    while at < keys.len() {
        let value = keys[at - 1] >> 1;
        at += keys[at..].partition_point(|k| k >> 1 == value);
        starts.push(at);
        at += CHUNK;
    }
    if starts.last() != Some(&keys.len()) {
        starts.push(keys.len());
    }
    starts
}

fn runs_of(keys: &[u64]) -> impl Iterator<Item = Run> + '_ {
    let mut rest = keys;
    std::iter::from_fn(move || {
        let bits = rest.first()? >> 1;
        let mut size = 1;
        while rest.get(size).is_some_and(|k| k >> 1 == bits) {
            size += 1;
        }
        let (mine, after) = rest.split_at(size);
        rest = after;
        // within a value those without the outcome come first
        let control = mine.partition_point(|k| k & 1 == 0) as f64;
        let case = size as f64 - control;
        Some(Run { value: f64::from_bits(bits), case, control, case_sq: case, control_sq: control })
    })
}
