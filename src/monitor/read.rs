//! Events of the chain from a table, through the one reading layer of the crate.
//!
//! Does not belong here: what makes events a case (`case`).

use super::builder::MonitorBuilder;
use super::event::{ChainEvent, Demand, Disposal, Exploitation, Outcome, Phase, Sanction, VerdictOutcome};
use super::indicators::Monitor;
use super::options::MonitorOptions;
use crate::career::category::CategorySet;
use crate::cohort::table::named::{NamedTable, Numbers, by_article, categories, id_column, register_end};
use crate::cohort::table::{TableOptions, TableSource};
use crate::error::{Issues, Result};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

const ID: usize = 0;
const CASE: usize = 1;
const PHASE: usize = 2;
const DATE: usize = 3;
const OUTCOME: usize = 4;
const DAYS: usize = 5;
const OFFENCE: usize = 6;
const KIND: usize = 7;
const FORM: usize = 8;
const COMMITTED: usize = 9;
const BIRTH: usize = 10;
const SEX: usize = 11;

const FURTHER: usize = 12;

/// Read when the caller has a table of articles only.
const ARTICLE: [usize; 3] = [13, 14, 15];

pub(super) const COLUMNS: usize = 16;

/// In place of their names otherwise: what no column is called.
const NO_NAMES: [&str; 3] = ["\0article", "\0paragraph", "\0law"];

/// More different values than this are no property by which people are told apart.
const MOST_VALUES: usize = 200;

/// Columns in order; the first four are needed, those of articles stand last.
pub(super) fn names<'a>(table: &'a TableOptions, further: &'a str) -> [&'a str; COLUMNS] {
    std::array::from_fn(|i| match i {
        0 => id_column(table),
        FURTHER => further,
        i if i > FURTHER && !by_article(table) => NO_NAMES[i - ARTICLE[0]],
        i if i > FURTHER => ["article", "paragraph", "law"][i - ARTICLE[0]],
        i => super::read_names()[i - 1],
    })
}

/// Values of the further column, by first appearance.
#[derive(Debug, Default)]
pub(super) struct Values {
    places: HashMap<String, u16>,
    all: Vec<String>,
}

impl Values {
    fn place(&mut self, text: &str) -> Option<u16> {
        if let Some(place) = self.places.get(text) {
            return Some(*place);
        }
        if self.all.len() >= MOST_VALUES {
            return None;
        }
        let place = self.all.len() as u16;
        self.all.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        Some(place)
    }
}

/// Reads the events of the chain and counts the indicators; the columns stand at [`monitor`](super), and in
/// [`MonitorOptions`] the end of the register and the categories are those of `table`.
///
/// With `by_case`, the rows of a case must stand together, cases in the order of their identifiers (as text, or as
/// numbers): then nothing is held but one case and the counts, however many rows there are. Otherwise all events are
/// held, 80 bytes each and the identifiers once.
///
/// ```
/// use pleegprofiel::{cohort::table::{TableOptions, TableSource}, monitor::{MonitorOptions, read_monitor}};
/// let rows = "id,case,phase,date,outcome,days\n\
///     a,1,verdict,2019-03-01,convicted,\n\
///     a,1,sanction,2019-03-01,unconditional,553\n";
/// let options = MonitorOptions::default().show_small_cells(true);
/// let found = read_monitor(TableSource::new("events.csv", rows.as_bytes()), false, &options, &TableOptions::new())?;
/// assert_eq!(found.durations[0].rows[0].mean, 553.0);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists every problem of the table with its row, column and value: values that are none of what a column holds, events
/// before birth or after the register, sanctions without a verdict, phases before those they follow, second outcomes of
/// one offence, two births or sexes of one person.
pub fn read_monitor(
    source: TableSource<'_>,
    by_case: bool,
    options: &MonitorOptions,
    table: &TableOptions,
) -> Result<Monitor> {
    let mut options = options.clone().categories(categories(table).clone());
    options.register_end = options.register_end.or(register_end(table));
    let further = options.further.clone();
    let rows: NamedTable<'_, COLUMNS> = NamedTable::open(source, table, names(table, &further), 4)?;
    let issues = Issues::of_file(rows.name().to_owned());
    let builder = MonitorBuilder::of_file(options, issues)?;
    if by_case { streamed(rows, builder) } else { held(rows, builder) }
}

