//! One pass over a compiled instrument: rules, terms, sums, outputs. No allocation.

use crate::risk::instrument::compiled::bits::{Bits, all_of};
use crate::risk::instrument::compiled::derive::Step;
use crate::risk::instrument::compiled::derive::{check, derive};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::item::{Item, Substitute};
use crate::risk::instrument::compiled::program::{From, MISSING_DYNAMIC, Make, NO_VALUE, Program, Row, Term, TermKind};
use crate::risk::instrument::compiled::rising::logistic;
use crate::units::read_back;
use std::fmt;

/// How missing answers are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// A missing answer is unknown: the exact range over what it may be, or a refusal. The default.
    Strict,
    /// As the published implementation: some missing answers count as "no", others lead to its static form.
    AsPublished,
}

impl Mode {
    /// Both.
    pub const ALL: [Mode; 2] = [Mode::Strict, Mode::AsPublished];

    /// The key in results.
    pub fn key(self) -> &'static str {
        match self {
            Mode::Strict => "strict",
            Mode::AsPublished => "as-published",
        }
    }
}

read_back! { Mode, "a way to treat missing answers"; }

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// Working memory of one evaluation, reused from case to case.
#[derive(Debug, Clone)]
pub(crate) struct Scratch {
    pub(crate) slots: Vec<f64>,
    pub(crate) held: Bits,
    /// One value a term; 0 for a term that does not apply.
    pub(crate) contributions: Vec<f64>,
    pub(crate) outputs: Vec<f64>,
    /// Error codes that apply, by bit.
    pub(crate) errors: u64,
    /// Those of them that concern the dynamic part.
    pub(crate) dynamic_errors: u64,
    /// Items in whose place something was put, by bit.
    pub(crate) substituted: u64,
    /// Whether the results are those of the static form.
    pub(crate) fell_back: bool,
    pub(crate) answers: Vec<f64>,
    pub(crate) components: Vec<Scratch>,
}

impl Scratch {
    pub(crate) fn new(instrument: &Instrument) -> Self {
        let p = &instrument.program;
        Scratch {
            // one more: the slot that is always 1
            slots: vec![f64::NAN; p.slots + 1],
            held: 0,
            contributions: vec![0.0; p.terms.len()],
            outputs: vec![f64::NAN; p.outputs.len()],
            errors: 0,
            dynamic_errors: 0,
            substituted: 0,
            fell_back: false,
            answers: vec![f64::NAN; instrument.items.len()],
            components: p.components.iter().chain(&p.fallback).map(|c| Scratch::new(&c.instrument)).collect(),
        }
    }
}

impl Instrument {
    /// Evaluates `scratch.answers`; whether there is a score. Outputs without a value are NaN.
    pub(crate) fn run(&self, s: &mut Scratch, mode: Mode) -> bool {
        self.pass::<true>(s, mode)
    }

    /// The pass, with or without keeping what each term added.
    pub(crate) fn pass<const EXPLAIN: bool>(&self, s: &mut Scratch, mode: Mode) -> bool {
        let p = &self.program;
        s.slots[..self.items.len()].copy_from_slice(&s.answers);
        s.substituted = 0;
        s.fell_back = false;
        if mode == Mode::AsPublished {
            substitute(&self.items, s);
        }
        s.held = 0;
        self.prepare(&s.answers, &mut s.slots, &mut s.held);
        (s.errors, s.dynamic_errors) = (0, 0);
        let looked_at = if mode == Mode::Strict { p.rules.len() } else { p.published };
        for rule in &p.rules[..looked_at] {
            if rule.holds(s.held) {
                s.errors |= 1 << rule.code;
                s.dynamic_errors |= u64::from(rule.dynamic) << rule.code;
            }
        }
        let scored = p.components.is_empty() || self.run_components::<EXPLAIN>(s, mode);
        if s.errors != 0 || !scored {
            if mode == Mode::AsPublished && scored && s.errors == s.dynamic_errors && p.fallback.is_some() {
                return self.fall_back(s);
            }
            s.outputs.fill(f64::NAN);
            s.contributions.fill(0.0);
            return false;
        }
        self.add_up::<EXPLAIN>(s);
        p.produce(s);
        if s.errors != 0 {
            s.outputs.fill(f64::NAN);
            return false;
        }
        // what a part reports beside its score is not lost on the way up
        let parts = &s.components[..p.components.len()];
        s.errors = parts.iter().fold(0, |all, part| all | part.errors & 1 << MISSING_DYNAMIC);
        true
    }

