//! Whether a panel can bear a model: everything that can be known before fitting, refused with column and
//! reason, all problems at once.

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Issues, Result};
use crate::trajectory::data::covariates;
use crate::trajectory::data::panel::{Panel, Series};
use crate::trajectory::family::Family;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, MAX_CLASSES, Spec};
use ndarray::Array2;
use std::borrow::Cow;

pub(crate) fn check(panel: &Panel, spec: &Spec) -> Result<()> {
    let mut problems = options(panel, spec);
    if spec.classes() > panel.persons() {
        let (classes, persons) = (spec.classes(), panel.persons());
        problems.push(format!("{classes} groups asked for, but there are {persons} persons"));
    }
    // a name that does not exist has been listed already
    let found: Vec<(usize, &OutcomeSpec, &Series)> = spec
        .outcomes
        .iter()
        .enumerate()
        .filter_map(|(o, outcome)| panel.series.iter().find(|s| s.name == outcome.series).map(|s| (o, outcome, s)))
        .collect();
    for &(o, outcome, series) in &found {
        bases(panel.grid, series, outcome, spec.components(o), &mut problems);
    }
    refused(problems)?;
    let mut issues = Issues::in_memory();
    for (_, outcome, series) in found {
        let before = issues.count();
        producible(panel.grid, series, outcome, &mut issues);
        if issues.count() == before {
            values(series, outcome, &mut issues);
        }
        varying(panel, series, outcome, &mut issues);
    }
    let columns: Vec<&(String, Vec<f64>)> =
        spec.membership.iter().filter_map(|n| panel.covariates.iter().find(|(m, _)| m == n)).collect();
    let matrix = Array2::from_shape_fn((panel.rows(), columns.len()), |(i, j)| columns[j].1[i]);
    covariates::covariate_issues(&spec.membership, matrix.view(), &mut issues);
    issues.into_result("the model cannot be fitted to these data")
}

/// Whether people can be placed in a fitted model: the same names, and values its families can produce.
pub(crate) fn usable(panel: &Panel, spec: &Spec) -> Result<()> {
    refused(options(panel, spec))?;
    let mut issues = Issues::in_memory();
    for outcome in &spec.outcomes {
        if let Some(series) = panel.series.iter().find(|s| s.name == outcome.series) {
            producible(panel.grid, series, outcome, &mut issues);
            finite(panel, series, outcome, &mut issues);
        }
    }
    issues.into_result("the model cannot be used on these data")
}

fn refused(problems: Vec<String>) -> Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::options(problems.join("; "))),
    }
}

/// Bases of a stored model: as many as groups, and usable on its grid.
pub(crate) fn stored_bases(outcome: &OutcomeSpec, components: usize, grid: AgeGrid) -> Result<()> {
    let lists = [Some(&outcome.curves), outcome.zero.as_ref()];
    for list in lists.into_iter().flatten() {
        if list.len() != 1 && list.len() != components {
            return Err(Error::options(format!("{} curves for {components} groups", list.len())));
        }
        list.iter().try_for_each(|b| b.check(grid.len()))?;
    }
    Ok(())
}

