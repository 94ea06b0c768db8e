//! The catalogue of risk and protective factors, and how a person stands beside published prevalences.
//!
//! Belongs here: the factors of the Rapporteur's report and the twelve scales of the RISc, what is published of
//! how common they are, and the comparison.
//! Does not belong here: any weight for recidivism.
//!
//! # Comparison is not prediction
//! The published prevalences come from a study that chose its groups by outcome: traffickers, other offenders,
//! people without offences. They say how these groups differ. They do not say who will reoffend, and no such number
//! can be made from them. The types keep the two apart: a [`Comparison`] holds shares of groups and no probability of
//! the person; nothing turns it, a [`Finding`] or a [`ReferenceShare`] into a term or an answer of an instrument.
//!
//! ```compile_fail
//! use pleegprofiel::{Probability, risk::factor::{Factors, compare}};
//! // a comparison holds no probability of the person
//! let p: Probability = compare(&Factors::default()).into();
//! ```
//!
//! ```compile_fail
//! use pleegprofiel::risk::{factor::{Factor, Presence}, instrument::Instrument};
//! let instrument = Instrument::bundled("psa").unwrap();
//! let mut case = instrument.case();
//! // a factor's presence is no answer to an instrument's item
//! case.answer("pending_charge", Presence::Present).unwrap();
//! ```

mod catalogue;
mod compare;
mod evidence;
mod interval;
mod prevalence;
mod scale;

pub use catalogue::{Context, Factor, Kind, Stability};
pub use compare::{Comparison, ContextPart, Factors, Finding, Judgement, Presence, compare};
pub use evidence::Evidence;
pub use interval::ShareInterval;
pub use prevalence::{Certainty, ReferenceGroup, ReferenceShare, SIZE_OF_STUDY};
pub use scale::RiscScale;
