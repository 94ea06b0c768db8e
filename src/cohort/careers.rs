//! A cohort from careers: counts and time at risk of each person by age interval.
//!
//! Belongs here: putting one career on an age grid, and the choices that takes.
//! Does not belong here: checks of a career by itself (`career`), and storage (`builder`).

use super::builder::{CohortBuilder, MAX_COUNT};
use super::data::Cohort;
use super::grid::AgeGrid;
use crate::career::builder::MAX_OFFENCES;
use crate::career::category::Category;
use crate::career::offence::{OffencesInCustody, When};
use crate::career::person::Career;
use crate::error::{Error, Issues, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Borrow;

const _: () = assert!(MAX_OFFENCES <= MAX_COUNT as usize, "no career can exceed the count of one cell");

/// What to do with offences at ages outside the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OutsideGrid {
    /// They are an error. The default: a grid that is too short is more often a slip than a choice.
    #[default]
    Refuse,
    /// They are left out and counted.
    LeaveOut,
}

/// How careers become a cohort.
///
/// ```
/// use pleegprofiel::{career::{Category, OffencesInCustody}, cohort::{CareerOptions, OutsideGrid}};
/// let options = CareerOptions::default()
///     .only([Category::HUMAN_TRAFFICKING])
///     .in_custody(OffencesInCustody::LeaveOut)
///     .outside_grid(OutsideGrid::LeaveOut);
/// assert_ne!(options, CareerOptions::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct CareerOptions {
    only: Option<Vec<Category>>,
    in_custody: OffencesInCustody,
    outside_grid: OutsideGrid,
}

impl CareerOptions {
    /// Counts offences of these categories only; by default all are counted.
    pub fn only(mut self, categories: impl IntoIterator<Item = Category>) -> Self {
        self.only = Some(categories.into_iter().collect());
        self
    }

    /// What to do with offences in custody; by default they count.
    pub fn in_custody(mut self, rule: OffencesInCustody) -> Self {
        self.in_custody = rule;
        self
    }

    /// What to do with offences outside the grid; by default they are an error.
    pub fn outside_grid(mut self, rule: OutsideGrid) -> Self {
        self.outside_grid = rule;
        self
    }
}

/// Offences of the careers that a cohort does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// Of other categories than asked for.
    pub other_categories: u64,
    /// Committed in custody (or in an interval without time at liberty).
    pub in_custody: u64,
    /// At ages outside the grid.
    pub outside_grid: u64,
}

/// A cohort made from careers, with what was left out of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct FromCareers {
    /// The cohort; its persons are the careers, in their order.
    pub cohort: Cohort,
    /// How it was made.
    pub options: CareerOptions,
    /// Offences it does not count.
    pub left_out: LeftOut,
    /// Persons without any observed time at liberty on the grid: they are in the cohort and say nothing.
    pub never_observed: u64,
}

