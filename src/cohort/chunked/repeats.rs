//! Identifiers that stand twice, found without holding any: hashes go to a file, and are looked through at the end.

use super::scratch::scratch_in;
use crate::error::{Error, Result};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Bytes of a hash and a row.
const RECORD: usize = 24;
/// Hashes looked through at once.
const AT_ONCE: u64 = 1 << 20;

/// What was seen of identifiers.
pub(in crate::cohort) struct Repeats {
    log: BufWriter<File>,
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
        self.seen += 1;
        let mut record = [0; RECORD];
        for (to, key) in record.chunks_exact_mut(8).zip(&self.keys) {
            to.copy_from_slice(&key.hash_one(id).to_ne_bytes());
        }
        record[16..].copy_from_slice(&row.to_ne_bytes());
        self.log.write_all(&record).map_err(|cause| self.failed(cause))
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
            let of_part = self.of_part(part, parts);
            let mut some = of_part.map_err(|cause| self.failed(cause))?;
            some.sort_unstable();
            // the first of those that are alike stands first
            let mut first = 0;
            for i in 1..some.len() {
                if some[i].0 == some[first].0 {
                    twice.push((some[i].1, some[first].1));
                } else {
                    first = i;
                }
            }
        }
        twice.sort_unstable();
        twice.into_iter().for_each(|(row, first)| found(row, first));
        Ok(())
    }

    /// Hashes of one part of all, with their rows.
    fn of_part(&mut self, part: u64, parts: u64) -> io::Result<Vec<([u64; 2], u64)>> {
        let file = self.log.get_mut();
        file.seek(SeekFrom::Start(0))?;
        let mut log = BufReader::with_capacity(1 << 18, file);
        let mut some = Vec::new();
        let mut record = [0; RECORD];
        for _ in 0..self.seen {
            log.read_exact(&mut record)?;
            let (words, _) = record.as_chunks::<8>();
            let [a, b, row] = [0, 1, 2].map(|i| u64::from_ne_bytes(words[i]));
            if a % parts == part {
                some.push(([a, b], row));
            }
        }
        Ok(some)
    }
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
