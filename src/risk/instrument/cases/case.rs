//! One person's answers, read against the items of an instrument: everything wrong is named, nothing guessed.

use crate::career::date::CalendarDate;
use crate::error::{Error, Result};
use crate::risk::instrument::cases::population;
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::item::{Item, ItemKind, pack};
use crate::risk::instrument::compiled::population::{Population, PopulationOverride};
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, Problems, parse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Items that are named beside one that there is not, at most.
const MOST_NAMED: usize = 12;

/// An answer to one item.
///
/// Made from what a program holds: a flag, a number, a day, the key of a level, the keys of members; from an [`Option`],
/// whose `None` is [`Answer::Unknown`] and never "no".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// Not known; neither yes nor no.
    Unknown,
    /// Yes or no.
    Yes(bool),
    /// A whole number.
    Whole(i64),
    /// A number.
    Number(f64),
    /// A day.
    Date(CalendarDate),
    /// A level, by its key.
    Level(String),
    /// The members that apply; none is an answer too.
    Members(Vec<String>),
}

impl Answer {
    pub(crate) fn of(value: &Value) -> Answer {
        match value {
            Value::Null | Value::Object(_) => Answer::Unknown,
            Value::Bool(b) => Answer::Yes(*b),
            Value::Number(n) => {
                n.as_i64().map_or_else(|| Answer::Number(n.as_f64().unwrap_or(f64::NAN)), Answer::Whole)
            }
            Value::String(s) => s.parse().map_or_else(|_| Answer::Level(s.clone()), Answer::Date),
            Value::Array(list) => Answer::Members(list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect()),
        }
    }

    fn json(&self) -> Value {
        match self {
            Answer::Unknown => Value::Null,
            Answer::Yes(b) => Value::from(*b),
            Answer::Whole(n) => Value::from(*n),
            Answer::Number(n) => Value::from(*n),
            Answer::Date(d) => Value::from(d.to_string()),
            Answer::Level(s) => Value::from(s.as_str()),
            Answer::Members(list) => Value::from(list.clone()),
        }
    }
}

macro_rules! answer_from {
    ($($from:ty => |$value:ident| $answer:expr,)+) => {
        $(impl From<$from> for Answer {
            fn from($value: $from) -> Answer {
                $answer
            }
        })+
    };
}

answer_from! {
    bool => |yes| Answer::Yes(yes),
    i32 => |n| Answer::Whole(n.into()),
    u32 => |n| Answer::Whole(n.into()),
    i64 => |n| Answer::Whole(n),
    f64 => |n| Answer::Number(n),
    CalendarDate => |day| Answer::Date(day),
    &str => |level| Answer::Level(level.to_owned()),
    String => |level| Answer::Level(level),
    &[&str] => |members| Answer::Members(members.iter().map(|&member| member.to_owned()).collect()),
    Vec<String> => |members| Answer::Members(members),
    &Answer => |answer| answer.clone(),
}

impl<T: Into<Answer>> From<Option<T>> for Answer {
    fn from(known: Option<T>) -> Answer {
        known.map_or(Answer::Unknown, Into::into)
    }
}

/// The answers of one person to the items of one instrument, and what population the person belongs to.
#[derive(Debug, Clone)]
#[must_use]
pub struct Case {
    /// One value an item; NaN where there is no answer.
    pub(crate) answers: Vec<f64>,
    pub(crate) population: Option<Population>,
    pub(crate) permission: Option<PopulationOverride>,
    /// Which instrument it was read for.
    pub(crate) fingerprint: u64,
    /// The items of that instrument, and its short name.
    items: Arc<[Item]>,
    of: Arc<str>,
}

impl PartialEq for Case {
    /// An answer that is not known is equal to itself.
    fn eq(&self, other: &Self) -> bool {
        let bits = |case: &Case| case.answers.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
        bits(self) == bits(other)
            && self.fingerprint == other.fingerprint
            && self.population == other.population
            && self.permission == other.permission
    }
}

impl Case {
    /// Gives an answer to an item, instead of the one before; of [`Answer::Unknown`] (`None`) the item is not answered.
    ///
    /// ```
    /// use pleegprofiel::risk::instrument::Instrument;
    /// let psa = Instrument::bundled("psa")?;
    /// let mut case = psa.case();
    /// case.answer("age_at_current_arrest", 30)?.answer("pending_charge", false)?;
    /// assert!(case.answer("pending_charge", 2).unwrap_err().to_string().contains("2 is not true or false"));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the instrument has no such item, or the answer is not of its type; the case is as before then.
    pub fn answer(&mut self, item: &str, answer: impl Into<Answer>) -> Result<&mut Self> {
        let Some(at) = self.items.iter().position(|i| i.name == item) else {
            return Err(Error::value(format!("{} has no item {:?}", self.of, shortened(item))));
        };
        self.answers[at] = match (&answer.into(), &self.items[at].kind) {
            (Answer::Date(date), ItemKind::Date) => pack(*date),
            (answer, _) => {
                let read = self.items[at].read(&answer.json());
                read.map_err(|why| Error::value(format!("{item}: {why}")))?.unwrap_or(f64::NAN)
            }
        };
        Ok(self)
    }

    /// The population that the case states.
    pub fn population(&self) -> Option<&Population> {
        self.population.as_ref()
    }

    /// States the population.
    pub fn with_population(mut self, population: Population) -> Self {
        self.population = Some(population);
        self
    }

    /// Passes a difference between the case's population and the instrument's; part of every result.
    pub fn with_override(mut self, permission: PopulationOverride) -> Self {
        self.permission = Some(permission);
        self
    }
}

