//! Reports of a fit for people to read: a table, a picture (SVG) and a self-contained HTML page.
//!
//! Belongs here: which figures are shown, how they are worded and laid out, and what is withheld because it
//! could point at someone. Does not belong here: computing anything that another part of the crate could
//! want (`trajectory`, `profile`), and files (the caller's).
//!
//! A report never holds an identifier, a date or anything of the machine it was made on: the same fit gives
//! the same report, byte by byte.

mod cells;
mod chain;
mod choice;
mod definitions;
mod findings;
mod html;
mod page;
mod picture;
mod settled;
mod sheet;
mod table;
mod validation;
mod warnings;

pub use cells::{SMALL_CELL, ShownCount, protect};
pub use chain::{ChainReport, EffectReport, RecidivismReport};
pub use picture::path::posterior_path_svg;
pub use picture::selection_svg;
pub use table::ReportTable;
pub use validation::{DriftReport, ReportSection, ValidationReport};

use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::profile::model::SEEN;
use crate::profile::naming::Naming;
use crate::profile::settled::Settled;
use crate::trajectory::finding::Finding;
use crate::trajectory::fit::Fit;
use crate::trajectory::forms::FormChoice;
use crate::trajectory::observed::ObservedRates;
use picture::{CURVE_STEPS, Picture, PictureGroup};

/// A report of one fit to one cohort, with the names of its groups.
///
/// Groups of fewer than [`SMALL_CELL`] persons are not shown in numbers unless
/// [`Report::show_small_cells`] says so: neither their size, nor their share, AvePP and OCC, from which it
/// could be worked out, nor their observed rates, which come close to the record of a single person.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Definitions, Family, FitOptions, name_model, report::Report};
/// use pleegprofiel::ndarray::Array2;
/// let counts = Array2::from_shape_fn((100, 20), |(i, j)| u32::from(i < 40 && (5..10).contains(&j)));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 31)?, counts.view())?;
/// let fit = FitOptions::new(Family::Poisson).groups(2).starts(4).fit(&cohort)?;
/// let naming = name_model(fit.model(), &Definitions::default())?;
/// let report = Report::new(&fit, &cohort, &naming)?;
/// assert_eq!(report.table().rows.len(), 2);
/// assert!(report.svg().starts_with("<svg"));
/// assert!(report.html()?.contains("100 persons"));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Report<'a> {
    fit: &'a Fit,
    naming: &'a Naming,
    observed: ObservedRates,
    events: u64,
    has_exposure: bool,
    language: Language,
    small_cells: bool,
    placed: Option<u64>,
    choice: Option<&'a FormChoice>,
    settled: Option<&'a Settled>,
}

impl<'a> Report<'a> {
    /// A report in English that hides small cells.
    ///
    /// # Errors
    /// When the cohort or the naming is not that of the fit: another number of persons, age grid or number of
    /// groups.
    pub fn new(fit: &'a Fit, cohort: &Cohort, naming: &'a Naming) -> Result<Self> {
        let (groups, named) = (fit.groups.len(), naming.groups.len());
        if groups != named {
            return Err(Error::options(format!("the fit has {groups} groups, the naming {named}")));
        }
        if fit.persons != cohort.persons() {
            let (fitted, given) = (fit.persons, cohort.persons());
            return Err(Error::options(format!("the fit is of {fitted} persons, the cohort has {given}")));
        }
        Ok(Report {
            fit,
            naming,
            observed: fit.observed_rates(cohort)?,
            events: cohort.events(),
            has_exposure: cohort.has_exposure(),
            language: Language::English,
            small_cells: false,
            placed: None,
            choice: None,
            settled: None,
        })
    }

    /// The language of every word.
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Whether groups of fewer than [`SMALL_CELL`] persons are shown in numbers.
    pub fn show_small_cells(mut self, show: bool) -> Self {
        self.small_cells = show;
        self
    }

    /// How many persons were given a profile; shown when it is known.
    pub fn placed(mut self, persons: u64) -> Self {
        self.placed = Some(persons);
        self
    }

    /// What the form and the number of groups were chosen from; shown when it is given.
    pub fn chosen_from(mut self, choice: &'a FormChoice) -> Self {
        self.choice = Some(choice);
        self
    }

    /// What of the names hangs on the model; shown when it is given.
    pub fn settled(mut self, settled: &'a Settled) -> Self {
        self.settled = Some(settled);
        self
    }

    /// What a reader has to know of the fit, in words; what is fatal first.
    pub fn findings(&self) -> Vec<String> {
        let sizes = self.sizes();
        let hidden = |group: usize| group.checked_sub(1).and_then(|k| sizes.get(k)).is_some_and(|s| !s.is_exact());
        let (fatal, other): (Vec<&Finding>, Vec<&Finding>) = self.fit.findings.iter().partition(|f| f.is_fatal());
        let of_fit = fatal.into_iter().chain(other).map(|f| findings::words(f, self.language, &hidden));
        self.one_population_words().into_iter().chain(of_fit).collect()
    }

