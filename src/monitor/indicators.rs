//! The indicators of a run: tables by year, durations, and how the numbers of cases, defendants and offences hang
//! together.
//!
//! Does not belong here: what is hidden (`hidden`), what is counted (`split`).

use super::builder::{MonitorBuilder, Totals, Units};
use super::count::{Cases, Count, Defendants, Offences, Unit};
use super::event::VerdictOutcome;
use super::hidden::{Choice, Total, choose, everything, tells_of_few};
use super::options::MonitorOptions;
use super::split::{Label, PLANS, Population, Split};
use super::tally::{Atom, Days, FEW, Tally};
use crate::cohort::warning::CohortWarning;
use crate::validation::fairness::rate::Rate;
use serde::Serialize;

/// A number of units with its share of the row's total.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Cell<U: Unit> {
    /// How many.
    pub count: Count<U>,
    /// Their share of the total of the row.
    pub share: f64,
    /// Lower end of the 95 % interval (Wilson 1927).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One year of a table, or all of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Row<U: Unit> {
    /// The year; `None` for all years together.
    pub year: Option<i16>,
    /// Units in all, shown or not.
    pub total: Count<U>,
    /// By category, in the order of the table; `None` where a figure is of too few persons to be shown.
    pub cells: Vec<Option<Cell<U>>>,
}

/// Units by year and category.
///
/// # Small cells
/// Unless [`MonitorOptions::show_small_cells`] says otherwise, no number of fewer than ten persons can be worked out from
/// the tables of a run by subtracting cells, totals and years from each other. A year, or all years that are not shown
/// taken together, by a category, or all categories not shown taken together, is of at least ten different persons in
/// every table that shows anything of it; a table splits a cell of another and shows only years of which that cell is
/// shown. A category that says something of the register (unknown, other) and holds nobody in all the data is left out.
/// It holds for one run: figures of the same people by other options can be subtracted from these.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(bound = "")]
pub struct Table<U: Unit> {
    /// Whom it is about.
    pub of: Population,
    /// By what.
    pub by: Split,
    /// The column, of a split by a further one.
    pub column: Option<String>,
    /// The unit.
    pub unit: &'static str,
    /// Keys of the categories.
    pub categories: Vec<String>,
    /// Dutch and English labels of the categories.
    pub labels: Vec<[String; 2]>,
    /// Years, in order, and all of them last; only those that may be shown.
    pub rows: Vec<Row<U>>,
    /// Years in the data that are not shown.
    pub years_hidden: usize,
}

/// Numbers of days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Durations {
    /// Of what: days unconditional, or from intake to verdict.
    pub what: Split,
    /// Of whom.
    pub of: Population,
    /// Year (`None`: all), how many, mean and median days. Where small cells are hidden, means are of whole days and
    /// medians of tens of days: a median is somebody's own value.
    pub rows: Vec<DaysOfYear>,
}

/// Days of one year.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DaysOfYear {
    /// The year; `None` for all years together.
    pub year: Option<i16>,
    /// Defendants of whom the days are known.
    pub defendants: Count<Defendants>,
    /// Mean, in days.
    pub mean: f64,
    /// Median, in days.
    pub median: f64,
}

/// How many cases, defendants and offences were judged, and why these differ.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnitsJudged {
    /// Cases.
    pub cases: Count<Cases>,
    /// Defendants.
    pub defendants: Count<Defendants>,
    /// Offences.
    pub offences: Count<Offences>,
    /// Cases with more than one defendant; each defendant after the first is one more defendant than cases.
    pub shared_cases: Count<Cases>,
    /// Defendants with more than one offence judged.
    pub several_counts: Count<Defendants>,
}

/// The indicators of the chain. They count what was registered; they say nothing of what was not, and nothing of any
/// person's future.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Monitor {
    /// What was asked.
    pub options: MonitorOptions,
    /// Tables of defendants.
    pub tables: Vec<Table<Defendants>>,
    /// Cases judged, by year of their first verdict.
    pub cases: Table<Cases>,
    /// Offences judged, by outcome.
    pub offences: Table<Offences>,
    /// Days unconditional and throughput.
    pub durations: Vec<Durations>,
    /// The units beside each other; `None` where a difference is of too few persons to be shown.
    pub units: Option<UnitsJudged>,
    /// What to know about how the events were read.
    #[serde(skip)]
    pub warnings: Vec<CohortWarning>,
}

