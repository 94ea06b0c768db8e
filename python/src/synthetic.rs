//! `synthetic`: people who do not exist, with what is hidden in real data.

use crate::cohort::PyCohort;
use crate::work;
use pleegprofiel::{Cohort, cohort::CareerOptions, synthetic::SyntheticCohort, reference_model};
use pyo3::prelude::*;
use std::sync::Arc;

/// People drawn from the career model behind the reference model.
#[pyclass(frozen, name = "Synthetic", module = "pleegprofiel")]
pub(crate) struct PySynthetic {
    cohort: Arc<Cohort>,
    profiles: Vec<&'static str>,
    sex: Vec<&'static str>,
    index_ages: Vec<Option<f64>>,
    seed: u64,
}

/// Draws people who do not exist from the career model behind the reference model. The seed decides everyone, and a
/// person is the same whoever is drawn with them.
///
/// >>> import pleegprofiel as pp
/// >>> people = pp.synthetic(100, seed=1)
/// >>> people.cohort.persons, sorted(set(people.profiles))
/// (100, ['continuous', 'early-peak', 'incidental', 'late-peak'])
#[pyfunction]
#[pyo3(signature = (persons, *, seed=None, threads=None), text_signature = "(persons, *, seed=1, threads=None)")]
pub(crate) fn synthetic(
    py: Python<'_>,
    persons: &Bound<'_, PyAny>,
    seed: Option<&Bound<'_, PyAny>>,
    threads: Option<&Bound<'_, PyAny>>,
) -> PyResult<PySynthetic> {
    let persons = work::whole(persons, "persons", 1, 100_000_000)?;
    let seed = seed.map_or(Ok(1), |seed| work::whole(seed, "seed", 0, u64::MAX))?;
    let threads = work::threads(threads)?;
    work::run(py, None, |tick| {
        let draw = || {
            let reference = reference_model();
            let drawn = SyntheticCohort::new(reference.career_model(), seed)?;
            let mut careers = Vec::new();
            let (mut profiles, mut sex, mut index_ages) = (Vec::new(), Vec::new(), Vec::new());
            drawn.for_each_chunk(0..persons, |people| {
                if !tick(careers.len(), persons as usize) {
                    // any error ends the drawing; whoever asked to stop is told by the caller
                    return drawn.person(u64::MAX).map(|_| ());
                }
                for person in people {
                    profiles.push(person.profile.key());
                    sex.push(person.sex.key());
                    index_ages.push(index_age(person));
                    careers.push((person.number.to_string(), person.career.clone()));
                }
                Ok(())
            })?;
            let grid = reference.career_model().grid()?;
            let cohort = Cohort::from_careers(grid, careers, &CareerOptions::default())?.cohort;
            Ok(PySynthetic { cohort: Arc::new(cohort), profiles, sex, index_ages, seed })
        };
        match threads {
            None => draw(),
            Some(threads) => match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
                Ok(pool) => pool.install(draw),
                // no more threads are to be had: those there are draw the same people
                Err(_) => draw(),
            },
        }
    })
}

/// Exact age at the first trafficking offence.
fn index_age(person: &pleegprofiel::synthetic::SyntheticPerson) -> Option<f64> {
    let index = person.career.index_offence(&pleegprofiel::career::Category::HUMAN_TRAFFICKING)?;
    Some(index.age.get())
}

#[pymethods]
impl PySynthetic {
    /// The people as a cohort, with time at risk.
    #[getter]
    fn cohort(&self) -> PyCohort {
        PyCohort { cohort: self.cohort.clone() }
    }

    /// The profile each person was drawn from.
    #[getter]
    fn profiles(&self) -> Vec<&'static str> {
        self.profiles.clone()
    }

    /// Sex of each person.
    #[getter]
    fn sex(&self) -> Vec<&'static str> {
        self.sex.clone()
    }

    /// Exact age at the index offence, the first trafficking offence.
    #[getter]
    fn index_ages<'py>(&self, py: Python<'py>) -> Bound<'py, numpy::PyArray1<f64>> {
        numpy::PyArray1::from_iter(py, self.index_ages.iter().map(|age| age.unwrap_or(f64::NAN)))
    }

    fn __len__(&self) -> usize {
        self.profiles.len()
    }

    fn __repr__(&self) -> String {
        format!("Synthetic: {} persons who do not exist, seed {}", self.profiles.len(), self.seed)
    }
}
