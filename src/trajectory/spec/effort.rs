//! How hard is looked, and how often is drawn: what every kind of options has alike, checked in one place.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// Threads that may be asked for.
const THREADS: std::ops::RangeInclusive<usize> = 1..=1024;
/// Starts that may be asked for.
const STARTS: std::ops::RangeInclusive<usize> = 1..=100_000;
/// Draws that may be asked for.
const REPLICATES: std::ops::RangeInclusive<usize> = 1..=1_000_000;

/// How hard a fit is sought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Effort {
    pub(crate) starts: usize,
    /// What is stored of before there was a choice had them.
    #[serde(default = "yes")]
    pub(crate) neighbours: bool,
    pub(crate) seed: u64,
    #[serde(skip)]
    pub(crate) threads: Option<usize>,
}

fn yes() -> bool {
    true
}

impl Effort {
    /// With so many starts, seed 1.
    pub(crate) fn with(starts: usize) -> Effort {
        Effort { starts, neighbours: true, seed: 1, threads: None }
    }

    /// What cannot be asked for.
    pub(crate) fn problems(&self) -> Vec<String> {
        let starts = (!STARTS.contains(&self.starts)).then(|| too_many_starts(self.starts));
        starts.into_iter().chain(too_many_threads(self.threads)).collect()
    }

    /// Refuses what cannot be asked for.
    pub(crate) fn check(&self) -> Result<()> {
        self.problems().into_iter().next().map_or(Ok(()), |problem| Err(Error::options(problem)))
    }
}

/// How often people are drawn, and how hard each fit to them is sought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draws {
    pub(crate) replicates: usize,
    pub(crate) seed: u64,
    pub(crate) starts: usize,
    #[serde(skip)]
    pub(crate) threads: Option<usize>,
}

impl Draws {
    /// So many draws with so many starts each, seed 1.
    pub(crate) fn with(replicates: usize, starts: usize) -> Draws {
        Draws { replicates, seed: 1, starts, threads: None }
    }

    /// Refuses numbers of draws and threads that cannot be asked for, and no starts where there must be some.
    pub(crate) fn check(&self, must_search: bool) -> Result<()> {
        let draws = self.replicates;
        if !REPLICATES.contains(&draws) {
            return Err(Error::options(format!("{draws} replicates asked for, not 1 to 1,000,000")));
        }
        if must_search && !STARTS.contains(&self.starts) {
            return Err(Error::options(too_many_starts(self.starts)));
        }
        too_many_threads(self.threads).map_or(Ok(()), |problem| Err(Error::options(problem)))
    }
}

fn too_many_starts(starts: usize) -> String {
    format!("{starts} starts asked for, not 1 to 100,000")
}

fn too_many_threads(threads: Option<usize>) -> Option<String> {
    threads
        .filter(|threads| !THREADS.contains(threads))
        .map(|threads| format!("{threads} threads asked for, not 1 to 1024"))
}

/// The builder's part that says how hard is looked, of a type that holds an [`Effort`].
macro_rules! says_effort {
    () => {
        /// Number of starts, 1 to 100,000.
        pub fn starts(mut self, starts: usize) -> Self {
            self.effort.starts = starts;
            self
        }

        /// Whether, after the starts, optima next door to the best are looked for, by putting other curves in the place of
        /// one group's (families with a zero curve; others reach their best from a few starts). That takes nearly all of
        /// the time of such a fit: without it is for a first look, whose log-likelihoods may be too low.
        pub fn neighbours(mut self, neighbours: bool) -> Self {
            self.effort.neighbours = neighbours;
            self
        }

        /// Seed of all random starts: the same seed gives the same bits.
        pub fn seed(mut self, seed: u64) -> Self {
            self.effort.seed = seed;
            self
        }

        /// Number of threads, 1 to 1024; without it, those of the current rayon pool. Does not change a bit of the result.
        pub fn threads(mut self, threads: usize) -> Self {
            self.effort.threads = Some(threads);
            self
        }
    };
}
pub(crate) use says_effort;

/// The builder's part that says how often is drawn, of a type that holds [`Draws`].
macro_rules! says_draws {
    ($(#[$starts:meta])*) => {
        /// Number of replicates, 1 to 1,000,000.
        pub fn replicates(mut self, replicates: usize) -> Self {
            self.draws.replicates = replicates;
            self
        }

        /// Seed of all draws: the same seed gives the same bits.
        pub fn seed(mut self, seed: u64) -> Self {
            self.draws.seed = seed;
            self
        }

        $(#[$starts])*
        pub fn starts(mut self, starts: usize) -> Self {
            self.draws.starts = starts;
            self
        }

        /// Number of threads, 1 to 1024; without it, those of the current rayon pool. Does not change a bit of the result.
        pub fn threads(mut self, threads: usize) -> Self {
            self.draws.threads = Some(threads);
            self
        }
    };
}
pub(crate) use says_draws;
