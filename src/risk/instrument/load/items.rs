//! Loading the items of an instrument.

use crate::risk::instrument::compiled::bits::MOST_ITEMS;
use crate::risk::instrument::compiled::derive::{Condition, Test};
use crate::risk::instrument::compiled::item::{Item, ItemKind, Substitute, Unknown};
use crate::risk::instrument::compiled::program::{Effect, Rule};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::decimal::Decimal;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Node;

const KEYS: [&str; 17] = [
    "name",
    "type",
    "label",
    "part",
    "unit",
    "range",
    "range_code",
    "range_unless",
    "levels",
    "true_value",
    "members",
    "required",
    "strictly_required",
    "unless",
    "as_published",
    "unknown",
    "reason",
];

/// Most members of a set: all their combinations are tried when the answer is unknown.
const MOST_MEMBERS: usize = 16;

impl Build {
    pub(crate) fn load_items(&mut self, root: &Node<'_>) {
        let Some(list) = root.need(&mut self.problems, "items").map(|n| n.list(&mut self.problems)) else { return };
        if list.len() > MOST_ITEMS {
            root.says(&mut self.problems, format_args!("{} items, more than {MOST_ITEMS}", list.len()));
            return;
        }
        for node in &list {
            let item = self.item(node);
            let bit = 1 << self.items.len();
            self.declare(node, &item.name, bit);
            self.items.push(item);
        }
        // what refers to other items comes when all are known
        for (at, node) in list.iter().enumerate() {
            self.references(at, node);
        }
    }

    fn item(&mut self, node: &Node<'_>) -> Item {
        node.object(&mut self.problems, &KEYS);
        let label = node.need(&mut self.problems, "label");
        let words = label
            .as_ref()
            .map(|l| (l.text_at(&mut self.problems, "en"), l.get("nl").and_then(|n| n.text(&mut self.problems))));
        let part = node.text_at(&mut self.problems, "part");
        if let Some(other) = part.filter(|p| !["static", "dynamic"].contains(p)) {
            node.says(&mut self.problems, format_args!("part {other:?} is neither static nor dynamic"));
        }
        let required = node.need(&mut self.problems, "required").and_then(|n| n.boolean(&mut self.problems));
        let strictly = node.get("strictly_required").and_then(|n| n.boolean(&mut self.problems));
        let kind = self.kind(node).unwrap_or(ItemKind::Number);
        Item {
            name: self.name(node, "name").unwrap_or_default(),
            label: words.and_then(|w| w.0).unwrap_or_default().to_owned(),
            label_nl: words.and_then(|w| w.1).map(str::to_owned),
            unit: node.get("unit").and_then(|n| n.text(&mut self.problems)).map(str::to_owned),
            range: self.range(node, &kind),
            dynamic: part == Some("dynamic"),
            required: required.unwrap_or(true),
            strictly_required: strictly.unwrap_or(false),
            unless: Vec::new(),
            substitute: None,
            unknown: Unknown::Refuse,
            reason: None,
            kind,
        }
    }

    fn kind(&mut self, node: &Node<'_>) -> Option<ItemKind> {
        match node.text_at(&mut self.problems, "type")? {
            "date" => Some(ItemKind::Date),
            "integer" => Some(ItemKind::Integer),
            "number" => Some(ItemKind::Number),
            "boolean" => {
                let truth =
                    node.get("true_value").and_then(|n| n.decimal(&mut self.problems)).map_or(1.0, |d| d.value());
                if truth == 0.0 {
                    node.says(&mut self.problems, "yes and no have the same value");
                }
                Some(ItemKind::Boolean { truth })
            }
            "choice" => {
                let mut levels: Vec<(String, f64)> = Vec::new();
                let list =
                    node.need(&mut self.problems, "levels").map_or_else(Vec::new, |n| n.list(&mut self.problems));
                for (i, level) in list.iter().enumerate() {
                    level.object(&mut self.problems, &["key", "value", "label"]);
                    let Some(key) = self.name(level, "key") else { continue };
                    let value =
                        level.get("value").and_then(|n| n.decimal(&mut self.problems)).map_or(i as f64, |d| d.value());
                    if levels.iter().any(|(k, v)| *k == key || *v == value) {
                        level.says(&mut self.problems, "key or value of another level");
                    }
                    levels.push((key, value));
                }
                if levels.len() < 2 {
                    node.says(&mut self.problems, "a choice needs two levels");
                }
                Some(ItemKind::Choice { levels })
            }
            "set" => {
                let list =
                    node.need(&mut self.problems, "members").map_or_else(Vec::new, |n| n.list(&mut self.problems));
                let members: Vec<String> =
                    list.iter().filter_map(|n| n.text(&mut self.problems)).map(str::to_owned).collect();
                if members.is_empty() || members.len() > MOST_MEMBERS {
                    node.says(&mut self.problems, format_args!("a set has 1 to {MOST_MEMBERS} members"));
                }
                Some(ItemKind::Set { members })
            }
            other => {
                node.says(
                    &mut self.problems,
                    format_args!(
                        "type {:?} is not one of date, integer, number, boolean, choice, set",
                        shortened(other)
                    ),
                );
                None
            }
        }
    }

