//! What a general model is fitted to: one or several series of values over the same ages, with time at
//! risk, covariates and weights. Counts of a [`Cohort`] are the simplest case.
//!
//! Belongs here: shape, range and missingness of observed values. Does not belong here: which family can
//! produce them (`spec`).

use crate::cohort::builder::{CohortBuilder, PersonRow};
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Issues, Result};
use ndarray::{Array2, ArrayView2};

/// Persons x age intervals, for models beyond counts: several outcomes, fractions and scale scores, person
/// covariates, covariates that change with age.
///
/// ```
/// use pleegprofiel::{AgeGrid, Panel, ndarray::array};
/// let panel = Panel::new(AgeGrid::years(12, 14)?)
///     .series("attitude", array![[Some(30.0), None, Some(27.5)], [Some(36.0), Some(36.0), Some(35.0)]].view())?
///     .covariate("female", &[0.0, 1.0])?;
/// assert_eq!((panel.persons(), panel.observations()), (2, 5));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub(crate) grid: AgeGrid,
    pub(crate) persons: Option<usize>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) series: Vec<Series>,
    pub(crate) covariates: Vec<(String, Vec<f64>)>,
    pub(crate) varying: Vec<(String, Array2<f64>)>,
    /// Persons that a row stands for, when rows are merged histories.
    pub(crate) multiplicity: Option<Vec<u32>>,
    /// Sum of their squared weights.
    pub(crate) weights_squared: Option<Vec<f64>>,
}

/// One outcome as observed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// Persons x intervals; NaN where not observed (inside the crate only: callers say `None`).
    pub(crate) values: Array2<f64>,
    /// Fraction of the interval at risk; `None` when whole everywhere.
    pub(crate) exposure: Option<Array2<f64>>,
}

/// Name of the series that a cohort's counts get.
pub const COUNTS: &str = "counts";

impl Panel {
    /// An empty panel on a grid; the first series or covariate fixes the number of persons.
    pub fn new(grid: AgeGrid) -> Panel {
        Panel {
            grid,
            persons: None,
            weights: None,
            series: Vec::new(),
            covariates: Vec::new(),
            varying: Vec::new(),
            multiplicity: None,
            weights_squared: None,
        }
    }

    /// A cohort's counts as the series [`COUNTS`], person after person, with its time at risk and weights.
    pub fn from_cohort(cohort: &Cohort) -> Panel {
        let rows: Vec<usize> = (0..cohort.persons()).map(|i| cohort.history_of(i)).collect();
        let weights = (0..cohort.persons()).map(|i| cohort.weight(i)).collect::<Vec<f64>>();
        let weights = weights.iter().any(|&w| w != 1.0).then_some(weights);
        Panel { persons: Some(rows.len()), weights, ..of_histories(cohort, &rows) }
    }

    /// The same with identical histories merged: what fitting needs when there are no covariates.
    pub(crate) fn of_distinct(cohort: &Cohort) -> Panel {
        let rows: Vec<usize> = (0..cohort.distinct_histories()).collect();
        let histories = &cohort.histories;
        let mut squared = vec![0.0; rows.len()];
        (0..cohort.persons()).for_each(|i| squared[cohort.history_of(i)] += cohort.weight(i).powi(2));
        Panel {
            persons: Some(rows.len()),
            weights_squared: Some(squared),
            weights: Some(histories.weight.clone()),
            multiplicity: Some(histories.persons.clone()),
            ..of_histories(cohort, &rows)
        }
    }

    /// Adds an outcome: persons x age intervals, `None` where not observed.
    ///
    /// # Errors
    /// When the name is taken or empty, the shape does not fit, or a value is not finite (all such cells are
    /// listed).
    pub fn series(mut self, name: &str, values: ArrayView2<'_, Option<f64>>) -> Result<Panel> {
        self.check_name(name)?;
        self.check_shape(name, values.nrows(), Some(values.ncols()))?;
        let mut issues = Issues::in_memory();
        for ((i, j), value) in values.indexed_iter() {
            if let Some(v) = value.filter(|v| !v.is_finite()) {
                issues.add(Some(i as u64 + 1), Some(&self.grid.label(j)), || format!("{v} is not a finite number"));
            }
        }
        issues.into_result(&format!("the series {name} cannot be used"))?;
        let values = values.map(|v| v.unwrap_or(f64::NAN));
        self.series.push(Series { name: name.into(), values, exposure: None });
        Ok(self)
    }

