//! One person's whole history as a key of bytes: what people are grouped by.
//!
//! A key holds which ages were observed, the time at risk, and the counts above 0; two people have the same key exactly
//! when a cohort would store them as one history. Keys sort as bytes in the order of what they say: people observed
//! throughout first, then by the ages observed, then by time at risk, then by their counts from the first age on, as
//! numbers. Most people have few offences, so most keys are some ten bytes.
//!
//! A row that is no history has a key of its own kind that says what is wrong, column by column: bad rows come to the
//! client grouped and counted, and it lists them all, where an error raised on an executor would tell of one.

use crate::failure::Failure;

/// What a cell of a count is when it is none: not observed.
pub(crate) const NOT_OBSERVED: u32 = u32::MAX;
/// A cell that holds something else than a count.
pub(crate) const BAD: u32 = u32::MAX - 1;

/// Everybody observed at every age, and at liberty throughout.
const WHOLE: u8 = 0;
/// A mask of the ages observed follows.
const MASKED: u8 = 1;
/// A mask, and the time at risk of every age observed.
const AT_RISK: u8 = 2;
/// No history: what is wrong follows.
const WRONG: u8 = 255;

/// Counts from here on take four more bytes.
const LONG_COUNT: u8 = 254;

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub(crate) enum Fault {
    /// A count that is negative, broken, not a number or above the limit of a cohort.
    Count = 0,
    /// A time at risk that is not between 0 and 1.
    TimeAtRisk = 1,
    /// A count above 0 where there was no time at risk.
    NoTimeAtRisk = 2,
    /// A weight that is no whole number of persons.
    Weight = 3,
    /// A time at risk of a person without counts, or counts of a person without times at risk.
    Unmatched = 4,
}

