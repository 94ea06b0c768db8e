//! Loading derived quantities, rules between items, and terms with their coefficients.

use crate::risk::instrument::compiled::bits::Bits;
use crate::risk::instrument::compiled::derive::{Derive, Step};
use crate::risk::instrument::compiled::item::ItemKind;
use crate::risk::instrument::compiled::program::{Effect, Row, Rule, Term, TermKind};
use crate::risk::instrument::load::build::Build;
use crate::risk::instrument::written::decimal::Decimal;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::Node;

/// Most rows of a dense table.
const DENSE: usize = 128;

impl Build {
    pub(crate) fn load_derived(&mut self, root: &Node<'_>) {
        for node in root.list_at(&mut self.problems, "derived") {
            let Some(derive) = self.derive(&node) else { continue };
            let items = self.derived_items(&derive);
            self.program.derived.push(derive);
            self.program.derived_items.push(items);
            self.program.steps.push(Step::Derive(self.program.derived.len() - 1));
            let name = self.name(&node, "name").unwrap_or_default();
            self.declare(&node, &name, items);
        }
    }

    fn derived_items(&self, derive: &Derive) -> u64 {
        let slot = |s: &usize| self.slots[*s].1;
        match derive {
            Derive::Age { born: a, at: b }
            | Derive::Years { from: a, to: b }
            | Derive::Months { from: a, to: b, .. }
            | Derive::LaterByMonths { date: a, than: b, .. }
            | Derive::LogRatio { of: a, over: b, .. } => slot(a) | slot(b),
            Derive::Sum { of, .. } => of.iter().fold(0, |all, (s, _)| all | slot(s)),
            Derive::Any(lists) => lists.iter().fold(0, |all, list| all | self.program.items_of(*list)),
            Derive::Rounded { of, .. } => slot(of),
        }
    }

    fn derive(&mut self, node: &Node<'_>) -> Option<Derive> {
        const OPERATIONS: [&str; 8] =
            ["age", "years", "months", "later_by_months", "sum", "log_ratio", "any", "rounded"];
        let mut keys = vec!["name", "plus", "at_least", "at_most", "missing"];
        keys.extend(OPERATIONS);
        let map = node.object(&mut self.problems, &keys)?;
        let found: Vec<&str> = OPERATIONS.into_iter().filter(|key| map.contains_key(*key)).collect();
        let [operation] = found[..] else {
            node.says(
                &mut self.problems,
                format_args!("{} operations, not one of {}", found.len(), OPERATIONS.join(", ")),
            );
            return None;
        };
        let inner = node.need(&mut self.problems, operation)?;
        match operation {
            "age" => {
                inner.object(&mut self.problems, &["born", "at"]);
                Some(Derive::Age { born: self.date_at(&inner, "born")?, at: self.date_at(&inner, "at")? })
            }
            "years" => {
                inner.object(&mut self.problems, &["from", "to"]);
                Some(Derive::Years { from: self.date_at(&inner, "from")?, to: self.date_at(&inner, "to")? })
            }
            "months" => {
                inner.object(&mut self.problems, &["from", "to", "at_most"]);
                let at_most = inner.get("at_most").and_then(|n| n.decimal(&mut self.problems));
                let (from, to) = (self.date_at(&inner, "from")?, self.date_at(&inner, "to")?);
                Some(Derive::Months { from, to, at_most: at_most.map_or(f64::INFINITY, |d| d.value()) })
            }
            "later_by_months" => {
                inner.object(&mut self.problems, &["date", "than", "months"]);
                let months =
                    inner.decimal_at(&mut self.problems, "months").filter(|d| (0.0..=1200.0).contains(&d.value()));
                let (date, than) = (self.date_at(&inner, "date")?, self.date_at(&inner, "than")?);
                Some(Derive::LaterByMonths { date, than, months: months.map_or(0, |d| d.value() as i32) })
            }
            "sum" => {
                let mut of = Vec::new();
                for part in inner.list(&mut self.problems) {
                    part.object(&mut self.problems, &["of", "times"]);
                    let times = part.decimal_at(&mut self.problems, "times");
                    if let (Some(slot), Some(times)) = (self.slot_at(&part, "of"), times) {
                        of.push((slot, times.value()));
                    }
                }
                let mut number =
                    |key: &str| node.get(key).and_then(|n| n.decimal(&mut self.problems)).map(|d| d.value());
                let at_least = number("at_least").unwrap_or(f64::NEG_INFINITY);
                let at_most = number("at_most").unwrap_or(f64::INFINITY);
                let (plus, missing) = (number("plus").unwrap_or(0.0), number("missing"));
                if at_least > at_most {
                    node.says(&mut self.problems, "at_least is above at_most");
                    return None;
                }
                Some(Derive::Sum { of, plus, at_least, at_most, missing })
            }
            "log_ratio" => {
                inner.object(&mut self.problems, &["of", "over", "plus"]);
                let plus = inner.decimal_at(&mut self.problems, "plus").map_or(0.0, |d| d.value());
                Some(Derive::LogRatio { of: self.slot_at(&inner, "of")?, over: self.slot_at(&inner, "over")?, plus })
            }
            "any" => Some(Derive::Any(self.alternatives(Some(inner)))),
            _ => {
                inner.object(&mut self.problems, &["of", "times"]);
                let times = inner.decimal_at(&mut self.problems, "times").map_or(1.0, |d| d.value());
                Some(Derive::Rounded { of: self.slot_at(&inner, "of")?, times })
            }
        }
    }

