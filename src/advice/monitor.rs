//! How often professionals depart from instruments, in which direction, by instrument and by group: so that a drift of
//! judgement, or of an instrument, is seen by those who answer for it.
//!
//! In Ontario 15.4 % of 40,539 assessments were overridden, 94 % of them upward, and the adjusted level predicted worse
//! (Criminal Justice and Behavior 2020): overriding is no proof of skill, and not overriding none of its absence.

use super::record::{LogCheck, Verified};
use crate::error::{Error, Result};
use crate::validation::{Rate, SMALL_GROUP};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;

/// Most drafts without a decision whose groups are remembered.
const MOST_OPEN: usize = 1_000_000;

/// Counts of one instrument in one group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    judged: u64,
    higher: u64,
    lower: u64,
    not_used: u64,
}

/// A share with Wilson's 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Departures from one instrument in one group.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OverrideRow {
    /// The instrument.
    pub instrument: String,
    /// Characteristic and value; `None` for everybody.
    pub group: Option<(String, String)>,
    /// Judgements of a result of it; `None` when hidden, as all that follows.
    pub judged: Option<u64>,
    /// Judgements that did not use it.
    pub not_used: Option<u64>,
    /// Part of the judgements that departed from it.
    pub overridden: Option<Share>,
    /// Part of the departures that went up; `None` also when there are too few of them.
    pub upward: Option<Share>,
}

/// Departures counted from records.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    counts: BTreeMap<String, BTreeMap<Option<(String, String)>, Counts>>,
    groups: HashMap<String, BTreeMap<String, String>>,
    decisions: u64,
}

#[derive(Deserialize)]
struct Entry {
    kind: String,
    #[serde(default)]
    draft: String,
    #[serde(default)]
    groups: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Decision {
    instruments: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    instrument: String,
    stance: String,
    direction: Option<String>,
}

impl Overrides {
    /// Nothing counted yet.
    pub fn new() -> Overrides {
        Overrides::default()
    }

    /// Adds the decisions of a record.
    ///
    /// # Errors
    /// When it cannot be read, or does not verify: figures of a record that was changed are worth nothing.
    pub fn add(&mut self, log: impl BufRead) -> Result<Verified> {
        let mut next = self.clone();
        let verified = LogCheck::new().read(log, |entry| next.entry(entry))?;
        if !verified.is_whole() {
            let first = verified.faults.first().map(ToString::to_string).unwrap_or_default();
            return Err(Error::value(format!("the record does not verify, {} faults: {first}", verified.fault_count)));
        }
        *self = next;
        Ok(verified)
    }

    fn entry(&mut self, text: &str) {
        let Ok(entry) = serde_json::from_str::<Entry>(text) else { return };
        if entry.kind == "assessment" && self.groups.len() < MOST_OPEN {
            self.groups.insert(entry.draft, entry.groups);
        } else if entry.kind == "decision" {
            let Ok(decision) = serde_json::from_str::<Decision>(text) else { return };
            let groups = self.groups.get(&entry.draft).cloned().unwrap_or_default();
            self.decisions += 1;
            for judged in decision.instruments {
                self.count(&judged, &groups);
            }
        }
    }

    fn count(&mut self, judged: &Judged, groups: &BTreeMap<String, String>) {
        let of = self.counts.entry(judged.instrument.clone()).or_default();
        let everybody = std::iter::once(None);
        let each = groups.iter().map(|(name, value)| Some((name.clone(), value.clone())));
        for group in everybody.chain(each) {
            let counts = of.entry(group).or_default();
            match (judged.stance.as_str(), judged.direction.as_deref()) {
                ("not-used" | "not-judged", _) => counts.not_used += 1,
                ("departs", direction) => {
                    counts.judged += 1;
                    let up = direction == Some("higher");
                    counts.higher += u64::from(up);
                    counts.lower += u64::from(!up);
                }
                _ => counts.judged += 1,
            }
        }
    }

    /// Decisions counted.
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// A row for each instrument and group. Groups of fewer than ten judgements are hidden, and so is the next smallest
    /// when a single one would otherwise follow from the total, unless small cells are asked for.
    pub fn rows(&self, show_small_cells: bool) -> Vec<OverrideRow> {
        let mut rows = Vec::new();
        for (instrument, groups) in &self.counts {
            let hidden = if show_small_cells { Vec::new() } else { hidden(groups) };
            for (group, counts) in groups {
                let shown = !hidden.contains(&group);
                rows.push(row(instrument, group.clone(), counts, shown, show_small_cells));
            }
        }
        rows
    }
}

type Groups = BTreeMap<Option<(String, String)>, Counts>;

fn hidden(groups: &Groups) -> Vec<&Option<(String, String)>> {
    let small = |counts: &Counts| counts.judged < SMALL_GROUP as u64;
    let mut hidden: Vec<&Option<(String, String)>> = groups.iter().filter(|(_, c)| small(c)).map(|(g, _)| g).collect();
    let total = groups.get(&None).map_or(0, |all| all.judged);
    let mut names: Vec<&str> = groups.keys().flatten().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    for name in names {
        let of_name = || groups.iter().filter(|(g, _)| g.as_ref().is_some_and(|(n, _)| n == name));
        // people of no stated group are hidden as well when they are few
        let stated: u64 = of_name().map(|(_, c)| c.judged).sum();
        let rest = u64::from(total > stated && total - stated < SMALL_GROUP as u64);
        let few = of_name().filter(|(_, c)| small(c)).count() as u64 + rest;
        if few == 1
            && let Some((next, _)) = of_name().filter(|(_, c)| !small(c)).min_by_key(|(_, c)| c.judged)
        {
            hidden.push(next);
        }
    }
    hidden
}

fn row(instrument: &str, group: Option<(String, String)>, counts: &Counts, shown: bool, all: bool) -> OverrideRow {
    let departed = counts.higher + counts.lower;
    let share = |count: u64, of: u64| {
        let rate = Rate::of_counts(count as f64, of as f64).ok()?;
        let [low, high] = rate.wilson();
        Some(Share { value: rate.value(), low, high })
    };
    let enough = all || departed >= SMALL_GROUP as u64;
    OverrideRow {
        instrument: instrument.to_owned(),
        group,
        judged: shown.then_some(counts.judged),
        not_used: shown.then_some(counts.not_used),
        overridden: if shown { share(departed, counts.judged) } else { None },
        upward: if shown && enough { share(counts.higher, departed) } else { None },
    }
}

impl OverrideRow {
    /// Name of the group: `everybody`, or `sex: woman`.
    pub fn group_name(&self) -> String {
        self.group.as_ref().map_or_else(|| "everybody".to_owned(), |(name, value)| format!("{name}: {value}"))
    }
}

impl Share {
    /// `12.0 % (9.1 - 15.6)`.
    pub fn text(&self) -> String {
        format!("{:.1} % ({:.1} - {:.1})", 100.0 * self.value, 100.0 * self.low, 100.0 * self.high)
    }
}
