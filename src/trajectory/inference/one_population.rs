//! Whether the data support more than one group at all: skewed counts from one population look like several
//! Poisson groups (Bauer & Curran 2003).

use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Fit;
use crate::trajectory::inference::refitting::{Refitting, cancelled};
use crate::trajectory::inference::resample::{FailedReplicate, replicate_seed};
use crate::trajectory::progress::{Progress, Ticker, on_threads};
use crate::trajectory::spec::effort::{Draws, says_draws};
use crate::trajectory::spec::outcome::OutcomeSpec;
use crate::trajectory::spec::{Grouping, Spec};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Options of the check.
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | replicates | 99 | tells 5 % from half |
/// | seed | 1 | any; replicate b has a stream of its own |
/// | starts | 20 | of each fit to a draw |
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub struct OnePopulationOptions {
    #[serde(flatten)]
    pub(crate) draws: Draws,
}

impl Default for OnePopulationOptions {
    fn default() -> Self {
        OnePopulationOptions { draws: Draws::with(99, 20) }
    }
}

impl OnePopulationOptions {
    says_draws!(
        /// Starts of each fit to a draw.
    );
}

/// One of the models that are compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PopulationCandidate {
    /// Family.
    pub family: Family,
    /// Number of groups.
    pub groups: usize,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Number of parameters.
    pub parameters: usize,
    /// `-2 logL + p ln(persons)`; lower is better.
    pub bic: f64,
    /// Whether the fit converged.
    pub converged: bool,
}

/// What the check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// A single overdispersed group has the better BIC: no case for groups.
    OnePopulation,
    /// The groups have the better BIC, by less than 10: not enough to prefer them.
    Undecided,
    /// The groups have the better BIC by 10 or more (very strong; Kass & Raftery 1995), more than any draw from one
    /// population gave.
    SeveralGroups,
    /// The groups have the better BIC by 10 or more, but draws from one population often gave as much.
    LookedLikeGroups,
}

/// The one-population check.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OnePopulation {
    /// The options that gave it.
    pub options: OnePopulationOptions,
    /// The fit with several groups.
    pub groups: PopulationCandidate,
    /// One negative binomial, one zero-inflated negative binomial and one negative multinomial group, with the richest
    /// curve of the fit.
    pub single: Vec<PopulationCandidate>,
    /// BIC of the best single group minus BIC of the groups: above 0 speaks for groups.
    pub bic_gain: f64,
    /// The single group that draws were made from: the one of the lower BIC.
    pub drawn_from: Family,
    /// For each draw from the single group that could be fitted: the number of groups, 1 to that of
    /// the fit, that BIC chose among models of the fit's family.
    pub chosen: Vec<usize>,
    /// For each such draw: BIC of the single group it was drawn from minus that of the best number of groups above 1.
    pub drawn_gain: Vec<f64>,
    /// Draws that could not be fitted, with the reason.
    pub failed: Vec<FailedReplicate>,
    /// Fraction of draws from one population for which BIC chose more than one group among models of the fit's
    /// family: how often groups appear where there are none.
    pub spurious: f64,
    /// `(1 + draws with a gain at least as large as the data's) / (1 + draws)`.
    pub p: f64,
    /// The verdict.
    pub verdict: Verdict,
}

/// BIC difference that is very strong evidence (Kass & Raftery 1995, section 3.2).
const VERY_STRONG: f64 = 10.0;

