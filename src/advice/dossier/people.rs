//! The parts of a dossier about the person: population, answers to items, factors, account, the two questions, reasons
//! against an advice, protected characteristics.

use super::career::LONGEST;
use super::known::Known;
use super::reader::Reader;
use crate::career::date::CalendarDate;
use crate::risk::factor::Factor;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Node;
use crate::risk::instrument::{Case, Instrument, Library, Population, PopulationOverride};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An instrument asked for, with the answers that it reads.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asking {
    pub(crate) instrument: Arc<Instrument>,
    pub(crate) case: Case,
    /// Items that the dossier does not have at all.
    pub(crate) not_asked: Vec<String>,
}

/// What the person says; their own words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Account {
    pub(crate) offence: Option<String>,
    pub(crate) situation: Option<String>,
    pub(crate) confesses: Known,
}

/// The two questions of the first recommendation.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Information {
    pub(crate) needed: Known,
    pub(crate) obtainable: Known,
}

/// Reasons why no advice could be given.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Contra {
    pub(crate) obstructs: Known,
    pub(crate) rejects: Known,
    pub(crate) no_tie: Known,
}

fn known(node: &Node<'_>, map: &Map<String, Value>, key: &str, r: &mut Reader<'_>) -> Known {
    Known::read(map, key).unwrap_or_else(|why| {
        r.problems.add(format_args!("{}.{key}", node.path), why);
        Known::NotAsked
    })
}

impl Account {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Account {
        let Some(node) = root.get("account") else { return Account::default() };
        let Some(map) = r.object(&node, &["offence", "situation", "confesses"]) else { return Account::default() };
        Account {
            offence: node.get("offence").and_then(|n| r.words(&n, LONGEST)),
            situation: node.get("situation").and_then(|n| r.words(&n, LONGEST)),
            confesses: known(&node, map, "confesses", r),
        }
    }
}

impl Information {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Information {
        let Some(node) = root.get("information") else { return Information::default() };
        let Some(map) = r.object(&node, &["needed", "obtainable"]) else { return Information::default() };
        Information { needed: known(&node, map, "needed", r), obtainable: known(&node, map, "obtainable", r) }
    }
}

impl Contra {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Contra {
        let keys = ["obstructs_inquiry", "rejects_every_intervention", "no_tie_with_a_european_country"];
        let Some(node) = root.get("contra_indications") else { return Contra::default() };
        let Some(map) = r.object(&node, &keys) else { return Contra::default() };
        Contra {
            obstructs: known(&node, map, keys[0], r),
            rejects: known(&node, map, keys[1], r),
            no_tie: known(&node, map, keys[2], r),
        }
    }
}

pub(super) fn factors(root: &Node<'_>, r: &mut Reader<'_>) -> BTreeMap<Factor, Known> {
    let Some(node) = root.get("factors") else { return BTreeMap::new() };
    let all: Vec<(String, Factor)> = Factor::ALL.iter().map(|factor| (factor.key().to_owned(), *factor)).collect();
    let keys: Vec<&str> = all.iter().map(|(key, _)| key.as_str()).collect();
    let Some(map) = r.object(&node, &keys) else { return BTreeMap::new() };
    all.iter().map(|(key, factor)| (*factor, known(&node, map, key, r))).collect()
}

pub(super) fn protected(root: &Node<'_>, r: &mut Reader<'_>) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let Some(node) = root.get("protected") else { return found };
    let Some(map) = node.value.as_object() else {
        r.wrong(&node, "an object of texts, such as {\"sex\": \"woman\"}");
        return found;
    };
    for (key, value) in map {
        let one = Node { value, path: format!("{}.{}", node.path, shortened(key)) };
        if value.is_null() || value.as_str() == Some("unknown") {
            continue;
        }
        if key == "sex" && !matches!(value.as_str(), Some("man" | "woman" | "other")) {
            r.wrong(&one, "one of man, woman, other, unknown");
        } else if let Some(text) = r.words(&one, 100) {
            found.insert(key.clone(), text);
        }
    }
    found
}

pub(super) fn population(
    root: &Node<'_>,
    birth: Option<CalendarDate>,
    on: Option<CalendarDate>,
    r: &mut Reader<'_>,
) -> Option<Population> {
    let node = root.get("population")?;
    let mut population = crate::risk::instrument::read_population(&node, r.problems)?;
    let age = birth.zip(on).and_then(|(birth, on)| birth.completed_months(on).ok()).map(|months| months / 12);
    match (population.age, age) {
        (Some(stated), Some(age)) if stated != age => {
            r.problems.add(
                format_args!("{}.age", node.path),
                format_args!("{stated} contradicts the date of birth; {age} is accepted, or no age"),
            );
        }
        (None, age) => population.age = age,
        _ => {}
    }
    Some(population)
}

pub(super) fn overrides(
    root: &Node<'_>,
    wanted: &[String],
    r: &mut Reader<'_>,
) -> BTreeMap<String, PopulationOverride> {
    let mut found = BTreeMap::new();
    let Some(node) = root.get("population_overrides") else { return found };
    let keys: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let Some(map) = r.object(&node, &keys) else { return found };
    for (name, value) in map {
        let one = Node { value, path: format!("{}.{}", node.path, shortened(name)) };
        if let Some(permission) = crate::risk::instrument::read_override(&one, r.problems) {
            found.insert(name.clone(), permission);
        }
    }
    found
}

/// The cases of the instruments asked for, and the answers that none of them reads.
pub(super) fn asking(
    root: &Node<'_>,
    wanted: &[String],
    own: &Library,
    population: &Option<Population>,
    overrides: &BTreeMap<String, PopulationOverride>,
    r: &mut Reader<'_>,
) -> (Vec<Asking>, Vec<String>) {
    let empty = Map::new();
    let answers = match root.get("answers") {
        None => &empty,
        Some(node) => match node.value.as_object() {
            Some(map) => map,
            None => {
                r.wrong(&node, "an object of answers by item name");
                &empty
            }
        },
    };
    let (mut found, mut read) = (Vec::new(), BTreeSet::new());
    for (i, name) in wanted.iter().enumerate() {
        let instrument = match own.get(name).map_or_else(|| Instrument::bundled(name), Ok) {
            Ok(instrument) => instrument,
            Err(why) => {
                r.problems.add(format_args!("$.asked.instruments[{i}]"), why);
                continue;
            }
        };
        let before = r.problems.count();
        let mut case = instrument.read_among(answers, "$.answers", r.problems);
        if let Some(population) = population {
            case = case.with_population(population.clone());
        }
        if let Some(permission) = overrides.get(name) {
            case = case.with_override(permission.clone());
        }
        if r.problems.count() == before {
            for why in instrument.impossible(&case) {
                r.problems.add(
                    "$.answers",
                    format_args!(
                        "{name}: {why}: answers that can be true together are accepted, or none where it is not known"
                    ),
                );
            }
        }
        read.extend(instrument.item_names().map(str::to_owned));
        let not_asked =
            instrument.item_names().filter(|item| !answers.contains_key(*item)).map(str::to_owned).collect();
        found.push(Asking { instrument, case, not_asked });
    }
    let unread = answers.keys().filter(|name| !read.contains(*name)).cloned().collect();
    (found, unread)
}
