//! How many people it takes to tell so many groups apart: recovery of the number of groups by BIC.
//!
//! Does not belong here: other criteria for the number of groups, and whether groups exist outside the model.

use crate::error::{Error, Result};
use crate::numeric::p_values::Z_975;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::model::Model;
use crate::trajectory::spec::Spec;
use rand::RngCore;
use serde::{Deserialize, Serialize};

/// Most cohorts that are drawn of one size.
pub const MAX_REPLICATES: usize = 100_000;

/// What to study.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PowerOptions {
    /// Sizes of cohorts, in persons.
    pub persons: Vec<usize>,
    /// Numbers of groups that compete.
    pub groups: Vec<usize>,
    /// Cohorts drawn of each size.
    pub replicates: usize,
    /// Seed; every cohort has its own stream of it.
    pub seed: u64,
    /// Starts of each fit.
    pub starts: usize,
}

/// What was found for one size of cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PowerPoint {
    /// Persons in each cohort.
    pub persons: usize,
    /// Cohorts in which at least one fit could be trusted.
    pub replicates: usize,
    /// Share of them in which BIC (persons) chose the true number of groups.
    pub recovered: f64,
    /// Monte-Carlo standard error of that share.
    pub se: f64,
    /// Each competing number of groups, and how often it was chosen.
    pub chosen: Vec<(usize, usize)>,
    /// Fits that could not be trusted and did not compete.
    pub untrusted: usize,
    /// Cohorts of which no fit could be trusted.
    pub undecided: usize,
}

/// How often BIC finds the number of groups of a model, by size of cohort.
///
/// Cohorts are drawn from the model, observed throughout; each competing number of groups is fitted with the model's
/// family and highest degrees; a fit that cannot be trusted does not compete. The same options give the same bits on
/// any number of threads.
///
/// Of a model with covariates of membership it is asked for people with given ones
/// ([`Model::for_people_with`](crate::Model::for_people_with)).
///
/// It says what BIC does **if the model is true**. That groups are recovered does not say that there are any (Bauer &
/// Curran 2003).
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, Model, synthetic::{PowerOptions, power}, trajectory::Group};
/// let group = |share, level: f64| Group::poisson(share, [level]);
/// let model = Model::new(Family::Poisson, AgeGrid::years(15, 24)?, vec![group(0.5, -2.0), group(0.5, 1.0)])?;
/// let options = PowerOptions { persons: vec![60], groups: vec![1, 2], replicates: 4, seed: 1, starts: 4 };
/// let found = power(&model, &options)?;
/// assert_eq!((found[0].recovered, found[0].replicates), (1.0, 4));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// When there are no sizes, no competing numbers of groups, or not 1 to [`MAX_REPLICATES`] replicates; when a number of
/// groups or of starts is refused by [`Spec`].
pub fn power(model: &Model, options: &PowerOptions) -> Result<Vec<PowerPoint>> {
    if options.persons.is_empty() || options.groups.is_empty() {
        return Err(Error::options("a power study needs at least one size of cohort and one number of groups"));
    }
    if !(1..=MAX_REPLICATES).contains(&options.replicates) {
        return Err(Error::options(format!("{} replicates, not 1 to {MAX_REPLICATES}", options.replicates)));
    }
    options.persons.iter().enumerate().map(|(at, &persons)| point(model, options, at, persons)).collect()
}

/// The smallest size of cohort, of those studied, from which on the number of groups is found at least this often:
/// the lower end of a 95 % interval (Wilson 1927) is no lower than `wanted` there and at every larger size. `None`
/// when no size will do, or too few cohorts were drawn to say so.
///
/// ```
/// use pleegprofiel::synthetic::{PowerPoint, persons_needed};
/// let point = |persons, recovered| PowerPoint {
///     persons, recovered, replicates: 200, se: 0.0, chosen: vec![], untrusted: 0, undecided: 0,
/// };
/// let found = [point(1000, 0.97), point(250, 0.31), point(500, 0.88)];
/// assert_eq!(persons_needed(&found, 0.8), Some(500));
/// assert_eq!(persons_needed(&found, 0.9), Some(1000));
/// assert_eq!(persons_needed(&found, 0.99), None);
/// ```
pub fn persons_needed(found: &[PowerPoint], wanted: f64) -> Option<usize> {
    let mut by_size: Vec<&PowerPoint> = found.iter().collect();
    by_size.sort_by_key(|point| std::cmp::Reverse(point.persons));
    by_size.into_iter().take_while(|point| at_least(point) >= wanted).last().map(|point| point.persons)
}

/// Lower end of the 95 % interval of a share (Wilson 1927, equation 4); cohorts of which no fit could be trusted count
/// as not recovered.
fn at_least(point: &PowerPoint) -> f64 {
    let n = (point.replicates + point.undecided) as f64;
    if n == 0.0 {
        return 0.0;
    }
    let (p, z2) = (point.recovered * point.replicates as f64 / n, Z_975 * Z_975);
    let middle = p + z2 / (2.0 * n);
    (middle - Z_975 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt()) / (1.0 + z2 / n)
}

fn point(model: &Model, options: &PowerOptions, at: usize, persons: usize) -> Result<PowerPoint> {
    let replicates = 0..options.replicates;
    let run = |replicate: usize| {
        let seed = stream(options.seed, (at * MAX_REPLICATES + replicate) as u64).next_u64();
        choose(model, options, persons, seed)
    };
    let found: Vec<(Option<usize>, usize)> = replicates.map_in_parallel(run).into_iter().collect::<Result<_>>()?;
    let times = |groups: usize| found.iter().filter(|(chosen, _)| *chosen == Some(groups)).count();
    let decided = found.iter().filter(|(chosen, _)| chosen.is_some()).count();
    let recovered = times(model.groups().len()) as f64 / decided.max(1) as f64;
    Ok(PowerPoint {
        persons,
        replicates: decided,
        recovered,
        se: (recovered * (1.0 - recovered) / decided.max(1) as f64).sqrt(),
        chosen: options.groups.iter().map(|&groups| (groups, times(groups))).collect(),
        untrusted: found.iter().map(|(_, untrusted)| untrusted).sum(),
        undecided: options.replicates - decided,
    })
}

/// The number of groups with the lowest BIC among fits that can be trusted, and how many could not.
fn choose(model: &Model, options: &PowerOptions, persons: usize, seed: u64) -> Result<(Option<usize>, usize)> {
    let cohort = model.simulate(persons, seed)?.data;
    let highest =
        |of: fn(&crate::trajectory::model::group::Group) -> usize| model.groups().iter().map(of).max().unwrap_or(0);
    let degree = highest(|g| g.coefficients.len().saturating_sub(1));
    let zero = highest(|g| g.zero_coefficients.len().saturating_sub(1));
    let mut best: Option<(f64, usize)> = None;
    let mut untrusted = 0;
    for &groups in &options.groups {
        let mut fit = Spec::counts(model.family()).groups(groups).degree(degree).starts(options.starts).seed(seed);
        if model.family().has_zero_curve() {
            fit = fit.zero_degree(zero);
        }
        let fit = fit.fit(&cohort)?;
        if fit.best().is_err() {
            untrusted += 1;
        } else if best.is_none_or(|(bic, _)| fit.bic_persons < bic) {
            best = Some((fit.bic_persons, groups));
        }
    }
    Ok((best.map(|(_, groups)| groups), untrusted))
}
