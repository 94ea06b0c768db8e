//! What the tests of the general engine need: data as plain tables, the likelihood from the formulas, people
//! drawn from a known truth, and derivatives by differences. No code of the engine but its public interface.

pub(crate) mod cases;
pub(crate) mod differences;
pub(crate) mod draw;
pub(crate) mod formulas;
pub(crate) mod table;
