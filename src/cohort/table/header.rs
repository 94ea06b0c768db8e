//! What the columns of a table are: ages of the wide form, named columns of the long forms, and what is left out.
//!
//! Columns are found by name wherever they stand; a name that differs in case alone serves when it is the only one.
//! A first line without a column of identifiers may be a person's data; its fields are then not shown.

use super::header_words::{
    before_number, behind, is_year, months, no_age, no_id, numbered_alike, unknown_named, unknown_wide,
};
use super::options::TableOptions;
use super::rows::Table;
use super::words::shown;
use crate::cohort::grid::AgeGrid;

/// Columns of a wide table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WideColumns {
    pub(super) grid: AgeGrid,
    pub(super) id: usize,
    /// Position of each age interval's column, and its name.
    pub(super) ages: Vec<usize>,
    pub(super) names: Vec<String>,
    pub(super) weight: Option<usize>,
}

impl WideColumns {
    /// The columns that counts on a grid would have, none of which has a place.
    pub(super) fn of_grid(grid: AgeGrid, options: &TableOptions) -> WideColumns {
        let names = (0..grid.len()).map(|j| format!("{}{}", options.age_prefix, grid.label(j))).collect();
        WideColumns { grid, id: 0, ages: Vec::new(), names, weight: None }
    }
}

/// An age column whose name could be read.
#[derive(Debug, Clone, Copy)]
struct AgeColumn {
    position: usize,
    months: u32,
}

/// Where a column of this name stands: of just this name, or of the only one that differs in case.
pub(super) fn find(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|column| column == name).or_else(|| {
        let mut alike = (0..header.len()).filter(|&at| header[at].eq_ignore_ascii_case(name));
        alike.next().filter(|_| alike.next().is_none())
    })
}

/// Whether any column is one of an age, and not left out by name.
pub(super) fn has_ages(header: &[String], options: &TableOptions) -> bool {
    first_age(header, options).is_some()
}

/// The first column that is one of an age, and not left out by name.
pub(super) fn first_age<'h>(header: &'h [String], options: &TableOptions) -> Option<&'h str> {
    let age =
        |name: &&String| behind(name, &options.age_prefix).is_some_and(|l| months(l.as_bytes(), options).is_some());
    options.kept(header).find(age).map(String::as_str)
}

/// Understands the header of a wide table; `None` when it does not serve, which stands among the issues.
pub(super) fn wide(table: &mut Table<'_>, options: &TableOptions, weights: bool) -> Option<WideColumns> {
    if table.stopped {
        return None;
    }
    let header = std::mem::take(&mut table.header);
    let columns = wide_columns(table, &header, options, weights);
    table.header = header;
    if let Some(columns) = &columns {
        table.needs(columns.ages.iter().copied().chain([columns.id]).chain(columns.weight));
    }
    columns
}

fn wide_columns(
    table: &mut Table<'_>,
    header: &[String],
    options: &TableOptions,
    weights: bool,
) -> Option<WideColumns> {
    let (before, row) = (table.issues.count(), table.header_row);
    let prefix = prefix(header, &options.age_prefix);
    let id = find(header, &options.id_column);
    if id.is_none() {
        table.issues.add(row, None, || no_id(header, &options.id_column));
        if !header.iter().any(|name| behind(name, &prefix).is_some()) {
            return None;
        }
    }
    let weight_name = weights.then_some(options.weight_column.as_deref()).flatten();
    let weight = weight_name.and_then(|name| find(header, name));
    let mut ages: Vec<AgeColumn> = Vec::new();
    let (mut unreadable, mut unknown) = (false, Vec::new());
    for (position, name) in header.iter().enumerate() {
        let known = Some(position) == id || Some(position) == weight || (id.is_none() && position == 0);
        if known || left_out(table, position, name, options) {
            continue;
        }
        // in another case than the others it is an age as well, and none at all only when it is no number
        let age = behind(name, &prefix).and_then(|label| months(label.as_bytes(), options));
        if let Some(label) = name.strip_prefix(prefix.as_str()).or(age.and(Some(name.as_str()))) {
            match age {
                Some(months) => ages.push(AgeColumn { position, months }),
                None if options.ignore_others && !label.starts_with(|c: char| c.is_ascii_digit()) => {
                    table.leave_out(format!("the column {}", shown(name.as_bytes())));
                }
                None => {
                    unreadable = true;
                    table.issues.add(row, None, || no_age(name, label, options));
                }
            }
        } else if options.ignore_others {
            table.leave_out(format!("the column {}", shown(name.as_bytes())));
        } else {
            unknown.push(position);
        }
    }
    if let Some(name) = weight_name
        && weight.is_none()
    {
        table.issues.add(row, None, || format!("no column {}", shown(name.as_bytes())));
    }
    let no_ages = ages.is_empty() && !unreadable;
    if no_ages {
        let numbered = numbered_alike(header, &unknown, options);
        let year = unknown.iter().map(|&position| &header[position]).find(|name| is_year(name));
        table.issues.add(row, None, || match &numbered {
            Some((prefix, first)) => format!(
                "no columns of ages (age_12, ..): if those like {} are, their names begin as --age-prefix {} says",
                shown(first.as_bytes()),
                if prefix.is_empty() { "''" } else { prefix.as_str() }
            ),
            None if year.is_some() => format!(
                "no columns of ages (age_12, ..): if those like {} are calendar years, they become ages by a column of birth \
                 and a rule (--year-prefix {}, --birth, --age-in-year)",
                shown(year.map_or(&b""[..], |year| year.as_bytes())),
                year.and_then(|year| before_number(year)).filter(|prefix| !prefix.is_empty()).unwrap_or("''")
            ),
            None => format!("no columns of ages ({prefix}12, ..): another beginning of names is given by --age-prefix"),
        });
        if let Some((prefix, _)) = numbered {
            unknown.retain(|&position| before_number(&header[position]) != Some(prefix.as_str()));
        } else {
            unknown.retain(|&position| !is_year(&header[position]));
        }
    }
    ages.sort_by_key(|age| (age.months, age.position));
    let ends = ages.first().zip(ages.last());
    let doubt = ends.and_then(|(first, last)| options.ages.doubtful(first.months, last.months));
    match doubt.filter(|_| table.issues.count() == before) {
        // ages in months stand in steps of years when they are taken for years
        Some(doubt) => table.issues.add(row, None, || doubt),
        None => check_ages(table, &ages, header, options),
    }
    if weights {
        table.check_declared_weight(options);
    }
    // an empty column says nothing; once there are problems of the header, rows are not read
    let readable = table.issues.count() == before;
    for position in unknown {
        table.unless_empty(position, readable, || unknown_wide(&header[position], position, options, &prefix));
    }
    let (Some(id), true) = (id, table.issues.count() == before) else { return None };
    match AgeGrid::months(ages[0].months, options.ages.step(), ages.len()) {
        Ok(grid) => Some(WideColumns {
            grid,
            id,
            names: ages.iter().map(|age| header[age.position].clone()).collect(),
            ages: ages.iter().map(|age| age.position).collect(),
            weight,
        }),
        Err(error) => {
            table.issues.add(row, None, || error.to_string());
            None
        }
    }
}

