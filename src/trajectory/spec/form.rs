//! A form: what counts of a group look like, number of groups apart.

use crate::trajectory::family::Family;
use crate::trajectory::spec::Spec;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Family, dispersion and zero part of a model of counts.
///
/// Written `poisson`, `negbin (common dispersion)`, `zip (zero part of degree 1)` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Form {
    /// The family: one that counts events.
    pub family: Family,
    /// Whether all groups share one dispersion; false where the family has none.
    pub common_dispersion: bool,
    /// Degree of the zero part; none where the family has no zero curve.
    pub zero_degree: Option<usize>,
}

impl Form {
    /// A form; whether the family has a dispersion or a zero curve is checked when it is fitted.
    pub fn of(family: Family, common_dispersion: bool, zero_degree: Option<usize>) -> Form {
        Form { family, common_dispersion, zero_degree }
    }

    /// The short list for curves of degree `degree`, simplest first: Poisson; negative binomial and negative multinomial
    /// (lasting differences between people of a group), each with a common and with own dispersions; zero-inflated Poisson
    /// and negative binomial with zero parts from constant up to `degree`.
    pub fn short_list(degree: usize) -> Vec<Form> {
        let mut all = vec![
            Form::of(Family::Poisson, false, None),
            Form::of(Family::NegBin, true, None),
            Form::of(Family::NegBin, false, None),
            Form::of(Family::NegMultinomial, true, None),
            Form::of(Family::NegMultinomial, false, None),
        ];
        all.extend((0..=degree).map(|z| Form::of(Family::Zip, false, Some(z))));
        all.extend((0..=degree).map(|z| Form::of(Family::Zinb, true, Some(z))));
        all.extend((0..=degree).map(|z| Form::of(Family::Zinb, false, Some(z))));
        all
    }

    /// Whether every model of this form is one of `other` with as many groups, at a limit of its parameters.
    pub(crate) fn special_case_of(&self, other: &Form) -> bool {
        let dispersed = |form: &Form| matches!(form.family, Family::NegBin | Family::Zinb | Family::NegMultinomial);
        let inflated = |form: &Form| matches!(form.family, Family::Zip | Family::Zinb);
        let known = |form: &Form| form.family == Family::Poisson || dispersed(form) || inflated(form);
        // none, common, own
        let dispersion = |form: &Form| u8::from(dispersed(form)) * if form.common_dispersion { 1 } else { 2 };
        let zero = |form: &Form| if inflated(form) { form.zero_degree.map_or(0, |degree| degree + 1) } else { 0 };
        self != other
            && known(self)
            && known(other)
            // a factor that a person keeps and a dispersion drawn anew at every age are no cases of one another
            && (self.family.has_factor() == other.family.has_factor() || self.family == Family::Poisson)
            && dispersion(self) <= dispersion(other)
            && zero(self) <= zero(other)
    }

    /// The specification of a fit of this form.
    pub fn spec(self, groups: usize, degree: usize) -> Spec {
        let spec = Spec::counts(self.family).groups(groups).degree(degree).common_dispersion(self.common_dispersion);
        match self.zero_degree {
            Some(zero) => spec.zero_degree(zero),
            None => spec,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut what = Vec::new();
        if self.common_dispersion {
            what.push("common dispersion".to_owned());
        }
        match self.zero_degree {
            Some(0) => what.push("constant zero part".to_owned()),
            Some(degree) => what.push(format!("zero part of degree {degree}")),
            None => {}
        }
        write!(f, "{}", self.family)?;
        if what.is_empty() { Ok(()) } else { write!(f, " ({})", what.join(", ")) }
    }
}
