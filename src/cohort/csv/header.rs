//! What the columns of a table are: ages of the wide form, named columns of the long forms.
//!
//! A first line without a column of identifiers may be a person's data; its fields are then not shown.

use super::cell::{Cell, decimal, shown};
use super::options::CsvOptions;
use super::table::Table;
use crate::cohort::grid::AgeGrid;
use crate::error::Issues;

/// Columns of a wide table.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::cohort) struct WideColumns {
    pub(in crate::cohort) grid: AgeGrid,
    /// Position of each age interval's column.
    pub(in crate::cohort) ages: Vec<usize>,
    pub(in crate::cohort) weight: Option<usize>,
}

/// An age column whose name could be read.
#[derive(Debug, Clone, Copy)]
struct AgeColumn {
    position: usize,
    months: u32,
}

/// Understands the header of a wide table; `None` when it does not serve, which stands among the issues.
pub(super) fn wide(table: &mut Table<'_>, options: &CsvOptions, weights: bool) -> Option<WideColumns> {
    if table.stopped {
        return None;
    }
    let header = std::mem::take(&mut table.header);
    let columns = wide_columns(&mut table.issues, Some(table.row), &header, options, weights);
    table.header = header;
    columns
}

/// Understands the names of the columns of a wide table, of whatever kind of file; `row` is where they stand.
pub(in crate::cohort) fn wide_columns(
    issues: &mut Issues,
    row: Option<u64>,
    header: &[String],
    options: &CsvOptions,
    weights: bool,
) -> Option<WideColumns> {
    let weight_name = weights.then_some(options.weight_column.as_deref()).flatten();
    let before = issues.count();
    let prefix = options.age_prefix.as_str();
    let id = header.iter().position(|name| *name == options.id_column);
    if id != Some(0) {
        issues.add(row, None, || match id {
            Some(at) => format!("the column {} is column {}, but it must be the first", options.id_column, at + 1),
            None => no_id(header, &options.id_column),
        });
        if id.is_none() && !header.iter().any(|name| name.starts_with(prefix)) {
            return None;
        }
    }

    let mut ages: Vec<AgeColumn> = Vec::new();
    let mut unreadable = false;
    let mut weight = None;
    for (position, name) in header.iter().enumerate() {
        if Some(position) == id || (id.is_none() && position == 0) {
            continue;
        }
        if Some(name.as_str()) == weight_name && weight.is_none() {
            weight = Some(position);
        } else if let Some(label) = name.strip_prefix(prefix) {
            match months(label) {
                Some(months) => ages.push(AgeColumn { position, months }),
                None => {
                    unreadable = true;
                    issues.add(row, None, || {
                        format!("{} is not a column of an age between 0 and 150 years", shown(name.as_bytes()))
                    });
                }
            }
        } else {
            issues.add(row, None, || unknown_wide(name, position, options));
        }
    }
    if let Some(name) = weight_name
        && weight.is_none()
    {
        issues.add(row, None, || format!("no column {}", shown(name.as_bytes())));
    }
    if ages.is_empty() && !unreadable {
        issues.add(row, None, || format!("no columns of ages ({prefix}12, ..)"));
    }
    check_ages(issues, row, &ages, options);
    if issues.count() > before {
        return None;
    }
    match AgeGrid::months(ages[0].months, options.width_months, ages.len()) {
        Ok(grid) => Some(WideColumns { grid, ages: ages.iter().map(|age| age.position).collect(), weight }),
        Err(error) => {
            issues.add(row, None, || error.to_string());
            None
        }
    }
}

/// A header without identifiers; it may be a row of data, so only what differs in case is shown.
fn no_id(header: &[String], name: &str) -> String {
    match header.iter().find(|column| column.eq_ignore_ascii_case(name)) {
        Some(column) => format!("no column {}: rename {}", shown(name.as_bytes()), shown(column.as_bytes())),
        None => format!("no column {}: is the header missing?", shown(name.as_bytes())),
    }
}

fn unknown_wide(name: &str, position: usize, options: &CsvOptions) -> String {
    let prefix = &options.age_prefix;
    if name.is_empty() {
        return format!("column {} has no name", position + 1);
    }
    let text = shown(name.as_bytes());
    if *name == options.id_column {
        return format!("a second column {text}");
    }
    if options.weight_column.as_deref() == Some(name) {
        return format!("{text} does not belong here a second time, nor in a table of times at risk");
    }
    if name.eq_ignore_ascii_case("weight") {
        return format!("{text} is not a column of an age: if it holds weights, name it as the weight column");
    }
    format!("{text} is not a column of an age: those are called {prefix}12, {prefix}13, and so on")
}