/// The prefix of age columns as the header writes it: in another case when no column has it in its own.
fn prefix(header: &[String], wanted: &str) -> String {
    let starts = |name: &&String| {
        let start = name.get(..wanted.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(wanted)) && name.len() > wanted.len()
    };
    let mut alike: Vec<&str> = header.iter().filter(starts).map(|name| &name[..wanted.len()]).collect();
    alike.sort_unstable();
    alike.dedup();
    match alike[..] {
        [only] => only.to_owned(),
        _ => wanted.to_owned(),
    }
}

/// Whether a column is left out: by name, or since it has none (what it holds is watched then).
fn left_out(table: &mut Table<'_>, position: usize, name: &str, options: &TableOptions) -> bool {
    if options.ignores(name) {
        table.leave_out(format!("the column {}", shown(name.as_bytes())));
        return true;
    }
    if is_nameless(name) {
        table.watch(position);
        return true;
    }
    false
}

/// No name, or one that pandas, R or polars give to a column without.
fn is_nameless(name: &str) -> bool {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let level = name.strip_prefix("__index_level_").and_then(|rest| rest.strip_suffix("__"));
    name.is_empty() || numbered("Unnamed: ") || numbered("...") || level.is_some()
}

/// Ages of the columns, ascending: each once, without gaps, in equal steps.
fn check_ages(table: &mut Table<'_>, ages: &[AgeColumn], header: &[String], options: &TableOptions) {
    let row = table.header_row;
    let name = |age: AgeColumn| header[age.position].as_str();
    let written = |months: u32| format!("{}{}", prefix(header, &options.age_prefix), options.ages.written(months));
    let step = options.ages.step();
    let apart: Vec<u32> = ages.windows(2).map(|pair| pair[1].months - pair[0].months).collect();
    let equal = apart.first().filter(|&&first| first != 0 && apart.iter().all(|&other| other == first));
    if let Some(&equal) = equal.filter(|&&equal| equal != step && apart.len() > 1) {
        table.issues.add(row, None, || {
            format!(
                "ages stand in steps of {equal} months, not of {step}: if each column is the count of {equal} months, say \
                 --age-step {equal}"
            )
        });
        return;
    }
    for (pair, &apart) in ages.windows(2).zip(&apart) {
        let (a, b) = (pair[0], pair[1]);
        if apart == 0 {
            table.issues.add(row, Some(name(b)), || {
                format!("stands twice: column {} and column {}", a.position + 1, b.position + 1)
            });
        } else if !apart.is_multiple_of(step) {
            table.issues.add(row, Some(name(b)), || options.ages.off_step(apart, name(a)));
        } else if apart > step {
            table.issues.add(row, Some(name(b)), || {
                let (first, last) = (written(a.months + step), written(b.months - step));
                let missing = if first == last {
                    format!("{first} is missing before it")
                } else {
                    format!("{first} to {last} are missing before it")
                };
                format!("{missing}; bands of unequal width must be joined to equal ones (--age-step) or split first")
            });
        }
    }
}