    /// Time at risk of a series added before: fractions of the interval in [0, 1]; 0 means not observed.
    ///
    /// # Errors
    /// When there is no such series, the shape does not fit, or (every cell listed) a fraction is outside
    /// [0, 1] or 0 where a value above 0 was observed.
    pub fn exposure(mut self, name: &str, exposure: ArrayView2<'_, f64>) -> Result<Panel> {
        self.check_shape(name, exposure.nrows(), Some(exposure.ncols()))?;
        let grid = self.grid;
        let known = self.names();
        let Some(series) = self.series.iter_mut().find(|s| s.name == name) else {
            return Err(Error::options(format!("time at risk is given for `{name}`, which is not one of {known}")));
        };
        let mut issues = Issues::in_memory();
        for ((i, j), &e) in exposure.indexed_iter() {
            let y = series.values[(i, j)];
            if !(0.0..=1.0).contains(&e) {
                issues.add(Some(i as u64 + 1), Some(&grid.label(j)), || {
                    format!("a time at risk of {e} is not in [0, 1]")
                });
            } else if e == 0.0 && y > 0.0 {
                issues.add(Some(i as u64 + 1), Some(&grid.label(j)), || format!("a value of {y} with no time at risk"));
            }
        }
        issues.into_result(&format!("the time at risk of {name} cannot be used"))?;
        for (v, &e) in series.values.iter_mut().zip(exposure) {
            if e == 0.0 {
                *v = f64::NAN;
            }
        }
        series.exposure = exposure.iter().any(|&e| e != 1.0 && e != 0.0).then(|| exposure.to_owned());
        Ok(self)
    }

    /// Adds a person covariate, for group membership.
    ///
    /// # Errors
    /// When the name is taken or empty, the length does not fit, or a value is not finite.
    pub fn covariate(mut self, name: &str, values: &[f64]) -> Result<Panel> {
        self.check_name(name)?;
        self.check_shape(name, values.len(), None)?;
        let mut issues = Issues::in_memory();
        for (i, v) in values.iter().enumerate().filter(|(_, v)| !v.is_finite()) {
            issues.add(Some(i as u64 + 1), Some(name), || format!("{v} is not a finite number"));
        }
        issues.into_result(&format!("the covariate {name} cannot be used"))?;
        self.covariates.push((name.into(), values.to_vec()));
        Ok(self)
    }

    /// Adds a covariate that changes with age, persons x age intervals; values where no outcome was observed
    /// are not looked at and may be NaN.
    ///
    /// # Errors
    /// When the name is taken or empty or the shape does not fit.
    pub fn varying(mut self, name: &str, values: ArrayView2<'_, f64>) -> Result<Panel> {
        self.check_name(name)?;
        self.check_shape(name, values.nrows(), Some(values.ncols()))?;
        self.varying.push((name.into(), values.to_owned()));
        Ok(self)
    }

    /// Person weights (survey or frequency weights), all above 0. With survey weights use the sandwich
    /// covariance: weights are not sample sizes.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::array};
    /// // someone with an offence a year who stands for three, and someone with three: 1.5 a year
    /// let counts = array![[Some(1.0), Some(1.0)], [Some(3.0), Some(3.0)]];
    /// let panel = Panel::new(AgeGrid::years(18, 19)?).series("offences", counts.view())?.weights(&[3.0, 1.0])?;
    /// let fit = Spec::new(1).outcome(OutcomeSpec::new("offences", Family::Poisson).degree(0)).fit(&panel)?;
    /// assert!((fit.model().curve(0, 0)[0] - 1.5).abs() < 1e-9);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the length does not fit or a weight is not above 0 and finite.
    pub fn weights(mut self, weights: &[f64]) -> Result<Panel> {
        self.check_shape("weights", weights.len(), None)?;
        let mut issues = Issues::in_memory();
        for (i, w) in weights.iter().enumerate().filter(|(_, w)| !(w.is_finite() && **w > 0.0)) {
            issues.add(Some(i as u64 + 1), Some("weight"), || format!("{w} is not above 0 and finite"));
        }
        issues.into_result("the weights cannot be used")?;
        self.weights = Some(weights.to_vec());
        Ok(self)
    }

    /// Number of persons.
    pub fn persons(&self) -> usize {
        match &self.multiplicity {
            Some(m) => m.iter().map(|&m| m as usize).sum(),
            None => self.rows(),
        }
    }

    /// Rows: persons, or distinct histories.
    pub(crate) fn rows(&self) -> usize {
        self.persons.unwrap_or(0)
    }

    /// Number of observed cells, all series together.
    pub fn observations(&self) -> u64 {
        let of = |i: usize| u64::from(self.multiplicity.as_ref().map_or(1, |m| m[i]));
        let seen = |s: &Series| -> u64 {
            s.values
                .rows()
                .into_iter()
                .enumerate()
                .map(|(i, r)| of(i) * r.iter().filter(|v| !v.is_nan()).count() as u64)
                .sum()
        };
        self.series.iter().map(seen).sum()
    }

