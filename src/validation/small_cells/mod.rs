//! What is not shown of few people, in tables for others to read.
//!
//! The rule is that of recidivism and of the chain. People are parted by what is told of them: by outcome, by group, by
//! whether they are flagged, by range of risk. Whatever is told is a sum of *cells* of such a parting, and so is whatever
//! is left when one figure is subtracted from another; each cell holds [`SMALL_GROUP`] people or more. A cell of nobody
//! counts as one of few: that nobody of a group had the outcome is known of everybody in it. People are counted, never
//! weights. Times by which something became of people part them too ([`times`]), and so do the periods of a stream
//! ([`periods`]).
//!
//! Does not belong here: how a hidden figure looks in print.

pub(crate) mod classes;
pub(crate) mod cuts;
pub(crate) mod groups;
pub(crate) mod periods;
pub(crate) mod times;

use super::predictions::Predictions;

/// Cells of fewer people are not shown in tables for others to read.
pub const SMALL_GROUP: usize = 10;

/// Whether a number of people is large enough to be told.
fn enough(people: u64) -> bool {
    people >= SMALL_GROUP as u64
}

/// Who of these people count: everybody, or whoever has a weight.
fn counted(people: &Predictions) -> impl Fn(usize) -> bool + '_ {
    |i| people.weights().is_none_or(|w| w[i] > 0.0)
}

/// Whether anything may be told of these people: enough of them had the outcome, and enough had not.
pub(crate) fn may_be_told(people: &Predictions) -> bool {
    cuts::people(people, &[]).iter().flatten().all(|n| enough(*n))
}

/// People as bits.
type Set = Vec<u64>;

/// Those of so many people that are of a set.
fn set(people: usize, of: impl Fn(usize) -> bool) -> Set {
    let mut bits = vec![0; people.div_ceil(64)];
    (0..people).filter(|&i| of(i)).for_each(|i| bits[i / 64] |= 1 << (i % 64));
    bits
}

/// How often sets are taken from what is left of one.
const TAKEN: usize = 3;

/// Whether some sets of people that lie within another leave somebody of it, but too few.
fn leave_few(sets: &[Set]) -> bool {
    sets.iter().any(|of| few_left(of, sets, TAKEN))
}

fn few_left(of: &Set, sets: &[Set], times: usize) -> bool {
    let part = |own: &&Set| own.iter().any(|bits| *bits > 0) && own.iter().zip(of).all(|(own, of)| own & !of == 0);
    sets.iter().filter(part).any(|own| {
        let rest: Set = of.iter().zip(own).map(|(of, own)| of & !own).collect();
        let people: u64 = rest.iter().map(|bits| u64::from(bits.count_ones())).sum();
        people > 0 && (!enough(people) || times > 1 && few_left(&rest, sets, times - 1))
    })
}
