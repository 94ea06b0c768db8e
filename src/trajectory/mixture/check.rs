//! Whether a panel can bear a model: everything that can be known before fitting, refused with column and
//! reason, all problems at once.

use super::MAX_CLASSES;
use super::panel::{Panel, Series};
use super::spec::{Grouping, ModelSpec, OutcomeSpec};
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Issues, Result};
use crate::trajectory::basis::Basis;
use crate::trajectory::covariates;
use ndarray::Array2;

pub(crate) fn check(panel: &Panel, spec: &ModelSpec) -> Result<()> {
    options(panel, spec)?;
    if spec.classes() > panel.persons() {
        let (classes, persons) = (spec.classes(), panel.persons());
        return Err(Error::options(format!("{classes} groups asked for, but there are {persons} persons")));
    }
    for (o, outcome) in spec.outcomes.iter().enumerate() {
        // options() has seen that the series exists
        if let Some(series) = panel.series.iter().find(|s| s.name == outcome.series) {
            values(panel.grid, series, outcome)?;
            bases(panel.grid, series, outcome, spec.components(o))?;
            varying(panel, series, outcome)?;
        }
    }
    let columns: Vec<&(String, Vec<f64>)> =
        spec.membership.iter().filter_map(|n| panel.covariates.iter().find(|(m, _)| m == n)).collect();
    let matrix = Array2::from_shape_fn((panel.rows(), columns.len()), |(i, j)| columns[j].1[i]);
    covariates::check_covariates(&spec.membership, matrix.view())
}

/// Whether people can be placed in a fitted model: the same names, and values its families can produce.
pub(crate) fn usable(panel: &Panel, spec: &ModelSpec) -> Result<()> {
    options(panel, spec)?;
    for outcome in &spec.outcomes {
        if let Some(series) = panel.series.iter().find(|s| s.name == outcome.series) {
            producible(panel.grid, series, outcome)?;
        }
    }
    Ok(())
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

fn options(panel: &Panel, spec: &ModelSpec) -> Result<()> {
    let mut problems: Vec<String> = Vec::new();
    let classes = spec.classes();
    if classes == 0 || classes > MAX_CLASSES {
        problems.push(format!("{classes} groups asked for, not 1 to {MAX_CLASSES}"));
    }
    if !(1..=100_000).contains(&spec.starts) {
        problems.push(format!("{} starts asked for, not 1 to 100,000", spec.starts));
    }
    if spec.threads.is_some_and(|t| !(1..=1024).contains(&t)) {
        problems.push(format!("{} threads asked for, not 1 to 1024", spec.threads.unwrap_or(0)));
    }
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
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Error::options(problems.join("; "))),
    }
}

/// Every value that the family cannot produce.
fn producible(grid: AgeGrid, series: &Series, outcome: &OutcomeSpec) -> Result<()> {
    let mut issues = Issues::in_memory();
    let (kernel, family) = (super::layout::kernel_of(outcome), outcome.family);
    for ((i, t), &y) in series.values.indexed_iter().filter(|(_, y)| !y.is_nan()) {
        if let Some(why) = kernel.refuses(y) {
            issues.add(Some(i as u64 + 1), Some(&grid.label(t)), || format!("{why} (family {family})"));
        }
        let e = series.exposure.as_ref().map_or(1.0, |e| e[(i, t)]);
        if e != 1.0 && !family.counts_events() {
            issues.add(Some(i as u64 + 1), Some(&grid.label(t)), || {
                format!("the family {family} does not use time at risk, but {e} is given")
            });
        }
    }
    issues.into_result(&format!("the family {family} cannot be fitted to `{}`", series.name))
}

fn values(grid: AgeGrid, series: &Series, outcome: &OutcomeSpec) -> Result<()> {
    producible(grid, series, outcome)?;
    let mut seen = series.values.iter().filter(|y| !y.is_nan());
    let Some(first) = seen.next() else {
        return Err(Error::options(format!("nothing was observed of `{}`", series.name)));
    };
    // counts of all 0 have no rate, a scale without spread has no density; counts of all 1 can be fitted
    if seen.all(|y| y == first) && (*first == 0.0 || !outcome.family.counts_events()) {
        return Err(Error::options(format!("`{}` is {first} in every cell: there is nothing to fit", series.name)));
    }
    Ok(())
}

