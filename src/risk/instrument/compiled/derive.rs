//! What is derived from answers before anything is added up (ages, months, counts), and the conditions on it.

use crate::risk::instrument::compiled::bits::{Bits, all_of};
use crate::risk::instrument::compiled::item::unpack;

/// One comparison of a slot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Condition {
    pub(crate) slot: usize,
    pub(crate) test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Test {
    Is(f64),
    IsNot(f64),
    AtLeast(f64),
    AtMost(f64),
    Above(f64),
    Below(f64),
    /// Member of a set, by bit.
    Has(u32),
    /// Answered, before anything was put in its place.
    Given(bool),
    /// On or before the date in another slot.
    NotAfter(usize),
    /// Greater than the number in another slot.
    Exceeds(usize),
}

/// A derived quantity.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Derive {
    /// Completed years from birth; nothing on or before the day of birth.
    Age { born: usize, at: usize },
    /// Completed years between two dates, 0 when the second is not later.
    Years { from: usize, to: usize },
    /// Completed months between two dates, 0 when the second is earlier, at most a cap.
    Months { from: usize, to: usize, at_most: f64 },
    /// Whether a date is later than another one plus whole months (clipped to the month's end).
    LaterByMonths { date: usize, than: usize, months: i32 },
    /// Weighted sum, within limits; `missing` stands for what has no value.
    Sum { of: Vec<(usize, f64)>, plus: f64, at_least: f64, at_most: f64, missing: Option<f64> },
    /// `ln(of / (over + plus))`; nothing when `of` is not positive.
    LogRatio { of: usize, over: usize, plus: f64 },
    /// Whether all conditions of at least one list hold.
    Any(Vec<Bits>),
    /// A multiple, rounded half up to a whole number.
    Rounded { of: usize, times: f64 },
}

/// What is done first, in order: derived quantities and the conditions on them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Step {
    Derive(usize),
    Check(usize),
}

#[inline]
pub(crate) fn check(condition: Condition, slots: &[f64], answers: &[f64]) -> bool {
    let x = slots[condition.slot];
    match condition.test {
        Test::Is(v) => x == v,
        Test::IsNot(v) => !x.is_nan() && x != v,
        Test::AtLeast(v) => x >= v,
        Test::AtMost(v) => x <= v,
        Test::Above(v) => x > v,
        Test::Below(v) => x < v,
        Test::Has(bit) => !x.is_nan() && (x as u64) >> bit & 1 == 1,
        Test::Given(given) => answers[condition.slot].is_nan() != given,
        Test::NotAfter(other) => x <= slots[other],
        Test::Exceeds(other) => x > slots[other],
    }
}

#[inline]
pub(crate) fn derive(what: &Derive, slots: &[f64], held: Bits) -> f64 {
    match what {
        Derive::Age { born, at } => {
            let (born, at) = (slots[*born], slots[*at]);
            if at > born { years(born, at) } else { f64::NAN }
        }
        Derive::Years { from, to } => {
            let (from, to) = (slots[*from], slots[*to]);
            if to > from { years(from, to) } else { 0.0 * (to + from) }
        }
        Derive::Months { from, to, at_most } => {
            let (from, to) = (slots[*from], slots[*to]);
            if to.is_nan() || from.is_nan() || to <= from {
                return 0.0 * (to + from); // nothing where a date is missing
            }
            let ((y1, m1, d1), (y2, m2, d2)) = (unpack(from), unpack(to));
            f64::from((y2 - y1) * 12 + m2 - m1 - i32::from(d2 < d1)).min(*at_most)
        }
        Derive::LaterByMonths { date, than, months } => {
            let (date, than) = (slots[*date], slots[*than]);
            if date.is_nan() || than.is_nan() {
                return f64::NAN;
            }
            let (y, m, d) = unpack(than);
            let month = y * 12 + m - 1 + months;
            let (y, m) = (month / 12, month % 12 + 1);
            let limit = f64::from(y * 512 + m * 32 + d.min(days_in_month(y, m)));
            f64::from(u8::from(date > limit))
        }
        Derive::Sum { of, plus, at_least, at_most, missing } => {
            let part = |slot: usize| match missing {
                Some(value) if slots[slot].is_nan() => *value,
                _ => slots[slot],
            };
            let sum = of.iter().fold(*plus, |sum, (slot, times)| sum + times * part(*slot));
            if sum.is_nan() { sum } else { sum.clamp(*at_least, *at_most) }
        }
        Derive::LogRatio { of, over, plus } => {
            let of = slots[*of];
            if of > 0.0 { (of / (slots[*over] + plus)).ln() } else { f64::NAN }
        }
        Derive::Any(lists) => f64::from(u8::from(lists.iter().any(|list| all_of(held, *list)))),
        Derive::Rounded { of, times } => (slots[*of] * times + 0.5).floor(),
    }
}

/// Completed years; born on 29 February counts from 1 March in common years.
pub(crate) fn years(from: f64, to: f64) -> f64 {
    let ((y1, m1, d1), (y2, m2, d2)) = (unpack(from), unpack(to));
    f64::from(y2 - y1 - i32::from((m2, d2) < (m1, d1)))
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
