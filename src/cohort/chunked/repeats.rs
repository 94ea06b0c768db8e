//! Identifiers that stand twice, found without holding any: hashes go to a file, and are looked through at the end.

use super::scratch::scratch_in;
use crate::cohort::table::ways;
use crate::cohort::warning::{CellPlace, CohortWarning};
use crate::error::{Error, Result};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a hash, a row, and a person with the way their identifier is written.
const RECORD: usize = 32;
/// Where in the latter that way stands.
const WAY: u32 = 56;
const PERSON: u64 = (1 << WAY) - 1;
/// Stands for no way: the identifier as it is.
const BARE: u64 = 0xFF;
/// Hashes looked through at once.
const AT_ONCE: u64 = 1 << 20;

/// What was seen of identifiers.
pub(in crate::cohort) struct Repeats {
    log: BufWriter<File>,
    /// Of identifiers that may be those of others in another way of writing, the hashes of what they are without it.
    others: Option<BufWriter<File>>,
    others_seen: u64,
    folder: String,
    /// Two keys, so that 128 bits tell identifiers apart: two of a thousand million different ones meet in less than one
    /// of 10^20 tables.
    keys: [RandomState; 2],
    seen: u64,
    /// Identifiers that rise, shorter ones first, cannot stand twice.
    rising: bool,
    last: String,
}

impl Repeats {
    /// Hashes are kept in a file in this folder that has no name.
    pub(in crate::cohort) fn new(folder: &Path) -> Result<Repeats> {
        Ok(Repeats {
            log: BufWriter::with_capacity(1 << 18, scratch_in(folder)?),
            others: None,
            others_seen: 0,
            folder: folder.display().to_string(),
            keys: [RandomState::new(), RandomState::new()],
            seen: 0,
            rising: true,
            last: String::new(),
        })
    }

    /// Notes the identifier of a row.
    pub(in crate::cohort) fn see(&mut self, id: &str, row: u64) -> Result<()> {
        let rises = (self.last.len(), self.last.as_str()) < (id.len(), id);
        self.rising &= rises || self.seen == 0;
        if self.rising {
            self.last.clear();
            self.last.push_str(id);
        }
        let person = self.seen;
        self.seen += 1;
        let record = self.record(id, row, person | BARE << WAY);
        self.log.write_all(&record).map_err(|cause| self.failed(cause))?;
        if ways::is_bare(id) {
            return Ok(());
        }
        let bare = ways::bare(id);
        let record = self.record(&bare, row, person | (ways::way(id, &bare) as u64) << WAY);
        if self.others.is_none() {
            self.others = Some(BufWriter::with_capacity(1 << 18, scratch_in(Path::new(&self.folder))?));
        }
        self.others_seen += 1;
        let written = self.others.as_mut().map_or(Ok(()), |others| others.write_all(&record));
        written.map_err(|cause| self.failed(cause))
    }

    fn record(&self, id: &str, row: u64, person: u64) -> [u8; RECORD] {
        let mut record = [0; RECORD];
        for (to, key) in record.chunks_exact_mut(8).zip(&self.keys) {
            to.copy_from_slice(&key.hash_one(id).to_ne_bytes());
        }
        record[16..24].copy_from_slice(&row.to_ne_bytes());
        record[24..].copy_from_slice(&person.to_ne_bytes());
        record
    }

