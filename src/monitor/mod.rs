//! The criminal justice chain in figures: from events of cases to the indicators that a monitor of offenders publishes.
//!
//! Belongs here: what an event of the chain is, what a case must make sense of, indicators by year in units that do not
//! mix, what is hidden of few people, and whether printed figures agree with themselves. Does not belong here: what a
//! file looks like (`cohort::table`), recidivism (`cohort::recidivism`), how figures look in print.
//!
//! # Events
//! One row is one event of one defendant in one case:
//!
//! | column | needed | holds |
//! | --- | --- | --- |
//! | `id` | yes | the person |
//! | `case` | yes | the case; several defendants may share one |
//! | `phase` | yes | `suspect`, `intake`, `disposal`, `demand`, `verdict` (first instance), `sanction`, `supervision` |
//! | `date` | yes | the day of the event |
//! | `outcome` | of disposal, demand, verdict, sanction | see [`Disposal`], [`Demand`], [`VerdictOutcome`], [`Sanction`] |
//! | `days` | no | days of a sanction or demand |
//! | `offence` | no | number of the offence within the case; without it an event is of the case as a whole |
//! | `kind` | no | category of that offence |
//! | `article`, `paragraph`, `law` | no | in its place the article of law, by a table of articles ([`TableOptions::articles`](crate::cohort::table::TableOptions::articles)) and the day in `committed` |
//! | `form` | no | form of exploitation, see [`Exploitation`] |
//! | `committed` | no | (first) day of the offence: age is taken **at the offence** |
//! | `parket` | no | the public prosecutor's office or, by another name, any further property by which defendants are told apart |
//! | `birth`, `sex` | no | of the person: a day, and `female` or `male` |
//!
//! A sanction is of the judgement as a whole and names no offence: a court does not say which part of a sentence is for
//! which offence. Nothing is a ratio of victims and suspects of one year: suspects come into view after victims do (the
//! State's letter of 19 February 2021, Kamerstuk 28 638 nr. 188, annex), so that the two of one year are not of the same
//! cases.

pub(crate) mod builder;
pub(crate) mod case;
pub(crate) mod combinations;
pub(crate) mod count;
pub mod effect;
pub(crate) mod event;
pub(crate) mod figures;
pub(crate) mod hidden;
pub(crate) mod indicators;
pub(crate) mod options;
pub(crate) mod printed;
#[cfg(feature = "csv")]
pub(crate) mod read;
pub(crate) mod repeat;
pub(crate) mod roles;
pub(crate) mod split;
pub(crate) mod tally;
#[cfg(feature = "csv")]
pub(crate) mod victims;

/// Columns of events after the identifier of the person.
pub(crate) const fn read_names() -> [&'static str; 11] {
    ["case", "phase", "date", "outcome", "days", "offence", "kind", "form", "committed", "birth", "sex"]
}

pub use builder::MonitorBuilder;
pub use combinations::{Combinations, Fate};
pub use count::{Cases, Count, Defendants, Offences, Unit};
pub use event::{ChainEvent, Demand, Disposal, Exploitation, Phase, Sanction, Sanctions, VerdictOutcome};
pub use figures::Figure;
pub use indicators::{Cell, DaysOfYear, Durations, Monitor, Row, Table, UnitsJudged};
pub use options::MonitorOptions;
pub use printed::{Holds, Inconsistency, PrintedClaim, PrintedRow, PrintedStudy, PrintedTable, Says};
#[cfg(feature = "csv")]
pub use read::{read_events, read_monitor};
pub use repeat::{Repeat, RepeatDefinition, repeat_victims};
pub use roles::{Overlap, OverlapDefinition, overlap};
pub use split::{Population, Split};
#[cfg(feature = "csv")]
pub use victims::{VictimTables, read_victims};
