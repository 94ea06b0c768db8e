//! Identifiers of persons while a table is read: checked, numbered by first appearance, never shown.

use super::codes;
use super::field::Field;
use super::options::TableOptions;
use super::rows::Table;
use super::ways::{WAYS, bare, is_bare, way};
use crate::cohort::names::Names;
use crate::cohort::warning::{CellPlace, CohortWarning};
use crate::error::Issues;
use hashbrown::HashTable;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};

/// Longer identifiers are refused: they are free text in the wrong column, or rows swallowed by a quote.
const MAX_ID_BYTES: usize = 256;

/// The identifier in a field, trimmed; otherwise what is wrong with it.
pub(super) fn checked(field: &[u8]) -> Result<&str, &'static str> {
    let id = std::str::from_utf8(field).map_err(|_| "the identifier is not UTF-8 text: save the file as UTF-8")?.trim();
    if id.is_empty() {
        Err("no identifier")
    } else if id.len() > MAX_ID_BYTES {
        Err("an identifier of more than 256 bytes")
    } else if id.chars().any(char::is_control) {
        Err("the identifier holds a line break or another control character: is a quote left open?")
    } else {
        Ok(id)
    }
}

/// The identifier in a cell, trimmed; otherwise what is wrong with it. Numbers are identifiers as digits.
pub(super) fn identifier<'f>(field: Field<'f>, options: &TableOptions) -> Result<Cow<'f, str>, &'static str> {
    // above these bounds two identifiers may be one number
    const DOUBLE_WHOLE: f64 = 9_007_199_254_740_992.0;
    if codes::are_no_identifier(field, options) {
        return Err("no identifier: the cell holds a code for a missing value");
    }
    match field {
        Field::Text(text) => checked(text).map(Cow::Borrowed),
        Field::Whole(number) => Ok(Cow::Owned(number.to_string())),
        Field::Huge(number) => Ok(Cow::Owned(number.to_string())),
        Field::Single(v) if v.fract() == 0.0 && field.is_rounded() => Err(
            "the identifier is stored as a 32-bit float (Stata's float), in which several people are one number from \
             16777216 on: store it as long, double or text where it is made",
        ),
        Field::Decimal(v) if v.fract() == 0.0 && v.abs() >= DOUBLE_WHOLE => Err(
            "the identifier is stored as a double, in which several people are one number from 2^53 on: store it as text \
             where it is made",
        ),
        Field::Single(v) if v.fract() == 0.0 => Ok(Cow::Owned((v as i64).to_string())),
        Field::Decimal(v) if v.fract() == 0.0 => Ok(Cow::Owned((v as i64).to_string())),
        Field::Empty => Err("no identifier"),
        _ => Err("the identifier is neither text nor a whole number"),
    }
}

/// All identifiers of a table, with the row each was first seen in.
pub(super) struct Ids {
    names: Names,
    rows: Vec<u64>,
    /// Person and [`Ids::hash`]: kept, so that neither a miss nor growing goes back to the text, which
    /// would cost a cache miss per person.
    by_id: HashTable<(u32, u32)>,
    /// Whether all rise in [`order`], as numbers in order do: then they are found by halving, and `by_id` is empty.
    rising: bool,
    hasher: RandomState,
    /// The person found last: most tables hold the rows of a person behind each other.
    last: Cell<usize>,
    /// Persons by what is left of their identifiers without leading zeros, `.0`, blanks and case: for messages only.
    alike: OnceCell<HashMap<String, usize>>,
}

