//! Cases: answers to an instrument's items, the stated population, and whether the two agree.

pub(crate) mod case;
mod consistency;
pub(crate) mod population;
