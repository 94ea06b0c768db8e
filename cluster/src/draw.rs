//! Who makes the sample among which a fit by passes is searched: those with the lowest hashes, as the library draws them
//! of people in chunks. So the same people are drawn here and there, in whatever parts they come.

use crate::failure::Result;
use crate::history::{self, Decoded};
use pleegprofiel::{AgeGrid, Cohort, PersonRow, cohort::CohortBuilder};
use serde::{Deserialize, Serialize};

/// People in the sample.
pub(crate) const SAMPLE: usize = 40_000;
/// So many more are drawn, lest they be fewer: eight standard deviations of their number.
const MARGIN: usize = 1_600;

/// By what people are drawn; an argument of the call that draws them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Drawing {
    seed: u64,
    /// The highest hash that is drawn.
    most: u64,
}

/// Somebody who was drawn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Drawn {
    hash: u64,
    /// The row, counted from the first of all; it decides between equal hashes.
    place: u64,
    /// The key of the history, two digits a byte.
    history: String,
}

impl Drawing {
    /// A sample of so many people.
    pub(crate) fn of(persons: u64, seed: u64) -> Drawing {
        let wanted = (SAMPLE + MARGIN) as u64;
        let most = if persons <= wanted {
            u64::MAX
        } else {
            (u128::from(u64::MAX) * u128::from(wanted) / u128::from(persons)) as u64
        };
        Drawing { seed, most }
    }

    /// The hash of a person, when it is drawn.
    pub(crate) fn drawn(&self, id: Option<&str>, place: u64) -> Option<u64> {
        let hash = match id {
            Some(id) => hash(self.seed, id.as_bytes()),
            None => hash(self.seed, &place.to_le_bytes()),
        };
        (hash <= self.most).then_some(hash)
    }
}

impl Drawn {
    pub(crate) fn new(hash: u64, place: u64, key: &[u8]) -> Drawn {
        Drawn { hash, place, history: key.iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    fn key(&self) -> Option<Vec<u8>> {
        let (pairs, rest) = self.history.as_bytes().as_chunks::<2>();
        let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        rest.is_empty().then(|| pairs.iter().map(byte).collect())?
    }
}

/// The sample: of those drawn anywhere, the ones with the lowest hashes, in the order of these.
pub(crate) fn sample(mut drawn: Vec<Drawn>, grid: AgeGrid) -> Result<Cohort> {
    drawn.sort_unstable_by_key(|one| (one.hash, one.place));
    drawn.truncate(SAMPLE);
    let mut builder = CohortBuilder::new(grid);
    let (mut counts, mut at_risk) = (vec![None; grid.len()], vec![0.0; grid.len()]);
    for one in &drawn {
        let key = one.key().unwrap_or_default();
        // nobody with a problem is drawn
        if let Decoded::History { at_risk: own } = history::decode(&key, &mut counts, &mut at_risk)? {
            builder.push(PersonRow { exposure: own.then_some(at_risk.as_slice()), ..PersonRow::new(&counts) })?;
        }
    }
    Ok(builder.finish())
}

/// The library's hash: FNV-1a over the bytes, stirred at the end (the finish of splitmix64).
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut h = bytes.iter().fold(start, |h, &b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01b3));
    h = (h ^ (h >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    h = (h ^ (h >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    h ^ (h >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pleegprofiel::cohort::PeopleInChunks;

    /// People who are all different, the number of each in their counts.
    fn row(person: u64) -> Vec<u32> {
        (0..6).map(|digit| (person / 10_u64.pow(digit) % 10) as u32).collect()
    }

    #[test]
    fn the_sample_is_the_one_that_the_library_draws_of_people_in_chunks() {
        let grid = AgeGrid::years(12, 17).expect("a grid");
        let persons = 100_000;
        let mut chunks = PeopleInChunks::in_memory(7);
        for from in (0..persons).step_by(30_000) {
            let mut builder = CohortBuilder::new(grid);
            for person in from..(from + 30_000).min(persons) {
                let counts: Vec<Option<u32>> = row(person).into_iter().map(Some).collect();
                builder.push(PersonRow::new(&counts)).expect("a row");
            }
            chunks.push(&builder.finish()).expect("a chunk");
        }
        let wanted = chunks.sample().expect("a sample");
        let drawing = Drawing::of(persons, 7);
        let drawn = (0..persons).rev().filter_map(|person| {
            let mut key = Vec::new();
            history::encode(&row(person), None, &mut key);
            Some(Drawn::new(drawing.drawn(None, person)?, person, &key))
        });
        let found = sample(drawn.collect(), grid).expect("a sample");
        assert_eq!((found.persons(), wanted.persons()), (SAMPLE, SAMPLE));
        assert!((0..SAMPLE).all(|i| found.counts(i) == wanted.counts(i)));
    }
}
