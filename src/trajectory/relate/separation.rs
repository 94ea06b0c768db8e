//! Perfect separation: covariates that tell a group from others without error, so that the likelihood of a
//! logit has no maximum and its coefficients run away (Albert & Anderson 1984).
//!
//! Groups are separated when there are coefficients `b` with `(b_g - b_s) x_i >= 0` for every person `i` of
//! group `g` and every other group `s`, and not all equal to 0. With one covariate that is a cut between
//! two sets of groups, looked for directly. With several, Newton's method points the way: where a maximum
//! exists its steps shrink to nothing, and the maximum proves that there is no such `b`; where none exists
//! the steps settle on a `b`, which is then checked against every person.

use crate::trajectory::data::covariates::Design;
use crate::trajectory::relate::logit::Logit;
use ndarray::ArrayView2;

/// A step is looked at as a direction of separation from here on: its error falls by e at each step.
const FIRST_STEP: usize = 6;
/// What counts as zero in `(b_g - b_s) x`, relative to the largest.
const ZERO: f64 = 1e-5;
/// A covariate takes part from this fraction of the largest (standardised) coefficient on.
const TAKES_PART: f64 = 1e-3;

/// Covariates that separate groups.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Separation {
    /// Names of the covariates that do it, together if there are several.
    pub(crate) columns: Vec<String>,
    /// Which groups (numbered from 1), and how.
    pub(crate) reason: String,
}

/// Looks for perfect or quasi-perfect separation of `group` (0-based, every group with members) by the
/// covariates, which passed [`check_covariates`](crate::trajectory::data::covariates::check_covariates).
pub(crate) fn separation<S: AsRef<str>>(
    names: &[S],
    matrix: ArrayView2<'_, f64>,
    group: &[usize],
    groups: usize,
) -> Option<Separation> {
    (0..matrix.ncols())
        .find_map(|j| by_one(names[j].as_ref(), matrix, j, group, groups))
        .or_else(|| by_several(names, matrix, group, groups))
}

/// Exact: groups in order of their lowest value; a cut between any two sets of groups shows there.
fn by_one(name: &str, matrix: ArrayView2<'_, f64>, j: usize, group: &[usize], groups: usize) -> Option<Separation> {
    let mut range = vec![(f64::INFINITY, f64::NEG_INFINITY); groups];
    for (x, &g) in matrix.column(j).iter().zip(group) {
        range[g] = (range[g].0.min(*x), range[g].1.max(*x));
    }
    let mut order: Vec<usize> = (0..groups).filter(|&g| range[g].0 <= range[g].1).collect();
    order.sort_by(|&a, &b| range[a].0.total_cmp(&range[b].0).then(range[a].1.total_cmp(&range[b].1)));
    let mut below = f64::NEG_INFINITY;
    let cuts: Vec<(usize, f64, f64)> = (1..order.len())
        .map(|cut| {
            below = below.max(range[order[cut - 1]].1);
            (cut, below, range[order[cut]].0)
        })
        .collect();
    // a clean cut says more than one with persons on it
    let clean = cuts.iter().find(|(_, below, above)| below < above);
    let &(cut, below, above) = clean.or_else(|| cuts.iter().find(|(_, below, above)| below <= above))?;
    let (low, high) = order.split_at(cut);
    Some(Separation { columns: vec![name.to_owned()], reason: cut_in_words(&range, low, high, below, above) })
}

fn cut_in_words(range: &[(f64, f64)], low: &[usize], high: &[usize], below: f64, above: f64) -> String {
    if below == above {
        // groups with nothing but the value of the cut are on either side of it
        let other: Vec<usize> = (0..range.len()).filter(|&g| range[g].0 < below || range[g].1 > below).collect();
        let one_side = other.iter().all(|&g| range[g].0 >= below) || other.iter().all(|&g| range[g].1 <= below);
        if one_side {
            return format!("only {} any value but {below}", have(&other));
        }
    }
    format!("{} only values up to {below}, {} only values from {above}", have(low), have(high))
}