    fn range(&mut self, node: &Node<'_>, kind: &ItemKind) -> (Option<Decimal>, Option<Decimal>) {
        let Some(range) = node.get("range") else { return (None, None) };
        if !matches!(kind, ItemKind::Integer | ItemKind::Number) {
            range.says(&mut self.problems, "only whole numbers and numbers have a range");
        }
        let ends = range.list(&mut self.problems);
        let [from, to] = &ends[..] else {
            range.says(&mut self.problems, "a range has two ends, null for none");
            return (None, None);
        };
        let mut end = |n: &Node<'_>| (!n.value.is_null()).then(|| n.decimal(&mut self.problems)).flatten();
        let (from, to) = (end(from), end(to));
        if let (Some(a), Some(b)) = (&from, &to)
            && a.value() > b.value()
        {
            range.says(&mut self.problems, "the range is empty");
        }
        (from, to)
    }

    fn references(&mut self, at: usize, node: &Node<'_>) {
        let missing_code = if self.items[at].dynamic { "missing_dynamic_input" } else { "missing_mandatory_input" };
        let unless = self.alternatives(node.get("unless"));
        let range_unless = self.alternatives(node.get("range_unless"));
        let given = |yes| Condition { slot: at, test: Test::Given(yes) };
        if self.items[at].required {
            let when = self.check(node, given(false));
            let (code, dynamic) = (self.code(node, missing_code), self.items[at].dynamic);
            self.program.rules.push(Rule { code, effect: Effect::Missing, dynamic, when, unless: unless.clone() });
        }
        let ends = [
            self.items[at].range.0.as_ref().map(|d| Test::Below(d.value())),
            self.items[at].range.1.as_ref().map(|d| Test::Above(d.value())),
        ];
        if ends.iter().any(Option::is_some) {
            let default = format!("{}_out_of_range", self.items[at].name);
            let named = node.get("range_code").and_then(|n| n.text(&mut self.problems)).map(str::to_owned);
            let code = self.code(node, &named.unwrap_or(default));
            for test in ends.into_iter().flatten() {
                let when = self.check(node, Condition { slot: at, test });
                let dynamic = self.items[at].dynamic;
                self.program.rules.push(Rule {
                    code,
                    effect: Effect::Invalid,
                    dynamic,
                    when,
                    unless: range_unless.clone(),
                });
            }
        }
        self.items[at].unless = unless;
        self.items[at].substitute = self.substitute(at, node);
        let (unknown, reason) = self.unknown(at, node);
        self.items[at].unknown = unknown;
        self.items[at].reason = reason;
    }

    fn substitute(&mut self, at: usize, node: &Node<'_>) -> Option<Substitute> {
        let node = node.get("as_published")?;
        node.object(&mut self.problems, &["value", "item"]);
        if let Some(other) = node.get("item") {
            let slot = self.slot(Some(other.clone()))?;
            if self.items[slot].kind != self.items[at].kind || slot == at {
                other.says(&mut self.problems, "the item is not another one of the same type");
            }
            return Some(Substitute::Item(slot));
        }
        let value = node.need(&mut self.problems, "value")?;
        let text = value.text(&mut self.problems)?;
        let found = self.items[at].level(text).or_else(|| Decimal::parse(text).map(|d| d.value()));
        if found.is_none() {
            value.says(&mut self.problems, "not an answer to the item");
        }
        found.map(|v| Substitute::Value(v, text.to_owned()))
    }

    fn unknown(&mut self, at: usize, node: &Node<'_>) -> (Unknown, Option<String>) {
        let Some(unknown) = node.need(&mut self.problems, "unknown") else { return (Unknown::Refuse, None) };
        let kind = self.items[at].kind.clone();
        if let Some(word) = unknown.value.as_str() {
            let levels = matches!(kind, ItemKind::Boolean { .. } | ItemKind::Choice { .. } | ItemKind::Set { .. });
            return match word {
                "refuse" => (Unknown::Refuse, None),
                "complete" if levels => (Unknown::Complete { from: 0, to: 0 }, None),
                "complete" => {
                    unknown.says(&mut self.problems, "numbers and dates need the values to complete with");
                    (Unknown::Refuse, None)
                }
                _ => {
                    unknown.says(&mut self.problems, "neither \"refuse\" nor \"complete\"");
                    (Unknown::Refuse, None)
                }
            };
        }
        unknown.object(&mut self.problems, &["complete", "dates", "reason"]);
        let reason = unknown.text_at(&mut self.problems, "reason").map(str::to_owned);
        if let Some(dates) = unknown.get("dates") {
            let list = dates.list(&mut self.problems);
            let slots: Vec<usize> = list.into_iter().filter_map(|n| self.slot(Some(n))).collect();
            if kind != ItemKind::Date || slots.is_empty() || slots.iter().any(|s| self.items[*s].kind != ItemKind::Date)
            {
                dates.says(&mut self.problems, "dates can stand for a date only");
            }
            return (Unknown::Dates(slots), reason);
        }
        let Some(range) = unknown.need(&mut self.problems, "complete") else { return (Unknown::Refuse, reason) };
        let ends: Vec<i64> = range
            .list(&mut self.problems)
            .iter()
            .filter_map(|n| n.decimal(&mut self.problems))
            .filter(|d| d.value().fract() == 0.0 && d.value().abs() <= 1e6)
            .map(|d| d.value() as i64)
            .collect();
        match ends[..] {
            [from, to] if from <= to && kind == ItemKind::Integer => (Unknown::Complete { from, to }, reason),
            _ => {
                range.says(&mut self.problems, "not two whole numbers in order, for an item that is a whole number");
                (Unknown::Refuse, reason)
            }
        }
    }
}
