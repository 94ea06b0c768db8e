//! How often professionals depart from instruments, in which direction, by instrument and by group: so that a drift of
//! judgement, or of an instrument, is seen by those who answer for it.
//!
//! In Ontario 15.4 % of 40,539 assessments were overridden, 94 % of them upward, and the adjusted level predicted worse
//! (Criminal Justice and Behavior 2020): overriding is no proof of skill, and not overriding none of its absence.

use super::record::{LogCheck, Verified, short};
use crate::error::{Error, Result};
use crate::risk::instrument::written::sha256::sha256;
use crate::units::keyed;
use crate::validation::{Rate, SMALL_GROUP};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::BufRead;

keyed! {
    /// Why figures of a group are hidden.
    WhyHidden {
        /// There are fewer than ten judgements in it.
        Few = ("few", "verborgen (minder dan 10)", "hidden (fewer than 10)"),
        /// There are ten or more, but with the total they would give away those of others, who are fewer.
        ForOthers = ("for-others", "verborgen, zodat minder dan 10 anderen niet zijn uit te rekenen", "hidden, so that fewer than 10 others cannot be worked out"),
    }
}

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
    /// Why its figures are hidden; `None` when they are shown.
    pub hidden: Option<WhyHidden>,
    /// Judgements of a result of it; `None` when hidden, as all that follows.
    pub judged: Option<u64>,
    /// Judgements that did not use it.
    pub not_used: Option<u64>,
    /// Part of the judgements that departed from it.
    pub overridden: Option<Share>,
    /// Part of the departures that went up; `None` also when there are too few of them.
    pub upward: Option<Share>,
}

/// Departures counted from records. A draft counts once, with the last decision on it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// Names of instruments, and of groups, as they came.
    instruments: Names<String>,
    groups: Names<(String, String)>,
    drafts: HashMap<u128, Of>,
    /// Hash of the first line of each record: records that share any line share that.
    records: BTreeSet<String>,
}

/// What was said of a draft.
#[derive(Debug, Clone, Default, PartialEq)]
struct Of {
    assessed: bool,
    groups: Vec<u32>,
    /// Instruments and stances of the last decision.
    decided: Option<Vec<(u32, Counted)>>,
}

/// What a stance counts as.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Counted {
    Agreed,
    Higher,
    Lower,
    NotUsed,
}

/// Names by number.
#[derive(Debug, Clone, PartialEq)]
struct Names<T> {
    all: Vec<T>,
    numbers: BTreeMap<T, u32>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Names { all: Vec::new(), numbers: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Names<T> {
    fn number(&mut self, name: T) -> u32 {
        if let Some(known) = self.numbers.get(&name) {
            return *known;
        }
        let number = self.all.len() as u32;
        self.all.push(name.clone());
        self.numbers.insert(name, number);
        number
    }
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
    /// When it cannot be read, or does not verify: figures of a record that was changed are worth nothing. When it shares
    /// lines with a record that was added before.
    pub fn add(&mut self, log: impl BufRead) -> Result<Verified> {
        let mut next = self.clone();
        let mut first = None;
        let verified = LogCheck::new().read(log, |entry| {
            first.get_or_insert_with(|| sha256(entry.as_bytes()));
            next.entry(entry);
        })?;
        if !verified.is_whole() {
            let first = verified.faults.first().map(ToString::to_string).unwrap_or_default();
            return Err(Error::value(format!("the record does not verify, {} faults: {first}", verified.fault_count)));
        }
        // each line is bound to the one before it, so records with a line in common have all lines before it in common
        if first.is_some_and(|first| !next.records.insert(first)) {
            return Err(Error::value(
                "the record shares lines, from its first on, with one that was counted already: it is the same, or a copy of \
                 it that went on; each record is accepted once",
            ));
        }
        *self = next;
        Ok(verified)
    }

    fn entry(&mut self, text: &str) {
        let Ok(entry) = serde_json::from_str::<Entry>(text) else { return };
        if entry.kind == "assessment" {
            let groups = entry.groups.into_iter().map(|group| self.groups.number(group)).collect();
            let of = self.drafts.entry(short(&entry.draft)).or_default();
            (of.assessed, of.groups) = (true, groups);
        } else if entry.kind == "decision" {
            let Ok(decision) = serde_json::from_str::<Decision>(text) else { return };
            let decided = decision.instruments.into_iter().map(|judged| {
                let counted = match (judged.stance.as_str(), judged.direction.as_deref()) {
                    ("not-used" | "not-judged", _) => Counted::NotUsed,
                    ("departs", Some("higher")) => Counted::Higher,
                    ("departs", _) => Counted::Lower,
                    _ => Counted::Agreed,
                };
                (self.instruments.number(judged.instrument), counted)
            });
            let decided = Some(decided.collect());
            self.drafts.entry(short(&entry.draft)).or_default().decided = decided;
        }
    }

    /// Counts of every instrument by group.
    fn counts(&self) -> BTreeMap<&str, Groups> {
        let mut all: BTreeMap<&str, Groups> = BTreeMap::new();
        for of in self.drafts.values() {
            for (instrument, counted) in of.decided.iter().flatten() {
                let of_instrument = all.entry(&self.instruments.all[*instrument as usize]).or_default();
                let groups = of.groups.iter().map(|group| Some(self.groups.all[*group as usize].clone()));
                for group in std::iter::once(None).chain(groups) {
                    let counts = of_instrument.entry(group).or_default();
                    match counted {
                        Counted::NotUsed => counts.not_used += 1,
                        Counted::Agreed => counts.judged += 1,
                        Counted::Higher | Counted::Lower => {
                            let up = *counted == Counted::Higher;
                            counts.judged += 1;
                            counts.higher += u64::from(up);
                            counts.lower += u64::from(!up);
                        }
                    }
                }
            }
        }
        all
    }

    /// Drafts decided on, each counted once.
    pub fn decisions(&self) -> u64 {
        self.drafts.values().filter(|of| of.decided.is_some()).count() as u64
    }

    /// Those of them that were assessed in none of these records: they count for everybody and in no group.
    pub fn unassessed(&self) -> u64 {
        self.drafts.values().filter(|of| of.decided.is_some() && !of.assessed).count() as u64
    }

    /// A row for each instrument and group. Groups of fewer than ten judgements are hidden, and so is the next smallest
    /// when a single one would otherwise follow from the total, unless small cells are asked for.
    pub fn rows(&self, show_small_cells: bool) -> Vec<OverrideRow> {
        let mut rows = Vec::new();
        for (instrument, groups) in &self.counts() {
            let hidden = if show_small_cells { Vec::new() } else { hidden(groups) };
            for (group, counts) in groups {
                let why = hidden.iter().find(|(other, _)| *other == group).map(|(_, why)| *why);
                rows.push(row(instrument, group.clone(), counts, why, show_small_cells));
            }
        }
        rows
    }
}

type Groups = BTreeMap<Option<(String, String)>, Counts>;

fn hidden(groups: &Groups) -> Vec<(&Option<(String, String)>, WhyHidden)> {
    let small = |counts: &Counts| counts.judged < SMALL_GROUP as u64;
    let few = groups.iter().filter(|(_, c)| small(c)).map(|(group, _)| (group, WhyHidden::Few));
    let mut hidden: Vec<_> = few.collect();
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
            hidden.push((next, WhyHidden::ForOthers));
        }
    }
    hidden
}

fn row(
    instrument: &str,
    group: Option<(String, String)>,
    counts: &Counts,
    hidden: Option<WhyHidden>,
    all: bool,
) -> OverrideRow {
    let shown = hidden.is_none();
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
        hidden,
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
