//! The classifier of people who had their index offence.

use super::age::{IndexAge, intervals};
use super::chain::{add_up, explain};
use super::law::{Law, PROFILES, STATES};
use super::peers::{Asked, Of, Peers};
use super::sight::{Others, Place, Sight, goes_on, ln_poisson, normalise};
use crate::cohort::builder::PersonRow;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::numeric::logspace::log_sum_exp;
use crate::numeric::parallel::Parallel;
use crate::profile::classify::classification::{Classification, ModelUsed, ProfileProbability, WhatIf};
use crate::profile::classify::forecast::Forecast;
use crate::profile::classify::limitation::Limitation;
use crate::profile::classify::options::{ClassifyOptions, FEWEST_PEOPLE};
use crate::profile::classify::prediction::{self, CalibrationSource};
use crate::profile::classify::record::{self, Seen};
use crate::profile::classify::reference::Separation;
use crate::profile::classify::resolution::{Hidden, Resolution, hidden};
use crate::profile::classify::standing::Standing;
use crate::profile::classify::typicality::Typicality;
use crate::profile::kind::Profile;
use crate::profile::naming::Naming;
use crate::profile::person::{Candidate, Undecided};
use crate::profile::reference::model::ReferenceModel;
use crate::trajectory::family::Family;
use crate::units::Probability;
use std::ops::Range;

/// Places of an index offence that are looked at together hold at least this much of its posterior; the last offence of
/// the record is always looked at.
const LOOKED_AT: f64 = 0.98;

/// Places people beside the four profiles by a model of whole careers, conditional on their index offence: the first
/// trafficking offence, at which rates change and some people stop.
///
/// When the offence is dated, posterior, prediction set, typicality and forecast are conditional on its age and on what
/// came before and after it. When it is not ([`IndexAge::Unknown`]) it is taken to be one of the offences of the
/// record, each as likely as the career model has it: the posterior is the average over them; a profile is named only if
/// it is also clear when the last one is it; a profile is in the prediction set when it cannot be ruled out for every one
/// that is likely; and there is no forecast, for what is to come hangs on it.
///
/// ```
/// use pleegprofiel::{PersonRow, Profile, profile::classify::{CareerClassifier, IndexAge}, reference_model};
/// let classifier = CareerClassifier::new(&reference_model())?;
/// let mut counts = [None; 33];
/// let to_24 = [0, 1, 1, 1, 0, 2, 1, 3, 1, 3, 5, 1]; // ages 12 to 23
/// counts[..12].copy_from_slice(&to_24.map(Some));
/// let answer = classifier.classify(PersonRow::new(&counts), IndexAge::InYear { age: 23 })?;
/// assert!(answer.forecast.is_some() && answer.probability(Profile::Continuous) < Some(0.9));
/// assert!(classifier.classify(PersonRow::new(&counts), IndexAge::Unknown)?.forecast.is_none());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CareerClassifier {
    pub(super) law: Law,
    naming: Naming,
    options: ClassifyOptions,
    name: String,
    peers: Peers,
    /// Separation by whole careers, by interval of the index offence; nothing before the first.
    whole: Vec<Option<Separation>>,
}

impl CareerClassifier {
    /// With the default options.
    ///
    /// # Errors
    /// As [`CareerClassifier::with`].
    pub fn new(reference: &ReferenceModel) -> Result<CareerClassifier> {
        CareerClassifier::with(reference, ClassifyOptions::default())
    }

    /// A classifier by the career model of a reference model.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when the options fail [`ClassifyOptions::check`] or the
    /// career model gives people of one profile lasting differences, which this classifier does not know.
    pub fn with(reference: &ReferenceModel, options: ClassifyOptions) -> Result<CareerClassifier> {
        CareerClassifier::rescaled(reference, options, 1.0)
    }

