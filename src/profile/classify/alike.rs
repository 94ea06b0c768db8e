//! The people of the pool as they would be known had they been seen as one record was: the same ages, the same time at
//! risk, and with an offence in it.
//!
//! # How
//! That there is an offence at all is no accident to be waited for: the first offence of person `i` of `n` is read off
//! its own distribution at the record's time at risk, at a place within the `i`-th of `n` equal parts of it, and what
//! came after it are the offences of the pool that are kept (see `pool`). Ages are independent given the group, so both
//! together are a draw of people with a record; and as every part of the distribution has its person, figures of them
//! stray no further than those of people drawn freely (stratified sampling; Cochran 1977, section 5.6).
//!
//! The log-probability of such a person in every group is a sum: nothing at any age, plus what each offence adds.

use super::cells::{Cells, WIDE};
use super::pool::{BLOCK, Offence, Pool, gain};
use super::reference::FEWEST;
use std::ops::Range;

/// Log-probabilities of a block of people: by block of groups and person.
pub(super) type Sums = Vec<[[f64; WIDE]; BLOCK]>;

/// What is left of a distribution at less than this part of it is rounding.
const ROUNDING: f64 = 1e-13;

/// A first count is never looked for beyond this; no record comes near it.
const MOST: u32 = 10_000;

/// What the time at risk of one age makes of the model.
#[derive(Debug, Clone)]
struct Age {
    /// The part of the interval at liberty, 0 where nothing was seen.
    at_risk: f64,
    /// `ln P(nothing)` of every group.
    none: Vec<[f64; WIDE]>,
    /// What no offence adds to that (nothing), the first, the second, .. as far as the pool goes: by block of groups, an
    /// entry an offence.
    adds: Vec<[f64; WIDE]>,
    /// What no offence, one, two, .. add together, when the interval was seen throughout; else nothing.
    together: Vec<[f64; WIDE]>,
    /// What an offence after the first adds over what it would in an interval at liberty throughout.
    shift: Vec<[f64; WIDE]>,
}

/// People in order of their first offence, up to one, who have it in the same interval, which holds as many.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    pub(super) age: usize,
    pub(super) count: u32,
    /// The number of people up to and with this run.
    pub(super) upto: usize,
}

#[derive(Debug, Clone)]
pub(super) struct Alike<'a> {
    cells: &'a Cells,
    pool: &'a Pool,
    ages: Vec<Age>,
    /// Sum of `ln P(nothing)` over all ages, for every group.
    none: Vec<[f64; WIDE]>,
    /// Share of each group among people with a record.
    pub(super) shares: Vec<f64>,
    /// The probability of a record of each group, and its logarithm.
    any: Vec<f64>,
    pub(super) ln_any: Vec<f64>,
    /// People taken of each group.
    pub(super) people: Vec<usize>,
}

