//! Which model `profile` fits: one that was asked for, or the best of many.

use crate::args::family;
use clap::Args;
use pleegprofiel::{Family, FormOptions, Spec, trajectory::forms::Form};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct ProfileModelArgs {
    /// Distribution of the counts: poisson, zip, zip-tau, negbin, zinb or negmult (people of a group differ for good; also
    /// negative-multinomial). Without it the form is chosen by BIC from
    /// Poisson, negative binomial and zero-inflated forms of both.
    #[arg(long, value_parser = family)]
    family: Option<Family>,
    /// Number of groups; without it the best of 1 to 8 by BIC.
    #[arg(long, value_name = "K")]
    groups: Option<usize>,
    /// Degree of the polynomials in age: one for all groups, or (with --family and --groups) one a group.
    #[arg(long, value_name = "D,..", default_value = "3", value_delimiter = ',')]
    degree: Vec<usize>,
    /// Degree of the zero parts (--family zip or zinb): one for all groups, or one a group; as --degree without it.
    #[arg(long, value_name = "D,..", value_delimiter = ',', requires = "family")]
    zero_degree: Option<Vec<usize>>,
    /// One dispersion for all groups (--family negbin, zinb or negmult).
    #[arg(long, requires = "family")]
    common_dispersion: bool,
    /// Number of random starts: of the model that was asked for (40), or of the best one (16).
    #[arg(long, value_name = "N")]
    starts: Option<usize>,
    /// Seed of the random starts: the same seed gives the same result, on any number of threads.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Store what was looked at in this file while form and number of groups are chosen, and go on from it when it is
    /// there.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,
}

/// What is to be fitted.
pub(crate) enum Wanted {
    One(Box<Spec>),
    Best(FormOptions),
}

impl ProfileModelArgs {
    /// Where results so far are kept.
    pub(crate) fn resume(&self) -> Option<&Path> {
        self.resume.as_deref()
    }

    /// The family that was asked for.
    pub(crate) fn family(&self) -> Option<Family> {
        self.family
    }

    /// The model that was asked for, of counts with these covariates of membership.
    pub(crate) fn with_membership(&self, names: &[String]) -> Result<Spec, String> {
        let (Some(family), Some(groups)) = (self.family, self.groups) else {
            return Err("with covariates the form and the number of groups are not chosen, which is done by models without them: give --family and --groups".into());
        };
        if self.resume.is_some() {
            return Err("--resume goes with a choice of form or of number of groups".into());
        }
        Ok(self.one(family, groups).membership(names))
    }

    /// One model of counts, as it was asked for.
    fn one(&self, family: Family, groups: usize) -> Spec {
        let mut spec = Spec::counts(family)
            .groups(groups)
            .degrees(self.degree.iter().copied())
            .seed(self.seed)
            .common_dispersion(self.common_dispersion);
        if let Some(degrees) = &self.zero_degree {
            spec = spec.zero_degrees(degrees.iter().copied());
        }
        spec = self.starts.map_or(spec.clone(), |starts| spec.starts(starts));
        self.threads.map_or(spec.clone(), |threads| spec.threads(threads))
    }

    pub(crate) fn wanted(&self) -> Result<Wanted, String> {
        if let (Some(family), Some(groups)) = (self.family, self.groups) {
            return Ok(Wanted::One(Box::new(self.one(family, groups))));
        }
        let one = |what: &str, degrees: &[usize]| match degrees {
            [degree] => Ok(*degree),
            _ => Err(format!("a {what} for each group goes with --family and --groups")),
        };
        let degree = one("degree", &self.degree)?;
        let mut options = FormOptions::new().degree(degree).seed(self.seed);
        if let Some(groups) = self.groups {
            options = options.groups(groups..=groups);
        }
        if let Some(family) = self.family {
            let zero = match &self.zero_degree {
                Some(given) => Some(one("zero degree", given)?),
                None => family.has_zero_curve().then_some(degree),
            };
            options = options.forms(vec![Form::of(family, self.common_dispersion, zero)]);
        }
        options = self.starts.map_or(options.clone(), |starts| options.starts(starts));
        Ok(Wanted::Best(self.threads.map_or(options.clone(), |threads| options.threads(threads))))
    }
}
