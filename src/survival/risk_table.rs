//! People at risk and what happened at each distinct time: what all curves are made of.

use super::{EventStatus, FollowUp};

/// One distinct time. Events come before censoring at the same time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Row {
    pub(crate) time: f64,
    /// People whose follow-up reaches this time.
    pub(crate) at_risk: f64,
    pub(crate) events: f64,
    pub(crate) competing: f64,
    pub(crate) censored: f64,
}

impl Row {
    /// Those who had either event.
    pub(crate) fn ended(&self) -> f64 {
        self.events + self.competing
    }
}

#[derive(Debug, Clone)]
pub(crate) struct RiskTable {
    pub(crate) rows: Vec<Row>,
    /// Row of each person.
    pub(crate) row_of: Vec<usize>,
    /// Number of rows before each person came under observation; empty when everybody was from the start.
    pub(crate) entered: Vec<usize>,
}

impl RiskTable {
    pub(crate) fn of(people: &FollowUp) -> RiskTable {
        let (times, status) = (people.times(), people.status());
        let mut order: Vec<usize> = (0..people.len()).collect();
        order.sort_unstable_by(|&a, &b| times[a].total_cmp(&times[b]).then(a.cmp(&b)));
        let mut rows: Vec<Row> = Vec::new();
        let mut row_of = vec![0; people.len()];
        for (before, &i) in order.iter().enumerate() {
            if rows.last().is_none_or(|r| r.time != times[i]) {
                let at_risk = (people.len() - before) as f64;
                rows.push(Row { time: times[i], at_risk, events: 0.0, competing: 0.0, censored: 0.0 });
            }
            let last = rows.len() - 1;
            row_of[i] = last;
            match status[i] {
                EventStatus::Censored => rows[last].censored += 1.0,
                EventStatus::Event => rows[last].events += 1.0,
                EventStatus::Competing => rows[last].competing += 1.0,
            }
        }
        RiskTable { rows, row_of, entered: Vec::new() }
    }

    /// Of people who came under observation later: each is at risk after their entry, up to and including their time. An
    /// entry of 0 is the start.
    pub(crate) fn entered(people: &FollowUp, entries: &[f64]) -> RiskTable {
        let mut table = RiskTable::of(people);
        if entries.iter().all(|entry| *entry <= 0.0) {
            return table;
        }
        table.entered = entries.iter().map(|entry| if *entry > 0.0 { table.through(*entry) } else { 0 }).collect();
        let mut came = vec![0.0; table.rows.len() + 1];
        table.entered.iter().for_each(|rows| came[*rows] += 1.0);
        let mut outside: f64 = came.iter().sum();
        for (row, came) in table.rows.iter_mut().zip(came) {
            outside -= came;
            row.at_risk -= outside;
        }
        table
    }

    /// Of people who count for more or less than one. Sums run from the last time to the first, so that whoever is left at
    /// the end is exactly what is at risk there.
    pub(crate) fn weighted(people: &FollowUp, weights: &[f64]) -> RiskTable {
        let mut table = RiskTable::of(people);
        for row in &mut table.rows {
            (row.events, row.competing, row.censored) = (0.0, 0.0, 0.0);
        }
        for (i, status) in people.status().iter().enumerate() {
            let row = &mut table.rows[table.row_of[i]];
            match status {
                EventStatus::Censored => row.censored += weights[i],
                EventStatus::Event => row.events += weights[i],
                EventStatus::Competing => row.competing += weights[i],
            }
        }
        let mut left = 0.0;
        for row in table.rows.iter_mut().rev() {
            left += row.ended() + row.censored;
            row.at_risk = left;
        }
        table
    }

    /// Number of rows up to and including a time.
    pub(crate) fn through(&self, time: f64) -> usize {
        self.rows.partition_point(|r| r.time <= time)
    }

    /// People whose follow-up reaches a time.
    pub(crate) fn at_risk(&self, time: f64) -> f64 {
        let next = self.rows.partition_point(|r| r.time < time);
        self.rows.get(next).map_or(0.0, |r| r.at_risk)
    }

    /// Part not yet censored after each row (Kaplan-Meier of censoring; `ended` says who counts as an event there).
    pub(crate) fn uncensored(&self, ended: impl Fn(&Row) -> f64) -> Vec<f64> {
        let mut g = 1.0;
        self.rows
            .iter()
            .map(|r| {
                let left = r.at_risk - ended(r);
                let censored = r.events + r.competing + r.censored - ended(r);
                if left > 0.0 {
                    g *= (left - censored) / left;
                }
                g
            })
            .collect()
    }
}

/// A time from which on curves are not of these people, though others come under observation later: nobody is followed
/// for a while, or all who were had ended.
pub(crate) fn gap(people: &FollowUp, entries: &[f64]) -> Option<f64> {
    let mut spans: Vec<(f64, f64)> = entries.iter().copied().zip(people.times().iter().copied()).collect();
    spans.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut seen = 0.0;
    for (entry, time) in spans {
        if entry > seen {
            return Some(seen);
        }
        seen = seen.max(time);
    }
    let table = RiskTable::entered(people, entries);
    let last = table.entered.iter().copied().max()?;
    table.rows[..last].iter().find(|row| row.ended() > 0.0 && row.ended() >= row.at_risk).map(|row| row.time)
}