    pub(crate) fn load_rules(&mut self, root: &Node<'_>) {
        for node in root.list_at(&mut self.problems, "rules") {
            node.object(&mut self.problems, &["code", "when", "unless", "part", "effect", "reason"]);
            let Some(code) = self.name(&node, "code") else { continue };
            let code = self.code(&node, &code);
            let when = node.need(&mut self.problems, "when");
            let when = self.conditions(when);
            if when == 0 {
                node.says(&mut self.problems, "a rule without a condition refuses everyone");
            }
            let unless = self.alternatives(node.get("unless"));
            let effect = match node.get("effect").and_then(|n| n.text(&mut self.problems)) {
                None | Some("invalid") => Effect::Invalid,
                Some("refuse") => Effect::Refuse,
                Some(_) => {
                    node.says(&mut self.problems, "effect is neither \"invalid\" nor \"refuse\"");
                    Effect::Refuse
                }
            };
            let dynamic = node.get("part").and_then(|n| n.text(&mut self.problems)) == Some("dynamic");
            self.program.rules.push(Rule { code, effect, dynamic, when, unless });
        }
    }

    pub(crate) fn load_sums(&mut self, root: &Node<'_>) {
        self.first_sum = self.slots.len();
        let list = root.list_at(&mut self.problems, "sums");
        if list.len() > 64 || root.list_at(&mut self.problems, "terms").len() > 10_000 {
            root.says(&mut self.problems, "more than 64 sums or 10,000 terms");
            return;
        }
        for node in list {
            node.object(&mut self.problems, &["name", "kind"]);
            if let Some(kind) = node.text_at(&mut self.problems, "kind").filter(|k| !["linear", "points"].contains(k)) {
                node.says(&mut self.problems, format_args!("kind {:?} is neither linear nor points", shortened(kind)));
            }
            let Some(name) = self.name(&node, "name") else { continue };
            self.declare(&node, &name, 0);
            self.program.sums.push(name);
        }
    }

    pub(crate) fn load_terms(&mut self, root: &Node<'_>) {
        const KEYS: [&str; 10] =
            ["name", "level", "sum", "coefficient", "of", "power", "table", "otherwise", "when", "source"];
        for node in root.list_at(&mut self.problems, "terms") {
            node.object(&mut self.problems, &KEYS);
            let name = self.name(&node, "name");
            let level = node.get("level").and_then(|_| self.name(&node, "level"));
            let sum = node.text_at(&mut self.problems, "sum");
            let at = sum.and_then(|text| self.program.sums.iter().position(|s| s == text));
            if at.is_none() && sum.is_some() {
                node.says(&mut self.problems, "the sum is used but not declared");
            }
            let when = self.conditions(node.get("when"));
            let slot = node.get("of").map(|of| (self.slot(Some(of.clone())), of));
            if let Some((Some(s), of)) = &slot
                && *s >= self.first_sum
            {
                of.says(&mut self.problems, "a term cannot depend on a sum");
            }
            let (document, place) = self.source(&node);
            let Some((kind, text)) = self.term_kind(&node, slot.map(|(s, _)| s)) else { continue };
            let (Some(name), Some(sum)) = (name, at) else { continue };
            let coefficient = text.as_ref().map_or(f64::NAN, Decimal::value);
            let items = self.term_items(&kind, when);
            let term = Term { name, level, sum, when, coefficient, text, kind, document, place, items };
            if self.program.terms.iter().any(|t| t.key() == term.key()) {
                node.says(&mut self.problems, format_args!("a second term named {}", term.key()));
            }
            self.program.terms.push(term);
        }
        for (i, sum) in self.program.sums.iter().enumerate() {
            if !self.program.terms.iter().any(|t| t.sum == i) {
                self.problems.add("$.sums", format_args!("{sum} has no term"));
            }
        }
    }

