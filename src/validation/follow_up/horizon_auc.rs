//! The area under the curve at a horizon under censoring, with its standard error.

use super::horizon::{AtTime, State, deviation};
use super::influence::CensoringInfluence;
use crate::validation::undefined::{Defined, Measured, Undefined};

/// Area under the curve at a horizon, cut to 0 to 1 at the ends of its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HorizonAuc {
    /// The area with its standard error, which counts that the weights are estimated.
    pub area: Measured,
}

/// Weighted wins of each case over the controls and of each control under the cases; equal risks count half.
struct Wins {
    of: Vec<f64>,
    cases: f64,
    controls: f64,
}

fn wins(at: &AtTime<'_>, risks: &[f64], control: impl Fn(State) -> bool) -> Wins {
    let mut order: Vec<usize> =
        (0..risks.len()).filter(|&i| at.state[i] == State::Case || control(at.state[i])).collect();
    order.sort_by(|&a, &b| risks[a].total_cmp(&risks[b]));
    let weight = |i: usize, case: bool| if (at.state[i] == State::Case) == case { at.weight[i] } else { 0.0 };
    let cases: f64 = order.iter().map(|&i| weight(i, true)).sum();
    let controls: f64 = order.iter().map(|&i| weight(i, false)).sum();
    let mut of = vec![0.0; risks.len()];
    let (mut below, mut cases_below) = (0.0, 0.0);
    for group in order.chunk_by(|&a, &b| risks[a] == risks[b]) {
        let case: f64 = group.iter().map(|&i| weight(i, true)).sum();
        let other: f64 = group.iter().map(|&i| weight(i, false)).sum();
        for &i in group {
            of[i] = if at.state[i] == State::Case { below + 0.5 * other } else { cases - cases_below - 0.5 * case };
        }
        below += other;
        cases_below += case;
    }
    Wins { of, cases, controls }
}

fn both(w: &Wins) -> Defined<()> {
    if w.cases <= 0.0 || w.controls <= 0.0 {
        return Err(Undefined::new("everybody known at the horizon is on one side"));
    }
    Ok(())
}

fn area(at: &AtTime<'_>, w: &Wins) -> f64 {
    let sum: f64 = (0..w.of.len()).filter(|&i| at.state[i] == State::Case).map(|i| at.weight[i] * w.of[i]).sum();
    sum / (w.cases * w.controls)
}

/// Cases against everybody known not to have had the event.
pub(crate) fn auc(at: &AtTime<'_>, risks: &[f64], influence: &CensoringInfluence<'_>) -> Defined<HorizonAuc> {
    let w = wins(at, risks, |s| matches!(s, State::Free | State::Competed));
    both(&w)?;
    let value = area(at, &w);
    let n = risks.len() as f64;
    // numerator and denominator as sums over people, each with its part through the weights
    let over: Vec<f64> = (0..risks.len()).map(|i| at.weight[i] * w.of[i]).collect();
    let under: Vec<f64> = (0..risks.len())
        .map(|i| {
            at.weight[i]
                * match at.state[i] {
                    State::Case => w.controls,
                    State::Free | State::Competed => w.cases,
                    State::Unknown => 0.0,
                }
        })
        .collect();
    let (over_term, under_term) = (influence.term(&over), influence.term(&under));
    let mu = w.cases * w.controls / (n * n);
    let own: Vec<f64> = (0..risks.len())
        .map(|i| {
            let num = over[i] / n + over_term[i] / n;
            let den = under[i] / n + under_term[i] / n;
            (num - den * value) / mu
        })
        .collect();
    Ok(HorizonAuc { area: Measured::normal(value, deviation(&own) / n.sqrt()).within(0.0, 1.0) })
}

/// Cases against those free of any event alone.
pub(crate) fn event_free(at: &AtTime<'_>, risks: &[f64]) -> Defined<f64> {
    let w = wins(at, risks, |s| s == State::Free);
    both(&w)?;
    Ok(area(at, &w))
}
