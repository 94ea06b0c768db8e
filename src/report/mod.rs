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
mod covariates;
mod definitions;
mod findings;
mod html;
mod page;
mod picture;
mod settled;
mod sheet;
mod shown;
mod table;
mod validation;
mod warnings;

pub use cells::{SMALL_CELL, ShownCount, protect};
pub use chain::{ChainReport, EffectReport, RecidivismReport};
pub use picture::path::posterior_path_svg;
pub use picture::selection_svg;
pub use table::ReportTable;
pub use validation::{DriftReport, ReportSection, ValidationReport};

use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::profile::model::SEEN;
use crate::profile::naming::Naming;
use crate::profile::settled::Settled;
use crate::trajectory::data::Data;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::outcome::FitOutcome;
use crate::trajectory::forms::FormChoice;
use crate::trajectory::model::observed::ObservedRates;
use picture::{CURVE_STEPS, Picture, PictureGroup};
use shown::Shown;

/// A report of one fit to one cohort, with the names of its groups.
///
/// Groups of fewer than [`SMALL_CELL`] persons are not shown in numbers unless
/// [`Report::show_small_cells`] says so: neither their size, nor their share, AvePP and OCC, from which it
/// could be worked out, nor their observed rates, which come close to the record of a single person.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Definitions, Family, Spec, ndarray::Array2, report::Report, name_model};
/// let counts = Array2::from_shape_fn((100, 20), |(i, j)| u32::from(i < 40 && (5..10).contains(&j)));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 31)?, counts.view())?;
/// let fit = Spec::counts(Family::Poisson).groups(2).starts(4).fit(&cohort)?;
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
    shown: Shown<'a>,
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
    pub fn new<'p>(fit: &'a Fit, people: impl Into<Data<'p>>, naming: &'a Naming) -> Result<Self> {
        Report::of_fit(fit, people.into(), naming)
    }

    fn of_fit(fit: &'a Fit, people: Data<'_>, naming: &'a Naming) -> Result<Self> {
        let cohort = match people {
            Data::Cohort(cohort) if !fit.model().groups().is_empty() => cohort,
            _ => return Report::of_outcome(fit.only_outcome()?, people, naming),
        };
        let (groups, named) = (fit.groups.len(), naming.groups.len());
        if groups != named {
            return Err(Error::options(format!("the fit has {groups} groups, the naming {named}")));
        }
        fit.check_people(people)?;
        let (observed, has_exposure) = (fit.observed_rates(cohort)?, cohort.has_exposure());
        Ok(Report { has_exposure, ..Report::of_shown(Shown::plain(fit), naming, observed, cohort.events()) })
    }

    /// A report in English of one outcome of a fit, by the people fitted, that hides small cells.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Definitions, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, report::Report, name_fit};
    /// let counts = Array2::from_shape_fn((100, 20), |(i, j)| Some(f64::from(u8::from(i < 40 && (5..10).contains(&j)))));
    /// let town: Vec<f64> = (0..100).map(|i| f64::from(u8::from(i < 30 || i % 9 == 0))).collect();
    /// let panel = Panel::new(AgeGrid::years(12, 31)?).series("theft", counts.view())?.covariate("town", &town)?;
    /// let spec = Spec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson)).membership(["town"]);
    /// let fit = spec.starts(4).fit(&panel)?;
    /// let naming = name_fit(&fit, &panel, &Definitions::default())?;
    /// let report = Report::of_outcome(fit.of_outcome("theft")?, &panel, &naming)?;
    /// assert_eq!(report.table().rows.len(), 2);
    /// assert!(report.html()?.contains("covariates of membership"));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the panel or the naming is not that of the fit: another number of persons or groups; and as
    /// [`Fit::posteriors`](crate::Fit::posteriors).
    pub fn of_outcome<'p>(fit: FitOutcome<'a>, people: impl Into<Data<'p>>, naming: &'a Naming) -> Result<Self> {
        Report::of_panel(fit, &people.into().people(fit.of_model().family()), naming)
    }

    fn of_panel(fit: FitOutcome<'a>, panel: &Panel, naming: &'a Naming) -> Result<Self> {
        let (groups, named) = (fit.of_model().groups(), naming.groups.len());
        if groups != named {
            return Err(Error::options(format!("the fit has {groups} groups, the naming {named}")));
        }
        let (among, observed) = (fit.groups_among(panel)?, fit.observed_rates(panel)?);
        let counted = fit.counted(panel);
        let shown = Shown::outcome(fit, &among, counted.cells);
        let report = Report::of_shown(shown, naming, observed, counted.events);
        Ok(Report { has_exposure: counted.has_exposure, ..report })
    }

    fn of_shown(shown: Shown<'a>, naming: &'a Naming, observed: ObservedRates, events: u64) -> Self {
        Report {
            shown,
            naming,
            observed,
            events,
            has_exposure: false,
            language: Language::English,
            small_cells: false,
            placed: None,
            choice: None,
            settled: None,
        }
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

    /// What a reader has to know of the fit, in words; what is fatal first. Doubts about data are told with their place, for
    /// whoever has the data.
    pub fn findings(&self) -> Vec<String> {
        self.words_of_findings(false)
    }

    /// The same for a page that others read: of a doubt about data without the row, age and counts of a person.
    fn published_findings(&self) -> Vec<String> {
        self.words_of_findings(!self.small_cells)
    }

    fn words_of_findings(&self, published: bool) -> Vec<String> {
        // findings count classes, which in a dual model are pairs of groups
        let sizes = self.shown_sizes(self.shown.fit().groups.iter().map(|g| g.members).collect());
        let hidden = |group: GroupNumber| sizes.get(group.index()).is_some_and(|s| !s.is_exact());
        let (fatal, other): (Vec<&Finding>, Vec<&Finding>) = self.shown.findings().iter().partition(|f| f.is_fatal());
        let words = |finding: &Finding| {
            let without = match finding {
                Finding::Data(warning) if published => warnings::without_place(warning, self.language),
                _ => None,
            };
            without.unwrap_or_else(|| findings::words(finding, self.language, &hidden))
        };
        let of_fit = fatal.into_iter().chain(other).map(words);
        self.one_population_words().into_iter().chain(of_fit).collect()
    }

    /// The curves of the groups by age over what was observed of them, as an SVG document.
    pub fn svg(&self) -> String {
        self.picture().svg()
    }

    /// The sizes of the groups as they may be shown.
    fn sizes(&self) -> Vec<ShownCount> {
        self.shown_sizes(self.shown.groups.iter().map(|g| g.members).collect())
    }

    fn shown_sizes(&self, members: Vec<u64>) -> Vec<ShownCount> {
        if self.small_cells { members.into_iter().map(ShownCount::Exact).collect() } else { protect(&members) }
    }

    fn picture(&self) -> Picture {
        let language = self.language;
        let (grid, sizes) = (self.shown.grid(), self.sizes());
        let groups = (0..sizes.len())
            .map(|k| {
                let profile = self.naming.profile_of(k);
                let mut label = profile
                    .map_or(language.pick("geen profiel", "no profile"), |profile| profile.label(language))
                    .to_owned();
                if sizes[k].is_exact() {
                    label += &format!(", {}", percent(self.shown.groups[k].share, language));
                }
                let points = (0..grid.len())
                    .filter(|_| sizes[k] != ShownCount::Small)
                    .filter_map(|j| Some((grid.mid_age(j), self.observed.rate(k, j)?)))
                    .collect();
                // the curve of a few people is their record
                let curve = if sizes[k] == ShownCount::Small { Vec::new() } else { self.curve(k) };
                PictureGroup { label, profile: profile.map(Profile::index), curve, points }
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
                format!(
                    "Lijn en waargenomen waarden van groep {list} zijn weggelaten (minder dan {SMALL_CELL} personen)."
                ),
                format!("Line and observed values of group {list} are left out (fewer than {SMALL_CELL} persons)."),
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
        let grid = self.shown.grid();
        let steps = (grid.len() - 1) * CURVE_STEPS;
        let (first, last) = (grid.mid_age(0), grid.mid_age(grid.len() - 1));
        let years = self.observed.years();
        let interval = |i: usize| (i + CURVE_STEPS / 2) / CURVE_STEPS;
        (0..=steps)
            .map(|i| {
                let age = if steps == 0 { first } else { first + (last - first) * i as f64 / steps as f64 };
                let rate = self.shown.rate_at_age(k, age);
                match years[(k, interval(i))] >= SEEN {
                    // infinity times a zero part of 1: off any axis
                    true => (age, if rate.is_nan() { f64::INFINITY } else { rate }),
                    false => (age, f64::NAN),
                }
            })
            .collect()
    }

    fn subtitle(&self) -> String {
        let (language, grid) = (self.language, self.shown.grid());
        let persons = thousands(self.shown.persons() as u64, language);
        let (from, to) = (language.short(grid.start_age(0)), language.short(grid.start_age(grid.len())));
        let groups = self.shown.groups.len();
        language.pick(
            format!(
                "{persons} personen, van {from} tot {to} jaar; {groups} {}, {}",
                if groups == 1 { "groep" } else { "groepen" },
                page::family_words(self.shown.family(), language)
            ),
            format!(
                "{persons} person{}, from age {from} to {to}; {groups} group{}, {}",
                if self.shown.persons() == 1 { "" } else { "s" },
                if groups == 1 { "" } else { "s" },
                page::family_words(self.shown.family(), language)
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
