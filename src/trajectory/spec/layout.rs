//! How the parameters of a general model lie in one vector, and what each is called.
//!
//! Every predictor of every group is a list of (design column, parameter) pairs, so that sharing (a common
//! dispersion, one zero part for all groups, two groupings over pairs) is nothing but two lists naming the
//! same parameter.

use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::family::Family;
use crate::trajectory::family::kernel::Kernel;
use crate::trajectory::spec::Spec;
use crate::trajectory::spec::basis::Basis;
use crate::trajectory::spec::outcome::OutcomeSpec;
use serde::{Deserialize, Serialize};

/// What a parameter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Part {
    /// Logit of membership against the first group.
    Membership,
    /// The curve: log rate, logit or mean.
    Curve,
    /// Logit of a structural zero.
    Zero,
    /// `ln tau` of ZIP(tau).
    LogTau,
    /// `ln` of the negative binomial's dispersion `alpha`, or of the variance of the negative multinomial's factor.
    LogDispersion,
    /// `ln` of the censored normal's standard deviation.
    LogSigma,
    /// `ln` of the beta's precision `phi`.
    LogPrecision,
}

/// One free parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Parameter {
    /// What it belongs to.
    pub part: Part,
    /// Number of the outcome from 0; none for membership.
    pub outcome: Option<usize>,
    /// The group; none when all groups share it.
    pub group: Option<GroupNumber>,
    /// Number of the term within its part.
    pub index: usize,
    /// Name of the term: `u^2`, `basis 3`, the name of a covariate, `1` for a constant.
    pub term: String,
}

/// A linear predictor: pairs of design column and parameter.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Predictor {
    pub(crate) columns: Vec<usize>,
    pub(crate) parameters: Vec<usize>,
}

/// One outcome: its kernel, the predictors of each of its groups, the group of each class.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Block {
    /// Of a cell; where people have a factor, given a factor of 1.
    pub(crate) kernel: Kernel,
    /// Whether people have a factor of their own, the logarithm of whose variance is the second predictor.
    pub(crate) factor: bool,
    pub(crate) components: Vec<Vec<Predictor>>,
    pub(crate) of_class: Vec<usize>,
    /// Bases with the design column where each starts; column 0 is the constant.
    pub(crate) bases: Vec<(Basis, usize)>,
    /// Design column of the first covariate that changes with age.
    pub(crate) varying_at: usize,
    pub(crate) columns: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) classes: usize,
    /// Terms of each membership logit: the constant and the covariates.
    pub(crate) terms: usize,
    pub(crate) blocks: Vec<Block>,
    pub(crate) parameters: Vec<Parameter>,
}

impl Block {
    /// The parameter that is the logarithm of the variance of the factor of group `m`.
    pub(crate) fn variance_of(&self, m: usize) -> usize {
        self.components[m][1].parameters[0]
    }

    /// Distribution of a cell by itself, whatever the factor.
    pub(crate) fn marginal(&self) -> Kernel {
        if self.factor { Kernel::NegBin } else { self.kernel }
    }
}

impl Layout {
    pub(crate) fn new(spec: &Spec) -> Layout {
        let classes = spec.classes();
        let terms = 1 + spec.membership.len();
        let mut parameters = Vec::new();
        for class in 1..classes {
            for index in 0..terms {
                let term = if index == 0 { "1".into() } else { spec.membership[index - 1].clone() };
                let group = Some(GroupNumber::of_index(class));
                parameters.push(Parameter { part: Part::Membership, outcome: None, group, index, term });
            }
        }
        let blocks = spec
            .outcomes
            .iter()
            .enumerate()
            .map(|(o, outcome)| {
                let of_class = (0..classes).map(|c| spec.component_of(o, c)).collect();
                block(o, outcome, spec.components(o), of_class, &mut parameters)
            })
            .collect();
        Layout { classes, terms, blocks, parameters }
    }

    pub(crate) fn len(&self) -> usize {
        self.parameters.len()
    }

    /// Number of membership parameters, which come first.
    pub(crate) fn membership(&self) -> usize {
        (self.classes - 1) * self.terms
    }

