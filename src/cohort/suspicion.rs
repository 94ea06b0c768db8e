//! When a cohort looks as if its table meant something else than counts of events by person and age.
//!
//! Nothing is changed or guessed: what looks wrong is named with its place, and the caller says what it is.

use super::data::Cohort;
#[cfg(feature = "csv")]
use super::grid::AgeGrid;
use super::warning::{CellPlace, CohortWarning};
#[cfg(feature = "csv")]
use ndarray::Array2;
use std::collections::BTreeMap;

/// A count more than so many times the next highest is no tail of a distribution of counts.
const FAR: f64 = 50.0;

/// Numbers of two digits and more that files use for "unknown", "refused" or "not asked".
const CODES: [u32; 22] = [
    66, 77, 88, 95, 96, 97, 98, 99, 666, 777, 888, 997, 998, 999, 7777, 8888, 9997, 9998, 9999, 77_777, 88_888, 99_999,
];

/// A code is told from a count by a gap: at least so many times the next highest.
const CODE_GAP: f64 = 5.0;

/// Codes that are counts of busy people as well: they are codes behind a short range only.
const SMALL_CODES: [u32; 4] = [7, 8, 9, 15];

/// So short, and the code so many times the highest count: a tail of counts reaches a 9 by way of 4, 5 and 6.
const SHORT_RANGE: u32 = 3;
const SMALL_GAP: u32 = 3;

/// Behind a longer range they are only told of, when there are several, as many as this many times the count next to them.
const LONGER_RANGE: u32 = 5;
const FREQUENT: u64 = 3;

/// So many cells of a code are no chance, where a single one may be a count: nothing else was counted, or it is no 9.
const NO_CHANCE: u64 = 3;

/// A person is told to have more events than all others from this many on: among few events it is chance.
const MANY_EVENTS: u64 = 50;

/// What rows of totals and the like are called, wherever they stand; alone or before a blank, a number or a sign.
const TOTALS: [&str; 27] = [
    "total",
    "totals",
    "totaal",
    "totalen",
    "eindtotaal",
    "grand total",
    "grand-total",
    "subtotal",
    "subtotals",
    "subtotaal",
    "subtotalen",
    "sub-total",
    "sub-totaal",
    "sub total",
    "sub totaal",
    "tussentotaal",
    "gesamt",
    "summe",
    "sum",
    "mean",
    "average",
    "median",
    "gemiddelde",
    "gemiddeld",
    "mediaan",
    "mittelwert",
    "overall",
];

/// What may as well be a name or a code of somebody: only the first or last row is one of totals for it.
const TOTALS_AT_AN_END: [&str; 12] =
    ["all", "alle", "allen", "som", "n", "aantal", "count", "min", "max", "sd", "std", "gem"];

/// Whether an identifier is what rows of totals are called.
pub(super) fn is_total(id: &str, at_an_end: bool) -> bool {
    // most identifiers are numbers
    if !id.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    let id = id.trim_end_matches([':', '.', ' ']).to_lowercase();
    let sized = id.strip_prefix('n').and_then(|rest| rest.trim_start().strip_prefix('='));
    // `Total1` may be a code of somebody, `Total 2020` is none
    let begins = |word: &str| {
        let rest = id.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')))
    };
    sized.is_some() || TOTALS.iter().any(|word| begins(word)) || at_an_end && TOTALS_AT_AN_END.contains(&id.as_str())
}

/// How many of these identifiers are what rows of totals are called, and the place of the first.
pub(super) fn called_totals<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> Option<(u64, usize)> {
    let last = ids.len().saturating_sub(1);
    let found = ids.enumerate().filter(|(i, id)| is_total(id, *i == 0 || *i == last)).map(|(i, _)| i);
    found.fold(None, |first, i| first.map_or(Some((1, i)), |(n, first)| Some((n + 1, first))))
}

/// The first cell with a count of which something holds.
type FirstOf<'a> = dyn Fn(&dyn Fn(u32) -> bool) -> Option<CellPlace> + 'a;

/// What is looked at of people: of a cohort, or of all chunks of one.
pub(super) struct Looked<'a> {
    pub(super) persons: usize,
    /// Cells with each count above 0.
    pub(super) cells: BTreeMap<u32, u64>,
    /// The first cell with one of some counts.
    pub(super) place: &'a FirstOf<'a>,
    /// How many are called as rows of totals are, and the place of the first.
    pub(super) called: Option<(u64, CellPlace)>,
    pub(super) events: u64,
    pub(super) busiest: Option<Busiest>,
}

