//! An instrument seen as parts and factors: which terms and rules depend on which unknown answers.

use crate::risk::instrument::compiled::bits::Bits;
use crate::risk::instrument::compiled::derive::Step;
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::item::Item;
use crate::risk::instrument::compiled::program::{Effect, Make};

/// A part of the instrument with its own sums, or the whole of it.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) instrument: &'a Instrument,
    /// Item of the whole for each of its own.
    pub(super) items: Vec<usize>,
    pub(super) answers: Vec<f64>,
    pub(super) slots: Vec<f64>,
    pub(super) held: Bits,
    /// By own item: the steps that depend on it, and the conditions among them.
    pub(super) steps: Vec<(Vec<Step>, Bits)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum What {
    Term(usize),
    Rule(usize),
}

/// A term or a rule and the items of the whole it depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factor {
    pub(super) part: usize,
    pub(super) what: What,
    pub(super) items: u64,
}

/// The parts with sums of their own, and the items that matter beyond one sum.
pub(super) fn flatten<'a>(instrument: &'a Instrument, items: Vec<usize>, parts: &mut Vec<Part<'a>>, outside: &mut u64) {
    let program = &instrument.program;
    let lift = |own: u64| (0..items.len()).filter(|i| own >> i & 1 == 1).fold(0u64, |all, i| all | 1 << items[i]);
    for choice in &program.choices {
        *outside |= lift(program.items_of(choice.when));
    }
    for output in &program.outputs {
        match &output.make {
            Make::Band { reduce: Some(reduce), .. } => *outside |= lift(program.items_of(reduce.when)),
            Make::Total { plus, .. } => plus.iter().for_each(|(_, when)| *outside |= lift(program.items_of(*when))),
            _ => {}
        }
    }
    for part in &program.components {
        flatten(&part.instrument, part.items.iter().map(|i| items[*i]).collect(), parts, outside);
    }
    // a part with several sums inside another instrument: all that matters to it is tried on the outside
    if program.sums.len() > 1 && items.iter().enumerate().any(|(i, at)| i != *at) {
        *outside |= lift(u64::MAX);
    }
    let (answers, slots) = (vec![f64::NAN; items.len()], vec![f64::NAN; program.slots]);
    let steps = (0..items.len()).map(|i| program.steps_of(i)).collect();
    parts.push(Part { instrument, items, answers, slots, held: 0, steps });
}

pub(super) fn factors(parts: &[Part<'_>]) -> Vec<Factor> {
    let mut all = Vec::new();
    for (p, part) in parts.iter().enumerate() {
        let program = &part.instrument.program;
        let lift = |own: u64| {
            part.items.iter().enumerate().filter(|(i, _)| own >> i & 1 == 1).fold(0u64, |m, (_, at)| m | 1 << at)
        };
        for (i, term) in program.terms.iter().enumerate() {
            all.push(Factor { part: p, what: What::Term(i), items: lift(term.items) });
        }
        for (i, rule) in program.rules.iter().enumerate().filter(|(_, r)| r.effect != Effect::Missing) {
            let own = rule.unless.iter().fold(program.items_of(rule.when), |m, list| m | program.items_of(*list));
            all.push(Factor { part: p, what: What::Rule(i), items: lift(own) });
        }
    }
    all
}

/// Items on which a part depends.
fn items_of(part: usize, factors: &[Factor]) -> u64 {
    factors.iter().filter(|f| f.part == part).fold(0, |all, f| all | f.items)
}

/// Items on which more than one part depends.
pub(super) fn shared(parts: &[Part<'_>], factors: &[Factor]) -> u64 {
    let mut seen = 0;
    let mut twice = 0;
    for p in 0..parts.len() {
        let own = items_of(p, factors);
        twice |= seen & own;
        seen |= own;
    }
    twice
}

/// The items of the part whose results hang on its sum by steps: a condition looks at it after it is added up. Should more
/// than one part be such, or one have several sums, the items of the others are tried on the outside.
pub(super) fn stepped(parts: &[Part<'_>], factors: &[Factor], outside: &mut u64) -> u64 {
    let stepped = (0..parts.len()).filter(|p| !parts[*p].instrument.program.late.is_empty());
    let (one, more): (Vec<usize>, Vec<usize>) = stepped.partition(|p| parts[*p].instrument.program.sums.len() == 1);
    *outside |= more.iter().chain(one.iter().skip(1)).fold(0, |all, p| all | items_of(*p, factors));
    one.first().map_or(0, |p| items_of(*p, factors))
}

impl Part<'_> {
    pub(super) fn refresh(&mut self) {
        let own: &[Item] = &self.instrument.items;
        self.slots[..own.len()].copy_from_slice(&self.answers);
        self.held = 0;
        self.instrument.prepare(&self.answers, &mut self.slots, &mut self.held);
    }
}
