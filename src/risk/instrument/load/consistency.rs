//! Answers that cannot be true together, and answers that contradict the stated population: rules that stand in the
//! instrument file, each with its source or said to be a matter of logic, checked when loading.
//!
//! Belongs here: reading these rules, refusing one that never or always holds, and the population's part. Does not
//! belong here: rules of the published form (`terms`), which hold in every mode.

use crate::risk::instrument::compiled::bits::Bits;
use crate::risk::instrument::compiled::derive::{Condition, Test, check};
use crate::risk::instrument::compiled::item::{Item, ItemKind};
use crate::risk::instrument::compiled::program::{Effect, PopulationRule, Reason, Rule, Stated};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::walk::Node;

const KEYS: [&str; 12] =
    ["code", "text", "logical", "source", "when", "unless", "population", "of", "born", "at", "to", "apart"];

/// Most combinations of answers tried to see whether a rule can hold, and can fail.
const MOST_TRIED: usize = 200_000;

impl Build {
    /// Reads the rules; those between items come after all rules of the published form.
    pub(crate) fn load_consistency(&mut self, root: &Node<'_>) {
        self.program.published = self.program.rules.len();
        for node in root.list_at(&mut self.problems, "consistency") {
            node.object(&mut self.problems, &KEYS);
            let Some(name) = self.name(&node, "code") else { continue };
            let own = self.program.reasons.iter().any(|reason| self.program.codes[reason.code] == name);
            if own || self.program.codes.contains(&name) {
                node.says(&mut self.problems, "the code is that of another rule");
            }
            let code = self.code(&node, &name);
            let basis = self.basis(&node);
            let words = node.text_at(&mut self.problems, "text").unwrap_or_default();
            self.program.reasons.push(Reason { code, text: format!("{words} ({basis})") });
            match node.get("population") {
                Some(what) => self.population_rule(&node, &what, code),
                None => self.item_rule(&node, code),
            }
        }
    }

    /// What a rule rests on: a document, or nothing but logic.
    fn basis(&mut self, node: &Node<'_>) -> String {
        let logical = node.get("logical").and_then(|n| n.boolean(&mut self.problems));
        match (logical, node.get("source")) {
            (Some(true), None) => "by logic alone".to_owned(),
            (None, Some(_)) => {
                let (document, place) = self.source(node);
                format!("{document}: {place}")
            }
            _ => {
                node.says(&mut self.problems, "a rule has either a source or \"logical\": true");
                String::new()
            }
        }
    }

    fn population_rule(&mut self, node: &Node<'_>, what: &Node<'_>, code: usize) {
        let apart = node.get("apart").and_then(|n| n.whole(&mut self.problems, 0, 5)).unwrap_or(0) as f64;
        let stated = match what.text(&mut self.problems) {
            Some("age") if node.get("of").is_some() => {
                let of = self.item_at(node, |kind| *kind == ItemKind::Integer, "a whole number");
                of.map(|of| Stated::Age { of, apart })
            }
            Some("age") => {
                let (born, at) = (self.date_at(node, "born"), self.date_at(node, "at"));
                let to = if node.get("to").is_some() { self.date_at(node, "to") } else { at };
                born.zip(at).zip(to).map(|((born, at), to)| Stated::AgeAt { born, at, to, apart })
            }
            Some("sex") => {
                let of = self.item_at(node, |kind| matches!(kind, ItemKind::Choice { .. }), "a choice");
                of.map(|of| Stated::Sex { of })
            }
            _ => {
                what.says(&mut self.problems, "a population states an age or a sex");
                None
            }
        };
        if node.get("when").is_some() || node.get("unless").is_some() {
            node.says(&mut self.problems, "a rule about the population has no conditions of its own");
        }
        self.program.population.extend(stated.map(|stated| PopulationRule { code, stated }));
    }

    fn item_at(&mut self, node: &Node<'_>, fits: impl Fn(&ItemKind) -> bool, what: &str) -> Option<usize> {
        let slot = self.slot_at(node, "of")?;
        let good = self.items.get(slot).is_some_and(|item| fits(&item.kind));
        if !good {
            node.says(&mut self.problems, format_args!("{:?} is not an item that takes {what}", self.slots[slot].0));
        }
        good.then_some(slot)
    }

