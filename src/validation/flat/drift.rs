//! The flat lists of stability and of charts.

use super::super::drift::cusum::Cusum;
use super::super::drift::stability::Stability;
use super::super::predictions::Predictions;
use super::{Flat, key_number};
use crate::error::{Error, Result};

/// Odds ratios of the charts in the list.
const RATIOS: [f64; 2] = [2.0, 0.5];
/// The level whose first crossing is listed.
const LEVEL: f64 = 4.0;
/// Numbers of people after which the sum is listed.
const AT: [usize; 3] = [100, 250, 500];

/// Stability of counts by score value, with the values from `merge.0` to `merge.1` also taken together.
///
/// # Errors
/// As [`Stability::new`]; when nothing lies within the values to merge.
pub fn flat_stability(values: &[f64], first: &[f64], second: &[f64], merge: Option<(f64, f64)>) -> Result<Flat> {
    let all = Stability::new(first, second)?;
    let mut out = Flat::default();
    let mut list = |key: &str, s: &Stability| {
        let test = s.chi_square.clone().map(|t| vec![t.statistic, t.df as f64, t.p]);
        out.defined_list(key, test);
    };
    list("psi.chi2_test", &all);
    let mut merged = None;
    if let Some((low, high)) = merge {
        let inside = |v: &f64| (low..=high).contains(v);
        if !values.iter().any(inside) {
            return Err(Error::options(format!("no value lies within {low} to {high}, which are to be merged")));
        }
        let together = |counts: &[f64]| {
            let mut out: Vec<f64> = values.iter().zip(counts).filter(|(v, _)| !inside(v)).map(|(_, c)| *c).collect();
            out.push(values.iter().zip(counts).filter(|(v, _)| inside(v)).map(|(_, c)| c).sum());
            out
        };
        let s = Stability::new(&together(first), &together(second))?;
        list("psi.chi2_test_merged", &s);
        merged = Some((format!("psi.points_{}_to_{}_merged", key_number(low), key_number(high)), s.psi));
    }
    out.add("psi.raw", all.psi);
    out.add("psi.half_added_to_every_count", all.psi_half_added);
    out.add("psi.expected_without_change", all.expected_without_change);
    out.add("psi.p_without_change", all.psi_p);
    if let Some((key, psi)) = merged {
        out.add(key, psi);
    }
    Ok(out)
}

/// Charts over people in the order given: where the sum stands after 100, 250 and 500, its maximum, and the first
/// person (1-based, 0 for none) after whom it is above 4; nothing is reset.
///
/// # Errors
/// None of its own; kept for the charts' checks.
pub fn flat_cusum(people: &Predictions) -> Result<Flat> {
    let mut out = Flat::default();
    for ratio in RATIOS {
        let mut chart = Cusum::new(ratio)?;
        let sums: Vec<f64> =
            people.probabilities().iter().zip(people.outcomes()).map(|(&p, &y)| chart.push(p, y)).collect();
        let key = format!("cusum.odds_ratio_{}", key_number(ratio));
        out.add(format!("{key}.max"), sums.iter().copied().fold(0.0, f64::max));
        let first = sums.iter().position(|&c| c > LEVEL).map_or(0, |i| i + 1);
        out.add(format!("{key}.first_above_{}", key_number(LEVEL)), first as f64);
        let at: Vec<f64> = AT.iter().filter_map(|&n| sums.get(n - 1).copied()).collect();
        let names: Vec<String> = AT.iter().filter(|&&n| n <= sums.len()).map(|n| n.to_string()).collect();
        if !at.is_empty() {
            out.list(format!("{key}.at_{}", names.join("_")), at);
        }
    }
    Ok(out)
}
