//! The part of people without any event by a time.

use crate::numeric::p_values::Z_975;
use crate::survival::event_share::product_limit;
use crate::survival::risk_table::RiskTable;
use crate::validation::undefined::{Defined, Undefined};

/// How near to one half a curve must be to count as there: the last bits of a product of fractions decide nothing.
const HALF_TOLERANCE: f64 = 1e-9;

/// The Kaplan-Meier curve of any event at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalAt {
    /// Part without any event.
    pub survival: f64,
    /// Greenwood's standard error; `None` when nobody is left.
    pub se: Option<f64>,
    /// 95 % intervals by scale: `ln(-ln S)`, `ln S`, `S`, `logit S`. The first keeps within 0 and 1 and is ours; which
    /// one a program prints differs.
    pub log_log: Defined<[f64; 2]>,
    /// On the scale `ln S`, cut at 1.
    pub log: Defined<[f64; 2]>,
    /// On the scale of `S`, cut to 0 to 1.
    pub plain: Defined<[f64; 2]>,
    /// On the scale `logit S`.
    pub logit: Defined<[f64; 2]>,
    /// People whose follow-up reaches the time.
    pub at_risk: f64,
}

/// When half have had an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Median {
    /// First time with at most half left; infinite when more than half never have an event.
    pub first: f64,
    /// The middle of the flat part when the curve lies at exactly one half for a while; `None` when never reached.
    pub midpoint: Option<f64>,
}

pub(crate) fn survival_at(table: &RiskTable, time: f64) -> SurvivalAt {
    let (s, sum) = product_limit(&table.rows[..table.through(time)]).last().map_or((1.0, 0.0), |(_, s, sum)| (s, sum));
    let root = f64::sqrt(sum);
    let none = |what: &str| Err(Undefined::new(format!("{what}: no interval on this scale")));
    let (log_log, log, plain, logit) = if s <= 0.0 {
        let none = || none("nobody is left");
        (none(), none(), none(), none())
    } else {
        let half = Z_975 * root;
        let inside = s < 1.0;
        let loglog = half / s.ln();
        let logit = (s / (1.0 - s)).ln();
        let back = |x: f64| 1.0 / (1.0 + (-x).exp());
        (
            if inside { Ok([s.powf((-loglog).exp()), s.powf(loglog.exp())]) } else { none("nobody had an event") },
            Ok([s * (-half).exp(), (s * half.exp()).min(1.0)]),
            Ok([(s - s * half).max(0.0), (s + s * half).min(1.0)]),
            if inside {
                Ok([back(logit - half / (1.0 - s)), back(logit + half / (1.0 - s))])
            } else {
                none("nobody had an event")
            },
        )
    };
    let se = (s > 0.0).then_some(s * root);
    SurvivalAt { survival: s, se, log_log, log, plain, logit, at_risk: table.at_risk(time) }
}

pub(crate) fn median(table: &RiskTable) -> Median {
    let mut first = f64::INFINITY;
    let mut flat = false;
    let last = table.rows.last().map_or(f64::NAN, |r| r.time);
    for (r, s, _) in product_limit(&table.rows) {
        if flat {
            return Median { first, midpoint: Some(0.5 * (first + r.time)) };
        }
        if s <= 0.5 + HALF_TOLERANCE {
            first = r.time;
            flat = s >= 0.5 - HALF_TOLERANCE;
            if !flat {
                return Median { first, midpoint: Some(first) };
            }
        }
    }
    Median { first, midpoint: flat.then_some(0.5 * (first + last)) }
}
