//! The part of people who have had one event by a time while another could come before it (Aalen and Johansen).
//!
//! One minus Kaplan-Meier with competing events counted as censored is **not** this: it is the rate in a world where
//! nobody dies or leaves, and always too high.

use super::EventStatus;
use super::risk_table::{RiskTable, Row};

/// Cumulative incidence of one kind of event at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidenceAt {
    /// Part who have had it.
    pub incidence: f64,
    /// Standard error from the derivatives of the estimate in each person's weight (infinitesimal jackknife).
    pub se_jackknife: f64,
    /// Standard error from the variance of Aalen as Gray's program computes it; the two differ in the third digit.
    pub se_aalen: f64,
}

/// Of which kind of event.
pub(crate) type KindOf = fn(&Row) -> f64;

pub(crate) fn incidence_at(table: &RiskTable, kind: KindOf, time: f64) -> IncidenceAt {
    let rows = &table.rows[..table.through(time)];
    let (incidence, variance) = jackknife(rows, table, kind);
    IncidenceAt { incidence, se_jackknife: variance.sqrt(), se_aalen: aalen(rows, kind).max(0.0).sqrt() }
}

/// Derivatives of `F(t) = sum S(s-) dN(s) / Y(s)` in the weight of one person, by what became of them.
#[derive(Debug, Clone)]
pub(crate) struct Influence {
    /// `F(t)`.
    pub(crate) incidence: f64,
    /// By row: of those who had the event, another event, or were lost there.
    by_row: Vec<[f64; 3]>,
    /// Of those followed beyond the time.
    beyond: f64,
}

impl Influence {
    /// Of somebody in a row of the table, who had the event (0), another event (1), or was lost (2).
    pub(crate) fn of(&self, row: usize, ended: usize) -> f64 {
        self.by_row.get(row).map_or(self.beyond, |by| by[ended])
    }

    /// What somebody who came under observation after so many rows lacks: whoever is at risk from then on is one at risk
    /// throughout without one lost there.
    pub(crate) fn before(&self, entered: usize) -> f64 {
        entered.checked_sub(1).map_or(0.0, |row| self.of(row, 2))
    }

    /// Of each person of a table, of the event of one kind.
    pub(crate) fn of_people(&self, table: &RiskTable, status: &[EventStatus], kind: EventStatus) -> Vec<f64> {
        let of = |(i, status): (usize, &EventStatus)| {
            let ended = match status {
                EventStatus::Censored => 2,
                status => usize::from(*status != kind),
            };
            self.of(table.row_of[i], ended) - table.entered.get(i).map_or(0.0, |entered| self.before(*entered))
        };
        status.iter().enumerate().map(of).collect()
    }
}

/// People of one time and kind share a derivative, so the cost is that of the distinct times.
pub(crate) fn influence(rows: &[Row], kind: KindOf) -> Influence {
    // after each row: F, sum dN / (Y (Y - dN)), sum S(s-) a(s-) dN_k / Y, sum S(s-) dN_k / Y^2
    let mut after = Vec::with_capacity(rows.len());
    let mut own = Vec::with_capacity(rows.len());
    let (mut s, mut f, mut a, mut p, mut q) = (1.0, 0.0, 0.0, 0.0, 0.0);
    for r in rows {
        let (y, d, k) = (r.at_risk, r.ended(), kind(r));
        f += s * k / y;
        p += s * a * k / y;
        q += s * k / (y * y);
        own.push((s / y, if y > d { 1.0 / (y - d) } else { 0.0 }));
        if y > d {
            a += d / (y * (y - d));
        }
        s *= (y - d) / y;
        after.push((f, a, p, q));
    }
    let total = f;
    let by_row = after
        .into_iter()
        .zip(own)
        .map(|((f, a, p, q), (jump, drop))| {
            let rest = total - f;
            let derivative = |own_jump: f64, own_drop: f64| p + (a - own_drop) * rest - q + own_jump;
            [derivative(jump, drop), derivative(0.0, drop), derivative(0.0, 0.0)]
        })
        .collect();
    Influence { incidence: total, by_row, beyond: own_of_survivor(rows, kind) }
}

/// Squares of the derivatives, summed over people.
fn jackknife(rows: &[Row], table: &RiskTable, kind: KindOf) -> (f64, f64) {
    let found = influence(rows, kind);
    let mut sum = 0.0;
    for (r, by) in rows.iter().zip(&found.by_row) {
        let k = kind(r);
        for (count, value) in [k, r.ended() - k, r.censored].into_iter().zip(by) {
            sum += count * value * value;
        }
    }
    // whoever is followed beyond the time
    let beyond = table.rows.get(rows.len()).map_or(0.0, |r| r.at_risk);
    (found.incidence, sum + beyond * found.beyond * found.beyond)
}

/// The derivative in the weight of somebody who is at risk throughout.
fn own_of_survivor(rows: &[Row], kind: KindOf) -> f64 {
    let (mut s, mut a, mut p, mut q) = (1.0, 0.0, 0.0, 0.0);
    for r in rows {
        let (y, d, k) = (r.at_risk, r.ended(), kind(r));
        p += s * a * k / y;
        q += s * k / (y * y);
        if y > d {
            a += d / (y * (y - d));
        }
        s *= (y - d) / y;
    }
    p - q
}

/// Aalen's variance with the correction `1 - (d - 1) / (Y - 1)` for ties.
///
/// # References
/// Aalen (1978), Annals of Statistics 6, 534-545; Gray (1988), Annals of Statistics 16, 1141-1154.
fn aalen(rows: &[Row], kind: KindOf) -> f64 {
    let (mut s, mut f) = (1.0, 0.0);
    // sums of squares of (1, F) against the survivors
    let (mut v1, mut v2, mut v3) = (0.0, 0.0, 0.0);
    for r in rows.iter().filter(|r| r.ended() > 0.0) {
        let (y, k) = (r.at_risk, kind(r));
        let other = r.ended() - k;
        let next = s * (y - r.ended()) / y;
        f += s * k / y;
        let inverse = if next > 0.0 { 1.0 / next } else { 0.0 };
        let part = |d: f64| {
            let ties = if d > 1.0 { 1.0 - (d - 1.0) / (y - 1.0) } else { 1.0 };
            s * s * ties * d / (y * y)
        };
        let mut add = |weight: f64, d: f64| {
            v1 += weight * weight * part(d);
            v2 += inverse * weight * part(d);
            v3 += inverse * inverse * part(d);
        };
        if other > 0.0 && next > 0.0 {
            add(f * inverse, other);
        }
        if k > 0.0 {
            add(1.0 + f * inverse, k);
        }
        s = next;
    }
    v1 + f * f * v3 - 2.0 * f * v2
}
