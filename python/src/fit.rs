//! `fit`: one model on one cohort.

use crate::fitted::PyFit;
use crate::people::{Beside, people};
use crate::work;
use pleegprofiel::Spec;
use pyo3::prelude::*;

/// Options of a fit, from what Python gave.
#[allow(clippy::too_many_arguments)] // the caller names them
pub(crate) fn options(
    py: Python<'_>,
    family: &str,
    groups: &Bound<'_, PyAny>,
    degree: &Bound<'_, PyAny>,
    zero_degree: Option<&Bound<'_, PyAny>>,
    common_dispersion: bool,
    starts: &Bound<'_, PyAny>,
    neighbours: bool,
    seed: &Bound<'_, PyAny>,
    threads: Option<&Bound<'_, PyAny>>,
) -> PyResult<Spec> {
    let mut options = Spec::counts(work::family(py, family)?)
        .groups(work::whole(groups, "groups", 1, 32)? as usize)
        .degrees(work::wholes(degree, "degree", 0, 5)?)
        .common_dispersion(common_dispersion)
        .starts(work::whole(starts, "starts", 1, 100_000)? as usize)
        .neighbours(neighbours)
        .seed(work::whole(seed, "seed", 0, u64::MAX)?);
    if let Some(zero) = zero_degree {
        options = options.zero_degrees(work::wholes(zero, "zero_degree", 0, 5)?);
    }
    if let Some(threads) = work::threads(threads)? {
        options = options.threads(threads);
    }
    Ok(options)
}

/// Fits one trajectory model.
///
/// `data` is an array (persons x ages, with `ages`), a frame whose columns are called `age_12`, `age_13`, .., or a
/// `Cohort`; NaN, None and null are not observed. `exposure` is the time at risk of each cell, in (0, 1].
///
/// family: "poisson", "zip", "zip-tau", "negbin", "zinb", "negmult" or "bernoulli".
/// groups: 1 to 32. degree, zero_degree: of the polynomials in age, one for all groups or a list of one a group.
/// starts: 1 to 100,000, 40 by default. seed: the same seed gives the same bits on any number of threads.
/// neighbours: whether optima next door to the best are looked for, which takes most of the time of "zip" and "zinb".
/// progress: called as progress(done, total); False stops the work with Cancelled. Ctrl-C stops it at any time.
///
/// A fit that did not converge is no error but a Fit that says so: see `Fit.trusted`, `Fit.findings` and `Fit.best()`.
///
/// >>> import numpy as np, pleegprofiel as pp
/// >>> counts = np.array([[0, 1, 1, 1, 0, 0]] * 30 + [[0, 0, 0, 0, 0, 1]] * 70)
/// >>> fit = pp.fit(counts, "poisson", groups=2, degree=2, ages=(15, 20))
/// >>> fit.trusted, fit.members.tolist(), round(fit.log_likelihood, 2)
/// (True, [70, 30], -231.61)
/// >>> pp.fit(counts - 1, "poisson", groups=2, ages=(15, 20))
/// Traceback (most recent call last):
///     ...
/// pleegprofiel.errors.InvalidInput: the counts cannot be read: 440 problems
///   row 1, column 15: -1 is negative: a count is 0 or more (and 439 more like it, such as row 1, column 19; row 1, column 20)
#[pyfunction]
#[pyo3(signature = (data, family="zip", groups=None, *, degree=None, zero_degree=None, common_dispersion=false, ages=None, exposure=None, weights=None, ids=None, starts=None, neighbours=true, seed=None, threads=None, progress=None), text_signature = "(data, family='zip', groups=4, *, degree=3, zero_degree=None, common_dispersion=False, ages=None, exposure=None, weights=None, ids=None, starts=40, neighbours=True, seed=1, threads=None, progress=None)")]
#[allow(clippy::too_many_arguments)] // the caller names them
pub(crate) fn fit(
    data: &Bound<'_, PyAny>,
    family: &str,
    groups: Option<&Bound<'_, PyAny>>,
    degree: Option<&Bound<'_, PyAny>>,
    zero_degree: Option<&Bound<'_, PyAny>>,
    common_dispersion: bool,
    ages: Option<&Bound<'_, PyAny>>,
    exposure: Option<&Bound<'_, PyAny>>,
    weights: Option<&Bound<'_, PyAny>>,
    ids: Option<&Bound<'_, PyAny>>,
    starts: Option<&Bound<'_, PyAny>>,
    neighbours: bool,
    seed: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PyFit> {
    let py = data.py();
    let default = |given: Option<&Bound<'_, PyAny>>, otherwise: u64| match given {
        Some(given) => Ok(given.clone().unbind().into_bound(py)),
        None => otherwise.into_pyobject(py).map(Bound::into_any).map_err(PyErr::from),
    };
    let options = options(
        py,
        family,
        &default(groups, 4)?,
        &default(degree, 3)?,
        zero_degree,
        common_dispersion,
        &default(starts, 40)?,
        neighbours,
        &default(seed, 1)?,
        threads,
    )?;
    let cohort = people(data, &Beside { ages, exposure, weights, ids, ..Beside::default() })?;
    let fitted = work::run(py, progress, |tick| options.fit_with_progress(&cohort, &|p| tick(p.done, p.total)))?;
    Ok(PyFit::new(fitted, cohort, None))
}
