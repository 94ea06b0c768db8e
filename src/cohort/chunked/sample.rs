//! Some of many people, drawn by a hash of what they are called: the same ones in whatever order they come.

use crate::cohort::builder::CohortBuilder;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::Result;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// People in the sample: on so many the search finds what it finds on all.
pub(super) const SAMPLE: usize = 40_000;

/// Keeps those with the lowest hashes.
#[derive(Debug)]
pub(super) struct Sample {
    seed: u64,
    kept: BinaryHeap<Drawn>,
}

#[derive(Debug)]
struct Drawn {
    /// Hash, and place among all people, which decides between equal ones.
    key: (u64, u64),
    counts: Vec<Option<u32>>,
    exposure: Option<Vec<f64>>,
    weight: f64,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Drawn) -> bool {
        self.key == other.key
    }
}

impl Eq for Drawn {}

impl PartialOrd for Drawn {
    fn partial_cmp(&self, other: &Drawn) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Drawn {
    fn cmp(&self, other: &Drawn) -> Ordering {
        self.key.cmp(&other.key)
    }
}

impl Sample {
    pub(super) fn new(seed: u64) -> Sample {
        Sample { seed, kept: BinaryHeap::new() }
    }

    /// Looks at the people of a chunk, the first of whom is person `before` of all.
    pub(super) fn look(&mut self, chunk: &Cohort, before: u64) {
        for person in 0..chunk.persons() {
            let place = before + person as u64;
            let hash = match chunk.id(person) {
                Some(id) => hash(self.seed, id.as_bytes()),
                None => hash(self.seed, &place.to_le_bytes()),
            };
            let key = (hash, place);
            if self.kept.len() == SAMPLE && self.kept.peek().is_some_and(|highest| key >= highest.key) {
                continue;
            }
            self.kept.push(Drawn {
                key,
                counts: chunk.counts(person),
                exposure: chunk.has_exposure().then(|| chunk.exposure(person)),
                weight: chunk.weight(person),
            });
            if self.kept.len() > SAMPLE {
                self.kept.pop();
            }
        }
    }

    /// The people drawn, in the order of their hashes.
    pub(super) fn cohort(&self, grid: AgeGrid) -> Result<Cohort> {
        let mut drawn: Vec<&Drawn> = self.kept.iter().collect();
        drawn.sort_unstable();
        let mut builder = CohortBuilder::new(grid);
        for one in drawn {
            builder.push_checked(None, |j| one.counts[j], one.exposure.as_deref(), one.weight)?;
        }
        Ok(builder.finish())
    }
}

/// A hash that is the same on every machine: FNV-1a over the bytes, stirred at the end (the finish of splitmix64), as its
/// own high bits hardly move with the last bytes.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut h = bytes.iter().fold(start, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}
