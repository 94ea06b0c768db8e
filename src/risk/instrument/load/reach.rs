//! Which values a result can have at all, as far as the file says: a band that none of them lies in is a mistake of
//! the file.
//!
//! The ends are outer ones: terms that exclude one another count together. So a band called unreachable is, and one
//! that is not called so may be.

use crate::risk::instrument::compiled::derive::Derive;
use crate::risk::instrument::compiled::item::ItemKind;
use crate::risk::instrument::compiled::program::{Band, From, Make, Program, TermKind};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::decimal::Decimal;
use crate::risk::instrument::written::walk::{Node, Problems};

/// Lowest and highest value; infinite where the file sets no end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ends {
    low: f64,
    high: f64,
    /// Values are whole multiples of one over this, when they are rounded.
    steps: Option<f64>,
}

const NO_ENDS: Ends = Ends { low: f64::NEG_INFINITY, high: f64::INFINITY, steps: None };

impl Ends {
    fn of(low: f64, high: f64) -> Ends {
        Ends { low, high, steps: None }
    }

    fn hull(values: impl Iterator<Item = f64>) -> Ends {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if low > high { NO_ENDS } else { Ends::of(low, high) }
    }

    /// Of a multiple; nothing is known of nought times infinity.
    fn times(self, factor: f64) -> Ends {
        let (a, b) = (self.low * factor, self.high * factor);
        if a.is_nan() || b.is_nan() { NO_ENDS } else { Ends::of(a.min(b), a.max(b)) }
    }

    fn plus(self, other: Ends) -> Ends {
        Ends::of(self.low + other.low, self.high + other.high)
    }

    /// Whether a value from `from` and below `below` is possible.
    fn meet(self, from: f64, below: f64) -> bool {
        let first = from.max(self.low);
        let first = self.steps.map_or(first, |steps| least_step(first, steps));
        first < below && first <= self.high
    }
}

/// The first rounded value from `from` on. Bounds are decimals as printed, so a step that differs from one by the
/// error of a binary number is that bound.
fn least_step(from: f64, steps: f64) -> f64 {
    let scaled = from * steps;
    let nearest = scaled.round();
    let whole = if (scaled - nearest).abs() <= 1e-9 * scaled.abs().max(1.0) { nearest } else { scaled.ceil() };
    whole / steps
}

