//! Registrations of victims from a table, with events of the chain beside it whose persons have the same identifiers.
//!
//! Does not belong here: who counts as what (`roles`, `repeat`).

use super::event::ChainEvent;
use super::options::MonitorOptions;
use super::read::{COLUMNS, all_events, names};
use crate::career::date::CalendarDate;
use crate::cohort::table::named::{NamedTable, Numbers, categories, id_column, register_end};
use crate::cohort::table::{TableOptions, TableSource};
use crate::cohort::warning::CohortWarning;
use crate::error::Result;

/// Registrations of victims and, beside them, events of the chain; persons are numbered alike in both.
#[derive(Debug, Clone, PartialEq)]
pub struct VictimTables {
    /// Persons and the days on which they were registered as victims.
    pub victims: Vec<(u64, CalendarDate)>,
    /// Events of the chain.
    pub events: Vec<ChainEvent>,
    /// What to know about how the tables were read.
    pub warnings: Vec<CohortWarning>,
}

/// Reads registrations of victims, columns `id` and `date`, further columns being ignored, and a table of events of the
/// chain as [`read_monitor`](super::read_monitor) has it, if there is one.
///
/// ```
/// use pleegprofiel::{cohort::table::{TableOptions, TableSource}, monitor::read_victims};
/// let victims = TableSource::new("victims.csv", "id,date\na,2015-03-01\nb,2016-03-01\na,2017-03-01\n".as_bytes());
/// let found = read_victims(victims, None, &TableOptions::new())?;
/// assert_eq!(found.victims[2].0, found.victims[0].0);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists, by file, row and column, values that are none of what a column holds, and days after the end of the register.
pub fn read_victims(
    victims: TableSource<'_>,
    events: Option<TableSource<'_>>,
    table: &TableOptions,
) -> Result<VictimTables> {
    let mut people = Numbers::new();
    let mut found = VictimTables { victims: Vec::new(), events: Vec::new(), warnings: Vec::new() };
    let mut rows: NamedTable<'_, 2> = NamedTable::open_with(victims, table, [id_column(table), "date"], 2, &[])?;
    while rows.next()? {
        let person = rows.id(0).map(|id| people.of(&id) as u64);
        let date = rows.date(1);
        match (date, register_end(table)) {
            (Ok(None), _) => rows.issue(1, || "no date".into()),
            (Ok(Some(date)), Some(end)) if date >= end => {
                rows.issue(1, || format!("{date} lies after the register, which ends before {end}"));
            }
            _ => {}
        }
        if let (Some(person), Ok(Some(date))) = (person, date) {
            found.victims.push((person, date));
        }
    }
    let (mut issues, warnings) = rows.finish();
    found.warnings = warnings;
    if let Some(events) = events {
        let further = MonitorOptions::default().further;
        let mut rows: NamedTable<'_, COLUMNS> = NamedTable::open(events, table, names(table, &further), 4)?;
        found.events = all_events(&mut rows, &mut people, &std::cell::RefCell::default(), categories(table))?.0;
        if let Some(end) = register_end(table) {
            let late = found.events.iter().filter(|event| event.date >= end);
            let late: Vec<(u32, CalendarDate)> = late.map(|event| (event.row, event.date)).collect();
            for (row, date) in late {
                rows.issue_at(u64::from(row), 3, || format!("{date} lies after the register, which ends before {end}"));
            }
        }
        let (own, warnings) = rows.finish();
        found.warnings.extend(warnings);
        issues.append(own);
    }
    issues.into_result("the registrations cannot be used")?;
    Ok(found)
}
