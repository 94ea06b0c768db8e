//! What a report is of: a fit of plain counts, or one outcome of a general one.
//!
//! Belongs here: the few things that the two hold in different places. Does not belong here: words.

use crate::cohort::grid::AgeGrid;
use crate::trajectory::family::Family;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::outcome::FitOutcome;
use crate::trajectory::fit::{Fit, GroupFit};
use crate::trajectory::spec::basis::Basis;

#[derive(Debug, Clone)]
pub(super) struct Shown<'a> {
    kind: Kind<'a>,
    pub(super) groups: Vec<ShownGroup>,
    pub(super) observations: u64,
}

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Plain(&'a Fit),
    Outcome(FitOutcome<'a>),
}

/// A group as it was found among the people fitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownGroup {
    pub(super) share: f64,
    pub(super) members: u64,
    pub(super) avepp: Option<f64>,
    pub(super) occ: Option<f64>,
    /// Age at the start of the interval of the highest rate.
    pub(super) peak_age: f64,
}

impl<'a> Shown<'a> {
    pub(super) fn plain(fit: &'a Fit) -> Shown<'a> {
        let group = |(k, g): (usize, &GroupFit)| ShownGroup {
            share: g.share,
            members: g.members,
            avepp: g.avepp,
            occ: g.occ,
            peak_age: fit.model().peak_age(k),
        };
        let groups = fit.groups.iter().enumerate().map(group).collect();
        Shown { kind: Kind::Plain(fit), groups, observations: fit.observations }
    }

    pub(super) fn outcome(fit: FitOutcome<'a>, groups: &[GroupFit], observations: u64) -> Shown<'a> {
        let of = fit.of_model();
        let peak_age = |k: usize| {
            let rates = of.rates(k);
            let peak = (0..rates.len()).rev().max_by(|&a, &b| rates[a].total_cmp(&rates[b])).unwrap_or(0);
            of.grid().start_age(peak)
        };
        let group = |(k, g): (usize, &GroupFit)| ShownGroup {
            share: g.share,
            members: g.members,
            avepp: g.avepp,
            occ: g.occ,
            peak_age: peak_age(k),
        };
        Shown { kind: Kind::Outcome(fit), groups: groups.iter().enumerate().map(group).collect(), observations }
    }

    /// The figures of the fit as a whole.
    pub(super) fn fit(&self) -> &'a Fit {
        match self.kind {
            Kind::Plain(fit) => fit,
            Kind::Outcome(of) => of.fit(),
        }
    }

    /// The outcome of a general fit.
    pub(super) fn of_general(&self) -> Option<FitOutcome<'a>> {
        match self.kind {
            Kind::Plain(_) => None,
            Kind::Outcome(of) => Some(of),
        }
    }

    pub(super) fn findings(&self) -> &'a [Finding] {
        &self.fit().findings
    }

    pub(super) fn persons(&self) -> usize {
        self.fit().persons
    }

    pub(super) fn family(&self) -> Family {
        match self.kind {
            Kind::Plain(fit) => fit.family(),
            Kind::Outcome(of) => of.of_model().family(),
        }
    }

    pub(super) fn grid(&self) -> AgeGrid {
        self.fit().model().grid()
    }

    /// Starts asked for, and their seed.
    pub(super) fn search(&self) -> (usize, u64) {
        let spec = self.fit().spec();
        (spec.starts_asked(), spec.seed_asked())
    }

    /// Expected rate of a group at an exact age.
    pub(super) fn rate_at_age(&self, k: usize, age: f64) -> f64 {
        match self.kind {
            Kind::Plain(fit) => fit.model().rate_at_age(k, age),
            Kind::Outcome(of) => of.of_model().rate_at_age(k, age),
        }
    }

    /// Bases of the curves, and of the zero parts: one a group, or one for all that are the same.
    pub(super) fn bases(&self) -> [Vec<Basis>; 2] {
        match self.kind {
            Kind::Plain(fit) => {
                let basis = |terms: usize| Basis::Polynomial { degree: terms.saturating_sub(1) };
                let groups = fit.model().groups();
                let zero = groups.iter().map(|g| basis(g.zero_coefficients.len())).collect();
                [groups.iter().map(|g| basis(g.coefficients.len())).collect(), zero]
            }
            Kind::Outcome(_) => {
                let outcome = self.spec();
                let curves = outcome.map_or(Vec::new(), |o| o.curves.clone());
                let zero = outcome.and_then(|o| o.zero.clone());
                [curves.clone(), zero.unwrap_or(curves)]
            }
        }
    }

    /// Whether all groups have one dispersion.
    pub(super) fn common_dispersion(&self) -> bool {
        let outcome = self.fit().spec().outcomes().get(self.of_general().map_or(0, |of| of.of_model().number()));
        self.family().has_dispersion() && outcome.is_some_and(|o| o.common_dispersion)
    }

    fn spec(&self) -> Option<&'a crate::trajectory::spec::outcome::OutcomeSpec> {
        let of = self.of_general()?;
        of.fit().model().spec().outcomes().get(of.of_model().number())
    }
}
