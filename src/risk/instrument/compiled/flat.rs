//! The hot part of a compiled instrument: intervals instead of comparisons, one shape for all terms that are not
//! tables, nothing but numbers in a row.

use crate::risk::instrument::compiled::bits::Bits;
use crate::risk::instrument::compiled::derive::{Step, Test};
use crate::risk::instrument::compiled::derive::{check, derive};
use crate::risk::instrument::compiled::program::{Program, TermKind};

/// `low <= x <= high`: what every comparison with a constant comes down to, but "is not".
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    slot: u32,
    bit: u32,
    low: f64,
    high: f64,
}

/// What is done first, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum FlatStep {
    Derive(usize),
    Check(usize),
    /// Several intervals at once.
    Intervals(usize, usize),
}

/// `coefficient * x^power` while conditions hold. A constant reads a slot that is always 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Linear {
    when: Bits,
    coefficient: f64,
    slot: u32,
    /// Power less one, 0 to 3.
    power: u8,
    sum: u8,
    term: u16,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Flat {
    intervals: Vec<Interval>,
    steps: Vec<FlatStep>,
    linear: Vec<Linear>,
    /// Terms that are tables, or powers above the fourth.
    others: Vec<usize>,
}

fn interval(test: Test) -> Option<(f64, f64)> {
    match test {
        Test::Is(v) => Some((v, v)),
        Test::AtLeast(v) => Some((v, f64::INFINITY)),
        Test::AtMost(v) => Some((f64::NEG_INFINITY, v)),
        Test::Above(v) => Some((v.next_up(), f64::INFINITY)),
        Test::Below(v) => Some((f64::NEG_INFINITY, v.next_down())),
        _ => None,
    }
}

impl Flat {
    /// Lays out a program; its last slot but one past the end holds 1.
    pub(crate) fn of(program: &Program) -> Flat {
        let mut flat = Flat::default();
        for step in &program.steps {
            let at = match *step {
                Step::Derive(i) => {
                    flat.steps.push(FlatStep::Derive(i));
                    continue;
                }
                Step::Check(i) => i,
            };
            let condition = program.conditions[at];
            let Some((low, high)) = interval(condition.test) else {
                flat.steps.push(FlatStep::Check(at));
                continue;
            };
            flat.intervals.push(Interval { slot: condition.slot as u32, bit: at as u32, low, high });
            let end = flat.intervals.len();
            match flat.steps.last_mut() {
                Some(FlatStep::Intervals(_, last)) => *last = end,
                _ => flat.steps.push(FlatStep::Intervals(end - 1, end)),
            }
        }
        for (i, term) in program.terms.iter().enumerate() {
            let (slot, power) = match term.kind {
                TermKind::Constant => (program.slots, 1),
                TermKind::Power { slot, power } if power <= 4 => (slot, power),
                _ => {
                    flat.others.push(i);
                    continue;
                }
            };
            flat.linear.push(Linear {
                when: term.when,
                coefficient: term.coefficient,
                slot: slot as u32,
                power: (power - 1) as u8,
                sum: term.sum as u8,
                term: i as u16,
            });
        }
        flat
    }

    /// Derived quantities and conditions, all of them.
    pub(crate) fn prepare(&self, program: &Program, answers: &[f64], slots: &mut [f64], held: &mut Bits) {
        let first = answers.len();
        for step in &self.steps {
            match *step {
                FlatStep::Derive(i) => {
                    slots[first + i] = derive(&program.derived[i], slots, *held);
                }
                FlatStep::Check(i) => {
                    *held |= Bits::from(check(program.conditions[i], slots, answers)) << i;
                }
                FlatStep::Intervals(from, to) => {
                    let mut words = [0u64; 2];
                    for one in &self.intervals[from..to] {
                        let x = slots[one.slot as usize];
                        let inside = u64::from((x >= one.low) & (x <= one.high));
                        words[(one.bit >> 6) as usize & 1] |= inside << (one.bit & 63);
                    }
                    *held |= Bits::from(words[0]) | Bits::from(words[1]) << 64;
                }
            }
        }
    }

    /// Adds every term to its sum; `slots` ends with a 1 behind the sums.
    pub(crate) fn add_up<const EXPLAIN: bool>(
        &self,
        program: &Program,
        slots: &mut [f64],
        held: Bits,
        contributions: &mut [f64],
    ) {
        let first = program.slots - program.sums.len();
        slots[first..program.slots].fill(0.0);
        slots[program.slots] = 1.0;
        let mut one_sum = 0.0;
        let single = program.sums.len() == 1;
        for op in &self.linear {
            let x = slots[op.slot as usize];
            let square = x * x;
            let powers = [x, square, square * x, square * square];
            let value = op.coefficient * powers[usize::from(op.power & 3)];
            let value = if held & op.when == op.when { value } else { 0.0 };
            if EXPLAIN {
                contributions[usize::from(op.term)] = value;
            }
            if single {
                one_sum += value;
            } else {
                slots[first + usize::from(op.sum)] += value;
            }
        }
        if single {
            slots[first] = one_sum;
        }
        for i in &self.others {
            let term = &program.terms[*i];
            let value = if held & term.when == term.when { term.value(slots) } else { 0.0 };
            if EXPLAIN {
                contributions[*i] = value;
            }
            slots[first + term.sum] += value;
        }
    }
}
