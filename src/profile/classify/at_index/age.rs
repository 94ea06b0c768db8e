//! Where the index offence of a record lies, as far as it is known.

use super::law::Law;
use crate::cohort::builder::PersonRow;
use crate::error::{Error, Result};
use crate::profile::classify::record::Refusal;
use crate::units::Age;
use serde::{Deserialize, Serialize};

/// What is known of the age at the index offence: the first trafficking offence.
///
/// ```
/// use pleegprofiel::profile::classify::IndexAge;
/// assert_eq!(IndexAge::of_number(23.0)?, IndexAge::InYear { age: 23 });
/// assert_eq!(IndexAge::of_number(23.5)?, IndexAge::At { age: 23.5 });
/// assert!(IndexAge::of_number(-1.0).is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IndexAge {
    /// Nothing: it is one of the offences of the record, nobody knows which.
    Unknown,
    /// The age in completed years: where in that year is not known.
    InYear {
        /// Completed years.
        age: u32,
    },
    /// The exact age.
    At {
        /// In years.
        age: f64,
    },
}

impl IndexAge {
    /// From an age: a whole number is one in completed years, any other an exact one.
    ///
    /// # Errors
    /// When it is no age, as [`Age::years`].
    pub fn of_number(age: f64) -> Result<IndexAge> {
        let age = Age::years(age)?.get();
        Ok(if age.fract() == 0.0 { IndexAge::InYear { age: age as u32 } } else { IndexAge::At { age } })
    }
}

/// The intervals in which the index offence of a record may lie, given what is known: those with an offence.
pub(super) fn intervals(law: &Law, row: &PersonRow<'_>, known: IndexAge) -> Result<Vec<usize>> {
    let grid = law.grid;
    let has = |t: usize| row.counts.get(t).copied().flatten().is_some_and(|count| count > 0);
    let (age, exact) = match known {
        IndexAge::Unknown => {
            let all: Vec<usize> = (law.first..grid.len()).filter(|&t| has(t)).collect();
            let first = grid.label(law.first);
            return if all.is_empty() {
                Err(Refusal::NoIndexOffence.error(format!(
                    "no offence from age {first} on, so none that can be a first trafficking offence; the model is of people who \
                     had one"
                )))
            } else {
                Ok(all)
            };
        }
        IndexAge::InYear { age } => (f64::from(age), false),
        IndexAge::At { age } => (age, true),
    };
    let at = (0..grid.len()).find(|&t| age >= grid.start_age(t) && age < grid.start_age(t + 1));
    let Some(t) = at.filter(|t| *t >= law.first) else {
        return Err(Error::value(format!(
            "an index offence at age {age}, but the model has them from {} up to {}",
            grid.label(law.first),
            grid.start_age(grid.len())
        )));
    };
    if row.counts.get(t).copied().flatten().is_none() {
        return Err(Refusal::NoIndexOffence.error(format!(
            "the index offence is said to be at age {age}, which was not observed: give a record that covers it"
        )));
    }
    if !has(t) {
        return Err(Refusal::NoIndexOffence.error(format!(
            "the index offence is said to be at age {age}{}, but no offence is counted at {}: it counts as one of them",
            if exact { "" } else { " in completed years" },
            grid.label(t)
        )));
    }
    Ok(vec![t])
}
