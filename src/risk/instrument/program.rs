//! An instrument compiled for evaluation: flat lists, names resolved to places, no text left to interpret.
//!
//! Values stand in slots: first the items, then the derived quantities, then the sums. A slot without a value
//! holds NaN, which never leaves this folder: every condition on it is false, and no result shows it.

use super::consistency::{PopulationRule, Reason};
use super::decimal::Decimal;
use super::flat::Flat;
use super::instrument::Instrument;
use super::rising::RisingMap;
use std::sync::Arc;

/// Conditions of one instrument, as bits.
pub(crate) type Bits = u128;

/// Most conditions, items and codes an instrument may have: the widths of the bit sets.
pub(crate) const MOST_CONDITIONS: usize = 128;
pub(crate) const MOST_ITEMS: usize = 64;
pub(crate) const MOST_CODES: usize = 64;

/// Codes that every instrument has, in this order, before its own.
pub(crate) const OWN_CODES: [&str; 3] = ["missing_mandatory_input", "missing_dynamic_input", "value_outside_tables"];
/// Place of the code for a missing dynamic answer, the same in every instrument.
pub(crate) const MISSING_DYNAMIC: usize = 1;
/// Place of the code for a value that no row of a table has.
pub(crate) const NO_VALUE: usize = 2;

/// One comparison of a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Condition {
    pub(crate) slot: usize,
    pub(crate) test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Test {
    Is(f64),
    IsNot(f64),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    /// Member of a set, by bit.
    Has(u32),
    /// Answered, before anything was put in its place.
    Given(bool),
    /// On or before the date in another slot.
    NotAfter(usize),
    /// Greater than the number in another slot.
    Exceeds(usize),
}

/// All conditions of one list hold.
pub(crate) fn all_of(held: Bits, list: Bits) -> bool {
    held & list == list
}

/// A derived quantity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Derive {
    /// Completed years from birth; nothing on or before the day of birth.
    Age { born: usize, at: usize },
    /// Completed years between two dates, 0 when the second is not later.
    Years { from: usize, to: usize },
    /// Completed months between two dates, 0 when the second is earlier, at most a cap.
    Months { from: usize, to: usize, at_most: f64 },
    /// Whether a date is later than another one plus whole months (clipped to the month's end).
    LaterByMonths { date: usize, than: usize, months: i32 },
    /// Weighted sum, within limits; `missing` stands for what has no value.
    Sum { of: Vec<(usize, f64)>, plus: f64, at_least: f64, at_most: f64, missing: Option<f64> },
    /// `ln(of / (over + plus))`; nothing when `of` is not positive.
    LogRatio { of: usize, over: usize, plus: f64 },
    /// Whether all conditions of at least one list hold.
    Any(Vec<Bits>),
    /// A multiple, rounded half up to a whole number.
    Rounded { of: usize, times: f64 },
}

/// What is done first, in order: derived quantities and the conditions on them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Derive(usize),
    Check(usize),
}

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
    /// The hot part, laid out flat.
    pub(crate) flat: Flat,
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