    fn term_items(&self, kind: &TermKind, when: Bits) -> u64 {
        let own = match kind {
            TermKind::Constant => 0,
            TermKind::Power { slot, .. } | TermKind::Table { slot, .. } => self.slots[*slot].1,
        };
        own | self.program.items_of(when)
    }

    fn term_kind(&mut self, node: &Node<'_>, slot: Option<Option<usize>>) -> Option<(TermKind, Option<Decimal>)> {
        let (table, coefficient) = (node.get("table"), node.get("coefficient"));
        match (table, coefficient, slot) {
            (Some(table), None, Some(slot)) => {
                let slot = slot?;
                let rows = self.rows(&table, Some(slot), "coefficient");
                let otherwise = node.get("otherwise").and_then(|n| n.decimal(&mut self.problems)).map(|d| d.value());
                let dense = dense(&rows);
                Some((TermKind::Table { slot, rows, dense, otherwise }, None))
            }
            (None, Some(coefficient), slot) => {
                let text = coefficient.decimal(&mut self.problems)?;
                let power = node.get("power").and_then(|n| n.whole(&mut self.problems, 1, 9)).unwrap_or(1);
                let kind = match slot {
                    None => TermKind::Constant,
                    Some(slot) => TermKind::Power { slot: slot?, power: power as i32 },
                };
                Some((kind, Some(text)))
            }
            _ => {
                node.says(&mut self.problems, "a term has a coefficient, or a table and what it is read by");
                None
            }
        }
    }

    /// Rows of a table: levels of a choice, or ranges in order that do not overlap.
    pub(crate) fn rows(&mut self, table: &Node<'_>, slot: Option<usize>, value_key: &str) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let levels =
            slot.and_then(|s| self.items.get(s)).is_some_and(|item| matches!(item.kind, ItemKind::Choice { .. }));
        for node in table.list(&mut self.problems) {
            node.object(&mut self.problems, &["level", "from", "to", value_key]);
            let value = node.decimal_at(&mut self.problems, value_key);
            let (from, to, level) = if let (true, Some(level)) = (levels, node.get("level")) {
                let Some(key) = level.text(&mut self.problems) else { continue };
                let Some(at) = slot.and_then(|s| self.items[s].level(key)) else {
                    level.says(&mut self.problems, format_args!("{:?} is not a level", shortened(key)));
                    continue;
                };
                (at, at, Some(key.to_owned()))
            } else {
                let from = node.decimal_at(&mut self.problems, "from").map_or(f64::NAN, |d| d.value());
                let to = node.get("to").and_then(|n| n.decimal(&mut self.problems));
                (from, to.map_or(f64::INFINITY, |d| d.value()), None)
            };
            if from > to || rows.iter().any(|r| from <= r.to && r.from <= to) {
                node.says(&mut self.problems, "the row is empty or overlaps another one");
            }
            if let Some(text) = value {
                rows.push(Row { from, to, value: text.value(), text, level });
            }
        }
        if rows.is_empty() {
            table.says(&mut self.problems, "a table without rows");
        }
        rows
    }
}

/// Values by whole number from 0, when every row stands for one number and no number is left out.
fn dense(rows: &[Row]) -> Vec<f64> {
    let fits = rows.len() <= DENSE && rows.iter().enumerate().all(|(i, r)| r.from == i as f64 && r.to == r.from);
    if fits { rows.iter().map(|r| r.value).collect() } else { Vec::new() }
}
