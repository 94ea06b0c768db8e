//! People drawn once, at liberty throughout, of whom the offences are kept that fall into the time a record was seen.
//!
//! Every offence carries a uniform number, and is kept where that lies below the part of its interval that was seen.
//! A Poisson count thinned so is Poisson with its mean times that part (Kingman 1993, *Poisson Processes*, section
//! 5.1); a negative binomial one, which is Poisson given a gamma factor, keeps its dispersion; a structural zero stays
//! one. So the people kept are drawn from the model at the record's own time at risk, exactly, and no two records need
//! the same time at risk for it.
//!
//! Belongs here: who was drawn. Does not belong here: what a record's time at risk makes of them (`alike`).

use super::cells::{Cells, WIDE};
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use rand::Rng;

/// People are taken so many at a time: what is worked out of them then stays in the nearest cache.
pub(super) const BLOCK: usize = 1 << u8::BITS;

/// Most offences of a person that a group may expect at all ages together. Above that no person is meant, and people
/// are drawn anew for every record: the pool then takes eight bytes an offence, two thousand a person.
const MOST_EXPECTED: f64 = 250.0;

/// Most offences in one interval.
const MOST_IN_ONE: u32 = 1 << 15;

/// Streams of the pool follow those of people drawn for one pattern, of which there is one a group.
const STREAMS: u64 = 1 << 32;

/// One offence of one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Offence {
    /// Kept where this, of [`UNIT`], lies below the part of the interval that was seen.
    below: i32,
    /// Its place among the offences of the person in this interval, from 1, in the order of `below`: so the offences
    /// before it are kept whenever it is.
    pub(super) place: u16,
    /// The person, counted within the block.
    pub(super) person: u8,
}

/// Uniform numbers are whole and below this: a part of an interval is then off by less than one in a thousand million.
const UNIT: f64 = (1_u32 << 31) as f64;

impl Offence {
    /// The part of an interval seen, less than all of it, as uniform numbers are.
    #[inline]
    pub(super) fn limit(at_risk: f64) -> i32 {
        (at_risk * UNIT).round() as i32
    }

    /// The place of an offence that is kept, 0 of one that is not: written so that there is no branch, which nothing
    /// could foresee.
    #[inline(always)]
    pub(super) fn kept_below(&self, limit: i32) -> usize {
        usize::from(self.place) & ((self.below - limit) >> 31) as usize
    }
}

/// People of one group.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drawn {
    /// Where a person lies within their own of the equal parts into which all records are ordered by first offence.
    pub(super) within: Vec<f64>,
    /// Every offence by itself.
    each: Listed,
    /// Of every person and interval only the last offence, whose place is their number.
    last: Listed,
}

/// Offences by block, age, person and place.
#[derive(Debug, Clone, PartialEq, Default)]
struct Listed {
    offences: Vec<Offence>,
    /// Where each block and age begins among them; one more entry at the end.
    from: Vec<u32>,
}

/// The people of every group, as many of each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pool {
    pub(super) groups: Vec<Drawn>,
    ages: usize,
    /// What the second, third, .. offence of an interval at liberty throughout adds to the log-probability: by age, one
    /// entry an offence and block of groups.
    steps: Vec<Vec<[f64; WIDE]>>,
}

/// What a log-probability gains by one more offence; nothing more where the offences before it were impossible already.
pub(super) fn gain(before: f64, after: f64) -> f64 {
    if before == f64::NEG_INFINITY { 0.0 } else { after - before }
}

impl Pool {
    /// `people` of every group; `None` when the model expects more offences than people commit, and where a person keeps
    /// a factor: what follows a first offence then hangs on when it came, and cannot be drawn before.
    pub(super) fn new(cells: &Cells, people: usize, seed: u64) -> Option<Pool> {
        if cells.kept().is_some() {
            return None;
        }
        let (groups, ages, blocks) = (cells.groups, cells.ages, cells.groups.div_ceil(WIDE));
        let expected = |k: usize| -> f64 { (0..ages).map(|t| cells.mean(k, t)).sum() };
        if (0..groups).any(|k| expected(k).is_nan() || expected(k) > MOST_EXPECTED) {
            return None;
        }
        let drawn: Option<Vec<Drawn>> =
            (0..groups).map_in_parallel(|k| Drawn::new(cells, k, people, seed)).into_iter().collect();
        let groups_drawn = drawn?;
        let steps = (0..ages)
            .map(|t| {
                let most = groups_drawn.iter().map(|drawn| drawn.last.most(t, ages)).max().unwrap_or(0);
                let mut steps = vec![[0.0; WIDE]; usize::from(most).saturating_sub(1) * blocks];
                for place in 2..=most {
                    for k in 0..groups {
                        let at = |y: u16| cells.ln_p(k, t, u32::from(y), 1.0);
                        steps[usize::from(place - 2) * blocks + k / WIDE][k % WIDE] = gain(at(place - 1), at(place));
                    }
                }
                steps
            })
            .collect();
        Some(Pool { groups: groups_drawn, ages, steps })
    }

    /// The offences in interval `t` of the people of a block of a group.
    pub(super) fn each(&self, k: usize, block: usize, t: usize) -> &[Offence] {
        self.groups[k].each.of(block * self.ages + t)
    }

    /// The last of each of those people in that interval.
    pub(super) fn last(&self, k: usize, block: usize, t: usize) -> &[Offence] {
        self.groups[k].last.of(block * self.ages + t)
    }

    /// What each offence from the second on adds in an interval at liberty throughout: an entry an offence and block of
    /// groups.
    pub(super) fn steps(&self, t: usize) -> &[[f64; WIDE]] {
        &self.steps[t]
    }
}

impl Drawn {
    fn new(cells: &Cells, k: usize, people: usize, seed: u64) -> Option<Drawn> {
        let ages = cells.ages;
        let mut rng = stream(seed, STREAMS + k as u64);
        let within = (0..people).map(|_| rng.r#gen()).collect();
        let (mut each, mut last) = (Listed::default(), Listed::default());
        let mut below: Vec<i32> = Vec::new();
        for start in (0..people).step_by(BLOCK) {
            let highest = (BLOCK.min(people - start) - 1) as u8;
            for t in 0..ages {
                each.begin()?;
                last.begin()?;
                for person in 0..=highest {
                    let count = cells.draw(k, t, (1.0, 1.0), &mut rng);
                    if count > MOST_IN_ONE {
                        return None;
                    }
                    below.clear();
                    below.extend((0..count).map(|_| (rng.r#gen::<u32>() >> 1) as i32));
                    below.sort_unstable();
                    each.offences.extend((1..).zip(&below).map(|(place, &below)| Offence { below, place, person }));
                    last.offences.extend(each.offences.last().filter(|_| count > 0));
                }
            }
        }
        each.begin()?;
        last.begin()?;
        Some(Drawn { within, each, last })
    }
}

impl Listed {
    /// The next block and age; `None` when there are more offences than can be numbered.
    fn begin(&mut self) -> Option<()> {
        self.from.push(u32::try_from(self.offences.len()).ok()?);
        Some(())
    }

    fn of(&self, at: usize) -> &[Offence] {
        &self.offences[self.from[at] as usize..self.from[at + 1] as usize]
    }

    /// The most offences of a person in interval `t`.
    fn most(&self, t: usize, ages: usize) -> u16 {
        let lists = (t..self.from.len() - 1).step_by(ages).map(|at| self.of(at));
        lists.flatten().map(|offence| offence.place).max().unwrap_or(0)
    }
}
