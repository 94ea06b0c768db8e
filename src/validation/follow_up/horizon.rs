//! A risk by a horizon against what is known by then, under censoring.
//!
//! Weights make up for the censored: `1 / G(T-)` for whoever had an event by the horizon, one weight for those known
//! to be free at it, 0 for those censored before. `G` is the Kaplan-Meier curve of censoring, where events come before
//! censoring at the same time; with `G(T-)` and not `G(T)` the weights sum to the number of people, ties or not.

use super::horizon_auc::{HorizonAuc, auc};
use super::influence::CensoringInfluence;
use super::risk_table::RiskTable;
use super::{EventStatus, FollowUp};
use crate::error::{Error, Result};
use crate::numeric::p_values::Z_975;
use crate::validation::predictions::check_probabilities;
use crate::validation::undefined::{Defined, Measured, Undefined};

/// Who counts as free at the horizon when follow-up ends exactly there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AtHorizon {
    /// Whoever is followed up to the horizon is known at it: time of at least `h`, weight `1 / G(h-)`. With complete
    /// follow-up nobody needs a weight. The default.
    #[default]
    Known,
    /// Only who is followed beyond it: weight `1 / G(h)`, as riskRegression has it. Somebody censored at exactly `h` has
    /// weight 0; where nobody is followed beyond `h`, [`AtHorizon::Known`] is used.
    Beyond,
}

/// What a person is at the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Case,
    /// Had the competing event.
    Competed,
    Free,
    Unknown,
}

/// People at a horizon, with their weights.
pub(crate) struct AtTime<'a> {
    pub(crate) people: &'a FollowUp,
    pub(crate) table: RiskTable,
    pub(crate) state: Vec<State>,
    pub(crate) weight: Vec<f64>,
    pub(crate) horizon: f64,
    rule: AtHorizon,
    pub(crate) complete: bool,
}

impl<'a> AtTime<'a> {
    pub(crate) fn new(people: &'a FollowUp, horizon: f64, wanted: AtHorizon) -> Result<AtTime<'a>> {
        people.check_horizon(horizon)?;
        let table = RiskTable::of(people);
        let g = table.uncensored(|r| r.ended());
        let before = |row: usize| row.checked_sub(1).map_or(1.0, |i| g[i]);
        let through = table.through(horizon);
        let first_at = table.rows.partition_point(|r| r.time < horizon);
        let (g_before, g_at) = (before(first_at), before(through));
        let complete = table.rows[..first_at].iter().all(|r| r.censored == 0.0);
        let rule = if g_at <= 0.0 || through == table.rows.len() { AtHorizon::Known } else { wanted };
        let (mut state, mut weight) = (Vec::with_capacity(people.len()), Vec::with_capacity(people.len()));
        for (i, (&time, &status)) in people.times().iter().zip(people.status()).enumerate() {
            let (s, w) = match status {
                EventStatus::Event if time <= horizon => (State::Case, 1.0 / before(table.row_of[i])),
                EventStatus::Competing if time <= horizon => (State::Competed, 1.0 / before(table.row_of[i])),
                _ if time > horizon && rule == AtHorizon::Beyond => (State::Free, 1.0 / g_at),
                _ if time >= horizon && rule == AtHorizon::Known => (State::Free, 1.0 / g_before),
                _ => (State::Unknown, 0.0),
            };
            state.push(s);
            weight.push(w);
        }
        Ok(AtTime { people, table, state, weight, horizon, rule, complete })
    }

    pub(crate) fn influence(&self) -> CensoringInfluence<'_> {
        CensoringInfluence::new(self, self.rule == AtHorizon::Beyond)
    }
}

