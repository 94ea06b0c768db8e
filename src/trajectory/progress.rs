//! How far work is, whether the caller wants it to stop, and on how many threads it runs.

use crate::error::{Error, Result};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// How far a fit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Pieces of work done.
    pub done: usize,
    /// Pieces of work known of; grows while the search finds more to look at.
    pub total: usize,
}

/// Counts pieces of work for the progress callback and remembers a wish to stop.
pub(crate) struct Ticker<'a> {
    progress: &'a (dyn Fn(Progress) -> bool + Sync),
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

impl std::fmt::Debug for Ticker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ticker").field("done", &self.done).field("stopped", &self.stopped).finish_non_exhaustive()
    }
}

impl<'a> Ticker<'a> {
    pub(crate) fn new(progress: &'a (dyn Fn(Progress) -> bool + Sync)) -> Self {
        Ticker { progress, done: AtomicUsize::new(0), total: AtomicUsize::new(0), stopped: AtomicBool::new(false) }
    }

    /// Announces so many pieces of work.
    pub(crate) fn expect(&self, pieces: usize) {
        self.total.fetch_add(pieces, Ordering::Relaxed);
    }

    /// One piece done; false when the caller wants to stop.
    pub(crate) fn tick(&self) -> bool {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let total = self.total.load(Ordering::Relaxed).max(done);
        if !(self.progress)(Progress { done, total }) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.stopped()
    }

    /// Whether the caller wants to stop, asked in the middle of a piece of work.
    pub(crate) fn asked(&self) -> bool {
        if !self.stopped() {
            let done = self.done.load(Ordering::Relaxed);
            let total = self.total.load(Ordering::Relaxed).max(done);
            if !(self.progress)(Progress { done, total }) {
                self.stop();
            }
        }
        self.stopped()
    }

    /// How far work is that is a part of this, and tells by itself; false when the caller wants to stop.
    pub(crate) fn within(&self, part: Progress) -> bool {
        let (done, total) = (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed).max(1));
        if !(self.progress)(Progress { done: done + part.done, total: total + part.total }) {
            self.stop();
        }
        !self.stopped()
    }

    /// So many pieces were done by such work.
    pub(crate) fn passed(&self, pieces: usize) {
        self.done.fetch_add(pieces, Ordering::Relaxed);
        self.total.fetch_add(pieces, Ordering::Relaxed);
    }

    /// The caller wants to stop, and said so elsewhere.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// A pool of so many threads.
pub(crate) fn pool(threads: usize) -> Result<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .map_err(|e| Error::options(format!("{threads} threads cannot be started: {e}")))
}

/// Runs work on so many threads, or on those of the current pool.
pub(crate) fn on_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T> {
    match threads {
        None => Ok(work()),
        Some(threads) => Ok(pool(threads)?.install(work)),
    }
}
