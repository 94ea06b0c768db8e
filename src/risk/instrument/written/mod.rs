//! The text of a file: JSON with the path of everything in it, decimals as they were written, the hash of it all.

pub(crate) mod decimal;
mod json;
pub(crate) mod sha256;
pub(crate) mod shortened;
pub(crate) mod walk;
