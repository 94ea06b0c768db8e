//! Histories that an executor keeps in its memory from one pass to the next, as far as there is room.
//!
//! They hang on nothing but the files: a run is taken from here only when its files are still what they were. They go with
//! the process, or when it needs the room for others.

use crate::chunks::{Run, Shape};
use pleegprofiel::Cohort;
use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// The people of a run, chunk by chunk.
pub(crate) type People = Arc<Vec<Cohort>>;

struct Kept {
    shape: Shape,
    run: Run,
    /// When its files were last written to.
    written: Vec<Option<SystemTime>>,
    people: People,
    bytes: u64,
    used: Instant,
}

#[derive(Default)]
struct Store {
    most: u64,
    bytes: u64,
    kept: Vec<Kept>,
}

static STORE: Mutex<Store> = Mutex::new(Store { most: 0, bytes: 0, kept: Vec::new() });

/// People who were not asked for so long make room for others.
const UNUSED: Duration = Duration::from_secs(60);

fn store() -> MutexGuard<'static, Store> {
    STORE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says how much memory of this process histories may take from one pass to the next.
pub(crate) fn at_most(bytes: u64) {
    let mut store = store();
    store.most = bytes;
    store.kept.clear();
    store.bytes = 0;
}

/// The people of a run, when they are here and their files are what they were.
pub(crate) fn get(shape: &Shape, run: &Run) -> Option<People> {
    let mut store = store();
    let at = store.kept.iter().position(|k| k.run == *run && k.shape == *shape)?;
    if written(run) != store.kept[at].written {
        let gone = store.kept.swap_remove(at);
        store.bytes -= gone.bytes;
        return None;
    }
    store.kept[at].used = Instant::now();
    Some(Arc::clone(&store.kept[at].people))
}

/// Whether a run of this size would find room: what would not be kept need not be held.
pub(crate) fn room(shape: &Shape, run: &Run) -> bool {
    let rows: u64 = run.counts.iter().map(|slice| slice.rows).sum();
    // the least that people take: which history each has
    let least = 4 * rows + shape.counts.ages.len() as u64;
    store().make_room(least)
}

/// Keeps the people of a run, when there is room.
pub(crate) fn put(shape: &Shape, run: &Run, people: People) {
    let bytes = people.iter().map(size).sum();
    let written = written(run);
    let mut store = store();
    if store.make_room(bytes) && !store.kept.iter().any(|k| k.run == *run && k.shape == *shape) {
        store.bytes += bytes;
        let (shape, run, used) = (shape.clone(), run.clone(), Instant::now());
        store.kept.push(Kept { shape, run, written, people, bytes, used });
    }
}

impl Store {
    /// Whether so many bytes more fit, once people who were not asked for have gone. Those in use stay: whoever goes
    /// through more than fits, again and again, would else find nobody.
    fn make_room(&mut self, bytes: u64) -> bool {
        if self.bytes + bytes > self.most {
            self.kept.retain(|kept| kept.used.elapsed() < UNUSED);
            self.bytes = self.kept.iter().map(|kept| kept.bytes).sum();
        }
        self.bytes + bytes <= self.most
    }
}

fn written(run: &Run) -> Vec<Option<SystemTime>> {
    let of = |file: &String| fs::metadata(file).and_then(|about| about.modified()).ok();
    run.counts.iter().chain(&run.times).map(|slice| of(&slice.file)).collect()
}

/// Some bytes that a cohort takes: a number a person, and what is stored of each different history.
fn size(people: &Cohort) -> u64 {
    let (persons, distinct) = (people.persons() as u64, people.distinct_histories() as u64);
    let at_risk = if people.has_exposure() { 8 * people.grid().len() as u64 } else { 0 };
    4 * persons + distinct * (24 + at_risk) + 4 * people.events().min(people.observations())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chunks::{Column, Slice, Table};
    use pleegprofiel::{AgeGrid, ndarray::Array2};

    fn run(file: &std::path::Path, first: u64) -> Run {
        let file = file.to_str().expect("a path").to_owned();
        Run { first, counts: vec![Slice { file, bytes: 1, of: 50, from: 0, rows: 50 }], times: Vec::new() }
    }

    // one test: the store is one for all of a process
    #[test]
    fn people_are_kept_while_there_is_room_and_their_file_is_what_it_was() {
        let grid = AgeGrid::years(12, 21).expect("a grid");
        let ages = |_| Column { name: "age_12".into(), data_type: "UInt8".into() };
        let table = Table { ages: (0..10).map(ages).collect(), id: None };
        let shape = Shape { grid, people_in_chunk: 50, counts: table, times: None };
        let people = Cohort::from_counts(grid, Array2::from_elem((50, 10), 1_u32).view()).expect("people");
        let bytes = size(&people);
        let people: People = Arc::new(vec![people]);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("people.parquet");
        fs::write(&file, "x").expect("written");
        let [first, second] = [0, 1].map(|first| run(&file, first));
        put(&shape, &first, Arc::clone(&people));
        assert!(get(&shape, &first).is_none(), "nothing is kept without being told to");
        at_most(bytes + bytes / 2);
        assert!(room(&shape, &first));
        put(&shape, &first, Arc::clone(&people));
        assert_eq!(get(&shape, &first), Some(Arc::clone(&people)));
        // somebody in use does not go for others
        put(&shape, &second, Arc::clone(&people));
        assert!(get(&shape, &second).is_none());
        assert!(get(&shape, &first).is_some());
        // other counts, other times
        let other = Shape { people_in_chunk: 49, ..shape.clone() };
        assert!(get(&other, &first).is_none());
        let later = SystemTime::now() + Duration::from_secs(5);
        fs::File::options().write(true).open(&file).and_then(|file| file.set_modified(later)).expect("written to");
        assert!(get(&shape, &first).is_none());
        put(&shape, &second, people);
        assert!(get(&shape, &second).is_some(), "what went left its room");
    }
}
