//! Groups compared: differences and ratios against one of them, and the widest gaps.

use super::super::undefined::{Defined, Undefined};
use super::groups::{GroupFigures, RateKind};
use super::rate::Contrast;

/// A rate of two groups compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// The group.
    pub group: String,
    /// The group it is compared with.
    pub against: String,
    /// Which rate.
    pub kind: RateKind,
    /// Rate of the group less that of the other, with Newcombe's interval.
    pub difference: Defined<Contrast>,
    /// Rate of the group by that of the other.
    pub ratio: Defined<Contrast>,
}

/// The rates of one group against those of another.
pub fn compare_groups(group: &GroupFigures, against: &GroupFigures, kind: RateKind) -> Compared {
    let both = group.confusion.rate(kind).and_then(|a| against.confusion.rate(kind).map(|b| (a, b)));
    Compared {
        group: group.name.clone(),
        against: against.name.clone(),
        kind,
        difference: both.clone().map(|(a, b)| a.difference(&b)),
        ratio: both.and_then(|(a, b)| a.ratio(&b)),
    }
}

/// The widest gap of a rate between groups: largest less smallest, over the groups that have the rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Which rate.
    pub kind: RateKind,
    /// Largest less smallest.
    pub width: f64,
    /// Group with the smallest rate.
    pub lowest: String,
    /// Group with the largest.
    pub highest: String,
    /// Smallest number of people, without weights, that one of the rates stands on: with few, the gap is chance.
    pub smallest_denominator: u64,
    /// Groups left out, as nobody is in the denominator.
    pub without: Vec<String>,
}

/// The widest gap of a rate; not there when fewer than two groups have it.
pub fn gap(groups: &[GroupFigures], kind: RateKind) -> Defined<Gap> {
    let rates: Vec<(&str, Defined<super::rate::Rate>)> =
        groups.iter().map(|g| (g.name.as_str(), g.confusion.rate(kind))).collect();
    let there: Vec<(&str, super::rate::Rate)> =
        rates.iter().filter_map(|(name, r)| Some((*name, *r.as_ref().ok()?))).collect();
    let by_value = |a: &&(&str, super::rate::Rate), b: &&(&str, super::rate::Rate)| a.1.value().total_cmp(&b.1.value());
    match (there.iter().min_by(by_value), there.iter().max_by(by_value)) {
        (Some(low), Some(high)) if there.len() > 1 => Ok(Gap {
            kind,
            width: high.1.value() - low.1.value(),
            lowest: low.0.to_owned(),
            highest: high.0.to_owned(),
            smallest_denominator: groups.iter().map(|g| g.confusion.people(kind)).filter(|n| *n > 0).min().unwrap_or(0),
            without: rates.iter().filter(|(_, r)| r.is_err()).map(|(name, _)| (*name).to_owned()).collect(),
        }),
        _ => Err(Undefined::new(format!("fewer than two groups have a {}", kind.key()))),
    }
}

/// The larger of the gaps in true- and false-positive rates; one that is not there is not part of it.
pub fn equalized_odds(groups: &[GroupFigures]) -> Defined<f64> {
    let gaps = [RateKind::TruePositive, RateKind::FalsePositive].map(|kind| gap(groups, kind));
    match gaps {
        [Ok(a), Ok(b)] => Ok(a.width.max(b.width)),
        [Ok(a), Err(_)] | [Err(_), Ok(a)] => Ok(a.width),
        [Err(why), Err(_)] => Err(why),
    }
}
