//! From a draft to an advice: all steps in one, or one by one, each at its own time.

use super::headings;
use super::record::Record;
use crate::args_advise::StepArgs;
use crate::failure::Failure;
use crate::outputs::{Outputs, check_directory};
use crate::score::read;
use crate::screen;
use pleegprofiel::advice::{
    Advice, Completion, Draft, Judged, Judgement, Reaction, Shown, Signature,
    record::{decision_entry, judged_entry, shown_entry},
};
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the files of a step and its line go to.
struct Place {
    out: PathBuf,
    log: PathBuf,
}

/// What a step leaves behind.
struct Made {
    what: String,
    files: Vec<(String, String)>,
    entry: Value,
}

impl Place {
    fn of(args: &StepArgs, beside: &Path) -> Result<Place, Failure> {
        let out = match args.out.as_deref().or_else(|| beside.parent()) {
            Some(path) if !path.as_os_str().is_empty() => path.to_owned(),
            _ => PathBuf::from("."),
        };
        check_directory(&out)?;
        let log = args.record.clone().unwrap_or_else(|| out.join("record.jsonl"));
        Ok(Place { out, log })
    }

    /// An advice and its files; the one that it replaces is kept beside them when it stands where they go.
    fn of_advice(&self, advice: &Advice, titles: Option<&Path>) -> Result<Made, Failure> {
        let page = advice.html(&headings(titles)?)?;
        let mut files = files([("advice.json", advice.to_json() + "\n"), ("advice.html", page)]);
        let kept = |name: &str| fs::read_to_string(self.out.join(name)).ok();
        if let (Some(replaced), Some(text)) = (&advice.signature().replaces, kept("advice.json"))
            && replaced.is_of(&text)
        {
            let short = replaced.advice.get(..16).unwrap_or(&replaced.advice);
            files.extend(kept("advice.html").map(|page| (format!("advice-{short}.html"), page)));
            files.push((format!("advice-{short}.json"), text));
        }
        Ok(Made { what: format!("advice {}", advice.hash()), files, entry: decision_entry(advice) })
    }

    /// The line in the record first, then the files. What stands in the record already has no second line.
    fn take(&self, made: Made) -> Result<(), Failure> {
        let mut outputs = Outputs::open(&self.out)?;
        for (name, text) in &made.files {
            outputs.add(name, |file| file.write_all(text.as_bytes()))?;
        }
        let mut record = Record::open(&self.log)?;
        let there = record.there(&made.entry)?;
        let known =
            there.map_or_else(String::new, |line| format!(", as in line {line} of the record, which stays as it is"));
        if there.is_none() {
            record.add(made.entry)?;
        }
        outputs.publish()?;
        screen::print(&format!(
            "{}{known}\nin {}; the record has {} and ends in {}",
            made.what,
            self.out.display(),
            record.length(),
            record.head()
        ))
    }
}

pub(super) fn complete(draft: &Path, judgement: &Path, to: &StepArgs, titles: Option<&Path>) -> Result<(), Failure> {
    let place = Place::of(to, draft)?;
    let draft = Draft::from_json(read(draft)?.trim_end())?;
    let advice = Completion::from_json(&read(judgement)?, &draft)?.complete(draft)?;
    place.take(place.of_advice(&advice, titles)?)
}

pub(super) fn judge(draft: &Path, judgement: &Path, to: &StepArgs, titles: Option<&Path>) -> Result<(), Failure> {
    let place = Place::of(to, draft)?;
    let headings = headings(titles)?;
    let draft = Draft::from_json(read(draft)?.trim_end())?;
    let judged = draft.clone().judge(Judgement::from_json(&read(judgement)?, &draft)?)?;
    place.take(Made {
        what: format!("judged {}", judged.hash()),
        files: files([("judged.json", judged.to_json() + "\n"), ("judged.html", judged.html(&headings)?)]),
        entry: judged_entry(&judged),
    })
}

pub(super) fn show(judged: &Path, reaction: &Path, to: &StepArgs) -> Result<(), Failure> {
    let place = Place::of(to, judged)?;
    let judged = Judged::from_json(read(judged)?.trim_end())?;
    let shown = judged.clone().show(Reaction::from_json(&read(reaction)?, &judged)?)?;
    place.take(Made {
        what: format!("shown {}", shown.hash()),
        files: files([("shown.json", shown.to_json() + "\n")]),
        entry: shown_entry(&shown),
    })
}

pub(super) fn finalise(shown: &Path, signature: &Path, to: &StepArgs, titles: Option<&Path>) -> Result<(), Failure> {
    let place = Place::of(to, shown)?;
    let shown = Shown::from_json(read(shown)?.trim_end())?;
    let signature = Signature::from_json(&read(signature)?, &shown)?;
    place.take(place.of_advice(&shown.finalise(signature)?, titles)?)
}

fn files<const N: usize>(all: [(&str, String); N]) -> Vec<(String, String)> {
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}