    /// The same with all rates of offending multiplied by a factor, for a register that counts more or fewer offences than
    /// the model's; [`CareerClassifier::file_fit`] says which. The index offence is one whatever the factor.
    ///
    /// # Errors
    /// As [`CareerClassifier::with`]; and when the factor is not above 0 and at most 100.
    pub fn rescaled(reference: &ReferenceModel, options: ClassifyOptions, factor: f64) -> Result<CareerClassifier> {
        options.check()?;
        if !(factor > 0.0 && factor <= 100.0) {
            return Err(Error::options(format!("rates times {factor}: the factor must be above 0 and at most 100")));
        }
        let law = Law::new(reference.career_model())?.times(factor);
        let peers = Peers::new(&law, options.people.max(FEWEST_PEOPLE).div_ceil(PROFILES), options.seed);
        let naming = reference.naming().clone();
        let asked = Asked {
            ln_odds: [0.0; 4],
            nearest: (0, 0.0),
            total: 0.0,
            clear: naming.definitions.clear_posterior,
            coverage: options.coverage,
        };
        let all = vec![1.0; law.grid.len()];
        let whole = (0..law.grid.len()).map_in_parallel(|t| {
            (t >= law.first)
                .then(|| peers.standing(&law, &Sight::new(&law, &all, t, Place::Somewhere), &asked).separation)
        });
        let name = reference.card().name.clone();
        let name = if factor == 1.0 { name } else { format!("{name}, rates times {factor}") };
        Ok(CareerClassifier { law, naming, options, name, peers, whole })
    }

    /// The ages of the model.
    pub fn grid(&self) -> AgeGrid {
        self.law.grid
    }

    /// The names of its groups, which stand in the order of [`Profile::ALL`].
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// The choices.
    pub fn options(&self) -> &ClassifyOptions {
        &self.options
    }

    /// Posterior probabilities of the four profiles, in the order of [`Profile::ALL`].
    ///
    /// # Errors
    /// As [`CareerClassifier::classify`].
    pub fn posterior(&self, row: PersonRow<'_>, index: IndexAge) -> Result<[f64; 4]> {
        let seen = Seen::of(self.law.grid, &row)?;
        let sights = self.sights(&row, &seen, index)?;
        let mut posterior = [0.0; PROFILES];
        normalise(add_up(&self.law, &sights, &row, None).iter(), &mut posterior);
        Ok(posterior)
    }

    /// Everything that can be said of one person; the row is on the model's ages, and the index offence is one of its
    /// counts.
    ///
    /// # Errors
    /// As [`Classifier::classify`](crate::Classifier::classify); kind [`Refused`](crate::ErrorKind::Refused) also when
    /// no offence of the record can be the index offence; kind [`InvalidValue`](crate::ErrorKind::InvalidValue) when the
    /// model has no index offence at its age.
    pub fn classify(&self, row: PersonRow<'_>, index: IndexAge) -> Result<Classification> {
        self.answer(row, index, None, Vec::new())
    }

