//! Placing people beside the profiles of a model: in full one by one, or in short by the million.

use crate::classified::{Place, PyClassification, PyPlaced};
use crate::convert;
use crate::errors;
use crate::frame;
use crate::model::PyModel;
use crate::people::{Beside, people};
use crate::work;
use pleegprofiel::{Classifier, Cohort, Error, Issues, Language, Model, PersonRow, Profile, profile::classify::{CareerClassifier, Classification, ClassifyOptions, IndexAge}};
use pyo3::prelude::*;
use rayon::prelude::*;
use std::sync::Arc;

/// People whose answers are worked out between two looks at whether to go on.
const AT_ONCE: usize = 1000;
/// The same of short answers.
const PLACED_AT_ONCE: usize = 20_000;

/// Places people beside the profiles of one model.
///
/// model: a Model, or a Fit, whose names then are those decided on its people. coverage: how often a
/// prediction set holds the person's own profile. seed, people: of the simulated people that a record is judged against.
/// Counts must be of adjudicated offences: whoever has none is refused.
///
/// >>> import numpy as np, pleegprofiel as pp
/// >>> classifier = pp.Classifier(pp.reference_model().model)
/// >>> counts = np.zeros((2, 33)); counts[0, 4:9] = 2  # two offences a year at 16 to 20
/// >>> placed = classifier.place(counts)
/// >>> placed.profile, placed.refusal[1]
/// (['early-peak', None], 'no-adjudicated-case: there is no offence in the record')
#[pyclass(frozen, name = "Classifier", module = "pleegprofiel")]
pub(crate) struct PyClassifier {
    by: By,
}

enum By {
    Groups(Arc<Classifier>),
    Careers(Arc<CareerClassifier>, f64),
}

/// Choices of a classification.
pub(crate) fn options(coverage: f64, seed: u64, people: usize) -> ClassifyOptions {
    ClassifyOptions { coverage, seed, people, ..ClassifyOptions::default() }
}

impl PyClassifier {
    pub(crate) fn of_careers(classifier: CareerClassifier, rescale: f64) -> PyClassifier {
        PyClassifier { by: By::Careers(Arc::new(classifier), rescale) }
    }

    fn options(&self) -> &ClassifyOptions {
        match &self.by {
            By::Groups(classifier) => classifier.options(),
            By::Careers(classifier, _) => classifier.options(),
        }
    }

    fn cohort<'py>(&self, data: &Bound<'py, PyAny>, exposure: Option<&Bound<'py, PyAny>>) -> PyResult<Arc<Cohort>> {
        let grid = match &self.by {
            By::Groups(classifier) => classifier.model().grid(),
            By::Careers(classifier, _) => classifier.grid(),
        };
        people(data, &Beside { exposure, otherwise: Some(grid), unobserved: true, ..Beside::default() })
    }

    fn index(&self, ages: Option<&Bound<'_, PyAny>>, cohort: &Cohort) -> PyResult<Vec<IndexAge>> {
        let Some(ages) = ages else { return Ok(Vec::new()) };
        let py = ages.py();
        if matches!(self.by, By::Groups(_)) {
            return Err(errors::options(py, "index_age goes with the classifier of the reference model"));
        }
        let what = "ages at the index offence";
        let numbers = frame::numbers(py, &frame::single(ages, what)?, what)?;
        let mut issues = Issues::in_memory();
        if numbers.len() != cohort.persons() {
            let (ages, persons) = (numbers.len(), cohort.persons());
            issues.add(None, None, || format!("{ages} ages, but {persons} persons"));
        }
        let mut all = Vec::with_capacity(numbers.len());
        for (row, &age) in numbers.iter().enumerate() {
            let known = if age.is_nan() { Ok(IndexAge::Unknown) } else { IndexAge::of_number(age) };
            match known {
                Ok(known) => all.push(known),
                Err(why) => issues.add(Some(row as u64 + 1), None, || why.to_string()),
            }
        }
        errors::found(py, issues, &format!("the {what} cannot be read"))?;
        Ok(all)
    }

    /// Every answer, made into something where it is worked out.
    fn answers<T: Send>(
        &self,
        py: Python<'_>,
        cohort: &Cohort,
        index: &[IndexAge],
        progress: Option<&Bound<'_, PyAny>>,
        make: impl Fn(Result<Classification, Error>) -> T + Sync,
    ) -> PyResult<Vec<T>> {
        let cancelled = "classification was stopped";
        let all = work::run(py, progress, |tick| {
            let mut all = Vec::with_capacity(cohort.persons());
            for from in (0..cohort.persons()).step_by(AT_ONCE) {
                if !tick(from, cohort.persons()) {
                    return Ok(None);
                }
                let upto = (from + AT_ONCE).min(cohort.persons());
                let answers = match &self.by {
                    By::Groups(classifier) => classifier.classify_people(cohort, from..upto),
                    By::Careers(classifier, _) => classifier.classify_people(cohort, index, from..upto),
                };
                all.extend(answers.into_iter().map(&make));
            }
            Ok(Some(all))
        })?;
        all.ok_or_else(|| errors::cancelled(py, cancelled))
    }
}

