//! How far a smooth of the outcome is from the risk, over the people.

use super::super::runs::Run;

/// Distances between smoothed and predicted risk, over the people.
///
/// # References
/// Austin & Steyerberg (2019), Statistics in Medicine 38, 4051-4065, for ICI, E50 and E90.
#[derive(Debug, Clone, PartialEq)]
pub struct CalibrationDistance {
    /// Mean distance, the integrated calibration index.
    pub ici: f64,
    /// Median.
    pub e50: f64,
    /// 90th percentile (type 7).
    pub e90: f64,
    /// Largest.
    pub emax: f64,
    /// The smooth: risk and smoothed outcome, at each distinct risk.
    pub curve: Vec<(f64, f64)>,
}

pub(crate) fn distance(runs: &[Run], smooth: &[f64]) -> CalibrationDistance {
    let mut gaps: Vec<(f64, f64)> = runs.iter().zip(smooth).map(|(r, s)| ((s - r.value).abs(), r.size())).collect();
    let total: f64 = gaps.iter().map(|g| g.1).sum();
    let ici = gaps.iter().map(|g| g.0 * g.1).sum::<f64>() / total;
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    CalibrationDistance {
        ici,
        e50: quantile(&gaps, total, 0.5),
        e90: quantile(&gaps, total, 0.9),
        emax: gaps.last().map_or(f64::NAN, |g| g.0),
        curve: runs.iter().zip(smooth).map(|(r, s)| (r.value, *s)).collect(),
    }
}

/// Type 7: linear between the order statistics around rank `(n - 1) q`, of values with whole-numbered sizes in order.
fn quantile(sorted: &[(f64, f64)], total: f64, q: f64) -> f64 {
    let rank = (total - 1.0) * q;
    let (low, part) = (rank.floor(), rank - rank.floor());
    let value = |rank: f64| {
        let mut before = 0.0;
        sorted
            .iter()
            .find(|g| {
                before += g.1;
                rank < before
            })
            .or(sorted.last())
            .map_or(f64::NAN, |g| g.0)
    };
    let a = value(low);
    if part > 0.0 { (1.0 - part) * a + part * value(low + 1.0) } else { a }
}