impl Monitor {
    pub(crate) fn of(mut built: MonitorBuilder) -> Monitor {
        let order = Split::order(&mut built.options.values);
        for (plan, tally) in PLANS.iter().zip(&mut built.tallies).filter(|(plan, _)| plan.by == Split::Further) {
            debug_assert!(plan.by.describes());
            *tally = tally.ordered(&order);
        }
        let options = &built.options;
        let labels: Vec<Vec<Label>> = PLANS.iter().map(|plan| plan.by.labels_of(options)).collect();
        let choices = choices(&built, &labels);
        let tables = PLANS.iter().zip(&built.tallies).zip(&labels).zip(&choices);
        let tables = tables.map(|(((plan, tally), labels), choice)| table(plan.of, plan.by, tally, labels, choice));
        let named = |mut table: Table<Defendants>| {
            table.column = (table.by == Split::Further).then(|| options.further.clone());
            table
        };
        // nothing but unknown: the data have no such column
        let there = |table: &Table<Defendants>| {
            !table.rows.is_empty() && (table.by != Split::Further || table.categories != ["unknown"])
        };
        let tables: Vec<Table<Defendants>> = tables.filter(there).map(named).collect();
        let choice = |of, by| &choices[place(of, by)];
        let (company, counts) = (choice(Population::Judged, Split::Company), choice(Population::Judged, Split::Counts));
        let whole = choice(Population::Judged, Split::All);
        Monitor {
            tables,
            cases: cases(&built.cases, company, built.totals.shared_cases == 0, whole, options),
            offences: offences(&built.offences, counts, built.totals.several_counts == 0, whole, options),
            durations: vec![
                durations(
                    &built.unconditional,
                    Population::Imprisoned,
                    Split::Days,
                    choice(Population::Imprisoned, Split::Days),
                    options,
                ),
                durations(
                    &built.throughput,
                    Population::Judged,
                    Split::Throughput,
                    choice(Population::Judged, Split::Throughput),
                    options,
                ),
            ],
            units: units(built.totals, company, counts, &built.tallies, options),
            options: built.options,
            warnings: Vec::new(),
        }
    }

    /// A table of defendants by the keys of its population and split, if anything of it is shown.
    pub fn table(&self, of: &str, by: &str) -> Option<&Table<Defendants>> {
        self.tables.iter().find(|table| table.of.key() == of && table.by.key() == by)
    }

    /// How many persons, of how few, are protected.
    pub fn fewest_persons(&self) -> u64 {
        if self.options.show_small_cells { 0 } else { FEW }
    }
}

/// What of each table is shown, in the order of the plans.
fn choices(built: &MonitorBuilder, labels: &[Vec<Label>]) -> Vec<Choice> {
    let options = &built.options;
    let described = options.describe.or_else(|| {
        let phases = [Population::Suspects, Population::Intake, Population::Judged];
        phases.into_iter().find(|of| !built.tallies[place(*of, Split::All)].years.is_empty())
    });
    let mut choices: Vec<Choice> = vec![Choice::default(); PLANS.len()];
    let choose_one = |at: usize, choices: &[Choice]| {
        let (plan, tally) = (&PLANS[at], &built.tallies[at]);
        let optional: Vec<bool> = labels[at].iter().map(|label| label.optional).collect();
        match plan.parent.map(|(of, by, cell)| (&choices[place(of, by)], cell)) {
            _ if options.show_small_cells => everything(tally, &optional),
            _ if plan.by.describes() && Some(plan.of) != described => Choice::default(),
            None => choose(tally, &optional, &|_| true, true),
            Some((parent, cell)) if parent.shows(cell) => {
                choose(tally, &optional, &|year| parent.years.contains(&year), parent.all_years)
            }
            Some(_) => Choice::default(),
        }
    };
    // tables of phases and their outcomes, the most asked for first, each held against those before it
    const CHAIN: [(Population, Split); 6] = [
        (Population::Judged, Split::All),
        (Population::Judged, Split::Verdict),
        (Population::Intake, Split::All),
        (Population::Suspects, Split::All),
        (Population::Disposed, Split::All),
        (Population::Disposed, Split::Disposal),
    ];
    let mut totals: Vec<Total> = Vec::new();
    for (of, by) in CHAIN {
        let choice = choose_one(place(of, by), &choices);
        let with: Vec<Total> =
            totals.iter().copied().chain(choice.categories.iter().map(|category| (of, by, *category))).collect();
        if options.show_small_cells || !tells_of_few(&built.ways, &with) {
            totals = with;
            choices[place(of, by)] = choice;
        }
    }
    for at in (0..PLANS.len()).filter(|at| !CHAIN.contains(&(PLANS[*at].of, PLANS[*at].by))) {
        let choice = choose_one(at, &choices);
        // finer than the table of verdicts: a part of it would be told apart by that table
        let whole = PLANS[at].by != Split::Counts || choice.categories == choice.existing;
        choices[at] = if whole { choice } else { Choice::default() };
    }
    choices
}

fn place(of: Population, by: Split) -> usize {
    let found = PLANS.iter().position(|plan| plan.of == of && plan.by == by);
    found.expect("parents and the tables asked for by name are among the plans")
}