impl Cohort {
    /// A cohort from careers, each with an identifier (empty for none).
    ///
    /// # Rules
    /// - An interval is observed when any of it lies in the window and at liberty. Its time at risk is the
    ///   part that does: days over days in the interval for dated careers (a year with 29 February has
    ///   366), months of age over months for careers by age.
    /// - An interval in custody throughout is not observed.
    /// - An offence on a birthday belongs to the interval that begins there.
    /// - An offence in custody counts, in an interval that has time at liberty. In one that has none it is an
    ///   error: a rate per year at liberty cannot explain it. With [`OffencesInCustody::LeaveOut`] both
    ///   are left out and counted.
    /// - An offence at a completed age needs that year of age to lie within one interval.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Career, Cohort, career::{CalendarDate, Category, Custody, Offence, Window, WindowEnd}, cohort::CareerOptions};
    /// let day = |text: &str| text.parse::<CalendarDate>();
    /// let career = Career::dated(day("1990-01-01")?)
    ///     .window(Window::dates(day("2008-01-01")?, day("2010-01-01")?, WindowEnd::EndOfRegister))
    ///     .offence(Offence::on(day("2009-01-01")?, Category::PROPERTY))
    ///     .stay(Custody::dates(day("2009-01-01")?, day("2009-03-15")?))
    ///     .build()?;
    /// let made = Cohort::from_careers(AgeGrid::years(18, 20)?, [("a", &career)], &CareerOptions::default())?;
    /// assert_eq!(made.cohort.counts(0), [Some(0), Some(1), None]);
    /// assert_eq!(made.cohort.exposure(0), [1.0, 292.0 / 365.0, 0.0]);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Lists, with the position of the career (from 1) as row and the interval as column: offences in an
    /// interval without time at liberty, offences outside the grid (unless left out), and completed
    /// ages that an interval's border cuts. Refuses an empty choice of categories, and no careers.
    pub fn from_careers<S, C>(
        grid: AgeGrid,
        careers: impl IntoIterator<Item = (S, C)>,
        options: &CareerOptions,
    ) -> Result<FromCareers>
    where
        S: AsRef<str>,
        C: Borrow<Career>,
    {
        if options.only.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::options("0 categories to count, at least 1 is needed"));
        }
        let mut issues = Issues::in_memory();
        let mut builder = CohortBuilder::new(grid);
        let mut placer = Placer::new(grid, options);
        let mut never_observed = 0;
        let mut row = 0;
        for (id, career) in careers {
            row += 1;
            placer.place(career.borrow(), row, &mut issues);
            // After a first problem the rest is read for its problems only.
            if !issues.is_empty() {
                continue;
            }
            let Placer { counts, exposure, .. } = &placer;
            never_observed += u64::from(exposure.iter().all(|&e| e == 0.0));
            let id = Some(id.as_ref()).filter(|id| !id.is_empty());
            builder.push_checked(id, |j| (exposure[j] > 0.0).then_some(counts[j]), Some(exposure), 1.0)?;
        }
        if row == 0 {
            issues.add(None, None, || "no careers given".into());
        }
        issues.into_result("the careers do not make a cohort")?;
        let left_out = placer.left_out;
        Ok(FromCareers { cohort: builder.finish(), options: options.clone(), left_out, never_observed })
    }
}

/// Puts one career after another on the grid; the vectors are scratch, so that a person costs no allocation.
struct Placer<'a> {
    grid: AgeGrid,
    options: &'a CareerOptions,
    /// Where each interval begins, on the career's own timeline, and where the last ends.
    borders: Vec<f64>,
    counts: Vec<u32>,
    exposure: Vec<f64>,
    left_out: LeftOut,
}

impl<'a> Placer<'a> {
    fn new(grid: AgeGrid, options: &'a CareerOptions) -> Self {
        let t = grid.len();
        Placer {
            grid,
            options,
            borders: vec![0.0; t + 1],
            counts: vec![0; t],
            exposure: vec![0.0; t],
            left_out: LeftOut::default(),
        }
    }

    fn place(&mut self, career: &Career, row: u64, issues: &mut Issues) {
        for (months, border) in
            (self.grid.start_months()..).step_by(self.grid.width_months() as usize).zip(&mut self.borders)
        {
            *border = career.timeline.clock.border(months);
        }
        for (exposure, ends) in self.exposure.iter_mut().zip(self.borders.windows(2)) {
            let at_liberty = career.timeline.liberty_length((ends[0], ends[1]));
            // Parts of an exact age may add up to a rounding error more than the whole.
            *exposure = (at_liberty / (ends[1] - ends[0])).min(1.0);
        }
        self.counts.fill(0);
        for i in 0..career.offences().len() {
            self.count(career, i, row, issues);
        }
        for (j, (&count, &exposure)) in self.counts.iter().zip(&self.exposure).enumerate() {
            if count > 0 && exposure == 0.0 {
                issues.add(Some(row), Some(&self.grid.label(j)), || {
                    format!(
                        "{count} offence{} in an interval of age without observed time at liberty: a rate per \
                         year at liberty cannot explain that; offences in custody can be left out",
                        if count == 1 { "" } else { "s" }
                    )
                });
            }
        }
    }