/// The event of the current row, but for its person and case; `None` when anything in it cannot be used.
fn event(rows: &mut NamedTable<'_, COLUMNS>, set: &CategorySet, values: &RefCell<Values>) -> Option<ChainEvent> {
    let keys = |all: Vec<&str>| all.join(", ");
    let phase = rows.word(PHASE, Phase::of, || keys(Phase::ALL.iter().map(|p| p.key()).collect()));
    if phase == Ok(None) {
        rows.issue(PHASE, || format!("no phase; use one of {}", keys(Phase::ALL.iter().map(|p| p.key()).collect())));
    }
    let date = rows.date(DATE);
    if date == Ok(None) {
        rows.issue(DATE, || "no date".into());
    }
    let outcome = match phase {
        Ok(Some(phase)) => outcome(rows, phase),
        _ => None,
    };
    let days = rows.count(DAYS);
    if let (Ok(Some(_)), Ok(Some(phase))) = (days, phase)
        && !matches!(outcome, Some(Outcome::Sanction(_)))
        && outcome.is_some()
    {
        rows.issue(DAYS, || format!("days of {}: only a sanction, imposed or demanded, has any", phase.key()));
    }
    let offence = rows.count(OFFENCE);
    let kind = rows.category(KIND, set);
    let form = rows.word(FORM, Exploitation::of, || keys(Exploitation::ALL.iter().map(|f| f.key()).collect()));
    let further = rows.word(
        FURTHER,
        |text| values.borrow_mut().place(text),
        || format!("the first {MOST_VALUES} values of this column: it holds no property of few values"),
    );
    let committed = rows.date(COMMITTED);
    let by_article = rows.article(ARTICLE, (COMMITTED, committed), set);
    if let (Ok(Some(kind)), Ok(Some(by_article))) = (kind, by_article)
        && kind != by_article
    {
        rows.issue(KIND, || "another category than that of the article".into());
    }
    let birth = rows.date(BIRTH);
    let sex = |text: &str| match text {
        "female" => Some(Some(true)),
        "male" => Some(Some(false)),
        "unknown" => Some(None),
        _ => None,
    };
    let female = rows.word(SEX, sex, || "female, male, unknown".into());
    let row = u32::try_from(rows.row()).unwrap_or(u32::MAX);
    Some(ChainEvent {
        days: days.ok()?,
        offence: offence.ok()?,
        kind: kind.ok()?.or(by_article.ok()?),
        form: form.ok()?,
        further: further.ok()?,
        committed: committed.ok()?,
        birth: birth.ok()?,
        female: female.ok()?.flatten(),
        row,
        ..ChainEvent::new(0, 0, phase.ok()??, date.ok()??, outcome?)
    })
}

fn outcome(rows: &mut NamedTable<'_, COLUMNS>, phase: Phase) -> Option<Outcome> {
    fn keys<T: Copy>(all: &[T], key: impl Fn(T) -> &'static str) -> String {
        all.iter().map(|one| key(*one)).collect::<Vec<_>>().join(", ")
    }
    let sanctions = || keys(Sanction::ALL, Sanction::key);
    let found = match phase {
        Phase::Suspect | Phase::Intake | Phase::Supervision => {
            return match rows.word(OUTCOME, |_| None::<()>, || "none: this phase has no outcome".into()) {
                Ok(_) => Some(Outcome::None),
                Err(()) => None,
            };
        }
        Phase::Disposal => {
            rows.word(OUTCOME, |key| Disposal::of(key).map(Outcome::Disposal), || keys(Disposal::ALL, Disposal::key))
        }
        Phase::Demand => {
            let read = |key: &str| Sanction::of(key).map(Outcome::Sanction).or(Demand::of(key).map(Outcome::Demanded));
            rows.word(OUTCOME, read, || format!("{}, {}", sanctions(), keys(Demand::ALL, Demand::key)))
        }
        Phase::Verdict => rows.word(
            OUTCOME,
            |key| VerdictOutcome::of(key).map(Outcome::Verdict),
            || keys(VerdictOutcome::ALL, VerdictOutcome::key),
        ),
        Phase::Sanction => rows.word(OUTCOME, |key| Sanction::of(key).map(Outcome::Sanction), sanctions),
    };
    if found == Ok(None) {
        rows.issue(OUTCOME, || format!("no outcome, which the phase {} has", phase.key()));
    }
    found.ok().flatten()
}

