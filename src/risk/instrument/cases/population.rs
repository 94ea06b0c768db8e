//! What a case says about the person's position, and by whose decision somebody outside the population is scored.

use crate::risk::instrument::compiled::population::{Population, PopulationOverride, STATUSES};
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, Problems};

/// Reads what a case says about its population.
pub(crate) fn read(node: &Node<'_>, problems: &mut Problems) -> Option<Population> {
    node.object(problems, &["jurisdiction", "legal_status", "age", "sex"]);
    let jurisdiction = node.text_at(problems, "jurisdiction");
    let status = node.text_at(problems, "legal_status");
    if status.is_some_and(|s| !STATUSES.contains(&s)) {
        node.says(problems, format_args!("legal_status is not one of {}", STATUSES.join(", ")));
    }
    let age = node.get("age").and_then(|n| n.whole(problems, 0, 150)).map(|v| v as u32);
    let sex = node.get("sex").and_then(|n| n.text(problems)).map(str::to_owned);
    Some(Population { jurisdiction: jurisdiction?.to_owned(), legal_status: status?.to_owned(), age, sex })
}

/// Reads the permission to score someone outside the population; an empty author or reason is none.
pub(crate) fn read_override(node: &Node<'_>, problems: &mut Problems) -> Option<PopulationOverride> {
    node.object(problems, &["author", "reason"]);
    let text = |problems: &mut Problems, key: &str| {
        let found = node.get(key);
        let words = found.as_ref().and_then(|n| n.value.as_str()).filter(|text| !text.trim().is_empty());
        if words.is_none() {
            let found = found
                .map_or_else(|| "missing".to_owned(), |n| format!("{} says nothing", shortened(&n.value.to_string())));
            problems.add(
                format_args!("{}.{key}", node.path),
                format_args!("{found}; a text that says who takes it on (author) and why (reason) is accepted"),
            );
        }
        words.map(str::to_owned)
    };
    let (author, reason) = (text(problems, "author"), text(problems, "reason"));
    Some(PopulationOverride { author: author?, reason: reason? })
}
