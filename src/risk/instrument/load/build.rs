//! From names to places: slots, conditions and codes of an instrument that is being loaded.

use crate::risk::instrument::compiled::bits::{Bits, MOST_CODES, MOST_CONDITIONS};
use crate::risk::instrument::compiled::derive::{Condition, Step, Test};
use crate::risk::instrument::compiled::item::{Item, ItemKind};
use crate::risk::instrument::compiled::program::{OWN_CODES, Program};
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, Problems};

/// An instrument on its way in.
#[derive(Debug)]
pub(crate) struct Build {
    pub(crate) problems: Problems,
    pub(crate) items: Vec<Item>,
    /// Name and items of every slot: items, derived quantities, sums.
    pub(crate) slots: Vec<(String, u64)>,
    /// First slot of a sum; conditions on those are checked late.
    pub(crate) first_sum: usize,
    pub(crate) program: Program,
    /// Documents that provenance may name.
    pub(crate) documents: Vec<String>,
    pub(crate) horizons: Vec<String>,
}

impl Build {
    pub(crate) fn new() -> Self {
        Build {
            problems: Problems::new(),
            items: Vec::new(),
            slots: Vec::new(),
            first_sum: usize::MAX,
            program: Program { codes: OWN_CODES.map(str::to_owned).to_vec(), ..Program::default() },
            documents: Vec::new(),
            horizons: Vec::new(),
        }
    }

    /// Declares a slot; names are unique.
    pub(crate) fn declare(&mut self, node: &Node<'_>, name: &str, items: u64) {
        if self.slots.iter().any(|(n, _)| n == name) {
            node.says(&mut self.problems, format_args!("{:?} is declared twice", shortened(name)));
        }
        self.slots.push((name.to_owned(), items));
    }

    /// The slot of a name.
    pub(crate) fn slot(&mut self, node: Option<Node<'_>>) -> Option<usize> {
        let node = node?;
        let name = node.text(&mut self.problems)?;
        let found = self.slots.iter().position(|(n, _)| n == name);
        if found.is_none() {
            node.says(&mut self.problems, format_args!("{:?} is used but not declared before", shortened(name)));
        }
        found
    }

    pub(crate) fn slot_at(&mut self, node: &Node<'_>, key: &str) -> Option<usize> {
        let found = node.need(&mut self.problems, key);
        self.slot(found)
    }

    /// The slot of an item of a type, such as a date.
    pub(crate) fn date_at(&mut self, node: &Node<'_>, key: &str) -> Option<usize> {
        let slot = self.slot_at(node, key)?;
        let date = self.items.get(slot).is_some_and(|item| item.kind == ItemKind::Date);
        if !date {
            node.says(&mut self.problems, format_args!("{:?} is not a date", self.slots[slot].0));
        }
        date.then_some(slot)
    }

    pub(crate) fn code(&mut self, node: &Node<'_>, code: &str) -> usize {
        if let Some(at) = self.program.codes.iter().position(|c| c == code) {
            return at;
        }
        if self.program.codes.len() == MOST_CODES {
            node.says(&mut self.problems, format_args!("more than {MOST_CODES} error codes"));
            return 0;
        }
        self.program.codes.push(code.to_owned());
        self.program.codes.len() - 1
    }

    /// The bit of a condition, the same for equal conditions.
    pub(crate) fn check(&mut self, node: &Node<'_>, condition: Condition) -> Bits {
        let known = self.program.conditions.iter().position(|c| *c == condition);
        let at = known.unwrap_or_else(|| {
            let mut items = self.slots[condition.slot].1;
            if let Test::NotAfter(other) | Test::Exceeds(other) = condition.test {
                items |= self.slots[other].1;
            }
            self.program.conditions.push(condition);
            self.program.condition_items.push(items);
            let at = self.program.conditions.len() - 1;
            if condition.slot >= self.first_sum {
                self.program.late.push(at);
            } else {
                self.program.steps.push(Step::Check(at));
            }
            at
        });
        if at >= MOST_CONDITIONS {
            node.says(&mut self.problems, format_args!("more than {MOST_CONDITIONS} different conditions"));
            return 0;
        }
        1 << at
    }

    /// A list of conditions that all have to hold.
    pub(crate) fn conditions(&mut self, node: Option<Node<'_>>) -> Bits {
        let Some(node) = node else { return 0 };
        let list = node.list(&mut self.problems);
        list.iter().fold(0, |all, one| all | self.condition(one).unwrap_or(0))
    }