    /// As [`CareerClassifier::classify`], of a row on another age grid whose intervals meet the model's.
    ///
    /// # Errors
    /// As [`CareerClassifier::classify`] and [`Classifier::classify_on`](crate::Classifier::classify_on).
    pub fn classify_on(&self, grid: AgeGrid, row: PersonRow<'_>, index: IndexAge) -> Result<Classification> {
        if grid == self.law.grid {
            return self.classify(row, index);
        }
        let (counts, exposure, limitations) = record::on_model(self.law.grid, grid, &row)?;
        self.answer(PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }, index, None, limitations)
    }

    /// These people of a cohort, in its order; each an answer or a refusal. `index` is of the whole cohort, or empty when
    /// it is known of nobody.
    ///
    /// # Panics
    /// When the range passes the end of the cohort, or of an `index` that is not empty.
    pub fn classify_people(
        &self,
        cohort: &Cohort,
        index: &[IndexAge],
        people: Range<usize>,
    ) -> Vec<Result<Classification>> {
        let one = |i: usize| {
            let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            let known = if index.is_empty() { IndexAge::Unknown } else { index[i] };
            self.classify_on(cohort.grid(), PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) }, known)
        };
        people.map_in_parallel(one)
    }

    pub(super) fn sights(&self, row: &PersonRow<'_>, seen: &Seen, index: IndexAge) -> Result<Vec<Sight>> {
        let at_risk = record::at_risk(row, seen.last);
        let place = match index {
            IndexAge::At { age } => Place::At(age),
            IndexAge::Unknown | IndexAge::InYear { .. } => Place::Somewhere,
        };
        let at = intervals(&self.law, row, index)?;
        Ok(at.into_iter().map(|t| Sight::new(&self.law, &at_risk, t, place)).collect())
    }

    /// `parted`: time at risk before and after the index offence in its interval, and the other offences there.
    pub(super) fn answer(
        &self,
        row: PersonRow<'_>,
        index: IndexAge,
        parted: Option<(Place, Others)>,
        mut limitations: Vec<Limitation>,
    ) -> Result<Classification> {
        let (law, grid) = (&self.law, self.law.grid);
        let seen = Seen::of(grid, &row)?;
        let mut sights = self.sights(&row, &seen, index)?;
        let others = parted.map(|(_, others)| others);
        if let Some((place, _)) = parted {
            let at_risk = record::at_risk(&row, seen.last);
            sights = sights.iter().map(|sight| Sight::new(law, &at_risk, sight.index, place)).collect();
        }
        let sums = add_up(law, &sights, &row, others);
        let mut groups = vec![0.0; PROFILES];
        normalise(sums.iter(), &mut groups);
        let mut answer = self.naming.person(&groups, seen.observed)?;
        let group = answer.group;
        let looked_at = looked_at(&sums);
        let standings: Vec<(Standing, Of)> =
            looked_at.iter().map(|&i| self.standing(&sights[i], &sums[i], group)).collect();
        // the likeliest place of the index offence comes first
        let likeliest_place = sights[looked_at[0]].index;
        let mut standing = standings[0].0.clone();
        for (other, _) in &standings[1..] {
            standing.join(other);
        }
        let (age, years) = (grid.start_age(seen.last + 1), seen.observed as f64 * grid.width_years());
        let typicality = Typicality {
            group,
            nearest: standing.nearest,
            mixture: standing.mixture,
            people: standing.separation.people,
        };
        if !matches!(answer.undecided, Some(Undecided::NothingObserved | Undecided::TooFewAges { .. })) {
            let p = typicality.nearest.p;
            let at_last = standings.last().map_or(1.0, |(_, of)| of.posterior[group]);
            let why = if let Some(hidden) = self.hidden(&standing.separation, likeliest_place, group) {
                let pair = hidden.pair(group, &self.naming);
                Some(match seen.observed == seen.last + 1 {
                    true => Undecided::TooYoung { age, pair },
                    false => Undecided::TooLittleSeen { years, pair },
                })
            } else if p < self.options.unlike {
                Some(Undecided::UnlikeAny { p, limit: self.options.unlike })
            } else if answer.undecided.is_none() && at_last < self.naming.definitions.clear_posterior {
                let of = |p: f64| -> Result<Candidate> {
                    Ok(Candidate {
                        groups: vec![group],
                        profile: self.naming.profile_of(group),
                        probability: Probability::new(p)?,
                    })
                };
                Some(Undecided::IndexUnknown { anywhere: of(groups[group])?, at_last: of(at_last)? })
            } else {
                None
            };
            if why.is_some() {
                answer.undecided = why;
                answer.profile = None;
            }
        }
        limitations.extend(record::limitations(grid, &row, &seen));
        match index {
            IndexAge::Unknown => limitations.push(Limitation::IndexUnknown { places: sights.len() }),
            IndexAge::InYear { .. } => limitations.push(Limitation::IndexYearOnly),
            IndexAge::At { .. } => {}
        }
        let classes = Profile::ALL.map(Some).into_iter().zip(standing.own_class);
        let source = CalibrationSource::Simulated { seed: self.options.seed };
        let prediction_set = prediction::set(classes, self.options.coverage, age, source);
        let untold = matches!(answer.undecided, Some(Undecided::TooYoung { .. } | Undecided::TooLittleSeen { .. }));
        if untold && prediction_set.profiles.len() == 1 {
            limitations.push(Limitation::LoneProfile);
        }
        let next = seen.last + 1;
        let ahead = (self.options.forecast_years / grid.width_years()).round() as usize;
        let end = (next + ahead).min(grid.len());
        let known = index != IndexAge::Unknown;
        Ok(Classification {
            model: ModelUsed {
                name: Some(self.name.clone()),
                family: Family::Poisson,
                from: grid.start_age(0),
                to: grid.start_age(grid.len()),
                shares: law.ln_share.iter().map(|s| s.exp()).collect(),
                covariates: Vec::new(),
            },
            index: Some(index),
            age,
            years,
            offences: seen.offences,
            posterior: (0..PROFILES)
                .map(|k| ProfileProbability { profile: Profile::ALL[k], groups: vec![k], probability: groups[k] })
                .collect(),
            without_profile: Vec::new(),
            answer,
            prediction_set,
            typicality,
            resolution: Resolution::of(standing.separation, &self.naming, age),
            what_if: (next < grid.len()).then(|| self.what_if(&sums, next)),
            forecast: (known && next < end).then(|| self.forecast(&sums, next, end)),
            explanation: explain(law, &sights, &row, others),
            limitations,
            groups,
            options: self.options,
        })
    }

    fn standing(&self, sight: &Sight, sums: &[f64; STATES], group: usize) -> (Standing, Of) {
        let of = Of::states(sums, &sight.shares());
        let asked = Asked {
            ln_odds: of.ln_odds,
            nearest: (group, of.ln_p[group]),
            total: of.total,
            clear: self.naming.definitions.clear_posterior,
            coverage: self.options.coverage,
        };
        (self.peers.standing(&self.law, sight, &asked), of)
    }

    fn hidden(&self, now: &Separation, index: usize, group: usize) -> Option<Hidden> {
        hidden(now, self.whole[index].as_ref()?, &self.naming, self.options.tell_apart)[group]
    }

    fn what_if(&self, sums: &[[f64; STATES]], next: usize) -> WhatIf {
        let after = |count: u32| {
            let more = |sums: &[f64; STATES]| -> [f64; STATES] {
                std::array::from_fn(|s| sums[s] + ln_poisson(count, self.law.mean(s, next, true)))
            };
            let mut posterior = vec![0.0; PROFILES];
            normalise(sums.iter().map(more).collect::<Vec<_>>().iter(), &mut posterior);
            posterior
        };
        WhatIf { age: self.law.grid.start_age(next + 1), offence_free: after(0), one_offence: after(1) }
    }

    fn forecast(&self, sums: &[[f64; STATES]], next: usize, end: usize) -> Forecast {
        let by_state: [f64; STATES] =
            std::array::from_fn(|s| log_sum_exp(&sums.iter().map(|sums| sums[s]).collect::<Vec<f64>>()));
        let total = log_sum_exp(&by_state);
        let weights = by_state.map(|sum| (sum - total).exp());
        let mean = |s: usize, t: usize| if goes_on(s) { self.law.mean(s, t, true) } else { 0.0 };
        Forecast::poisson(self.law.grid, &weights, next..end, self.options.forecast_level, mean)
    }
}

