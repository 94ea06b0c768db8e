//! What several test programs need: data read without the crate's own readers, a second evaluator of the
//! likelihood, and a simulator with known truth.

#![allow(dead_code)] // every test program uses a part of it

pub(crate) mod data;
pub(crate) mod errors;
pub(crate) mod general;
pub(crate) mod naive;
pub(crate) mod peers;
pub(crate) mod simulate;

/// A figure worth seeing with `--nocapture`; captured otherwise.
#[allow(clippy::print_stderr)]
pub(crate) fn note(text: impl std::fmt::Display) {
    eprintln!("{text}");
}
