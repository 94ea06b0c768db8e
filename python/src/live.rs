//! What is worked out of the people of a fit when it is asked for, each once: names, tables, pictures, pages.

use crate::errors::{self, OrRaise};
use crate::figures::{FIT_FORMAT, FIT_VERSION, Figures, StoredFit};
use crate::fitted::PyFit;
use crate::named::{Named, NamedPerson};
use crate::shown::{self, Shown};
use crate::work;
use pleegprofiel::{Cohort, Definitions, Fit, Model, trajectory::forms::FormChoice, name_fit};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use std::sync::{Arc, OnceLock};

/// What a fit has as long as its people are at hand.
pub(crate) struct Live {
    pub(crate) fit: Fit,
    pub(crate) cohort: Arc<Cohort>,
    pub(crate) choice: Option<Arc<FormChoice>>,
    pub(crate) named: OnceLock<pleegprofiel::Result<Named>>,
    pub(crate) people: OnceLock<Vec<NamedPerson>>,
    pub(crate) html: OnceLock<pleegprofiel::Result<String>>,
}
/// Of so many different histories a table and a picture tell what hangs on the model, too.
const LOOKED_AT: usize = 100_000;
impl PyFit {
    /// A fit with its people at hand.
    pub(crate) fn new(fit: Fit, cohort: Arc<Cohort>, choice: Option<Arc<FormChoice>>) -> PyFit {
        PyFit {
            model: fit.model().clone(),
            figures: Figures::of(&fit),
            live: Some(Live {
                fit,
                cohort,
                choice,
                named: OnceLock::new(),
                people: OnceLock::new(),
                html: OnceLock::new(),
            }),
            shown: OnceLock::new(),
        }
    }

    /// The fit and its people, for `what` is asked for.
    pub(crate) fn live(&self, py: Python<'_>, what: &str) -> PyResult<&Live> {
        self.live.as_ref().ok_or_else(|| {
            errors::detached(
                py,
                format!(
                    "{what} needs the people, who are not kept with a fit that was pickled: fit again, or give them to \
                     fit.model.posteriors(data) or Classifier(fit.model)"
                ),
            )
        })
    }

    /// Names of groups, and what hangs on the model, worked out once.
    pub(crate) fn named(&self, py: Python<'_>, what: &str) -> PyResult<&Named> {
        let live = self.live(py, what)?;
        if !live.fit.family().counts_events() {
            let family = live.fit.family();
            let why = format!("profiles are defined on rates of offending, which the family {family} does not give");
            return Err(errors::options(py, why));
        }
        if live.named.get().is_none() {
            let named = work::run(py, None, |_| Ok(Named::of(&live.fit, &live.cohort, live.choice.as_deref())))?;
            let _ = live.named.set(named);
        }
        match live.named.get() {
            Some(Ok(named)) => Ok(named),
            Some(Err(error)) => Err(errors::exception(py, error)),
            None => Err(errors::detached(py, what)),
        }
    }

    /// The answer for everybody who was fitted, worked out once.
    pub(crate) fn people(&self, py: Python<'_>) -> PyResult<&[NamedPerson]> {
        let named = self.named(py, "profiles of people")?;
        let live = self.live(py, "profiles of people")?;
        if live.people.get().is_none() {
            let people = work::run(py, None, |_| named.people(live.fit.model(), &live.cohort))?;
            let _ = live.people.set(people);
        }
        Ok(live.people.get().map_or(&[], Vec::as_slice))
    }

    /// The report, of very many people without what hangs on the model, which takes as long as the fit.
    fn reported(&self, py: Python<'_>) -> PyResult<Shown> {
        let live = self.live(py, "a table")?;
        if live.cohort.distinct_histories() > LOOKED_AT && live.named.get().is_none() && live.fit.best().is_ok() {
            return work::run(py, None, |_| {
                let naming = name_fit(&live.fit, &live.cohort, &Definitions::default())?;
                Ok(Shown::of(&shown::report(&live.fit, &live.cohort, &naming, None, live.choice.as_deref())?))
            });
        }
        let named = self.named(py, "a table")?;
        let settled = Some(&named.settled);
        let report = shown::report(&live.fit, &live.cohort, &named.naming, settled, live.choice.as_deref());
        report.or_raise(py).map(|report| Shown::of(&report))
    }

    /// What the fit looks like: named where that can be done.
    pub(crate) fn shown(&self, py: Python<'_>) -> PyResult<&Shown> {
        if self.shown.get().is_none() {
            let live = self.live(py, "a table")?;
            let shown = match live.fit.family().counts_events() {
                true => match self.reported(py) {
                    Ok(shown) => shown,
                    Err(key) if key.is_instance_of::<PyKeyboardInterrupt>(py) => return Err(key),
                    Err(_) => shown::unnamed(&live.fit),
                },
                false => shown::unnamed(&live.fit),
            };
            let _ = self.shown.set(shown);
        }
        self.shown.get().ok_or_else(|| errors::detached(py, "a table"))
    }

    /// The fit in one line.
    pub(crate) fn title(&self) -> String {
        let (f, grid) = (&self.figures, self.model.grid());
        let number = |value: Option<f64>| value.map_or("none".to_owned(), |v| format!("{v:.2}"));
        format!(
            "Fit {} with {} group{}, ages {} to {}: {} persons, log-likelihood {}, BIC {}, entropy {}{}",
            self.model.family().key(),
            f.groups.len(),
            if f.groups.len() == 1 { "" } else { "s" },
            grid.label(0),
            grid.label(grid.len() - 1),
            f.persons,
            number(f.log_likelihood),
            number(f.bic_persons),
            number(f.entropy),
            if self.trusted() { "" } else { "; NOT TO BE TRUSTED" }
        )
    }

    /// What pickling keeps.
    pub(crate) fn stored(&self, py: Python<'_>) -> PyResult<String> {
        let stored = StoredFit {
            format: FIT_FORMAT.into(),
            version: FIT_VERSION,
            model: self.kept(py).unwrap_or_else(|_| self.model.clone()),
            figures: self.figures.clone(),
            shown: self.shown(py).ok().cloned(),
        };
        serde_json::to_string(&stored).map_err(|why| errors::stored(py, why.to_string()))
    }

    /// The model with the record of what it was chosen from.
    pub(crate) fn recorded(&self) -> Model {
        let record = self.live.as_ref().and_then(|live| live.choice.as_ref()).map(|c| c.candidates.clone());
        match record {
            Some(record) => self.model.clone().with_record(record),
            None => self.model.clone(),
        }
    }

    /// The model with the names of its groups and what they hang on.
    pub(crate) fn decided(&self, py: Python<'_>) -> PyResult<Model> {
        let named = self.named(py, "names of groups")?;
        named.settled.decision(&named.naming).kept_with(self.recorded()).or_raise(py)
    }

    /// The model as it is written: of a choice with its names, as the command `profile` stores it.
    pub(crate) fn kept(&self, py: Python<'_>) -> PyResult<Model> {
        match self.live.as_ref().is_some_and(|live| live.choice.is_some()) {
            true => self.decided(py),
            false => Ok(self.model.clone()),
        }
    }
}