fn bases(grid: AgeGrid, series: &Series, outcome: &OutcomeSpec, components: usize) -> Result<()> {
    let name = &series.name;
    let ages: Vec<usize> = (0..grid.len()).filter(|&t| series.values.column(t).iter().any(|y| !y.is_nan())).collect();
    let one_each = |what: &str, given: &[Basis]| match given.len() {
        1 => Ok(()),
        n if n == components => Ok(()),
        n => Err(Error::options(format!(
            "{n} {what} given for {components} groups of `{name}`; give one, or one a group"
        ))),
    };
    one_each("curves", &outcome.curves)?;
    let mut all: Vec<&Basis> = outcome.curves.iter().collect();
    if let Some(zero) = &outcome.zero {
        one_each("zero parts", zero)?;
        all.extend(zero);
    }
    for basis in all {
        basis.check(ages.len())?;
    }
    Ok(())
}

/// Covariates that change with age: finite where observed, not constant, not a mixture of one another or of
/// age, and not splitting the outcome.
fn varying(panel: &Panel, series: &Series, outcome: &OutcomeSpec) -> Result<()> {
    if outcome.varying.is_empty() {
        return Ok(());
    }
    let columns: Vec<&(String, Array2<f64>)> =
        outcome.varying.iter().filter_map(|n| panel.varying.iter().find(|(m, _)| m == n)).collect();
    let mut issues = Issues::in_memory();
    let (mut rows, mut ys) = (Vec::new(), Vec::new());
    for ((i, t), &y) in series.values.indexed_iter().filter(|(_, y)| !y.is_nan()) {
        for (name, v) in &columns {
            if !v[(i, t)].is_finite() {
                issues.add(Some(i as u64 + 1), Some(name), || {
                    format!("{} at age {} is not a finite number", v[(i, t)], panel.grid.label(t))
                });
            }
        }
        rows.push((i, t));
        ys.push(y);
    }
    issues.into_result("the covariates that change with age cannot be used")?;
    // age is taken as what the curve can follow: a covariate that is a polynomial in age is none
    let degree = outcome.curves.iter().map(Basis::terms).max().unwrap_or(1).saturating_sub(1);
    let mut names: Vec<String> = (1..=degree).map(|d| if d == 1 { "age".into() } else { format!("age^{d}") }).collect();
    names.extend(outcome.varying.iter().cloned());
    let matrix = Array2::from_shape_fn((rows.len(), names.len()), |(r, j)| {
        let (i, t) = rows[r];
        if j < degree { panel.grid.scaled(t).powi(j as i32 + 1) } else { columns[j - degree].1[(i, t)] }
    });
    covariates::check_covariates(&names, matrix.view())?;
    for (name, v) in &columns {
        let x: Vec<f64> = rows.iter().map(|&(i, t)| v[(i, t)]).collect();
        if let Some(why) = splits(&x, &ys, outcome.family.counts_events() || !outcome.family.is_censored()) {
            return Err(Error::options(format!("the covariate `{name}` splits `{}`: {why}", series.name)));
        }
    }
    Ok(())
}

/// Whether a threshold on `x` leaves nothing but zeros on one side and nothing but events on the other, or a
/// two-valued covariate has nothing but zeros at one value: its effect would run to infinity.
fn splits(x: &[f64], y: &[f64], zeros_matter: bool) -> Option<String> {
    if !zeros_matter {
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
    if zeros.1 < events.0 || events.1 < zeros.0 {
        return Some("all zeros are on one side of a value, all events on the other".into());
    }
    let mut distinct: Vec<f64> = x.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    if distinct.len() == 2 {
        for value in distinct {
            if x.iter().zip(y).all(|(x, y)| *x != value || *y == 0.0) {
                return Some(format!("where it is {value} there are only zeros"));
            }
        }
    }
    None
}

/// The panel with the dropout series, and the specification with its outcome.
pub(crate) fn with_dropout(panel: &Panel, spec: &ModelSpec) -> Result<(Panel, ModelSpec)> {
    let Some(dropout) = &spec.dropout else {
        return Ok((panel.clone(), spec.clone()));
    };
    if matches!(spec.grouping, Grouping::Dual(..)) {
        return Err(Error::options("dropout goes with one grouping, not with a dual model"));
    }
    let Some(series) = panel.series.iter().find(|s| s.name == dropout.series) else {
        return Err(Error::options(format!("`{}`, of which dropout is asked for, is not a series", dropout.series)));
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
    let mut outcome = OutcomeSpec::new(name, crate::trajectory::family::Family::Bernoulli).degree(dropout.degree);
    if dropout.after_last_value {
        let covariate = format!("{}: last value", dropout.series);
        panel.varying.push((covariate.clone(), last_value));
        outcome = outcome.varying([covariate]);
    }
    // a specification that came out of a fit has the outcome already
    let there = spec.outcomes.iter().any(|o| o.series == outcome.series);
    Ok((panel, if there { spec.clone() } else { spec.clone().outcome(outcome) }))
}
