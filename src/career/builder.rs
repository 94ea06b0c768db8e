//! Building a career: every check at once, every problem listed.
//!
//! Belongs here: what makes records one consistent career.
//! Does not belong here: single values, which their own types check, and reading files.

use super::category::{Category, CategorySet, is_built_in};
use super::custody::{Custody, Moment};
use super::date::CalendarDate;
use super::offence::{Offence, When};
use super::person::{Career, Checked, TimeBasis};
use super::timeline::{Clock, MAX_MONTHS, Span, Timeline};
use super::window::Window;
use crate::error::{Issues, Result};

/// The largest number of offences in one career: a guard against records of many persons taken for one,
/// not a statement about people.
pub const MAX_OFFENCES: usize = 100_000;

/// The largest number of stays in custody in one career; a guard of the same kind.
pub const MAX_STAYS: usize = 100_000;

/// Collects one person's records into a [`Career`]. Start with [`Career::dated`] or [`Career::by_age`].
///
/// ```
/// use pleegprofiel::{Age, Career, career::{Category, Custody, Offence, Window, WindowEnd}};
/// let age = Age::years;
/// let error = Career::by_age()
///     .window(Window::ages(age(12.0)?, age(20.0)?, WindowEnd::EndOfRegister))
///     .offence(Offence::at_age(age(25.0)?, Category::DRUGS))
///     .stay(Custody::ages(age(18.0)?, age(17.0)?))
///     .build()
///     .unwrap_err();
/// assert_eq!(error.issue_count(), 2);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct CareerBuilder {
    birth: Option<CalendarDate>,
    window: Option<Window>,
    offences: Bounded<Offence>,
    stays: Bounded<Custody>,
}

/// Keeps so many items and counts the rest, so that an endless input costs no endless memory.
#[derive(Debug, Clone, PartialEq)]
struct Bounded<T> {
    items: Vec<T>,
    given: u64,
}

impl<T> Bounded<T> {
    fn new() -> Self {
        Bounded { items: Vec::new(), given: 0 }
    }

    fn push(&mut self, item: T, limit: usize) {
        self.given += 1;
        if self.items.len() < limit {
            self.items.push(item);
        }
    }
}

impl CareerBuilder {
    pub(super) fn new(birth: Option<CalendarDate>) -> CareerBuilder {
        CareerBuilder { birth, window: None, offences: Bounded::new(), stays: Bounded::new() }
    }

    /// Sets the observation window; a career needs one, because a year that nobody looked at is not a year
    /// without offences.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Adds an offence; any order will do.
    pub fn offence(mut self, offence: Offence) -> Self {
        self.offences.push(offence, MAX_OFFENCES);
        self
    }

    /// Adds offences.
    pub fn offences(self, offences: impl IntoIterator<Item = Offence>) -> Self {
        offences.into_iter().fold(self, CareerBuilder::offence)
    }

    /// Adds a stay in custody; stays must come in order of time.
    pub fn stay(mut self, stay: Custody) -> Self {
        self.stays.push(stay, MAX_STAYS);
        self
    }

    /// Adds stays in custody, in order of time.
    pub fn stays(self, stays: impl IntoIterator<Item = Custody>) -> Self {
        stays.into_iter().fold(self, CareerBuilder::stay)
    }

    /// The career, its offences in the built-in categories.
    ///
    /// # Errors
    /// Lists all of these; the row of an issue is the position of the record in the order given (from 1),
    /// its column `window`, `custody` or `offence`:
    /// - no window, or a window or stay that is empty or runs backwards, begins before birth, or ends
    ///   above an age of 150;
    /// - a stay that begins before the one before it ends;
    /// - an offence outside the window or before birth, at a completed age above 149, or of an unknown category;
    /// - a date in a career by age, an age in a dated career, exact ages beside completed ages;
    /// - more than [`MAX_OFFENCES`] offences or [`MAX_STAYS`] stays.
    pub fn build(self) -> Result<Career> {
        self.build_where(is_built_in)
    }

    /// The career, its offences in the categories of a set.
    ///
    /// # Errors
    /// As [`CareerBuilder::build`].
    pub fn build_with(self, categories: &CategorySet) -> Result<Career> {
        self.build_where(|category| categories.contains(category))
    }

    pub(super) fn build_where(self, known: impl Fn(&Category) -> bool) -> Result<Career> {
        let check = Check { clock: self.birth.map_or(Clock::Months, Clock::Days), issues: Issues::in_memory() };
        check.career(self, known)
    }
}

struct Check {
    clock: Clock,
    issues: Issues,
}