impl Ids {
    pub(super) fn new() -> Self {
        Ids {
            names: Names::default(),
            rows: Vec::new(),
            by_id: HashTable::new(),
            rising: true,
            hasher: RandomState::new(),
            last: Cell::new(0),
            alike: OnceCell::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn get(&self, person: usize) -> &str {
        self.names.get(person).unwrap_or_default()
    }

    /// All identifiers, which are not here any more then.
    pub(super) fn take_names(&mut self) -> Names {
        self.by_id.clear();
        std::mem::take(&mut self.names)
    }

    /// Row in which this person was first seen.
    pub(super) fn row(&self, person: usize) -> u64 {
        self.rows[person]
    }

    pub(super) fn find(&self, id: &str) -> Option<usize> {
        let last = self.last.get();
        let near = [last, last + 1].into_iter().find(|&person| self.names.get(person) == Some(id));
        let found = near.or_else(|| match self.rising {
            true => self.find_by_halving(id),
            false => self.find_hashed(id, self.hash(id)),
        });
        self.last.set(found.unwrap_or(last));
        found
    }

    fn find_by_halving(&self, id: &str) -> Option<usize> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from + (to - from) / 2;
            match order(self.get(middle), id) {
                Ordering::Less => from = middle + 1,
                Ordering::Equal => return Some(middle),
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// From here on identifiers are found by their hashes.
    #[cold]
    fn index(&mut self) {
        self.rising = false;
        for person in 0..self.len() {
            let hash = self.hash(self.get(person));
            self.by_id.insert_unique(spread(hash), (person as u32, hash), |&(_, hash)| spread(hash));
        }
    }

    fn find_hashed(&self, id: &str, hash: u32) -> Option<usize> {
        let found = self.by_id.find(spread(hash), |&(p, h)| h == hash && self.get(p as usize) == id);
        found.map(|&(p, _)| p as usize)
    }

    /// In what an identifier that is not here differs from one that is, when it is no more than the way it is written.
    #[cold]
    pub(super) fn near_miss(&self, id: &str) -> Option<&'static str> {
        let alike = self.alike.get_or_init(|| (0..self.len()).map(|person| (bare(self.get(person)), person)).collect());
        let other = self.get(*alike.get(&bare(id))?);
        Some(WAYS[way(id, other)])
    }

    /// People of this table who differ from another of it by the way their identifiers are written alone; `rows` says
    /// where each stands.
    pub(super) fn alike(&self, places: &Issues) -> Option<CohortWarning> {
        // what is written in one way only cannot be alike, and most tables are so throughout
        if (0..self.len()).all(|person| is_bare(self.get(person))) {
            return None;
        }
        let mut seen: HashMap<String, usize> = HashMap::with_capacity(self.len());
        let mut first: Option<(usize, usize)> = None;
        let mut persons = 0;
        for person in 0..self.len() {
            match seen.entry(bare(self.get(person))) {
                Entry::Occupied(other) => {
                    persons += 1;
                    first.get_or_insert((person, *other.get()));
                }
                Entry::Vacant(place) => {
                    place.insert(person);
                }
            }
        }
        let (person, other) = first?;
        let by = WAYS[way(self.get(person), self.get(other))].to_owned();
        let place = |person: usize| {
            let (part, row) = places.located(self.row(person));
            CellPlace { person: person + 1, row: Some(row), part, age: None }
        };
        Some(CohortWarning::AlikeIdentifiers { persons, by, place: place(person), other: place(other) })
    }

    /// What is said of an identifier that is not in this table, called `where_`.
    #[cold]
    pub(super) fn absent(&self, id: &str, where_: &str) -> String {
        match self.near_miss(id) {
            None => format!("this id is not in {where_}"),
            Some(what) => format!(
                "this id is not in {where_}, but one there differs from it by {what} alone: identifiers are text, so \
                 write them alike in both files"
            ),
        }
    }

    fn hash(&self, id: &str) -> u32 {
        (self.hasher.hash_one(id) >> 32) as u32
    }

    /// The number of this person, and whether it is new.
    pub(super) fn number(&mut self, id: &str, row: u64) -> (usize, bool) {
        let person = self.names.len();
        if self.rising {
            match person.checked_sub(1).map_or(Ordering::Greater, |last| order(id, self.get(last))) {
                Ordering::Greater => {}
                Ordering::Equal => return (person - 1, false),
                Ordering::Less => match self.find_by_halving(id) {
                    Some(person) => return (person, false),
                    None => self.index(),
                },
            }
        }
        if !self.rising {
            let hash = self.hash(id);
            if let Some(person) = self.find_hashed(id, hash) {
                return (person, false);
            }
            self.by_id.insert_unique(spread(hash), (person as u32, hash), |&(_, hash)| spread(hash));
        }
        self.names.push(id);
        self.rows.push(row);
        (person, true)
    }

    /// Takes the identifier of the current record. `None` when it is unusable, which stands among the
    /// issues then, or when the table has too many persons, which ends the reading.
    pub(super) fn take(
        &mut self,
        table: &mut Table<'_>,
        column: usize,
        options: &TableOptions,
    ) -> Option<(usize, bool)> {
        let Table { rows, issues, row, .. } = &mut *table;
        let row = *row;
        let person = match rows.named(column) {
            // the digits of a number, without a text of its own for everyone
            Field::Whole(number @ 0..) => Ok(self.number(digits(number, &mut [0; 20]), row)),
            field => identifier(field, options).map(|id| self.number(&id, row)),
        };
        match person {
            Err(problem) => {
                issues.add(Some(row), Some(&options.id_column), || problem.to_owned());
                None
            }
            Ok((person, _)) if person >= options.max_persons => {
                table.stop(Some(row), || format!("more than {} persons", options.max_persons));
                None
            }
            Ok(found) => Some(found),
        }
    }

    /// The person of the current record, who must be among these, of a table called `name`.
    pub(super) fn known(
        &self,
        table: &mut Table<'_>,
        column: usize,
        options: &TableOptions,
        name: &str,
    ) -> Option<usize> {
        let Table { rows, issues, row, .. } = table;
        let field = rows.named(column);
        if let Field::Whole(number @ 0..) = field
            && let Some(person) = self.find(digits(number, &mut [0; 20]))
        {
            return Some(person);
        }
        let problem = match identifier(field, options) {
            Err(problem) => problem.to_owned(),
            Ok(id) => match self.find(&id) {
                Some(person) => return Some(person),
                None => self.absent(&id, name),
            },
        };
        issues.add(Some(*row), Some(&options.id_column), || problem);
        None
    }

    /// As [`Ids::take`], for tables in which a person may stand only once.
    pub(super) fn take_new(&mut self, table: &mut Table<'_>, column: usize, options: &TableOptions) -> Option<usize> {
        let (person, new) = self.take(table, column, options)?;
        if !new {
            let first = table.place(self.row(person));
            table.issues.add(Some(table.row), Some(&options.id_column), || format!("same id as {first}"));
        }
        new.then_some(person)
    }
}

/// Shorter ones first, those of one length by their bytes: the order of numbers without leading zeros.
fn order(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A whole number as text.
fn digits(number: i64, to: &mut [u8; 20]) -> &str {
    let (mut at, mut rest) = (to.len(), number.unsigned_abs());
    loop {
        at -= 1;
        to[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        at -= 1;
        to[at] = b'-';
    }
    std::str::from_utf8(&to[at..]).unwrap_or_default()
}

/// The table takes its slot from the low bits of a hash and its tag from the high ones.
fn spread(hash: u32) -> u64 {
    // Odd, so no two hashes fall together; 2^64 divided by the golden ratio.
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_text_or_the_digits_of_a_number() {
        let plain = TableOptions::new();
        assert_eq!(identifier(Field::Text(b" 012 "), &plain).unwrap(), "012");
        assert_eq!(identifier(Field::Decimal(12.0), &plain).unwrap(), "12");
        assert!(identifier(Field::Decimal(1.5), &plain).is_err() && identifier(Field::Decimal(1e17), &plain).is_err());
    }

    #[test]
    fn people_are_found_whether_identifiers_rise_or_not() {
        let rising: Vec<String> = (0..500).map(|i| (3 * i).to_string()).collect();
        let broken = [rising.clone(), vec!["1".into(), "b".into(), "7".into()]].concat();
        let as_text = {
            let mut sorted = rising.clone();
            sorted.sort();
            sorted
        };
        for names in [rising, broken, as_text] {
            let mut ids = Ids::new();
            for (i, name) in names.iter().enumerate() {
                assert_eq!(ids.number(name, i as u64), (i, true));
                assert_eq!(ids.number(name, 9_999), (i, false));
                assert_eq!(ids.number(&names[i / 2], 9_999), (i / 2, false));
            }
            for (i, name) in names.iter().enumerate().rev() {
                assert_eq!((ids.find(name), ids.row(i)), (Some(i), i as u64));
            }
            assert_eq!([ids.find("2"), ids.find(""), ids.find("99999")], [None; 3]);
        }
    }

    #[test]
    fn the_digits_of_a_number_are_those_it_is_written_with() {
        for number in [0, 7, -1, 10, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(digits(number, &mut [0; 20]), number.to_string());
        }
    }
}
