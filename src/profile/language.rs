//! The language of results; it is defined beside the units, for layers below name things in it too.

pub use crate::units::language::Language;
