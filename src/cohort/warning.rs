//! What a reader of a cohort has to know: values that look like something else than counts, and what was left out.
//!
//! Belongs here: the warnings and their words. Does not belong here: when a cohort looks suspicious (`suspicion`), and
//! what a reader of tables leaves out.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where in a cohort something stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellPlace {
    /// Number of the person, from 1, in the order of the input.
    pub person: usize,
    /// Row of the table it was read from, the header of a text file counted; `None` for data from memory.
    pub row: Option<u64>,
    /// The file of a folder that the row stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// The age interval, as in [`AgeGrid::label`](crate::AgeGrid::label); `None` for a person as a whole.
    pub age: Option<String>,
}

impl CellPlace {
    /// A person, counted from 0, as a whole.
    pub(crate) fn whole(person: usize) -> CellPlace {
        CellPlace { person: person + 1, row: None, part: None, age: None }
    }
}

impl fmt::Display for CellPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Some(row) => write!(f, "row {row}")?,
            None => write!(f, "person {}", self.person)?,
        }
        if let Some(part) = &self.part {
            write!(f, " of {part}")?;
        }
        self.age.as_ref().map_or(Ok(()), |age| write!(f, ", age {age}"))
    }
}

/// A fact about a cohort that whoever uses it has to know; [`Cohort::warnings`](crate::Cohort::warnings) lists them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "warning", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CohortWarning {
    /// Counts more than 50 times the next highest: codes for a missing value, or another unit?
    FarOutside {
        /// These counts, ascending.
        counts: Vec<u32>,
        /// The highest count below them.
        next: u32,
        /// Cells that hold them.
        cells: u64,
        /// The first of these.
        place: CellPlace,
    },
    /// The highest counts are numbers that files use for "unknown" or "refused", far from all others.
    LikeMissingCodes {
        /// These counts, ascending.
        counts: Vec<u32>,
        /// The highest count below them.
        next: u32,
        /// Cells that hold them.
        cells: u64,
        /// The first of these.
        place: CellPlace,
    },
    /// Values, not counts, that files use for "unknown" or "refused", far from all others or below 0 alone.
    ValuesLikeMissingCodes {
        /// These values, ascending.
        values: Vec<f64>,
        /// The highest of the others.
        next: f64,
        /// Cells that hold them.
        cells: u64,
        /// The first of these.
        place: CellPlace,
    },
    /// Counts that the file gives a name of their own: codes for missing values, or categories?
    LabelledCounts {
        /// These counts, ascending.
        counts: Vec<u32>,
        /// What each is called.
        labels: Vec<String>,
        /// Cells that hold them.
        cells: u64,
        /// Row of the first.
        row: u64,
        /// Column of the first.
        column: String,
    },
    /// A table of persons by age with no or hardly a 0: were ages and people without an offence left out of it?
    NoZero {
        /// Cells it lists.
        cells: u64,
        /// Those of them with a count of 0.
        zeros: u64,
        /// Cells of these people and ages that it does not list.
        unlisted: u64,
    },
    /// People who are called as rows of totals, means and the like are.
    CalledTotal {
        /// How many.
        persons: u64,
        /// The first of them.
        place: CellPlace,
    },
    /// People whose identifiers differ from another's by the way they are written alone: the same people twice?
    AlikeIdentifiers {
        /// How many have another before them.
        persons: u64,
        /// In what the first of them differs.
        by: String,
        /// The first of them.
        place: CellPlace,
        /// The one before.
        other: CellPlace,
    },
    /// The counts of a person are at every age the sum of all others': a row of totals?
    SumOfOthers {
        /// That person.
        place: CellPlace,
    },
    /// A person with more events than all others together.
    MoreThanAllOthers {
        /// That person.
        place: CellPlace,
        /// Events of that person.
        events: u64,
        /// Events of all others.
        others: u64,
    },
    /// Intervals without any time at risk and a count of 0, taken as not observed.
    NoTimeAtRisk {
        /// Cells.
        cells: u64,
    },
    /// People without a single observed age, left out because the caller said so.
    NeverObserved {
        /// People.
        persons: u64,
    },
    /// Ages and people that a table does not list, taken as 0 because the caller said so.
    UnlistedAsZero {
        /// Cells.
        cells: u64,
    },
    /// Values that the caller named as codes for missing ones, taken as not observed.
    MissingCodes {
        /// Cells.
        cells: u64,
    },
    /// Columns of a table that were left out.
    ColumnsLeftOut {
        /// The file as the caller named it.
        file: String,
        /// What they are: names, or what is known of those without one.
        columns: Vec<String>,
    },
    /// Wholly empty rows of a table that were left out.
    EmptyRows {
        /// The file as the caller named it.
        file: String,
        /// Rows.
        rows: u64,
    },
    /// A covariate whose values are categories, each of which but the first became a covariate of 0 and 1.
    Categories {
        /// The file as the caller named it.
        file: String,
        /// The column.
        column: String,
        /// The category that the others are compared with.
        reference: String,
        /// The others, in order.
        others: Vec<String>,
    },
    /// Offences whose category follows from an article of law and the day they were committed on.
    Articles {
        /// The file as the caller named it.
        file: String,
        /// Offences.
        offences: u64,
        /// Where it stands that these articles are of these categories.
        sources: Vec<String>,
    },
    /// Counts by calendar year, taken as counts by age by the rule that the caller stated.
    CalendarYears {
        /// The file as the caller named it.
        file: String,
        /// The rule, as options name it.
        rule: String,
        /// Cells that became cells of an age.
        cells: u64,
        /// Cells outside the ages asked for, left out.
        outside: u64,
        /// Cells with a count of 0 before birth, left out.
        before_birth: u64,
    },
    /// Dates without a day or month, placed by the rule that the caller stated.
    IncompleteDates {
        /// The file as the caller named it.
        file: String,
        /// The rule, as options name it.
        rule: String,
        /// Dates placed.
        dates: u64,
        /// Rows left out.
        left_out: u64,
    },
    /// Windows without an end, which end with the register.
    OpenEnds {
        /// The file as the caller named it.
        file: String,
        /// Windows.
        windows: u64,
    },
    /// Offences before the window of their person, kept as prior record beside the career.
    PriorRecord {
        /// The file as the caller named it.
        file: String,
        /// Offences.
        offences: u64,
    },
}

