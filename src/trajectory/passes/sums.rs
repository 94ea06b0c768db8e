//! The sums of some chunks of people: merged in any order, added in one.

use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of requests and sums; both sides of a pass must have the same.
pub const PASS_VERSION: u32 = 1;

/// What one pass needs of the people of some chunks. Values of the same request merge; they serialise, and hold sums
/// over all people of a chunk only.
///
/// Two neighbouring blocks of chunks are added as soon as both are there, always the same two: 0 and 1, 2 and 3, then
/// those sums, as in a tournament. So the bits of the total hang neither on the order of merging nor on who worked out
/// what, and a value stays small however many chunks it holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct PassSums {
    fingerprint: u64,
    /// Blocks of chunks by the first of them: how many rounds they were in, and their sums.
    blocks: BTreeMap<u64, (u32, Part)>,
}

/// Sums of a block of chunks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) persons: u64,
    pub(super) observations: u64,
    pub(super) events: u64,
    /// Cells with an event and hardly any time at risk.
    pub(super) low_exposure: u64,
    /// People most likely of each group, when that was asked for.
    pub(super) members: Vec<u64>,
    /// See [`Layout`](crate::trajectory::passes::layout::Layout).
    pub(super) row: Vec<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    fingerprint: String,
    blocks: Vec<Block>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    first: u64,
    rounds: u32,
    persons: u64,
    observations: u64,
    events: u64,
    low_exposure: u64,
    members: Vec<u64>,
    /// Bits of the sums, so that none is lost.
    sums: Vec<u64>,
}

impl From<PassSums> for Stored {
    fn from(sums: PassSums) -> Stored {
        let block = |(first, (rounds, part)): (u64, (u32, Part))| Block {
            first,
            rounds,
            persons: part.persons,
            observations: part.observations,
            events: part.events,
            low_exposure: part.low_exposure,
            members: part.members,
            sums: part.row.into_iter().map(f64::to_bits).collect(),
        };
        Stored {
            version: PASS_VERSION,
            fingerprint: format!("{:016x}", sums.fingerprint),
            blocks: sums.blocks.into_iter().map(block).collect(),
        }
    }
}

impl TryFrom<Stored> for PassSums {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        if stored.version != PASS_VERSION {
            return Err(unusable(&format!("they are of version {}, not {PASS_VERSION}", stored.version)));
        }
        let fingerprint =
            u64::from_str_radix(&stored.fingerprint, 16).map_err(|_| unusable("the fingerprint is damaged"))?;
        let mut sums = PassSums { fingerprint, blocks: BTreeMap::new() };
        for block in stored.blocks {
            if block.rounds >= 63 || block.first % (1 << block.rounds) != 0 {
                return Err(unusable("a block of chunks lies where none can"));
            }
            let part = Part {
                persons: block.persons,
                observations: block.observations,
                events: block.events,
                low_exposure: block.low_exposure,
                members: block.members,
                row: block.sums.into_iter().map(f64::from_bits).collect(),
            };
            sums.insert(block.first, block.rounds, part)?;
        }
        Ok(sums)
    }
}

fn unusable(why: &str) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("not usable sums of a pass: {why}"))
}

impl PassSums {
    pub(super) fn of_chunk(fingerprint: u64, chunk: u64, part: Part) -> PassSums {
        PassSums { fingerprint, blocks: BTreeMap::from([(chunk, (0, part))]) }
    }

    /// No sums yet of the request with this [fingerprint](crate::trajectory::passes::PassRequest::fingerprint).
    pub fn none(fingerprint: u64) -> PassSums {
        PassSums { fingerprint, blocks: BTreeMap::new() }
    }

    /// The fingerprint of the request that these sums answer.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Number of chunks.
    pub fn chunks(&self) -> u64 {
        self.blocks.values().fold(0, |sum: u64, (rounds, _)| sum.saturating_add(1 << rounds))
    }

    /// Number of people.
    pub fn persons(&self) -> u64 {
        self.blocks.values().fold(0, |sum: u64, (_, part)| sum.saturating_add(part.persons))
    }

    /// Log-likelihood of the people of these chunks; 0 of nobody.
    pub fn log_likelihood(&self) -> f64 {
        self.added().map_or(0.0, |part| part.row[crate::trajectory::passes::layout::LOG_LIKELIHOOD])
    }

    /// These sums and others of the same request.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidInput`] when they answer another request, or a chunk stands in both: people would count
    /// twice.
    pub fn merge(mut self, other: PassSums) -> Result<PassSums> {
        if self.fingerprint != other.fingerprint {
            return Err(unusable(&format!(
                "they answer the request {:016x}, those beside them {:016x}",
                other.fingerprint, self.fingerprint
            )));
        }
        for (first, (rounds, part)) in other.blocks {
            self.insert(first, rounds, part)?;
        }
        Ok(self)
    }

