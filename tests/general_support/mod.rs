//! What the tests of the general engine need: data as plain tables, the likelihood from the formulas, people
//! drawn from a known truth, and derivatives by differences. No code of the engine but its public interface.

#![allow(dead_code)] // every test file uses a part of it

pub(crate) mod cases;
pub(crate) mod differences;
pub(crate) mod draw;
pub(crate) mod formulas;
pub(crate) mod table;

/// A figure worth seeing with `--nocapture`; captured otherwise.
#[allow(clippy::print_stderr)]
pub(crate) fn note(text: impl std::fmt::Display) {
    eprintln!("{text}");
}