/// A person who has at least half of all events.
pub(super) struct Busiest {
    pub(super) place: CellPlace,
    pub(super) events: u64,
    /// Whether the counts are at every age the sums of all others', at three ages at least.
    pub(super) sums_of_others: bool,
}

/// Everything suspicious about a cohort; `cells` is the number of cells of each code of the histories.
pub(super) fn of(cohort: &Cohort, cells: &[u64]) -> Vec<CohortWarning> {
    let mut by_count = BTreeMap::new();
    for (code, &n) in cohort.histories.codes.iter().zip(cells) {
        *by_count.entry(code.count).or_default() += n;
    }
    let called = match cohort.id(0) {
        Some(_) => called_totals((0..cohort.persons()).map(|person| cohort.id(person).unwrap_or_default())),
        None => None,
    };
    judged(Looked {
        persons: cohort.persons(),
        cells: by_count,
        place: &|is| place(cohort, is),
        called: called.map(|(rows, person)| (rows, CellPlace::whole(person))),
        events: cohort.events(),
        busiest: busiest(cohort),
    })
}

/// Everything suspicious about what was looked at.
pub(super) fn judged(looked: Looked<'_>) -> Vec<CohortWarning> {
    let mut all = Vec::new();
    highest_counts(&looked, &mut all);
    // one code makes its person the one with most events
    let coded = !all.is_empty();
    totals(looked, coded, &mut all);
    all
}

/// Counts far above all others, and codes for missing values.
fn highest_counts(looked: &Looked<'_>, all: &mut Vec<CohortWarning>) {
    // 0 is the next highest of the lowest
    let counts: Vec<(u32, u64)> = std::iter::once((0, 0)).chain(looked.cells.iter().map(|(&c, &n)| (c, n))).collect();
    let positive: u64 = counts.iter().map(|&(_, n)| n).sum();
    let ratio = |i: usize| f64::from(counts[i].0) / f64::from(counts[i - 1].0.max(1));
    let place = |above: &[(u32, u64)]| (looked.place)(&|count| above.iter().any(|&(c, _)| c == count));
    let told = |above: &[(u32, u64)]| -> (Vec<u32>, u64) {
        (above.iter().map(|&(c, _)| c).collect(), above.iter().map(|&(_, n)| n).sum())
    };
    // from the top: the lowest count above which all are codes, with a gap below it
    let like = |i: usize| is_code(counts[i].0, counts[i - 1].0, counts[i..].iter().map(|&(_, n)| n).sum());
    let known = |count: u32| CODES.contains(&count) || SMALL_CODES.contains(&count);
    let coded = (1..counts.len()).rev().take_while(|&i| known(counts[i].0)).filter(|&i| like(i));
    if let Some(i) = coded.last() {
        let (above, next) = (&counts[i..], counts[i - 1].0);
        let (codes, cells) = told(above);
        if let Some(place) = place(above) {
            all.push(CohortWarning::LikeMissingCodes { counts: codes, next, cells, place });
        }
        return;
    }
    if let Some(i) = (1..counts.len()).find(|&i| ratio(i) > FAR) {
        let (above, next) = (&counts[i..], counts[i - 1].0);
        let (counts, cells) = told(above);
        // when most are so high, it is the others that are odd
        if 2 * cells <= positive
            && let Some(place) = place(above)
        {
            all.push(CohortWarning::FarOutside { counts, next, cells, place });
        }
        return;
    }
    if let Some(i) = (1..counts.len()).rev().take_while(|&i| SMALL_CODES.contains(&counts[i].0)).last() {
        let (above, (next, of_next)) = (&counts[i..], counts[i - 1]);
        let (codes, cells) = told(above);
        if (1..=LONGER_RANGE).contains(&next)
            && cells >= FREQUENT * of_next
            && let Some(place) = place(above)
        {
            all.push(CohortWarning::LikeMissingCodes { counts: codes, next, cells, place });
        }
    }
}

/// Whether a count, the lowest of `cells` cells, is a code by its distance from the next highest.
fn is_code(count: u32, next: u32, cells: u64) -> bool {
    if CODES.contains(&count) {
        return f64::from(count) >= CODE_GAP * f64::from(next.max(1));
    }
    let far = count >= SMALL_GAP * next.max(1) && next <= SHORT_RANGE;
    SMALL_CODES.contains(&count) && far && (count == 9 && next > 0 || cells >= NO_CHANCE)
}

