//! Thin adapter to linfa: the trajectory model as an estimator with `Fit` and `Predict`, for pipelines that
//! compare it with linfa's own clusterers. The crate's full interface is [`Spec`].

use crate::cohort::builder::MAX_COUNT;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Issues, Result};
use crate::numeric::logspace::most_likely;
use crate::trajectory::fit::Fit;
use crate::trajectory::model::Model;
use crate::trajectory::spec::{MAX_GROUPS, Spec};
use linfa::dataset::DatasetBase;
use linfa::traits::PredictInplace;
use linfa::{Float, ParamGuard};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};

/// Parameters of the linfa estimator: records are counts, persons x age intervals of the grid.
///
/// ```
/// use linfa::prelude::*;
/// use pleegprofiel::{AgeGrid, Family, Spec, ndarray::Array2, trajectory::linfa::TrajectoryParams};
/// let counts = Array2::from_shape_fn((100, 10), |(i, _)| f64::from(u8::from(i < 50)));
/// let params = TrajectoryParams::new(AgeGrid::years(12, 21)?, Spec::counts(Family::Poisson).groups(2).degree(0));
/// let model = params.fit(&DatasetBase::from(counts.clone()))?;
/// let groups = model.predict(&counts);
/// assert_eq!((groups[0], groups[99]), (1, 0)); // groups are ordered by level
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryParams(TrajectoryValidParams);

/// Checked parameters of the linfa estimator.
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryValidParams {
    grid: AgeGrid,
    options: Spec,
}

impl TrajectoryParams {
    /// Parameters for counts on this grid.
    pub fn new(grid: AgeGrid, options: Spec) -> Self {
        TrajectoryParams(TrajectoryValidParams { grid, options })
    }
}

impl ParamGuard for TrajectoryParams {
    type Checked = TrajectoryValidParams;
    type Error = Error;

    fn check_ref(&self) -> Result<&Self::Checked> {
        let groups = self.0.options.classes();
        if groups == 0 || groups > MAX_GROUPS {
            return Err(Error::options(format!("{groups} groups asked for, not 1 to {MAX_GROUPS}")));
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked> {
        self.check_ref()?;
        Ok(self.0)
    }
}

impl From<linfa::Error> for Error {
    fn from(error: linfa::Error) -> Error {
        Error::new(ErrorKind::InvalidOptions, error.to_string())
    }
}

impl<F: Float, D: Data<Elem = F>, T> linfa::traits::Fit<ArrayBase<D, Ix2>, T, Error> for TrajectoryValidParams {
    type Object = TrajectoryEstimate;

    /// Fits the model. Refuses counts that are negative, fractional or not numbers, and fits that cannot be
    /// trusted.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<TrajectoryEstimate> {
        let counts = whole_counts(&dataset.records)?;
        let fit = self.options.fit(&Cohort::from_counts(self.grid, counts.view())?)?;
        fit.best()?;
        Ok(TrajectoryEstimate { fit })
    }
}

/// A trajectory model fitted through linfa.
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryEstimate {
    fit: Fit,
}

impl TrajectoryEstimate {
    /// The fit with everything needed to judge it.
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// The model.
    pub fn model(&self) -> &Model {
        self.fit.model()
    }
}

/// Predicts the most likely group of each row. Prediction has no way to refuse: a row that does not hold
/// counts gets `usize::MAX`, which is no group.
impl<F: Float, D: Data<Elem = F>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for TrajectoryEstimate {
    fn predict_inplace(&self, records: &ArrayBase<D, Ix2>, targets: &mut Array1<usize>) {
        targets.fill(usize::MAX);
        for (row, target) in records.rows().into_iter().zip(targets) {
            let counts: Option<Vec<Option<u32>>> = row.iter().map(|&v| whole(v).map(Some)).collect();
            let person = counts.as_deref().map(crate::cohort::builder::PersonRow::new);
            if let Some(Ok(p)) = person.map(|person| self.model().posterior(person)) {
                *target = most_likely(p.into_iter());
            }
        }
    }

    fn default_target(&self, records: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::from_elem(records.nrows(), usize::MAX)
    }
}

fn whole<F: Float>(value: F) -> Option<u32> {
    let value = value.to_f64()?;
    (value >= 0.0 && value <= f64::from(MAX_COUNT) && value.fract() == 0.0).then_some(value as u32)
}

fn whole_counts<F: Float, D: Data<Elem = F>>(records: &ArrayBase<D, Ix2>) -> Result<Array2<u32>> {
    let mut issues = Issues::in_memory();
    let mut counts = Array2::zeros(records.dim());
    for ((i, j), &value) in records.indexed_iter() {
        match whole(value) {
            Some(count) => counts[[i, j]] = count,
            None => issues.add(Some(i as u64 + 1), Some(&format!("{}", j + 1)), || {
                format!("{value} is not a count from 0 to {MAX_COUNT}")
            }),
        }
    }
    issues.into_result("the records are not counts")?;
    Ok(counts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Family;
    use linfa::traits::{Fit, Predict};
    use ndarray::array;

    fn params(groups: usize) -> TrajectoryParams {
        TrajectoryParams::new(AgeGrid::years(18, 19).unwrap(), Spec::counts(Family::Poisson).groups(groups).degree(0))
    }

    #[test]
    fn records_that_are_not_counts_are_refused_with_their_place() {
        let error = params(1).fit(&DatasetBase::from(array![[0.0, 1.5], [f64::NAN, -1.0]])).unwrap_err();
        assert_eq!(error.issue_count(), 3);
        assert!(error.to_string().contains("row 1, column 2: 1.5 is not a count"), "{error}");
    }

    #[test]
    fn a_row_that_is_not_counts_is_predicted_to_be_in_no_group() {
        let model = params(1).fit(&DatasetBase::from(array![[0.0_f32, 1.0], [2.0, 0.0]])).unwrap();
        let groups = model.predict(&array![[0.0_f32, 3.0], [0.5, 0.0], [f32::NAN, 0.0]]);
        assert_eq!(groups, array![0, usize::MAX, usize::MAX]);
        assert!((model.model().rate(0, 0) - 0.75).abs() < 1e-12); // 3 events in 4 years
    }

    #[test]
    fn parameters_are_checked_before_data() {
        assert!(params(0).check().is_err() && params(33).check_ref().is_err());
    }
}
