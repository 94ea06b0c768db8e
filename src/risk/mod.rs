//! Published risk instruments evaluated exactly as published, and the catalogue of risk and protective
//! factors.
//!
//! Belongs here: the instrument engine and its bundled instruments (`instrument`), the factors and how a
//! person stands beside published prevalences (`factor`).
//! Does not belong here: advice made of either (`advice`), and judging predictions (`validation`).
//!
//! The two are kept apart on purpose. A prevalence from a case-control study says how a group differs from
//! another one, not who will reoffend; nothing in `factor` can be turned into a term of an instrument.

pub mod factor;
pub mod instrument;

#[doc = include_str!("how_an_instrument_comes_in.md")]
pub mod how_an_instrument_comes_in {}

#[doc = include_str!("what_went_wrong_2018_2026.md")]
pub mod what_went_wrong_2018_2026 {}
