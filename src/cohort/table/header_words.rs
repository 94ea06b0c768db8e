//! What is said of columns that do not serve, and what their names tell of what they may be.

use super::options::{DecimalMark, TableOptions};
use super::words::shown;

/// What a name begins with before the number that it ends in, if it does.
pub(super) fn before_number(name: &str) -> Option<&str> {
    let prefix = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    (prefix.len() < name.len()).then_some(prefix)
}

/// Whether a name ends in a year of the last or this century.
pub(super) fn is_year(name: &str) -> bool {
    let number = before_number(name).map_or("", |prefix| &name[prefix.len()..]);
    number.len() == 4 && (number.starts_with("19") || number.starts_with("20"))
}

/// What is said of a column that begins as those of ages do and goes on otherwise.
pub(super) fn no_age(name: &str, label: &str, options: &TableOptions) -> String {
    let what = options.ages.what();
    let band = |separator: char| {
        label.split_once(separator).is_some_and(|(a, b)| [a, b].iter().all(|part| part.parse::<u32>().is_ok()))
    };
    let text = shown(name.as_bytes());
    if ['_', '-'].into_iter().any(band) {
        return format!(
            "{text} is not a column of {what}: a band of ages is named by its first age, and all bands have one width \
             (--age-step, in months)"
        );
    }
    if let Some(hint) = options.ages.in_months(label.as_bytes()) {
        return format!("{text} is not a column of {what}: {hint}; if it is no age at all, {}", ignore(name));
    }
    if label.contains(',') && months(&label.replace(',', ".").into_bytes(), &TableOptions::new()).is_some() {
        return format!("{text} is not a column of {what}: --decimal comma reads it as one; else {}", ignore(name));
    }
    format!("{text} is not a column of {what}: if it is none at all, {}", ignore(name))
}

/// Whole months of the age in the name of a column.
pub(super) fn months(label: &[u8], options: &TableOptions) -> Option<u32> {
    match options.decimal {
        // a point would be a thousands separator: no age has one, but names are often made by programs that use points
        Some(DecimalMark::Comma) if label.contains(&b',') => {
            let pointed: Vec<u8> = label.iter().map(|&byte| if byte == b',' { b'.' } else { byte }).collect();
            options.ages.months(&pointed)
        }
        _ => options.ages.months(label),
    }
}

/// The rest of a name behind the beginning of age columns, in whichever case it is written.
pub(super) fn behind<'n>(name: &'n str, prefix: &str) -> Option<&'n str> {
    let start = name.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| &name[prefix.len()..])
}

/// The beginning that at least two of these columns share before a number, and the first of them.
pub(super) fn numbered_alike(header: &[String], columns: &[usize], options: &TableOptions) -> Option<(String, String)> {
    let of = |&position: &usize| {
        let name = &header[position];
        let prefix = before_number(name)?;
        months(&name.as_bytes()[prefix.len()..], options).map(|_| prefix)
    };
    let often = |prefix: &str| columns.iter().filter_map(of).filter(|other| *other == prefix).count();
    let &first = columns.iter().find(|position| of(position).is_some_and(|prefix| often(prefix) > 1))?;
    Some((of(&first)?.to_owned(), header[first].clone()))
}

/// The word that leaves a column out.
pub(super) fn ignore(name: &str) -> String {
    format!("leave it out with --ignore {}", shown(name.as_bytes()).trim_matches('"'))
}

/// Whether a column is called as one of weights.
fn is_weight(name: &str) -> bool {
    const NAMES: [&str; 9] = ["w", "wt", "wts", "wgt", "pw", "fw", "iw", "aw", "freq"];
    let lower = name.to_lowercase();
    NAMES.contains(&lower.as_str()) || ["weight", "gewicht", "weging", "weeg"].iter().any(|part| lower.contains(part))
}

fn weigh(name: &str) -> String {
    format!(
        "if it holds weights, name it as the weight column (--weights {})",
        shown(name.as_bytes()).trim_matches('"')
    )
}

/// What is said of a column that a table of named columns does not have; `weights` says whether it may have weights.
pub(super) fn unknown_named(name: &str, weights: bool) -> String {
    let text = shown(name.as_bytes());
    match weights && is_weight(name) {
        true => format!("{text} is not a column of this table: {}, else {}", weigh(name), ignore(name)),
        false => format!("{text} is not a column of this table: {}", ignore(name)),
    }
}

/// A header without identifiers; it may be a row of data, so only what differs in case is shown.
pub(super) fn no_id(header: &[String], name: &str) -> String {
    let alike: Vec<&String> = header.iter().filter(|column| column.eq_ignore_ascii_case(name)).collect();
    match alike[..] {
        [first, second, ..] => format!(
            "no column {}, and both {} and {} are like it: name the one by --id",
            shown(name.as_bytes()),
            shown(first.as_bytes()),
            shown(second.as_bytes())
        ),
        _ => format!("no column {}: is the header missing, or is it to be named by --id?", shown(name.as_bytes())),
    }
}

pub(super) fn unknown_wide(name: &str, position: usize, options: &TableOptions, prefix: &str) -> String {
    let text = shown(name.as_bytes());
    if *name == options.id_column {
        return format!("a second column {text}");
    }
    if options.weight_column.as_deref() == Some(name) {
        return format!(
            "{text} (column {}) does not belong here a second time, nor in a table of times at risk: {}",
            position + 1,
            ignore(name)
        );
    }
    if options.weight_column.is_none() && is_weight(name) {
        return format!("{text} is not a column of an age: {}, else {}", weigh(name), ignore(name));
    }
    format!("{text} is not a column of an age, which are called {prefix}12, {prefix}13, and so on: {}", ignore(name))
}