/// Finds named columns, whatever their order. Column `i` of the answer is the position of `names[i]`;
/// the first `required` of the names must be there. `None` when the header does not serve.
pub(super) fn named<const N: usize>(
    table: &mut Table<'_>,
    names: [&str; N],
    required: usize,
    others: Others<'_>,
    options: &TableOptions,
) -> Option<[Option<usize>; N]> {
    if table.stopped {
        return None;
    }
    let header = std::mem::take(&mut table.header);
    let before = table.issues.count();
    let row = table.header_row;
    for (_, name) in names.iter().enumerate().filter(|(i, name)| names[..*i].contains(name)) {
        table.issues.add(row, None, || format!("{} cannot name two different columns", shown(name.as_bytes())));
    }
    let found = names.map(|name| find(&header, name));
    let mut unknown = Vec::new();
    if found[0].is_none() && names[0] != options.id_column {
        let name = shown(names[0].as_bytes());
        table.issues.add(row, None, || format!("no column {name}: is the header missing?"));
    } else if found[0].is_none() {
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
            } else if let Some(problem) = others.refusal(column) {
                table.issues.add(row, None, || problem);
            } else if !left_out(table, position, column, options) && others.refused(column) {
                if options.ignore_others {
                    table.leave_out(format!("the column {}", shown(column.as_bytes())));
                } else {
                    unknown.push(position);
                }
            }
        }
    }
    for (name, _) in names[1..required].iter().zip(&found[1..]).filter(|(_, at)| at.is_none()) {
        table.issues.add(row, None, || {
            let other = [(&options.age_column, "--age-column"), (&options.count_column, "--count-column")];
            let other = other.into_iter().find(|(own, _)| own == name);
            let by_article = *name == "offence" && find(&header, "article").is_some();
            let other = match other {
                Some((_, option)) => format!(": another name is given by {option}"),
                None if by_article => ": articles of law become categories by a table of them (--articles)".to_owned(),
                None => String::new(),
            };
            format!("no column {}{other}", shown(name.as_bytes()))
        });
    }
    let readable = table.issues.count() == before;
    // counts by age may have weights
    let weights = names.contains(&options.count_column.as_str()) && options.weight_column.is_none();
    for position in unknown {
        table.unless_empty(position, readable, || unknown_named(&header[position], weights));
    }
    table.header = header;
    table.needs(found.iter().flatten().copied());
    (table.issues.count() == before).then_some(found)
}

/// Finds the identifiers and up to two more columns in a header whose other columns are `known`, or left out; what is
/// wrong stands among the issues.
pub(super) fn beside_columns(
    table: &mut Table<'_>,
    asked: &[&str],
    known: &[String],
    options: &TableOptions,
) -> [Option<usize>; 3] {
    let header = std::mem::take(&mut table.header);
    let row = table.header_row;
    let mut found = [find(&header, &options.id_column), None, None];
    if found[0].is_none() {
        table.issues.add(row, None, || no_id(&header, &options.id_column));
    }
    for (name, to) in asked.iter().zip(&mut found[1..]) {
        *to = find(&header, name);
        if to.is_none() {
            table.issues.add(row, None, || format!("no column {}", shown(name.as_bytes())));
        }
    }
    // without identifiers the first line may be a person's
    for (position, column) in header.iter().enumerate().filter(|_| found[0].is_some()) {
        let used = found.contains(&Some(position)) || known.contains(column);
        if used || left_out(table, position, column, options) {
            continue;
        }
        if options.ignore_others {
            table.leave_out(format!("the column {}", shown(column.as_bytes())));
        } else {
            let weights = options.weight_column.is_none();
            table.issues.add(row, None, || unknown_named(column, weights));
        }
    }
    table.header = header;
    found
}

/// What may stand beside the named columns.
pub(super) enum Others<'a> {
    /// Nothing but what the caller leaves out: a misspelt column would be missed silently.
    Refused,
    /// The same, and these columns, which say nothing that is not read.
    RefusedBut(&'a [&'a str]),
    /// Anything but these columns, each with the reason.
    IgnoredBut(&'a [(&'a str, &'a str)]),
}

impl Others<'_> {
    fn refused(&self, column: &str) -> bool {
        match self {
            Others::Refused => true,
            Others::RefusedBut(known) => !known.contains(&column),
            Others::IgnoredBut(_) => false,
        }
    }

    /// Why a column may not be here at all.
    fn refusal(&self, column: &str) -> Option<String> {
        let text = shown(column.as_bytes());
        match self {
            _ if column == "date" => Some(
                "dates are not read here: give the age in completed years in a column \"age\", or make careers of dated offences first"
                    .into(),
            ),
            Others::Refused | Others::RefusedBut(_) => None,
            Others::IgnoredBut(refused) => {
                refused.iter().find(|(name, _)| *name == column).map(|(_, why)| format!("{text}: {why}"))
            }
        }
    }
}