    fn insert(&mut self, mut first: u64, mut rounds: u32, mut part: Part) -> Result<()> {
        let end = |first: u64, rounds: u32| first.saturating_add(1 << rounds);
        let before = self.blocks.range(..=first).next_back().map(|(&f, &(r, _))| (f, end(f, r)));
        let after = self.blocks.range(first..).next().map(|(&f, &(r, _))| (f, end(f, r)));
        for (from, to) in before.into_iter().chain(after) {
            let (from, to) = (from.max(first), to.min(end(first, rounds)));
            if from < to {
                return Err(unusable(&format!("chunk {from} stands in them twice: its people would count twice")));
            }
        }
        if let Some((_, any)) = self.blocks.values().next()
            && (any.row.len() != part.row.len() || any.members.len() != part.members.len())
        {
            return Err(unusable("blocks of chunks have different numbers of sums"));
        }
        loop {
            let beside = first ^ (1 << rounds);
            let Some((_, other)) = self.blocks.get(&beside).filter(|(r, _)| *r == rounds).cloned() else { break };
            self.blocks.remove(&beside);
            part = if beside < first { other.plus(&part) } else { part.plus(&other) };
            first = first.min(beside);
            rounds += 1;
        }
        self.blocks.insert(first, (rounds, part));
        Ok(())
    }

    /// The sums of all blocks, in their order; none of nobody.
    fn added(&self) -> Option<Part> {
        let mut parts = self.blocks.values().map(|(_, part)| part);
        let first = parts.next()?.clone();
        Some(parts.fold(first, |sum, part| sum.plus(part)))
    }

    /// The sums over everybody, who are in chunks 0 to `chunks - 1`.
    pub(super) fn total(&self, chunks: u64, length: usize) -> Result<Part> {
        let mut next = 0;
        for (&first, &(rounds, _)) in &self.blocks {
            if first != next {
                break;
            }
            next = first.saturating_add(1 << rounds);
        }
        let more = self.blocks.range(chunks..).next_back().is_some() || next > chunks;
        if next < chunks || more {
            return Err(unusable(&match more {
                true => format!("there are {chunks} chunks of people, but they hold others"),
                false => format!("chunk {next} of {chunks} is missing: its people would not count"),
            }));
        }
        let part = self.added().ok_or_else(|| unusable("they are of nobody"))?;
        if part.row.len() != length {
            return Err(unusable("they have another number of sums than the request asks for"));
        }
        Ok(part)
    }
}

impl Part {
    fn plus(mut self, other: &Part) -> Part {
        // numbers from elsewhere may be anything
        let add = |to: &mut u64, from: u64| *to = to.saturating_add(from);
        add(&mut self.persons, other.persons);
        add(&mut self.observations, other.observations);
        add(&mut self.events, other.events);
        add(&mut self.low_exposure, other.low_exposure);
        self.members.iter_mut().zip(&other.members).for_each(|(to, from)| add(to, *from));
        self.row.iter_mut().zip(&other.row).for_each(|(to, from)| *to += from);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u64) -> PassSums {
        // sums whose bits hang on the order of adding
        let part = Part { persons: 1, row: vec![1.0, 0.1 * (number as f64 + 1.0)], ..Part::default() };
        PassSums::of_chunk(7, number, part)
    }

    #[test]
    fn bits_do_not_hang_on_the_order_of_merging() {
        let forwards = (1..13).fold(chunk(0), |sum, c| sum.merge(chunk(c)).unwrap());
        let backwards = (0..12).rev().fold(chunk(12), |sum, c| sum.merge(chunk(c)).unwrap());
        let mut odd_first = PassSums::none(7);
        for c in (1..13).step_by(2).chain((0..13).step_by(2)) {
            odd_first = odd_first.merge(chunk(c)).unwrap();
        }
        let halves = (1..5).fold(chunk(0), |sum, c| sum.merge(chunk(c)).unwrap());
        let halves = halves.merge((6..13).fold(chunk(5), |sum, c| sum.merge(chunk(c)).unwrap())).unwrap();
        assert_eq!(forwards.blocks.len(), 3); // 8, 4 and 1
        assert_eq!(forwards.total(13, 2).unwrap().row[1].to_bits(), halves.total(13, 2).unwrap().row[1].to_bits());
        assert_eq!(forwards, backwards);
        assert_eq!(forwards, odd_first);
        assert_eq!(forwards, halves);
        let stored = serde_json::to_string(&forwards).unwrap();
        assert_eq!(serde_json::from_str::<PassSums>(&stored).unwrap(), forwards);
    }

    #[test]
    fn chunks_that_count_twice_are_missing_or_are_of_another_pass_are_refused() {
        let some = chunk(0).merge(chunk(1)).unwrap().merge(chunk(3)).unwrap();
        let error = |result: Result<PassSums>| result.unwrap_err().to_string();
        assert!(error(some.clone().merge(chunk(1))).contains("chunk 1 stands in them twice"));
        assert!(error(some.clone().merge(PassSums { fingerprint: 8, ..chunk(2) })).contains("answer the request"));
        assert!(some.total(4, 2).unwrap_err().to_string().contains("chunk 2 of 4 is missing"));
        assert!(some.clone().merge(chunk(2)).unwrap().total(3, 2).is_err());
        assert_eq!(some.merge(chunk(2)).unwrap().total(4, 2).unwrap().persons, 4);
        let damaged = serde_json::to_string(&chunk(1)).unwrap().replace("\"rounds\":0", "\"rounds\":1");
        assert!(serde_json::from_str::<PassSums>(&damaged).is_err());
    }
}
