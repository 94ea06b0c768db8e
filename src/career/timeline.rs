//! One axis for careers by date and careers by age, so that every rule about time is written once.
//!
//! A position is a number of days (dated careers) or months of age (careers by age). Both hold whole
//! numbers exactly, and so the borders of every age interval: sums and differences of days are exact, and
//! so are those of whole months.
//!
//! Belongs here: positions, borders of age, and time at liberty between two positions.
//! Does not belong here: what is counted in that time.

use super::custody::Moment;
use super::date::CalendarDate;
use super::offence::When;
use crate::units::Age;

/// The highest age of a career, in months; that of [`Age`].
pub(crate) const MAX_MONTHS: u32 = 150 * 12;

/// An age this close to a whole number of months, in months (about 3 milliseconds), is taken to be that
/// many: `17.0 + 1.0 / 12.0` must not miss the border at 205 months by a rounding error.
const SNAP_MONTHS: f64 = 1e-9;

/// What positions count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Clock {
    /// Days, of someone born on this date.
    Days(CalendarDate),
    /// Months of age.
    Months,
}

/// From (included) to (excluded).
pub(crate) type Span = (f64, f64);

impl Clock {
    /// Where an age of so many months is reached.
    pub(crate) fn border(self, months: u32) -> f64 {
        match self {
            Clock::Days(birth) => birth
                .border_number(months)
                .expect("a birth year is at most 2399 and an age grid ends before 152 years, so the year is below 9999")
                as f64,
            Clock::Months => f64::from(months),
        }
    }

    /// Where a moment lies; `None` when it is not of this clock's kind.
    pub(crate) fn moment(self, moment: Moment) -> Option<f64> {
        match (self, moment) {
            (Clock::Days(_), Moment::Date(date)) => Some(date.number() as f64),
            (Clock::Months, Moment::Age(age)) => Some(months(age)),
            _ => None,
        }
    }

    /// Where an offence lies: a point, or the year that holds it.
    pub(crate) fn offence(self, when: When) -> Option<Span> {
        match (self, when) {
            (Clock::Days(_), When::Date(date)) => Some(point(date.number() as f64)),
            (Clock::Months, When::Age(age)) => Some(point(months(age))),
            (Clock::Months, When::CompletedAge(years)) => {
                let from = 12.0 * f64::from(years);
                Some((from, from + 12.0))
            }
            _ => None,
        }
    }

    /// Exact age at a position, in years; as [`CalendarDate::age_on`].
    pub(crate) fn years(self, at: f64) -> f64 {
        match self {
            Clock::Days(_) => {
                let (year, part) = self.year_and_part(at);
                year + part
            }
            Clock::Months => at / 12.0,
        }
    }

    /// Completed years of age at a position in days, and the part of the running year that has passed.
    fn year_and_part(self, at: f64) -> (f64, f64) {
        let mut year = ((at - self.border(0)) / 365.2425) as u32;
        // The mean length of a year is off by a few days over 150 of them, so by at most one birthday.
        if year > 0 && self.border(12 * year) > at {
            year -= 1;
        } else if self.border(12 * year + 12) <= at {
            year += 1;
        }
        let (from, to) = (self.border(12 * year), self.border(12 * year + 12));
        (f64::from(year), (at - from) / (to - from))
    }
}

fn point(at: f64) -> Span {
    (at, at)
}

fn months(age: Age) -> f64 {
    let months = age.get() * 12.0;
    let whole = months.round();
    if (months - whole).abs() < SNAP_MONTHS { whole } else { months }
}

/// When a person was observed and in custody.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Timeline {
    pub(crate) clock: Clock,
    pub(crate) window: Span,
    /// In order and apart: stays that touch are one.
    custody: Vec<Span>,
}

impl Timeline {
    /// A timeline from stays that are in order and do not overlap.
    pub(crate) fn new(clock: Clock, window: Span, stays: impl IntoIterator<Item = Span>) -> Timeline {
        let mut custody: Vec<Span> = Vec::new();
        for (from, to) in stays {
            match custody.last_mut() {
                Some(last) if last.1 >= from => last.1 = to,
                _ => custody.push((from, to)),
            }
        }
        Timeline { clock, window, custody }
    }

    /// Whether an offence was committed in custody: strictly inside a stay, or a whole year in one.
    pub(crate) fn in_custody(&self, (from, to): Span) -> bool {
        // The only stay that can hold the offence is the last that begins before it ends.
        let before = self.custody.partition_point(|stay| stay.0 <= from);
        before > 0 && {
            let stay = self.custody[before - 1];
            if from == to { stay.0 < from && from < stay.1 } else { to <= stay.1 }
        }
    }

