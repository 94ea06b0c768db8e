//! The class that holds what came of a fit: its figures as numpy has them.
//!
//! Does not belong here: what is worked out of the people when it is asked for (`live`).

use crate::cohort::{PyCohort, ages_of};
use crate::convert;
use crate::errors::{self, OrRaise};
use crate::figures::{Figures, StoredFit};
use crate::live::Live;
use crate::model::{self, PyModel};
use crate::picture::PyPicture;
use crate::shown::{self, Shown};
use crate::work;
use numpy::ndarray::{Array2, Array3};
use numpy::{PyArray1, PyArray2, PyArray3};
use pleegprofiel::Model;
use pyo3::prelude::*;
use std::sync::OnceLock;

/// A fitted trajectory model with everything needed to judge it.
#[pyclass(frozen, name = "Fit", module = "pleegprofiel")]
pub(crate) struct PyFit {
    pub(crate) model: Model,
    pub(crate) figures: Figures,
    /// The fit and its people; nothing when it was read back.
    pub(crate) live: Option<Live>,
    pub(crate) shown: OnceLock<Shown>,
}
#[pymethods]
impl PyFit {
    /// Reads what pickling keeps of a fit.
    #[staticmethod]
    fn _from_state(py: Python<'_>, text: &str) -> PyResult<PyFit> {
        let stored = StoredFit::read(py, text)?;
        let shown = OnceLock::new();
        if let Some(kept) = stored.shown {
            let _ = shown.set(kept);
        }
        Ok(PyFit { model: stored.model, figures: stored.figures, live: None, shown })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((py.get_type::<PyFit>().getattr("_from_state")?, (self.stored(py)?,)))
    }

