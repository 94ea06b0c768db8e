//! Identifiers of persons while a table is read: checked, numbered by first appearance, never shown.

use super::options::CsvOptions;
use super::table::Table;
use hashbrown::HashTable;
use std::hash::{BuildHasher, RandomState};

/// Longer identifiers are refused: they are free text in the wrong column, or rows swallowed by a quote.
const MAX_ID_BYTES: usize = 256;

/// The identifier in a field, trimmed; otherwise what is wrong with it.
pub(in crate::cohort) fn checked(field: &[u8]) -> Result<&str, &'static str> {
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
pub(in crate::cohort) struct Ids {
    text: String,
    ends: Vec<usize>,
    rows: Vec<u64>,
    /// Person and [`Ids::hash`]: kept, so that neither a miss nor growing goes back to the text, which
    /// would cost a cache miss per person.
    by_id: HashTable<(u32, u32)>,
    hasher: RandomState,
}

impl Ids {
    pub(in crate::cohort) fn new() -> Self {
        Ids {
            text: String::new(),
            ends: Vec::new(),
            rows: Vec::new(),
            by_id: HashTable::new(),
            hasher: RandomState::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(in crate::cohort) fn get(&self, person: usize) -> &str {
        let start = if person == 0 { 0 } else { self.ends[person - 1] };
        &self.text[start..self.ends[person]]
    }

    /// Row in which this person was first seen.
    pub(in crate::cohort) fn row(&self, person: usize) -> u64 {
        self.rows[person]
    }

    pub(in crate::cohort) fn find(&self, id: &str) -> Option<usize> {
        let hash = self.hash(id);
        let found = self.by_id.find(spread(hash), |&(p, h)| h == hash && self.get(p as usize) == id);
        found.map(|&(p, _)| p as usize)
    }

    fn hash(&self, id: &str) -> u32 {
        (self.hasher.hash_one(id) >> 32) as u32
    }

    /// The number of this person, and whether it is new.
    pub(in crate::cohort) fn number(&mut self, id: &str, row: u64) -> (usize, bool) {
        if let Some(person) = self.find(id) {
            return (person, false);
        }
        let person = self.ends.len();
        let hash = self.hash(id);
        self.by_id.insert_unique(spread(hash), (person as u32, hash), |&(_, hash)| spread(hash));
        self.text.push_str(id);
        self.ends.push(self.text.len());
        self.rows.push(row);
        (person, true)
    }

    /// Takes the identifier of the current record. `None` when it is unusable, which stands among the
    /// issues then, or when the table has too many persons, which ends the reading.
    pub(super) fn take(&mut self, table: &mut Table<'_>, column: usize, options: &CsvOptions) -> Option<(usize, bool)> {
        let row = table.row;
        match checked(table.record.get(column).unwrap_or_default()) {
            Err(problem) => {
                table.issues.add(Some(row), Some(&options.id_column), || problem.to_owned());
                None
            }
            Ok(id) => {
                let (person, new) = self.number(id, row);
                if person >= options.max_persons {
                    table.stop(Some(row), || format!("more than {} persons", options.max_persons));
                    return None;
                }
                Some((person, new))
            }
        }
    }

    /// As [`Ids::take`], for tables in which a person may stand only once.
    pub(super) fn take_new(&mut self, table: &mut Table<'_>, column: usize, options: &CsvOptions) -> Option<usize> {
        let (person, new) = self.take(table, column, options)?;
        if !new {
            let first = self.row(person);
            table.issues.add(Some(table.row), Some(&options.id_column), || format!("same id as row {first}"));
        }
        new.then_some(person)
    }
}

/// The table takes its slot from the low bits of a hash and its tag from the high ones.
fn spread(hash: u32) -> u64 {
    // Odd, so no two hashes fall together; 2^64 divided by the golden ratio.
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}
