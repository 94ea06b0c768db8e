//! One person's career, checked as a whole.
//!
//! Belongs here: [`Career`] and access to what it is made of.
//! Does not belong here: the checks (`builder`) and the measures (`measures`, `versatility`, ...).

use super::builder::CareerBuilder;
use super::custody::Custody;
use super::date::CalendarDate;
use super::offence::{Offence, When};
use super::timeline::{Span, Timeline};
use super::window::Window;
use crate::error::{Error, Result};
use crate::units::Age;
use serde::{Deserialize, Serialize};

/// How a career says when things happened. A career uses one way throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TimeBasis {
    /// A date of birth, and dates of everything else.
    Dates,
    /// Exact ages.
    ExactAges,
    /// Offences at an age in completed years; custody and window at exact ages.
    CompletedAges,
}

/// One person's offences, custody and observation window; everything checked, nothing dropped.
///
/// A career carries no identifier: whoever holds it knows whose it is.
///
/// # Rules
/// - Every interval is closed below and open above; an offence on the day the window ends lies outside
///   it and is an error, not dropped.
/// - Offences are kept in order of time; those at the same time in the order in which they were given.
/// - Custody may reach outside the window; only the part inside matters.
/// - An offence in custody is allowed and counts as an offence, while the time in custody is no time at
///   risk; see [`OffencesInCustody`](super::offence::OffencesInCustody) for what "in custody" means.
/// - An offence at a completed age stands, where an exact age is needed, at the beginning of that year:
///   up to a year early.
///
/// ```
/// use pleegprofiel::{Career, career::{CalendarDate, Category, Offence, Window, WindowEnd}};
/// let day = |text: &str| text.parse::<CalendarDate>();
/// let career = Career::dated(day("1990-05-06")?)
///     .window(Window::dates(day("2002-05-06")?, day("2020-01-01")?, WindowEnd::EndOfRegister))
///     .offence(Offence::on(day("2008-05-06")?, Category::PROPERTY))
///     .offence(Offence::on(day("2010-11-05")?, Category::HUMAN_TRAFFICKING))
///     .build()?;
/// assert_eq!(career.onset().map(|age| age.get()), Some(18.0));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawCareer", into = "RawCareer")]
pub struct Career {
    birth: Option<CalendarDate>,
    window: Window,
    offences: Vec<Offence>,
    custody: Vec<Custody>,
    basis: TimeBasis,
    pub(crate) timeline: Timeline,
    /// Where each offence lies, in the order of `offences`.
    positions: Vec<Span>,
}

/// What a builder hands over once everything has been checked.
pub(super) struct Checked {
    pub(super) birth: Option<CalendarDate>,
    pub(super) window: Window,
    pub(super) custody: Vec<Custody>,
    pub(super) basis: TimeBasis,
    pub(super) timeline: Timeline,
    /// Each offence and where it lies, in the order given.
    pub(super) offences: Vec<(Span, Offence)>,
}

impl Career {
    /// Starts a career with a date of birth; everything else is given by date.
    pub fn dated(birth: CalendarDate) -> CareerBuilder {
        CareerBuilder::new(Some(birth))
    }

    /// Starts a career without dates; everything is given by age.
    pub fn by_age() -> CareerBuilder {
        CareerBuilder::new(None)
    }

    pub(super) fn assemble(mut checked: Checked) -> Career {
        // A stable sort: the order given decides among offences at the same time.
        checked.offences.sort_by(|a, b| a.0.0.total_cmp(&b.0.0));
        let (positions, offences) = checked.offences.into_iter().unzip();
        Career {
            birth: checked.birth,
            window: checked.window,
            offences,
            custody: checked.custody,
            basis: checked.basis,
            timeline: checked.timeline,
            positions,
        }
    }

    /// Date of birth, of a dated career.
    pub fn birth(&self) -> Option<CalendarDate> {
        self.birth
    }

    /// How the career says when things happened; exact ages when it is by age and has no offence.
    pub fn basis(&self) -> TimeBasis {
        self.basis
    }

    /// When the person was observed.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// All offences in order of time.
    pub fn offences(&self) -> &[Offence] {
        &self.offences
    }

    /// Stays in custody, in order; also those outside the window.
    pub fn custody(&self) -> &[Custody] {
        &self.custody
    }

    /// Age at offence `i` (0-based, in order of time): exact, or the beginning of the completed year of age.
    ///
    /// # Panics
    /// When `i` is not below the number of offences.
    pub fn age_at(&self, i: usize) -> Age {
        match self.offences[i].when {
            When::Age(age) => age,
            When::Date(_) | When::CompletedAge(_) => self.age_of(self.positions[i].0),
        }
    }

    /// Whether offence `i` (0-based, in order of time) was committed in custody.
    ///
    /// # Panics
    /// When `i` is not below the number of offences.
    pub fn is_in_custody(&self, i: usize) -> bool {
        self.timeline.in_custody(self.positions[i])
    }

    /// Where each offence lies on the timeline.
    pub(crate) fn positions(&self) -> &[Span] {
        &self.positions
    }

    pub(crate) fn age_of(&self, position: f64) -> Age {
        Age::years(self.timeline.clock.years(position))
            .expect("every moment of a career was checked to lie between birth and 150 years")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCareer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    birth: Option<CalendarDate>,
    window: Window,
    #[serde(default)]
    offences: Vec<Offence>,
    #[serde(default)]
    custody: Vec<Custody>,
}

impl From<Career> for RawCareer {
    fn from(career: Career) -> RawCareer {
        RawCareer { birth: career.birth, window: career.window, offences: career.offences, custody: career.custody }
    }
}

impl TryFrom<RawCareer> for Career {
    type Error = Error;

    /// Checks everything but membership of a category set, which the stored form does not carry.
    fn try_from(raw: RawCareer) -> Result<Career> {
        CareerBuilder::new(raw.birth).window(raw.window).offences(raw.offences).stays(raw.custody).build_where(|_| true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::category::Category;
    use crate::career::window::WindowEnd;

    fn day(text: &str) -> CalendarDate {
        text.parse().unwrap()
    }

    fn career() -> Career {
        Career::dated(day("2000-02-29"))
            .window(Window::dates(day("2012-03-01"), day("2024-03-01"), WindowEnd::Died))
            .offence(Offence::on(day("2018-03-01"), Category::DRUGS))
            .offence(Offence::on(day("2018-02-28"), Category::VIOLENCE))
            .offence(Offence::on(day("2018-03-01"), Category::OTHER))
            .stay(Custody::dates(day("2018-03-01"), day("2018-03-10")))
            .build()
            .unwrap()
    }

    #[test]
    fn offences_are_in_order_of_time_and_otherwise_as_given() {
        let career = career();
        let kinds: Vec<&str> = career.offences().iter().map(|o| o.category.key()).collect();
        assert_eq!(kinds, ["violence", "drugs", "other"]);
        assert_eq!(career.age_at(1).get(), 18.0);
        assert!(career.age_at(0).get() < 18.0);
        assert!(!career.is_in_custody(1));
    }

    #[test]
    fn a_career_reads_back_from_json_through_its_checks() {
        let text = serde_json::to_string(&career()).unwrap();
        assert_eq!(serde_json::from_str::<Career>(&text).unwrap(), career());
        let broken = text.replace("2018-03-10", "2018-03-01");
        assert!(serde_json::from_str::<Career>(&broken).unwrap_err().to_string().contains("custody"));
        assert!(serde_json::from_str::<Career>(r#"{"offences":[]}"#).is_err());
    }
}
