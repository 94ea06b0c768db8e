//! A model of counts as a whole specification with its parameters, and back.
//!
//! Parameters lie in the same order in both (share logits, then group after group the curve, the zero part,
//! the dispersion), so what one engine has worked out holds for the other.

use crate::error::Result;
use crate::trajectory::data::panel::COUNTS;
use crate::trajectory::model::Model;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::model::group::Group;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::layout::{Parameter, Part};
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, Spec};
use crate::trajectory::tables::count_spec::CountSpec;
use std::borrow::Cow;

impl Model {
    /// A model of counts; `common` says that the groups' dispersions are one parameter.
    pub(crate) fn of_counts(counts: CountModel, common: bool) -> Model {
        let groups = counts.groups();
        let polynomial = |c: &[f64]| Basis::Polynomial { degree: c.len().saturating_sub(1) };
        let family = counts.family();
        let mut outcome = OutcomeSpec::counts(family).bases(groups.iter().map(|g| polynomial(&g.coefficients)));
        if family.has_zero_curve() {
            outcome = outcome.zero_bases(groups.iter().map(|g| polynomial(&g.zero_coefficients)));
        }
        outcome = outcome.common_dispersion(common);
        let mut theta: Vec<f64> = groups.iter().skip(1).map(|g| (g.share / groups[0].share).ln()).collect();
        for (k, g) in groups.iter().enumerate() {
            theta.extend(&g.coefficients);
            theta.extend(&g.zero_coefficients);
            // the logarithm of 0 is no number a step can be taken from; this far down it is as good as 0
            theta.extend(g.tau.map(|tau| tau.max(1e-300).ln()));
            if k == 0 || !common {
                theta.extend(g.dispersion.map(|alpha| alpha.max(1e-300).ln()));
            }
        }
        let whole = Model::given(Spec::new(groups.len()).outcome(outcome), counts.grid(), theta);
        Model { counts: Some(Box::new(counts)), ..whole }
    }

    /// The same model, which says how it was sought.
    pub(crate) fn sought(mut self, counts: &CountSpec) -> Model {
        self.spec.effort = counts.effort.clone();
        self
    }

    /// The model as one of counts alone.
    ///
    /// # Errors
    /// As [`ModelOutcome::for_people_with`], when counts alone do not place people in it.
    pub(crate) fn as_counts(&self) -> Result<Cow<'_, CountModel>> {
        match &self.counts {
            Some(counts) => Ok(Cow::Borrowed(counts)),
            None => {
                let outcome = self.only_outcome()?;
                Ok(Cow::Owned(outcome.counts_for(&outcome.values_of(&[])?)?))
            }
        }
    }
}

impl CountModel {
    /// One outcome of a model, of polynomial curves, with these shares of its groups.
    pub(crate) fn of_outcome(model: &Model, at: usize, shares: &[f64]) -> Result<CountModel> {
        let outcome = &model.spec.outcomes[at];
        let of = |part: Part, group: usize| -> Vec<f64> {
            let mine =
                |p: &Parameter| p.part == part && p.outcome == Some(at) && (p.group.is_none_or(|g| g.index() == group));
            let all = model.parameter_names().iter().zip(model.parameters());
            all.filter(|(p, _)| mine(p)).map(|(_, v)| *v).collect()
        };
        let groups = shares
            .iter()
            .enumerate()
            .map(|(k, &share)| Group {
                share: share.max(f64::MIN_POSITIVE),
                coefficients: of(Part::Curve, k),
                zero_coefficients: of(Part::Zero, k),
                tau: of(Part::LogTau, k).first().map(|v| v.exp()),
                dispersion: of(Part::LogDispersion, k).first().map(|v| v.exp()),
            })
            .collect();
        CountModel::new(outcome.family(), model.grid(), groups)
    }
}

impl CountSpec {
    /// What a specification asks of one series of counts with polynomial curves; none when it asks anything else.
    pub(crate) fn of(spec: &Spec) -> Option<CountSpec> {
        let (Grouping::Single(groups), [outcome]) = (spec.grouping, &spec.outcomes[..]) else { return None };
        let degrees = |bases: &[Basis]| -> Option<Vec<usize>> {
            let degree = |basis: &Basis| match basis {
                Basis::Polynomial { degree } => Some(*degree),
                _ => None,
            };
            bases.iter().map(degree).collect()
        };
        let counted = outcome.series == COUNTS && outcome.varying.is_empty() && !outcome.shared_zero;
        if !counted || !spec.membership.is_empty() || spec.dropout.is_some() {
            return None;
        }
        if outcome.floor.is_some() || outcome.ceiling.is_some() {
            return None;
        }
        Some(CountSpec {
            family: outcome.family,
            groups,
            degrees: degrees(&outcome.curves)?,
            zero_degrees: match &outcome.zero {
                Some(zero) => Some(degrees(zero)?),
                None => None,
            },
            common_dispersion: outcome.common_dispersion,
            effort: spec.effort.clone(),
        })
    }

    /// The same as a whole specification.
    pub(crate) fn whole(&self) -> Spec {
        // one basis for all keeps a model of equal degrees one whose groups may change places
        let bases = |d: &[usize]| -> Vec<Basis> {
            let n = if d.windows(2).all(|w| w[0] == w[1]) { 1 } else { d.len() };
            d[..n].iter().map(|&degree| Basis::Polynomial { degree }).collect()
        };
        let mut outcome =
            OutcomeSpec::counts(self.family).bases(bases(&self.degrees)).common_dispersion(self.common_dispersion);
        if self.family.has_zero_curve() {
            outcome = outcome.zero_bases(bases(self.zero_degrees.as_ref().unwrap_or(&self.degrees)));
        }
        Spec { effort: self.effort.clone(), ..Spec::new(self.groups).outcome(outcome) }
    }
}
