//! `select`: many models compared in a table, ranked by a criterion.

use crate::choice::numbers;
use crate::convert;
use crate::errors::{self, OrRaise};
use crate::fitted::PyFit;
use crate::people::{Beside, people};
use crate::picture::PyPicture;
use crate::work;
use pleegprofiel::{Cohort, report::selection_svg, trajectory::selection::{NO_DISCOVERY, Selection, SelectionCriterion, SelectionOptions, SelectionState, SelectionWatch}};
use pyo3::prelude::*;
use std::sync::Arc;

/// The models of a search, ranked.
#[pyclass(frozen, name = "Selection", module = "pleegprofiel")]
pub(crate) struct PySelection {
    selection: Selection,
    cohort: Arc<Cohort>,
}

/// Fits many models and ranks them.
///
/// families: a key or a list of keys, "zip" by default. groups: a number, (fewest, most) or a range; 1 to 8 by default.
/// degrees: 1 to 3 by default, all groups alike. criterion: "bic-persons", "bic-observations", "aic" or "icl".
/// eliminate: whether degrees are lowered group by group as long as that improves the criterion.
///
/// >>> import numpy as np, pleegprofiel as pp
/// >>> counts = np.random.default_rng(1).poisson(np.repeat([0.1, 2.0], [60, 40])[:, None], (100, 8))
/// >>> selection = pp.select(counts, "poisson", (1, 3), 0, ages=(15, 22))
/// >>> selection.candidates[selection.best]["model"]["groups"]
/// 2
#[pyfunction]
#[pyo3(signature = (data, families=None, groups=None, degrees=None, *, zero_degree=None, criterion="bic-persons", eliminate=false, ages=None, exposure=None, weights=None, ids=None, starts=None, neighbours=true, seed=None, threads=None, progress=None), text_signature = "(data, families='zip', groups=(1, 8), degrees=(1, 2, 3), *, zero_degree=None, criterion='bic-persons', eliminate=False, ages=None, exposure=None, weights=None, ids=None, starts=40, neighbours=True, seed=1, threads=None, progress=None)")]
#[allow(clippy::too_many_arguments)] // the caller names them
pub(crate) fn select(
    data: &Bound<'_, PyAny>,
    families: Option<&Bound<'_, PyAny>>,
    groups: Option<&Bound<'_, PyAny>>,
    degrees: Option<&Bound<'_, PyAny>>,
    zero_degree: Option<&Bound<'_, PyAny>>,
    criterion: &str,
    eliminate: bool,
    ages: Option<&Bound<'_, PyAny>>,
    exposure: Option<&Bound<'_, PyAny>>,
    weights: Option<&Bound<'_, PyAny>>,
    ids: Option<&Bound<'_, PyAny>>,
    starts: Option<&Bound<'_, PyAny>>,
    neighbours: bool,
    seed: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PySelection> {
    let py = data.py();
    let mut options =
        SelectionOptions::new().groups(numbers(groups, 1..=8)?).eliminate(eliminate).neighbours(neighbours);
    if let Some(families) = families {
        let names: Vec<String> = match families.extract::<String>() {
            Ok(one) => vec![one],
            Err(_) => families.extract()?,
        };
        options = options.families(names.iter().map(|name| work::family(py, name)).collect::<PyResult<Vec<_>>>()?);
    }
    if let Some(degrees) = degrees {
        options = options.degrees(work::wholes(degrees, "degrees", 0, 5)?);
    }
    if let Some(zero) = zero_degree {
        options = options.zero_degree(work::whole(zero, "zero_degree", 0, 5)? as usize);
    }
    let Some(ranked) = SelectionCriterion::ALL.into_iter().find(|c| c.key() == criterion) else {
        let known: Vec<&str> = SelectionCriterion::ALL.into_iter().map(SelectionCriterion::key).collect();
        return Err(errors::options(py, format!("criterion={criterion:?} is none of {}", known.join(", "))));
    };
    options = options.criterion(ranked);
    if let Some(starts) = starts {
        options = options.starts(work::whole(starts, "starts", 1, 100_000)? as usize);
    }
    if let Some(seed) = seed {
        options = options.seed(work::whole(seed, "seed", 0, u64::MAX)?);
    }
    if let Some(threads) = work::threads(threads)? {
        options = options.threads(threads);
    }
    let cohort = people(data, &Beside { ages, exposure, weights, ids, ..Beside::default() })?;
    let selection = work::run(py, progress, |tick| {
        let told = |p: pleegprofiel::trajectory::selection::SelectionProgress<'_>| tick(p.done, p.total);
        options.select_from(&cohort, &mut SelectionState::new(), SelectionWatch { progress: &told, clock: None })
    })?;
    Ok(PySelection { selection, cohort })
}

#[pymethods]
impl PySelection {
    /// Every model as a dict, in the order of the search: what it is, its figures, what speaks against it.
    #[getter]
    fn candidates(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        convert::serialised(py, &self.selection.candidates)
    }

    /// Numbers (from 0) in `candidates` of the models that can be trusted, best first.
    #[getter]
    fn ranking(&self) -> Vec<usize> {
        self.selection.ranking.clone()
    }

    /// Number of the best model in `candidates`; None when none can be trusted.
    #[getter]
    fn best(&self) -> Option<usize> {
        self.selection.best
    }

    /// Number of the smallest model that is nearly as good.
    #[getter]
    fn parsimonious(&self) -> Option<usize> {
        self.selection.parsimonious
    }

    /// The fit of a model of the search, by default of the best; raises Untrusted when there is none.
    #[pyo3(signature = (candidate=None))]
    fn fit(&self, py: Python<'_>, candidate: Option<usize>) -> PyResult<PyFit> {
        let number = match (candidate, self.selection.best) {
            (Some(number), _) | (None, Some(number)) => number,
            (None, None) => {
                self.selection.best().or_raise(py)?;
                return Err(errors::untrusted(py, "no model of this search can be trusted"));
            }
        };
        let fit = work::run(py, None, |_| self.selection.fit(number, &self.cohort))?;
        Ok(PyFit::new(fit, self.cohort.clone(), None))
    }

    /// The criterion above the best model against the number of groups, as a picture.
    fn plot(&self) -> PyPicture {
        PyPicture { svg: selection_svg(&self.selection) }
    }

    fn _repr_svg_(&self) -> String {
        selection_svg(&self.selection)
    }

    fn __len__(&self) -> usize {
        self.selection.candidates.len()
    }

    fn __repr__(&self) -> String {
        let s = &self.selection;
        let mut lines = vec![format!("{} models by {}", s.candidates.len(), s.criterion())];
        let others = (0..s.candidates.len()).filter(|i| !s.ranking.contains(i));
        for i in s.ranking.iter().copied().chain(others) {
            let c = &s.candidates[i];
            let above = s.difference(i).map_or("not to be trusted".to_owned(), |d| format!("+{d:.1}"));
            let value = c.figures.as_ref().map_or("-".to_owned(), |f| format!("{:.1}", s.criterion().of(f)));
            let mark = match (s.best == Some(i), s.parsimonious == Some(i)) {
                (true, _) => "  best",
                (_, true) => "  smallest nearly as good",
                _ => "",
            };
            lines.push(format!("{value:>12}  {above:>9}  [{i}] {}{mark}", c.model));
        }
        lines.push(NO_DISCOVERY.to_owned());
        lines.join("\n")
    }
}
