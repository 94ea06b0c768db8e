//! Identical histories are merged: people wait until there are some thousands of them, and are then looked up side by
//! side, since each look-up waits for memory far away.
//!
//! Histories are numbered by first appearance, whoever was looked up first: a cohort has the same bits on any number of
//! threads.

use super::history::Histories;
use crate::numeric::parallel::Parallel;
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// Cells of the people who wait, at most: a few megabytes with time at risk.
const WAITING_CELLS: usize = 1 << 19;
/// Fewer people than this are not worth a second thread.
const MANY: usize = 2_048;
/// Parts of the histories, each looked through by one thread at a time.
const SHARDS: usize = 16;

/// Histories so far, and those of the people who wait.
#[derive(Debug)]
pub(super) struct Merging {
    pub(super) histories: Histories,
    /// The history of everyone who does not wait any more.
    person_history: Vec<u32>,
    shards: Vec<Shard>,
    waiting: Waiting,
    keys: [u64; 2],
}

/// Some of the histories: the first person with each, who has no history yet while they wait, and its hash. The hash is kept
/// so that neither a miss nor growing goes back to the histories.
type Shard = HashTable<(u32, u32)>;

/// Rows of people, one behind the other.
#[derive(Debug, Default)]
struct Waiting {
    cells: Vec<u32>,
    ends: Vec<usize>,
    pattern: Vec<u32>,
    hash: Vec<u32>,
    weight: Vec<f64>,
    /// Time at risk, when histories have any.
    exposure: Vec<f64>,
}

impl Waiting {
    fn len(&self) -> usize {
        self.ends.len()
    }

    fn cells_of(&self, row: usize) -> &[u32] {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.cells[start..self.ends[row]]
    }

    fn exposure_of(&self, row: usize, intervals: usize) -> Option<&[f64]> {
        self.exposure.get(row * intervals..(row + 1) * intervals).filter(|e| !e.is_empty())
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.ends.clear();
        self.pattern.clear();
        self.hash.clear();
        self.weight.clear();
        self.exposure.clear();
    }
}

impl Merging {
    pub(super) fn new(intervals: usize) -> Merging {
        let hasher = RandomState::new();
        Merging {
            histories: Histories::new(intervals),
            person_history: Vec::new(),
            shards: vec![Shard::new(); SHARDS],
            waiting: Waiting::default(),
            keys: [hasher.hash_one(0), hasher.hash_one(1)],
        }
    }

    pub(super) fn persons(&self) -> usize {
        self.person_history.len() + self.waiting.len()
    }

    /// Adds a person: pattern, codes of the cells above 0, time at risk when it is not the whole of every interval observed.
    pub(super) fn push(&mut self, pattern: u32, cells: &[u32], exposure: Option<&[f64]>, weight: f64) {
        if exposure.is_some() {
            self.individual_exposure();
        }
        let intervals = self.histories.intervals;
        let waiting = &mut self.waiting;
        if self.histories.exposure.is_some() {
            let observed = self.histories.observed_in(pattern as usize);
            let at = |j: usize| if observed[j] { exposure.map_or(1.0, |e| e[j]) } else { 0.0 };
            waiting.exposure.extend((0..intervals).map(at));
        }
        let own = waiting.exposure_of(waiting.len(), intervals);
        waiting.hash.push(hash_of(self.keys, pattern, cells, own));
        waiting.cells.extend_from_slice(cells);
        waiting.ends.push(waiting.cells.len());
        waiting.pattern.push(pattern);
        waiting.weight.push(weight);
        if waiting.len() * intervals >= WAITING_CELLS {
            self.settle();
        }
    }

    /// Adds so many persons more with the history of the person added last.
    pub(super) fn again(&mut self, persons: u32, weight: f64) {
        self.settle();
        let Some(&history) = self.person_history.last() else { return };
        let h = history as usize;
        // summed as one by one, so that a weight of 0.1 gives the same bits
        (0..persons).for_each(|_| self.histories.weight[h] += weight);
        self.histories.persons[h] += persons;
        self.person_history.extend((0..persons).map(|_| history));
    }

    /// All histories, and that of each person.
    pub(super) fn finish(mut self) -> (Histories, Vec<u32>) {
        self.settle();
        (self.histories, self.person_history)
    }

    /// From here on every history has its time at risk; earlier ones were at liberty throughout.
    fn individual_exposure(&mut self) {
        if self.histories.exposure.is_some() {
            return;
        }
        self.settle();
        let store = &mut self.histories;
        let mut exposure = Vec::with_capacity((store.len() + 1) * store.intervals);
        for h in 0..store.len() {
            let seen = store.observed_in(store.pattern[h] as usize);
            exposure.extend(seen.iter().map(|&seen| f64::from(u8::from(seen))));
        }
        store.exposure = Some(exposure);
        self.shards.iter_mut().for_each(Shard::clear);
        let mut next = 0;
        for (person, &h) in self.person_history.iter().enumerate() {
            // histories are numbered by first appearance
            if h == next {
                next += 1;
                let h = h as usize;
                let hash = hash_of(self.keys, store.pattern[h], store.cells_of(h), store.exposure_of(h));
                insert(&mut self.shards[shard_of(hash)], person as u32, hash);
            }
        }
    }

