//! Collects cases one by one into indicators; holds counts, so that any number of cases can be streamed through.

use super::case::{Case, understand};
use super::count::{Cases, Count, Defendants, Offences};
use super::event::{ChainEvent, Phase, VerdictOutcome};
use super::hidden::Way;
use super::indicators::Monitor;
use super::options::MonitorOptions;
use super::split::{PLANS, Population};
use super::tally::{Atom, Days, Tally};
use crate::error::{Issues, Result};
use std::collections::BTreeMap;

/// Collects cases.
///
/// ```
/// use pleegprofiel::monitor::{ChainEvent, MonitorBuilder, MonitorOptions, Sanction, VerdictOutcome};
/// let mut builder = MonitorBuilder::new(MonitorOptions::default().show_small_cells(true))?;
/// for case in 0..4 {
///     let day = "2019-03-01".parse()?;
///     let outcome = if case == 0 { VerdictOutcome::Acquitted } else { VerdictOutcome::Convicted };
///     builder.push_case(&[ChainEvent::verdict(case, case, day, outcome)]);
/// }
/// let found = builder.finish()?;
/// let verdicts = found.table("judged", "verdict").expect("there are verdicts");
/// assert_eq!(verdicts.rows[0].cells[0].expect("small cells are shown").share, 0.75);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct MonitorBuilder {
    pub(crate) options: MonitorOptions,
    pub(crate) tallies: Vec<Tally>,
    /// Cases by the year of their first verdict; the persons are those judged in them.
    pub(crate) cases: Tally,
    /// Offences by outcome.
    pub(crate) offences: Tally,
    /// Days unconditional, and from intake to verdict.
    pub(crate) unconditional: Days,
    pub(crate) throughput: Days,
    /// Which phases and outcomes go together, over all years.
    pub(crate) ways: BTreeMap<Way, Atom>,
    pub(crate) totals: Totals,
    pub(crate) issues: Issues,
    seen: u64,
}

/// Numbers of each unit that were judged, and what makes them differ.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) cases: u64,
    pub(crate) defendants: u64,
    pub(crate) offences: u64,
    pub(crate) shared_cases: u64,
    pub(crate) several_counts: u64,
}

impl MonitorBuilder {
    /// Without any case.
    ///
    /// # Errors
    /// As [`MonitorOptions::check`].
    pub fn new(options: MonitorOptions) -> Result<MonitorBuilder> {
        MonitorBuilder::of_file(options, Issues::in_memory())
    }

    pub(crate) fn of_file(options: MonitorOptions, issues: Issues) -> Result<MonitorBuilder> {
        options.check()?;
        let tallies = PLANS.iter().map(|plan| Tally::new(plan.by.labels_of(&options).len())).collect();
        Ok(MonitorBuilder {
            options,
            tallies,
            cases: Tally::new(1),
            offences: Tally::new(VerdictOutcome::ALL.len()),
            unconditional: Days::default(),
            throughput: Days::default(),
            ways: BTreeMap::new(),
            totals: Totals::default(),
            issues,
            seen: 0,
        })
    }

    /// Adds all events of one case, in any order. What is wrong with them is told by [`MonitorBuilder::finish`]; their
    /// rows are their positions among all events pushed, from 1.
    pub fn push_case(&mut self, events: &[ChainEvent]) {
        let mut own = events.to_vec();
        for event in &mut own {
            self.seen += 1;
            event.row = u32::try_from(self.seen).unwrap_or(u32::MAX);
        }
        if let Some(other) = own.iter().find(|event| event.case != own[0].case) {
            let row = Some(u64::from(other.row));
            self.issues.add(row, Some("case"), || "another case than that of the events pushed with it".into());
        }
        own.sort_by_key(|event| event.person);
        self.add(&own);
    }

    /// Adds one case whose events stand by person.
    pub(crate) fn add(&mut self, events: &[ChainEvent]) {
        if events.is_empty() {
            return;
        }
        let case = understand(events, &self.options, &mut self.issues);
        let judged = case.defendants.iter().filter(|d| d.on(Phase::Verdict).is_some()).count();
        for defendant in &case.defendants {
            let person = defendant.person;
            let way = Way::new(defendant.reached.map(|on| on.is_some()), defendant.disposal, defendant.verdict);
            self.ways.entry(way).or_default().add(1, person);
            for (plan, tally) in PLANS.iter().zip(&mut self.tallies) {
                if let Some(year) = plan.of.year(defendant) {
                    tally.at(year, plan.by.place(defendant, judged <= 1, &self.options)).add(1, person);
                }
            }
            if let (Some(year), Some(days)) = (Population::Imprisoned.year(defendant), defendant.days) {
                self.unconditional.add(year, days);
            }
            if let Some((from, to)) = defendant.on(Phase::Intake).zip(defendant.on(Phase::Verdict)) {
                self.throughput.add(to.year(), u32::try_from(from.days_until(to)).unwrap_or(0));
            }
            if let Some(on) = defendant.on(Phase::Verdict) {
                for outcome in &defendant.judged {
                    self.offences.at(on.year(), *outcome as usize).add(1, person);
                }
                self.totals.defendants += 1;
                self.totals.offences += defendant.judged.len() as u64;
                self.totals.several_counts += u64::from(defendant.judged.len() > 1);
            }
        }
        self.count_case(&case, judged);
    }

    fn count_case(&mut self, case: &Case, judged: usize) {
        let first = case.defendants.iter().filter_map(|d| d.on(Phase::Verdict)).min();
        let Some(first) = first else { return };
        let cell = self.cases.at(first.year(), 0);
        cell.units += 1;
        case.defendants.iter().filter(|d| d.on(Phase::Verdict).is_some()).for_each(|d| cell.persons.add(d.person));
        self.totals.cases += 1;
        self.totals.shared_cases += u64::from(judged > 1);
    }

    /// The indicators.
    ///
    /// # Errors
    /// Lists every problem of every case, and refuses when there are no events.
    pub fn finish(mut self) -> Result<Monitor> {
        if self.issues.is_empty() && self.tallies.iter().all(|tally| tally.years.is_empty()) {
            self.issues.add(None, None, || "no events of suspicion, intake, disposal or verdict".into());
        }
        let issues = std::mem::replace(&mut self.issues, Issues::in_memory());
        issues.into_result("the events make no chain")?;
        Ok(Monitor::of(self))
    }
}

/// Numbers of units, for results that may show them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Units {
    pub(crate) cases: Count<Cases>,
    pub(crate) defendants: Count<Defendants>,
    pub(crate) offences: Count<Offences>,
}

impl From<Totals> for Units {
    fn from(totals: Totals) -> Units {
        Units {
            cases: Count::new(totals.cases),
            defendants: Count::new(totals.defendants),
            offences: Count::new(totals.offences),
        }
    }
}
