//! An instrument compiled for evaluation: flat lists, names resolved to places, no text left to interpret.
//!
//! Values stand in slots: first the items, then the derived quantities, then the sums. A slot without a value
//! holds NaN, which never leaves `risk::instrument`: every condition on it is false, and no result shows it.

use crate::risk::instrument::compiled::bits::{Bits, all_of};
use crate::risk::instrument::compiled::derive::{Condition, Derive, Step};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::rising::RisingMap;
use crate::risk::instrument::written::decimal::Decimal;
use std::sync::Arc;

/// Codes that every instrument has, in this order, before its own.
pub(crate) const OWN_CODES: [&str; 3] = ["missing_mandatory_input", "missing_dynamic_input", "value_outside_tables"];
/// Place of the code for a missing dynamic answer, the same in every instrument.
pub(crate) const MISSING_DYNAMIC: usize = 1;
/// Place of the code for a value that no row of a table has.
pub(crate) const NO_VALUE: usize = 2;

/// What a rule does when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// The answer is missing, and the published form asks for it.
    Missing,
    /// The answers cannot be true together, or lie outside their range.
    Invalid,
    /// The answers contradict each other, though the published form does not look: strict scoring refuses them.
    Contradiction,
    /// The answers may be true, but the instrument has no score for them.
    Refuse,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Rule {
    pub(crate) code: usize,
    pub(crate) effect: Effect,
    pub(crate) dynamic: bool,
    pub(crate) when: Bits,
    pub(crate) unless: Vec<Bits>,
}

impl Rule {
    pub(crate) fn holds(&self, held: Bits) -> bool {
        all_of(held, self.when) && !self.unless.iter().any(|list| all_of(held, *list))
    }
}

/// Why answers contradict each other, as a result says it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reason {
    pub(crate) code: usize,
    pub(crate) text: String,
}

/// What a stated population has to agree with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Stated {
    /// Age against an answer in whole years.
    Age { of: usize, apart: f64 },
    /// Age against the completed years at one date, or at two and all between them.
    AgeAt { born: usize, at: usize, to: usize, apart: f64 },
    /// Sex against an answer.
    Sex { of: usize },
}

/// A rule between the stated population and an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct PopulationRule {
    pub(crate) code: usize,
    pub(crate) stated: Stated,
}

/// A row of a table: values from `from` to `to`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) value: f64,
    pub(crate) text: Decimal,
    /// Level of a choice, when the row stands for one.
    pub(crate) level: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum TermKind {
    Constant,
    /// Coefficient times a power of a slot.
    Power {
        slot: usize,
        power: i32,
    },
    /// A row of a table; `dense` has the row of 0, 1, 2, .. when rows are consecutive whole numbers.
    Table {
        slot: usize,
        rows: Vec<Row>,
        dense: Vec<f64>,
        otherwise: Option<f64>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) name: String,
    pub(crate) level: Option<String>,
    pub(crate) sum: usize,
    pub(crate) when: Bits,
    pub(crate) coefficient: f64,
    pub(crate) text: Option<Decimal>,
    pub(crate) kind: TermKind,
    pub(crate) document: String,
    pub(crate) place: String,
    /// Items it depends on, through conditions and derived quantities too.
    pub(crate) items: u64,
}

impl Term {
    /// `name` or `name[level]`, as the explanation of a result names it.
    pub(crate) fn key(&self) -> String {
        self.level.as_ref().map_or_else(|| self.name.clone(), |level| format!("{}[{level}]", self.name))
    }
}

/// Fixed results for answers that meet conditions; the first that fits counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) when: Bits,
    /// Output and value; NaN for none.
    pub(crate) fixed: Vec<(usize, f64)>,
}

