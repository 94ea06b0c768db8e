//! Between the two engines: a model of plain counts as the general engine sees it, and back.
//!
//! Parameters lie in the same order in both (share logits, then group after group the curve, the zero part,
//! the dispersion), so what one has worked out holds for the other.

use super::basis::Basis;
use super::family::Family;
use super::fit::GroupFit;
use super::ladder::Top;
use super::mixture::fit::{ClassFit, ModelFit};
use super::mixture::inference::Inference;
use super::mixture::layout::Part;
use super::mixture::model::GeneralModel;
use super::mixture::panel::Panel;
use super::mixture::spec::{ModelSpec, OutcomeSpec};
use super::model::{Group, TrajectoryModel};
use super::options::FitOptions;
use super::shape::Shape;
use super::shared::Free;
use crate::cohort::data::Cohort;
use crate::error::{Error, Result};

impl TrajectoryModel {
    /// The same model for the general engine: standard errors, simulation, tests.
    pub fn to_general(&self) -> GeneralModel {
        self.to_general_with(false)
    }

    /// As [`TrajectoryModel::to_general`]; `common` says that the groups' dispersions are one parameter.
    pub(crate) fn to_general_with(&self, common: bool) -> GeneralModel {
        let groups = self.groups();
        let polynomial = |c: &[f64]| Basis::Polynomial { degree: c.len().saturating_sub(1) };
        let mut outcome = OutcomeSpec::counts(self.family()).bases(groups.iter().map(|g| polynomial(&g.coefficients)));
        if self.family().has_zero_curve() {
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
        GeneralModel::given(ModelSpec::new(groups.len()).outcome(outcome), self.grid(), theta)
    }

    /// The counts of a cohort as this model's family takes them, identical histories merged.
    pub(crate) fn panel(&self, cohort: &Cohort) -> Panel {
        panel_of(self.family(), cohort)
    }
}

/// A cohort's people, one row each, as [`panel_of`].
pub(crate) fn person_panel(family: Family, cohort: &Cohort) -> Panel {
    any_event(family, Panel::from_cohort(cohort))
}

/// The distinct histories of a cohort; as participation (any event) for [`Family::Bernoulli`].
pub(crate) fn panel_of(family: Family, cohort: &Cohort) -> Panel {
    any_event(family, Panel::of_distinct(cohort))
}

fn any_event(family: Family, mut panel: Panel) -> Panel {
    if family == Family::Bernoulli {
        panel.series[0].values.mapv_inplace(|y| if y.is_nan() { y } else { f64::from(u8::from(y > 0.0)) });
    }
    panel
}

/// What options of a count model ask of the general engine.
pub(crate) fn spec_of(options: &FitOptions, degrees: &[usize], zero: &[usize]) -> ModelSpec {
    // one basis for all keeps a model of equal degrees one whose groups may change places
    let bases = |d: &[usize]| -> Vec<Basis> {
        let n = if d.windows(2).all(|w| w[0] == w[1]) { 1 } else { d.len() };
        d[..n].iter().map(|&degree| Basis::Polynomial { degree }).collect()
    };
    let mut outcome =
        OutcomeSpec::counts(options.family).bases(bases(degrees)).common_dispersion(options.common_dispersion);
    if options.family.has_zero_curve() {
        outcome = outcome.zero_bases(bases(zero));
    }
    let spec = ModelSpec::new(options.groups).outcome(outcome).starts(options.starts).seed(options.seed);
    spec.neighbours(options.neighbours)
}

/// A general model that says how it was sought.
pub(crate) fn sought(mut general: GeneralModel, options: &FitOptions) -> GeneralModel {
    (general.spec.starts, general.spec.seed) = (options.starts, options.seed);
    general.spec.starts_only = !options.neighbours;
    general
}

/// A fitted general model of counts as a [`TrajectoryModel`].
pub(crate) fn from_general(general: &GeneralModel) -> Result<TrajectoryModel> {
    from_general_outcome(general, 0, &general.prior(&[1.0]))
}

/// One outcome of a general model, of polynomial curves, with these shares of its groups.
pub(crate) fn from_general_outcome(general: &GeneralModel, at: usize, shares: &[f64]) -> Result<TrajectoryModel> {
    let outcome = &general.spec().outcomes[at];
    let of = |part: Part, group: usize| -> Vec<f64> {
        let mine = |p: &super::mixture::layout::Parameter| {
            p.part == part && p.outcome == Some(at) && (p.group == Some(group + 1) || p.group.is_none())
        };
        let all = general.parameter_names().iter().zip(general.parameters());
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
    TrajectoryModel::new(outcome.family(), general.grid(), groups)
}

/// A fit of the plain engine with its standard errors, from the information worked out at its top.
pub(crate) fn fitted(
    model: &TrajectoryModel,
    shape: &Shape,
    top: &Top,
    groups: &[GroupFit],
    figures: ModelFit,
) -> ModelFit {
    let general = figures.model.clone();
    let free = Free::new(shape);
    let (observed, complete) = (free.matrix(&top.information.observed), free.matrix(&top.information.complete));
    let inference = Inference::from_information(&general, &observed, &complete);
    let groups = groups
        .iter()
        .zip(model.groups())
        .map(|(g, group)| ClassFit {
            share: group.share,
            members: g.members,
            avepp: g.avepp,
            occ: g.occ,
            mismatch: g.mismatch,
        })
        .collect();
    ModelFit { model: general, inference, groups, ..figures }
}

/// Refuses time at risk where a family has no use for it.
pub(crate) fn check_exposure(family: Family, cohort: &Cohort) -> Result<()> {
    if family == Family::Bernoulli && cohort.has_exposure() {
        return Err(Error::options("the family bernoulli does not use time at risk, but the cohort has it"));
    }
    if matches!(family, Family::CensoredNormal | Family::Beta) {
        return Err(Error::options(format!("the family {family} is not for counts: use a Panel and a ModelSpec")));
    }
    Ok(())
}
