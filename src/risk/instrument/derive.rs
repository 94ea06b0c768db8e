//! What is derived from answers before anything is added up (ages, months, counts), and the conditions on it.

use super::item::unpack;
use super::program::{Bits, Condition, Derive, Test, all_of};

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
pub(super) fn years(from: f64, to: f64) -> f64 {
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