/// Names, numbers and combinations that do not go together.
fn options(panel: &Panel, spec: &Spec) -> Vec<String> {
    let mut problems: Vec<String> = Vec::new();
    let classes = spec.classes();
    if classes == 0 || classes > MAX_CLASSES {
        problems.push(format!("{classes} groups asked for, not 1 to {MAX_CLASSES}"));
    }
    problems.extend(spec.effort.problems());
    if spec.outcomes.is_empty() {
        problems.push("no outcome is given".into());
    }
    if matches!(spec.grouping, Grouping::Dual(..)) && spec.outcomes.len() != 2 {
        problems.push(format!("a dual model joins two outcomes, {} given", spec.outcomes.len()));
    }
    let list = |names: Vec<&str>| match names.is_empty() {
        true => "there are none".to_owned(),
        false => format!("there are {}", names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")),
    };
    let mut seen: Vec<&str> = Vec::new();
    for outcome in &spec.outcomes {
        let name = outcome.series.as_str();
        if !panel.series.iter().any(|s| s.name == name) {
            problems.push(format!("`{name}` is not a series of the panel; {}", list(panel.series_names())));
        }
        if seen.contains(&name) {
            problems.push(format!("the series `{name}` is an outcome twice"));
        }
        seen.push(name);
        for v in &outcome.varying {
            if !panel.varying.iter().any(|(n, _)| n == v) {
                let known = panel.varying.iter().map(|(n, _)| n.as_str()).collect();
                problems.push(format!("`{v}` is not a covariate that changes with age; {}", list(known)));
            }
        }
        if outcome.zero.is_some() && !outcome.family.has_zero_curve() {
            problems.push(format!(
                "a zero part is given for `{name}`, but the family {} has no zero curve",
                outcome.family
            ));
        }
        let several = outcome.zero.as_ref().unwrap_or(&outcome.curves).windows(2).any(|b| b[0] != b[1]);
        if outcome.shared_zero && outcome.family.has_zero_curve() && several {
            problems
                .push(format!("all groups of `{name}` are to share one zero part, but several bases are given for it"));
        }
        let (floor, ceiling) = outcome.bounds_or_infinite();
        let bounded = outcome.floor.is_some() || outcome.ceiling.is_some();
        if bounded && !outcome.family.is_censored() {
            problems.push(format!("bounds are given for `{name}`, but the family {} has none", outcome.family));
        } else if floor.is_nan() || ceiling.is_nan() || floor >= ceiling {
            problems.push(format!("the floor {floor} of `{name}` is not below its ceiling {ceiling}"));
        }
    }
    for name in &spec.membership {
        if !panel.covariates.iter().any(|(n, _)| n == name) {
            let known = panel.covariates.iter().map(|(n, _)| n.as_str()).collect();
            problems.push(format!("`{name}` is not a covariate of persons; {}", list(known)));
        }
    }
    problems
}

/// Every value that the family cannot produce.
fn producible(grid: AgeGrid, series: &Series, outcome: &OutcomeSpec, issues: &mut Issues) {
    let (kernel, family) = (crate::trajectory::spec::layout::kernel_of(outcome), outcome.family);
    for ((i, t), &y) in series.values.indexed_iter().filter(|(_, y)| !y.is_nan()) {
        let column = || format!("{} {}", series.name, grid.label(t));
        if let Some(why) = kernel.refuses(y) {
            issues.add(Some(i as u64 + 1), Some(&column()), || format!("{why} (family {family})"));
        }
        let e = series.exposure.as_ref().map_or(1.0, |e| e[(i, t)]);
        if e != 1.0 && !family.counts_events() {
            issues.add(Some(i as u64 + 1), Some(&column()), || {
                format!("the family {family} does not use time at risk, but {e} is given")
            });
        }
    }
}

fn values(series: &Series, outcome: &OutcomeSpec, issues: &mut Issues) {
    let mut seen = series.values.iter().filter(|y| !y.is_nan());
    let Some(first) = seen.next() else {
        issues.add(None, Some(&series.name), || "nothing was observed".into());
        return;
    };
    // counts of all 0 have no rate, a scale without spread has no density; counts of all 1 can be fitted
    if seen.all(|y| y == first) && (*first == 0.0 || !outcome.family.counts_events()) {
        issues.add(None, Some(&series.name), || format!("it is {first} in every cell: there is nothing to fit"));
    }
}

fn bases(grid: AgeGrid, series: &Series, outcome: &OutcomeSpec, components: usize, problems: &mut Vec<String>) {
    let name = &series.name;
    let ages = (0..grid.len()).filter(|&t| series.values.column(t).iter().any(|y| !y.is_nan())).count();
    let lists = [("curves", Some(&outcome.curves)), ("zero parts", outcome.zero.as_ref())];
    for (what, given) in lists.into_iter().filter_map(|(what, given)| given.map(|g| (what, g))) {
        if given.len() != 1 && given.len() != components {
            problems.push(format!(
                "{} {what} given for {components} groups of `{name}`; give one, or one a group",
                given.len()
            ));
        }
        // a series of which nothing was observed has a worse problem, told with the data
        for basis in given.iter().filter(|_| ages > 0) {
            if let Err(why) = basis.check(ages) {
                problems.push(format!("`{name}`: {why}"));
            }
        }
    }
}

/// The covariates of an outcome that change with age.
fn columns_of<'a>(panel: &'a Panel, outcome: &OutcomeSpec) -> Vec<&'a (String, Array2<f64>)> {
    outcome.varying.iter().filter_map(|n| panel.varying.iter().find(|(m, _)| m == n)).collect()
}

/// Covariates that change with age have a value wherever the outcome was observed.
fn finite(panel: &Panel, series: &Series, outcome: &OutcomeSpec, issues: &mut Issues) {
    let columns = columns_of(panel, outcome);
    for ((i, t), _) in series.values.indexed_iter().filter(|(_, y)| !y.is_nan()) {
        for (name, v) in columns.iter().filter(|(_, v)| !v[(i, t)].is_finite()) {
            issues.add(Some(i as u64 + 1), Some(name), || {
                format!("{} at age {} is not a finite number", v[(i, t)], panel.grid.label(t))
            });
        }
    }
}