/// `group 2 has`, `groups 1 and 3 have`.
fn have(groups: &[usize]) -> String {
    let mut numbers: Vec<usize> = groups.iter().map(|g| g + 1).collect();
    numbers.sort_unstable();
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match numbers.as_slice() {
        [one] => format!("group {one} has"),
        [rest @ .., last] => format!("groups {} and {last} have", rest.join(", ")),
        [] => String::new(),
    }
}

fn by_several<S: AsRef<str>>(
    names: &[S],
    matrix: ArrayView2<'_, f64>,
    group: &[usize],
    groups: usize,
) -> Option<Separation> {
    if matrix.ncols() < 2 || groups < 2 {
        return None;
    }
    let design = Design::new(matrix);
    let response: Vec<f64> = group.iter().flat_map(|&g| (0..groups).map(move |t| f64::from(t == g))).collect();
    let fit = Logit { design: &design, response: &response, weights: None, groups, reference: 0 }.fit();
    if fit.converged {
        return None;
    }
    fit.steps.iter().skip(FIRST_STEP).find_map(|b| {
        let pairs = separated_pairs(&design, b, group, groups)?;
        let columns = taking_part(&design, b, names);
        let pairs: Vec<String> = pairs.iter().map(|(g, s)| format!("{} from {}", g + 1, s + 1)).collect();
        let reason = format!("together they tell without error group {}", pairs.join(", "));
        Some(Separation { columns, reason })
    })
}

/// Names of the covariates with a part in a direction of coefficients.
pub(crate) fn taking_part<S: AsRef<str>>(design: &Design, direction: &[f64], names: &[S]) -> Vec<String> {
    let terms = design.terms();
    let size = |j: usize| direction.chunks_exact(terms).map(|block| block[j].abs()).fold(0.0, f64::max);
    let largest = (1..terms).map(size).fold(0.0, f64::max);
    (1..terms).filter(|&j| size(j) > TAKES_PART * largest).map(|j| names[j - 1].as_ref().to_owned()).collect()
}