impl Fit {
    /// Compares this fit, of one outcome of counts, with a single group of three kinds, and draws from the best of the
    /// three to see how often it looks like several groups: negative binomial and zero-inflated negative binomial,
    /// where people differ from age to age by chance only, and negative multinomial, where they differ for good, by a
    /// gamma factor. Lasting differences of another distribution may still look like groups.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, trajectory::inference::{OnePopulationOptions, Verdict}};
    /// // a third of the people with about five offences a year, the others with one in three years
    /// let counts = Array2::from_shape_fn((90, 6), |(i, t)| {
    ///     Some(if i % 3 == 0 { 3.0 + ((i + 2 * t) % 5) as f64 } else { f64::from(u8::from((i + t) % 3 == 0)) })
    /// });
    /// let panel = Panel::new(AgeGrid::years(12, 17)?).series("counts", counts.view())?;
    /// let fit = Spec::new(2).outcome(OutcomeSpec::counts(Family::Poisson).degree(0)).fit(&panel)?;
    /// let check = fit.one_population(&panel, &OnePopulationOptions::default().replicates(19).starts(2))?;
    /// assert_eq!((check.verdict, check.p), (Verdict::SeveralGroups, 0.05)); // 1 of 19 + 1: none came near
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the model has several outcomes, covariates of membership, dropout or no counts, fewer than two
    /// groups, the panel is not the one that was fitted, or the single groups cannot be fitted.
    ///
    /// # References
    /// Bauer & Curran (2003), Psychological Methods 8, 338-363.
    pub fn one_population<'a>(
        &self,
        people: impl Into<Data<'a>>,
        options: &OnePopulationOptions,
    ) -> Result<OnePopulation> {
        self.one_population_with_progress(people, options, &|_| true)
    }

    /// The same, reporting progress; `progress` may stop the work by returning false.
    ///
    /// # Errors
    /// As [`Fit::one_population`], and kind [`crate::ErrorKind::Cancelled`] when stopped.
    pub fn one_population_with_progress<'a>(
        &self,
        people: impl Into<Data<'a>>,
        options: &OnePopulationOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<OnePopulation> {
        self.against_one(&people.into().people(self.family()), options, progress)
    }

    fn against_one(
        &self,
        panel: &Panel,
        options: &OnePopulationOptions,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> Result<OnePopulation> {
        options.draws.check(true)?;
        let spec = &self.model.spec;
        let plain = spec.outcomes.len() == 1
            && spec.membership.is_empty()
            && spec.dropout.is_none()
            && matches!(spec.grouping, Grouping::Single(_));
        if !plain || !spec.outcomes[0].family.counts_events() || spec.classes() < 2 {
            let what = "the check is for several groups of one outcome of counts, without covariates of membership";
            return Err(Error::options(what));
        }
        Refitting::new(self, panel)?;
        let single = |family: Family| {
            let one = richest(&spec.outcomes[0], family);
            Spec::new(1).outcome(one).sought_from(4, spec.effort.seed)
        };
        let mut truth = single(Family::NegBin).fit(panel)?;
        let groups = candidate(self);
        let mut singles = vec![candidate(&truth)];
        for family in [Family::Zinb, Family::NegMultinomial] {
            let other = single(family).fit(panel)?;
            singles.push(candidate(&other));
            if other.converged && other.bic_persons < truth.bic_persons {
                truth = other;
            }
        }
        let bic_gain = truth.bic_persons - groups.bic;
        let ticker = Ticker::new(progress);
        ticker.expect(options.draws.replicates);
        let one = |number: usize| -> Option<std::result::Result<(usize, f64), FailedReplicate>> {
            if ticker.stopped() {
                return None;
            }
            let found = self.drawn(&truth, panel, options, number);
            ticker.tick();
            Some(found.map_err(|e| FailedReplicate { number, reason: e.to_string() }))
        };
        let all: Vec<Option<_>> =
            on_threads(options.draws.threads, || (0..options.draws.replicates).map_in_parallel(one))?;
        if ticker.stopped() {
            return Err(cancelled());
        }
        let (mut chosen, mut drawn_gain, mut failed) = (Vec::new(), Vec::new(), Vec::new());
        for found in all.into_iter().flatten() {
            match found {
                Ok((k, gain)) => {
                    chosen.push(k);
                    drawn_gain.push(gain);
                }
                Err(failure) => failed.push(failure),
            }
        }
        let n = chosen.len() as f64;
        let spurious = if n > 0.0 { chosen.iter().filter(|&&k| k > 1).count() as f64 / n } else { 0.0 };
        let p = (1.0 + drawn_gain.iter().filter(|&&g| g >= bic_gain).count() as f64) / (1.0 + n);
        let verdict = match bic_gain {
            g if g <= 0.0 => Verdict::OnePopulation,
            g if g < VERY_STRONG => Verdict::Undecided,
            _ if p > 0.05 && n >= 19.0 => Verdict::LookedLikeGroups,
            _ => Verdict::SeveralGroups,
        };
        let options = options.clone();
        Ok(OnePopulation {
            options,
            groups,
            single: singles,
            bic_gain,
            drawn_from: truth.model.spec.outcomes[0].family,
            chosen,
            drawn_gain,
            failed,
            spurious,
            p,
            verdict,
        })
    }

    /// Number of groups that BIC chooses for one draw from the single group, and the gain over that group.
    fn drawn(
        &self,
        single: &Fit,
        panel: &Panel,
        options: &OnePopulationOptions,
        number: usize,
    ) -> Result<(usize, f64)> {
        let (drawn, _) = single.model.drawn_like(panel, replicate_seed(options.draws.seed, number))?;
        let truth = single.model.spec.refit(&drawn, std::slice::from_ref(&single.model.theta))?;
        let outcome = richest(&self.model.spec.outcomes[0], self.model.spec.outcomes[0].family);
        let mut bic = Vec::new();
        for k in 1..=self.model.spec.classes() {
            let spec = Spec::new(k).outcome(outcome.clone()).starts(options.draws.starts).seed(options.draws.seed);
            bic.push(spec.fit(&drawn)?.bic_persons);
        }
        let best = |from: usize| {
            (from..bic.len()).fold((from, f64::INFINITY), |b, i| if bic[i] < b.1 { (i, bic[i]) } else { b })
        };
        Ok((best(0).0 + 1, truth.bic_persons - best(1).1))
    }
}

