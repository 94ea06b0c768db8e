//! What identifies the person: printed only when the dossier says so; what may not be printed is `hidden`'s.

use super::reader::Reader;
use crate::risk::instrument::written::walk::Node;
use serde::{Deserialize, Serialize};

/// An identifier that may be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Printed {
    /// What it is, such as `name` or `case-number`.
    pub kind: String,
    /// Its value.
    pub value: String,
}

/// The identifiers of a dossier.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Identifiers {
    pub(crate) printable: Vec<Printed>,
}

impl Identifiers {
    pub(super) fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Identifiers {
        let mut found = Identifiers::default();
        for one in root.list_at(r.problems, "identifiers") {
            r.object(&one, &["kind", "value", "printable"]);
            let kind = r.need(&one, "kind", "a text such as \"name\"").and_then(|n| r.words(&n, 60));
            let value = r.need(&one, "value", "a text").and_then(|n| r.words(&n, 200));
            let printable = one.get("printable").and_then(|n| n.boolean(r.problems)).unwrap_or(false);
            if let (Some(kind), Some(value), true) = (kind, value, printable) {
                found.printable.push(Printed { kind, value });
            }
        }
        found
    }
}