impl Check {
    fn career(mut self, given: CareerBuilder, known: impl Fn(&Category) -> bool) -> Result<Career> {
        for (what, number, limit) in
            [("offences", given.offences.given, MAX_OFFENCES), ("stays in custody", given.stays.given, MAX_STAYS)]
        {
            if number > limit as u64 {
                self.issues.add(None, None, || format!("{number} {what} given, the limit for one career is {limit}"));
            }
        }
        let window = match &given.window {
            Some(window) => self.interval(None, "window", window.from, window.to),
            None => {
                self.issues.add(None, Some("window"), || "no observation window given".into());
                None
            }
        };
        let stays = self.stays(&given.stays.items);
        let offences = self.offences(given.offences.items, window, known);
        self.issues.into_result("the records do not make a career")?;
        let (Some(span), Some(window)) = (window, given.window) else {
            unreachable!("a missing or impossible window is an issue, and issues have returned above")
        };
        Ok(Career::assemble(Checked {
            birth: given.birth,
            window,
            custody: given.stays.items,
            basis: self.clock.basis(offences.first().map(|o| o.1.when)),
            timeline: Timeline::new(self.clock, span, stays),
            offences,
        }))
    }

    /// Checks one interval by itself; `None` when it is not on this career's clock or is empty.
    fn interval(&mut self, row: Option<u64>, column: &str, from: Moment, to: Moment) -> Option<Span> {
        let (Some(a), Some(b)) = (self.clock.moment(from), self.clock.moment(to)) else {
            self.issues.add(row, Some(column), || self.clock.wrong_kind().into());
            return None;
        };
        let (birth, end) = (self.clock.border(0), self.clock.border(MAX_MONTHS));
        if a < birth {
            self.issues.add(row, Some(column), || format!("it begins {} before birth", days(birth - a)));
        }
        if b > end {
            self.issues.add(row, Some(column), || format!("it ends at {}, above an age of 150 years", written(to)));
        }
        if a >= b {
            self.issues.add(row, Some(column), || {
                let what = if a == b { "it is empty" } else { "it runs backwards" };
                format!("{what}: from {} up to, not including, {}", written(from), written(to))
            });
            return None;
        }
        Some((a, b))
    }

    fn stays(&mut self, stays: &[Custody]) -> Vec<Span> {
        let mut spans = Vec::with_capacity(stays.len());
        let mut latest: Option<(f64, Moment)> = None;
        for (i, stay) in stays.iter().enumerate() {
            let row = Some(i as u64 + 1);
            let Some(span) = self.interval(row, "custody", stay.from, stay.to) else { continue };
            if let Some((end, to)) = latest
                && span.0 < end
            {
                self.issues.add(row, Some("custody"), || {
                    format!("it begins at {}, before an earlier stay ends at {}", written(stay.from), written(to))
                });
            }
            if latest.is_none_or(|(end, _)| span.1 > end) {
                latest = Some((span.1, stay.to));
            }
            spans.push(span);
        }
        spans
    }

    fn offences(
        &mut self,
        offences: Vec<Offence>,
        window: Option<Span>,
        known: impl Fn(&Category) -> bool,
    ) -> Vec<(Span, Offence)> {
        let basis = self.clock.basis(offences.first().map(|o| o.when));
        let mut placed = Vec::with_capacity(offences.len());
        for (i, offence) in offences.into_iter().enumerate() {
            let row = Some(i as u64 + 1);
            if !known(&offence.category) {
                self.issues.add(row, Some("offence"), || {
                    format!("the category {} is not in the set of categories", offence.category)
                });
            }
            let Some(span) = self.clock.offence(offence.when) else {
                self.issues.add(row, Some("offence"), || self.clock.wrong_kind().into());
                continue;
            };
            let problem = if basis != self.clock.basis(Some(offence.when)) {
                Some("exact and completed ages are mixed in one career".to_owned())
            } else {
                self.place(offence.when, span, window)
            };
            if let Some(problem) = problem {
                self.issues.add(row, Some("offence"), || problem);
            }
            placed.push((span, offence));
        }
        placed
    }

    /// What is wrong with where an offence lies.
    fn place(&self, when: When, span: Span, window: Option<Span>) -> Option<String> {
        let birth = self.clock.border(0);
        if span.0 < birth {
            return Some(format!("it lies {} before birth", days(birth - span.0)));
        }
        if let When::CompletedAge(years) = when
            && span.1 > f64::from(MAX_MONTHS)
        {
            return Some(format!("a completed age of {years} is not between 0 and 149 years"));
        }
        // Without a window of its own there is nothing to compare with; that is an issue already.
        let (from, to) = window?;
        let inside = if span.0 == span.1 { from <= span.0 && span.0 < to } else { span.0 < to && from < span.1 };
        if inside {
            return None;
        }
        let side = if span.0 < from { "before the window begins" } else { "when the window has ended" };
        Some(match when {
            When::Date(date) => format!("{date} lies {side}"),
            When::Age(age) => format!("an age of {age} lies {side}"),
            When::CompletedAge(years) => format!("a completed age of {years} lies {side}"),
        })
    }
}

impl Clock {
    fn basis(self, first: Option<When>) -> TimeBasis {
        match (self, first) {
            (Clock::Days(_), _) => TimeBasis::Dates,
            (Clock::Months, Some(When::CompletedAge(_))) => TimeBasis::CompletedAges,
            (Clock::Months, _) => TimeBasis::ExactAges,
        }
    }

