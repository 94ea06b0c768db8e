//! The house itself: its layers, and what the README promises of features.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod features;
mod layers;
