//! Papers that go with an instrument or a model: card, algorithm register, reporting standard, what the AI Act asks.
//!
//! Belongs here: which fields are asked for, what the crate knows of them, and what only its user knows. Does not belong
//! here: figures of a validation (`validation`). What the user has to fill in is marked with [`TO_FILL`] and listed.

mod ai_act;
mod model_card;
mod register;
mod reporting;
mod subject;
mod yaml;

pub use ai_act::{AI_ACT, Answered, Requirement};
pub use register::{REGISTER_FIELDS, REGISTER_STANDARD, RegisterField};
pub use reporting::REPORTING_STANDARD;
pub use subject::Subject;

/// Stands before whatever only the user of the algorithm knows.
pub const TO_FILL: &str = "[in te vullen]";

/// A paper, and the fields in it that are left to its user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The text: Markdown or YAML.
    pub text: String,
    /// Fields to fill in, in order.
    pub to_fill: Vec<String>,
}
