//! The recidivism of a cohort: collected career by career, then put into figures.
//!
//! Does not belong here: one person's follow-up (`follow_up`), the estimator (`kaplan_meier`), what is hidden
//! (`small_cells`).

use super::follow_up::{FollowUp, NoFollowUp, follow_up};
use super::kaplan_meier::{EventShare, KaplanMeier, Z};
use super::options::RecidivismOptions;
use super::small_cells::hide;
use crate::career::person::Career;
use crate::error::{Issues, Result};
use serde::Serialize;

/// Reoffending by one time after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareByYear {
    /// Years at liberty since the index offence.
    pub years: u32,
    /// The figures; `None` when they are of too few people to be shown.
    pub figures: Option<EventShare>,
    /// Whether anyone was followed so long. If not, the share is that of the longest time seen.
    pub followed: bool,
}

/// New offences per year at liberty after the index offence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FrequencyAfter {
    /// New offences that count.
    pub offences: u64,
    /// Years at liberty from the index offence to the end of observation.
    pub years: f64,
    /// `offences / years`; `None` without time at liberty.
    pub rate: Option<f64>,
    /// Standard error, people being independent and offences of one person not.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval, on the log scale.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}

/// The figures of everyone, or of one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GroupRecidivism {
    /// The group; `None` for everyone.
    pub group: Option<String>,
    /// Number of persons with a follow-up; `None` when too few to be shown, or withheld because others are.
    pub persons: Option<u64>,
    /// The share that reoffended, by years at liberty.
    pub shares: Vec<ShareByYear>,
    /// Frequency; `None` when of too few people to be shown.
    pub frequency: Option<FrequencyAfter>,
}

/// The recidivism of a cohort.
///
/// It describes people with alike histories; it is no forecast of anyone's. Intervals are of 95 %.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recidivism {
    /// What was asked.
    pub options: RecidivismOptions,
    /// Careers without an offence of the index category, left out.
    pub without_index: u64,
    /// Everyone first, then the groups in order of name.
    pub groups: Vec<GroupRecidivism>,
}

/// Collects careers one by one; holds two numbers of each, so a cohort of any size can be streamed through.
///
/// # Rules
/// - The clock starts at the first offence of the index category and runs at liberty only: time in custody is
///   taken out. It ends at the first new offence that counts, or with observation (death, emigration and the end of
///   the register alike: censoring, taken to have nothing to do with reoffending).
/// - Offences at the same moment as the index offence are part of it.
/// - A career at completed ages has no order within a year and is an error.
///
/// ```
/// use pleegprofiel::{Age, Career, Category, Offence, RecidivismBuilder, RecidivismOptions, Window, WindowEnd};
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
/// assert!((five.share - 2.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RecidivismBuilder {
    options: RecidivismOptions,
    names: Vec<String>,
    people: Vec<(Option<u32>, FollowUp)>,
    careers: u64,
    without_index: u64,
    issues: Issues,
}

impl RecidivismBuilder {
    /// An empty cohort.
    ///
    /// # Errors
    /// As [`RecidivismOptions::check`].
    pub fn new(options: RecidivismOptions) -> Result<RecidivismBuilder> {
        options.check()?;
        let issues = Issues::in_memory();
        Ok(RecidivismBuilder { options, names: Vec::new(), people: Vec::new(), careers: 0, without_index: 0, issues })
    }

    /// Adds a career, as a member of a group if it has one. What is wrong with it is told by
    /// [`RecidivismBuilder::finish`].
    pub fn push(&mut self, group: Option<&str>, career: &Career) {
        self.careers += 1;
        let (options, row) = (&self.options, Some(self.careers));
        match follow_up(career, &options.index, &options.reoffence, options.in_custody) {
            Ok(found) => {
                let group = group.map(|name| self.group(name));
                self.people.push((group, found));
            }
            Err(NoFollowUp::NoIndex) => self.without_index += 1,
            Err(NoFollowUp::CompletedAges) => self
                .issues
                .add(row, None, || "ages in completed years: the order of offences within a year is not known".into()),
            Err(NoFollowUp::NoSeverity(i)) => self.issues.add(row, Some("severity"), || {
                format!("offence {} has none, and unknown is neither serious nor not serious", i + 1)
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
        let everyone: Vec<FollowUp> = self.people.iter().map(|(_, found)| *found).collect();
        let mut groups = vec![of_group(None, &everyone, &self.options)?];
        for g in order {
            let members: Vec<FollowUp> =
                self.people.iter().filter(|(of, _)| *of == Some(g as u32)).map(|(_, found)| *found).collect();
            groups.push(of_group(Some(self.names[g].clone()), &members, &self.options)?);
        }
        if !self.options.show_small_cells {
            hide(&mut groups);
        }
        Ok(Recidivism { options: self.options, without_index: self.without_index, groups })
    }
}

fn of_group(group: Option<String>, people: &[FollowUp], options: &RecidivismOptions) -> Result<GroupRecidivism> {
    let km = KaplanMeier::new(people.iter().map(|p| (p.years, p.reoffended)))?;
    let longest = people.iter().map(|p| p.all_years).fold(0.0, f64::max);
    let share = |&years: &u32| {
        let at = f64::from(years);
        ShareByYear { years, figures: Some(km.at(at)), followed: longest >= at }
    };
    Ok(GroupRecidivism {
        group,
        persons: Some(people.len() as u64),
        shares: options.years.iter().map(share).collect(),
        frequency: Some(frequency(people)),
    })
}

/// A ratio of sums over persons, its variance by linearisation (Cochran 1977, section 6.4).
fn frequency(people: &[FollowUp]) -> FrequencyAfter {
    let n = people.len() as f64;
    let offences: u64 = people.iter().map(|p| p.offences).sum();
    let years: f64 = people.iter().map(|p| p.all_years).sum();
    let rate = (years > 0.0).then(|| offences as f64 / years);
    let se = rate.filter(|_| people.len() > 1).map(|rate| {
        let squares: f64 = people.iter().map(|p| (p.offences as f64 - rate * p.all_years).powi(2)).sum();
        (squares * n / (n - 1.0)).sqrt() / years
    });
    let end = |sign: f64| {
        let (rate, se) = (rate.filter(|rate| *rate > 0.0)?, se?);
        Some(rate * (sign * Z * se / rate).exp())
    };
    FrequencyAfter { offences, years, rate, se, low: end(-1.0), high: end(1.0) }
}