#[pymethods]
impl PyClassifier {
    #[new]
    #[pyo3(signature = (model, *, coverage=0.9, seed=1, people=4000, name=None))]
    fn new(
        py: Python<'_>,
        model: &Bound<'_, PyAny>,
        coverage: f64,
        seed: u64,
        people: usize,
        name: Option<String>,
    ) -> PyResult<PyClassifier> {
        let model: Model = match model.cast::<PyModel>() {
            Ok(model) => model.get().model.clone(),
            Err(_) if model.hasattr("decided_model")? => {
                let decided = model.call_method0("decided_model")?;
                decided.cast::<PyModel>()?.get().model.clone()
            }
            Err(_) => return Err(errors::options(py, "a classifier is made of a Model or a Fit")),
        };
        let options = options(coverage, seed, people);
        let made = work::run(py, None, |_| Classifier::of_stored(model, options))?;
        let made = match name {
            Some(name) => made.named(name),
            None => made,
        };
        Ok(PyClassifier { by: By::Groups(Arc::new(made)) })
    }

    /// The profiles that the model has, in their order.
    #[getter]
    fn profiles(&self) -> Vec<&'static str> {
        let naming = match &self.by {
            By::Groups(classifier) => classifier.naming(),
            By::Careers(classifier, _) => classifier.naming(),
        };
        let has = |p: &Profile| naming.groups.iter().any(|g| g.profile == Some(*p));
        Profile::ALL.into_iter().filter(has).map(Profile::key).collect()
    }

    /// Everything that can be said of each person: a Classification, or the Refused exception of whoever may not be
    /// classified (not raised, so that the others are answered).
    #[pyo3(signature = (data, *, exposure=None, index_age=None, progress=None))]
    fn classify<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
        index_age: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Py<PyAny>>> {
        let cohort = self.cohort(data, exposure)?;
        let index = self.index(index_age, &cohort)?;
        let answers = self.answers(py, &cohort, &index, progress, |answer| answer)?;
        let mut all = Vec::with_capacity(answers.len());
        for answer in answers {
            all.push(match answer {
                Ok(answer) => Py::new(py, PyClassification { answer })?.into_any(),
                Err(error) => errors::exception(py, &error).into_value(py).into_any(),
            });
        }
        Ok(all)
    }

    /// The short answer for many people: (group, probability, profile, posteriors) as arrays, in the order of the data.
    /// Whoever is refused has group -1, NaN and None.
    #[pyo3(signature = (data, *, exposure=None, index_age=None, progress=None))]
    fn place<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
        index_age: Option<&Bound<'py, PyAny>>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<PyPlaced> {
        let cohort = self.cohort(data, exposure)?;
        let index = self.index(index_age, &cohort)?;
        let found: Vec<Place> = match &self.by {
            By::Careers(..) => self.answers(py, &cohort, &index, progress, |answer| match answer {
                Ok(a) => Ok((a.answer.group, a.answer.probability.get(), a.answer.profile, a.groups)),
                Err(error) => Err(error.to_string()),
            })?,
            By::Groups(classifier) => {
                let width = classifier.model().groups().len();
                let placed = work::run(py, progress, |tick| {
                    let mut all = Vec::with_capacity(cohort.persons());
                    for from in (0..cohort.persons()).step_by(PLACED_AT_ONCE) {
                        if !tick(from, cohort.persons()) {
                            return Ok(None);
                        }
                        let upto = (from + PLACED_AT_ONCE).min(cohort.persons());
                        let placed: Vec<Place> =
                            (from..upto).into_par_iter().map(|i| one(classifier, &cohort, i, width)).collect();
                        all.extend(placed);
                    }
                    Ok(Some(all))
                })?;
                placed.ok_or_else(|| errors::cancelled(py, "placing was stopped"))?
            }
        };
        Ok(PyPlaced { found })
    }

    /// How well the model's rates meet those of these people: None when there are too few to say, else a dict whose `text`
    /// says it in words.
    #[pyo3(signature = (data, *, exposure=None, index_age=None))]
    fn file_fit<'py>(
        &self,
        py: Python<'py>,
        data: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
        index_age: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<PyAny>> {
        let cohort = self.cohort(data, exposure)?;
        let index = self.index(index_age, &cohort)?;
        let fit = work::run(py, None, |_| match &self.by {
            By::Groups(classifier) => classifier.file_fit(&cohort),
            By::Careers(classifier, _) => classifier.file_fit(&cohort, &index),
        })?;
        let Some(fit) = fit else { return Ok(py.None()) };
        let dict = convert::serialised(py, &fit)?;
        let bound = dict.bind(py);
        bound.set_item("fits", fit.fits())?;
        bound.set_item("text", fit.text(Language::English))?;
        Ok(dict)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> convert::Remade<'py, (Option<String>, String, f64)> {
        let (model, rescale) = match &self.by {
            By::Groups(classifier) => (Some(classifier.model().to_json()), 1.0),
            By::Careers(_, rescale) => (None, *rescale),
        };
        let options = serde_json::to_string(self.options()).map_err(|why| errors::stored(py, why.to_string()))?;
        Ok((py.get_type::<PyClassifier>().getattr("_from_state")?, (model, options, rescale)))
    }

    #[staticmethod]
    fn _from_state(py: Python<'_>, model: Option<String>, options: &str, rescale: f64) -> PyResult<PyClassifier> {
        let options: ClassifyOptions = serde_json::from_str(options)
            .map_err(|why| errors::stored(py, format!("not a usable classifier: {why}")))?;
        let by = work::run(py, None, |_| {
            Ok(match model {
                Some(model) => By::Groups(Arc::new(Classifier::of_stored(Model::from_json(&model)?, options)?)),
                None => {
                    let reference = pleegprofiel::reference_model();
                    By::Careers(Arc::new(CareerClassifier::rescaled(&reference, options, rescale)?), rescale)
                }
            })
        })?;
        Ok(PyClassifier { by })
    }

    fn __repr__(&self) -> String {
        let of = match &self.by {
            By::Groups(classifier) => format!("a {} model", classifier.model().family()),
            By::Careers(..) => format!("the career model {}", pleegprofiel::profile::reference::REFERENCE_NAME),
        };
        format!("Classifier by {of}: {}", self.profiles().join(", "))
    }
}

fn one(classifier: &Classifier, cohort: &Cohort, i: usize, width: usize) -> Place {
    let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
    let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
    if cohort.grid() != classifier.model().grid() {
        return match classifier.classify_on(cohort.grid(), row) {
            Ok(a) => Ok((a.answer.group, a.answer.probability.get(), a.answer.profile, a.groups)),
            Err(error) => Err(error.to_string()),
        };
    }
    let mut posterior = vec![0.0; width];
    match classifier.place(row, &mut posterior) {
        Ok(placed) => Ok((placed.group, placed.probability, placed.profile, posterior)),
        Err(error) => Err(error.to_string()),
    }
}
