//! How long a chart runs before it gives a false alarm, and the limit for a stated length.

use super::cusum::Cusum;
use crate::error::{Error, Result};

/// States that the sum of a chart is divided into.
const STATES: usize = 160;
/// Distinct risks a distribution is summarised by.
const RISKS: usize = 64;

/// Mean number of people until a chart with a limit fires while the risks are right (the average run length), by a
/// Markov chain over the sum; people's risks are drawn from `risks`.
///
/// A step from the middle of one state lands between two middles and is shared between them, so the error falls with
/// the square of the width.
///
/// # References
/// Brook & Evans (1972), Biometrika 59, 539-549.
///
/// # Errors
/// When the limit is not above 0, or there are no risks.
pub fn run_length(risks: &[f64], odds_ratio: f64, limit: f64) -> Result<f64> {
    Cusum::new(odds_ratio)?;
    if !(limit > 0.0 && limit.is_finite()) || risks.is_empty() {
        return Err(Error::options(format!("a limit of {limit} over {} risks has no run length", risks.len())));
    }
    Ok(chain(&summary(risks), odds_ratio, limit))
}

/// The limit at which a chart fires once in `people` people on average while the risks are right.
///
/// # Errors
/// When `people` is below 2, or there are no risks.
pub fn limit_for(risks: &[f64], odds_ratio: f64, people: f64) -> Result<f64> {
    Cusum::new(odds_ratio)?;
    if !(people >= 2.0 && people.is_finite()) || risks.is_empty() {
        return Err(Error::options(format!("one false alarm in {people} people over {} risks", risks.len())));
    }
    let risks = summary(risks);
    let (mut low, mut high) = (0.0, 1.0);
    while chain(&risks, odds_ratio, high) < people {
        (low, high) = (high, high * 2.0);
    }
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if chain(&risks, odds_ratio, middle) < people {
            low = middle;
        } else {
            high = middle;
        }
        if high - low < 1e-6 * high {
            break;
        }
    }
    Ok(high)
}

/// Means of equal parts of the risks in order.
fn summary(risks: &[f64]) -> Vec<f64> {
    let mut sorted = risks.to_vec();
    sorted.sort_by(f64::total_cmp);
    let parts = RISKS.min(sorted.len());
    (0..parts)
        .map(|i| {
            let part = &sorted[i * sorted.len() / parts..(i + 1) * sorted.len() / parts];
            part.iter().sum::<f64>() / part.len() as f64
        })
        .collect()
}

fn chain(risks: &[f64], odds_ratio: f64, limit: f64) -> f64 {
    // state i stands for the sum i * width, i = 0 .. STATES - 1; the limit lies one width above the last
    let width = limit / STATES as f64;
    let mut a = vec![vec![0.0; STATES + 1]; STATES];
    for (i, row) in a.iter_mut().enumerate() {
        row[i] += 1.0;
        row[STATES] = 1.0;
        for &p in risks {
            for (y, chance) in [(true, p), (false, 1.0 - p)] {
                let weight = chance / risks.len() as f64;
                let at = (i as f64 + Cusum::step(odds_ratio, p, y) / width).max(0.0);
                let (below, part) = (at.floor() as usize, at - at.floor());
                for (state, share) in [(below, 1.0 - part), (below + 1, part)] {
                    if state < STATES {
                        row[state] -= weight * share;
                    }
                }
            }
        }
    }
    solve_first(a)
}

/// First unknown of a diagonally dominant system, by elimination from the last row up.
fn solve_first(mut a: Vec<Vec<f64>>) -> f64 {
    let n = a.len();
    for pivot in (0..n).rev() {
        let (above, rest) = a.split_at_mut(pivot);
        let row = &rest[0];
        for other in above.iter_mut() {
            let factor = other[pivot] / row[pivot];
            if factor != 0.0 {
                for k in 0..pivot {
                    other[k] -= factor * row[k];
                }
                other[n] -= factor * row[n];
            }
        }
    }
    a[0][n] / a[0][0]
}