    /// Gives everyone who waits a history.
    fn settle(&mut self) {
        let n = self.waiting.len();
        if n == 0 {
            return;
        }
        // rows by shard
        let mut starts = [0; SHARDS + 1];
        self.waiting.hash.iter().for_each(|&hash| starts[shard_of(hash) + 1] += 1);
        (0..SHARDS).for_each(|s| starts[s + 1] += starts[s]);
        let (mut rows, mut next) = (vec![0; n], starts);
        for (row, &hash) in self.waiting.hash.iter().enumerate() {
            let at = &mut next[shard_of(hash)];
            rows[*at] = row as u32;
            *at += 1;
        }
        let Merging { histories: store, person_history, shards, waiting, .. } = self;
        let before = person_history.len() as u32;
        let look = |(s, shard): (usize, &mut Shard)| {
            look_up(shard, &rows[starts[s]..starts[s + 1]], store, person_history, waiting)
        };
        let work: Vec<(usize, &mut Shard)> = shards.iter_mut().enumerate().collect();
        let found = if n < MANY { work.into_iter().map(look).collect() } else { work.map_in_parallel(look) };
        let mut firsts = vec![0; n];
        for (&row, &first) in rows.iter().zip(found.iter().flatten()) {
            firsts[row as usize] = first;
        }
        for (row, first) in firsts.into_iter().enumerate() {
            if first == before + row as u32 {
                person_history.push(store.len() as u32);
                store.add(waiting.pattern[row], waiting.cells_of(row), waiting.exposure_of(row, store.intervals));
            } else {
                person_history.push(person_history[first as usize]);
            }
            let h = person_history[person_history.len() - 1] as usize;
            store.weight[h] += waiting.weight[row];
            store.persons[h] += 1;
        }
        waiting.clear();
    }
}

/// The first person with the history of each of these rows; for one that is new, who stands in that row.
fn look_up(shard: &mut Shard, rows: &[u32], store: &Histories, person_history: &[u32], waiting: &Waiting) -> Vec<u32> {
    let (before, intervals) = (person_history.len() as u32, store.intervals);
    let look = |&row: &u32| {
        let at = row as usize;
        let (hash, pattern, cells) = (waiting.hash[at], waiting.pattern[at], waiting.cells_of(at));
        let own = waiting.exposure_of(at, intervals);
        let same = |&(person, other): &(u32, u32)| {
            other == hash
                && match person.checked_sub(before) {
                    None => {
                        let h = person_history[person as usize] as usize;
                        store.pattern[h] == pattern && store.cells_of(h) == cells && store.exposure_of(h) == own
                    }
                    Some(first) => {
                        let first = first as usize;
                        waiting.pattern[first] == pattern
                            && waiting.cells_of(first) == cells
                            && waiting.exposure_of(first, intervals) == own
                    }
                }
        };
        if let Some(&(first, _)) = shard.find(spread(hash), same) {
            return first;
        }
        insert(shard, before + row, hash);
        before + row
    };
    rows.iter().map(look).collect()
}

fn insert(shard: &mut Shard, person: u32, hash: u32) {
    shard.insert_unique(spread(hash), (person, hash), |&(_, hash)| spread(hash));
}

/// Hash of a history: words folded in two by two, each product of 128 bits folded onto itself (as wyhash
/// does). The keys differ from run to run, so that nobody can prepare a table of collisions.
#[inline(always)]
fn hash_of(keys: [u64; 2], pattern: u32, cells: &[u32], exposure: Option<&[f64]>) -> u32 {
    let pair = |a: u32, b: u32| u64::from(a) | u64::from(b) << 32;
    let (fours, rest) = cells.as_chunks::<4>();
    let mut state = fold(keys, keys[0], u64::from(pattern), cells.len() as u64);
    for &[a, b, c, d] in fours {
        state = fold(keys, state, pair(a, b), pair(c, d));
    }
    if !rest.is_empty() {
        let code = |i: usize| rest.get(i).copied().unwrap_or(u32::MAX);
        state = fold(keys, state, pair(code(0), code(1)), pair(code(2), u32::MAX));
    }
    for two in exposure.unwrap_or_default().chunks(2) {
        state = fold(keys, state, two[0].to_bits(), two.get(1).map_or(0, |e| e.to_bits()));
    }
    (state >> 32) as u32
}

#[inline(always)]
fn fold(keys: [u64; 2], state: u64, a: u64, b: u64) -> u64 {
    let product = u128::from(state ^ a) * u128::from(keys[1] ^ b);
    product as u64 ^ (product >> 64) as u64
}

