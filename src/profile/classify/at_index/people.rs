//! People of each profile drawn from the career model, and what all records share of what their offences say.
//!
//! They are drawn once, at liberty throughout and at the higher of the rates before and after the index offence, every
//! other offence with a uniform number. For one record those are kept whose number lies below the record's part: a
//! Poisson count thinned so is Poisson (Kingman 1993, *Poisson Processes*, section 5.1), and index offence and custody
//! change its mean alone. Who stops, and where in its interval the index offence lies, are read off a number of the person.
//!
//! An interval that was whole keeps the same offences of a person whatever the record, before the index offence as after
//! it. Their logarithms are added up over ages when people are drawn: a record then takes the sum up to its index offence,
//! and the difference of two sums after it.

use super::law::{Law, PROFILES};
use crate::numeric::streams::stream;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

/// People that are looked at together.
pub(super) const BLOCK: usize = 128;

/// A number for each person of a block.
pub(super) type Column = [f64; BLOCK];

/// Counts of one interval that are looked up; higher ones are worked out.
const ROWS: usize = 16;

/// In the place of the logarithm of a rate of 0: an offence that cannot be leaves nothing of a probability, and sums of it
/// can be taken away again.
const IMPOSSIBLE: f64 = -690.0;

/// The offences of one person in one interval. Each has a mark, and is kept where that lies below the expected number of
/// it: a part of the interval, times what the rate is multiplied by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Year {
    /// The person, from 0 within the block.
    pub(super) person: u16,
    /// How many are kept of a whole interval before the index offence.
    pub(super) before: u16,
    /// How many after it; none of people who stop.
    pub(super) after: u16,
    /// Where their marks end; they begin where those of the year before end.
    pub(super) end: u32,
}

/// Sums over the intervals from the first in which an index offence may lie.
#[derive(Debug, Clone, PartialEq)]
struct After {
    ln: [Column; PROFILES],
    offences: Column,
}

/// People of one profile, and all they did.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) people: usize,
    /// Who goes on after the index offence.
    pub(super) goes_on: Vec<bool>,
    /// The place of the index offence within its interval, as a part of what is probable.
    pub(super) place: Vec<f64>,
    /// Where the years of each interval begin, and where the last end.
    starts: Vec<usize>,
    years: Vec<Year>,
    marks: Vec<f64>,
    /// The first interval in which an index offence may lie.
    first: usize,
    /// By interval from the first: what whole intervals before it say of people of each profile.
    before: Vec<[Column; PROFILES]>,
    /// By interval from the first: what whole intervals up to and with it say when they lie after the index offence.
    after: Vec<After>,
}

/// A person as drawn.
struct Drawn {
    stops: f64,
    place: f64,
    /// Marks by interval.
    marks: Vec<(usize, Vec<f64>)>,
}