    /// `static` or `dynamic`, for an instrument with both forms, and for one that has such a part.
    pub(crate) fn score_type<'a>(&'a self, s: &'a Scratch) -> Option<&'a str> {
        if s.fell_back {
            return self.program.fallback.as_ref()?.instrument.card.score_type.as_deref();
        }
        let parts = self.program.components.iter().zip(&s.components);
        let of_part = || parts.into_iter().find_map(|(c, inner)| c.instrument.score_type(inner));
        self.card.score_type.as_deref().or_else(of_part)
    }

    /// Derived quantities and the conditions on them and on items.
    pub(crate) fn prepare(&self, answers: &[f64], slots: &mut [f64], held: &mut Bits) {
        self.flat.prepare(&self.program, answers, slots, held);
    }

    fn add_up<const EXPLAIN: bool>(&self, s: &mut Scratch) {
        self.flat.add_up::<EXPLAIN>(&self.program, &mut s.slots, s.held, &mut s.contributions);
        for i in &self.program.late {
            s.held |= Bits::from(check(self.program.conditions[*i], &s.slots, &s.answers)) << i;
        }
    }

    /// Runs the parts; each that has no score adds its code.
    fn run_components<const EXPLAIN: bool>(&self, s: &mut Scratch, mode: Mode) -> bool {
        for (component, inner) in self.program.components.iter().zip(&mut s.components) {
            for (to, from) in inner.answers.iter_mut().zip(&component.items) {
                *to = s.answers[*from];
            }
            if !component.instrument.pass::<EXPLAIN>(inner, mode) {
                s.errors |= 1 << component.code;
            }
        }
        true
    }

    fn fall_back(&self, s: &mut Scratch) -> bool {
        let Some(form) = &self.program.fallback else { return false };
        let Some(inner) = s.components.last_mut() else { return false };
        for (to, from) in inner.answers.iter_mut().zip(&form.items) {
            *to = s.answers[*from];
        }
        let scored = form.instrument.run(inner, Mode::AsPublished);
        s.contributions.fill(0.0);
        for (output, value) in self.program.outputs.iter().zip(&mut s.outputs) {
            *value = form.instrument.program.output(&output.field).map_or(f64::NAN, |at| inner.outputs[at]);
        }
        s.fell_back = scored;
        if !scored {
            // why the static form has none, in this instrument's places
            for code in form.instrument.codes(inner.errors) {
                s.errors |= 1 << self.program.codes.iter().position(|own| own == code).unwrap_or(NO_VALUE);
            }
        }
        scored
    }
}

fn substitute(items: &[Item], s: &mut Scratch) {
    for (i, item) in items.iter().enumerate() {
        if s.slots[i].is_nan()
            && let Some(other) = &item.substitute
        {
            s.slots[i] = match other {
                Substitute::Value(value, _) => *value,
                Substitute::Item(at) => s.answers[*at],
            };
            if !s.slots[i].is_nan() {
                s.substituted |= 1 << i;
            }
        }
    }
}

impl Program {
    /// Some of the steps, in order.
    #[inline]
    pub(crate) fn follow(&self, steps: &[Step], answers: &[f64], slots: &mut [f64], held: &mut Bits) {
        let first = answers.len();
        for step in steps {
            match *step {
                Step::Derive(i) => slots[first + i] = derive(&self.derived[i], slots, *held),
                Step::Check(i) => *held |= Bits::from(check(self.conditions[i], slots, answers)) << i,
            }
        }
    }

    fn produce(&self, s: &mut Scratch) {
        let choice = self.choices.iter().find(|c| all_of(s.held, c.when));
        let mut fixed = 0u64;
        for (at, value) in choice.iter().flat_map(|c| &c.fixed) {
            s.outputs[*at] = *value;
            fixed |= 1 << at;
        }
        let first_sum = self.slots - self.sums.len();
        for (i, output) in self.outputs.iter().enumerate() {
            if fixed >> i & 1 == 0 {
                let value = self.make(&output.make, s, first_sum);
                s.outputs[i] = value;
                // a value beyond every row of a table has no score; that a choice says so is another matter
                if !value.is_finite()
                    && matches!(
                        output.make,
                        Make::Copy(_)
                            | Make::Logistic { .. }
                            | Make::Cox { .. }
                            | Make::Recalibrated { .. }
                            | Make::Table { .. }
                            | Make::Band { .. }
                    )
                {
                    s.errors |= 1 << NO_VALUE;
                }
            }
        }
    }

