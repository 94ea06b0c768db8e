//! What is printed: text on standard output, complaints on standard error, tables.
//!
//! Writing never panics: a reader that went away (`| head`) has seen what it wanted.

use crate::failure::Failure;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets::UTF8_HORIZONTAL_ONLY};
use pleegprofiel::{
    Fit,
    report::{ReportTable, SMALL_CELL, ShownCount, protect},
    trajectory::{Errors, Interval},
};
use std::io::{self, ErrorKind, Write};

/// Width of tables, in characters.
const WIDTH: u16 = 110;

/// Prints a text with a line end behind it.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Output(format!("standard output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Prints what has to be known before an answer is read.
pub(crate) fn warn(text: &str) {
    let _ = writeln!(io::stderr().lock(), "warning: {text}");
}

/// Prints a complaint; there is no one left to tell when even that fails.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "error: {text}");
}

/// Prints what to know where the standard output is for figures.
pub(crate) fn note(text: &dyn std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "note: {text}");
}

/// Where lines are drawn: between rows only where a cell may run over several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rules {
    BetweenRows,
    Few,
}

/// A table as lines of text; `left` says which columns are words.
fn lines<H: ToString>(header: &[H], rows: &[Vec<String>], left: impl Fn(usize) -> bool, rules: Rules) -> Vec<String> {
    let mut printed = Table::new();
    printed
        .load_style(UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(WIDTH)
        .set_header(header.iter().map(ToString::to_string))
        .add_rows(rows);
    for (i, column) in printed.column_iter_mut().enumerate() {
        column.set_cell_alignment(if left(i) { CellAlignment::Left } else { CellAlignment::Right });
    }
    let all: Vec<String> = printed.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    let between = |i: usize| i > 0 && i + 1 < all.len() && all[i].chars().all(|c| c == '─');
    (0..all.len()).filter(|&i| rules == Rules::BetweenRows || !between(i)).map(|i| all[i].clone()).collect()
}

/// Groups of a fit without profiles: share with interval, people, curve at its first, highest and last age.
pub(crate) fn plain_groups(fit: &Fit, show_small_cells: bool) -> String {
    let by = fit.as_advised();
    let grid = fit.model().grid();
    let shares = by.population_shares();
    let header = ["group", "share", "95 %", "people", "AvePP", "first age", "highest", "at age", "last age"];
    let mut rows = Vec::new();
    let sizes = shown_sizes(fit, show_small_cells);
    let hidden = sizes.iter().any(|size| !size.is_exact());
    for (k, group) in fit.groups.iter().enumerate() {
        let exact = sizes[k].is_exact();
        let curve = by.curve(0, k);
        let peak = (0..curve.len()).rev().max_by(|&a, &b| curve[a].value.total_cmp(&curve[b].value)).unwrap_or(0);
        // few people are behind a rate as they are behind a share
        let few = matches!(sizes[k], ShownCount::Small);
        let value = |j: usize| if few { "-".into() } else { format!("{:.3}", curve[j].value) };
        let ends = shares[k].low.zip(shares[k].high).filter(|_| fit.groups.len() > 1);
        rows.push(vec![
            (k + 1).to_string(),
            if exact { format!("{:.1} %", 100.0 * group.share) } else { "-".into() },
            ends.filter(|_| exact)
                .map_or("-".into(), |(low, high)| format!("{:.1} to {:.1}", 100.0 * low, 100.0 * high)),
            match sizes[k] {
                ShownCount::Exact(size) => size.to_string(),
                ShownCount::Small => format!("< {SMALL_CELL}"),
                ShownCount::Withheld => "-".into(),
            },
            group.avepp.filter(|_| exact).map_or("-".into(), |a| format!("{a:.2}")),
            value(0),
            value(peak),
            if few { "-".into() } else { grid.label(peak) },
            value(grid.len() - 1),
        ]);
    }
    let mut text = lines(&header, &rows, |_| false, Rules::Few);
    if hidden {
        text.extend(wrapped(
            &format!("Groups of fewer than {SMALL_CELL} people are not shown in numbers, nor what they follow from."),
            "  ",
            "  ",
        ));
    }
    text.extend(fit.findings.iter().flat_map(|finding| wrapped(&finding.to_string(), "  ! ", "    ")));
    text.join("\n")
}

/// The sizes of the groups as far as they are shown, and with them whatever says how large a group is.
fn shown_sizes(fit: &Fit, show_small_cells: bool) -> Vec<ShownCount> {
    let sizes: Vec<u64> = fit.groups.iter().map(|group| group.members).collect();
    if show_small_cells { sizes.into_iter().map(ShownCount::Exact).collect() } else { protect(&sizes) }
}

/// 95 % intervals of shares and of each group's highest rate or mean: by the information, by the sandwich, and which of
/// them to use.
pub(crate) fn intervals(fit: &Fit, show_small_cells: bool) -> String {
    let sizes = shown_sizes(fit, show_small_cells);
    let grid = fit.model().grid();
    let both = [Errors::Information, Errors::Sandwich].map(|errors| fit.by(errors).ok());
    let ends = |interval: Option<&Interval>, factor: f64, decimals: usize| {
        let of = |(low, high): (f64, f64)| format!("{:.decimals$} to {:.decimals$}", factor * low, factor * high);
        interval.and_then(|i| i.low.zip(i.high)).map_or("-".into(), of)
    };
    let header = ["group", "share (%)", "by sandwich", "at age", "highest", "95 %", "by sandwich"];
    let shares = both.map(|by| by.map(|by| by.population_shares()));
    let rows: Vec<Vec<String>> = (0..fit.groups.len())
        .map(|k| {
            let curves = both.map(|by| by.map(|by| by.curve(0, k)));
            let of = fit.model().curve(0, k);
            let peak = (0..of.len()).rev().max_by(|&a, &b| of[a].total_cmp(&of[b])).unwrap_or(0);
            let share = |e: usize| match fit.groups.len() {
                1 => "-".to_owned(),
                _ if !sizes[k].is_exact() => "-".to_owned(),
                _ => ends(shares[e].as_ref().map(|all| &all[k]), 100.0, 1),
            };
            let rate = |e: usize| ends(curves[e].as_ref().map(|all| &all[peak]), 1.0, 3);
            let shown = |what: String| if matches!(sizes[k], ShownCount::Small) { "-".to_owned() } else { what };
            let value = format!("{:.3}", of[peak]);
            let of_curve = [grid.label(peak), value, rate(0), rate(1)].map(shown);
            [(k + 1).to_string(), share(0), share(1)].into_iter().chain(of_curve).collect()
        })
        .collect();
    let note = match fit.as_advised().errors() {
        Errors::Sandwich => {
            "Use the intervals by the sandwich: people are not as alike, or ages not as independent, as the model takes them, which makes the others too narrow."
        }
        Errors::Information if both[1].is_none() => {
            "Intervals of 95 % by the information, which hold when the model does. There are too many people to check that here."
        }
        Errors::Information => {
            "Intervals of 95 % by the information, which hold when the model does, and by the sandwich beside them. In no group do totals spread wider, or events lie closer together, than the model allows."
        }
    };
    let mut text = lines(&header, &rows, |_| false, Rules::Few);
    text.extend(wrapped(note, "  ", "  "));
    text.join("\n")
}

/// A table of numbers, its first column text.
pub(crate) fn plain_table<H: ToString>(header: &[H], rows: &[Vec<String>]) -> String {
    lines(header, rows, |i| i == 0, Rules::Few).join("\n")
}

/// The table, its notes, and what has to be known of the fit.
pub(crate) fn layout(table: &ReportTable, findings: &[String]) -> String {
    let mut text = lines(&table.header, &table.rows, |i| i == 1, Rules::BetweenRows);
    text.extend(table.notes.iter().flat_map(|note| wrapped(note, "  ", "  ")));
    if !findings.is_empty() {
        text.push(String::new());
        text.extend(findings.iter().flat_map(|finding| wrapped(finding, "  ! ", "    ")));
    }
    text.join("\n")
}

/// A plain table with notes under it.
pub(crate) fn grid(header: &[&str], rows: &[Vec<String>], notes: &[String]) -> String {
    let mut text = lines(header, rows, |i| i < 2, Rules::Few);
    text.extend(notes.iter().flat_map(|note| wrapped(note, "  ", "    ")));
    text.join("\n")
}

/// A paragraph broken between words, its first line and the others each behind their own margin.
fn wrapped(text: &str, first: &str, other: &str) -> Vec<String> {
    let mut lines = vec![first.to_owned()];
    let mut words = 0;
    for word in text.split_whitespace() {
        let used = lines.last().map_or(0, |line| line.chars().count());
        if words > 0 && used + 1 + word.chars().count() > usize::from(WIDTH) {
            lines.push(other.to_owned());
            words = 0;
        }
        if let Some(line) = lines.last_mut() {
            *line += if words > 0 { " " } else { "" };
            *line += word;
        }
        words += 1;
    }
    lines
}