impl CohortWarning {
    /// Whether the data may mean something else than was read: the caller has to say what they are.
    ///
    /// The others say what was done, or what may be no more than chance.
    pub fn is_doubt(&self) -> bool {
        match self {
            // near the next highest they are counts of busy people as well
            CohortWarning::LikeMissingCodes { counts, next, .. } => {
                counts.first().is_some_and(|&lowest| lowest >= 3 * (*next).max(1))
            }
            CohortWarning::FarOutside { .. }
            | CohortWarning::NoZero { .. }
            | CohortWarning::LabelledCounts { .. }
            | CohortWarning::ValuesLikeMissingCodes { .. }
            | CohortWarning::CalledTotal { .. }
            | CohortWarning::AlikeIdentifiers { .. }
            | CohortWarning::SumOfOthers { .. } => true,
            _ => false,
        }
    }
}

#[cfg(feature = "csv")]
impl CohortWarning {
    pub(crate) fn place_mut(&mut self) -> Option<&mut CellPlace> {
        match self {
            CohortWarning::FarOutside { place, .. }
            | CohortWarning::LikeMissingCodes { place, .. }
            | CohortWarning::CalledTotal { place, .. }
            | CohortWarning::SumOfOthers { place }
            | CohortWarning::MoreThanAllOthers { place, .. } => Some(place),
            _ => None,
        }
    }
}

/// Numbers joined by commas, the first few.
pub(crate) fn few(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(5).map(ToString::to_string).collect();
    format!("{}{}", shown.join(", "), if numbers.len() > 5 { ", .." } else { "" })
}