/// A risk by a horizon under censoring.
#[derive(Debug, Clone, PartialEq)]
pub struct HorizonFigures {
    /// The horizon.
    pub horizon: f64,
    /// People.
    pub people: usize,
    /// People with the event by it.
    pub events: usize,
    /// People with the competing event by it.
    pub competing: usize,
    /// People who are not known at it: censored before.
    pub unknown: usize,
    /// Whether nobody was censored before: then these are plain figures without weights.
    pub complete: bool,
    /// Sum of weights by number of people: 1 but for rounding.
    pub weights_over_people: f64,
    /// Weighted mean of `(I(event by h) - p)^2`; someone with the competing event did not have the event. The standard
    /// error counts that the weights are estimated.
    pub brier: Measured,
    /// Brier score of the Aalen-Johansen estimate given to everybody.
    pub brier_null: f64,
    /// `1 - brier / brier_null`, the index of prediction accuracy.
    pub ipa: Defined<f64>,
    /// Area under the curve of those with the event by the horizon against everybody known not to have had it, those
    /// with the competing event included.
    pub auc: Defined<HorizonAuc>,
    /// The same against those free of any event alone: the other convention.
    pub auc_event_free: Defined<f64>,
    /// Weighted share with the event less mean risk, and their ratio.
    pub observed_minus_expected: f64,
    /// Observed by expected.
    pub observed_over_expected: f64,
}

/// The figures of a risk of the event by `horizon`.
///
/// # Errors
/// When the risks are of another number of people or no probabilities, or the horizon lies beyond follow-up.
///
/// # References
/// Graf, Schmoor, Sauerbrei & Schumacher (1999), Statistics in Medicine 18, 2529-2545; Blanche, Dartigues & Jacqmin-Gadda
/// (2013), Statistics in Medicine 32, 5381-5397; Gerds & Kattan (2021), Medical Risk Prediction Models.
pub fn at_horizon(people: &FollowUp, risks: &[f64], horizon: f64, rule: AtHorizon) -> Result<HorizonFigures> {
    if risks.len() != people.len() {
        return Err(Error::options(format!("{} risks for {} people", risks.len(), people.len())));
    }
    let mut bad = None;
    check_probabilities(risks, |i, message| {
        bad.get_or_insert((i, message));
    });
    if let Some((i, message)) = bad {
        return Err(Error::value(format!("person {}: {message}", i + 1)));
    }
    let at = AtTime::new(people, horizon, rule)?;
    let n = people.len() as f64;
    let residual: Vec<f64> = (0..people.len())
        .map(|i| {
            let gap = f64::from(u8::from(at.state[i] == State::Case)) - risks[i];
            at.weight[i] * gap * gap
        })
        .collect();
    let brier = residual.iter().sum::<f64>() / n;
    let influence = at.influence();
    let term = influence.term(&residual);
    let own: Vec<f64> = residual.iter().zip(&term).map(|(r, t)| r - brier + t).collect();
    let se = deviation(&own) / n.sqrt();
    let half = Z_975 * se;
    let brier = Measured { value: brier, se, low: (brier - half).max(0.0), high: (brier + half).min(1.0) };
    let share =
        |which: State| (0..people.len()).filter(|&i| at.state[i] == which).map(|i| at.weight[i]).sum::<f64>() / n;
    // the weighted share of cases is the Aalen-Johansen estimate when the weights sum to n
    let (cases, others) = (share(State::Case), share(State::Competed) + share(State::Free));
    let null = super::incidence::incidence_at(&at.table, |r| r.events, horizon).incidence;
    let brier_null = cases * (1.0 - null) * (1.0 - null) + others * null * null;
    let ipa = if brier_null > 0.0 {
        Ok(1.0 - brier.value / brier_null)
    } else {
        Err(Undefined::new("everybody or nobody has the event by the horizon"))
    };
    let count = |which: State| at.state.iter().filter(|s| **s == which).count();
    let expected = risks.iter().sum::<f64>() / n;
    Ok(HorizonFigures {
        horizon,
        people: people.len(),
        events: count(State::Case),
        competing: count(State::Competed),
        unknown: count(State::Unknown),
        complete: at.complete,
        weights_over_people: at.weight.iter().sum::<f64>() / n,
        brier,
        brier_null,
        ipa,
        auc: auc(&at, risks, &influence),
        auc_event_free: super::horizon_auc::event_free(&at, risks),
        observed_minus_expected: null - expected,
        observed_over_expected: null / expected,
    })
}

/// Standard deviation with divisor `n - 1`.
pub(crate) fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt()
}