    /// The age grid.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// Names of the series, in order.
    pub fn series_names(&self) -> Vec<&str> {
        self.series.iter().map(|s| s.name.as_str()).collect()
    }

    pub(crate) fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |w| w[i])
    }

    pub(crate) fn weight_squared(&self, i: usize) -> f64 {
        self.weights_squared.as_ref().map_or_else(|| self.weight(i).powi(2), |w| w[i])
    }

    /// The rows at `rows`, in that order; a row may stand more than once (bootstrap).
    pub(crate) fn select(&self, rows: &[usize]) -> Panel {
        let pick = |a: &Array2<f64>| a.select(ndarray::Axis(0), rows);
        Panel {
            grid: self.grid,
            persons: Some(rows.len()),
            weights: self.weights.as_ref().map(|w| rows.iter().map(|&i| w[i]).collect()),
            series: self
                .series
                .iter()
                .map(|s| Series {
                    name: s.name.clone(),
                    values: pick(&s.values),
                    exposure: s.exposure.as_ref().map(pick),
                })
                .collect(),
            covariates: self
                .covariates
                .iter()
                .map(|(n, v)| (n.clone(), rows.iter().map(|&i| v[i]).collect()))
                .collect(),
            varying: self.varying.iter().map(|(n, v)| (n.clone(), pick(v))).collect(),
            multiplicity: self.multiplicity.as_ref().map(|m| rows.iter().map(|&i| m[i]).collect()),
            weights_squared: self.weights_squared.as_ref().map(|w| rows.iter().map(|&i| w[i]).collect()),
        }
    }

    fn names(&self) -> String {
        self.series.iter().map(|s| format!("`{}`", s.name)).collect::<Vec<_>>().join(", ")
    }

    fn check_name(&self, name: &str) -> Result<()> {
        let taken = self.series.iter().any(|s| s.name == name)
            || self.covariates.iter().any(|(n, _)| n == name)
            || self.varying.iter().any(|(n, _)| n == name);
        match (name.is_empty(), taken) {
            (true, _) => Err(Error::options("a series or covariate has an empty name")),
            (_, true) => Err(Error::options(format!("the name `{name}` is given twice"))),
            _ => Ok(()),
        }
    }

    fn check_shape(&mut self, name: &str, rows: usize, columns: Option<usize>) -> Result<()> {
        if let Some(columns) = columns.filter(|&c| c != self.grid.len()) {
            let grid = self.grid.len();
            return Err(Error::options(format!("{name} has {columns} columns, the grid {grid} intervals")));
        }
        if rows == 0 {
            return Err(Error::options(format!("{name} has no rows")));
        }
        match self.persons {
            Some(persons) if persons != rows => {
                Err(Error::options(format!("{name} has {rows} rows, the panel {persons} persons")))
            }
            _ => {
                self.persons = Some(rows);
                Ok(())
            }
        }
    }
}

/// Counts and time at risk of a cohort's histories, one row each.
fn of_histories(cohort: &Cohort, rows: &[usize]) -> Panel {
    let (histories, n) = (&cohort.histories, cohort.grid().len());
    let mut values = Array2::zeros((rows.len(), n));
    let mut exposure = histories.exposure.as_ref().map(|_| Array2::zeros((rows.len(), n)));
    for (i, &h) in rows.iter().enumerate() {
        for (t, seen) in histories.observed_in(histories.pattern[h] as usize).iter().enumerate() {
            if !seen {
                values[(i, t)] = f64::NAN;
            }
        }
        for &code in histories.cells_of(h) {
            let code = histories.codes[code as usize];
            values[(i, code.interval as usize)] = f64::from(code.count);
        }
        if let (Some(to), Some(from)) = (&mut exposure, histories.exposure_of(h)) {
            to.row_mut(i).iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        }
    }
    let mut panel = Panel::new(cohort.grid());
    panel.series.push(Series { name: COUNTS.into(), values, exposure });
    panel
}

impl Panel {
    /// The cohort that a series of counts makes: for the engine of plain counts.
    pub(crate) fn to_cohort(&self, series: usize) -> Result<Cohort> {
        let s = &self.series[series];
        let mut builder = CohortBuilder::new(self.grid);
        let n = self.grid.len();
        let (mut counts, mut exposure) = (vec![None; n], vec![0.0; n]);
        for i in 0..self.rows() {
            for t in 0..n {
                let y = s.values[(i, t)];
                counts[t] = (!y.is_nan()).then_some(y as u32);
                exposure[t] = if y.is_nan() { 0.0 } else { s.exposure.as_ref().map_or(1.0, |e| e[(i, t)]) };
            }
            let row = PersonRow { exposure: Some(&exposure), weight: self.weight(i), ..PersonRow::new(&counts) };
            builder.push(row)?;
        }
        Ok(builder.finish())
    }
}