    fn make(&self, make: &Make, s: &mut Scratch, first_sum: usize) -> f64 {
        let read = |from: &From, s: &Scratch| match from {
            From::Sum(at) => s.slots[first_sum + at],
            From::Output(at) => s.outputs[*at],
        };
        match make {
            Make::Copy(of) => read(of, s),
            Make::Logistic { of, intercept, slope } => logistic(intercept + slope * read(of, s)),
            Make::Cox { of, baseline, centre } => -(baseline.ln() * (read(of, s) - centre).exp()).exp_m1(),
            Make::Recalibrated { of, map } => map.at(s.outputs[*of]),
            Make::Percent { of, decimals, first, minimum, maximum, zero_code } => {
                let p = s.outputs[*of];
                if p.is_nan() {
                    return f64::NAN;
                }
                let percent = percent(p, *decimals, *first);
                if percent == 0.0
                    && let Some(code) = zero_code
                {
                    s.errors |= 1 << code;
                }
                percent.clamp(*minimum, *maximum)
            }
            Make::Table { of, rows } => look_up(rows, read(of, s)).unwrap_or(f64::NAN),
            Make::Band { of, bands, reduce } => {
                let value = read(of, s);
                let Some(at) = bands.iter().rposition(|b| b.from <= value) else { return f64::NAN };
                let reduced =
                    reduce.as_ref().is_some_and(|r| bands[at].name != r.lowest && at > 0 && all_of(s.held, r.when));
                bands[at - usize::from(reduced)].name as f64
            }
            Make::Reduced(of) => match &self.outputs[*of].make {
                Make::Band { of, bands, reduce: Some(r) } => {
                    let value = read(of, s);
                    let at = bands.iter().rposition(|b| b.from <= value);
                    let above = at.is_some_and(|at| bands[at].name != r.lowest && at > 0);
                    f64::from(u8::from(above && all_of(s.held, r.when)))
                }
                _ => f64::NAN,
            },
            Make::Chosen => f64::NAN,
            Make::Component { component, output } => {
                let value = s.components[*component].outputs[*output];
                let part = &self.components[*component].instrument.program;
                if part.outputs[*output].show == crate::risk::instrument::compiled::program::Show::Band
                    && !value.is_nan()
                {
                    let name = &part.bands[value as usize];
                    self.bands.iter().position(|b| b == name).map_or(f64::NAN, |at| at as f64)
                } else {
                    value
                }
            }
            Make::Total { of, plus, decimals, minimum, maximum } => {
                let scale = 10f64.powi(*decimals);
                let parts: f64 = of.iter().map(|at| (s.outputs[*at] * scale).round()).sum();
                let held = s.held;
                let more: f64 = plus
                    .iter()
                    .filter(|(_, when)| all_of(held, *when))
                    .map(|(p, _)| (percent(*p, *decimals, None) * scale).round())
                    .sum();
                ((parts + more) / scale).clamp(*minimum, *maximum)
            }
        }
    }
}

impl Term {
    /// Its contribution, given that its conditions hold.
    #[inline]
    pub(crate) fn value(&self, slots: &[f64]) -> f64 {
        match &self.kind {
            TermKind::Constant => self.coefficient,
            TermKind::Power { slot, power } => {
                let x = slots[*slot];
                self.coefficient
                    * match power {
                        1 => x,
                        2 => x * x,
                        3 => x * x * x,
                        4 => (x * x) * (x * x),
                        n => x.powi(*n),
                    }
            }
            TermKind::Table { slot, rows, dense, otherwise } => {
                let x = slots[*slot];
                // a negative or missing value becomes 0 in the cast and is told apart by casting back
                let at = x as usize;
                if at as f64 == x
                    && let Some(value) = dense.get(at)
                {
                    return *value;
                }
                look_up(rows, x).or(*otherwise).unwrap_or(f64::NAN)
            }
        }
    }
}

fn look_up(rows: &[Row], x: f64) -> Option<f64> {
    rows.iter().find(|r| r.from <= x && x <= r.to).map(|r| r.value)
}

/// Per cent with so many decimals, half up; through `first` decimals of the probability, if asked.
#[inline]
pub(crate) fn percent(p: f64, decimals: i32, first: Option<i32>) -> f64 {
    let scale = match decimals {
        0 => 1.0,
        2 => 100.0,
        d => 10f64.powi(d),
    };
    match first {
        None => (p * 100.0 * scale + 0.5).floor() / scale,
        Some(first) => {
            // in whole numbers, so that the half of the second rounding is exact
            let units = (p * 10f64.powi(first) + 0.5).floor();
            let step = 10f64.powi(first - 2 - decimals);
            ((units + step / 2.0) / step).floor() / scale
        }
    }
}
