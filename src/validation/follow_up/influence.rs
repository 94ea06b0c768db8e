//! What each person adds to an estimate through the censoring curve.

use super::horizon::{AtTime, State};

/// Derivatives of weighted sums in each person's weight, through `G`.
///
/// The derivative of `ln G(x)` in person `i` is minus `[i censored by x] n / Y(T_i) - C(min(T_i, x))`, with
/// `C(x) = sum n dN_c(s) / Y(s)^2` over censoring times up to `x`. A person with an event at `T` has `G(T-)`; one free at
/// the horizon has `G(h)`, or `G(h-)` where follow-up to the horizon is enough.
pub(crate) struct CensoringInfluence<'a> {
    at: &'a AtTime<'a>,
    /// `C` after each row.
    cumulated: Vec<f64>,
    /// Rows that `G` of those free at the horizon has passed.
    passed: usize,
}

impl<'a> CensoringInfluence<'a> {
    pub(crate) fn new(at: &'a AtTime<'a>, horizon_included: bool) -> Self {
        let n = at.people.len() as f64;
        let mut sum = 0.0;
        let cumulated = at
            .table
            .rows
            .iter()
            .map(|r| {
                sum += n * r.censored / (r.at_risk * r.at_risk);
                sum
            })
            .collect();
        let rows = &at.table.rows;
        let passed =
            if horizon_included { at.table.through(at.horizon) } else { rows.partition_point(|r| r.time < at.horizon) };
        CensoringInfluence { at, cumulated, passed }
    }

    /// `(1/n) sum_j value_j * (derivative of -ln G at j's place, in person i)`, for each `i`: values already weighted.
    pub(crate) fn term(&self, values: &[f64]) -> Vec<f64> {
        let (table, n) = (&self.at.table, self.at.people.len() as f64);
        let k = table.rows.len();
        // values by the number of rows their G has passed
        let mut by_row = vec![0.0; k + 1];
        for (j, &value) in values.iter().enumerate() {
            match self.at.state[j] {
                State::Case | State::Competed => by_row[table.row_of[j]] += value,
                State::Free => by_row[self.passed] += value,
                State::Unknown => {}
            }
        }
        // sum over m <= r of value * C(m rows passed), and sum over m > r of value
        let c = |m: usize| m.checked_sub(1).map_or(0.0, |i| self.cumulated[i]);
        let mut below = vec![0.0; k + 1];
        let mut above = vec![0.0; k + 1];
        let mut acc = 0.0;
        for m in 0..=k {
            acc += by_row[m] * c(m);
            below[m] = acc;
        }
        acc = 0.0;
        for m in (0..=k).rev() {
            above[m] = acc;
            acc += by_row[m];
        }
        (0..values.len())
            .map(|i| {
                let row = table.row_of[i];
                // places that have passed this person's time: more than `row` rows
                let own = if self.at.people.status()[i] == super::EventStatus::Censored {
                    n / table.rows[row].at_risk
                } else {
                    0.0
                };
                (above[row] * (own - self.cumulated[row]) - below[row]) / n
            })
            .collect()
    }
}
