//! The thresholds of the four definitions, each with its default and the reason for it.
//!
//! Does not belong here: how a criterion is measured (`descriptors`) and what follows (`fit`, `naming`).

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A span of exact ages in years, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AgeSpan {
    /// First age, in years.
    pub from: f64,
    /// Last age, in years.
    pub to: f64,
}

impl AgeSpan {
    /// Length in years.
    pub fn years(self) -> f64 {
        self.to - self.from
    }
}

/// Every threshold by which groups are named and persons placed.
///
/// **Published** are only the two windows, 15 to 22 and 22 to 33 years, and the words around them
/// ([`PROFILES_SOURCE`](super::kind::PROFILES_SOURCE)). Every other number is **our choice**: the reason
/// stands with each field, the values used are stored in the result, and another study may choose otherwise.
///
/// The definitions, on a group's curve:
/// - *early peak*: the highest rate lies in `early`; over the ages of `late` the rate is on average at most
///   `fallen` of that peak; and no later rise comes back above `fallen` of it.
/// - *late peak*: the highest rate lies in `late`; over the ages of `early` the rate is on average at most
///   `fallen` of that peak; it falls to at most `fallen` of it afterwards; and no later rise comes back above `fallen`.
/// - neither peak when the group offends as often as a continuous one and stays near its peak for more than `peak_years`.
/// - *continuous*: over the whole grid the group offends at least `high_level` times as often as the cohort, and
///   at `lasting_share` or more of the ages in `lasting` its rate is at least `lasting_level` of its peak. Where
///   the peak lies does not matter.
/// - *incidental*: over the whole grid the group offends at most `low_level` times as often as the cohort, and is
///   expected to commit at most `few_offences` from the start of `early` to the end of `late`. The shape
///   does not matter.
///
/// ```
/// use pleegprofiel::Definitions;
/// let strict = Definitions { clear_posterior: 0.9, ..Definitions::default() };
/// assert_eq!((strict.early.from, strict.late.to), (15.0, 33.0));
/// assert!(strict.check().is_ok());
/// assert!(Definitions { fallen: 1.5, ..Definitions::default() }.check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Definitions {
    /// Ages of the early peak, **published**: 15 to 22. Read as exact ages, so that the windows meet at the
    /// 22nd birthday; the source does not say which of the two the age of 22 belongs to.
    pub early: AgeSpan,
    /// Ages of the late peak, **published**: 22 to 33.
    pub late: AgeSpan,
    /// A rate has fallen (or not yet risen) when it is at most this part of the peak: 0.75. The source says
    /// that offending 'falls', not how far. A quarter is more than a fitted curve wavers, and low
    /// enough to admit a slow decline; offending declines with age in every group (Sampson & Laub 2003).
    pub fallen: f64,
    /// A peak counts, and so does a window, when at least so many years are seen: of the window, and of
    /// the years after the peak. 3: with yearly rates it takes three to see a direction.
    pub direction_years: f64,
    /// An incidental group offends at most so many times as often as the cohort's average: 0.5, half.
    pub low_level: f64,
    /// An incidental group is expected to commit at most so many offences, at liberty from 15 to 33: 5. By
    /// the field's oldest convention five make a chronic offender (Wolfgang, Figlio & Sellin 1972), so no
    /// more than that can be called incidental however much the others offend. The one threshold that
    /// depends on **what is counted**: a register of charges needs a higher one than a register of cases.
    /// `None` switches it off; names then no longer depend on the unit of the counts.
    pub few_offences: Option<f64>,
    /// A continuous group offends at least so many times as often as the cohort's average: 1.5. A group with
    /// share `s` cannot pass `1 / s`; 1.5 can be reached by any group of less than two thirds.
    pub high_level: f64,
    /// Ages at which a high rate has to last: 15 to 44, from the first published window until as long after the
    /// second as that one lasts. Before, hardly anyone offends yet; after, hardly anyone still does.
    pub lasting: AgeSpan,
    /// A rate counts as lasting while it is at least this part of the peak: 0.5, the usual width at half height.
    pub lasting_level: f64,
    /// A group that offends at `high_level` or more has a peak when its rate is at `lasting_level` of it for at most so
    /// many years of `lasting`: 14.5, half of those ages. One that stays there longer, and not long enough for
    /// `lasting_share`, is between a peak and continuous, and bears neither name.
    pub peak_years: f64,
    /// Part of the observed ages in `lasting` at which the rate has to last: 2/3. A peak that fills the whole
    /// second window takes 11 of the 18 years from 15 to 33, which is less.
    pub lasting_share: f64,
    /// Level and number can be judged when at least this part of both windows is observed: 0.5. Few offences
    /// from 30 on are no few offences.
    pub observed_share: f64,
    /// How far an age must be inside its limit to meet a criterion at odds of e to 1 (0.73), in years: 1, the
    /// width of the usual age interval.
    pub soft_years: f64,
    /// The same for parts of a peak and parts of a span of ages: 0.1.
    pub soft_part: f64,
    /// The same for levels and numbers, as a difference of natural logarithms: 0.25, about a quarter more or
    /// less, which is how well the level of a small group is usually known.
    pub soft_log: f64,
    /// An answer is ambiguous when the next best naming's total score is less than this below: 0.1. One of
    /// three criteria moving from clearly met (0.9) to barely (0.65) moves a score by about as much.
    pub small_margin: f64,
    /// A name is ambiguous when a criterion is met less clearly than this: 0.6, odds of 3 to 2. For an age
    /// that is within five months of the limit.
    pub near_limit: f64,
    /// A person gets a profile when the most likely group has at least this posterior probability: 0.8, odds of
    /// 4 to 1. Stricter than the 0.7 that the field asks of a group's *average* posterior: this is one person.
    pub clear_posterior: f64,
    /// A person gets a profile when at least so many years of age were observed: 3, for the reason of
    /// `direction_years`. One eventful year can make a posterior look certain.
    pub person_years: f64,
}