/// Ages of the columns: each once, ascending, without gaps.
fn check_ages(issues: &mut Issues, row: Option<u64>, ages: &[AgeColumn], options: &CsvOptions) {
    let name = |months: u32| column_name(&options.age_prefix, months);
    let mut sorted: Vec<AgeColumn> = ages.to_vec();
    sorted.sort_by_key(|age| (age.months, age.position));
    let width = options.width_months;
    for pair in sorted.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let step = b.months - a.months;
        if step == 0 {
            issues.add(row, Some(&name(b.months)), || {
                format!("stands twice: column {} and column {}", a.position + 1, b.position + 1)
            });
        } else if !step.is_multiple_of(width) {
            issues.add(row, Some(&name(b.months)), || {
                format!("{step} months after {}, which is not a step of {width} months", name(a.months))
            });
        } else if step > width {
            issues.add(row, Some(&name(b.months)), || {
                let (first, last) = (name(a.months + width), name(b.months - width));
                if first == last {
                    format!("{first} is missing before it")
                } else {
                    format!("{first} to {last} are missing before it")
                }
            });
        }
    }
    for pair in ages.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if b.months < a.months {
            issues.add(row, Some(&name(b.months)), || format!("stands after {}: ages must ascend", name(a.months)));
        }
    }
}

/// Name of the column of an age in months.
pub(super) fn column_name(prefix: &str, months: u32) -> String {
    format!("{prefix}{}", (f64::from(months) / 12.0 * 1e4).round() / 1e4)
}

/// Names of all age columns of a grid.
pub(in crate::cohort) fn column_names(prefix: &str, grid: AgeGrid) -> Vec<String> {
    (0..grid.len()).map(|j| column_name(prefix, grid.start_months() + j as u32 * grid.width_months())).collect()
}

/// Whole months of an age in years as it stands in a column name: four decimals suffice to tell months apart.
fn months(label: &str) -> Option<u32> {
    let Cell::Value(years) = decimal(label.as_bytes()) else { return None };
    if label.len() > 8 || years > 150.0 {
        return None;
    }
    let months = (years * 12.0).round();
    // 1/12 rounded to four decimals is off by 0.0004 months.
    ((years * 12.0 - months).abs() < 1e-3).then_some(months as u32)
}

/// Finds named columns, whatever their order. Column `i` of the answer is the position of `names[i]`;
/// the first `required` of the names must be there. `None` when the header does not serve.
pub(super) fn named<const N: usize>(
    table: &mut Table<'_>,
    names: [&str; N],
    required: usize,
    others: Others<'_>,
) -> Option<[Option<usize>; N]> {
    if table.stopped {
        return None;
    }
    let header = std::mem::take(&mut table.header);
    let before = table.issues.count();
    let row = Some(table.row);
    for (_, name) in names.iter().enumerate().filter(|(i, name)| names[..*i].contains(name)) {
        table.issues.add(row, None, || format!("{} cannot name two different columns", shown(name.as_bytes())));
    }
    let found = names.map(|name| header.iter().position(|column| column == name));
    if found[0].is_none() {
        table.issues.add(row, None, || no_id(&header, names[0]));
    } else {
        for (position, column) in header.iter().enumerate() {
            if found.contains(&Some(position)) {
                continue;
            }
            let first = header.iter().position(|other| other == column).filter(|&first| first < position);
            let known = names.contains(&column.as_str());
            if let (Some(first), true) = (first, known) {
                table.issues.add(row, Some(column), || {
                    format!("stands twice: column {} and column {}", first + 1, position + 1)
                });
            } else if let Some(problem) = others.problem(column) {
                table.issues.add(row, None, || problem);
            }
        }
    }
    for (name, _) in names[1..required].iter().zip(&found[1..]).filter(|(_, at)| at.is_none()) {
        table.issues.add(row, None, || {
            let alike = header.iter().find(|column| column.eq_ignore_ascii_case(name));
            match alike {
                Some(column) => format!("no column {}: rename {}", shown(name.as_bytes()), shown(column.as_bytes())),
                None => format!("no column {}", shown(name.as_bytes())),
            }
        });
    }
    table.header = header;
    (table.issues.count() == before).then_some(found)
}

/// What may stand beside the named columns.
pub(super) enum Others<'a> {
    /// Nothing: a misspelt column would be missed silently.
    Refused,
    /// Anything but these columns, each with the reason.
    IgnoredBut(&'a [(&'a str, &'a str)]),
}

impl Others<'_> {
    fn problem(&self, column: &str) -> Option<String> {
        let text = shown(column.as_bytes());
        match self {
            _ if column == "date" => Some(
                "dates are not read here: give the age in completed years in a column \"age\", or make careers of dated offences first"
                    .into(),
            ),
            Others::Refused if column.is_empty() => Some("a column has no name".into()),
            Others::Refused => Some(format!("{text} is not a column of this table")),
            Others::IgnoredBut(refused) => {
                refused.iter().find(|(name, _)| *name == column).map(|(_, why)| format!("{text}: {why}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_names_read_back_for_every_month() {
        for age in 0..=1800 {
            assert_eq!(months(column_name("age_", age).strip_prefix("age_").unwrap()), Some(age));
        }
    }

    #[test]
    fn a_name_that_is_no_age_in_months_is_not_guessed_at() {
        for label in ["", "x", "-1", "12.3", "12.08", "151", "1e1000", "12_5", "nan", "12.00000000000000001"] {
            assert_eq!(months(label), None, "{label}");
        }
    }
}
