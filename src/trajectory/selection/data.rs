//! What a search is on: a cohort, or a panel with a specification; how one of its models is fitted.

use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::data::Data;
use crate::trajectory::data::fingerprint::Fingerprint;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::progress::Progress;
use crate::trajectory::selection::candidate::{CandidateFit, CandidateModel};
use crate::trajectory::selection::options::SelectionOptions;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::effort::Effort;
use crate::trajectory::spec::{Grouping, Spec};

/// What a search is on.
#[derive(Clone, Copy)]
pub(crate) enum Searched<'a> {
    /// Counts of a cohort, with polynomials.
    Counts(&'a Cohort),
    /// A panel, with a specification for everything that is not searched over.
    Panel(&'a Panel, &'a Spec),
}

impl Searched<'_> {
    /// The family when none is asked for.
    pub(crate) fn family(&self) -> Result<Family> {
        match self {
            Searched::Counts(_) => Ok(Family::Zip),
            Searched::Panel(_, base) => match (base.grouping, base.family()) {
                (Grouping::Single(_), Some(family)) => Ok(family),
                (Grouping::Dual(..), _) => Err(Error::options("a search is over one grouping, not a dual model")),
                (_, None) => Err(Error::options("the base specification has no outcome")),
            },
        }
    }

    /// Whether the curves are given with the data.
    pub(crate) fn has_own_curves(&self) -> bool {
        matches!(self, Searched::Panel(..))
    }

    /// Fits one model; a fit without an answer is a result too.
    pub(crate) fn fit(
        &self,
        options: &SelectionOptions,
        model: &CandidateModel,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<(CandidateFit, Option<Fit>)> {
        match self.specified(options, model)?.fit_with_progress(self.people(), progress) {
            Ok(fit) => Ok((CandidateFit::of(model.clone(), &fit), Some(fit))),
            Err(e) if e.kind() == ErrorKind::Untrusted => {
                Ok((CandidateFit::without_answer(model.clone(), e.to_string()), None))
            }
            Err(e) => Err(e),
        }
    }

    pub(crate) fn people(&self) -> Data<'_> {
        match *self {
            Searched::Counts(cohort) => Data::Cohort(cohort),
            Searched::Panel(panel, _) => Data::Panel(panel),
        }
    }

    /// The specification of one model of the search.
    pub(crate) fn specified(&self, options: &SelectionOptions, model: &CandidateModel) -> Result<Spec> {
        match self {
            Searched::Counts(_) => counted(options, model),
            Searched::Panel(_, base) => spec(options, base, model),
        }
    }

    /// Fingerprint of everything that a model's result depends on besides the model itself.
    pub(crate) fn fingerprint(&self, options: &SelectionOptions) -> u64 {
        let mut hash = Fingerprint::new();
        hash.number(options.effort.starts as u64);
        hash.number(options.effort.seed);
        hash.number(u64::from(options.effort.neighbours));
        match self {
            Searched::Counts(cohort) => {
                hash.text("cohort");
                hash.cohort(cohort);
            }
            Searched::Panel(panel, base) => {
                hash.text("panel");
                hash.grid(panel.grid());
                // what is replaced in every model says nothing
                let base = Spec { grouping: Grouping::Single(1), effort: Effort::with(1), ..(*base).clone() };
                // as it was written before it said whether neighbours are looked for, so that old results are known again
                let text = serde_json::to_string(&base).unwrap_or_default();
                hash.text(&text.replace(",\"neighbours\":true", ""));
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

fn counted(options: &SelectionOptions, model: &CandidateModel) -> Result<Spec> {
    let mut one = Spec::counts(known_family(model)?)
        .groups(model.groups)
        .degrees(model.degrees.iter().copied())
        .starts(options.effort.starts)
        .neighbours(options.effort.neighbours)
        .seed(options.effort.seed);
    if let Some(degree) = model.zero_degree {
        one = one.zero_degree(degree);
    }
    Ok(one)
}

fn spec(options: &SelectionOptions, base: &Spec, model: &CandidateModel) -> Result<Spec> {
    let mut spec = Spec {
        grouping: Grouping::Single(model.groups),
        effort: Effort { threads: None, neighbours: base.effort.neighbours, ..options.effort.clone() },
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