/// The pairs of groups that a direction separates; `None` when someone is on the wrong side.
fn separated_pairs(design: &Design, b: &[f64], group: &[usize], groups: usize) -> Option<Vec<(usize, usize)>> {
    let eta = |i: usize, t: usize| -> f64 {
        if t == 0 {
            return 0.0;
        }
        let block = &b[(t - 1) * design.terms()..t * design.terms()];
        block.iter().zip(design.row(i)).map(|(b, x)| b * x).sum()
    };
    let margins: Vec<(usize, usize, f64)> = (0..group.len())
        .flat_map(|i| (0..groups).filter(move |&s| s != group[i]).map(move |s| (i, s)))
        .map(|(i, s)| (group[i], s, eta(i, group[i]) - eta(i, s)))
        .collect();
    let zero = ZERO * margins.iter().map(|m| m.2.abs()).fold(0.0, f64::max);
    if zero == 0.0 || margins.iter().any(|m| m.2.is_nan() || m.2 < -zero) {
        return None;
    }
    let mut pairs: Vec<(usize, usize)> =
        margins.iter().filter(|m| m.2 > zero).map(|m| (m.0.min(m.1), m.0.max(m.1))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    /// Fractions of multiples of an irrational number: even, without a generator.
    fn even(i: usize, factor: f64) -> f64 {
        (i as f64 * factor).fract() - 0.5
    }

    fn covariates(n: usize) -> Array2<f64> {
        Array2::from_shape_fn((n, 3), |(i, j)| even(i + 1, [2_f64.sqrt(), 3_f64.sqrt(), 5_f64.sqrt()][j]))
    }

    const NAMES: [&str; 3] = ["a", "b", "c"];

    #[test]
    fn overlapping_groups_are_not_separated() {
        let x = covariates(120);
        let group: Vec<usize> = (0..120).map(|i| usize::from(even(i, 0.377) + x[[i, 0]] > 0.0) + i % 2).collect();
        assert_eq!(separation(&NAMES, x.view(), &group, 3), None);
    }

    #[test]
    fn one_covariate_that_separates_is_named_with_its_cut() {
        let mut x = covariates(60);
        let group: Vec<usize> = (0..60).map(|i| i % 3).collect();
        (0..60).for_each(|i| x[[i, 1]] = f64::from(group[i] == 2 && i % 2 == 0));
        // only group 3 ever has a 1: its odds at 1 are infinite, though nobody can be told apart at 0
        let found = separation(&NAMES, x.view(), &group, 3).unwrap();
        assert_eq!(found.reason, "only group 3 has any value but 0");
        (0..60).for_each(|i| x[[i, 1]] = f64::from(group[i] == 2));
        let found = separation(&NAMES, x.view(), &group, 3).unwrap();
        assert_eq!(found.columns, ["b"]);
        assert_eq!(found.reason, "groups 1 and 2 have only values up to 0, group 3 has only values from 1");
    }

    #[test]
    fn a_combination_that_separates_is_found_and_its_covariates_named() {
        for shift in [0.0, 0.3] {
            let x = covariates(90);
            let group: Vec<usize> = (0..90)
                .map(|i| if x[[i, 0]] + 0.6 * x[[i, 2]] > shift { 2 } else { usize::from(even(i, 0.377) > 0.0) })
                .collect();
            let found = separation(&NAMES, x.view(), &group, 3).unwrap();
            assert!(found.columns.contains(&"a".to_owned()) && found.columns.contains(&"c".to_owned()), "{found:?}");
            assert_eq!(found.reason, "together they tell without error group 1 from 3, 2 from 3");
        }
    }

    #[test]
    fn one_exchanged_person_undoes_the_separation() {
        let x = covariates(90);
        let mut group: Vec<usize> = (0..90).map(|i| usize::from(x[[i, 0]] + 0.6 * x[[i, 2]] > 0.0)).collect();
        assert!(separation(&NAMES, x.view(), &group, 2).is_some());
        let deep = (0..90).max_by(|&i, &k| x[[i, 0]].total_cmp(&x[[k, 0]])).unwrap();
        group[deep] = 0;
        assert_eq!(separation(&NAMES, x.view(), &group, 2), None);
    }

    #[test]
    fn every_small_data_set_is_decided_one_way_or_the_other() {
        // on a grid of a few values, where quasi-separation and ties are common
        let mut state = 88172645463325252_u64;
        let mut next = |limit: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 33) % limit
        };
        let (mut separated, mut overlapping) = (0, 0);
        for _ in 0..4000 {
            let (n, columns, groups) = (14 + next(40) as usize, 2 + next(2) as usize, 2 + next(2) as usize);
            let values = 2 + next(4);
            let x = Array2::from_shape_fn((n, columns), |_| next(values) as f64);
            let pull = next(3) as f64;
            let group: Vec<usize> = (0..n)
                .map(|i| {
                    if i < groups {
                        return i;
                    }
                    let score = pull * (x[[i, 0]] + x[[i, 1]]) + next(values) as f64;
                    (score * groups as f64 / ((2.0 * pull + 1.0) * values as f64)) as usize
                })
                .collect();
            if crate::trajectory::data::covariates::check_covariates(&NAMES[..columns], x.view()).is_err() {
                continue;
            }
            let found = separation(&NAMES[..columns], x.view(), &group, groups);
            let design = Design::new(x.view());
            let response: Vec<f64> = group.iter().flat_map(|&g| (0..groups).map(move |t| f64::from(t == g))).collect();
            let fit = Logit { design: &design, response: &response, weights: None, groups, reference: 0 }.fit();
            assert_eq!(found.is_some(), !fit.converged, "{x:?} {group:?}");
            if found.is_some() { separated += 1 } else { overlapping += 1 }
        }
        assert!(separated > 300 && overlapping > 300, "{separated} {overlapping}");
    }
}
