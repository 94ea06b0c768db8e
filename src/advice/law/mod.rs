//! What the law has: articles by date, frames and their conditions. A dated catalogue, not advice on the law.
//!
//! Belongs here: what was read in a text, with the date of that text. Does not belong here: anything known from memory or
//! from reports alone; such a thing is left out, or named as not read.

pub(crate) mod article;
pub(crate) mod condition;
pub(crate) mod frame;