impl<'a> Alike<'a> {
    /// `at_risk` holds the part of each age interval observed at liberty up to the last observed one, 0 where none was;
    /// `people` are taken, or a few more.
    pub(super) fn new(cells: &'a Cells, pool: &'a Pool, at_risk: &[f64], people: usize) -> Alike<'a> {
        let groups = cells.groups;
        let ages: Vec<Age> = at_risk.iter().enumerate().map(|(t, &e)| Age::new(cells, pool.steps(t), t, e)).collect();
        let mut none = vec![[0.0; WIDE]; groups.div_ceil(WIDE)];
        ages.iter().for_each(|age| add(&mut none, &age.none));
        let any: Vec<f64> = (0..groups).map(|k| -none[k / WIDE][k % WIDE].exp_m1()).collect();
        let share = |k: usize| cells.prior()[k / WIDE][k % WIDE].exp() * any[k];
        let total: f64 = (0..groups).map(share).sum();
        let shares: Vec<f64> = (0..groups).map(|k| if total > 0.0 { share(k) / total } else { 0.0 }).collect();
        // a group without a chance of a record is met by nobody
        let number = |s: &f64| {
            if *s > 0.0 { ((people as f64 * s).ceil() as usize).clamp(FEWEST, people.max(FEWEST)) } else { 0 }
        };
        let people = shares.iter().map(number).collect();
        Alike { cells, pool, ages, none, shares, ln_any: any.iter().map(|p| p.ln()).collect(), any, people }
    }

    /// `ln` of the share of a group in the model.
    #[inline]
    pub(super) fn ln_share(&self, k: usize) -> f64 {
        self.cells.prior()[k / WIDE][k % WIDE]
    }

    /// Who of a group has the first offence where: in order of people and of ages.
    pub(super) fn runs(&self, k: usize) -> Vec<Run> {
        let (n, any, (b, l)) = (self.people[k], self.any[k], (k / WIDE, k % WIDE));
        let within = &self.pool.groups[k].within;
        // the number of people who lie before a part of the distribution
        let number = |part: f64| {
            let at = part / any * n as f64;
            let i = at as usize;
            (i + usize::from(i < n && within[i] < at - i as f64)).min(n)
        };
        let mut runs = Vec::new();
        let (mut taken, mut before, mut sum) = (0, 0.0_f64, 0.0);
        for (t, age) in self.ages.iter().enumerate().filter(|(_, age)| age.at_risk > 0.0) {
            let all = before.exp() * -age.none[b][l].exp_m1();
            let mut upto = sum;
            sum += all;
            let end = number(sum);
            let mut ln_p = before + age.none[b][l];
            let mut count = 0;
            while taken < end {
                count += 1;
                ln_p += self.step(t, count, b)[l];
                upto += ln_p.exp();
                let last = sum - upto <= ROUNDING * all || count == MOST;
                let so_far = if last { end } else { number(upto).min(end) };
                if so_far > taken {
                    taken = so_far;
                    runs.push(Run { age: t, count, upto: taken });
                }
            }
            before += age.none[b][l];
        }
        // rounding may leave the last of them over
        if let Some(run) = runs.last_mut() {
            run.upto = n;
        }
        runs
    }

    /// What the offence of this place in interval `t` adds.
    fn step(&self, t: usize, place: u32, b: usize) -> [f64; WIDE] {
        let age = &self.ages[t];
        let known = of_block(&age.adds, b, age.none.len()).get(place as usize);
        known.copied().unwrap_or_else(|| {
            std::array::from_fn(|l| match b * WIDE + l {
                // nobody of the pool has so many
                k if k < self.cells.groups => {
                    let at = |y: u32| self.cells.ln_p(k, t, y, 1.0);
                    gain(at(place - 1), at(place)) + age.shift[b][l]
                }
                _ => 0.0,
            })
        })
    }

    /// The log-probabilities of the people of one block of a group, in every group; returns how many people there are.
    #[inline(always)]
    pub(super) fn sums(&self, k: usize, block: usize, runs: &[Run], sums: &mut Sums) -> usize {
        let from = block * BLOCK;
        let size = BLOCK.min(self.people[k] - from);
        let at = runs.partition_point(|run| run.upto <= from);
        for (b, sums) in sums.iter_mut().enumerate() {
            self.begin(b, from..from + size, &runs[at..], sums);
            self.go_on(k, b, block, &runs[at..], size, sums);
        }
        size
    }

    /// Nothing at any age, and the first offence.
    #[inline(always)]
    fn begin(&self, b: usize, people: Range<usize>, runs: &[Run], sums: &mut [[f64; WIDE]; BLOCK]) {
        let mut done = people.start;
        for run in runs {
            let end = run.upto.min(people.end);
            let mut sum = self.none[b];
            for place in 1..=run.count {
                let step = self.step(run.age, place, b);
                (0..WIDE).for_each(|l| sum[l] += step[l]);
            }
            sums[done - people.start..end - people.start].fill(sum);
            done = end;
            if done == people.end {
                return;
            }
        }
    }

    /// The offences after the first.
    #[inline(always)]
    fn go_on(&self, k: usize, b: usize, block: usize, runs: &[Run], size: usize, sums: &mut [[f64; WIDE]; BLOCK]) {
        let from = block * BLOCK;
        let Some(earliest) = runs.first().map(|run| run.age) else { return };
        let mut runs = runs.iter().peekable();
        let mut begun = 0;
        for (t, age) in self.ages.iter().enumerate().skip(earliest + 1) {
            // people whose first offence lies before this age
            while begun < size
                && let Some(run) = runs.next_if(|run| run.age < t)
            {
                begun = (run.upto - from).min(size);
            }
            if age.at_risk == 0.0 {
                continue;
            }
            // offences are in the order of people
            let of_begun = |offences: &'a [Offence]| match begun {
                begun if begun < size => &offences[..offences.partition_point(|o| usize::from(o.person) < begun)],
                _ => offences,
            };
            if age.at_risk == 1.0 {
                let last = of_begun(self.pool.last(k, block, t));
                add_each(last, sums, of_block(&age.together, b, age.none.len()), |last| usize::from(last.place));
            } else {
                let (each, limit) = (of_begun(self.pool.each(k, block, t)), Offence::limit(age.at_risk));
                add_each(each, sums, of_block(&age.adds, b, age.none.len()), |offence| offence.kept_below(limit));
            }
        }
    }
}

