//! The questions an instrument asks: type, unit, range, admissible levels, and what a missing answer means.

use crate::career::date::CalendarDate;
use crate::risk::instrument::compiled::bits::Bits;
use crate::risk::instrument::written::decimal::Decimal;
use crate::risk::instrument::written::shortened::shortened;
use serde_json::Value;

/// What kind of answer an item takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ItemKind {
    Date,
    Integer,
    Number,
    /// Value that stands for yes; no is 0.
    Boolean {
        truth: f64,
    },
    /// Levels with their values, all different.
    Choice {
        levels: Vec<(String, f64)>,
    },
    /// Any of these, none included; the value has one bit a member.
    Set {
        members: Vec<String>,
    },
}

/// What the published implementation puts in the place of a missing answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Substitute {
    Value(f64, String),
    Item(usize),
}

/// What an unknown answer leads to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Unknown {
    /// No score.
    Refuse,
    /// Every level, or every whole number in a range.
    Complete { from: i64, to: i64 },
    /// The dates in other items stand for all.
    Dates(Vec<usize>),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) label_nl: Option<String>,
    pub(crate) kind: ItemKind,
    pub(crate) unit: Option<String>,
    pub(crate) range: (Option<Decimal>, Option<Decimal>),
    pub(crate) dynamic: bool,
    pub(crate) required: bool,
    pub(crate) strictly_required: bool,
    pub(crate) unless: Vec<Bits>,
    pub(crate) substitute: Option<Substitute>,
    pub(crate) unknown: Unknown,
    pub(crate) reason: Option<String>,
}

/// Whole numbers beyond this are taken for a mistake of the writer.
const LARGEST: f64 = 1e9;

/// A date as a number that orders as dates do.
pub(crate) fn pack(date: CalendarDate) -> f64 {
    f64::from(i32::from(date.year()) * 512 + i32::from(date.month()) * 32 + i32::from(date.day()))
}

/// Year, month and day of [`pack`].
#[inline]
pub(crate) fn unpack(value: f64) -> (i32, i32, i32) {
    let packed = value as i32;
    (packed >> 9, packed >> 5 & 15, packed & 31)
}

impl Item {
    /// The value of an answer, or what is wrong with it. `null` and `"unknown"` have no value.
    pub(crate) fn read(&self, answer: &Value) -> Result<Option<f64>, String> {
        if answer.is_null() || answer.as_str() == Some("unknown") && self.level("unknown").is_none() {
            return Ok(None);
        }
        let value = match &self.kind {
            ItemKind::Date => {
                let text = answer.as_str().ok_or("a date is written \"YYYY-MM-DD\"")?;
                pack(text.parse().map_err(|e: crate::error::Error| e.to_string())?)
            }
            ItemKind::Integer => {
                // 43.0 is the whole number 43, as JSON Schema has it
                let whole = answer.as_f64().filter(|n| n.fract() == 0.0);
                let whole = whole.ok_or_else(|| format!("{} is not a whole number", brief(answer)))?;
                if whole.abs() > LARGEST {
                    return Err(format!("{} is larger than any whole number that is taken, {LARGEST}", brief(answer)));
                }
                whole
            }
            ItemKind::Number => {
                answer.as_f64().filter(|n| n.is_finite()).ok_or_else(|| format!("{} is not a number", brief(answer)))?
            }
            ItemKind::Boolean { truth } => match answer.as_bool() {
                Some(yes) => truth * f64::from(u8::from(yes)),
                None => return Err(format!("{} is not true or false", brief(answer))),
            },
            ItemKind::Choice { levels } => {
                let found = answer.as_str().and_then(|text| self.level(text));
                found.ok_or_else(|| {
                    let known: Vec<&str> = levels.iter().map(|(key, _)| key.as_str()).collect();
                    format!("{} is not one of {}", brief(answer), known.join(", "))
                })?
            }
            ItemKind::Set { members } => {
                let list = answer.as_array().ok_or("a list of texts is needed, which may be empty")?;
                let mut bits = 0u64;
                for one in list {
                    let at = one.as_str().and_then(|text| members.iter().position(|m| m == text));
                    bits |= 1 << at.ok_or_else(|| format!("{} is not one of {}", brief(one), members.join(", ")))?;
                }
                bits as f64
            }
        };
        Ok(Some(value))
    }

    /// The value of a level.
    pub(crate) fn level(&self, key: &str) -> Option<f64> {
        match &self.kind {
            ItemKind::Choice { levels } => levels.iter().find(|(k, _)| k == key).map(|(_, v)| *v),
            ItemKind::Boolean { truth } => match key {
                "true" => Some(*truth),
                "false" => Some(0.0),
                _ => None,
            },
            _ => None,
        }
    }

    /// The answer a value stands for.
    pub(crate) fn write(&self, value: f64) -> Value {
        if value.is_nan() {
            return Value::Null;
        }
        match &self.kind {
            ItemKind::Date => {
                let (year, month, day) = unpack(value);
                Value::from(format!("{year:04}-{month:02}-{day:02}"))
            }
            ItemKind::Integer => Value::from(value as i64),
            ItemKind::Number => Value::from(value),
            ItemKind::Boolean { .. } => Value::from(value != 0.0),
            ItemKind::Choice { levels } => {
                levels.iter().find(|(_, v)| *v == value).map_or(Value::Null, |(key, _)| Value::from(key.as_str()))
            }
            ItemKind::Set { members } => {
                let bits = value as u64;
                let inside = members.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1);
                Value::from(inside.map(|(_, m)| m.as_str()).collect::<Vec<_>>())
            }
        }
    }

    /// Number of values an unknown answer may have.
    pub(crate) fn completions(&self) -> u64 {
        match (&self.unknown, &self.kind) {
            (Unknown::Refuse, _) => 0,
            (Unknown::Dates(items), _) => items.len() as u64,
            (_, ItemKind::Boolean { .. }) => 2,
            (_, ItemKind::Choice { levels }) => levels.len() as u64,
            (_, ItemKind::Set { members }) => 1 << members.len(),
            (Unknown::Complete { from, to }, _) => to.abs_diff(*from) + 1,
        }
    }

    /// The `i`-th of those values; `answers` holds the dates that stand for others.
    pub(crate) fn completion(&self, i: u64, answers: &[f64]) -> f64 {
        match (&self.unknown, &self.kind) {
            (Unknown::Dates(items), _) => answers[items[i as usize]],
            (_, ItemKind::Boolean { truth }) => truth * i as f64,
            (_, ItemKind::Choice { levels }) => levels[i as usize].1,
            (_, ItemKind::Set { .. }) => i as f64,
            (Unknown::Complete { from, .. }, _) => (*from + i as i64) as f64,
            (Unknown::Refuse, _) => f64::NAN,
        }
    }
}

fn brief(value: &Value) -> String {
    shortened(&value.to_string()).into_owned()
}
