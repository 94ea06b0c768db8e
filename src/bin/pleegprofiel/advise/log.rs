//! What a record on disk is asked: whether it is as it was written, and how often instruments were departed from.

use super::record::is_none;
use crate::failure::Failure;
use crate::screen;
use pleegprofiel::{
    Language,
    advice::{
        Overrides, Share,
        record::{LogCheck, Steps, Verified},
    },
};
use serde_json::{Value, json};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

fn open(log: &Path) -> Result<BufReader<File>, Failure> {
    let opened = File::open(log).map(|file| BufReader::with_capacity(1 << 20, file));
    opened.map_err(|error| Failure::Output(format!("{} cannot be read: {error}", log.display())))
}

pub(super) fn verify(log: &Path, head: Option<&str>, as_json: bool) -> Result<(), Failure> {
    let check = head.map_or_else(LogCheck::new, |head| LogCheck::new().expect_head(head));
    let (mut steps, mut intact) = (Steps::new(), 0);
    let found = check.read(open(log)?, |entry| {
        intact += 1;
        steps.entry(entry);
    })?;
    let texts = |all: &mut dyn Iterator<Item = String>| all.collect::<Vec<String>>();
    let faults = texts(&mut found.faults.iter().map(ToString::to_string));
    let of_steps = texts(&mut steps.faults().iter().map(ToString::to_string));
    if as_json {
        let object = json!({
            "lines": found.lines, "whole": found.is_whole(), "faults": faults, "fault_count": found.fault_count,
            "cut_off_bytes": found.cut_off, "last_line_end_missing": found.unended, "head": found.head(),
            "step_faults": of_steps, "step_fault_count": steps.fault_count(),
        });
        screen::print(&object.to_string())?;
    } else if found.is_whole() {
        let (behind, head) = (behind(&found), found.head());
        screen::print(&match found.lines {
            0 => format!("it holds no line yet{behind}"),
            lines => format!("{lines} lines are as they were written{behind}\nlast hash {head}"),
        })?;
    }
    let listed = |kept: &[String], count: u64| {
        let more = count - kept.len() as u64;
        let more = if more > 0 { format!("\n  ... and {more} more") } else { String::new() };
        format!("{}{more}", kept.join("\n  "))
    };
    let path = log.display();
    if !found.is_whole() {
        let is = if is_none(&found, intact) { "is no record" } else { "does not verify" };
        return Err(Failure::Untrusted(format!("{path} {is}:\n  {}", listed(&faults, found.fault_count))));
    }
    match steps.fault_count() {
        0 => Ok(()),
        count => Err(Failure::Untrusted(format!(
            "the lines of {path} are as they were written, but not every step can follow those before it:\n  {}",
            listed(&of_steps, count)
        ))),
    }
}

/// What there is behind the last line end, in words.
fn behind(found: &Verified) -> String {
    match (found.cut_off, found.unended) {
        (0, false) => String::new(),
        (0, true) => "; the last of them lacks its line end, which the next run adds".to_owned(),
        (bytes, _) => format!(
            "; behind them stand {bytes} bytes that begin the next line and end early, as a run that was cut off leaves: \
             what it would have said is not in the record"
        ),
    }
}

pub(super) fn monitor(logs: &[PathBuf], language: Language, as_json: bool, all: bool) -> Result<(), Failure> {
    let mut overrides = Overrides::new();
    for log in logs {
        let found = overrides.add(open(log)?).map_err(|why| Failure::Usage(format!("{}: {why}", log.display())))?;
        if found.cut_off > 0 || found.unended {
            screen::warn(&format!("{}: {} lines were read{}", log.display(), found.lines, behind(&found)));
        }
    }
    let unassessed = overrides.unassessed();
    if unassessed > 0 {
        screen::warn(&format!(
            "{unassessed} of the decisions are on drafts that were not assessed in these records; they count for everybody, \
             and in no group"
        ));
    }
    let rows = overrides.rows(all);
    if as_json {
        let line = |row| serde_json::to_string(row).unwrap_or_else(|_| Value::Null.to_string());
        let lines: Vec<String> = rows.iter().map(line).collect();
        return if lines.is_empty() { Ok(()) } else { screen::print(&lines.join("\n")) };
    }
    let dutch = language == Language::Dutch;
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let hidden = || row.hidden.map_or_else(String::new, |why| why.label(language).to_owned());
            let number = |n: Option<u64>| n.map_or_else(hidden, |n| n.to_string());
            let share = |share: &Option<Share>| share.as_ref().map_or_else(|| "-".to_owned(), Share::text);
            let everybody = if dutch { "iedereen" } else { "everybody" }.to_owned();
            vec![
                row.instrument.clone(),
                if row.group.is_none() { everybody } else { row.group_name() },
                number(row.judged),
                number(row.not_used),
                share(&row.overridden),
                share(&row.upward),
            ]
        })
        .collect();
    let header = match dutch {
        true => ["instrument", "groep", "beoordeeld", "niet gebruikt", "afgeweken (95 %)", "daarvan omhoog (95 %)"],
        false => ["instrument", "group", "judged", "not used", "overridden (95 %)", "of these upward (95 %)"],
    };
    screen::print(&screen::plain_table(&header, &cells))?;
    let decisions = overrides.decisions();
    screen::print(&match dutch {
        true => format!("{decisions} beslissingen; intervallen volgens Wilson"),
        false => format!("{decisions} decisions; intervals after Wilson"),
    })
}
