//! What a record's sight makes of the people drawn: whom of their offences it would have seen, and what those say of the
//! states.
//!
//! Of an interval that was whole that is known since people were drawn (`people`); only an interval seen in part or not at
//! all, and that of the index offence, is gone through offence by offence.
//!
//! A person who stops and one who goes on are seen alike up to the index offence. So what a record says of the one follows
//! from what it says of the other: nothing is left once there is an offence after it, else both differ by a factor of the
//! sight alone and by one of the offences in the interval of the index offence.

use super::law::{Law, PROFILES};
use super::people::{BLOCK, Block, Column, Row, Rows, below};
use super::sight::{Cell, Others, Sight, Within};

/// Counts in the interval of the index offence that are looked up.
const WITHIN: usize = 8;

/// `ln` of how much more probable other offences in the interval of the index offence are than none, for people who go on,
/// and over that the same for people who stop.
type More = ([f64; PROFILES], [f64; PROFILES]);

/// The people of a block as a record would have seen them.
pub(super) struct Records {
    /// `ln P(record)`, up to what `goes_on` and `stops` have, by profile.
    pub(super) ln: [Column; PROFILES],
    /// Offences after the interval of the index offence.
    pub(super) after: Column,
    /// What the interval of the index offence makes of people who stop, over people who go on.
    pub(super) within: [Column; PROFILES],
}

impl Records {
    pub(super) fn new() -> Records {
        Records { ln: [[0.0; BLOCK]; PROFILES], after: [0.0; BLOCK], within: [[1.0; BLOCK]; PROFILES] }
    }
}

/// An interval that was not whole.
struct Part {
    t: usize,
    /// Before the index offence, or after it.
    before: bool,
    /// The part at liberty, and what its counts say.
    seen: Option<(f64, Row)>,
}

pub(super) struct Seen<'a> {
    law: &'a Law,
    rows: &'a Rows,
    sight: &'a Sight,
    parts: Vec<Part>,
    /// `ln` of what a person without any other offence has, the higher of those who go on and who stop.
    none: [f64; PROFILES],
    /// What people who go on have of it.
    pub(super) goes_on: [f64; PROFILES],
    /// What people who stop have of it.
    pub(super) stops: [f64; PROFILES],
    /// `ln` of what each profile weighs.
    pub(super) shares: [f64; PROFILES],
    /// Up to here lies the place of the index offence, by profile.
    places: Vec<[f64; PROFILES]>,
    /// Worked out when first asked for.
    more: [Option<More>; WITHIN * WITHIN],
}