    /// Lists of conditions, of which one has to hold as a whole.
    pub(crate) fn alternatives(&mut self, node: Option<Node<'_>>) -> Vec<Bits> {
        let Some(node) = node else { return Vec::new() };
        let list = node.list(&mut self.problems);
        for one in list.iter().filter(|one| one.value.as_array().is_some_and(Vec::is_empty)) {
            one.says(&mut self.problems, "an empty list of conditions always holds");
        }
        list.into_iter().map(|one| self.conditions(Some(one))).collect()
    }

    fn condition(&mut self, node: &Node<'_>) -> Option<Bits> {
        const TESTS: [&str; 10] =
            ["is", "is_not", "at_least", "at_most", "above", "below", "has", "given", "not_after", "exceeds"];
        let keys: Vec<&str> = ["of"].into_iter().chain(TESTS).collect();
        let map = node.object(&mut self.problems, &keys)?;
        let tests: Vec<&str> = TESTS.into_iter().filter(|key| map.contains_key(*key)).collect();
        let slot = self.slot_at(node, "of");
        let [key] = tests[..] else {
            node.says(&mut self.problems, format_args!("{} tests, not one", tests.len()));
            return None;
        };
        let (slot, value) = (slot?, node.need(&mut self.problems, key)?);
        let test = match key {
            "has" => {
                let name = value.text(&mut self.problems)?;
                let at = match self.items.get(slot).map(|item| &item.kind) {
                    Some(ItemKind::Set { members }) => members.iter().position(|m| m == name),
                    _ => None,
                };
                if at.is_none() {
                    value.says(
                        &mut self.problems,
                        format_args!("{:?} is not a member of {}", shortened(name), self.slots[slot].0),
                    );
                }
                Test::Has(at? as u32)
            }
            "given" => {
                if slot >= self.items.len() {
                    value.says(&mut self.problems, "only an item is given or not");
                    return None;
                }
                Test::Given(value.boolean(&mut self.problems)?)
            }
            "not_after" | "exceeds" => {
                let other = self.slot(Some(value))?;
                if key == "not_after" { Test::NotAfter(other) } else { Test::Exceeds(other) }
            }
            _ => {
                let number = self.constant(slot, &value)?;
                match key {
                    "is" => Test::Is(number),
                    "is_not" => Test::IsNot(number),
                    "at_least" => Test::AtLeast(number),
                    "at_most" => Test::AtMost(number),
                    "above" => Test::Above(number),
                    _ => Test::Below(number),
                }
            }
        };
        Some(self.check(node, Condition { slot, test }))
    }

    /// A level, `true`, `false` or a decimal number, by what the slot holds.
    fn constant(&mut self, slot: usize, value: &Node<'_>) -> Option<f64> {
        if let Some(item) = self.items.get(slot) {
            match item.kind {
                ItemKind::Choice { .. } | ItemKind::Boolean { .. } => {
                    let key = value.text(&mut self.problems)?;
                    let found = self.items[slot].level(key);
                    if found.is_none() {
                        value.says(
                            &mut self.problems,
                            format_args!("{:?} is not a level of {}", shortened(key), self.slots[slot].0),
                        );
                    }
                    return found;
                }
                ItemKind::Date | ItemKind::Set { .. } => {
                    value.says(&mut self.problems, "dates and sets are not compared with a number");
                    return None;
                }
                ItemKind::Integer | ItemKind::Number => {}
            }
        }
        value.decimal(&mut self.problems).map(|d| d.value())
    }

    /// Document and place of a number.
    pub(crate) fn source(&mut self, node: &Node<'_>) -> (String, String) {
        let Some(source) = node.need(&mut self.problems, "source") else { return Default::default() };
        source.object(&mut self.problems, &["document", "place"]);
        let document = source.text_at(&mut self.problems, "document").unwrap_or_default();
        let place = source.text_at(&mut self.problems, "place").unwrap_or_default();
        if !document.is_empty() && !self.documents.iter().any(|d| d == document) {
            source.says(
                &mut self.problems,
                format_args!("document {:?} is not listed under documents", shortened(document)),
            );
        }
        (document.to_owned(), place.to_owned())
    }

    /// A name that a program can use: letters, digits and a few signs.
    pub(crate) fn name(&mut self, node: &Node<'_>, key: &str) -> Option<String> {
        let found = node.need(&mut self.problems, key)?;
        let text = found.text(&mut self.problems)?;
        let plain = text.len() <= 80
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'^' | b':' | b'+' | b'.'));
        if !plain {
            found.says(&mut self.problems, "a name has at most 80 letters, digits and the signs _ - ^ : + .");
        }
        plain.then(|| text.to_owned())
    }
}