/// The part that a history of this hash lies in.
fn shard_of(hash: u32) -> usize {
    // by bits that do not choose a slot
    (hash >> (32 - SHARDS.ilog2())) as usize
}

/// The table takes its slot from the low bits of a hash and its tag from the high ones.
fn spread(hash: u32) -> u64 {
    // Odd, so no two hashes fall together; 2^64 divided by the golden ratio.
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::streams::stream;
    use rand::Rng;
    use rayon::ThreadPoolBuilder;
    use std::collections::HashMap;

    const INTERVALS: usize = 8;

    /// Pattern, cells, time at risk and weight.
    type Person = (u32, Vec<u32>, Option<Vec<f64>>, f64);

    /// People of whom many are alike; from `timed` on some have time at risk.
    fn people(n: usize, timed: usize, seed: u64) -> Vec<Person> {
        let mut rng = stream(seed, 0);
        let person = |i: usize| {
            let cells = (0..rng.gen_range(0..4)).map(|_| rng.gen_range(0..9)).collect();
            let time = (i >= timed && rng.gen_bool(0.3)).then(|| (0..8).map(|j| [1.0, 0.5][j % 2]).collect());
            (rng.gen_range(0..2), cells, time, [1.0, 0.1, 2.5][i % 3])
        };
        (0..n).map(person).collect()
    }

    fn merged(people: &[Person], threads: usize) -> (Histories, Vec<u32>) {
        let mut merging = Merging::new(INTERVALS);
        merging.histories.observed = [[true; INTERVALS], [false, true, true, true, true, true, true, false]].concat();
        let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            for (pattern, cells, time, weight) in people {
                merging.push(*pattern, cells, time.as_deref(), *weight);
            }
            merging.finish()
        })
    }

    #[test]
    fn everyone_gets_the_history_that_comparing_all_with_all_gives_on_any_number_of_threads() {
        // more people than wait at a time, and time at risk from nobody, the first, one in the middle of those who wait
        let batch = WAITING_CELLS / INTERVALS;
        for (n, timed) in
            [(1, 1), (900, 900), (3 * batch / 2, usize::MAX), (3 * batch / 2, 0), (3 * batch / 2, batch + 777)]
        {
            let people = people(n, timed, n as u64);
            let (store, of) = merged(&people, 1);
            assert!(merged(&people, 3) == (store.clone(), of.clone()));
            let time = |(pattern, _, time, _): &Person| -> Vec<u64> {
                let seen = store.observed_in(*pattern as usize);
                (0..INTERVALS)
                    .map(|j| if seen[j] { time.as_ref().map_or(1.0, |e| e[j]) } else { 0.0 }.to_bits())
                    .collect()
            };
            let (mut numbers, mut weights) = (HashMap::new(), Vec::new());
            for (person, &h) in people.iter().zip(&of) {
                let next = numbers.len() as u32;
                let expected = *numbers.entry((person.0, person.1.clone(), time(person))).or_insert(next);
                assert_eq!(h, expected);
                if expected == next {
                    weights.push((0.0, 0));
                    assert_eq!((store.pattern[h as usize], store.cells_of(h as usize)), (person.0, &person.1[..]));
                    let own = store.exposure_of(h as usize).map(|e| e.iter().map(|e| e.to_bits()).collect::<Vec<_>>());
                    assert!(own.is_none_or(|own| own == time(person)));
                }
                weights[h as usize].0 += person.3;
                weights[h as usize].1 += 1;
            }
            assert_eq!(store.exposure.is_some(), people.iter().any(|(_, _, time, _)| time.is_some()));
            assert_eq!(store.len(), numbers.len());
            assert_eq!(store.weight, weights.iter().map(|w| w.0).collect::<Vec<_>>());
            assert_eq!(store.persons, weights.iter().map(|w| w.1).collect::<Vec<_>>());
        }
    }

    #[test]
    fn people_added_again_are_as_many_as_if_they_had_come_one_by_one() {
        let mut all = people(700, 400, 5);
        let mut merging = Merging::new(INTERVALS);
        merging.histories.observed = [true; 2 * INTERVALS].to_vec();
        for (pattern, cells, time, weight) in &all {
            merging.push(*pattern, cells, time.as_deref(), *weight);
            merging.again(2, *weight);
        }
        all = all.into_iter().flat_map(|person| vec![person; 3]).collect();
        let mut one_by_one = Merging::new(INTERVALS);
        one_by_one.histories.observed = [true; 2 * INTERVALS].to_vec();
        all.iter().for_each(|(p, c, time, w)| one_by_one.push(*p, c, time.as_deref(), *w));
        assert_eq!(merging.persons(), 2_100);
        assert_eq!(merging.finish(), one_by_one.finish());
    }
}
