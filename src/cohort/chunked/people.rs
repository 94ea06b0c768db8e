//! People in chunks: what is gathered while they go by, and where they lie.

use super::doubts::Doubts;
use super::sample::Sample;
use super::scratch::scratch_in;
use super::store;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::history::Histories;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Mutex;

/// People in a chunk: enough for a chunk to be worth its trouble, some megabytes.
pub const CHUNK_PEOPLE: usize = 65_536;

/// A cohort in chunks, on disk or in memory, to be fitted by [`Spec::fit_in_chunks`](crate::Spec::fit_in_chunks).
///
/// On disk, memory does not grow with the people. Their histories (no identifiers) then lie in a file that has no name,
/// which is gone when this value, or the process, is.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, cohort::PeopleInChunks, ndarray::Array2};
/// let chunk = |ages| Cohort::from_counts(AgeGrid::years(12, 21)?, Array2::from_elem((50, 10), ages).view());
/// let mut people = PeopleInChunks::on_disk(&std::env::temp_dir(), 1)?;
/// people.push(&chunk(0)?)?;
/// people.push(&chunk(1)?)?;
/// assert_eq!((people.persons(), people.chunks()), (100, 2));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug)]
pub struct PeopleInChunks {
    place: Place,
    grid: Option<AgeGrid>,
    facts: Vec<ChunkFacts>,
    doubts: Doubts,
    sample: Sample,
    time_at_risk: bool,
    hash: Sha256,
    /// What a reader, or the cohort that was cut up, has to tell in place of what looks odd in the chunks.
    told: Option<Vec<CohortWarning>>,
}

#[derive(Debug)]
enum Place {
    Memory(Vec<Histories>),
    Disk {
        file: Mutex<File>,
        folder: String,
        /// Where each chunk ends.
        ends: Vec<u64>,
    },
}

/// How many of what are in a chunk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ChunkFacts {
    pub(crate) persons: u64,
    pub(crate) observations: u64,
    pub(crate) events: u64,
    pub(crate) low_exposure: u64,
}

impl ChunkFacts {
    pub(crate) fn of(people: &Cohort) -> ChunkFacts {
        ChunkFacts {
            persons: people.persons() as u64,
            observations: people.observations(),
            events: people.events(),
            low_exposure: people.low_exposure_cells(),
        }
    }
}

impl PeopleInChunks {
    /// Nobody yet; chunks will lie in a file in this folder. `seed` says which people make the sample that is searched.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Io`] when no file can be made there.
    pub fn on_disk(folder: impl AsRef<Path>, seed: u64) -> Result<PeopleInChunks> {
        let folder = folder.as_ref();
        let file = Mutex::new(scratch_in(folder)?);
        Ok(PeopleInChunks::new(Place::Disk { file, folder: folder.display().to_string(), ends: Vec::new() }, seed))
    }

    /// Nobody yet; chunks will be kept in memory.
    pub fn in_memory(seed: u64) -> PeopleInChunks {
        PeopleInChunks::new(Place::Memory(Vec::new()), seed)
    }

    /// A cohort cut into chunks of [`CHUNK_PEOPLE`], in memory.
    ///
    /// # Errors
    /// None that a cohort gives rise to.
    pub fn of_cohort(cohort: &Cohort, seed: u64) -> Result<PeopleInChunks> {
        let mut people = PeopleInChunks::in_memory(seed);
        for from in (0..cohort.persons()).step_by(CHUNK_PEOPLE) {
            people.push(&cohort.chunk(from..(from + CHUNK_PEOPLE).min(cohort.persons()))?)?;
        }
        people.told = Some(cohort.warnings().to_vec());
        Ok(people)
    }

    fn new(place: Place, seed: u64) -> PeopleInChunks {
        PeopleInChunks {
            place,
            grid: None,
            facts: Vec::new(),
            doubts: Doubts::default(),
            sample: Sample::new(seed),
            time_at_risk: false,
            hash: Sha256::new(),
            told: None,
        }
    }

    /// Adds the next chunk of people.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidInput`] when they are on another age grid than those before them; kind
    /// [`ErrorKind::Io`] when they cannot be written.
    pub fn push(&mut self, people: &Cohort) -> Result<()> {
        self.push_rows(people, None)
    }