/// The places of the index offence that hold all but a little of its posterior, the likeliest first and the last of the
/// record at the end (it alone, when it alone is likely).
fn looked_at(sums: &[[f64; STATES]]) -> Vec<usize> {
    let each: Vec<f64> = sums.iter().map(|states| log_sum_exp(states)).collect();
    let total = log_sum_exp(&each);
    let mut order: Vec<usize> = (0..sums.len()).collect();
    order.sort_by(|a, b| each[*b].total_cmp(&each[*a]));
    let mut held = 0.0;
    let mut found: Vec<usize> = order
        .into_iter()
        .take_while(|&i| {
            let more = held < LOOKED_AT;
            held += (each[i] - total).exp();
            more
        })
        .collect();
    let last = sums.len() - 1;
    if found[0] == last && found.len() > 1 {
        // looked at twice, so that it is both the first and the last
        found.push(last);
    } else if found.last() != Some(&last) {
        found.retain(|i| *i != last);
        found.push(last);
    }
    found
}

impl Standing {
    /// Of two places of the index offence: what cannot be ruled out, or called unusual, for one of them.
    fn join(&mut self, other: &Standing) {
        for (mine, theirs) in self.own_class.iter_mut().zip(&other.own_class) {
            mine.p = mine.p.max(theirs.p);
            // whoever is kept among the people of one place is kept
            mine.holds = mine.holds.min(theirs.holds);
        }
        for (mine, theirs) in [(&mut self.nearest, other.nearest), (&mut self.mixture, other.mixture)] {
            if theirs.p > mine.p {
                *mine = theirs;
            }
        }
    }
}
