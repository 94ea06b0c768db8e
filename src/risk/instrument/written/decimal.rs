//! Decimal numbers exactly as printed: the text is kept, the nearest binary number is used.

use std::fmt;

/// Longest text taken for a number; the longest published coefficient has 18 characters.
const LONGEST: usize = 40;

/// A number as it stands in its source, such as `-0.0175014516689226`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decimal {
    text: Box<str>,
    value: f64,
}

impl Decimal {
    /// Digits, one point at most, a minus sign at most; no exponent, no plus, no bare point.
    pub(crate) fn parse(text: &str) -> Option<Decimal> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        let fits = text.len() <= LONGEST && plain(whole) && plain(fraction);
        let value = fits.then(|| text.parse::<f64>().ok())?.filter(|v| v.is_finite())?;
        Some(Decimal { text: text.into(), value })
    }

    /// The nearest binary number.
    pub(crate) fn value(&self) -> f64 {
        self.value
    }

    /// As printed.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_kept_as_printed_and_nothing_else_is_one() {
        let d = Decimal::parse("-0.0175014516689226").unwrap();
        assert_eq!((d.text(), d.value()), ("-0.0175014516689226", -0.0175014516689226));
        for bad in ["", "-", ".", "1.", ".5", "1e5", "+1", "NaN", "inf", "1,5", " 1", "--1", "0x1", &"1".repeat(41)] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
    }
}
