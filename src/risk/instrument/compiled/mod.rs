//! What a file becomes: items, a program of flat lists, and the one pass over it. An instrument may have instruments as parts:
//! `program` and `instrument` name each other, and that is the only circle.

pub(crate) mod bits;
pub(crate) mod card;
pub(crate) mod derive;
pub(crate) mod evaluate;
pub(crate) mod flat;
pub(crate) mod instrument;
pub(crate) mod item;
pub(crate) mod output;
pub(crate) mod population;
pub(crate) mod program;
pub(crate) mod rising;