/// The outcome for any number of groups with the curve of most terms, of another family.
fn richest(outcome: &OutcomeSpec, family: Family) -> OutcomeSpec {
    let most = |bases: &[crate::trajectory::spec::basis::Basis]| {
        let best = bases.iter().max_by_key(|b| b.terms()).cloned();
        best.into_iter().collect::<Vec<_>>()
    };
    let zero = match (&outcome.zero, family.has_zero_curve()) {
        (Some(zero), true) => Some(most(zero)),
        _ => None,
    };
    OutcomeSpec { family, curves: most(&outcome.curves), zero, shared_zero: false, ..outcome.clone() }
}

fn candidate(fit: &Fit) -> PopulationCandidate {
    PopulationCandidate {
        family: fit.model.spec.outcomes[0].family,
        groups: fit.model.spec.classes(),
        log_likelihood: fit.log_likelihood,
        parameters: fit.parameters,
        bic: fit.bic_persons,
        converged: fit.converged,
    }
}

impl fmt::Display for OnePopulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (k, family) = (self.groups.groups, self.groups.family);
        match self.verdict {
            Verdict::OnePopulation => {
                write!(f, "no case for groups: one overdispersed group has the lower BIC, by {:.1}", -self.bic_gain)?;
            }
            Verdict::Undecided => {
                write!(f, "undecided: {k} {family} groups have the lower BIC, by {:.1} only", self.bic_gain)?;
            }
            Verdict::SeveralGroups => {
                write!(f, "more than one group: {k} {family} groups have the lower BIC, by {:.1}", self.bic_gain)?;
            }
            Verdict::LookedLikeGroups => write!(
                f,
                "not proven: {k} {family} groups have the lower BIC, by {:.1}, but one population often gives as much (p = {:.3})",
                self.bic_gain, self.p
            )?,
        }
        let n = self.chosen.len();
        let several = self.chosen.iter().filter(|&&c| c > 1).count();
        write!(
            f,
            "; of {n} draws from one {} population {several} look like more than one {family} group",
            self.drawn_from
        )
    }
}
