//! Numbers in JSON, which has no infinity and no "not a number": those are written as words.

/// A number that may be none.
pub(crate) mod number {
    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        match value.is_finite() {
            true => serializer.serialize_f64(*value),
            false => serializer.serialize_str(&value.to_string()),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        deserializer.deserialize_any(Number)
    }

    struct Number;

    impl Visitor<'_> for Number {
        type Value = f64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number, \"inf\", \"-inf\" or \"NaN\"")
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<f64, E> {
            Ok(value)
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<f64, E> {
            Ok(value as f64)
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<f64, E> {
            Ok(value as f64)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
            match text {
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                "NaN" => Ok(f64::NAN),
                other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct One(#[serde(with = "super::number")] f64);

    #[test]
    fn every_number_reads_back_with_its_bits() {
        for value in [0.1, -0.0, 3.0, f64::MIN_POSITIVE, 1e300, f64::INFINITY, f64::NEG_INFINITY] {
            let text = serde_json::to_string(&One(value)).unwrap();
            assert_eq!(serde_json::from_str::<One>(&text).unwrap().0.to_bits(), value.to_bits(), "{text}");
        }
        let text = serde_json::to_string(&One(f64::NAN)).unwrap();
        assert!(serde_json::from_str::<One>(&text).unwrap().0.is_nan());
        assert!(serde_json::from_str::<One>("\"many\"").is_err_and(|e| e.to_string().contains("\"inf\"")));
    }
}