    /// The part of `span` inside the window; empty (`from >= to`) when there is none.
    pub(crate) fn observed(&self, span: Span) -> Span {
        (span.0.max(self.window.0), span.1.min(self.window.1))
    }

    /// The observed parts of `span` at liberty, in order.
    pub(crate) fn liberty(&self, span: Span) -> impl Iterator<Item = Span> {
        let (from, to) = self.observed(span);
        let mut at = from;
        // Each stay ends a part at liberty; a stay of nothing at the end closes the last.
        self.custody_in((from, to)).chain(std::iter::once((to, to))).filter_map(move |stay| {
            let part = (at, stay.0);
            at = stay.1;
            (part.0 < part.1).then_some(part)
        })
    }

    /// The parts of `span` in custody, observed or not, in order.
    pub(crate) fn custody_in(&self, (from, to): Span) -> impl Iterator<Item = Span> {
        let first = self.custody.partition_point(|stay| stay.1 <= from);
        let stays = self.custody[first..].iter().take_while(move |stay| stay.0 < to);
        stays.map(move |stay| (stay.0.max(from), stay.1.min(to)))
    }

    /// Observed time at liberty in `span`, in positions: days or months of age.
    pub(crate) fn liberty_length(&self, span: Span) -> f64 {
        self.liberty(span).map(|(from, to)| to - from).sum()
    }

    /// Observed time at liberty in `span`, in years of age.
    pub(crate) fn liberty_years(&self, span: Span) -> f64 {
        self.liberty(span).map(|part| self.years_between(part)).sum()
    }

    /// Years of age from one position to the next.
    pub(crate) fn years_between(&self, (from, to): Span) -> f64 {
        match self.clock {
            Clock::Days(_) => {
                let ((a, b), (c, d)) = (self.clock.year_and_part(from), self.clock.year_and_part(to));
                // Whole years apart from parts: 73 days of 365 are 0.2 at any age, to the last bit.
                (c - a) + (d - b)
            }
            Clock::Months => (to - from) / 12.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CalendarDate {
        text.parse().unwrap()
    }

    #[test]
    fn exact_age_agrees_with_the_calendar_on_every_day_of_a_life() {
        for birth in [day("2000-02-29"), day("1896-03-01"), day("1999-12-31")] {
            let clock = Clock::Days(birth);
            for days in (0..150 * 365).step_by(7).chain([0, 365, 366, 54_785]) {
                let on = birth.plus_days(days).unwrap();
                assert_eq!(clock.years(on.number() as f64), birth.age_on(on).unwrap().get(), "{birth} {on}");
            }
        }
    }

    #[test]
    fn an_age_within_a_rounding_error_of_a_month_is_that_month() {
        let at = |years: f64| Clock::Months.moment(Moment::Age(Age::years(years).unwrap())).unwrap();
        for months in 0..=1800_u32 {
            assert_eq!(at(f64::from(months) / 12.0), f64::from(months));
            assert_eq!(at(f64::from(months / 12) + f64::from(months % 12) * (1.0 / 12.0)), f64::from(months));
        }
        assert!(at(17.26) != at(17.260_000_1));
    }

    #[test]
    fn liberty_is_the_window_without_the_stays() {
        let stays = [(0.0, 5.0), (10.0, 12.0), (12.0, 14.0), (30.0, 50.0)];
        let line = Timeline::new(Clock::Months, (3.0, 40.0), stays);
        assert_eq!(line.liberty((0.0, 100.0)).collect::<Vec<_>>(), vec![(5.0, 10.0), (14.0, 30.0)]);
        assert_eq!(line.liberty((11.0, 13.0)).count(), 0);
        assert_eq!(line.liberty((14.0, 14.0)).count(), 0);
        assert_eq!(line.liberty((50.0, 60.0)).count(), 0);
        assert_eq!(line.liberty_length((8.0, 20.0)), 8.0);
    }

    #[test]
    fn the_first_moment_of_custody_is_not_inside_it() {
        let line = Timeline::new(Clock::Months, (0.0, 100.0), [(10.0, 12.0), (12.0, 36.0)]);
        assert!(!line.in_custody((10.0, 10.0)));
        assert!(line.in_custody((10.5, 10.5)));
        // The second stay follows the first without a moment at liberty.
        assert!(line.in_custody((12.0, 12.0)));
        assert!(!line.in_custody((36.0, 36.0)));
        assert!(line.in_custody((12.0, 24.0)));
        assert!(line.in_custody((24.0, 36.0)));
        assert!(!line.in_custody((0.0, 12.0)) && !line.in_custody((30.0, 42.0)));
    }
}
