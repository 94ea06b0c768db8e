//! What is not shown of the recidivism of few people.
//!
//! Does not belong here: how a hidden figure looks in print.

use super::figures::GroupRecidivism;

/// Figures of fewer people are not shown: the limit that statistical offices use for sensitive tables.
const FEW: u64 = 10;

/// Hides what could point at someone.
///
/// - Of a group of fewer than ten persons nothing is shown.
/// - A share is shown when at least ten persons are still followed, at least ten have reoffended and at least ten have
///   not: otherwise it says of all but a few what they did.
/// - With everyone's figures shown, a single hidden group could be worked out from the others; so when one is hidden,
///   the smallest other one is too, at the same place.
///
/// Differences between two years of one group are not guarded.
pub(super) fn hide(groups: &mut [GroupRecidivism]) {
    let Some((everyone, parts)) = groups.split_first_mut() else { return };
    let sizes: Vec<u64> = parts.iter().map(|g| g.persons.unwrap_or(0)).collect();
    let total = everyone.persons.unwrap_or(0);
    let one_more = |hidden: &mut [bool]| {
        if hidden.iter().filter(|h| **h).count() == 1 {
            let next = (0..hidden.len()).filter(|&g| !hidden[g]).min_by_key(|&g| sizes[g]);
            next.into_iter().for_each(|g| hidden[g] = true);
        }
    };
    let mut small: Vec<bool> = sizes.iter().map(|&n| n < FEW).collect();
    one_more(&mut small);
    let few = |group: &GroupRecidivism, y: usize, persons: u64| {
        group.shares[y]
            .figures
            .is_none_or(|f| f.at_risk < FEW || f.events < FEW || persons - f.events.min(persons) < FEW)
    };
    for y in 0..everyone.shares.len() {
        let mut hidden: Vec<bool> = parts.iter().zip(&sizes).map(|(g, &n)| few(g, y, n)).collect();
        hidden.iter_mut().zip(&small).for_each(|(h, &s)| *h |= s);
        one_more(&mut hidden);
        for (group, _) in parts.iter_mut().zip(&hidden).filter(|(_, h)| **h) {
            group.shares[y].figures = None;
        }
        if few(everyone, y, total) {
            everyone.shares[y].figures = None;
        }
    }
    let mut rare: Vec<bool> =
        parts.iter().map(|g| g.frequency.is_none_or(|f| f.offences < FEW)).zip(&small).map(|(r, &s)| r || s).collect();
    one_more(&mut rare);
    for (group, (small, rare)) in parts.iter_mut().zip(small.iter().zip(&rare)) {
        if *small {
            group.persons = None;
        }
        if *rare {
            group.frequency = None;
        }
    }
    if total < FEW {
        everyone.persons = None;
    }
    if total < FEW || everyone.frequency.is_none_or(|f| f.offences < FEW) {
        everyone.frequency = None;
    }
}