impl<'a> Seen<'a> {
    pub(super) fn new(law: &'a Law, rows: &'a Rows, sight: &'a Sight) -> Seen<'a> {
        let mut states = sight.ln_weight;
        for t in 0..sight.cells.len() {
            let p = sight.ln_p(law, t, (0, 0));
            states.iter_mut().zip(p).for_each(|(sum, p)| *sum += p);
        }
        let none: [f64; PROFILES] = std::array::from_fn(|l| states[l].max(states[l + PROFILES]));
        // a profile of which nobody can have this index offence has nothing of nothing
        let of = |state: f64, none: f64| if none == f64::NEG_INFINITY { 0.0 } else { (state - none).exp() };
        let mut sum = [0.0; PROFILES];
        let places = within(sight).map_or(&[][..], |within| &within.places[..]).iter().map(|place| {
            (0..PROFILES).for_each(|k| sum[k] += place.2[k]);
            sum
        });
        Seen {
            law,
            rows,
            sight,
            parts: parts(law, sight),
            none,
            goes_on: std::array::from_fn(|l| of(states[l], none[l])),
            stops: std::array::from_fn(|l| of(states[l + PROFILES], none[l])),
            shares: sight.shares(),
            places: places.collect(),
            more: [None; WITHIN * WITHIN],
        }
    }

    /// The people of a block of profile `k`.
    #[inline(always)]
    pub(super) fn block(&mut self, k: usize, block: &Block, records: &mut Records) {
        let Records { ln, after, within } = records;
        block.whole(self.sight.index, self.sight.cells.len() - 1, ln, after);
        for l in 0..PROFILES {
            (0..BLOCK).for_each(|i| ln[l][i] += self.none[l]);
            within[l] = [1.0; BLOCK];
        }
        for part in &self.parts {
            self.part(k, part, block, ln, after);
        }
        self.within(k, block, ln, within);
    }

    /// In the place of a whole interval the part of it that was seen.
    #[inline(always)]
    fn part(&self, k: usize, part: &Part, block: &Block, ln: &mut [Column; PROFILES], after: &mut Column) {
        let Part { t, before, seen } = part;
        let (whole, multiplied) =
            if *before { (&self.rows.before[*t], 1.0) } else { (&self.rows.after[*t], self.law.after[k]) };
        let limit = seen.as_ref().map_or(0.0, |(e, _)| e * multiplied);
        for (year, marks) in block.years(*t) {
            let person = usize::from(year.person);
            let counted = usize::from(if *before { year.before } else { year.after });
            if counted == 0 {
                continue; // a part holds no more than the whole
            }
            let had = whole.ln(counted);
            let count = below(marks, limit);
            let has = match seen {
                Some((_, row)) => row.ln(count),
                None => [0.0; PROFILES],
            };
            (0..PROFILES).for_each(|l| ln[l][person] += has[l] - had[l]);
            if !before {
                after[person] -= (counted - count) as f64;
            }
        }
    }

    /// Other offences in the interval of the index offence.
    #[inline(always)]
    fn within(&mut self, k: usize, block: &Block, ln: &mut [Column; PROFILES], stops: &mut [Column; PROFILES]) {
        let Some(cell) = within(self.sight) else { return };
        for (year, marks) in block.years(self.sight.index) {
            let person = usize::from(year.person);
            let after = if block.goes_on[person] { self.law.after[k] } else { 0.0 };
            let at = match &self.places[..] {
                [_] => 0,
                places => {
                    let place = block.place[person];
                    places.partition_point(|sum| sum[k] <= place).min(cell.places.len() - 1)
                }
            };
            let (e1, e2, _) = cell.places[at];
            let (until, upto) = (e1, e1 + after * e2);
            let (first, all) = (below(marks, until) as u32, below(marks, upto) as u32);
            let others = if cell.parted { (first, all - first) } else { (all, 0) };
            if others == (0, 0) {
                continue;
            }
            let (more, over) = match looked_up(others).and_then(|at| self.more[at]) {
                Some(found) => found,
                None => self.more(cell, others),
            };
            for l in 0..PROFILES {
                ln[l][person] += more[l];
                stops[l][person] = over[l];
            }
        }
    }

    #[inline(never)]
    fn more(&mut self, cell: &Within, others: Others) -> More {
        let (some, none) =
            (cell.ln_p(self.law, self.sight.index, others), cell.ln_p(self.law, self.sight.index, (0, 0)));
        let more = |s: usize| some[s] - none[s];
        // what cannot be of people who go on cannot be of anyone
        let goes_on: [f64; PROFILES] = std::array::from_fn(more);
        let over = std::array::from_fn(|l| {
            if goes_on[l] == f64::NEG_INFINITY { 0.0 } else { (more(l + PROFILES) - goes_on[l]).exp() }
        });
        if let Some(at) = looked_up(others) {
            self.more[at] = Some((goes_on, over));
        }
        (goes_on, over)
    }
}

/// Where counts in the interval of the index offence are kept, when they are low.
#[inline(always)]
fn looked_up((first, second): Others) -> Option<usize> {
    let (first, second) = (first as usize, second as usize);
    (first < WITHIN && second < WITHIN).then_some(first * WITHIN + second)
}

fn within(sight: &Sight) -> Option<&Within> {
    if let Cell::Within(within) = &sight.cells[sight.index] { Some(within) } else { None }
}

fn parts(law: &Law, sight: &Sight) -> Vec<Part> {
    let part = |(t, cell): (usize, &Cell)| {
        let row = |e: f64, after: bool| Row::new(std::array::from_fn(|l| e * law.mean(l, t, after)));
        let (before, seen) = match cell {
            Cell::Within(_) => return None,
            Cell::Before(e) | Cell::After(e) if *e == 1.0 => return None,
            Cell::Before(e) => (true, Some((*e, row(*e, false)))),
            Cell::After(e) => (false, Some((*e, row(*e, true)))),
            Cell::Unseen => (t < sight.index, None),
        };
        Some(Part { t, before, seen })
    };
    sight.cells.iter().enumerate().filter_map(part).collect()
}
