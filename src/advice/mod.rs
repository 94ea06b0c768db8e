//! From a person to an advice that a professional makes.
//!
//! Belongs here: the [`Dossier`] that everything is read from, the [`Draft`] assembled of it, the steps by which a
//! professional makes an [`Advice`] of a draft, the [`record`] of it all, and how often instruments are overridden.
//! Does not belong here: any number that another layer does not already give, and any choice that is a person's.
//!
//! # Order of things
//! [`Dossier::from_json`] -> [`Assembler::draft`] -> [`Draft::judge`] -> [`Judged::show`] -> [`Shown::finalise`] ->
//! [`Advice`]. Each step is a type of its own; only the last renders as an advice. The library reads no clock: days
//! and names are given by the caller.

mod completion;
mod dossier;
mod draft;
mod intervention;
mod judgement;
mod law;
mod monitor;
mod needs;
#[cfg(feature = "report")]
mod page;
pub mod record;
mod state;
mod statement;
mod stored;

#[doc = include_str!("../../docs/what-an-advice-rests-on.en.md")]
pub mod what_an_advice_rests_on {}

#[doc = include_str!("../../docs/waar-een-advies-op-rust.nl.md")]
pub mod waar_een_advies_op_rust {}

pub use crate::career::article::{Article, ArticleOn};
pub use crate::units::source_status::SourceStatus;
pub use completion::{Completion, JUDGEMENT_FORMAT};
pub use dossier::asked::{AdviceMoment, Asked, Form};
pub use dossier::known::Known;
pub use dossier::{DOSSIER_FORMAT, DOSSIER_SCHEMA, DOSSIER_VERSION, Dossier, LARGEST_DOSSIER, Printed};
pub use draft::{
    Assembler, Body, ContextState, DRAFT_FORMAT, DRAFT_VERSION, Draft, FactorState, InstrumentResult, NotGiven,
    ProfileResult,
};
pub use intervention::{INTERVENTIONS_FORMAT, INTERVENTIONS_TEMPLATE, Intervention, Interventions};
pub use judgement::{
    Approved, Direction, Estimate, Explained, InstrumentJudgement, Judgement, NoAdvice, NoReaction, Outcome, Reaction,
    Replaces, Signature, Stance,
};
pub use law::condition::Condition;
pub use law::frame::{Frame, FrameState, FrameText, Met, Test};
pub use monitor::{OverrideRow, Overrides, Share, WhyHidden};
pub use needs::{AtRisk, Harm, Level, Need, NeedSeverity, NeedState, Setting};
#[cfg(feature = "report")]
pub use page::Headings;
pub use state::{ADVICE_FORMAT, Advice, Judged, Levels, Shown};
pub use statement::{Ground, Part, Says, Section, Statement};
pub use stored::{JUDGED_FORMAT, SHOWN_FORMAT};
