//! Usefulness: does acting on the risk do better than acting on everybody or on nobody?

use super::runs::Ordered;
use super::undefined::{Defined, Measured, Undefined};

/// Net benefit at one threshold.
///
/// People are flagged when their risk is **at least** the threshold `t`; `TP/n - FP/n * t/(1-t)`: true positives,
/// less false positives at the exchange rate that the threshold states. Nobody flagged has net benefit 0.
///
/// # References
/// Vickers & Elkin (2006), Medical Decision Making 26, 565-574.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NetBenefit {
    /// The threshold.
    pub threshold: f64,
    /// Net benefit of flagging by risk, with the standard error of its mean over people.
    pub by_risk: Measured,
    /// Net benefit of flagging everybody.
    pub everybody: Measured,
    /// By risk less the better of everybody and nobody is what counts; this is by risk less everybody.
    pub over_everybody: Measured,
    /// Weight of people flagged.
    pub flagged: f64,
}

/// At one threshold, above 0 and below 1.
pub(crate) fn net_benefit(people: &Ordered, threshold: f64) -> Defined<NetBenefit> {
    if !(threshold > 0.0 && threshold < 1.0) {
        return Err(Undefined::new("a threshold of 0 or 1 has no exchange rate"));
    }
    let odds = threshold / (1.0 - threshold);
    let n = people.total();
    let [tp, fp, tp_sq, fp_sq] = people.from(threshold);
    let [_, _, case_sq, control_sq] = people.from(0.0);
    let all_sq = case_sq + control_sq;
    let size = n * n / all_sq;
    // a person adds 1, -odds or 0; the mean's standard error, weights being fixed
    let measured = |cases: f64, controls: f64, cases_sq: f64, controls_sq: f64| {
        let value = (cases - controls * odds) / n;
        let squares = cases_sq * (1.0 - value).powi(2)
            + controls_sq * (odds + value).powi(2)
            + (all_sq - cases_sq - controls_sq) * value * value;
        let correction = if size > 1.0 { size / (size - 1.0) } else { f64::NAN };
        Measured::normal(value, (squares.max(0.0) / (n * n) * correction).sqrt())
    };
    let by_risk = measured(tp, fp, tp_sq, fp_sq);
    let everybody = measured(people.cases, people.controls, case_sq, control_sq);
    // what the unflagged would have added, sign reversed
    let left = measured(people.cases - tp, people.controls - fp, case_sq - tp_sq, control_sq - fp_sq);
    let over_everybody = Measured::normal(by_risk.value - everybody.value, left.se);
    Ok(NetBenefit { threshold, by_risk, everybody, over_everybody, flagged: tp + fp })
}