#[inline(always)]
fn add_each(
    offences: &[Offence],
    sums: &mut [[f64; WIDE]; BLOCK],
    adds: &[[f64; WIDE]],
    which: impl Fn(&Offence) -> usize,
) {
    for offence in offences {
        let (sum, step) = (&mut sums[usize::from(offence.person)], &adds[which(offence)]);
        (0..WIDE).for_each(|l| sum[l] += step[l]);
    }
}

/// What belongs to one block of groups.
#[inline(always)]
fn of_block(all: &[[f64; WIDE]], b: usize, blocks: usize) -> &[[f64; WIDE]] {
    let places = all.len() / blocks;
    &all[b * places..(b + 1) * places]
}

fn add(to: &mut [[f64; WIDE]], from: &[[f64; WIDE]]) {
    for (to, from) in to.iter_mut().zip(from) {
        (0..WIDE).for_each(|l| to[l] += from[l]);
    }
}

impl Age {
    /// `steps` are the pool's.
    fn new(cells: &Cells, steps: &[[f64; WIDE]], t: usize, at_risk: f64) -> Age {
        let blocks = cells.groups.div_ceil(WIDE);
        let zero = vec![[0.0; WIDE]; blocks];
        let mut age = Age { at_risk, none: zero.clone(), adds: Vec::new(), together: Vec::new(), shift: zero };
        if at_risk == 0.0 {
            return age;
        }
        let places = 2 + steps.len() / blocks;
        age.adds.resize(places * blocks, [0.0; WIDE]);
        for k in 0..cells.groups {
            let (b, l) = (k / WIDE, k % WIDE);
            let at = |y: u32| cells.ln_count(k, t, y, at_risk);
            let [none, one] = [at(0), at(1)];
            age.none[b][l] = none;
            age.adds[b * places + 1][l] = gain(none, one);
            if at_risk < 1.0 {
                let whole = |y: u32| cells.ln_count(k, t, y, 1.0);
                age.shift[b][l] = gain(one, at(2)) - gain(whole(1), whole(2));
            }
        }
        for (b, adds) in age.adds.chunks_mut(places).enumerate() {
            for (adds, step) in adds[2..].iter_mut().zip(steps.iter().skip(b).step_by(blocks)) {
                *adds = std::array::from_fn(|l| step[l] + age.shift[b][l]);
            }
        }
        if at_risk == 1.0 {
            age.together.clone_from(&age.adds);
            for together in age.together.chunks_mut(places) {
                for place in 2..places {
                    let before = together[place - 1];
                    (0..WIDE).for_each(|l| together[place][l] += before[l]);
                }
            }
        }
        age
    }
}
