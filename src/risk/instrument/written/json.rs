//! JSON read so that nothing in it is passed over: a key that stands twice in one object is a problem, not a
//! reason to take the last of the two.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt::{self, Write as _};

/// Reads a value and notes the path of every key that stands twice.
pub(crate) fn read(text: &str) -> Result<(Value, Vec<String>), serde_json::Error> {
    let (mut path, mut twice) = ("$".to_owned(), Vec::new());
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Reader { path: &mut path, twice: &mut twice }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, twice))
}

struct Reader<'a> {
    /// Where the value stands; put back as it was when it has been read.
    path: &'a mut String,
    twice: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        serde_json::Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        let length = self.path.len();
        loop {
            // writing to a text does not fail
            let _ = write!(self.path, "[{}]", all.len());
            let next = list.next_element_seed(Reader { path: &mut *self.path, twice: &mut *self.twice })?;
            self.path.truncate(length);
            match next {
                Some(value) => all.push(value),
                None => return Ok(Value::Array(all)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        let length = self.path.len();
        while let Some(key) = entries.next_key::<String>()? {
            self.path.push('.');
            self.path.push_str(&crate::risk::instrument::written::shortened::shortened(&key));
            let value = entries.next_value_seed(Reader { path: &mut *self.path, twice: &mut *self.twice })?;
            if map.insert(key, value).is_some() {
                if self.twice.len() == MOST_NOTED {
                    return Err(A::Error::custom("far too many keys that stand twice"));
                }
                self.twice.push(self.path.clone());
            }
            self.path.truncate(length);
        }
        Ok(Value::Object(map))
    }
}

/// Keys that stand twice before the rest of the text is not read any more.
const MOST_NOTED: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_reads_as_it_would_anywhere_else() {
        for text in [
            "null",
            "[1, -2, 2.5, 1e3, true, \"a\\u00e9\", {}, [[]]]",
            r#"{"a": {"b": [0.1, 18446744073709551615]}, "c": null}"#,
        ] {
            let (value, twice) = read(text).unwrap();
            assert_eq!((value, twice), (serde_json::from_str(text).unwrap(), vec![]), "{text}");
        }
        for text in ["", "1 2", "{\"a\": 1e400}", "[1,]", &"[".repeat(100_000)] {
            assert!(read(text).is_err(), "{text:.20}");
        }
    }

    #[test]
    fn every_key_that_stands_twice_is_named_with_its_path() {
        let (_, twice) = read(r#"{"a": 1, "b": [{"c": 1, "c": 2, "d": 3}], "a": 1}"#).unwrap();
        assert_eq!(twice, ["$.b[0].c", "$.a"]);
    }
}
