//! A validator of JSON Schema that knows the keywords this crate's schemas use, and fails on any other.

use serde_json::Value;

/// Adds what is wrong with a value, each with its path.
pub(crate) fn validate(schema: &Value, root: &Value, value: &Value, path: &str, out: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        let mut wrong = |why: String| out.push(format!("{path}: {why}"));
        match keyword.as_str() {
            "$schema" | "title" | "description" | "$defs" => {}
            "$ref" => {
                let target = root.pointer(rule.as_str().unwrap().trim_start_matches('#')).unwrap();
                validate(target, root, value, path, out);
            }
            "type" => {
                let fits = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "null" => value.is_null(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("type {other}"),
                };
                if !fits {
                    wrong(format!("not of type {rule}"));
                }
            }
            "const" if rule != value => wrong(format!("not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => wrong(format!("not one of {rule}")),
            "const" | "enum" => {}
            "pattern" => {
                let Some(text) = value.as_str() else { continue };
                let fits = match rule.as_str().unwrap() {
                    r"^-?[0-9]+(\.[0-9]+)?$" => {
                        let digits = text.strip_prefix('-').unwrap_or(text);
                        let (a, b) = digits.split_once('.').unwrap_or((digits, "0"));
                        [a, b].iter().all(|p| !p.is_empty() && p.bytes().all(|c| c.is_ascii_digit()))
                    }
                    "^[A-Za-z0-9_^:+.-]+$" => {
                        !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"_^:+.-".contains(&c))
                    }
                    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" => {
                        let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
                        shape == "0000-00-00"
                    }
                    other => panic!("pattern {other}"),
                };
                if !fits {
                    wrong(format!("{text:?} does not match {rule}"));
                }
            }
            "minLength" | "maxLength" => {
                let n = value.as_str().map_or(0, |t| t.chars().count() as u64);
                let limit = rule.as_u64().unwrap();
                if value.is_string() && (keyword == "minLength" && n < limit || keyword == "maxLength" && n > limit) {
                    wrong(format!("{n} characters"));
                }
            }
            "minimum" | "maximum" => {
                let (Some(x), limit) = (value.as_f64(), rule.as_f64().unwrap()) else { continue };
                if keyword == "minimum" && x < limit || keyword == "maximum" && x > limit {
                    wrong(format!("{x} against {keyword} {limit}"));
                }
            }
            "items" => {
                for (i, one) in value.as_array().into_iter().flatten().enumerate() {
                    validate(rule, root, one, &format!("{path}[{i}]"), out);
                }
            }
            "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                let n = if keyword.ends_with("Items") {
                    value.as_array().map(Vec::len)
                } else {
                    value.as_object().map(serde_json::Map::len)
                };
                let limit = rule.as_u64().unwrap() as usize;
                if n.is_some_and(|n| if keyword.starts_with("min") { n < limit } else { n > limit }) {
                    wrong(format!("{n:?} against {keyword} {limit}"));
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = rule.get(key) {
                        validate(schema, root, inner, &format!("{path}.{key}"), out);
                    }
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.is_object() && value.get(key.as_str().unwrap()).is_none() {
                        wrong(format!("{key} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                let known = &schema["properties"];
                for key in value.as_object().into_iter().flat_map(|m| m.keys()).filter(|k| known.get(k).is_none()) {
                    wrong(format!("{key} is not expected"));
                }
            }
            "oneOf" => {
                let fitting = rule.as_array().unwrap().iter().filter(|one| {
                    let mut inner = Vec::new();
                    validate(one, root, value, path, &mut inner);
                    inner.is_empty()
                });
                let n = fitting.count();
                if n != 1 {
                    wrong(format!("{n} of the alternatives fit"));
                }
            }
            other => panic!("keyword {other}"),
        }
    }
}
