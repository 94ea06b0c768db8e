//! What is asked of two groups, and the answer: first what can be seen at all, then, where it can, what is seen.

use super::estimate::{Difference, difference};
use super::hidden::{self, Had, had, may_be_told};
use super::power::{detectable_share, persons_per_group};
use super::weights::{Balance, Propensity, balance, effective};
use crate::career::custody::Moment;
use crate::career::person::Career;
use crate::cohort::recidivism::follow_up::{NoFollowUp, follow_up_from};
use crate::cohort::recidivism::options::RecidivismOptions;
use crate::cohort::recidivism::small_cells::{FEW, step};
use crate::error::{Error, Issues, Result};
use crate::survival::EventStatus;
use crate::survival::aalen_johansen::AalenJohansen;
use ndarray::Array2;
use serde::Serialize;

/// Options of [`Effect`].
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `years` | 2, 5 | the horizons of the monitors, at liberty |
/// | `worthwhile` | 0.5 | an intervention that does less than halve is not looked for in groups that could not show a halving |
/// | `show_small_cells` | no | shares of fewer than 10 persons who reoffended, or who did not, could point at someone |
///
/// ```
/// use pleegprofiel::monitor::effect::EffectOptions;
/// assert!(EffectOptions::default().worthwhile(1.2).check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct EffectOptions {
    pub(crate) years: Vec<f64>,
    pub(crate) worthwhile: f64,
    pub(crate) show_small_cells: bool,
}

impl Default for EffectOptions {
    fn default() -> Self {
        EffectOptions { years: vec![2.0, 5.0], worthwhile: 0.5, show_small_cells: false }
    }
}

impl EffectOptions {
    /// By which times the shares are compared, in years at liberty.
    pub fn years(mut self, years: impl IntoIterator<Item = f64>) -> Self {
        self.years = years.into_iter().collect();
        self
    }

    /// The largest ratio of the shares that must be detectable for an answer to be given; 0.5 is a halving.
    pub fn worthwhile(mut self, ratio: f64) -> Self {
        self.worthwhile = ratio;
        self
    }

    /// Shows figures of fewer than ten persons too, and every figure in full precision.
    pub fn show_small_cells(mut self, show: bool) -> Self {
        self.show_small_cells = show;
        self
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// When no time is given or one is not above 0, or the ratio is not between 0 and 1.
    pub fn check(&self) -> Result<()> {
        if self.years.is_empty() || self.years.iter().any(|y| !(*y > 0.0 && y.is_finite())) {
            return Err(Error::options("the times to compare at are not one or more numbers above 0, in years"));
        }
        if !(self.worthwhile > 0.0 && self.worthwhile < 1.0) {
            return Err(Error::options(format!("a ratio of {} is not between 0 and 1", self.worthwhile)));
        }
        Ok(())
    }
}

/// Someone in one of the two groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Participant<'a> {
    /// Whether treated.
    pub treated: bool,
    /// When follow-up starts: the same kind of moment in both groups.
    pub start: Moment,
    /// What is known of them before that, in the order of the names.
    pub covariates: Vec<f64>,
    /// Their career.
    pub career: &'a Career,
}

/// Two groups, what is known of them and what became of them.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectData {
    treated: Vec<bool>,
    names: Vec<String>,
    covariates: Array2<f64>,
    outcomes: Vec<(String, Vec<(f64, EventStatus)>)>,
}

impl EffectData {
    /// Of people whose follow-up is known: whether treated, covariates (persons x names, finite), and for each outcome its
    /// name and everybody's time at liberty in years and how it ended.
    ///
    /// # Errors
    /// When the numbers of people differ, a group is empty, or there is no outcome.
    pub fn new(
        treated: Vec<bool>,
        names: Vec<String>,
        covariates: Array2<f64>,
        outcomes: Vec<(String, Vec<(f64, EventStatus)>)>,
    ) -> Result<EffectData> {
        let n = treated.len();
        if covariates.dim() != (n, names.len()) || outcomes.iter().any(|(_, people)| people.len() != n) {
            return Err(Error::options(format!(
                "{n} people, but covariates of {} by {} (names: {}) and outcomes of {:?}",
                covariates.nrows(),
                covariates.ncols(),
                names.len(),
                outcomes.iter().map(|(_, people)| people.len()).collect::<Vec<_>>()
            )));
        }
        let of = |group: bool| treated.iter().filter(|t| **t == group).count();
        if of(true) < 2 || of(false) < 2 {
            return Err(Error::options(format!(
                "{} treated and {} others: at least 2 of each are needed",
                of(true),
                of(false)
            )));
        }
        if outcomes.is_empty() {
            return Err(Error::options("no outcome to compare: at least 1 is needed"));
        }
        Ok(EffectData { treated, names, covariates, outcomes })
    }

