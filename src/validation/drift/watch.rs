//! A stream of assessments by period: outcomes, scores and shares against the first assessments.

use super::cusum::Cusum;
use super::run_length::limit_for;
use super::stability::Stability;
use crate::error::{Error, Result};
use crate::validation::predictions::Predictions;

/// Equal parts of the risks of the first assessments, for the index of stability.
const CELLS: usize = 10;

/// Odds ratios that the charts of outcomes are for: more of them, and fewer.
const ODDS: [f64; 2] = [2.0, 0.5];

/// How a stream is watched.
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct DriftOptions {
    /// First assessments that the others are compared with, at least 20.
    pub reference: usize,
    /// Each alarm goes off falsely once in so many assessments on average.
    pub false_alarm_every: f64,
}

/// What went off in a period.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DriftAlarm {
    /// The chart for doubled odds of the outcome passed its limit.
    MoreOutcomes,
    /// The chart for halved odds did.
    FewerOutcomes,
    /// Scores lie otherwise than in the reference.
    ScoresMoved,
    /// A share moved: its place among the shares.
    ShareMoved(usize),
}

/// One period of a stream.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct DriftPeriod {
    /// Its name.
    pub name: String,
    /// Assessments in it.
    pub people: usize,
    /// Those with the outcome.
    pub events: usize,
    /// Mean risk.
    pub expected: f64,
    /// Charts for doubled and halved odds, as they stand at its end.
    pub cusum: [f64; 2],
    /// Index of population stability against the reference, a half added to every count.
    pub stability: f64,
    /// Chance of an index as high without change.
    pub stability_p: f64,
    /// Shares, in the order of the stream.
    pub shares: Vec<f64>,
    /// What went off.
    pub alarms: Vec<DriftAlarm>,
    /// Assessments in each part of the risks that the index is of.
    pub(crate) cells: Vec<u64>,
}

/// A stream watched.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Drift {
    /// Periods in order.
    pub periods: Vec<DriftPeriod>,
    /// Limits of the charts for doubled and halved odds.
    pub limits: [f64; 2],
    /// Names of the shares, and what each was in the reference.
    pub shares: Vec<(String, f64)>,
    /// How it was watched.
    pub options: DriftOptions,
    /// Assessments of the reference in each part of its risks.
    pub(crate) cells: Vec<u64>,
}

impl Drift {
    /// Watches assessments in order of time. `shares` are further marks of each assessment (an answer was unknown, a
    /// result was overridden); `periods` are name, first and end of runs of assessments after the reference.
    ///
    /// # Errors
    /// When the reference is too small or longer than the stream, a share is of another number of people, a period is
    /// empty or reaches beyond the stream, or no limit has the rate of false alarms.
    pub fn watch(
        stream: &Predictions,
        shares: &[(String, Vec<bool>)],
        periods: &[(String, usize, usize)],
        options: DriftOptions,
    ) -> Result<Drift> {
        let (p, y) = (stream.probabilities(), stream.outcomes());
        let first = options.reference;
        if first < 2 * CELLS || first > p.len() {
            return Err(Error::options(format!(
                "a reference of {first} of {} assessments; from {} to all of them is needed",
                p.len(),
                2 * CELLS
            )));
        }
        if let Some((name, marks)) = shares.iter().find(|(_, marks)| marks.len() != p.len()) {
            return Err(Error::options(format!("{} marks of {name} for {} assessments", marks.len(), p.len())));
        }
        if let Some((name, from, to)) = periods.iter().find(|(_, from, to)| from >= to || *to > p.len()) {
            return Err(Error::options(format!("period {name}, assessments {from} to {to}, is none of the stream")));
        }
        if periods.is_empty() {
            return Err(Error::options("no period to watch: at least 1 is needed"));
        }
        let limit = |odds| limit_for(&p[..first], odds, options.false_alarm_every);
        let limits = [limit(ODDS[0])?, limit(ODDS[1])?];
        let mut charts = [Cusum::new(ODDS[0])?, Cusum::new(ODDS[1])?];
        let cuts = cuts(&p[..first]);
        let before = counts(&p[..first], &cuts);
        let mut watched = Vec::with_capacity(periods.len());
        for (name, from, to) in periods {
            let part = *from..*to;
            let level = (part.len() as f64 / options.false_alarm_every).min(0.05);
            let mut alarms = Vec::new();
            for (&p, &y) in p[part.clone()].iter().zip(&y[part.clone()]) {
                for (chart, (limit, alarm)) in
                    charts.iter_mut().zip(limits.iter().zip([DriftAlarm::MoreOutcomes, DriftAlarm::FewerOutcomes]))
                {
                    if chart.push(p, y) > *limit {
                        if !alarms.contains(&alarm) {
                            alarms.push(alarm);
                        }
                        chart.reset();
                    }
                }
            }
            let cells = counts(&p[part.clone()], &cuts);
            let stability = Stability::new(&as_numbers(&before), &as_numbers(&cells))?;
            if stability.psi_p < level {
                alarms.push(DriftAlarm::ScoresMoved);
            }
            let mut now = Vec::with_capacity(shares.len());
            for (i, (_, marks)) in shares.iter().enumerate() {
                let (a, b) = (split(&marks[..first]), split(&marks[part.clone()]));
                if Stability::new(&a, &b)?.chi_square.is_ok_and(|test| test.p < level) {
                    alarms.push(DriftAlarm::ShareMoved(i));
                }
                now.push(b[0] / part.len() as f64);
            }
            watched.push(DriftPeriod {
                name: name.clone(),
                people: part.len(),
                events: y[part.clone()].iter().filter(|y| **y).count(),
                expected: p[part.clone()].iter().sum::<f64>() / part.len() as f64,
                cusum: [charts[0].value(), charts[1].value()],
                stability: stability.psi_half_added,
                stability_p: stability.psi_p,
                shares: now,
                alarms,
                cells,
            });
        }
        let shares = shares.iter().map(|(name, m)| (name.clone(), split(&m[..first])[0] / first as f64)).collect();
        Ok(Drift { periods: watched, limits, shares, options, cells: before })
    }
}

/// How many bear a mark, and how many do not.
fn split(marks: &[bool]) -> [f64; 2] {
    let yes = marks.iter().filter(|m| **m).count();
    [yes as f64, (marks.len() - yes) as f64]
}

/// Upper ends of equal parts of the risks, without those that stand twice.
fn cuts(p: &[f64]) -> Vec<f64> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..CELLS).map(|k| sorted[k * sorted.len() / CELLS]).collect();
    cuts.dedup();
    cuts
}

fn counts(p: &[f64], cuts: &[f64]) -> Vec<u64> {
    let mut out = vec![0; cuts.len() + 1];
    for p in p {
        out[cuts.partition_point(|c| c < p)] += 1;
    }
    out
}

fn as_numbers(counts: &[u64]) -> Vec<f64> {
    counts.iter().map(|n| *n as f64).collect()
}
