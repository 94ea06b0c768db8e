//! Two results of one person at two dates: what moved, and by which item.

use crate::error::{Error, Result};
use crate::risk::instrument::cases::case::Answer;
use crate::risk::instrument::compiled::output::Output;
use crate::risk::instrument::scored::result::{Assessment, Contribution};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What moved between two results.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Short name of the instrument.
    pub instrument: String,
    /// Its version.
    pub version: String,
    /// Answers that differ: before and after, `None` where there was none.
    pub answers: BTreeMap<String, (Option<Answer>, Option<Answer>)>,
    /// Results that differ.
    pub results: BTreeMap<String, (Option<Output>, Option<Output>)>,
    /// Terms that moved, largest first, with the changed items each depends on.
    pub terms: Vec<TermChange>,
}

/// What one term added before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TermChange {
    /// Part, term and level.
    pub term: String,
    /// Sum it goes into.
    pub sum: String,
    /// What it added before; 0 when it did not apply.
    pub before: f64,
    /// What it added after.
    pub after: f64,
    /// Items with another answer that the term depends on.
    pub by: Vec<String>,
}

impl Assessment {
    /// What moved from this result to a later one.
    ///
    /// # Errors
    /// When the two are of different instruments, versions, files or modes: then the difference is not the
    /// person's.
    pub fn change_to(&self, later: &Assessment) -> Result<Change> {
        for (what, a, b) in [
            ("instruments", &self.instrument, &later.instrument),
            ("versions", &self.version, &later.version),
            ("files", &self.content_hash, &later.content_hash),
            ("engines", &self.engine, &later.engine),
        ] {
            if a != b {
                return Err(Error::options(format!("the results are of different {what}: {a} and {b}")));
            }
        }
        if self.mode != later.mode || self.score_type != later.score_type {
            return Err(Error::options("the results are of different modes or forms"));
        }
        let answers: BTreeMap<_, _> = differences(&self.inputs, &later.inputs, |a| Some(a.clone()));
        let changed: BTreeSet<&String> = answers.keys().collect();
        let name = |c: &Contribution| {
            let part = c.component.as_ref().map_or_else(String::new, |p| format!("{p}:"));
            (format!("{part}{}", c.term), c.sum.clone())
        };
        let mut terms: BTreeMap<(String, String), TermChange> = BTreeMap::new();
        for (list, after) in [(&self.contributions, false), (&later.contributions, true)] {
            for c in list {
                let (term, sum) = name(c);
                let entry = terms.entry((term.clone(), sum.clone())).or_insert_with(|| TermChange {
                    term,
                    sum,
                    before: 0.0,
                    after: 0.0,
                    by: Vec::new(),
                });
                *(if after { &mut entry.after } else { &mut entry.before }) += c.value;
                entry.by.extend(c.items.iter().filter(|i| changed.contains(i)).cloned());
            }
        }
        let mut terms: Vec<TermChange> = terms.into_values().filter(|t| t.before != t.after).collect();
        for term in &mut terms {
            term.by.sort();
            term.by.dedup();
        }
        terms.sort_by(|a, b| (b.after - b.before).abs().total_cmp(&(a.after - a.before).abs()));
        Ok(Change {
            instrument: self.instrument.clone(),
            version: self.version.clone(),
            results: differences(&self.results, &later.results, Clone::clone),
            answers,
            terms,
        })
    }
}

fn differences<A, B: PartialEq>(
    before: &BTreeMap<String, A>,
    after: &BTreeMap<String, A>,
    of: impl Fn(&A) -> Option<B>,
) -> BTreeMap<String, (Option<B>, Option<B>)> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter()
        .map(|key| (key.clone(), (before.get(key).and_then(&of), after.get(key).and_then(&of))))
        .filter(|(_, (a, b))| a != b)
        .collect()
}