    /// The versioned JSON of the model, as `pleegprofiel classify --model` reads it.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.kept(py)?.to_json())
    }

    /// The model, trusted or not.
    #[getter]
    fn model(&self) -> PyModel {
        PyModel { model: self.model.clone() }
    }

    /// The model, when the fit can be trusted; raises Untrusted otherwise.
    fn best(&self, py: Python<'_>) -> PyResult<PyModel> {
        let fatal: Vec<&str> = self.figures.findings.iter().filter(|f| f.fatal).map(|f| f.words.as_str()).collect();
        match (&self.live, fatal.is_empty()) {
            (Some(live), _) => live.fit.best().or_raise(py).map(|model| PyModel { model: model.clone() }),
            (None, true) => Ok(self.model()),
            (None, false) => Err(errors::untrusted(py, format!("this fit cannot be trusted: {}", fatal.join("; ")))),
        }
    }

    /// The model with the names of its groups and what they hang on, for a Classifier that withholds names as this fit does.
    fn decided_model(&self, py: Python<'_>) -> PyResult<PyModel> {
        Ok(PyModel { model: self.decided(py)? })
    }

    /// Whether nothing found speaks against using the fit.
    #[getter]
    pub(crate) fn trusted(&self) -> bool {
        self.figures.findings.iter().all(|f| !f.fatal)
    }

    /// What a reader has to know of the fit.
    #[getter]
    fn findings(&self) -> Vec<&str> {
        self.figures.findings.iter().map(|f| f.words.as_str()).collect()
    }

    /// The findings for which the fit should not be used.
    #[getter]
    fn fatal_findings(&self) -> Vec<&str> {
        self.figures.findings.iter().filter(|f| f.fatal).map(|f| f.words.as_str()).collect()
    }

    /// The family's key.
    #[getter]
    fn family(&self) -> &'static str {
        self.model.family().key()
    }

    /// Number of groups.
    #[getter]
    fn groups(&self) -> usize {
        self.figures.groups.len()
    }

    /// Age at the start of each interval, in years.
    #[getter]
    fn ages<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        ages_of(py, self.model.grid())
    }

    /// Number of persons fitted.
    #[getter]
    fn persons(&self) -> usize {
        self.figures.persons
    }

    /// Number of observed cells.
    #[getter]
    fn observations(&self) -> u64 {
        self.figures.observations
    }

    /// Log-likelihood with every constant.
    #[getter]
    fn log_likelihood(&self) -> f64 {
        self.figures.log_likelihood.unwrap_or(f64::NAN)
    }

    /// Number of free parameters.
    #[getter]
    fn parameters(&self) -> usize {
        self.figures.parameters
    }

    /// -2 logL + 2 p.
    #[getter]
    fn aic(&self) -> f64 {
        self.figures.aic.unwrap_or(f64::NAN)
    }

    /// -2 logL + p ln(persons).
    #[getter]
    fn bic(&self) -> f64 {
        self.figures.bic_persons.unwrap_or(f64::NAN)
    }

    /// -2 logL + p ln(observed cells).
    #[getter]
    fn bic_observations(&self) -> f64 {
        self.figures.bic_observations.unwrap_or(f64::NAN)
    }

    /// BIC plus twice the entropy of the posteriors.
    #[getter]
    fn icl(&self) -> f64 {
        self.figures.icl.unwrap_or(f64::NAN)
    }

    /// Relative entropy, 1 when everyone is placed for certain; None for one group.
    #[getter]
    fn entropy(&self) -> Option<f64> {
        self.figures.entropy
    }

    /// Whether the best optimum was climbed to the top.
    #[getter]
    fn converged(&self) -> bool {
        self.figures.converged
    }

    /// Largest absolute element of the gradient at the answer.
    #[getter]
    fn gradient_norm(&self) -> f64 {
        self.figures.gradient_norm.unwrap_or(f64::NAN)
    }

    /// Log-likelihoods of the distinct optima found, best first.
    #[getter]
    fn optima<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_slice(py, &self.figures.optima)
    }

    /// Every start: number, seed, kind, steps, log-likelihood, why it ended.
    #[getter]
    fn starts(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.figures.starts)
    }

    /// What the fit was asked for.
    #[getter]
    fn options(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.figures.options)
    }

    /// Share of each group.
    #[getter]
    fn shares<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        model::shares(py, &self.model)
    }

    /// Groups x ages: expected events per year at liberty.
    #[getter]
    fn trajectories<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray2<f64>> {
        model::trajectories(py, &self.model)
    }

    /// Groups x ages x 2: low and high end of the pointwise 95 % band of each trajectory; NaN where there is none.
    #[getter]
    fn bands<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray3<f64>> {
        let bands = &self.figures.bands;
        let ages = bands.first().map_or(0, Vec::len);
        let at = |(k, t, end): (usize, usize, usize)| bands[k][t][end].unwrap_or(f64::NAN);
        PyArray3::from_owned_array(py, Array3::from_shape_fn((bands.len(), ages, 2), at))
    }

    /// Persons for whom each group is the most likely.
    #[getter]
    fn members<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u64>> {
        PyArray1::from_iter(py, self.figures.groups.iter().map(|g| g.members))
    }

    /// Average posterior probability of the members of each group; NaN without members.
    #[getter]
    fn avepp<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.figures.groups.iter().map(|g| g.avepp.unwrap_or(f64::NAN)))
    }

    /// Odds of correct classification of each group; NaN where there are none.
    #[getter]
    fn occ<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.figures.groups.iter().map(|g| g.occ.unwrap_or(f64::NAN)))
    }

    /// Age at which the expected rate of each group is highest.
    #[getter]
    fn peak_ages<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.figures.groups.iter().map(|g| g.peak_age))
    }

    /// Every free parameter: part, group from 1, term, value, standard error, and by the sandwich where that was worked out.
    #[getter]
    fn estimates(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.figures.estimates)
    }

    /// Standard error of each estimate; NaN where the data do not determine it.
    #[getter]
    fn standard_errors<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.figures.estimates.iter().map(|e| e.se.unwrap_or(f64::NAN)))
    }

    /// Standard errors by the sandwich; NaN where there are none. See `checked`.
    #[getter]
    fn robust_standard_errors<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        PyArray1::from_iter(py, self.figures.estimates.iter().map(|e| e.robust_se.unwrap_or(f64::NAN)))
    }

    /// Covariance of the estimates: `errors` is "information" or "sandwich"; None when the latter was not worked out.
    #[pyo3(signature = (errors="information"))]
    fn covariance<'py>(&self, py: Python<'py>, errors: &str) -> PyResult<Option<Bound<'py, PyArray2<f64>>>> {
        let flat = match errors {
            "information" => &self.figures.information,
            "sandwich" => &self.figures.sandwich,
            other => {
                return Err(errors::options(py, format!("errors={other:?} is not \"information\" or \"sandwich\"")));
            }
        };
        let n = self.figures.estimates.len();
        let square = flat.as_ref().and_then(|flat| Array2::from_shape_vec((n, n), flat.clone()).ok());
        Ok(square.map(|square| PyArray2::from_owned_array(py, square)))
    }

    /// Persons x groups: posterior probabilities of membership of the people fitted.
    #[getter]
    fn posteriors<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let live = self.live(py, "posteriors of the people fitted")?;
        let posteriors = work::run(py, None, |_| live.fit.model().posteriors(&live.cohort))?;
        Ok(PyArray2::from_owned_array(py, posteriors))
    }

    /// The people fitted.
    #[getter]
    fn cohort(&self, py: Python<'_>) -> PyResult<PyCohort> {
        Ok(PyCohort { cohort: self.live(py, "the cohort")?.cohort.clone() })
    }

    /// The profile that each group shows; None where it shows none.
    #[getter]
    fn group_profiles(&self, py: Python<'_>) -> PyResult<Vec<Option<&'static str>>> {
        let named = self.named(py, "names of groups")?;
        Ok((0..self.groups()).map(|k| named.naming.profile_of(k).map(|p| p.key())).collect())
    }

    /// The profile of each person; None where that cannot be said, see `undecided`.
    #[getter]
    fn profiles(&self, py: Python<'_>) -> PyResult<Vec<Option<&'static str>>> {
        Ok(self.people(py)?.iter().map(|p| p.profile).collect())
    }

    /// Posterior probability of the likeliest answer for each person: of any group that shows that profile.
    #[getter]
    fn probabilities<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let people = self.people(py)?;
        Ok(PyArray1::from_iter(py, people.iter().map(|p| p.probability)))
    }

    /// Why a person has no profile, in words; None where there is one.
    #[getter]
    fn undecided(&self, py: Python<'_>) -> PyResult<Vec<Option<String>>> {
        let people = self.people(py)?;
        Ok(people.iter().map(|p| p.undecided.as_ref().map(|(_, words)| words.clone())).collect())
    }

    /// The most likely group of each person, from 0.
    #[getter]
    fn assigned<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<usize>>> {
        let live = self.live(py, "groups of people")?;
        let posteriors = work::run(py, None, |_| live.fit.model().posteriors(&live.cohort))?;
        let likeliest = |row: numpy::ndarray::ArrayView1<'_, f64>| {
            row.iter().enumerate().fold(0, |best, (k, p)| if *p > row[best] { k } else { best })
        };
        Ok(PyArray1::from_iter(py, posteriors.rows().into_iter().map(likeliest)))
    }

    /// The same fit after a look at the people: sandwich standard errors, and findings where totals spread wider than the
    /// model allows or events come in spells.
    #[pyo3(signature = ())]
    fn checked(&self, py: Python<'_>) -> PyResult<PyFit> {
        let live = self.live(py, "a check against the people")?;
        let fit = live.fit.clone();
        let checked = work::run(py, None, |_| fit.checked(&live.cohort))?;
        Ok(PyFit::new(checked, live.cohort.clone(), live.choice.clone()))
    }

    /// The groups over what was observed of them, as a picture.
    fn plot(&self, py: Python<'_>) -> PyResult<PyPicture> {
        // why there is no picture is said before it is looked for
        if let Some(family) = self.live.as_ref().map(|live| live.fit.family()).filter(|f| !f.counts_events()) {
            let why = format!("pictures are of rates of offending, which the family {family} does not give");
            return Err(errors::options(py, why));
        }
        if self.live.as_ref().is_some_and(|live| live.fit.best().is_err()) {
            self.best(py)?;
        }
        let svg = self.shown(py)?.svg.clone();
        match svg.is_empty() {
            false => Ok(PyPicture { svg }),
            true => Err(errors::detached(py, "no picture was kept with this fit")),
        }
    }

    /// The report of the command `profile`: one page of HTML.
    fn report(&self, py: Python<'_>) -> PyResult<String> {
        let live = self.live(py, "a report")?;
        let named = self.named(py, "a report")?;
        let people = self.people(py)?;
        let page = live.html.get_or_init(|| {
            let placed = people.iter().filter(|p| p.profile.is_some()).count() as u64;
            let settled = Some(&named.settled);
            shown::report(&live.fit, &live.cohort, &named.naming, settled, live.choice.as_deref())?
                .placed(placed)
                .html()
        });
        page.clone().or_raise(py)
    }

    fn _repr_html_(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.shown(py)?.html(&self.title()))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut text = self.title();
        if let Ok(shown) = self.shown(py) {
            text.push('\n');
            text.push_str(&shown.text());
            for finding in &shown.findings {
                text.push_str("\n- ");
                text.push_str(finding);
            }
        }
        Ok(text)
    }
}