impl Fault {
    /// The fault that a byte stands for.
    pub(crate) fn of(byte: u8) -> Option<Fault> {
        [Fault::Count, Fault::TimeAtRisk, Fault::NoTimeAtRisk, Fault::Weight, Fault::Unmatched]
            .into_iter()
            .find(|fault| *fault as u8 == byte)
    }
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wrong {
    pub(crate) fault: Fault,
    /// Position of the column among the ages, from 0; 0 for a weight.
    pub(crate) age: u16,
    /// What stood there; NaN for what is no number.
    pub(crate) value: f64,
}

/// Appends the key of a person.
///
/// `counts` has one entry an age, [`NOT_OBSERVED`] where the age was not observed; `at_risk`, when there is any, is the
/// fraction of each age at liberty, above 0 where it was observed. Both have been checked.
pub(crate) fn encode(counts: &[u32], at_risk: Option<&[f64]>, key: &mut Vec<u8>) {
    let seen = |age: usize| counts[age] != NOT_OBSERVED;
    let at_risk = at_risk.filter(|e| (0..counts.len()).any(|age| seen(age) && e[age] != 1.0));
    let whole = counts.iter().all(|&count| count != NOT_OBSERVED);
    match at_risk {
        None if whole => key.push(WHOLE),
        _ => {
            key.push(if at_risk.is_some() { AT_RISK } else { MASKED });
            for ages in counts.chunks(8) {
                let bit = |(i, &count): (usize, &u32)| u8::from(count != NOT_OBSERVED) << (7 - i);
                key.push(ages.iter().enumerate().map(bit).sum());
            }
            for (_, e) in at_risk.into_iter().flatten().enumerate().filter(|&(age, _)| seen(age)) {
                // fractions above 0 sort as the bits that hold them
                key.extend_from_slice(&e.to_bits().to_be_bytes());
            }
        }
    }
    let long = counts.len() > 255;
    let mut before = 0;
    for (age, &count) in counts.iter().enumerate().filter(|&(_, &count)| count > 0 && count < BAD) {
        // an earlier age is the larger number, whose key comes later
        let step = !((age - before) as u16);
        if long {
            key.extend_from_slice(&step.to_be_bytes());
        } else {
            key.push(step as u8);
        }
        if count < u32::from(LONG_COUNT) {
            key.push(count as u8);
        } else {
            key.push(LONG_COUNT);
            key.extend_from_slice(&count.to_be_bytes());
        }
        before = age;
    }
}

/// Appends the key of a row that is no history.
pub(crate) fn encode_wrong(wrong: &[Wrong], key: &mut Vec<u8>) {
    key.push(WRONG);
    for w in wrong {
        key.push(w.fault as u8);
        key.extend_from_slice(&w.age.to_be_bytes());
        key.extend_from_slice(&w.value.to_bits().to_be_bytes());
    }
}

/// What a key says.
#[derive(Debug, PartialEq)]
pub(crate) enum Decoded {
    /// A history, in the buffers given; whether there is time at risk that is not everybody's.
    History { at_risk: bool },
    /// What is wrong with the row.
    Wrong(Vec<Wrong>),
}

/// Reads a key of a history on `counts.len()` ages.
///
/// # Errors
/// When the bytes are no key: they come from another version, or were damaged on the way.
pub(crate) fn decode(key: &[u8], counts: &mut [Option<u32>], at_risk: &mut [f64]) -> Result<Decoded, Failure> {
    decode_or_none(key, counts, at_risk)
        .ok_or_else(|| Failure::Engine("the engine returned a history that this version does not write".into()))
}

fn decode_or_none(key: &[u8], counts: &mut [Option<u32>], at_risk: &mut [f64]) -> Option<Decoded> {
    let (&kind, mut rest) = key.split_first()?;
    let ages = counts.len();
    match kind {
        WRONG => return wrong(rest).map(Decoded::Wrong),
        WHOLE => counts.fill(Some(0)),
        MASKED | AT_RISK => {
            let (mask, after) = rest.split_at_checked(ages.div_ceil(8))?;
            rest = after;
            for (age, count) in counts.iter_mut().enumerate() {
                *count = (mask[age / 8] >> (7 - age % 8) & 1 == 1).then_some(0);
            }
        }
        _ => return None,
    }
    for (count, e) in counts.iter().zip(at_risk.iter_mut()) {
        *e = f64::from(u8::from(count.is_some()));
        if kind == AT_RISK && count.is_some() {
            let (bits, after) = rest.split_first_chunk::<8>()?;
            (*e, rest) = (f64::from_bits(u64::from_be_bytes(*bits)), after);
        }
    }
    let mut age = 0;
    while !rest.is_empty() {
        let step = if ages > 255 {
            let (step, after) = rest.split_first_chunk::<2>()?;
            rest = after;
            !u16::from_be_bytes(*step)
        } else {
            let (&step, after) = rest.split_first()?;
            rest = after;
            u16::from(!step)
        };
        age += usize::from(step);
        let (&short, after) = rest.split_first()?;
        rest = after;
        let mut count = u32::from(short);
        if short == LONG_COUNT {
            let (long, after) = rest.split_first_chunk::<4>()?;
            (count, rest) = (u32::from_be_bytes(*long), after);
        }
        *counts.get_mut(age).filter(|count| count.is_some())? = Some(count);
    }
    Some(Decoded::History { at_risk: kind == AT_RISK })
}

fn wrong(mut rest: &[u8]) -> Option<Vec<Wrong>> {
    let mut all = Vec::new();
    while let Some((entry, after)) = rest.split_first_chunk::<11>() {
        all.push(Wrong {
            fault: Fault::of(entry[0])?,
            age: u16::from_be_bytes([entry[1], entry[2]]),
            value: f64::from_bits(u64::from_be_bytes(entry[3..].try_into().ok()?)),
        });
        rest = after;
    }
    (rest.is_empty() && !all.is_empty()).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(counts: &[u32], at_risk: Option<&[f64]>) -> Vec<u8> {
        let mut key = Vec::new();
        encode(counts, at_risk, &mut key);
        key
    }

    fn back(key: &[u8], ages: usize) -> (Vec<Option<u32>>, Vec<f64>, bool) {
        let (mut counts, mut at_risk) = (vec![None; ages], vec![-1.0; ages]);
        match decode(key, &mut counts, &mut at_risk).expect("a key") {
            Decoded::History { at_risk: own } => (counts, at_risk, own),
            Decoded::Wrong(wrong) => panic!("{wrong:?}"),
        }
    }

    /// Numbers that hang on a seed and nothing else.
    struct Draws(u64);

    impl Draws {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }
    }