/// Reads the events of a table without counting them; persons and cases are numbered by first appearance.
///
/// # Errors
/// Lists values that are none of what a column holds, with row and column. What makes no chain is told by whoever counts.
pub fn read_events(source: TableSource<'_>, table: &TableOptions) -> Result<Vec<ChainEvent>> {
    let further = MonitorOptions::default().further;
    let mut rows: NamedTable<'_, COLUMNS> = NamedTable::open(source, table, names(table, &further), 4)?;
    let (events, _) = all_events(&mut rows, &mut Numbers::new(), &RefCell::default(), categories(table))?;
    rows.finish().0.into_result("the events cannot be read")?;
    Ok(events)
}

/// All events, and the cases of which some could not be read: nothing more is said of these, as a verdict that is missing
/// only because its row is bad would make its sanctions look wrong.
pub(super) fn all_events(
    rows: &mut NamedTable<'_, COLUMNS>,
    people: &mut Numbers,
    values: &RefCell<Values>,
    set: &CategorySet,
) -> Result<(Vec<ChainEvent>, HashSet<u64>)> {
    let mut cases = Numbers::new();
    let (mut events, mut broken) = (Vec::new(), HashSet::new());
    while rows.next()? {
        let person = rows.id(ID).map(|id| people.of(&id));
        let case = rows.id(CASE).map(|id| cases.of(&id));
        match (event(rows, set, values), person, case) {
            (Some(event), Some(person), Some(case)) => {
                events.push(ChainEvent { person: person as u64, case: case as u64, ..event });
            }
            (_, _, Some(case)) => {
                broken.insert(case as u64);
            }
            _ => {}
        }
    }
    Ok((events, broken))
}

/// All events held, then case by case.
fn held(mut rows: NamedTable<'_, COLUMNS>, mut builder: MonitorBuilder) -> Result<Monitor> {
    let values = RefCell::new(Values::default());
    let (mut events, broken) = all_events(&mut rows, &mut Numbers::new(), &values, &builder.options.categories)?;
    builder.options.values = values.into_inner().all;
    events.sort_unstable_by_key(|event| (event.case, event.person, event.row));
    let whole = events.chunk_by(|a, b| a.case == b.case).filter(|case| !broken.contains(&case[0].case));
    whole.for_each(|case| builder.add(case));
    finish(rows, builder)
}

/// One case held at a time.
fn streamed(mut rows: NamedTable<'_, COLUMNS>, mut builder: MonitorBuilder) -> Result<Monitor> {
    let mut case = String::new();
    let mut events: Vec<ChainEvent> = Vec::new();
    let (mut number, mut broken) = (0, false);
    // identifiers rise as text, or as numbers without leading zeros
    let (mut as_text, mut as_numbers) = (true, true);
    let mut close = |events: &mut Vec<ChainEvent>, broken: &mut bool| {
        events.sort_unstable_by_key(|event| (event.person, event.row));
        if !std::mem::take(broken) {
            builder.add(events);
        }
        events.clear();
    };
    let set = rows.categories().clone();
    let values = RefCell::new(Values::default());
    while rows.next()? {
        let person = rows.id(ID).map(|id| {
            let mut hasher = DefaultHasher::new();
            id.hash(&mut hasher);
            hasher.finish()
        });
        let Some(own) = rows.id(CASE) else { continue };
        if *own != case {
            as_text &= number == 0 || *own > *case;
            as_numbers &= number == 0 || (own.len(), &*own) > (case.len(), &*case);
            case.clear();
            case.push_str(&own);
            drop(own);
            number += 1;
            close(&mut events, &mut broken);
            if !(as_text || as_numbers) {
                rows.issue(CASE, || {
                    "cases must stand in the order of their identifiers to be read one by one: sort the table by case, \
                     or read it without --by-case"
                        .into()
                });
                break;
            }
        }
        match (person, event(&mut rows, &set, &values)) {
            (Some(person), Some(event)) => events.push(ChainEvent { person, case: number, ..event }),
            _ => broken = true,
        }
    }
    close(&mut events, &mut broken);
    builder.options.values = values.into_inner().all;
    finish(rows, builder)
}

fn finish(rows: NamedTable<'_, COLUMNS>, mut builder: MonitorBuilder) -> Result<Monitor> {
    let (mut issues, warnings) = rows.finish();
    if !issues.is_empty() {
        std::mem::swap(&mut builder.issues, &mut issues);
        builder.issues.append(issues);
    }
    Ok(Monitor { warnings, ..builder.finish()? })
}