    fn count(&mut self, career: &Career, i: usize, row: u64, issues: &mut Issues) {
        let (offence, span) = (&career.offences()[i], career.positions()[i]);
        if self.options.only.as_ref().is_some_and(|only| !only.contains(&offence.category)) {
            self.left_out.other_categories += 1;
            return;
        }
        let leave_custody = self.options.in_custody == OffencesInCustody::LeaveOut;
        if leave_custody && career.timeline.in_custody(span) {
            self.left_out.in_custody += 1;
            return;
        }
        match self.interval(span) {
            Ok(Some(j)) if leave_custody && self.exposure[j] == 0.0 => self.left_out.in_custody += 1,
            Ok(Some(j)) => self.counts[j] += 1,
            Ok(None) if self.options.outside_grid == OutsideGrid::LeaveOut => self.left_out.outside_grid += 1,
            Ok(None) => issues.add(Some(row), None, || {
                format!(
                    "offence {} at age {:.2} lies outside the grid, which runs from age {} up to {}",
                    i + 1,
                    career.age_at(i).get(),
                    self.grid.label(0),
                    self.grid.label(self.grid.len())
                )
            }),
            Err(()) => issues.add(Some(row), None, || {
                let years = if let When::CompletedAge(years) = offence.when { years } else { 0 };
                format!("offence {} at a completed age of {years}: a border of the grid cuts that year", i + 1)
            }),
        }
    }