impl Build {
    /// Names every band that no value lies in, and values that no band holds.
    pub(crate) fn check_bands(&mut self, node: &Node<'_>, of: From, bands: &[(Band, Node<'_>)]) {
        let ends = match origin(&self.program, of) {
            From::Sum(at) => self.sum_ends(at),
            From::Output(at) => output_ends(&self.program, at),
        };
        let real: Vec<&(Band, Node<'_>)> = bands.iter().filter(|(b, _)| b.from.is_finite()).collect();
        for (i, (band, place)) in real.iter().enumerate() {
            let below = real.get(i + 1).map_or(f64::INFINITY, |(next, _)| next.from);
            // of two in the wrong order another message speaks
            if band.from < below && !ends.meet(band.from, below) {
                let unreachable =
                    format!("unreachable: no value lies in it, they go from {} to {}", ends.low, ends.high);
                place.says(&mut self.problems, unreachable);
            }
        }
        // the ends of a sum are outer ones, those of a rounded value are its own
        if let (Some((first, _)), true) = (real.first(), ends.steps.is_some())
            && ends.low < first.from
        {
            let text = format!("values from {} to below {} have no band", ends.low, first.from);
            node.says(&mut self.problems, text);
        }
    }

    fn sum_ends(&self, sum: usize) -> Ends {
        let terms = self.program.terms.iter().filter(|t| t.sum == sum);
        let ends = terms.map(|term| {
            let own = match &term.kind {
                TermKind::Constant => Ends::of(term.coefficient, term.coefficient),
                TermKind::Power { slot, power: 1 } => self.slot_ends(*slot).times(term.coefficient),
                TermKind::Power { .. } => NO_ENDS,
                TermKind::Table { rows, otherwise, .. } => {
                    Ends::hull(rows.iter().map(|r| r.value).chain(otherwise.iter().copied()))
                }
            };
            if term.when == 0 { own } else { Ends::of(own.low.min(0.0), own.high.max(0.0)) }
        });
        ends.fold(Ends::of(0.0, 0.0), Ends::plus)
    }

    fn slot_ends(&self, slot: usize) -> Ends {
        if let Some(item) = self.items.get(slot) {
            return match &item.kind {
                ItemKind::Boolean { truth } => Ends::hull([0.0, *truth].into_iter()),
                ItemKind::Choice { levels } => Ends::hull(levels.iter().map(|(_, v)| *v)),
                ItemKind::Integer | ItemKind::Number => {
                    let end = |d: &Option<Decimal>, none: f64| d.as_ref().map_or(none, |d| d.value());
                    Ends::of(end(&item.range.0, f64::NEG_INFINITY), end(&item.range.1, f64::INFINITY))
                }
                ItemKind::Date | ItemKind::Set { .. } => NO_ENDS,
            };
        }
        match self.program.derived.get(slot - self.items.len()) {
            Some(Derive::Sum { of, plus, at_least, at_most, missing: None }) => {
                let sum = of
                    .iter()
                    .fold(Ends::of(*plus, *plus), |sum, (part, times)| sum.plus(self.slot_ends(*part).times(*times)));
                Ends::of(sum.low.clamp(*at_least, *at_most), sum.high.clamp(*at_least, *at_most))
            }
            Some(Derive::Any(_) | Derive::LaterByMonths { .. }) => Ends::of(0.0, 1.0),
            Some(Derive::Months { at_most, .. }) => Ends::of(0.0, *at_most),
            Some(Derive::Age { .. } | Derive::Years { .. }) => Ends::of(0.0, f64::INFINITY),
            Some(Derive::Rounded { of, times }) => {
                let own = self.slot_ends(*of).times(*times);
                Ends::of((own.low + 0.5).floor(), (own.high + 0.5).floor())
            }
            _ => NO_ENDS,
        }
    }
}

/// What an output is a copy of, if it is one.
fn origin(program: &Program, of: From) -> From {
    match of {
        From::Output(at) => match program.outputs[at].make {
            Make::Copy(earlier) => origin(program, earlier),
            _ => of,
        },
        From::Sum(_) => of,
    }
}

fn output_ends(program: &Program, output: usize) -> Ends {
    match &program.outputs[output].make {
        Make::Percent { decimals, minimum, maximum, .. } | Make::Total { decimals, minimum, maximum, .. } => {
            Ends { low: *minimum, high: *maximum, steps: Some(10f64.powi(*decimals)) }
        }
        Make::Logistic { .. } | Make::Cox { .. } => Ends::of(0.0, 1.0),
        Make::Recalibrated { map, .. } => {
            let (low, high) = map.ends();
            Ends::of(low, high)
        }
        Make::Table { rows, .. } => Ends::hull(rows.iter().map(|r| r.value)),
        Make::Component { component, output } => {
            output_ends(&program.components[*component].instrument.program, *output)
        }
        Make::Copy(_) | Make::Band { .. } | Make::Reduced(_) | Make::Chosen => NO_ENDS,
    }
}

impl Program {
    /// An instrument that is a part of this one, at any depth, by short name: the first part that leads to it.
    pub(crate) fn leads_to(&self, id: &str) -> Option<&str> {
        let parts = self.components.iter().chain(&self.fallback);
        parts.map(|part| &part.instrument).find_map(|found| {
            let there = found.id() == id || found.program.leads_to(id).is_some();
            there.then(|| found.id())
        })
    }
}

/// Adds the message for an instrument that would be a part of itself; whether it would.
pub(crate) fn is_cycle(
    node: &Node<'_>,
    id: &str,
    name: &str,
    found: Option<&Program>,
    problems: &mut Problems,
) -> bool {
    if name == id {
        node.says(problems, "a cycle: an instrument cannot be a part of itself");
        return true;
    }
    let Some(through) = found.and_then(|program| program.leads_to(id)) else { return false };
    let own = if through == id { String::new() } else { format!(" through {through}") };
    node.says(problems, format_args!("a cycle: {name} has {id} as a part{own}"));
    true
}
