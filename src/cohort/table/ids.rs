//! Identifiers of persons while a table is read: checked, numbered by first appearance, never shown.

use super::field::{Field, identifier};
use super::options::TableOptions;
use super::rows::Table;
use crate::cohort::names::Names;
use hashbrown::HashTable;
use std::cell::{Cell, OnceCell};
use std::collections::HashMap;
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

/// All identifiers of a table, with the row each was first seen in.
pub(super) struct Ids {
    names: Names,
    rows: Vec<u64>,
    /// Person and [`Ids::hash`]: kept, so that neither a miss nor growing goes back to the text, which
    /// would cost a cache miss per person.
    by_id: HashTable<(u32, u32)>,
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
        let found = near.or_else(|| self.find_hashed(id, self.hash(id)));
        self.last.set(found.unwrap_or(last));
        found
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
        let same = |by: fn(&str) -> &str| by(id) == by(other);
        Some(if same(without_zeros) {
            "leading zeros"
        } else if same(without_decimals) {
            "a .0 at its end"
        } else if id.eq_ignore_ascii_case(other) {
            "capital letters"
        } else if without_blanks(id) == without_blanks(other) {
            "blanks"
        } else {
            "leading zeros, a .0, blanks or capital letters"
        })
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
        let hash = self.hash(id);
        if let Some(person) = self.find_hashed(id, hash) {
            return (person, false);
        }
        let person = self.names.len();
        self.by_id.insert_unique(spread(hash), (person as u32, hash), |&(_, hash)| spread(hash));
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
        let person = match rows.field(column) {
            // the digits of a number, without a text of its own for everyone
            Field::Whole(number) => Ok(self.number(digits(number, &mut [0; 20]), row)),
            field => identifier(field).map(|id| self.number(&id, row)),
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
        let field = rows.field(column);
        if let Field::Whole(number) = field
            && let Some(person) = self.find(digits(number, &mut [0; 20]))
        {
            return Some(person);
        }
        let problem = match identifier(field) {
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
            let first = self.row(person);
            table.issues.add(Some(table.row), Some(&options.id_column), || format!("same id as row {first}"));
        }
        new.then_some(person)
    }
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

/// An identifier without what programs add or take away: leading zeros, `.0`, blanks, capital letters.
fn bare(id: &str) -> String {
    without_zeros(without_decimals(&without_blanks(id))).to_ascii_lowercase()
}

fn without_zeros(id: &str) -> &str {
    id.trim_start_matches('0')
}

fn without_decimals(id: &str) -> &str {
    id.strip_suffix(".0").unwrap_or(id)
}

fn without_blanks(id: &str) -> String {
    id.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_of_a_number_are_those_it_is_written_with() {
        for number in [0, 7, -1, 10, 1_234_567_890, i64::MAX, i64::MIN] {
            assert_eq!(digits(number, &mut [0; 20]), number.to_string());
        }
    }
}
