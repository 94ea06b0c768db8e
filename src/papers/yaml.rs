//! Writing YAML: block mappings and lists, every text quoted, so that no value changes its kind.

use serde_json::Value;

pub(super) fn yaml(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out
}

fn write(value: &Value, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                *out += &format!("{pad}{}:", scalar(&Value::from(key.as_str())));
                below(value, indent, out);
            }
        }
        Value::Array(items) => {
            for item in items {
                *out += &format!("{pad}-");
                below(item, indent, out);
            }
        }
        scalar_value => *out += &format!("{pad}{}\n", scalar(scalar_value)),
    }
}

/// What stands behind a key or a dash.
fn below(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(map) if map.is_empty() => *out += " {}\n",
        Value::Array(items) if items.is_empty() => *out += " []\n",
        Value::Object(_) | Value::Array(_) => {
            *out += "\n";
            write(value, indent + 1, out);
        }
        scalar_value => *out += &format!(" {}\n", scalar(scalar_value)),
    }
}

/// JSON's quoting is YAML's double quoting.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_') => {
            text.clone()
        }
        other => other.to_string(),
    }
}
