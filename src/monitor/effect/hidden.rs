//! What is not told of a comparison, as it could point at someone, and how exactly the rest is.
//!
//! Every published share is a number of persons of one group to within the step it is rounded to. Of each group, shares
//! are told of outcomes and years only where ten persons had the outcome and ten had not, and where of two such sets of
//! people, one within the other, the difference is ten persons or nobody: whatever is subtracted from whatever else is
//! then of ten or more. A covariate of two values is told where each value is of ten persons of each group, and so are
//! those that are left by two or more that exclude each other. Means are rounded to what one and a half persons add, at
//! most, and numbers worked out from published ones are worked out from these as they are printed.

use super::weights::Balance;
use crate::cohort::recidivism::small_cells::FEW;
use crate::survival::EventStatus;
use ndarray::ArrayView2;

/// Who had an outcome by a time: person by person of one group.
pub(crate) type Had = Vec<bool>;

pub(crate) fn had(people: impl Iterator<Item = (f64, EventStatus)>, time: f64) -> Had {
    people.map(|(at, how)| how == EventStatus::Event && at <= time).collect()
}

/// Whether a share may be told beside those that are.
pub(crate) fn may_be_told(own: &Had, told: &[Had]) -> bool {
    let count = |of: &Had| of.iter().filter(|had| **had).count() as u64;
    let events = count(own);
    let apart = |other: &Had| {
        let only = |a: &Had, b: &Had| a.iter().zip(b).filter(|(a, b)| **a && !**b).count() as u64;
        let (more, less) = (only(own, other), only(other, own));
        more > 0 && less > 0 || more + less == 0 || more + less >= FEW
    };
    events >= FEW && own.len() as u64 - events >= FEW && told.iter().all(apart)
}

/// Numbers of 1, 2 or 5 of a decimal place.
fn steps() -> impl Iterator<Item = f64> {
    (-6..9).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10f64.powi(power)))
}

fn nearest(value: f64, least: f64) -> f64 {
    let step = steps().find(|step| *step >= least).unwrap_or(1e9);
    let places = (-step.log10().floor()).max(0.0) as i32;
    let parts = 10f64.powi(places);
    // the last digits of a multiple of a decimal step are no one's
    ((value / step).round() * step * parts).round() / parts
}

/// The balance as it may be told; covariates that may not are left out.
pub(crate) fn balance(found: Vec<Balance>, treated: &[bool], covariates: ArrayView2<'_, f64>) -> Vec<Balance> {
    let smallest = [true, false].map(|group| treated.iter().filter(|t| **t == group).count()).into_iter().min();
    let persons = smallest.unwrap_or(0) as f64 - FEW as f64;
    let told = covariates_told(treated, covariates);
    let shown = found.into_iter().enumerate().filter(|(j, _)| told[*j]);
    shown
        .map(|(j, of)| {
            let column = covariates.column(j);
            let (low, high) = column.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
            let least = if persons >= 1.0 { 1.5 * (high - low) / persons } else { high - low };
            let root = of.standardised.map(|standardised| (of.treated - of.control) / standardised);
            let of_root = root.filter(|root| root.is_finite() && *root > 0.0).map_or(1.0, |root| least / root);
            let mean = |value: f64| nearest(value, least);
            let standard = |value: Option<f64>| value.map(|value| nearest(value, of_root.max(0.01)));
            Balance {
                treated: mean(of.treated),
                control: mean(of.control),
                standardised: standard(of.standardised),
                weighted_treated: mean(of.weighted_treated),
                weighted_control: mean(of.weighted_control),
                weighted_standardised: standard(of.weighted_standardised),
                ..of
            }
        })
        .collect()
}

/// Which covariates may be told. Those of more than two values are means of everybody in a group.
fn covariates_told(treated: &[bool], covariates: ArrayView2<'_, f64>) -> Vec<bool> {
    let two_valued: Vec<Option<Had>> = covariates
        .columns()
        .into_iter()
        .map(|column| {
            let first = *column.iter().next()?;
            let other = column.iter().copied().find(|v| *v != first)?;
            let two = column.iter().all(|v| *v == first || *v == other);
            two.then(|| column.iter().map(|v| *v == first.max(other)).collect())
        })
        .collect();
    let mut told: Vec<bool> = vec![true; two_valued.len()];
    for group in [true, false] {
        let of_group =
            |own: &Had| own.iter().zip(treated).filter(|(_, t)| **t == group).map(|(v, _)| *v).collect::<Had>();
        let mut known: Vec<Had> = Vec::new();
        // those that exclude each other, together
        let mut together: Option<Had> = None;
        for (j, own) in two_valued.iter().enumerate() {
            let Some(own) = own.as_ref().map(of_group) else { continue };
            let excluding = together.as_ref().filter(|all| all.iter().zip(&own).all(|(a, b)| !(*a && *b)));
            let union: Option<Had> = excluding.map(|all| all.iter().zip(&own).map(|(a, b)| *a || *b).collect());
            let rest = union.as_ref().map_or(0, |all| all.iter().filter(|v| !**v).count() as u64);
            // both values, and what is left of those that exclude each other
            if !may_be_told(&own, &known) || (1..FEW).contains(&rest) {
                told[j] = false;
                continue;
            }
            together = Some(union.or(together).unwrap_or_else(|| own.clone()));
            let complement: Had = own.iter().map(|v| !v).collect();
            known.extend([own, complement]);
        }
    }
    told
}