/// What an output is computed from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum From {
    Sum(usize),
    Output(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    /// Index in the names of bands.
    pub(crate) name: usize,
    /// Lowest value; infinite for a band that only a choice gives.
    pub(crate) from: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Make {
    Copy(From),
    /// `1 / (1 + exp(-(intercept + slope x)))`.
    Logistic {
        of: From,
        intercept: f64,
        slope: f64,
    },
    /// `1 - S0 ^ exp(x - centre)`, with the baseline survival of the horizon.
    Cox {
        of: From,
        baseline: f64,
        centre: f64,
    },
    /// An earlier probability, recalibrated.
    Recalibrated {
        of: usize,
        map: RisingMap,
    },
    /// Per cent with so many decimals, half up, within limits.
    Percent {
        of: usize,
        decimals: i32,
        first: Option<i32>,
        minimum: f64,
        maximum: f64,
        zero_code: Option<usize>,
    },
    Table {
        of: From,
        rows: Vec<Row>,
    },
    Band {
        of: From,
        bands: Vec<Band>,
        reduce: Option<Reduce>,
    },
    /// Whether the band was reduced.
    Reduced(usize),
    /// Only ever given by a choice.
    Chosen,
    Component {
        component: usize,
        output: usize,
    },
    /// Sum of per cents that were rounded before, plus probabilities under conditions, rounded alike.
    Total {
        of: Vec<usize>,
        plus: Vec<(f64, Bits)>,
        decimals: i32,
        minimum: f64,
        maximum: f64,
    },
}

/// One band lower, not below `lowest`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reduce {
    pub(crate) when: Bits,
    pub(crate) lowest: usize,
}

/// How an output is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Number,
    Whole,
    Truth,
    Band,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Output {
    pub(crate) field: String,
    pub(crate) make: Make,
    pub(crate) show: Show,
    pub(crate) horizon: Option<String>,
    /// Version of its bands.
    pub(crate) version: Option<String>,
}

/// Another instrument whose results go into this one.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) code: usize,
    pub(crate) instrument: Arc<Instrument>,
    /// For each of its items, the item of this instrument.
    pub(crate) items: Vec<usize>,
}

/// The whole of it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    pub(crate) slots: usize,
    pub(crate) derived: Vec<Derive>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) steps: Vec<Step>,
    /// Conditions on sums, checked after them.
    pub(crate) late: Vec<usize>,
    pub(crate) rules: Vec<Rule>,
    /// Number of rules of the published form; those after it are contradictions.
    pub(crate) published: usize,
    /// Rules between the stated population and the answers.
    pub(crate) population: Vec<PopulationRule>,
    /// Contradictions in words.
    pub(crate) reasons: Vec<Reason>,
    pub(crate) terms: Vec<Term>,
    pub(crate) sums: Vec<String>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) bands: Vec<String>,
    /// What to say when conditions hold.
    pub(crate) warnings: Vec<(Bits, String)>,
    pub(crate) codes: Vec<String>,
    pub(crate) components: Vec<Component>,
    /// The static form that the published implementation falls back to.
    pub(crate) fallback: Option<Component>,
    /// Items each condition depends on.
    pub(crate) condition_items: Vec<u64>,
    /// Items each derived quantity depends on.
    pub(crate) derived_items: Vec<u64>,
}

impl Program {
    /// Items that a list of conditions depends on.
    pub(crate) fn items_of(&self, list: Bits) -> u64 {
        (0..self.conditions.len()).filter(|i| list >> i & 1 == 1).fold(0, |all, i| all | self.condition_items[i])
    }

    /// The steps that depend on an item, and the conditions among them.
    pub(crate) fn steps_of(&self, item: usize) -> (Vec<Step>, Bits) {
        let depends = |step: &Step| match *step {
            Step::Derive(i) => self.derived_items[i] >> item & 1 == 1,
            Step::Check(i) => self.condition_items[i] >> item & 1 == 1,
        };
        let steps: Vec<Step> = self.steps.iter().copied().filter(depends).collect();
        let conditions = steps.iter().fold(0, |all, step| match step {
            Step::Check(i) => all | 1 << i,
            Step::Derive(_) => all,
        });
        (steps, conditions)
    }

    pub(crate) fn output(&self, field: &str) -> Option<usize> {
        self.outputs.iter().position(|o| o.field == field)
    }
}