    /// The curves of the groups by age over what was observed of them, as an SVG document.
    pub fn svg(&self) -> String {
        self.picture().svg()
    }

    /// The sizes of the groups as they may be shown.
    fn sizes(&self) -> Vec<ShownCount> {
        let members: Vec<u64> = self.fit.groups.iter().map(|g| g.members).collect();
        if self.small_cells { members.into_iter().map(ShownCount::Exact).collect() } else { protect(&members) }
    }

    fn picture(&self) -> Picture {
        let language = self.language;
        let (model, grid, sizes) = (self.fit.model(), self.fit.grid(), self.sizes());
        let groups = (0..sizes.len())
            .map(|k| {
                let profile = self.naming.profile_of(k);
                let mut label = profile
                    .map_or(language.pick("geen profiel", "no profile"), |profile| profile.label(language))
                    .to_owned();
                if sizes[k].is_exact() {
                    label += &format!(", {}", percent(model.groups()[k].share, language));
                }
                let points = (0..grid.len())
                    .filter(|_| sizes[k] != ShownCount::Small)
                    .filter_map(|j| Some((grid.mid_age(j), self.observed.rate(k, j)?)))
                    .collect();
                PictureGroup { label, profile: profile.map(Profile::index), curve: self.curve(k), points }
            })
            .collect();
        let mut caption = vec![
            language
                .pick(
                    "Lijnen: verwacht aantal delicten per jaar in vrijheid. Tekens: waargenomen, gewogen naar de kans op lidmaatschap.",
                    "Lines: expected offences per year at liberty. Markers: observed, everyone weighted by the probability of membership.",
                )
                .to_owned(),
        ];
        let without: Vec<String> =
            (0..sizes.len()).filter(|&k| sizes[k] == ShownCount::Small).map(|k| (k + 1).to_string()).collect();
        if !without.is_empty() {
            let list = language.list(&without);
            caption.push(language.pick(
                format!("Waargenomen waarden van groep {list} zijn weggelaten (minder dan {SMALL_CELL} personen)."),
                format!("Observed values of group {list} are left out (fewer than {SMALL_CELL} persons)."),
            ));
        }
        caption.push(
            language
                .pick(
                    "Groepen vatten de gegevens samen; het zijn geen soorten mensen.",
                    "Groups summarise the data; they are not kinds of people.",
                )
                .to_owned(),
        );
        Picture {
            language,
            title: language.pick("Delictverloop per groep", "Offending by age and group").to_owned(),
            subtitle: self.subtitle(),
            ages: [grid.start_age(0), grid.start_age(grid.len())],
            groups,
            caption,
        }
    }

    /// Age and expected rate of a group, from the middle of the first age interval to that of the last, where members
    /// were seen: elsewhere a fitted curve may say anything.
    fn curve(&self, k: usize) -> Vec<(f64, f64)> {
        let (model, grid) = (self.fit.model(), self.fit.grid());
        let steps = (grid.len() - 1) * CURVE_STEPS;
        let (first, last) = (grid.mid_age(0), grid.mid_age(grid.len() - 1));
        let years = self.observed.years();
        let interval = |i: usize| (i + CURVE_STEPS / 2) / CURVE_STEPS;
        (0..=steps)
            .map(|i| {
                let age = if steps == 0 { first } else { first + (last - first) * i as f64 / steps as f64 };
                let rate = model.rate_at_age(k, age);
                match years[(k, interval(i))] >= SEEN {
                    // infinity times a zero part of 1: off any axis
                    true => (age, if rate.is_nan() { f64::INFINITY } else { rate }),
                    false => (age, f64::NAN),
                }
            })
            .collect()
    }

    fn subtitle(&self) -> String {
        let (language, grid) = (self.language, self.fit.grid());
        let persons = thousands(self.fit.persons as u64, language);
        let (from, to) = (language.short(grid.start_age(0)), language.short(grid.start_age(grid.len())));
        let groups = self.fit.groups.len();
        language.pick(
            format!(
                "{persons} personen, van {from} tot {to} jaar; {groups} {}, {}",
                if groups == 1 { "groep" } else { "groepen" },
                page::family_words(self.fit.family(), language)
            ),
            format!(
                "{persons} person{}, from age {from} to {to}; {groups} group{}, {}",
                if self.fit.persons == 1 { "" } else { "s" },
                if groups == 1 { "" } else { "s" },
                page::family_words(self.fit.family(), language)
            ),
        )
    }
}

/// A part as a percentage, without decimals: shares are not known better.
fn percent(part: f64, language: Language) -> String {
    let sign = language.pick("\u{a0}%", "%");
    format!("{}{sign}", language.number(100.0 * part, 0))
}

/// A whole number with its thousands apart.
fn thousands(number: u64, language: Language) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(language.pick('.', ','));
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests;
