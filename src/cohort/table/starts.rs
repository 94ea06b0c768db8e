//! What recidivism starts from and by which criteria: a day a person, and criteria by category.

use super::named::NamedTable;
use super::options::TableOptions;
use super::source::TableSource;
use super::unreadable;
use crate::career::category::Category;
use crate::career::date::CalendarDate;
use crate::cohort::recidivism::criteria::{RecidivismCriteria, RecidivismCriterion};
use crate::error::Result;
use std::collections::HashMap;

/// From when on somebody is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowedFrom {
    /// The day that time at liberty is counted from.
    pub start: CalendarDate,
    /// The day on which the person came under observation, where that was later (left truncation).
    pub entry: Option<CalendarDate>,
    /// The row of the table, the header counted as row 1.
    pub row: u64,
}

/// Reads from which day each person is followed: a table `id`, `start` and, if wanted, `entry`. The start is the day of disposal, release or the end of supervision, as the caller's question has it, and of
/// one kind for everybody. The entry is the day on which somebody came under observation who, had they reoffended, died or
/// left before it, would not be in the data.
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_starts};
/// let table = TableSource::new("starts.csv", "id,start\na,2015-03-01\n".as_bytes());
/// assert_eq!(read_starts(table, &TableOptions::new())?["a"].start.to_string(), "2015-03-01");
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists, by row, days that are none and persons given twice.
pub fn read_starts(source: TableSource<'_>, options: &TableOptions) -> Result<HashMap<String, FollowedFrom>> {
    let names = [options.id_column.as_str(), "start", "entry"];
    let mut table = NamedTable::open(source, options, names, 2)?;
    let (mut starts, mut rows) = (HashMap::new(), HashMap::new());
    while table.next()? {
        let id = table.id(0).map(std::borrow::Cow::into_owned);
        let start = table.date(1);
        if start == Ok(None) {
            table.issue(1, || "no day".into());
        }
        let entry = table.date(2);
        let Some(id) = id else { continue };
        let row = table.row();
        if let Some(first) = rows.insert(id.clone(), row) {
            table.issue(0, || format!("same id as row {first}"));
        }
        if let (Ok(Some(start)), Ok(entry)) = (start, entry) {
            starts.insert(id, FollowedFrom { start, entry, row });
        }
    }
    let (issues, _) = table.finish();
    if issues.is_empty() { Ok(starts) } else { Err(unreadable(issues)) }
}

/// Reads which categories of offences count by which criterion: a table `key`, and `serious`, `very-serious`, `custodial`
/// with 1 or 0; a column that is not there maps nothing.
///
/// # Errors
/// Lists, by row, keys that are no category of the options and values that are neither 1 nor 0; as
/// [`RecidivismCriteria::check`].
pub fn read_criteria(source: TableSource<'_>, options: &TableOptions) -> Result<RecidivismCriteria> {
    const COLUMNS: [RecidivismCriterion; 3] =
        [RecidivismCriterion::Serious, RecidivismCriterion::VerySerious, RecidivismCriterion::Custodial];
    let names = ["key", COLUMNS[0].key(), COLUMNS[1].key(), COLUMNS[2].key()];
    let mut table = NamedTable::open(source, options, names, 1)?;
    let mut criteria = RecidivismCriteria::new();
    let labels = options.categories.labels();
    while table.next()? {
        let category = table.category(0, &options.categories);
        if category == Ok(None) {
            table.issue(0, || "no category".into());
        }
        let category: Option<Category> = category.ok().flatten().map(|at| labels[usize::from(at)].category.clone());
        for (i, criterion) in COLUMNS.into_iter().enumerate() {
            let counts = table.word(i + 1, |text| ["0", "1"].iter().position(|known| *known == text), || "0, 1".into());
            if let (Ok(Some(1)), Some(category)) = (counts, &category) {
                criteria = criteria.counts(criterion, [category.clone()]);
            }
        }
    }
    let (issues, _) = table.finish();
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    criteria.check()?;
    Ok(criteria)
}