/// Values of scales and the like that look like codes for missing ones: the highest far from all others, or below 0 where
/// all others are not. `rows` are those of a file.
#[cfg(feature = "csv")]
pub(super) fn of_values(values: &Array2<Option<f64>>, rows: &[u64], grid: AgeGrid) -> Option<CohortWarning> {
    let mut all: Vec<f64> = values.iter().flatten().copied().collect();
    all.sort_unstable_by(f64::total_cmp);
    all.dedup();
    let code = |value: f64| CODES.iter().any(|&code| f64::from(code) == value);
    let small = |value: f64| SMALL_CODES.iter().any(|&code| f64::from(code) == value);
    // a scale of whole numbers up to 3 has no 9
    let scale = |i: usize| all[..i].iter().all(|value| value.fract() == 0.0) && all[i - 1] <= f64::from(SHORT_RANGE);
    let far = |i: usize| match small(all[i]) {
        true => scale(i) && all[i - 1] >= 1.0 && all[i] >= f64::from(SMALL_GAP) * all[i - 1],
        false => all[i] >= CODE_GAP * all[i - 1].max(1.0),
    };
    let high = (1..all.len()).rev().take_while(|&i| code(all[i]) || small(all[i])).filter(|&i| far(i));
    // from the lowest code with a gap below it
    let from = high.last().unwrap_or(all.len());
    // below 0, single digits are codes as well
    let negative = all.iter().take_while(|&&value| value < 0.0).count();
    let below = |value: &f64| code(-value) || matches!(*value as i64, -9..=-7) && value.fract() == 0.0;
    let low = if negative < all.len() && all[..negative].iter().all(below) { negative } else { 0 };
    let next = *all.get(low..from)?.last()?;
    let found: Vec<f64> = all[..low].iter().chain(&all[from..]).copied().collect();
    let is_one = |value: &f64| found.contains(value);
    let cells = values.iter().flatten().filter(|value| is_one(value)).count() as u64;
    let ((person, j), _) = values.indexed_iter().find(|(_, value)| value.as_ref().is_some_and(is_one))?;
    let place = CellPlace { person: person + 1, row: rows.get(person).copied(), part: None, age: Some(grid.label(j)) };
    Some(CohortWarning::ValuesLikeMissingCodes { values: found, next, cells, place })
}

/// A person who is a row of totals, or has more events than all others.
fn totals(looked: Looked<'_>, coded: bool, all: &mut Vec<CohortWarning>) {
    if looked.persons < 3 {
        return;
    }
    let first = looked.called.as_ref().map(|(_, place)| place.person);
    if let Some((persons, place)) = looked.called {
        all.push(CohortWarning::CalledTotal { persons, place });
    }
    let Some(Busiest { place, events, sums_of_others }) = looked.busiest else { return };
    let others = looked.events - events;
    if events == others && sums_of_others {
        if first.is_none_or(|first| first != place.person) {
            all.push(CohortWarning::SumOfOthers { place });
        }
    } else if events > others && events >= MANY_EVENTS && !coded {
        all.push(CohortWarning::MoreThanAllOthers { place, events, others });
    }
}

/// The person with at least half of all events: only a history of one person can be that.
fn busiest(cohort: &Cohort) -> Option<Busiest> {
    let histories = &cohort.histories;
    let most = (0..histories.len()).filter(|&h| histories.persons[h] == 1).map(|h| (histories.events_of(h), h));
    let (own, h) = most.filter(|&(own, _)| own > 0 && 2 * own >= cohort.events()).max()?;
    let person = (0..cohort.persons()).find(|&i| cohort.history_of(i) == h)?;
    let sums_of_others = 2 * own == cohort.events() && sums_of_others(cohort, h);
    Some(Busiest { place: CellPlace::whole(person), events: own, sums_of_others })
}

/// Whether the counts of a history are at every age the sums of all others', and that at three ages at least.
fn sums_of_others(cohort: &Cohort, own: usize) -> bool {
    let histories = &cohort.histories;
    let mut sums = vec![0_i64; histories.intervals];
    for h in 0..histories.len() {
        let times = if h == own { -1 } else { i64::from(histories.persons[h]) };
        for &code in histories.cells_of(h) {
            let cell = histories.codes[code as usize];
            sums[cell.interval as usize] += times * i64::from(cell.count);
        }
    }
    sums.iter().all(|&sum| sum == 0) && histories.cells_of(own).len() >= 3
}

