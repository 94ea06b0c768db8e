//! What the checklist asks about the data.

use crate::cohort::grid::AgeGrid;
use crate::trajectory::data::panel::{Panel, Series};
use crate::trajectory::fit::Fit;
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Facts {
    pub(super) persons: usize,
    pub(super) intervals: usize,
    /// Exact ages, in years.
    pub(super) from_age: f64,
    pub(super) to_age: f64,
    pub(super) interval_months: u32,
    pub(super) weighted: bool,
    pub(super) series: Vec<SeriesFacts>,
}

/// One outcome's observed cells.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct SeriesFacts {
    pub(super) name: String,
    pub(super) cells: usize,
    pub(super) observed: usize,
    /// Persons observed throughout; whose first missing interval ends observation; who have gaps or enter late;
    /// who were never observed.
    pub(super) complete: usize,
    pub(super) dropped_out: usize,
    pub(super) gaps: usize,
    pub(super) never: usize,
    pub(super) mean: Option<f64>,
    pub(super) variance: Option<f64>,
    pub(super) smallest: Option<f64>,
    pub(super) largest: Option<f64>,
    /// Fraction of observed cells that are 0.
    pub(super) zeros: Option<f64>,
    pub(super) by_interval: Vec<IntervalFacts>,
    pub(super) has_exposure: bool,
}

/// One age interval of an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct IntervalFacts {
    /// Age at its start, in years.
    pub(super) age: f64,
    pub(super) observed: usize,
    pub(super) mean: Option<f64>,
    pub(super) variance: Option<f64>,
    /// Fraction of the interval at risk, where it differs between persons.
    pub(super) exposure_mean: Option<f64>,
    pub(super) exposure_variance: Option<f64>,
}

impl Facts {
    pub(super) fn of(fit: &Fit, panel: &Panel) -> Facts {
        let grid = panel.grid();
        // dropout stands behind the outcomes and is made from one of them
        let modelled = |s: &&Series| fit.model().spec().outcomes().iter().any(|o| o.series() == s.name);
        Facts {
            persons: panel.persons(),
            intervals: grid.len(),
            from_age: grid.start_age(0),
            to_age: grid.start_age(grid.len()),
            interval_months: grid.width_months(),
            weighted: panel.weights.is_some(),
            series: panel.series.iter().filter(modelled).map(|s| of_series(s, grid)).collect(),
        }
    }
}

fn of_series(series: &Series, grid: AgeGrid) -> SeriesFacts {
    let values = &series.values;
    let mut all = Moments::default();
    let (mut complete, mut dropped_out, mut gaps, mut never) = (0, 0, 0, 0);
    for row in values.rows() {
        let seen = row.iter().filter(|v| !v.is_nan()).count();
        let leading = row.iter().take_while(|v| !v.is_nan()).count();
        match (seen, leading) {
            (0, _) => never += 1,
            (s, _) if s == row.len() => complete += 1,
            (s, l) if s == l => dropped_out += 1,
            _ => gaps += 1,
        }
        row.iter().filter(|v| !v.is_nan()).for_each(|&v| all.add(v));
    }
    let by_interval = (0..grid.len())
        .map(|t| {
            let (mut here, mut risk) = (Moments::default(), Moments::default());
            for (i, &v) in values.column(t).iter().enumerate().filter(|(_, v)| !v.is_nan()) {
                here.add(v);
                series.exposure.iter().for_each(|e| risk.add(e[(i, t)]));
            }
            IntervalFacts {
                age: grid.start_age(t),
                observed: here.n,
                mean: here.mean(),
                variance: here.variance(),
                exposure_mean: risk.mean(),
                exposure_variance: risk.variance(),
            }
        })
        .collect();
    SeriesFacts {
        name: series.name.clone(),
        cells: values.len(),
        observed: all.n,
        complete,
        dropped_out,
        gaps,
        never,
        mean: all.mean(),
        variance: all.variance(),
        smallest: all.n.gt(&0).then_some(all.least),
        largest: all.n.gt(&0).then_some(all.most),
        zeros: all.n.gt(&0).then(|| all.zeros as f64 / all.n as f64),
        by_interval,
        has_exposure: series.exposure.is_some(),
    }
}

/// Mean and variance in one pass (Welford 1962), unweighted: what was observed, not what it stands for.
#[derive(Debug, Clone, Copy)]
struct Moments {
    n: usize,
    mean: f64,
    squares: f64,
    zeros: usize,
    least: f64,
    most: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Moments { n: 0, mean: 0.0, squares: 0.0, zeros: 0, least: f64::INFINITY, most: f64::NEG_INFINITY }
    }
}

impl Moments {
    fn add(&mut self, x: f64) {
        self.n += 1;
        let from = x - self.mean;
        self.mean += from / self.n as f64;
        self.squares += from * (x - self.mean);
        self.zeros += usize::from(x == 0.0);
        self.least = self.least.min(x);
        self.most = self.most.max(x);
    }

    fn mean(&self) -> Option<f64> {
        (self.n > 0).then_some(self.mean)
    }

    fn variance(&self) -> Option<f64> {
        (self.n > 1).then(|| self.squares / (self.n - 1) as f64)
    }
}
