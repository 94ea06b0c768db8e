//! What a search is on: a cohort, or a panel with a specification; how one of its models is fitted.

use super::candidate::{CandidateFit, CandidateModel};
use super::options::SelectionOptions;
use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::basis::Basis;
use crate::trajectory::family::Family;
use crate::trajectory::fingerprint::Fingerprint;
use crate::trajectory::fit::Fit;
use crate::trajectory::mixture::fit::ModelFit;
use crate::trajectory::mixture::panel::Panel;
use crate::trajectory::mixture::spec::{Grouping, ModelSpec};
use crate::trajectory::options::{FitOptions, Progress};

#[derive(Clone, Copy)]
pub(crate) enum Data<'a> {
    Cohort(&'a Cohort),
    Panel(&'a Panel, &'a ModelSpec),
}

/// A fit as it was made.
#[derive(Debug, Clone)]
pub(crate) enum Kept {
    Cohort(Box<Fit>),
    Panel(Box<ModelFit>),
}

impl Kept {
    pub(crate) fn general(&self) -> &ModelFit {
        match self {
            Kept::Cohort(fit) => fit.general(),
            Kept::Panel(fit) => fit,
        }
    }
}

impl Data<'_> {
    /// The family when none is asked for.
    pub(crate) fn family(&self) -> Result<Family> {
        match self {
            Data::Cohort(_) => Ok(Family::Zip),
            Data::Panel(_, base) => match (base.grouping, base.outcomes.first()) {
                (Grouping::Single(_), Some(outcome)) => Ok(outcome.family()),
                (Grouping::Dual(..), _) => Err(Error::options("a search is over one grouping, not a dual model")),
                (_, None) => Err(Error::options("the base specification has no outcome")),
            },
        }
    }

    /// Whether the curves are given with the data.
    pub(crate) fn has_own_curves(&self) -> bool {
        matches!(self, Data::Panel(..))
    }

    /// Fits one model; a fit without an answer is a result too.
    pub(crate) fn fit(
        &self,
        options: &SelectionOptions,
        model: &CandidateModel,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<(CandidateFit, Option<Kept>)> {
        let kept = match self {
            Data::Cohort(cohort) => {
                fit_options(options, model)?.fit_with_progress(cohort, progress).map(|f| Kept::Cohort(Box::new(f)))
            }
            Data::Panel(panel, base) => {
                spec(options, base, model)?.fit_with_progress(panel, progress).map(|f| Kept::Panel(Box::new(f)))
            }
        };
        match kept {
            Ok(kept) => Ok((CandidateFit::of(model.clone(), kept.general()), Some(kept))),
            Err(e) if e.kind() == ErrorKind::Untrusted => {
                Ok((CandidateFit::without_answer(model.clone(), e.to_string()), None))
            }
            Err(e) => Err(e),
        }
    }

    /// Fingerprint of everything that a model's result depends on besides the model itself.
    pub(crate) fn fingerprint(&self, options: &SelectionOptions) -> u64 {
        let mut hash = Fingerprint::new();
        hash.number(options.starts as u64);
        hash.number(options.seed);
        hash.number(u64::from(options.neighbours));
        match self {
            Data::Cohort(cohort) => {
                hash.text("cohort");
                hash.cohort(cohort);
            }
            Data::Panel(panel, base) => {
                hash.text("panel");
                hash.grid(panel.grid());
                // what is replaced in every model says nothing
                let base = ModelSpec { grouping: Grouping::Single(1), starts: 1, seed: 1, ..(*base).clone() };
                hash.text(&serde_json::to_string(&base).unwrap_or_default());
                (0..panel.rows()).for_each(|i| hash.real(panel.weight(i)));
                for series in &panel.series {
                    hash.text(&series.name);
                    hash.matrix(&series.values);
                    series.exposure.iter().for_each(|e| hash.matrix(e));
                }
                for (name, values) in &panel.covariates {
                    hash.text(name);
                    values.iter().for_each(|&v| hash.real(v));
                }
                for (name, values) in &panel.varying {
                    hash.text(name);
                    hash.matrix(values);
                }
            }
        }
        hash.value()
    }
}

pub(crate) fn fit_options(options: &SelectionOptions, model: &CandidateModel) -> Result<FitOptions> {
    let mut one = FitOptions::new(known_family(model)?)
        .groups(model.groups)
        .degrees(model.degrees.iter().copied())
        .starts(options.starts)
        .neighbours(options.neighbours)
        .seed(options.seed);
    if let Some(degree) = model.zero_degree {
        one = one.zero_degree(degree);
    }
    Ok(one)
}

pub(crate) fn spec(options: &SelectionOptions, base: &ModelSpec, model: &CandidateModel) -> Result<ModelSpec> {
    let mut spec = ModelSpec {
        grouping: Grouping::Single(model.groups),
        starts: options.starts,
        seed: options.seed,
        threads: None,
        ..base.clone()
    };
    if let Some(first) = spec.outcomes.first_mut() {
        first.family = known_family(model)?;
        if !first.family.has_zero_curve() {
            first.zero = None;
        }
    }
    for outcome in &mut spec.outcomes {
        if !model.degrees.is_empty() {
            outcome.curves = model.degrees.iter().map(|&degree| Basis::Polynomial { degree }).collect();
            // as the curves, unless their degree is given
            outcome.zero = None;
        }
        if let Some(degree) = model.zero_degree.filter(|_| outcome.family.has_zero_curve()) {
            outcome.zero = Some(vec![Basis::Polynomial { degree }]);
        }
    }
    Ok(spec)
}

fn known_family(model: &CandidateModel) -> Result<Family> {
    model.family().ok_or_else(|| Error::options(format!("`{:.40}` is not a family", model.family)))
}