    /// People whose identifiers are those of others in another way of writing.
    pub(in crate::cohort) fn alike(&mut self) -> Result<Option<CohortWarning>> {
        let Some(mut others) = self.others.take() else { return Ok(None) };
        let flushed = self.log.flush().and_then(|()| others.flush());
        flushed.map_err(|cause| self.failed(cause))?;
        let mut first: Option<[(u64, u64); 2]> = None;
        let mut persons = 0;
        let parts = (self.seen + self.others_seen).div_ceil(AT_ONCE);
        for part in 0..parts {
            let own = of_part(self.log.get_mut(), self.seen, (part, parts));
            let bare = of_part(others.get_mut(), self.others_seen, (part, parts));
            let both = own.and_then(|own| Ok([own, bare?].concat()));
            let mut some = both.map_err(|cause| self.failed(cause))?;
            some.sort_unstable_by_key(|seen| (seen.hash, seen.person & PERSON));
            for same in some.chunk_by(|a, b| a.hash == b.hash).filter(|same| same.len() > 1) {
                persons += same.len() as u64 - 1;
                let pair = [1, 0].map(|i: usize| (same[i].person, same[i].row));
                if first.is_none_or(|first| pair[0].0 & PERSON < first[0].0 & PERSON) {
                    first = Some(pair);
                }
            }
        }
        let Some([one, other]) = first else { return Ok(None) };
        // an identifier without anything to take away differs by what the other one has
        let ways = [one, other].map(|(person, _)| (person >> WAY) as usize);
        let is_bare = [one, other].map(|(person, _)| person >> WAY == BARE);
        let way = match is_bare {
            [true, _] => ways[1],
            [_, true] => ways[0],
            _ if ways[0] == ways[1] => ways[0],
            _ => ways::WAYS.len() - 1,
        };
        let place = |(person, row): (u64, u64)| CellPlace {
            person: (person & PERSON) as usize + 1,
            row: Some(row),
            part: None,
            age: None,
        };
        let by = ways::WAYS[way.min(ways::WAYS.len() - 1)].to_owned();
        Ok(Some(CohortWarning::AlikeIdentifiers { persons, by, place: place(one), other: place(other) }))
    }

    fn failed(&self, cause: io::Error) -> Error {
        Error::io(&self.folder, "used for people in chunks", cause)
    }

    /// Calls `found` with every row whose identifier stands in an earlier row, and that row; by row.
    pub(in crate::cohort) fn find(mut self, mut found: impl FnMut(u64, u64)) -> Result<()> {
        if self.rising {
            return Ok(());
        }
        let flushed = self.log.flush();
        flushed.map_err(|cause| self.failed(cause))?;
        let mut twice = Vec::new();
        let parts = self.seen.div_ceil(AT_ONCE);
        for part in 0..parts {
            let of_part = of_part(self.log.get_mut(), self.seen, (part, parts));
            let mut some = of_part.map_err(|cause| self.failed(cause))?;
            some.sort_unstable_by_key(|seen| (seen.hash, seen.row));
            for same in some.chunk_by(|a, b| a.hash == b.hash) {
                // the first of those that are alike stands first
                twice.extend(same[1..].iter().map(|seen| (seen.row, same[0].row)));
            }
        }
        twice.sort_unstable();
        twice.into_iter().for_each(|(row, first)| found(row, first));
        Ok(())
    }
}

/// An identifier that was seen: its hash, row, and person with the way it is written.
#[derive(Clone, Copy)]
struct Seen {
    hash: [u64; 2],
    row: u64,
    person: u64,
}

/// What one part of all hold, of a file of so many.
fn of_part(file: &mut File, seen: u64, (part, parts): (u64, u64)) -> io::Result<Vec<Seen>> {
    file.seek(SeekFrom::Start(0))?;
    let mut log = BufReader::with_capacity(1 << 18, file);
    let mut some = Vec::new();
    let mut record = [0; RECORD];
    for _ in 0..seen {
        log.read_exact(&mut record)?;
        let (words, _) = record.as_chunks::<8>();
        let [a, b, row, person] = [0, 1, 2, 3].map(|i| u64::from_ne_bytes(words[i]));
        if a % parts == part {
            some.push(Seen { hash: [a, b], row, person });
        }
    }
    Ok(some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(ids: &[&str]) -> Vec<(u64, u64)> {
        let mut repeats = Repeats::new(&std::env::temp_dir()).unwrap();
        ids.iter().zip(2..).for_each(|(id, row)| repeats.see(id, row).unwrap());
        let mut all = Vec::new();
        repeats.find(|row, first| all.push((row, first))).unwrap();
        all
    }

    #[test]
    fn every_repeat_is_found_with_the_row_it_repeats() {
        assert_eq!(found(&["1", "2", "10", "11"]), []);
        assert_eq!(found(&["1", "1"]), [(3, 2)]);
        assert_eq!(found(&["b", "a", "c", "a", "b", "a"]), [(5, 3), (6, 2), (7, 3)]);
    }
}