impl Instrument {
    /// A case without answers and without a population.
    pub fn case(&self) -> Case {
        let answers = vec![f64::NAN; self.items.len()];
        Case {
            answers,
            population: None,
            permission: None,
            fingerprint: self.fingerprint,
            items: Arc::clone(&self.items),
            of: self.card.id.as_str().into(),
        }
    }

    /// A case from one record of answers that serves several instruments: the answers to this instrument's items are
    /// taken, the others left.
    ///
    /// ```
    /// use pleegprofiel::risk::instrument::{Answer, Instrument};
    /// use std::collections::BTreeMap;
    /// let record = BTreeMap::from([
    ///     ("age_at_current_arrest".to_owned(), Answer::Whole(30)),
    ///     ("temper_control".to_owned(), Answer::Level("no_problems".to_owned())), // no item of this one
    /// ]);
    /// let psa = Instrument::bundled("psa")?;
    /// let mut alone = psa.case();
    /// alone.answer("age_at_current_arrest", 30)?;
    /// assert_eq!(psa.case_among(&record)?, alone);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When an answer to one of its items is not of the item's type: every problem is listed with its item.
    pub fn case_among(&self, answers: &BTreeMap<String, Answer>) -> Result<Case> {
        let map = answers.iter().map(|(name, answer)| (name.clone(), answer.json())).collect();
        let mut problems = Problems::new();
        let case = self.read_among(&map, "$", &mut problems);
        problems.into_result("the answers cannot be used")?;
        Ok(case)
    }

    /// The same from JSON that stands at a path.
    pub(crate) fn read_among(&self, answers: &Map<String, Value>, path: &str, problems: &mut Problems) -> Case {
        let mut case = self.case();
        for (at, item) in self.items.iter().enumerate() {
            match answers.get(&item.name).map(|value| item.read(value)) {
                None => {}
                Some(Ok(found)) => case.answers[at] = found.unwrap_or(f64::NAN),
                Some(Err(why)) => {
                    problems.add(format_args!("{path}.{}", item.name), format_args!("{}: {why}", self.id()))
                }
            }
        }
        case
    }

    pub(crate) fn own(&self, case: &Case) -> Result<()> {
        if case.fingerprint == self.fingerprint {
            return Ok(());
        }
        Err(Error::options(format!("the case was not read for {} {}", self.id(), self.version())))
    }

    /// Reads cases from JSON: one object, a list of them, or an object with a list `vectors` (a golden file).
    ///
    /// A case is an object of answers by item name, with `population` and, if need be, `population_override`
    /// beside them; or the answers stand in an object `inputs`, next to which `id`, `expected` and `provenance`
    /// are passed over. A key that is absent, `null` or `"unknown"` is an answer that is not known.
    ///
    /// # Errors
    /// When the text is not JSON, or any case has an unknown item, a wrong type, an impossible date or an answer that
    /// stands twice: every problem is listed with its JSON path and no case is given.
    pub fn read_cases(&self, text: &str) -> Result<Vec<Case>> {
        let mut problems = Problems::new();
        let value = parse(text, "the input", &mut problems)?;
        let root = Node::root(&value);
        let list = match (&value, root.get("vectors")) {
            (Value::Array(_), _) => root.list(&mut problems),
            (_, Some(vectors)) => vectors.list(&mut problems),
            _ => vec![root],
        };
        let cases: Vec<Case> = list.iter().map(|node| self.read_case(node, &mut problems)).collect();
        problems.into_result("the input cannot be scored")?;
        Ok(cases)
    }

    pub(crate) fn read_case(&self, node: &Node<'_>, problems: &mut Problems) -> Case {
        let mut case = self.case();
        let Some(map) = node.value.as_object() else {
            node.says(problems, "a case is an object");
            return case;
        };
        case.population = node.get("population").and_then(|n| population::read(&n, problems));
        case.permission = node.get("population_override").and_then(|n| population::read_override(&n, problems));
        let (answers, path) = match node.get("inputs") {
            Some(inner) => {
                node.object(problems, &["id", "inputs", "expected", "provenance", "population", "population_override"]);
                let Some(answers) = inner.value.as_object() else {
                    inner.says(problems, "the answers are not an object");
                    return case;
                };
                (answers, inner.path)
            }
            None => (map, node.path.clone()),
        };
        for (key, value) in answers {
            let own = ["population", "population_override"].contains(&key.as_str());
            match self.items.iter().position(|item| item.name == *key) {
                Some(at) => match self.items[at].read(value) {
                    Ok(found) => case.answers[at] = found.unwrap_or(f64::NAN),
                    Err(why) => problems.add(format_args!("{path}.{key}"), why),
                },
                None if own => {}
                None => problems.add(
                    format_args!("{path}.{}", shortened(key)),
                    format_args!("{} has no such item{}", self.id(), self.not_among(answers)),
                ),
            }
        }
        case
    }

    /// Which items these answers leave out: one of them may be what another name was meant for.
    fn not_among(&self, answers: &Map<String, Value>) -> String {
        let mut left = self.items.iter().map(|item| item.name.as_str()).filter(|name| !answers.contains_key(*name));
        let named: Vec<&str> = left.by_ref().take(MOST_NAMED).collect();
        match (named.is_empty(), left.count()) {
            (true, _) => "; all of its items are there".to_owned(),
            (false, 0) => format!("; of its items these are not there: {}", named.join(", ")),
            (false, more) => format!("; of its items these are not there: {} and {more} more", named.join(", ")),
        }
    }
}