    /// The interval that holds an offence, `None` outside the grid, an error when it may lie in several.
    fn interval(&self, (from, to): (f64, f64)) -> std::result::Result<Option<usize>, ()> {
        let last = self.borders.len() - 1;
        let j = self.borders.partition_point(|&border| border <= from);
        // A border strictly inside the year of a completed age leaves open on which side the offence lies.
        if from < to && self.borders.get(j).is_some_and(|&border| border < to) {
            return Err(());
        }
        Ok(j.checked_sub(1).filter(|&j| j < last))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::custody::Custody;
    use crate::career::date::CalendarDate;
    use crate::career::offence::Offence;
    use crate::career::window::{Window, WindowEnd};
    use crate::units::Age;

    fn day(text: &str) -> CalendarDate {
        text.parse().unwrap()
    }

    fn age(years: f64) -> Age {
        Age::years(years).unwrap()
    }

    fn by_age(from: f64, to: f64) -> crate::career::builder::CareerBuilder {
        Career::by_age().window(Window::ages(age(from), age(to), WindowEnd::EndOfRegister))
    }

    fn one(grid: AgeGrid, career: &Career, options: &CareerOptions) -> Result<FromCareers> {
        Cohort::from_careers(grid, [("", career)], options)
    }

    #[test]
    fn an_offence_on_the_birthday_belongs_to_the_new_interval() {
        let career = Career::dated(day("2000-02-29"))
            .window(Window::dates(day("2018-01-01"), day("2019-03-01"), WindowEnd::EndOfRegister))
            .offence(Offence::on(day("2018-02-28"), Category::DRUGS))
            .offence(Offence::on(day("2018-03-01"), Category::DRUGS))
            .offence(Offence::on(day("2019-02-28"), Category::DRUGS))
            .build()
            .unwrap();
        let made = one(AgeGrid::years(17, 19).unwrap(), &career, &CareerOptions::default()).unwrap();
        assert_eq!(made.cohort.counts(0), [Some(1), Some(2), None]);
        // Born 29 February 2000: the 18th year ran from 1 March 2017 to 28 February 2018, 365 days.
        assert_eq!(made.cohort.exposure(0), [59.0 / 365.0, 1.0, 0.0]);
        assert_eq!(made.cohort.id(0), None);
    }

    #[test]
    fn a_whole_interval_in_custody_is_not_observed_and_an_offence_in_it_an_error() {
        let grid = AgeGrid::years(18, 21).unwrap();
        let career = by_age(18.0, 22.0)
            .stay(Custody::ages(age(19.0), age(20.5)))
            .offence(Offence::at_age(age(19.0), Category::DRUGS))
            .offence(Offence::at_age(age(19.5), Category::DRUGS))
            .offence(Offence::at_age(age(20.25), Category::DRUGS))
            .build()
            .unwrap();
        let error = one(grid, &career, &CareerOptions::default()).unwrap_err();
        assert_eq!(error.issue_count(), 1);
        assert!(error.to_string().contains("row 1, column 19: 2 offences in an interval of age without"), "{error}");
        let options = CareerOptions::default().in_custody(OffencesInCustody::LeaveOut);
        let made = one(grid, &career, &options).unwrap();
        assert_eq!(made.cohort.counts(0), [Some(0), None, Some(0), Some(0)]);
        assert_eq!(made.cohort.exposure(0), [1.0, 0.0, 0.5, 1.0]);
        assert_eq!((made.left_out.in_custody, made.options), (3, options));
    }

    #[test]
    fn offences_outside_the_grid_are_listed_or_left_out_and_counted() {
        let career = by_age(10.0, 40.0)
            .offences([11.9, 12.0, 14.9, 15.0].map(|y| Offence::at_age(age(y), Category::DRUGS)))
            .build()
            .unwrap();
        let grid = AgeGrid::years(12, 14).unwrap();
        let error = Cohort::from_careers(grid, [("Jan", &career), ("Piet", &career)], &CareerOptions::default());
        let error = error.unwrap_err();
        assert_eq!(error.issue_count(), 4);
        let text = error.to_string();
        assert!(text.contains("row 2: offence 4 at age 15.00 lies outside the grid, which runs from age 12 up to 15"));
        assert!(!text.contains("Jan") && !text.contains("Piet"));
        let options = CareerOptions::default().outside_grid(OutsideGrid::LeaveOut);
        let made = one(grid, &career, &options).unwrap();
        assert_eq!((made.cohort.counts(0), made.left_out.outside_grid), (vec![Some(1), Some(0), Some(1)], 2));
    }

    #[test]
    fn a_filter_counts_the_chosen_categories_only() {
        let career = by_age(18.0, 20.0)
            .offence(Offence::at_completed_age(18, Category::HUMAN_TRAFFICKING))
            .offence(Offence::at_completed_age(18, Category::DRUGS))
            .build()
            .unwrap();
        let options = CareerOptions::default().only([Category::HUMAN_TRAFFICKING]);
        let made = one(AgeGrid::years(18, 19).unwrap(), &career, &options).unwrap();
        assert_eq!((made.cohort.events(), made.left_out.other_categories), (1, 1));
        assert!(one(AgeGrid::years(18, 19).unwrap(), &career, &CareerOptions::default().only([])).is_err());
    }

    #[test]
    fn a_completed_age_must_lie_within_one_interval() {
        let at = |years| by_age(10.0, 30.0).offence(Offence::at_completed_age(years, Category::DRUGS)).build().unwrap();
        let half_years = AgeGrid::months(18 * 12, 6, 4).unwrap();
        let error = one(half_years, &at(18), &CareerOptions::default()).unwrap_err();
        assert!(error.to_string().contains("at a completed age of 18: a border of the grid cuts that year"));
        let shifted = AgeGrid::months(18 * 12 + 6, 24, 2).unwrap();
        for (years, cut) in [(17, false), (18, true), (19, false), (20, true), (22, true), (23, false)] {
            let options = CareerOptions::default().outside_grid(OutsideGrid::LeaveOut);
            assert_eq!(one(shifted, &at(years), &options).is_err(), cut, "{years}");
        }
    }

    #[test]
    fn persons_never_observed_on_the_grid_are_kept_and_counted() {
        let made =
            one(AgeGrid::years(30, 31).unwrap(), &by_age(12.0, 30.0).build().unwrap(), &CareerOptions::default());
        let made = made.unwrap();
        assert_eq!((made.never_observed, made.cohort.persons(), made.cohort.counts(0)), (1, 1, vec![None, None]));
        let none: [(&str, &Career); 0] = [];
        assert!(Cohort::from_careers(AgeGrid::years(30, 31).unwrap(), none, &CareerOptions::default()).is_err());
    }
}
