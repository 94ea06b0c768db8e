//! The house itself: its layers, its public face, and what the table of features promises.

#![allow(clippy::unwrap_used)] // clippy allows it in test functions only, not in what they share

mod api;
mod features;
mod layers;