/// The first cell, person by person, whose count is one of these.
pub(super) fn place(cohort: &Cohort, is: impl Fn(u32) -> bool) -> Option<CellPlace> {
    let histories = &cohort.histories;
    let wanted: Vec<bool> = histories.codes.iter().map(|code| is(code.count)).collect();
    (0..cohort.persons()).find_map(|person| {
        let cells = histories.cells_of(cohort.history_of(person));
        let cell = cells.iter().find(|&&code| wanted[code as usize])?;
        let interval = histories.codes[*cell as usize].interval;
        Some(CellPlace { person: person + 1, row: None, part: None, age: Some(cohort.grid().label(interval as usize)) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::grid::AgeGrid;
    use ndarray::{Array2, array};

    fn warnings(counts: &Array2<u32>) -> Vec<String> {
        let grid = AgeGrid::years(12, 11 + counts.ncols() as u32).unwrap();
        Cohort::from_counts(grid, counts.view()).unwrap().warnings().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_code_among_counts_is_named_with_its_place() {
        let coded = array![[0_u32, 2, 3], [0, 999, 0], [1, 998, 0]];
        assert_eq!(
            warnings(&coded),
            [
                "2 cells with 998, 999, while the next highest count is 3 (first: person 2, age 13): a code for a missing value?"
            ]
        );
        let far = array![[0_u32, 2, 3], [0, 151, 0], [1, 2, 0]];
        assert_eq!(
            warnings(&far),
            [
                "1 cell with a count of 151, more than 50 times the next highest, 3 (first: person 2, age 13): a code for a missing value?"
            ]
        );
        let not_far = |counts: &Array2<u32>| warnings(counts).iter().all(|w| !w.contains("more than 50 times"));
        assert!(not_far(&array![[0_u32, 2, 3], [0, 150, 0], [1, 2, 0]]));
        let only = array![[0_u32, 0, 0], [0, 999, 0], [0, 0, 0]];
        assert!(warnings(&only)[0].contains("999, while the next highest count is 0"), "{:?}", warnings(&only));
        assert!(not_far(&array![[0_u32, 0, 0], [0, 60, 0], [0, 0, 0]]));
    }

    #[test]
    fn a_single_digit_is_a_code_only_behind_a_short_range() {
        let nines = array![[0_u32, 2, 9], [0, 9, 0], [1, 9, 0], [0, 0, 3]];
        assert_eq!(warnings(&nines).len(), 1);
        let few = array![[0_u32, 2, 9], [0, 3, 0], [1, 9, 0], [0, 0, 3]];
        assert_eq!(warnings(&few).len(), 1);
        assert!(warnings(&array![[0_u32, 2, 9], [0, 4, 0], [1, 9, 0], [0, 0, 4]]).is_empty());
        assert!(warnings(&array![[0_u32, 6, 9], [0, 9, 0], [1, 9, 0], [0, 0, 3]]).is_empty());
    }

    #[cfg(feature = "csv")]
    #[test]
    fn a_value_that_no_other_is_near_is_a_code_and_so_are_nines_below_zero() {
        let grid = AgeGrid::years(12, 14).unwrap();
        let told = |values: [f64; 6]| {
            let values = Array2::from_shape_vec((2, 3), values.map(Some).to_vec()).unwrap();
            of_values(&values, &[2, 3], grid).map(|warning| warning.to_string())
        };
        let high = told([12.0, 30.5, 999.0, 7.0, 998.0, 20.0]).unwrap();
        assert!(
            high.starts_with("2 cells with 998, 999, while the next highest value is 30.5 (first: row 2, age 14)"),
            "{high}"
        );
        let low = told([12.0, 30.5, -9.0, 7.0, -99.0, 20.0]).unwrap();
        assert!(low.starts_with("2 cells with -99, -9"), "{low}");
        // scales that reach so far, or below 0 by themselves
        assert_eq!(told([12.0, 30.5, 99.0, 7.0, 80.0, 20.0]), None);
        assert_eq!(told([12.0, 30.5, -9.0, -7.5, -2.0, 20.0]), None);
        assert_eq!(told([0.1, 0.5, 0.9, 0.0, 1.0, 0.2]), None);
    }

    #[test]
    fn a_row_of_sums_is_told_from_a_busy_person() {
        let sums = array![[0_u32, 2, 3], [1, 0, 0], [0, 1, 1], [1, 3, 4]];
        assert!(warnings(&sums)[0].contains("person 4) are the sums of all others'"), "{:?}", warnings(&sums));
        let busy = array![[0_u32, 2, 3], [1, 0, 0], [20, 20, 11]];
        assert_eq!(warnings(&busy), ["one person (person 3) has 51 events, all others together 6"]);
        assert!(warnings(&array![[0_u32, 2, 3], [1, 0, 0], [4, 4, 4]]).is_empty());
    }
}