impl fmt::Display for CohortWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |n: u64| if n == 1 { "" } else { "s" };
        match self {
            CohortWarning::FarOutside { counts, next, cells, place } => write!(
                f,
                "{cells} cell{} with a count of {}, more than 50 times the next highest, {next} (first: {place}): a code for a missing value?",
                s(*cells),
                few(counts)
            ),
            CohortWarning::LikeMissingCodes { counts, next, cells, place } => write!(
                f,
                "{cells} cell{} with {}, while the next highest count is {next} (first: {place}): a code for a missing value?",
                s(*cells),
                few(counts)
            ),
            CohortWarning::ValuesLikeMissingCodes { values, next, cells, place } => {
                let values: Vec<String> = values.iter().take(5).map(ToString::to_string).collect();
                write!(
                    f,
                    "{cells} cell{} with {}, while the next highest value is {next} (first: {place}): a code for a missing value?",
                    s(*cells),
                    values.join(", ")
                )
            }
            CohortWarning::LabelledCounts { counts, labels, cells, row, column } => {
                let named =
                    counts.iter().zip(labels).take(5).map(|(count, label)| format!("{count} is called \"{label}\""));
                let named: Vec<String> = named.collect();
                write!(
                    f,
                    "{cells} cell{} with counts that the file gives a name, first in row {row}, column {column} ({}): codes for missing values, or categories?",
                    s(*cells),
                    named.join(", ")
                )
            }
            CohortWarning::NoZero { cells, zeros, unlisted } => {
                let zeros = if *zeros == 0 { "not a single 0".to_owned() } else { format!("only {zeros} of 0") };
                write!(
                    f,
                    "{cells} cell{} by person and age and {zeros} among them, while {unlisted} of these people and ages are not listed: were ages, and people, without an offence left out?",
                    s(*cells)
                )
            }
            CohortWarning::CalledTotal { persons: 1, place } => {
                write!(f, "one person ({place}) is called as a row of totals is: is it one?")
            }
            CohortWarning::CalledTotal { persons, place } => {
                write!(f, "{persons} persons (first: {place}) are called as rows of totals are: are they?")
            }
            CohortWarning::AlikeIdentifiers { persons, by, place, other } => write!(
                f,
                "{persons} identifier{} differ{} from another one by {by} alone (first: {place}, and {other}): the same person written in two ways?",
                s(*persons),
                if *persons == 1 { "s" } else { "" }
            ),
            CohortWarning::SumOfOthers { place } => {
                write!(f, "the counts of one person ({place}) are the sums of all others': is it a row of totals?")
            }
            CohortWarning::MoreThanAllOthers { place, events, others } => {
                write!(f, "one person ({place}) has {events} events, all others together {others}")
            }
            CohortWarning::NoTimeAtRisk { cells } => {
                write!(f, "{cells} cell{} without time at risk and with a count of 0: taken as not observed", s(*cells))
            }
            CohortWarning::NeverObserved { persons } => {
                let people = if *persons == 1 { "person" } else { "people" };
                write!(f, "{persons} {people} without a single observed age: left out, as asked for")
            }
            CohortWarning::UnlistedAsZero { cells } => {
                write!(f, "{cells} cell{} that the table does not list: taken as 0, as asked for", s(*cells))
            }
            CohortWarning::MissingCodes { cells } => {
                write!(f, "{cells} cell{} with a code for a missing value: taken as not observed", s(*cells))
            }
            CohortWarning::ColumnsLeftOut { file, columns } => {
                write!(f, "{file}: left out {}", columns.join(", "))
            }
            CohortWarning::Articles { file, offences, sources } => {
                write!(f, "{file}: {offences} offence{} in categories by article of law", s(*offences))?;
                if sources.is_empty() { Ok(()) } else { write!(f, ", after {}", sources.join("; ")) }
            }
            CohortWarning::CalendarYears { file, rule, cells, outside, before_birth } => {
                write!(f, "{file}: {cells} cell{} of calendar years taken as the age by the rule {rule}", s(*cells))?;
                if outside + before_birth == 0 {
                    return Ok(());
                }
                write!(f, "; left out {outside} outside the ages asked for and {before_birth} before birth")
            }
            CohortWarning::Categories { file, column, reference, others } => {
                write!(f, "{file}: {column} has categories: {}, compared with {reference}", others.join(", "))
            }
            CohortWarning::EmptyRows { file, rows } => write!(f, "{file}: left out {rows} empty row{}", s(*rows)),
            CohortWarning::IncompleteDates { file, rule, dates, left_out } => {
                write!(f, "{file}: {dates} incomplete date{} taken by the rule {rule}", s(*dates))?;
                if *left_out > 0 { write!(f, ", {left_out} row{} left out", s(*left_out)) } else { Ok(()) }
            }
            CohortWarning::OpenEnds { file, windows } => {
                write!(f, "{file}: {windows} window{} without an end, closed with the register", s(*windows))
            }
            CohortWarning::PriorRecord { file, offences } => {
                write!(f, "{file}: {offences} offence{} before the window, kept as prior record", s(*offences))
            }
        }
    }
}