impl Default for Definitions {
    fn default() -> Self {
        Definitions {
            early: AgeSpan { from: 15.0, to: 22.0 },
            late: AgeSpan { from: 22.0, to: 33.0 },
            fallen: 0.75,
            direction_years: 3.0,
            low_level: 0.5,
            few_offences: Some(5.0),
            high_level: 1.5,
            lasting: AgeSpan { from: 15.0, to: 44.0 },
            lasting_level: 0.5,
            peak_years: 14.5,
            lasting_share: 2.0 / 3.0,
            observed_share: 0.5,
            soft_years: 1.0,
            soft_part: 0.1,
            soft_log: 0.25,
            small_margin: 0.1,
            near_limit: 0.6,
            clear_posterior: 0.8,
            person_years: 3.0,
        }
    }
}

impl Definitions {
    /// Whether the thresholds make sense together.
    ///
    /// # Errors
    /// When a span of ages is empty, outside 0 to 150 years, or the late one starts before the early one
    /// ends; when a part, share or probability is not above 0 and at most 1, `near_limit` is below 0.5 (where
    /// a criterion is not met), or `clear_posterior` is not above 0.5 (where two groups could both be clear);
    /// when a level, number, softness or number of years is not above 0 and at most 1e6 (margin and number of
    /// years may be 0); when `low_level` is not below `high_level`.
    pub fn check(&self) -> Result<()> {
        for (name, span) in [("early", self.early), ("late", self.late), ("lasting", self.lasting)] {
            if !(span.from >= 0.0 && span.from < span.to && span.to <= 150.0) {
                return Err(Error::options(format!(
                    "the ages `{name}`, {} to {}, are not a span between 0 and 150 years",
                    span.from, span.to
                )));
            }
        }
        if self.late.from < self.early.to {
            return Err(Error::options(format!(
                "the late ages start at {}, before the early ages end at {}",
                self.late.from, self.early.to
            )));
        }
        let parts = [
            ("fallen", self.fallen, 0.0),
            ("lasting_level", self.lasting_level, 0.0),
            ("lasting_share", self.lasting_share, 0.0),
            ("observed_share", self.observed_share, 0.0),
            ("near_limit", self.near_limit, 0.5),
            ("clear_posterior", self.clear_posterior, 0.5),
        ];
        for (name, value, above) in parts {
            // Half exactly is where a criterion is just met; a posterior of half may be shared by two groups.
            let low = if name == "near_limit" { value >= above } else { value > above };
            if !(low && value <= 1.0) {
                return Err(Error::options(format!("`{name}` of {value} is not above {above} and at most 1")));
            }
        }
        let sizes = [
            ("low_level", self.low_level, false),
            ("few_offences", self.few_offences.unwrap_or(1.0), false),
            ("high_level", self.high_level, false),
            ("soft_years", self.soft_years, false),
            ("soft_part", self.soft_part, false),
            ("soft_log", self.soft_log, false),
            ("direction_years", self.direction_years, true),
            ("peak_years", self.peak_years, false),
            ("small_margin", self.small_margin, true),
            ("person_years", self.person_years, true),
        ];
        for (name, value, zero) in sizes {
            if !((value > 0.0 || (zero && value == 0.0)) && value <= 1e6) {
                let limit = if zero { "between 0 and 1000000" } else { "above 0 and at most 1000000" };
                return Err(Error::options(format!("`{name}` of {value} is not {limit}")));
            }
        }
        if self.low_level >= self.high_level {
            return Err(Error::options(format!(
                "the low level of {} is not below the high level of {}",
                self.low_level, self.high_level
            )));
        }
        Ok(())
    }

    /// From the start of the early ages to the end of the late ones.
    pub(crate) fn both(&self) -> AgeSpan {
        AgeSpan { from: self.early.from, to: self.late.to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_that_contradict_each_other_are_refused() {
        let default = Definitions::default();
        assert!(default.check().is_ok());
        let says = |changed: Definitions, text: &str| {
            let message = changed.check().unwrap_err().to_string();
            assert!(message.contains(text), "{message}");
        };
        says(Definitions { early: AgeSpan { from: 22.0, to: 15.0 }, ..default.clone() }, "`early`, 22 to 15");
        says(
            Definitions { late: AgeSpan { from: 20.0, to: 33.0 }, ..default.clone() },
            "before the early ages end at 22",
        );
        says(Definitions { clear_posterior: 0.5, ..default.clone() }, "`clear_posterior` of 0.5 is not above 0.5");
        says(Definitions { soft_part: f64::NAN, ..default.clone() }, "`soft_part` of NaN");
        says(Definitions { few_offences: Some(0.0), ..default.clone() }, "`few_offences` of 0");
        says(Definitions { low_level: 2.0, ..default.clone() }, "2 is not below the high level of 1.5");
        assert!(Definitions { near_limit: 0.5, direction_years: 0.0, ..default }.check().is_ok());
    }

    #[test]
    fn thresholds_left_out_of_json_take_their_defaults_and_unknown_ones_are_refused() {
        let read: Definitions = serde_json::from_str(r#"{"few_offences": null, "fallen": 0.5}"#).unwrap();
        assert_eq!(read, Definitions { few_offences: None, fallen: 0.5, ..Definitions::default() });
        assert!(serde_json::from_str::<Definitions>(r#"{"fallne": 0.5}"#).is_err());
    }
}