    /// Of careers, each followed from a moment of its own, by each of some kinds of recidivism.
    ///
    /// # Errors
    /// As [`EffectData::new`]; and lists, by position from 1, who cannot be followed from their moment on.
    pub fn of_careers(
        people: &[Participant<'_>],
        names: &[String],
        outcomes: &[(String, RecidivismOptions)],
    ) -> Result<EffectData> {
        let mut issues = Issues::in_memory();
        let mut found = Vec::with_capacity(outcomes.len());
        for (name, options) in outcomes {
            options.check()?;
            let mut own = Vec::with_capacity(people.len());
            for (i, person) in people.iter().enumerate() {
                let row = Some(i as u64 + 1);
                match follow_up_from(person.career, (person.start, None), options) {
                    Ok(followed) => own.push((followed.years, followed.end)),
                    Err(NoFollowUp::NoSeverity(offence)) => issues.add(row, Some("severity"), || {
                        format!("offence {} has none, and unknown is neither serious nor not serious", offence + 1)
                    }),
                    Err(_) => issues.add(row, Some("start"), || {
                        "the start lies outside the time observed, or the career has ages where the start is a date"
                            .into()
                    }),
                }
            }
            found.push((name.clone(), own));
        }
        if let Some((i, person)) = people.iter().enumerate().find(|(_, p)| p.covariates.len() != names.len()) {
            issues.add(Some(i as u64 + 1), None, || {
                format!("{} covariates, but {} names", person.covariates.len(), names.len())
            });
        }
        issues.into_result("these people cannot be followed")?;
        let values = people.iter().flat_map(|person| person.covariates.iter().copied()).collect();
        let shape = (people.len(), names.len());
        let covariates = Array2::from_shape_vec(shape, values).map_err(|e| Error::options(e.to_string()))?;
        EffectData::new(people.iter().map(|p| p.treated).collect(), names.to_vec(), covariates, found)
    }

    /// The answer.
    ///
    /// # Errors
    /// When the options make no sense, a covariate cannot be used (constant, a combination of others) or tells the groups
    /// apart without overlap.
    pub fn effect(&self, options: &EffectOptions) -> Result<Effect> {
        options.check()?;
        let propensity = Propensity::fit(&self.treated, self.covariates.view(), &self.names)?;
        let weights = propensity.weights(&self.treated);
        let of = |group: bool| weights.iter().zip(&self.treated).filter(move |(_, t)| **t == group).map(|(w, _)| *w);
        let sizes = [true, false].map(|group| of(group).count() as u64);
        let effective = [true, false].map(|group| effective(of(group)));
        let small = options.show_small_cells;
        let found = Weighted { propensity: &propensity, weights: &weights, effective };
        let mut at = Vec::new();
        let mut told = [Vec::new(), Vec::new()];
        for (name, people) in &self.outcomes {
            for &years in &options.years {
                at.push(self.at((name, people), years, options, &found, &mut told)?);
            }
        }
        let of_balance = balance(&self.treated, &weights, self.covariates.view(), &self.names);
        Ok(Effect {
            options: options.clone(),
            persons: sizes,
            effective: effective.map(|n| if small { n } else { n.round() }),
            rounded_to: (!small).then(|| [sizes[1], sizes[0].min(sizes[1])].map(|n| 1.0 / parts(n))),
            balance: if small {
                of_balance
            } else {
                hidden::balance(of_balance, &self.treated, self.covariates.view())
            },
            at,
        })
    }

    fn at(
        &self,
        (name, people): (&str, &[(f64, EventStatus)]),
        years: f64,
        options: &EffectOptions,
        found: &Weighted<'_>,
        told: &mut [Vec<Had>; 2],
    ) -> Result<EffectAt> {
        let group = |which: bool| people.iter().zip(&self.treated).filter(move |(_, t)| **t == which).map(|(p, _)| *p);
        let sizes = [true, false].map(|which| group(which).count() as u64);
        let shares = [AalenJohansen::new(group(true))?.event(years), AalenJohansen::new(group(false))?.event(years)];
        let followed = shares.map(|share| share.at_risk);
        let small = options.show_small_cells;
        // numbers computed from the share would tell it again, to more digits
        let base = if small { shares[1].share } else { to_step(shares[1].share, sizes[1]) };
        let effective = found.effective.map(|n| if small { n } else { n.round() });
        let inside = base > 0.0 && base < 1.0;
        let detectable = if inside { detectable_share(base, effective[0], effective[1])? } else { None };
        let needed = if inside { Some(persons_per_group(base, options.worthwhile * base)?) } else { None };
        let seen =
            followed.iter().all(|n| *n > 0) && detectable.is_some_and(|share| share >= options.worthwhile * base);
        let own = [had(group(true), years), had(group(false), years)];
        let control = small || may_be_told(&own[1], &told[1]);
        let both = control && (small || may_be_told(&own[0], &told[0]));
        let answer = match seen {
            true if both => {
                let weighted = difference(&self.treated, people, found.weights, Some(found.propensity), years)?;
                let unweighted = difference(&self.treated, people, &vec![1.0; people.len()], None, years)?;
                let to = |d: Difference| if small { d } else { d.rounded(sizes[0].min(sizes[1])) };
                Answer::Seen { weighted: to(weighted), unweighted: to(unweighted) }
            }
            true => Answer::TooFew,
            false => Answer::NotSeen,
        };
        let [treated, others] = own;
        if seen && both {
            told[0].push(treated);
        }
        if control {
            told[1].push(others);
        }
        let tens = |n: u64| if small { n } else { n / FEW * FEW };
        Ok(EffectAt {
            outcome: name.to_owned(),
            years,
            followed: (small || followed.iter().all(|n| *n >= FEW)).then_some(followed.map(tens)),
            base: control.then_some(base),
            detectable: detectable.filter(|_| control).map(|d| if small { d } else { to_step(d, sizes[1]) }),
            needed: needed.filter(|_| control).map(|n| if small { n } else { two_digits(n) }),
            answer,
        })
    }
}

/// The groups as they are weighted.
struct Weighted<'a> {
    propensity: &'a Propensity,
    weights: &'a [f64],
    effective: [f64; 2],
}