fn cell<U: Unit>(atom: &Atom, total: u64) -> Option<Cell<U>> {
    let rate = Rate::of_counts(atom.units as f64, total as f64).ok()?;
    let [low, high] = rate.wilson();
    Some(Cell { count: Count::new(atom.units), share: rate.value(), low, high })
}

fn row<U: Unit>(year: Option<i16>, atoms: &[Atom], choice: &Choice) -> Row<U> {
    let total = atoms.iter().map(|atom| atom.units).sum();
    let shown = |c: &usize| choice.shows(*c).then(|| cell(&atoms[*c], total)).flatten();
    Row { year, total: Count::new(total), cells: choice.existing.iter().map(shown).collect() }
}

fn table<U: Unit>(of: Population, by: Split, tally: &Tally, labels: &[Label], choice: &Choice) -> Table<U> {
    let mut rows: Vec<Row<U>> = choice.years.iter().map(|year| row(Some(*year), &tally.years[year], choice)).collect();
    if choice.all_years && !tally.years.is_empty() {
        rows.push(row(None, &tally.by_category(), choice));
    }
    Table {
        of,
        by,
        column: None,
        unit: U::KEY,
        categories: choice.existing.iter().map(|c| labels[*c].key.clone()).collect(),
        labels: choice.existing.iter().map(|c| labels[*c].labels.clone()).collect(),
        years_hidden: tally.years.len() - choice.years.len(),
        rows,
    }
}

/// Years in which every category of a split of the judged is shown, or there is only one: what differs between units is
/// then of ten persons, or of nobody at all.
fn fully_shown(split: &Choice, none: bool, whole: &Choice) -> Choice {
    match split.existing.len() {
        _ if none => whole.clone(),
        all if all == split.categories.len() => split.clone(),
        _ => Choice::default(),
    }
}

fn cases(tally: &Tally, company: &Choice, alone: bool, whole: &Choice, options: &MonitorOptions) -> Table<Cases> {
    let labels = Split::All.labels_of(options);
    let choice = if options.show_small_cells {
        everything(tally, &[false])
    } else {
        let may = fully_shown(company, alone, whole);
        choose(tally, &[false], &|year| may.years.contains(&year), may.all_years)
    };
    table(Population::Judged, Split::All, tally, &labels, &choice)
}

fn offences(
    tally: &Tally,
    counts: &Choice,
    one_each: bool,
    whole: &Choice,
    options: &MonitorOptions,
) -> Table<Offences> {
    let labels = Split::Verdict.labels_of(options);
    let optional: Vec<bool> = VerdictOutcome::ALL.iter().zip(&labels).map(|(_, label)| label.optional).collect();
    let choice = if options.show_small_cells {
        everything(tally, &optional)
    } else {
        let may = fully_shown(counts, one_each, whole);
        choose(tally, &optional, &|year| may.years.contains(&year), may.all_years)
    };
    table(Population::Judged, Split::Verdict, tally, &labels, &choice)
}

fn durations(days: &Days, of: Population, what: Split, choice: &Choice, options: &MonitorOptions) -> Durations {
    let known = choice.shows(0);
    let years = choice.years.iter().copied().filter(|_| known).map(Some);
    let all = (known && choice.all_years).then_some(None);
    let rows = years.chain(all).filter_map(|year| {
        let found = match year {
            Some(year) => days.of(std::iter::once(year)),
            None => days.of(days.years.keys().copied()),
        };
        let (count, mean, median) = found?;
        let to = |value: f64, step: f64| if options.show_small_cells { value } else { (value / step).round() * step };
        Some(DaysOfYear { year, defendants: Count::new(count), mean: to(mean, 1.0), median: to(median, 10.0) })
    });
    Durations { what, of, rows: rows.collect() }
}

/// The three totals, where those by whom they differ may be known.
fn units(
    totals: Totals,
    company: &Choice,
    counts: &Choice,
    tallies: &[Tally],
    options: &MonitorOptions,
) -> Option<UnitsJudged> {
    let whole = &tallies[place(Population::Judged, Split::All)];
    let full =
        |choice: &Choice| !choice.categories.is_empty() && choice.categories == choice.existing && choice.all_years;
    let enough = whole.by_category()[0].persons.enough()
        && (totals.shared_cases == 0 || full(company))
        && (totals.several_counts == 0 || full(counts));
    let Units { cases, defendants, offences } = totals.into();
    (totals.cases > 0 && (options.show_small_cells || enough)).then(|| UnitsJudged {
        cases,
        defendants,
        offences,
        shared_cases: Count::new(totals.shared_cases),
        several_counts: Count::new(totals.several_counts),
    })
}
