//! Measures of one career in time: onset, length, street time, frequency, the index offence.
//!
//! Belongs here: what follows from when things happened.
//! Does not belong here: the mix of offences (`versatility`, `specialisation`), their severity
//! (`escalation`) and anything of a group (`participation`).
//!
//! All of them describe what was observed. A measure that is not defined is `None`, never NaN or 0.

use super::category::Category;
use super::escalation::Escalation;
use super::offence::OffencesInCustody;
use super::person::Career;
use super::timeline::Clock;
use super::versatility::Versatility;
use crate::units::{Age, Rate};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// First and last offence of a career, and how much was observed on either side.
///
/// # References
/// Blumstein, Cohen, Roth & Visher (1986), for onset, career length and termination as dimensions of a
/// criminal career.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CareerSpan {
    /// Age at the first offence observed.
    pub onset: Age,
    /// Age at the last offence observed; not the age of desistance, which is never observed.
    pub last: Age,
    /// Years between the two, custody included; 0 with a single offence.
    pub length_years: f64,
    /// Years observed before the first offence: with few of them an earlier offence may have been missed.
    pub years_before: f64,
    /// Years observed after the last offence: with few of them the career may well go on.
    pub years_after: f64,
}

/// Observed time, split by custody.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StreetTime {
    /// Years from the beginning of the window to its end.
    pub observed_years: f64,
    /// Years of these in custody.
    pub custody_years: f64,
    /// Years of these at liberty: the street time, or time at risk.
    pub at_liberty_years: f64,
    /// Days at liberty, of a dated career.
    pub at_liberty_days: Option<u32>,
}

/// The time over which a frequency is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Period {
    /// The whole observation window.
    Window,
    /// From the first offence to the last.
    ActiveCareer,
}

/// Individual offending frequency (lambda): offences per year at liberty.
///
/// # References
/// Blumstein, Cohen, Roth & Visher (1986).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Frequency {
    /// The time over which it is taken.
    pub period: Period,
    /// Offences counted: all in the window; in the active career, those after the first.
    pub offences: u32,
    /// Offences in custody that were left out, when asked for.
    pub left_out: u32,
    /// Years at liberty in the period.
    pub at_liberty_years: f64,
    /// `offences / at_liberty_years`; `None` without time at liberty and, in the active career, without offences.
    pub rate: Option<Rate>,
}

/// The first offence of a chosen category and what came before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndexOffence {
    /// The category.
    pub category: Category,
    /// Age at the first offence of that category.
    pub age: Age,
    /// Offences observed strictly earlier. At completed ages: those of an earlier year of age.
    pub earlier_offences: u32,
    /// Other offences at the same time (the same day, exact age or year of age), whose order is not known.
    pub same_time: u32,
    /// Different cases among the earlier offences, the index offence's own left out; `None` when one of
    /// these offences has no case number.
    pub earlier_cases: Option<u32>,
    /// Whether the index offence is the first offence observed, or shares its time with it.
    pub opens_career: bool,
}

/// All measures of one career that need no model and no other careers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CareerMeasures {
    /// Number of offences.
    pub offences: u32,
    /// Number of them committed in custody.
    pub offences_in_custody: u32,
    /// First and last offence; `None` without offences.
    pub span: Option<CareerSpan>,
    /// Observed time.
    pub street_time: StreetTime,
    /// Frequency over the window, all offences counted.
    pub frequency: Frequency,
    /// Frequency from the first to the last offence, all offences counted.
    pub active_frequency: Frequency,
    /// Mix of offences.
    pub versatility: Versatility,
    /// Change of severity.
    pub escalation: Escalation,
    /// First offence of the category asked for; `None` when there is none.
    pub index_offence: Option<IndexOffence>,
}

impl Career {
    /// Age at the first offence observed; `None` without offences.
    pub fn onset(&self) -> Option<Age> {
        (!self.offences().is_empty()).then(|| self.age_at(0))
    }