/// To a step that is one and a half persons of so many, as recidivism figures are.
pub(crate) fn to_step(share: f64, persons: u64) -> f64 {
    (share * parts(persons)).round() / parts(persons)
}

/// Steps in 1 of a share of so many persons.
pub(super) fn parts(persons: u64) -> f64 {
    step(1.5, persons.saturating_sub(FEW) as f64)
}

fn two_digits(n: u64) -> u64 {
    let unit = 10_u64.pow(n.checked_ilog10().unwrap_or(0).saturating_sub(1));
    n.div_ceil(unit) * unit
}

/// What is seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "seen")]
#[non_exhaustive]
pub enum Answer {
    /// The groups could show the effect looked for; this is what they show.
    Seen {
        /// Weighted to the overlap.
        weighted: Difference,
        /// As the groups are: what the weights change is what they differed in.
        unweighted: Difference,
    },
    /// Fewer than ten persons of a group reoffended, or did not, or would follow from another share that is shown: the
    /// effect could be seen, but is not shown.
    TooFew,
    /// Groups of this size could not show the effect looked for, or are not followed so long: a difference seen here would
    /// say nothing, and none would say nothing either. No figure is given.
    NotSeen,
}

/// One outcome by one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EffectAt {
    /// The outcome.
    pub outcome: String,
    /// Years at liberty.
    pub years: f64,
    /// Persons followed so long without an event: treated, others, in whole tens where small cells are hidden; `None`
    /// where of too few people to be shown.
    pub followed: Option<[u64; 2]>,
    /// Share of the others who reoffended, unweighted; `None` where of too few people to be shown.
    pub base: Option<f64>,
    /// The largest share of the treated that could be told apart from it; `None` when none could, or like `base`.
    pub detectable: Option<f64>,
    /// Persons that each of two groups would need to show the effect looked for; `None` like `base`, and in two digits
    /// where small cells are hidden.
    pub needed: Option<u64>,
    /// What is seen.
    pub answer: Answer,
}

/// Two groups compared.
///
/// # Small cells
/// Unless [`EffectOptions::show_small_cells`] says otherwise, no number of fewer than ten persons can be worked out from
/// it. Of each group, shares are told of outcomes and years where ten persons had the outcome and ten had not, and where
/// of two such sets of people, one within the other, the difference is ten persons or nobody; those asked for first come
/// first. Shares are rounded to about one and a half persons, numbers followed to tens, effective numbers to whole ones; what
/// is worked out from a share is worked out from the rounded one. A covariate of two values is in the balance where each
/// value, and what is left by several that exclude each other, is of ten persons of each group; means are rounded to what
/// one and a half persons add at most. It holds for one comparison: another of the same people can be subtracted from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effect {
    /// What was asked.
    pub options: EffectOptions,
    /// Persons: treated, others.
    pub persons: [u64; 2],
    /// Effective numbers of them under the weights.
    pub effective: [f64; 2],
    /// Steps to which shares are rounded: the base and what is detectable; the two shares compared, their difference and
    /// its standard error. A difference is that of two rounded shares and so within one step of what it is, its sign
    /// unknown where it is no more than a step; ends of intervals are rounded outwards. `None` where small cells are
    /// shown: nothing is rounded then.
    pub rounded_to: Option<[f64; 2]>,
    /// How far the groups differ before and after weighting; without covariates that would tell of fewer than ten persons.
    pub balance: Vec<Balance>,
    /// The answers, outcome by outcome.
    pub at: Vec<EffectAt>,
}

impl Effect {
    /// Outcomes and years for which groups of these sizes can show the effect looked for.
    pub fn visible(&self) -> impl Iterator<Item = &EffectAt> {
        self.at.iter().filter(|at| matches!(at.answer, Answer::Seen { .. }))
    }

    /// Whether both groups are of ten persons or more; figures of fewer are not for others to read.
    pub fn may_be_shown(&self) -> bool {
        self.persons.iter().all(|n| *n >= FEW)
    }
}
