//! What a record's sight makes of the people drawn: whom of their offences it would have seen, and what those say of the
//! states.
//!
//! An interval that was whole keeps the same offences of a person whatever the record, so these are counted when people
//! are drawn; only an interval seen in part, and that of the index offence, is gone through offence by offence.

use super::law::{Law, PROFILES, STATES};
use super::peers::{Peer, Year};
use super::sight::{Cell, Others, Sight};

/// Counts of one interval that are looked up; higher ones are added up.
const ROWS: usize = 16;

/// Counts in the interval of the index offence that are looked up.
const WITHIN: usize = 8;

/// Which of the counts of a [`Year`] holds, or that its offences are gone through.
const UNSEEN: u8 = 0;
const BEFORE: u8 = 1;
const AFTER: u8 = 2;
const EACH: u8 = 3;

pub(super) struct Seen<'a> {
    sight: &'a Sight,
    /// Sums of people without any other offence.
    none: [f64; STATES],
    /// Which count of each interval holds: for people who go on after the index offence, and for those who stop.
    counts: [Vec<u8>; 2],
    /// By interval, what 0, 1, .. offences add: `n ln(mean) - ln(n!)`.
    rows: Vec<[f64; STATES]>,
    /// `ln` of the expected number in each interval seen outside that of the index offence.
    ln_mean: Vec<[f64; STATES]>,
    /// `ln` of what each profile weighs.
    pub(super) shares: [f64; PROFILES],
    /// Up to here lies the place of the index offence, by profile.
    places: Vec<[f64; PROFILES]>,
    /// `ln` of how much more probable other offences in the interval of the index offence are than none, for the first
    /// counts before and after it; worked out when first asked for.
    within: [Option<[f64; STATES]>; WITHIN * WITHIN],
    /// Probability of a profile to stop.
    stops: [f64; PROFILES],
}

impl<'a> Seen<'a> {
    pub(super) fn new(law: &Law, sight: &'a Sight) -> Seen<'a> {
        let mut none = sight.ln_weight;
        for t in 0..sight.cells.len() {
            let p = sight.ln_p(law, t, (0, 0));
            (0..STATES).for_each(|s| none[s] += p[s]);
        }
        let ln_mean: Vec<[f64; STATES]> =
            sight.cells.iter().enumerate().map(|(t, cell)| ln_mean(law, t, cell)).collect();
        let mut rows = Vec::with_capacity(ln_mean.len() * ROWS);
        for ln_mean in &ln_mean {
            let mut sum = [0.0; STATES];
            for n in 0..ROWS {
                rows.push(sum);
                add_one(&mut sum, ln_mean, n + 1);
            }
        }
        let count = |cell: &Cell, stops: bool| match cell {
            Cell::Unseen => UNSEEN,
            Cell::Before(e) if *e == 1.0 => BEFORE,
            Cell::After(_) if stops => UNSEEN,
            Cell::After(e) if *e == 1.0 => AFTER,
            Cell::Before(_) | Cell::After(_) | Cell::Within(_) => EACH,
        };
        let (mut sum, mut places) = ([0.0; PROFILES], Vec::new());
        if let Cell::Within(within) = &sight.cells[sight.index] {
            for place in &within.places {
                (0..PROFILES).for_each(|k| sum[k] += place.2[k]);
                places.push(sum);
            }
        }
        Seen {
            sight,
            none,
            counts: [false, true].map(|stops| sight.cells.iter().map(|cell| count(cell, stops)).collect()),
            rows,
            ln_mean,
            shares: sight.shares(),
            places,
            within: [None; WITHIN * WITHIN],
            stops: std::array::from_fn(|k| law.ln_stops[k + PROFILES].exp()),
        }
    }

    /// Sums over the states of one person of profile `k`, whose marks begin at `begin`.
    #[inline(always)]
    pub(super) fn sums(
        &mut self,
        law: &Law,
        k: usize,
        person: &Peer,
        years: &[Year],
        (marks, begin): (&[f64], usize),
    ) -> [f64; STATES] {
        let stops = person.stops < self.stops[k];
        let mut sums = self.none;
        let mut within: Others = (0, 0);
        let mut begin = begin;
        for year in years {
            let t = usize::from(year.interval);
            let Some(which) = self.counts[usize::from(stops)].get(t) else { break };
            let count = if *which == EACH {
                let marks = &marks[begin..year.end as usize];
                let after = if stops { 0.0 } else { law.after[k] };
                match &self.sight.cells[t] {
                    Cell::Within(_) => {
                        within = self.others(k, person.place, after, marks);
                        0
                    }
                    Cell::Before(e) => below(marks, *e),
                    Cell::After(e) => below(marks, e * after),
                    Cell::Unseen => 0,
                }
            } else {
                usize::from(year.kept[usize::from(*which)])
            };
            begin = year.end as usize;
            let row = &self.rows[t * ROWS + count.min(ROWS - 1)];
            (0..STATES).for_each(|s| sums[s] += row[s]);
            for n in ROWS..=count {
                add_one(&mut sums, &self.ln_mean[t], n);
            }
        }
        if within != (0, 0) {
            let more = self.more(law, within);
            (0..STATES).for_each(|s| sums[s] += more[s]);
        }
        sums
    }

    /// How many other offences lie in the interval of the index offence, for a person with it at this place.
    fn others(&self, k: usize, place: f64, after: f64, marks: &[f64]) -> Others {
        let Cell::Within(cell) = &self.sight.cells[self.sight.index] else { return (0, 0) };
        let at = self.places.partition_point(|sum| sum[k] <= place).min(cell.places.len() - 1);
        let (e1, e2, _) = cell.places[at];
        let (first, all) = (below(marks, e1) as u32, below(marks, e1 + after * e2) as u32);
        if cell.parted { (first, all - first) } else { (all, 0) }
    }

    fn more(&mut self, law: &Law, within: Others) -> [f64; STATES] {
        let at = (within.0 as usize, within.1 as usize);
        let kept = at.0 < WITHIN && at.1 < WITHIN;
        if let (true, Some(found)) = (kept, self.within[at.0 % WITHIN * WITHIN + at.1 % WITHIN]) {
            return found;
        }
        let Cell::Within(cell) = &self.sight.cells[self.sight.index] else { return [0.0; STATES] };
        let (some, none) = (cell.ln_p(law, self.sight.index, within), cell.ln_p(law, self.sight.index, (0, 0)));
        let more = std::array::from_fn(|s| some[s] - none[s]);
        if kept {
            self.within[at.0 * WITHIN + at.1] = Some(more);
        }
        more
    }
}

fn ln_mean(law: &Law, t: usize, cell: &Cell) -> [f64; STATES] {
    match cell {
        Cell::Before(e) => std::array::from_fn(|s| (e * law.mean(s, t, false)).ln()),
        Cell::After(e) => std::array::from_fn(|s| (e * law.mean(s, t, true)).ln()),
        Cell::Unseen | Cell::Within(_) => [0.0; STATES],
    }
}

/// From a count of `n - 1` to one of `n`.
#[inline(always)]
fn add_one(sums: &mut [f64; STATES], ln_mean: &[f64; STATES], n: usize) {
    let ln = (n as f64).ln();
    (0..STATES).for_each(|s| sums[s] += ln_mean[s] - ln);
}

#[inline(always)]
fn below(marks: &[f64], limit: f64) -> usize {
    marks.iter().filter(|mark| **mark < limit).count()
}