/// Covariates that change with age: finite where observed, not constant, not a mixture of one another or of
/// age, and not splitting the outcome.
fn varying(panel: &Panel, series: &Series, outcome: &OutcomeSpec, issues: &mut Issues) {
    let columns = columns_of(panel, outcome);
    let before = issues.count();
    finite(panel, series, outcome, issues);
    if columns.is_empty() || issues.count() > before {
        return;
    }
    let observed: Vec<((usize, usize), f64)> =
        series.values.indexed_iter().filter(|(_, y)| !y.is_nan()).map(|(at, &y)| (at, y)).collect();
    let (rows, ys): (Vec<(usize, usize)>, Vec<f64>) = observed.into_iter().unzip();
    // age is taken as what the curve can follow: a covariate that is a polynomial in age is none
    let degree = outcome.curves.iter().map(Basis::terms).max().unwrap_or(1).saturating_sub(1);
    let mut names: Vec<String> = (1..=degree).map(|d| if d == 1 { "age".into() } else { format!("age^{d}") }).collect();
    names.extend(outcome.varying.iter().cloned());
    let matrix = Array2::from_shape_fn((rows.len(), names.len()), |(r, j)| {
        let (i, t) = rows[r];
        if j < degree { panel.grid.scaled(t).powi(j as i32 + 1) } else { columns[j - degree].1[(i, t)] }
    });
    covariates::covariate_issues(&names, matrix.view(), issues);
    for (name, v) in &columns {
        let x: Vec<f64> = rows.iter().map(|&(i, t)| v[(i, t)]).collect();
        if let Some(why) = splits(&x, &ys, outcome) {
            issues.add(None, Some(name), || format!("it splits `{}`: {why}", series.name));
        }
    }
}

/// Whether a threshold on `x` leaves nothing but zeros on one side and nothing but events on the other, or a
/// two-valued covariate has nothing but zeros at one value: its effect would run to infinity.
fn splits(x: &[f64], y: &[f64], outcome: &OutcomeSpec) -> Option<String> {
    let yes_or_no = outcome.family == Family::Bernoulli;
    if !outcome.family.counts_events() && !yes_or_no {
        return None;
    }
    let range = |event: bool| {
        let of = x.iter().zip(y).filter(|(_, y)| (**y > 0.0) == event).map(|(x, _)| *x);
        of.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)))
    };
    let (zeros, events) = (range(false), range(true));
    if zeros.0 > zeros.1 || events.0 > events.1 {
        return None;
    }
    let mut distinct: Vec<f64> = x.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() == 2 {
        let only = |value: f64, event: bool| x.iter().zip(y).all(|(x, y)| *x != value || (*y > 0.0) == event);
        for value in distinct {
            if only(value, false) {
                return Some(format!("where it is {value} there are only zeros"));
            }
            if yes_or_no && only(value, true) {
                return Some(format!("where it is {value} there are only ones"));
            }
        }
    } else if distinct.len() > 2 && (zeros.1 < events.0 || events.1 < zeros.0) {
        return Some("all zeros are on one side of a value, all events on the other".into());
    }
    None
}

/// The panel with the dropout series, and the specification with its outcome; both as they are without dropout.
pub(crate) fn with_dropout<'p, 's>(panel: &'p Panel, spec: &'s Spec) -> Result<(Cow<'p, Panel>, Cow<'s, Spec>)> {
    let Some(dropout) = &spec.dropout else {
        return Ok((Cow::Borrowed(panel), Cow::Borrowed(spec)));
    };
    if matches!(spec.grouping, Grouping::Dual(..)) {
        return Err(Error::options("dropout goes with one grouping, not with a dual model"));
    }
    let Some(series) = panel.series.iter().find(|s| s.name == dropout.series) else {
        let mut problems = options(panel, spec);
        problems.push(format!("`{}`, of which dropout is asked for, is not a series of the panel", dropout.series));
        return Err(Error::options(problems.join("; ")));
    };
    let name = format!("{}: dropout", dropout.series);
    let n = panel.grid.len();
    let mut left = Array2::from_elem((panel.rows(), n), f64::NAN);
    let mut last_value = Array2::from_elem((panel.rows(), n), f64::NAN);
    for (i, row) in series.values.rows().into_iter().enumerate() {
        let Some(first) = row.iter().position(|y| !y.is_nan()) else { continue };
        let last = row.iter().rposition(|y| !y.is_nan()).unwrap_or(first);
        let mut value = row[first];
        for t in first + 1..n.min(last + 2) {
            left[(i, t)] = f64::from(u8::from(t > last));
            last_value[(i, t)] = value;
            if !row[t].is_nan() {
                value = row[t];
            }
        }
    }
    let mut panel = panel.clone();
    panel.series.push(Series { name: name.clone(), values: left, exposure: None });
    let mut outcome = OutcomeSpec::new(name, Family::Bernoulli).degree(dropout.degree);
    if dropout.after_last_value {
        let covariate = format!("{}: last value", dropout.series);
        panel.varying.push((covariate.clone(), last_value));
        outcome = outcome.varying([covariate]);
    }
    // a specification that came out of a fit has the outcome already
    let there = spec.outcomes.iter().any(|o| o.series == outcome.series);
    let spec = if there { Cow::Borrowed(spec) } else { Cow::Owned(spec.clone().outcome(outcome)) };
    Ok((Cow::Owned(panel), spec))
}