    /// The parameters of class `class`, each once, ascending: those that its density depends on, and its own
    /// membership logit.
    pub(crate) fn of_class(&self, class: usize) -> Vec<usize> {
        let own = if class == 0 { 0..0 } else { (class - 1) * self.terms..class * self.terms };
        let mut all: Vec<usize> = own.collect();
        for block in &self.blocks {
            for predictor in &block.components[block.of_class[class]] {
                all.extend(&predictor.parameters);
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Index of a parameter by what it is.
    pub(crate) fn find(
        &self,
        part: Part,
        outcome: Option<usize>,
        group: Option<GroupNumber>,
        index: usize,
    ) -> Option<usize> {
        self.parameters
            .iter()
            .position(|p| p.part == part && p.outcome == outcome && p.group == group && p.index == index)
    }
}

pub(crate) fn kernel_of(outcome: &OutcomeSpec) -> Kernel {
    match outcome.family {
        Family::Poisson | Family::NegMultinomial => Kernel::Poisson,
        Family::Zip => Kernel::Zip,
        Family::ZipTau => Kernel::ZipTau,
        Family::NegBin => Kernel::NegBin,
        Family::Zinb => Kernel::Zinb,
        Family::Bernoulli => Kernel::Bernoulli,
        Family::CensoredNormal => {
            let (floor, ceiling) = outcome.bounds_or_infinite();
            Kernel::CensoredNormal { floor, ceiling }
        }
        Family::Beta => Kernel::Beta,
    }
}

/// What the predictors of a family are, in the order of its kernel.
pub(crate) fn parts(family: Family) -> &'static [Part] {
    match family {
        Family::Poisson | Family::Bernoulli => &[Part::Curve],
        Family::Zip => &[Part::Curve, Part::Zero],
        Family::ZipTau => &[Part::Curve, Part::LogTau],
        Family::NegBin | Family::NegMultinomial => &[Part::Curve, Part::LogDispersion],
        Family::Zinb => &[Part::Curve, Part::Zero, Part::LogDispersion],
        Family::CensoredNormal => &[Part::Curve, Part::LogSigma],
        Family::Beta => &[Part::Curve, Part::LogPrecision],
    }
}

/// The basis of component `m`, when one stands for all or there is one each.
fn basis_of(bases: &[Basis], m: usize) -> &Basis {
    if bases.len() == 1 { &bases[0] } else { &bases[m] }
}

fn block(o: usize, spec: &OutcomeSpec, components: usize, of_class: Vec<usize>, all: &mut Vec<Parameter>) -> Block {
    let mut bases: Vec<(Basis, usize)> = Vec::new();
    let mut columns = 1;
    let zero_bases = spec.zero.as_ref().unwrap_or(&spec.curves);
    for basis in spec.curves.iter().chain(zero_bases) {
        if !bases.iter().any(|(b, _)| b == basis) {
            bases.push((basis.clone(), columns));
            columns += basis.terms();
        }
    }
    let varying_at = columns;
    columns += spec.varying.len();

    // common effects are counted behind the largest basis, so that all groups agree on their numbers
    let most = spec.curves.iter().map(Basis::terms).max().unwrap_or(0);
    let mut names = Names { outcome: o, all, shared: Vec::new() };
    let column_of = |basis: &Basis| bases.iter().find(|(b, _)| b == basis).map_or(0, |(_, at)| *at);
    let mut laid: Vec<Vec<Predictor>> = Vec::with_capacity(components);
    for m in 0..components {
        let own = Some(GroupNumber::of_index(m));
        let mut predictors = Vec::new();
        for &part in parts(spec.family) {
            let mut predictor = Predictor::default();
            let (curve, group) = match part {
                Part::Curve => (Some(basis_of(&spec.curves, m)), own),
                Part::Zero => (Some(basis_of(zero_bases, m)), if spec.shared_zero { None } else { own }),
                Part::LogTau => (None, own),
                _ => (None, if spec.common_dispersion { None } else { own }),
            };
            match curve {
                Some(basis) => {
                    for j in 0..basis.terms() {
                        predictor.columns.push(column_of(basis) + j);
                        predictor.parameters.push(names.add(part, group, j, term_name(basis, j)));
                    }
                }
                None => {
                    predictor.columns.push(0);
                    predictor.parameters.push(names.add(part, group, 0, "1".into()));
                }
            }
            if part == Part::Curve {
                for (j, name) in spec.varying.iter().enumerate() {
                    let group = if spec.common_effects { None } else { own };
                    predictor.columns.push(varying_at + j);
                    predictor.parameters.push(names.add(part, group, most + j, name.clone()));
                }
            }
            predictors.push(predictor);
        }
        laid.push(predictors);
    }
    let (kernel, factor) = (kernel_of(spec), spec.family.has_factor());
    Block { kernel, factor, components: laid, of_class, bases, varying_at, columns }
}

/// Gives parameters their places: shared ones once.
struct Names<'a> {
    outcome: usize,
    all: &'a mut Vec<Parameter>,
    shared: Vec<(Part, usize, usize)>,
}

impl Names<'_> {
    fn add(&mut self, part: Part, group: Option<GroupNumber>, index: usize, term: String) -> usize {
        if group.is_none() {
            if let Some(&(.., at)) = self.shared.iter().find(|&&(p, i, _)| p == part && i == index) {
                return at;
            }
            self.shared.push((part, index, self.all.len()));
        }
        self.all.push(Parameter { part, outcome: Some(self.outcome), group, index, term });
        self.all.len() - 1
    }
}

fn term_name(basis: &Basis, j: usize) -> String {
    match (basis, j) {
        (Basis::Polynomial { .. }, 0) => "1".into(),
        (Basis::Polynomial { .. }, 1) => "u".into(),
        (Basis::Polynomial { .. }, _) => format!("u^{j}"),
        _ => format!("basis {}", j + 1),
    }
}