    /// First and last offence; `None` without offences.
    ///
    /// ```
    /// use pleegprofiel::{Age, Career, career::{Category, Offence, Window, WindowEnd}};
    /// let age = Age::years;
    /// let career = Career::by_age()
    ///     .window(Window::ages(age(12.0)?, age(30.0)?, WindowEnd::EndOfRegister))
    ///     .offence(Offence::at_age(age(15.5)?, Category::PROPERTY))
    ///     .offence(Offence::at_age(age(22.0)?, Category::DRUGS))
    ///     .build()?;
    /// let span = career.span().expect("there are offences");
    /// assert_eq!((span.onset.get(), span.last.get(), span.length_years), (15.5, 22.0, 6.5));
    /// assert_eq!((span.years_before, span.years_after), (3.5, 8.0));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn span(&self) -> Option<CareerSpan> {
        let (first, last) = (self.positions().first()?.0, self.positions().last()?.0);
        let (from, to) = self.timeline.window;
        // An offence at a completed age may stand before the window that cuts its year.
        let years = |from: f64, to: f64| self.timeline.years_between((from, to)).max(0.0);
        Some(CareerSpan {
            onset: self.age_at(0),
            last: self.age_at(self.offences().len() - 1),
            length_years: years(first, last),
            years_before: years(from, first),
            years_after: years(last, to),
        })
    }

    /// Observed time, in custody and at liberty. In years of age: from one birthday to the next is one.
    ///
    /// ```
    /// use pleegprofiel::{Career, career::{CalendarDate, Custody, Window, WindowEnd}};
    /// let day = |text: &str| text.parse::<CalendarDate>();
    /// let career = Career::dated(day("1990-01-01")?)
    ///     .window(Window::dates(day("2008-01-01")?, day("2010-01-01")?, WindowEnd::EndOfRegister))
    ///     .stay(Custody::dates(day("2009-01-01")?, day("2009-03-15")?))
    ///     .build()?;
    /// let time = career.street_time();
    /// assert_eq!((time.observed_years, time.custody_years), (2.0, 73.0 / 365.0));
    /// assert_eq!(time.at_liberty_days, Some(366 + 365 - 73));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn street_time(&self) -> StreetTime {
        let line = &self.timeline;
        let observed_years = line.years_between(line.window);
        let custody_years: f64 = line.custody_in(line.window).map(|stay| line.years_between(stay)).sum();
        StreetTime {
            observed_years,
            custody_years,
            at_liberty_years: line.liberty_years(line.window),
            at_liberty_days: match line.clock {
                // At most 150 years of days.
                Clock::Days(_) => Some(line.liberty_length(line.window) as u32),
                Clock::Months => None,
            },
        }
    }

    /// Offences per year at liberty.
    ///
    /// Over the window: `lambda = n / T`, with `n` offences and `T` years at liberty in the window.
    ///
    /// Over the active career: `lambda = (n - 1) / T`, with `T` the years at liberty from the first offence
    /// to the last. The first offence opens the period and so is not counted in it: `n / T`, also in use,
    /// is too high, by the more the shorter the career. Undefined with fewer than two offences, or when all
    /// of them fall at the same time. At completed ages `T` is a difference of whole years and crude.
    ///
    /// An offence in custody counts like any other unless left out; it adds to `n` while the time around it
    /// adds nothing to `T`.
    ///
    /// ```
    /// use pleegprofiel::{Age, Career, career::{Category, Custody, Offence, OffencesInCustody, Period, Window, WindowEnd}};
    /// let age = Age::years;
    /// let career = Career::by_age()
    ///     .window(Window::ages(age(12.0)?, age(22.0)?, WindowEnd::EndOfRegister))
    ///     .offences([15.0, 16.0, 17.0].map(|y| Offence::at_age(Age::years(y).unwrap(), Category::PROPERTY)))
    ///     .stay(Custody::ages(age(16.0)?, age(16.5)?))
    ///     .build()?;
    /// let rate = |period| career.frequency(period, OffencesInCustody::Count).rate.map(|r| r.get());
    /// assert_eq!(rate(Period::Window), Some(3.0 / 9.5));
    /// assert_eq!(rate(Period::ActiveCareer), Some(2.0 / 1.5));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn frequency(&self, period: Period, in_custody: OffencesInCustody) -> Frequency {
        let all = self.positions();
        let counted = |span: &(f64, f64)| match in_custody {
            OffencesInCustody::Count => true,
            OffencesInCustody::LeaveOut => !self.timeline.in_custody(*span),
        };
        let kept = all.iter().filter(|span| counted(span)).count();
        let (offences, span) = match period {
            Period::Window => (kept, self.timeline.window),
            Period::ActiveCareer => {
                let first = all.iter().find(|span| counted(span)).map_or(0.0, |span| span.0);
                let last = all.iter().rfind(|span| counted(span)).map_or(0.0, |span| span.0);
                (kept.saturating_sub(1), (first, last))
            }
        };
        let at_liberty_years = if span.0 < span.1 { self.timeline.liberty_years(span) } else { 0.0 };
        let defined = at_liberty_years > 0.0 && (period == Period::Window || offences > 0);
        Frequency {
            period,
            // A career has at most MAX_OFFENCES.
            offences: offences as u32,
            left_out: (all.len() - kept) as u32,
            at_liberty_years,
            // A time so short that the quotient overflows has no rate either.
            rate: defined.then(|| Rate::per_year(offences as f64 / at_liberty_years).ok()).flatten(),
        }
    }

    /// The first offence of a category; `None` when there is none.
    ///
    /// What came before is what was observed before: a window that begins late makes these numbers too low.
    ///
    /// ```
    /// use pleegprofiel::{Age, Career, career::{Category, Offence, Window, WindowEnd}};
    /// let age = Age::years;
    /// let career = Career::by_age()
    ///     .window(Window::ages(age(12.0)?, age(40.0)?, WindowEnd::EndOfRegister))
    ///     .offence(Offence::at_age(age(16.0)?, Category::PROPERTY).in_case(1))
    ///     .offence(Offence::at_age(age(16.0)?, Category::WEAPONS).in_case(1))
    ///     .offence(Offence::at_age(age(24.5)?, Category::HUMAN_TRAFFICKING).in_case(2))
    ///     .build()?;
    /// let index = career.index_offence(&Category::HUMAN_TRAFFICKING).expect("there is one");
    /// assert_eq!((index.age.get(), index.earlier_offences, index.earlier_cases), (24.5, 2, Some(1)));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn index_offence(&self, category: &Category) -> Option<IndexOffence> {
        let (all, at) = (self.offences(), self.positions());
        let i = all.iter().position(|offence| offence.category == *category)?;
        let earlier = at.partition_point(|span| span.0 < at[i].0);
        let later = at.partition_point(|span| span.0 <= at[i].0);
        let cases: Option<HashSet<u32>> = all[..earlier].iter().map(|offence| offence.case).collect();
        let earlier_cases = match (cases, all[i].case) {
            (Some(cases), Some(own)) => Some((cases.len() - usize::from(cases.contains(&own))) as u32),
            // Without earlier offences there are no earlier cases, whatever the index offence's own.
            (Some(cases), None) if cases.is_empty() => Some(0),
            _ => None,
        };
        Some(IndexOffence {
            category: category.clone(),
            age: self.age_at(i),
            earlier_offences: earlier as u32,
            same_time: (later - earlier - 1) as u32,
            earlier_cases,
            opens_career: earlier == 0,
        })
    }

    /// All measures of this career, with the first offence of `index` as index offence.
    pub fn measures(&self, index: &Category) -> CareerMeasures {
        CareerMeasures {
            offences: self.offences().len() as u32,
            offences_in_custody: self.positions().iter().filter(|span| self.timeline.in_custody(**span)).count() as u32,
            span: self.span(),
            street_time: self.street_time(),
            frequency: self.frequency(Period::Window, OffencesInCustody::Count),
            active_frequency: self.frequency(Period::ActiveCareer, OffencesInCustody::Count),
            versatility: self.versatility(),
            escalation: self.escalation(),
            index_offence: self.index_offence(index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::custody::Custody;
    use crate::career::offence::Offence;
    use crate::career::window::{Window, WindowEnd};

    fn age(years: f64) -> Age {
        Age::years(years).unwrap()
    }

    fn window() -> Window {
        Window::ages(age(12.0), age(30.0), WindowEnd::EndOfRegister)
    }

    #[test]
    fn a_career_without_offences_has_no_measures_but_time_and_a_rate_of_zero() {
        let career = Career::by_age().window(window()).build().unwrap();
        let m = career.measures(&Category::DRUGS);
        assert_eq!((m.span, m.active_frequency.rate), (None, None));
        assert_eq!(m.index_offence, None);
        assert_eq!(m.frequency.rate.map(Rate::get), Some(0.0));
        assert_eq!((m.versatility.diversity, m.escalation.slope), (None, None));
        let text = serde_json::to_string(&m).unwrap();
        assert_eq!(serde_json::from_str::<CareerMeasures>(&text).unwrap(), m);
    }

    #[test]
    fn a_window_in_custody_from_end_to_end_has_no_rate() {
        let career = Career::by_age()
            .window(window())
            .offence(Offence::at_age(age(20.0), Category::DRUGS))
            .stay(Custody::ages(age(10.0), age(40.0)))
            .build()
            .unwrap();
        let time = career.street_time();
        assert_eq!((time.custody_years, time.at_liberty_years), (18.0, 0.0));
        let counted = career.frequency(Period::Window, OffencesInCustody::Count);
        assert_eq!((counted.offences, counted.left_out, counted.rate), (1, 0, None));
        let left_out = career.frequency(Period::Window, OffencesInCustody::LeaveOut);
        assert_eq!((left_out.offences, left_out.left_out, left_out.rate), (0, 1, None));
        assert_eq!(career.measures(&Category::DRUGS).offences_in_custody, 1);
    }

    #[test]
    fn offences_at_one_time_have_no_frequency_in_the_active_career() {
        let offence = Offence::at_age(age(20.0), Category::DRUGS);
        let career = Career::by_age().window(window()).offences([offence.clone(), offence]).build().unwrap();
        assert_eq!(career.frequency(Period::ActiveCareer, OffencesInCustody::Count).rate, None);
    }

    #[test]
    fn the_order_within_a_day_does_not_decide_what_came_before_the_index_offence() {
        let at = |years: f64, category: Category| Offence::at_age(age(years), category);
        for swap in [false, true] {
            let mut offences = vec![
                at(20.0, Category::DRUGS).in_case(2),
                at(20.0, Category::HUMAN_TRAFFICKING).in_case(2),
                at(18.0, Category::OTHER).in_case(2),
                at(17.0, Category::OTHER).in_case(1),
            ];
            if swap {
                offences.swap(0, 1);
            }
            let career = Career::by_age().window(window()).offences(offences).build().unwrap();
            let index = career.index_offence(&Category::HUMAN_TRAFFICKING).unwrap();
            assert_eq!((index.earlier_offences, index.same_time, index.earlier_cases), (2, 1, Some(1)));
            assert!(!index.opens_career);
        }
    }

    #[test]
    fn a_missing_case_number_leaves_the_number_of_cases_unknown() {
        let career = Career::by_age()
            .window(window())
            .offence(Offence::at_age(age(17.0), Category::OTHER))
            .offence(Offence::at_age(age(18.0), Category::DRUGS).in_case(1))
            .build()
            .unwrap();
        assert_eq!(career.index_offence(&Category::DRUGS).unwrap().earlier_cases, None);
        let first = career.index_offence(&Category::OTHER).unwrap();
        assert_eq!((first.earlier_cases, first.opens_career), (Some(0), true));
    }

    #[test]
    fn completed_ages_stand_at_the_beginning_of_their_year() {
        let career = Career::by_age()
            .window(Window::ages(age(17.5), age(30.0), WindowEnd::EndOfRegister))
            .offence(Offence::at_completed_age(17, Category::OTHER))
            .offence(Offence::at_completed_age(19, Category::OTHER))
            .build()
            .unwrap();
        let span = career.span().unwrap();
        assert_eq!((span.onset.get(), span.length_years, span.years_before), (17.0, 2.0, 0.0));
    }
}
