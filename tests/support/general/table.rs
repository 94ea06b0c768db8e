//! A panel as plain vectors: what the formulas read, and what the panel of the crate is made from.

use ndarray::Array2;
use pleegprofiel::{AgeGrid, Panel};

/// Values or covariates, person after person, age after age.
pub(crate) type Rows = Vec<Vec<f64>>;

/// Persons x ages of several series; NaN is not observed.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) grid: AgeGrid,
    pub(crate) series: Vec<(String, Rows)>,
    /// Time at risk by series, when there is any.
    pub(crate) exposure: Vec<Option<Rows>>,
    pub(crate) covariates: Vec<(String, Vec<f64>)>,
    pub(crate) varying: Vec<(String, Rows)>,
    pub(crate) weights: Option<Vec<f64>>,
}

fn matrix(rows: &Rows) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), rows[0].len()), |(i, t)| rows[i][t])
}

impl Table {
    pub(crate) fn new(grid: AgeGrid, name: &str, values: Rows) -> Table {
        Table {
            grid,
            series: vec![(name.into(), values)],
            exposure: vec![None],
            covariates: Vec::new(),
            varying: Vec::new(),
            weights: None,
        }
    }

    pub(crate) fn persons(&self) -> usize {
        self.series[0].1.len()
    }

    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    pub(crate) fn panel(&self) -> Panel {
        let mut panel = Panel::new(self.grid);
        for ((name, values), exposure) in self.series.iter().zip(&self.exposure) {
            let seen = matrix(values).mapv(|y| (!y.is_nan()).then_some(y));
            panel = panel.series(name, seen.view()).unwrap();
            if let Some(exposure) = exposure {
                panel = panel.exposure(name, matrix(exposure).view()).unwrap();
            }
        }
        for (name, values) in &self.covariates {
            panel = panel.covariate(name, values).unwrap();
        }
        for (name, values) in &self.varying {
            panel = panel.varying(name, matrix(values).view()).unwrap();
        }
        match &self.weights {
            Some(weights) => panel.weights(weights).unwrap(),
            None => panel,
        }
    }

    /// The persons at `rows`, in that order; one may stand more than once.
    pub(crate) fn select(&self, rows: &[usize]) -> Table {
        let pick = |from: &Rows| -> Rows { rows.iter().map(|&i| from[i].clone()).collect() };
        let each = |from: &[(String, Rows)]| from.iter().map(|(n, v)| (n.clone(), pick(v))).collect();
        Table {
            grid: self.grid,
            series: each(&self.series),
            exposure: self.exposure.iter().map(|e| e.as_ref().map(pick)).collect(),
            covariates: self
                .covariates
                .iter()
                .map(|(n, v)| (n.clone(), rows.iter().map(|&i| v[i]).collect()))
                .collect(),
            varying: each(&self.varying),
            weights: self.weights.as_ref().map(|w| rows.iter().map(|&i| w[i]).collect()),
        }
    }

    /// The table with the series in which a person's leaving is seen, as Haviland, Jones & Nagin (2011) have
    /// it: from the second wave on, 1 in the first wave after the last value, 0 before; and the value last
    /// seen before each wave.
    pub(crate) fn with_dropout(&self, series: usize) -> Table {
        let mut table = self.clone();
        let (name, values) = &self.series[series];
        let (mut left, mut last) = (Vec::new(), Vec::new());
        for row in values {
            let n = row.len();
            let (mut l, mut v) = (vec![f64::NAN; n], vec![f64::NAN; n]);
            let seen: Vec<usize> = (0..n).filter(|&t| !row[t].is_nan()).collect();
            if let (Some(&first), Some(&end)) = (seen.first(), seen.last()) {
                for t in first + 1..n {
                    if t <= end + 1 {
                        l[t] = if t == end + 1 { 1.0 } else { 0.0 };
                        let before = seen.iter().rev().find(|&&s| s < t).unwrap();
                        v[t] = row[*before];
                    }
                }
            }
            left.push(l);
            last.push(v);
        }
        table.varying.push((format!("{name}: last value"), last));
        table.series.push((format!("{name}: dropout"), left));
        table.exposure.push(None);
        table
    }
}