    /// As `push`, of people who were read from these rows.
    pub(crate) fn push_rows(&mut self, people: &Cohort, rows: Option<&[u64]>) -> Result<()> {
        if *self.grid.get_or_insert(people.grid()) != people.grid() {
            let chunk = self.facts.len();
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("chunk {chunk}: its people are on another age grid than those before them"),
            ));
        }
        let bytes = store::bytes(&people.histories);
        self.hash.update(Sha256::digest(&bytes));
        match &mut self.place {
            Place::Memory(all) => all.push(people.histories.clone()),
            Place::Disk { file, folder, ends } => {
                let file = file.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
                let start = ends.last().copied().unwrap_or(0);
                let written = file.seek(SeekFrom::Start(start)).and_then(|_| file.write_all(&bytes));
                written.map_err(|cause| Error::io(folder, "used for people in chunks", cause))?;
                ends.push(start + bytes.len() as u64);
            }
        }
        self.doubts.look(people, rows);
        self.sample.look(people, self.persons());
        self.time_at_risk |= people.has_exposure();
        self.facts.push(ChunkFacts::of(people));
        Ok(())
    }

    /// Ends the adding: what looks odd of everybody, and what a reader has to tell.
    #[cfg(feature = "csv")]
    pub(crate) fn told(&mut self, more: Vec<CohortWarning>, located: impl Fn(u64) -> (Option<String>, u64)) {
        let mut all = self.doubts.located(located);
        all.extend(more);
        self.told = Some(all);
    }

    /// Number of people.
    pub fn persons(&self) -> u64 {
        self.facts.iter().map(|f| f.persons).sum()
    }

    /// Number of observed cells (person x age interval).
    pub fn observations(&self) -> u64 {
        self.facts.iter().map(|f| f.observations).sum()
    }

    /// Number of events.
    pub fn events(&self) -> u64 {
        self.facts.iter().map(|f| f.events).sum()
    }

    /// Number of chunks.
    pub fn chunks(&self) -> u64 {
        self.facts.len() as u64
    }

    /// Whether anybody has time at risk of their own.
    pub fn has_exposure(&self) -> bool {
        self.time_at_risk
    }

    /// As [`Cohort::warnings`], of everybody.
    pub fn warnings(&self) -> Vec<CohortWarning> {
        self.told.clone().unwrap_or_else(|| self.doubts.warnings())
    }

    /// Some 40,000 people, drawn by a hash of their identifiers (of their places, without any): everybody, when there
    /// are fewer. Without identifiers.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidInput`] when there is nobody.
    pub fn sample(&self) -> Result<Cohort> {
        let grid = self.grid.ok_or_else(|| Error::new(ErrorKind::InvalidInput, "there is nobody in the chunks"))?;
        self.sample.cohort(grid)
    }

    /// SHA-256 over the histories of all chunks: tells these people from others, and keeps no one's record.
    pub fn fingerprint(&self) -> String {
        self.hash.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn facts(&self) -> &[ChunkFacts] {
        &self.facts
    }

    /// The histories of a chunk, and how many of what it has.
    pub(crate) fn chunk(&self, chunk: u64) -> Result<(Cow<'_, Histories>, ChunkFacts)> {
        let at = chunk as usize;
        let facts = *self.facts.get(at).ok_or_else(|| Error::options(format!("there is no chunk {chunk}")))?;
        let intervals = self.grid.map_or(0, |grid| grid.len());
        match &self.place {
            Place::Memory(all) => Ok((Cow::Borrowed(&all[at]), facts)),
            Place::Disk { file, folder, ends } => {
                let failed = |cause: io::Error| Error::io(folder, "used for people in chunks", cause);
                let start = at.checked_sub(1).map_or(0, |before| ends[before]);
                let mut bytes = vec![0; (ends[at] - start) as usize];
                {
                    let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    file.seek(SeekFrom::Start(start)).and_then(|_| file.read_exact(&mut bytes)).map_err(failed)?;
                }
                let damaged = || failed(io::Error::new(io::ErrorKind::InvalidData, "what was written is not there"));
                Ok((Cow::Owned(store::histories(&bytes, intervals).ok_or_else(damaged)?), facts))
            }
        }
    }
}