    fn wrong_kind(self) -> &'static str {
        match self {
            Clock::Days(_) => "given by age in a career with a date of birth; a career is by date or by age throughout",
            Clock::Months => "given by date in a career by age; a career is by date or by age throughout",
        }
    }
}

/// Only dated careers have anything before birth.
fn days(number: f64) -> String {
    format!("{number} day{}", if number == 1.0 { "" } else { "s" })
}

fn written(moment: Moment) -> String {
    match moment {
        Moment::Date(date) => date.to_string(),
        Moment::Age(age) => format!("age {age}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::window::WindowEnd;
    use crate::units::Age;

    fn day(text: &str) -> CalendarDate {
        text.parse().unwrap()
    }

    fn age(years: f64) -> Age {
        Age::years(years).unwrap()
    }

    fn window() -> Window {
        Window::dates(day("2002-01-01"), day("2020-01-01"), WindowEnd::EndOfRegister)
    }

    #[test]
    fn every_problem_of_a_career_is_listed_with_value_and_place() {
        let error = Career::dated(day("1990-05-06"))
            .window(window())
            .offence(Offence::on(day("2020-01-01"), Category::DRUGS))
            .offence(Offence::on(day("1990-05-05"), Category::DRUGS))
            .offence(Offence::at_age(age(18.0), Category::new("piracy").unwrap()))
            .offence(Offence::on(day("2001-12-31"), Category::DRUGS))
            .stay(Custody::dates(day("2010-01-01"), day("2011-01-01")))
            .stay(Custody::dates(day("2010-12-31"), day("2010-12-31")))
            .stay(Custody::dates(day("2010-12-31"), day("2012-01-01")))
            .stay(Custody::dates(day("1989-01-01"), day("2200-01-01")))
            .stay(Custody::ages(age(20.0), age(21.0)))
            .build()
            .unwrap_err();
        let text = error.to_string();
        assert_eq!(error.issue_count(), 11, "{text}");
        for part in [
            "row 1, column offence: 2020-01-01 lies when the window has ended",
            "row 2, column offence: it lies 1 day before birth",
            "row 3, column offence: the category piracy is not in the set of categories",
            "row 3, column offence: given by age in a career with a date of birth",
            "row 4, column offence: 2001-12-31 lies before the window begins",
            "row 2, column custody: it is empty: from 2010-12-31 up to, not including, 2010-12-31",
            "row 3, column custody: it begins at 2010-12-31, before an earlier stay ends at 2011-01-01",
            "row 4, column custody: it begins 490 days before birth",
            "row 4, column custody: it ends at 2200-01-01, above an age of 150 years",
            "row 4, column custody: it begins at 1989-01-01, before an earlier stay ends at 2012-01-01",
            "row 5, column custody: given by age",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("1990-05-06"), "a date of birth is personal data");
    }

    #[test]
    fn a_career_needs_a_window() {
        let error = Career::by_age().build().unwrap_err();
        assert!(error.to_string().contains("no observation window given"));
        let error = Career::by_age().window(window()).build().unwrap_err();
        assert!(error.to_string().contains("column window: given by date in a career by age"));
    }

    #[test]
    fn exact_and_completed_ages_do_not_mix() {
        let error = Career::by_age()
            .window(Window::ages(age(12.0), age(30.5), WindowEnd::EndOfRegister))
            .offence(Offence::at_completed_age(30, Category::DRUGS))
            .offence(Offence::at_age(age(18.0), Category::DRUGS))
            .offence(Offence::at_completed_age(11, Category::DRUGS))
            .offence(Offence::at_completed_age(31, Category::DRUGS))
            .offence(Offence::at_completed_age(150, Category::DRUGS))
            .build()
            .unwrap_err();
        let text = error.to_string();
        assert_eq!(error.issue_count(), 4, "{text}");
        assert!(text.contains("row 2, column offence: exact and completed ages are mixed"), "{text}");
        assert!(text.contains("row 5, column offence: a completed age of 150 is not between"), "{text}");
    }

    #[test]
    fn too_many_records_are_counted_not_kept() {
        let offence = Offence::at_age(age(18.0), Category::DRUGS);
        let builder = Career::by_age()
            .window(Window::ages(age(12.0), age(30.0), WindowEnd::EndOfRegister))
            .offences(std::iter::repeat_n(offence, MAX_OFFENCES + 5));
        assert_eq!(builder.offences.items.len(), MAX_OFFENCES);
        let error = builder.build().unwrap_err();
        assert!(error.to_string().contains("100005 offences given, the limit for one career is 100000"), "{error}");
    }

    #[test]
    fn a_category_of_the_user_is_known_to_the_users_set() {
        let piracy = Category::new("piracy").unwrap();
        let career = || {
            Career::dated(day("1990-05-06")).window(window()).offence(Offence::on(day("2002-01-01"), piracy.clone()))
        };
        assert!(career().build().is_err());
        let set = CategorySet::built_in().with("piracy", "zeeroof", "piracy").unwrap();
        assert_eq!(career().build_with(&set).unwrap().offences().len(), 1);
    }
}