/// So many people of profile `k`, in blocks.
pub(super) fn draw(law: &Law, rows: &Rows, k: usize, people: usize, seed: u64) -> Vec<Block> {
    let mut rng = stream(seed, k as u64);
    let most = law.after[k].max(1.0);
    let mut one = || {
        let (stops, place) = (rng.r#gen(), rng.r#gen());
        let mut marks = Vec::new();
        for interval in 0..law.grid.len() {
            let number = poisson(most * law.mean(k, interval, false), &mut rng);
            if number > 0 {
                marks.push((interval, (0..number).map(|_| most * rng.r#gen::<f64>()).collect()));
            }
        }
        Drawn { stops, place, marks }
    };
    let sizes = (0..people.div_ceil(BLOCK)).map(|b| BLOCK.min(people - b * BLOCK));
    sizes.map(|size| Block::new(law, rows, k, (0..size).map(|_| one()).collect())).collect()
}

pub(super) fn poisson(mean: f64, rng: &mut ChaCha8Rng) -> u64 {
    // a mean of nothing has no distribution there
    Poisson::new(mean).map_or(0, |poisson| poisson.sample(rng) as u64)
}

/// Offences below a limit.
#[inline(always)]
pub(super) fn below(marks: &[f64], limit: f64) -> usize {
    // most people have one in a year
    match marks {
        [mark] => usize::from(*mark < limit),
        marks => marks.iter().map(|mark| usize::from(*mark < limit)).sum(),
    }
}

impl Block {
    fn new(law: &Law, rows: &Rows, k: usize, drawn: Vec<Drawn>) -> Block {
        let stops = law.ln_stops[k + PROFILES].exp();
        let goes_on: Vec<bool> = drawn.iter().map(|person| person.stops >= stops).collect();
        let (mut starts, mut years, mut marks) = (vec![0], Vec::new(), Vec::new());
        for interval in 0..law.grid.len() {
            for (person, of) in drawn.iter().enumerate() {
                let Ok(at) = of.marks.binary_search_by_key(&interval, |year| year.0) else { continue };
                let own = &of.marks[at].1;
                let after = if goes_on[person] { below(own, law.after[k]) } else { 0 };
                marks.extend_from_slice(own);
                years.push(Year {
                    person: person as u16,
                    before: below(own, 1.0) as u16,
                    after: after as u16,
                    end: marks.len() as u32,
                });
            }
            starts.push(years.len());
        }
        let place = drawn.iter().map(|person| person.place).collect();
        let (first, before, after) = (law.first, Vec::new(), Vec::new());
        let mut block = Block { people: drawn.len(), goes_on, place, starts, years, marks, first, before, after };
        block.add_up(rows);
        block
    }

    fn add_up(&mut self, rows: &Rows) {
        let mut before = [[0.0; BLOCK]; PROFILES];
        let mut after = After { ln: [[0.0; BLOCK]; PROFILES], offences: [0.0; BLOCK] };
        for t in 0..self.starts.len() - 1 {
            if t >= self.first {
                self.before.push(before);
            }
            for year in &self.years[self.starts[t]..self.starts[t + 1]] {
                let person = usize::from(year.person);
                let row = rows.before[t].ln(usize::from(year.before));
                (0..PROFILES).for_each(|l| before[l][person] += row[l]);
                if t >= self.first && year.after > 0 {
                    let row = rows.after[t].ln(usize::from(year.after));
                    (0..PROFILES).for_each(|l| after.ln[l][person] += row[l]);
                    after.offences[person] += f64::from(year.after);
                }
            }
            if t >= self.first {
                self.after.push(after.clone());
            }
        }
    }

    /// The years of an interval, each with the marks of its offences.
    #[inline(always)]
    pub(super) fn years(&self, t: usize) -> impl Iterator<Item = (&Year, &[f64])> {
        let (from, to) = (self.starts[t], self.starts[t + 1]);
        let mut begin = if from == 0 { 0 } else { self.years[from - 1].end as usize };
        self.years[from..to].iter().map(move |year| {
            let marks = &self.marks[begin..year.end as usize];
            begin = year.end as usize;
            (year, marks)
        })
    }

    /// What whole intervals say around an index offence in interval `index`, up to and with `last`, put into `ln`; and
    /// offences after it into `offences`.
    #[inline(always)]
    pub(super) fn whole(&self, index: usize, last: usize, ln: &mut [Column; PROFILES], offences: &mut Column) {
        let before = &self.before[index - self.first];
        let (from, to) = (&self.after[index - self.first], &self.after[last - self.first]);
        for l in 0..PROFILES {
            let (to, from) = (&to.ln[l], &from.ln[l]);
            (0..BLOCK).for_each(|i| ln[l][i] = before[l][i] + (to[i] - from[i]));
        }
        (0..BLOCK).for_each(|i| offences[i] = to.offences[i] - from.offences[i]);
    }
}

/// What counts of one interval say: `n ln(mean) - ln(n!)` for people of each profile.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    ln_mean: [f64; PROFILES],
    first: [[f64; PROFILES]; ROWS],
}

impl Row {
    /// From expected numbers.
    pub(super) fn new(means: [f64; PROFILES]) -> Row {
        let ln_mean = means.map(|mean| mean.ln().max(IMPOSSIBLE));
        let mut sum = [0.0; PROFILES];
        let first = std::array::from_fn(|n| {
            if n > 0 {
                add_one(&mut sum, &ln_mean, n);
            }
            sum
        });
        Row { ln_mean, first }
    }

    #[inline(always)]
    pub(super) fn ln(&self, count: usize) -> [f64; PROFILES] {
        match self.first.get(count) {
            Some(found) => *found,
            None => self.beyond(count),
        }
    }

    #[cold]
    fn beyond(&self, count: usize) -> [f64; PROFILES] {
        let mut sum = self.first[ROWS - 1];
        (ROWS..=count).for_each(|n| add_one(&mut sum, &self.ln_mean, n));
        sum
    }
}

/// From a count of `n - 1` to one of `n`.
fn add_one(sums: &mut [f64; PROFILES], ln_mean: &[f64; PROFILES], n: usize) {
    let ln = (n as f64).ln();
    (0..PROFILES).for_each(|l| sums[l] += ln_mean[l] - ln);
}

/// By interval, what counts of a whole one say before and after the index offence.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rows {
    pub(super) before: Vec<Row>,
    pub(super) after: Vec<Row>,
}

impl Rows {
    pub(super) fn new(law: &Law) -> Rows {
        let rows = |after| -> Vec<Row> {
            let of = |t| Row::new(std::array::from_fn(|l| law.mean(l, t, after)));
            (0..law.grid.len()).map(of).collect()
        };
        Rows { before: rows(false), after: rows(true) }
    }
}