    #[test]
    fn a_key_reads_back_as_the_history_it_was_made_of() {
        let mut draws = Draws(7);
        for ages in [1, 7, 8, 9, 28, 255, 256, 1800] {
            for _ in 0..200 {
                let all = draws.below(2) == 0;
                let counts: Vec<u32> = (0..ages)
                    .map(|_| match draws.below(12) {
                        0 if !all => NOT_OBSERVED,
                        1 => 1 + draws.below(3) as u32,
                        2 => [253, 254, 255, 256, 1_000_000][draws.below(5) as usize],
                        _ => 0,
                    })
                    .collect();
                let own: Vec<f64> = counts.iter().map(|_| (1 + draws.below(100)) as f64 / 100.0).collect();
                let at_risk = (draws.below(2) == 0).then_some(own.as_slice());
                let (found, e, told) = back(&key(&counts, at_risk), ages);
                let wanted: Vec<Option<u32>> =
                    counts.iter().map(|&count| (count != NOT_OBSERVED).then_some(count)).collect();
                assert_eq!(found, wanted);
                for age in 0..ages {
                    let seen = wanted[age].is_some();
                    let wanted = if !seen { 0.0 } else { at_risk.map_or(1.0, |e| e[age]) };
                    assert_eq!(e[age].to_bits(), wanted.to_bits());
                }
                assert_eq!(told, at_risk.is_some_and(|e| (0..ages).any(|a| wanted[a].is_some() && e[a] != 1.0)));
            }
        }
    }

    #[test]
    fn full_liberty_given_and_taken_for_granted_are_one_history() {
        assert_eq!(key(&[0, 2, 0], Some(&[1.0; 3])), key(&[0, 2, 0], None));
        assert_eq!(key(&[NOT_OBSERVED, 2, 0], Some(&[0.3, 1.0, 1.0])), key(&[NOT_OBSERVED, 2, 0], None));
        assert_ne!(key(&[0, 2, 0], Some(&[1.0, 1.0, 0.5])), key(&[0, 2, 0], None));
    }

    #[test]
    fn keys_of_people_observed_throughout_sort_as_their_rows_of_numbers() {
        let mut draws = Draws(11);
        for ages in [28, 300] {
            let mut rows: Vec<Vec<u32>> = (0..500)
                .map(|_| {
                    let mut row = vec![0; ages];
                    for _ in 0..draws.below(5) {
                        row[draws.below(ages as u64) as usize] = [1, 2, 253, 254, 300, 70_000][draws.below(6) as usize];
                    }
                    row
                })
                .collect();
            let mut by_key = rows.clone();
            by_key.sort_by_key(|row| key(row, None));
            rows.sort();
            assert_eq!(by_key, rows);
        }
    }

    #[test]
    fn what_is_wrong_reads_back_and_damaged_keys_are_refused() {
        let wrong = vec![
            Wrong { fault: Fault::Count, age: 3, value: -2.0 },
            Wrong { fault: Fault::TimeAtRisk, age: 27, value: 1.5 },
        ];
        let mut bytes = Vec::new();
        encode_wrong(&wrong, &mut bytes);
        let (mut counts, mut at_risk) = ([None; 28], [0.0; 28]);
        assert_eq!(decode(&bytes, &mut counts, &mut at_risk).expect("a key"), Decoded::Wrong(wrong));
        for damaged in [&[][..], &[7], &[MASKED, 1], &[WHOLE, !3], &[WHOLE, !28, 1], &[WRONG], &bytes[..9]] {
            assert!(decode(damaged, &mut counts, &mut at_risk).is_err(), "{damaged:?}");
        }
    }
}
