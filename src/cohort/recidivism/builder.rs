//! Collects careers one by one into the recidivism of a cohort.
//!
//! Does not belong here: one person's follow-up (`follow_up`), what the figures are (`figures`).

use super::figures::{Recidivism, of_group};
use super::follow_up::{FollowUp, NoFollowUp, follow_up, follow_up_from};
use super::options::RecidivismOptions;
use super::small_cells::{FEW, hide};
use crate::career::custody::Moment;
use crate::career::person::Career;
use crate::error::{Issues, Result};

/// Collects careers one by one; holds a few numbers of each, so a cohort of any size can be streamed through.
///
/// # Rules
/// - The clock starts at the first offence of the index category and runs at liberty only: time in custody is
///   taken out. It ends at the first new offence that counts, or with observation.
/// - Whoever dies or emigrates first ([`RecidivismOptions::competing`]) stays in the denominator and is found
///   reoffending no more; other ends of observation are censoring, taken to have nothing to do with reoffending.
/// - The unit is the case: an offence of the case of the index offence is part of it, whenever it was committed. Where
///   either has no case identifier, offences at the same moment are. What was committed at or before the index offence
///   is never a return to crime, though it be tried later.
/// - New cases are counted at the first offence of each that counts; where no case is given, offences at one moment are
///   one. Death stops them, and who died stays in the denominator.
/// - A career at completed ages has no order within a year and is an error.
///
/// ```
/// use pleegprofiel::{Age, Career, career::{Category, Offence, Window, WindowEnd}, cohort::recidivism::{RecidivismBuilder, RecidivismOptions}};
/// let age = Age::years;
/// let mut builder = RecidivismBuilder::new(RecidivismOptions::default().years([1, 5]).show_small_cells(true))?;
/// for again in [21.0, 23.0, 29.0] {
///     let career = Career::by_age()
///         .window(Window::ages(age(12.0)?, age(30.0)?, WindowEnd::EndOfRegister))
///         .offence(Offence::at_age(age(20.0)?, Category::HUMAN_TRAFFICKING))
///         .offence(Offence::at_age(age(again)?, Category::PROPERTY))
///         .build()?;
///     builder.push(None, &career);
/// }
/// let found = builder.finish()?;
/// let five = found.groups[0].shares[1].figures.expect("small cells are shown");
/// assert!((five.reoffended.share - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RecidivismBuilder {
    options: RecidivismOptions,
    names: Vec<String>,
    people: Vec<(Option<u32>, FollowUp)>,
    careers: u64,
    without_index: u64,
    issues: Issues,
    /// Row of the next career in the file that problems are told of.
    row: Option<u64>,
}

impl RecidivismBuilder {
    /// An empty cohort.
    ///
    /// # Errors
    /// As [`RecidivismOptions::check`].
    pub fn new(options: RecidivismOptions) -> Result<RecidivismBuilder> {
        options.check()?;
        let issues = Issues::in_memory();
        Ok(RecidivismBuilder {
            options,
            names: Vec::new(),
            people: Vec::new(),
            careers: 0,
            without_index: 0,
            issues,
            row: None,
        })
    }

    /// Adds a career, as a member of a group if it has one. What is wrong with it is told by
    /// [`RecidivismBuilder::finish`].
    pub fn push(&mut self, group: Option<&str>, career: &Career) {
        let found = follow_up(career, &self.options);
        self.take(group, found);
    }

    /// Adds a career whose follow-up starts at a moment of its own: disposal, release, the end of supervision. What was
    /// committed by then, and any further count of a case of it, is no return to crime. The index category only says what
    /// is of the same kind.
    pub fn push_from(&mut self, group: Option<&str>, career: &Career, start: Moment) {
        let found = follow_up_from(career, (start, None), &self.options);
        self.take(group, found);
    }

    /// As [`RecidivismBuilder::push_from`], of a career that came under observation at a later moment (left truncation):
    /// whoever had reoffended, died or left before it could not come into these data, so the person is at risk from then
    /// on only. An entry by the start is none.
    pub fn push_entered(&mut self, group: Option<&str>, career: &Career, start: Moment, entry: Moment) {
        let found = follow_up_from(career, (start, Some(entry)), &self.options);
        self.take(group, found);
    }

    /// Problems are told of this file, by the rows that [`RecidivismBuilder::at_row`] gives.
    #[cfg(feature = "csv")]
    pub fn told_of(mut self, file: &str) -> Self {
        self.issues = Issues::of_file(file);
        self
    }

    /// The next career stands in this row of the file.
    #[cfg(feature = "csv")]
    pub fn at_row(&mut self, row: u64) {
        self.row = Some(row);
    }

    fn take(&mut self, group: Option<&str>, found: std::result::Result<FollowUp, NoFollowUp>) {
        self.careers += 1;
        let row = self.row.take().or(Some(self.careers));
        match found {
            Ok(found) => {
                let group = group.map(|name| self.group(name));
                self.people.push((group, found));
            }
            Err(NoFollowUp::NoIndex) => self.without_index += 1,
            Err(NoFollowUp::StartOutside) => self.issues.add(row, None, || {
                "the follow-up starts outside the time observed, or at an age where the career has dates".into()
            }),
            Err(NoFollowUp::EntryAfterEnd) => self.issues.add(row, Some("entry"), || {
                "came under observation when the first new offence, or the end, had been: leave the person out, or the \
                 entry where the record is complete from the start"
                    .into()
            }),
            Err(NoFollowUp::CompletedAges) => self
                .issues
                .add(row, None, || "ages in completed years: the order of offences within a year is not known".into()),
            Err(NoFollowUp::NoSeverity(i)) => self.issues.add(row, None, || {
                format!(
                    "offence {} of this person, in the order of their days, has no severity (column severity of the table of \
                     offences), and unknown is neither serious nor not serious",
                    i + 1
                )
            }),
        }
    }

    fn group(&mut self, name: &str) -> u32 {
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        at as u32
    }

    /// The figures.
    ///
    /// # Errors
    /// Lists, with the position of the career (from 1) as row, careers whose order is not known and offences without
    /// a severity where one is needed; refuses a cohort in which nobody has an index offence.
    pub fn finish(mut self) -> Result<Recidivism> {
        if self.people.is_empty() && self.issues.is_empty() {
            let (careers, index) = (self.careers, self.options.index.clone());
            self.issues.add(None, None, || format!("none of {careers} careers has an offence of the category {index}"));
        }
        self.issues.into_result("the careers have no recidivism")?;
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        order.sort_by(|&a, &b| self.names[a].cmp(&self.names[b]));
        let everyone: Vec<&FollowUp> = self.people.iter().map(|(_, found)| found).collect();
        let mut groups = vec![of_group(None, &everyone, &self.options)?];
        for g in order {
            let members: Vec<&FollowUp> =
                self.people.iter().filter(|(of, _)| *of == Some(g as u32)).map(|(_, found)| found).collect();
            groups.push(of_group(Some(self.names[g].clone()), &members, &self.options)?);
        }
        let mut without_index = Some(self.without_index);
        if !self.options.show_small_cells {
            hide(&mut groups);
            without_index = without_index.filter(|&n| n >= FEW);
        }
        Ok(Recidivism { options: self.options, without_index, groups })
    }
}