    fn item_rule(&mut self, node: &Node<'_>, code: usize) {
        let when = node.need(&mut self.problems, "when");
        let before = self.problems.is_empty();
        let when = self.conditions(when);
        let unless = self.alternatives(node.get("unless"));
        let rule = Rule { code, effect: Effect::Contradiction, dynamic: false, when, unless };
        if before && self.problems.is_empty() {
            match self.outcomes(&rule) {
                None => node.says(&mut self.problems, "too many answers to see whether the rule can hold"),
                Some((false, _)) => node.says(&mut self.problems, "the rule never holds: no answers contradict it"),
                Some((true, false)) => node.says(&mut self.problems, "the rule always holds: every answer is refused"),
                Some((true, true)) => {}
            }
        }
        self.program.rules.push(rule);
    }

    /// Whether a rule holds for some answers, and fails for some, over all values at which a condition could turn;
    /// derived quantities are taken to have any.
    fn outcomes(&self, rule: &Rule) -> Option<(bool, bool)> {
        let used: Bits = rule.unless.iter().fold(rule.when, |all, list| all | list);
        let conditions: Vec<(usize, Condition)> = (0..self.program.conditions.len())
            .filter(|i| used >> i & 1 == 1)
            .map(|i| (i, self.program.conditions[i]))
            .collect();
        let mut slots: Vec<usize> =
            conditions.iter().flat_map(|(_, c)| [Some(c.slot), other(c.test)]).flatten().collect();
        slots.sort_unstable();
        slots.dedup();
        let values: Vec<Vec<f64>> =
            slots.iter().map(|&slot| representatives(self.items.get(slot), slot, &conditions)).collect();
        let total = values.iter().try_fold(1usize, |n, v| n.checked_mul(v.len()))?;
        if total > MOST_TRIED {
            return None;
        }
        let mut all = vec![f64::NAN; self.slots.len()];
        let (mut holds, mut fails) = (false, false);
        for mut number in 0..total {
            for (slot, values) in slots.iter().zip(&values) {
                all[*slot] = values[number % values.len()];
                number /= values.len();
            }
            let held = conditions.iter().fold(0, |held, (i, c)| held | Bits::from(check(*c, &all, &all)) << i);
            if rule.holds(held) { holds = true } else { fails = true }
        }
        Some((holds, fails))
    }
}

fn other(test: Test) -> Option<usize> {
    match test {
        Test::NotAfter(slot) | Test::Exceeds(slot) => Some(slot),
        _ => None,
    }
}

/// Values on both sides of every place where a condition on the slot could turn, and no answer.
fn representatives(item: Option<&Item>, slot: usize, conditions: &[(usize, Condition)]) -> Vec<f64> {
    let mut values = match item.map(|item| &item.kind) {
        Some(ItemKind::Boolean { truth }) => vec![0.0, *truth],
        Some(ItemKind::Choice { levels }) => levels.iter().map(|(_, value)| *value).collect(),
        Some(ItemKind::Set { members }) => (0..=members.len()).map(|n| ((1u64 << n) - 1) as f64).collect(),
        _ => {
            let turns = conditions.iter().filter(|(_, c)| c.slot == slot).filter_map(|(_, c)| match c.test {
                Test::Is(v) | Test::IsNot(v) | Test::AtLeast(v) | Test::AtMost(v) | Test::Above(v) | Test::Below(v) => {
                    Some(v)
                }
                _ => None,
            });
            let (from, to) = item.map_or((None, None), |item| (item.range.0.as_ref(), item.range.1.as_ref()));
            let ends = [from.map(|d| d.value()), to.map(|d| d.value())];
            let inside = |v: &f64| ends[0].is_none_or(|from| *v >= from) && ends[1].is_none_or(|to| *v <= to);
            let around =
                turns.flat_map(|v| [v - 1.0, v, v + 1.0]).chain(ends.into_iter().flatten()).chain([1.0, 2.0, 3.0]);
            around.filter(inside).collect()
        }
    };
    if item.is_some() {
        values.push(f64::NAN);
    }
    values
}
