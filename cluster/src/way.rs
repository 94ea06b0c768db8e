//! Which way a fit goes, and why: histories counted by the engine and fitted here, or a job for each pass over everybody.

use crate::chunks::{Run, Shape};
use crate::failure::{Failure, Result};
use crate::files::Files;
use crate::functions::{Form, rows};
use crate::history;
use crate::side_by_side::each_chunk;
use pleegprofiel::{Family, cohort::CHUNK_PEOPLE};
use serde::Serialize;
use std::collections::HashSet;

/// Which way is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Wanted {
    /// Whichever suits the people.
    #[default]
    Auto,
    /// Histories counted by the executors, and fitted by the client.
    OneJob,
    /// A job a pass: sums come back, and nobody's history.
    Passes,
}

/// What the choice hangs on, and how passes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WayOptions {
    /// Which way is wanted.
    pub wanted: Wanted,
    /// Different histories that the client takes in at most, unless it is told which way to go.
    pub most_histories: u64,
    /// Rows in a chunk of people whose sums are added up by itself; the last digits hang on it.
    pub people_in_chunk: u64,
    /// By which number the sample of a fit by passes is drawn.
    pub seed: u64,
    /// Threads of the search among that sample; all without it.
    pub threads: Option<usize>,
}

/// Different histories that the client takes in: counting and fitting them took a quarter of a gigabyte a million.
pub const MOST_HISTORIES: u64 = 20_000_000;

impl Default for WayOptions {
    fn default() -> Self {
        WayOptions {
            wanted: Wanted::Auto,
            most_histories: MOST_HISTORIES,
            people_in_chunk: CHUNK_PEOPLE as u64,
            seed: 1,
            threads: None,
        }
    }
}

/// Which way was taken, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// `one-job`: histories counted by the engine, and fitted on the client. `passes`: a job for each pass of the fit.
    pub way: &'static str,
    /// Why this one.
    pub why: String,
    /// Rows of the files.
    pub rows: u64,
    /// Persons: rows, or the sum of their weights.
    pub persons: u64,
    /// Files read.
    pub files: usize,
    /// Different histories among them, where they were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct: Option<u64>,
    /// How passes were made.
    #[serde(flatten)]
    pub passes: Option<Passes>,
}

/// How passes were made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Passes {
    /// Rows in a chunk; the last digits of the answer hang on it.
    pub people_in_chunk: u64,
    /// Number of chunks.
    pub chunks: u64,
    /// Runs of chunks that they were shared out in; no figure hangs on it.
    pub runs: usize,
    /// Seconds that each pass took.
    pub pass_seconds: Vec<f64>,
}

/// A choice, with its reason.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Chosen {
    OneJob(String),
    Passes(String),
}

/// Chooses a way.
///
/// # Errors
/// Kind [`Failure::Usage`] when the way that is wanted does not bear these people or this family; kind
/// [`Failure::Input`] when files cannot be read.
pub(crate) fn choose(options: &WayOptions, family: Family, files: &Files, times: Option<&Files>) -> Result<Chosen> {
    let bar = bar(family, files, times);
    let (rows, most) = (files.rows(), options.most_histories);
    match (options.wanted, bar) {
        (Wanted::OneJob, _) => Ok(Chosen::OneJob("one job per data set, as asked for (--way one-job)".into())),
        (Wanted::Passes, Some(bar)) => Err(Failure::Usage(format!("--way passes: {bar}"))),
        (Wanted::Passes, None) => Ok(Chosen::Passes("a job per pass, as asked for (--way passes)".into())),
        (Wanted::Auto, _) if rows <= most => Ok(Chosen::OneJob(format!(
            "one job per data set is the default: {rows} rows are at most the {most} different histories that the client \
             takes in (--most-histories)"
        ))),
        (Wanted::Auto, Some(bar)) => {
            Ok(Chosen::OneJob(format!("one job per data set, although the rows are many: {bar}")))
        }
        (Wanted::Auto, None) => by_sample(most, files, times),
    }
}

/// Why people cannot be fitted pass by pass.
fn bar(family: Family, files: &Files, times: Option<&Files>) -> Option<String> {
    if !matches!(family, Family::Poisson | Family::Zip | Family::ZipTau | Family::NegBin | Family::Zinb) {
        return Some(format!("the family {family} is not fitted by passes"));
    }
    if let Some(name) = &files.columns().weight {
        return Some(format!("rows are weighted by {name}, and chunks are of rows that stand for one person each"));
    }
    let times = times.filter(|times| times.rows() != files.rows())?;
    Some(format!("{} rows of counts and {} of times at risk are not in one order", files.rows(), times.rows()))
}

/// Rows that are looked at, in so many places.
const LOOKED_AT: u64 = 65_536;
const PLACES: u64 = 8;

/// By how many different histories are to be expected: their number grows as a power of the people's, which a sample and
/// half of it give away (Heaps 1978).
fn by_sample(most: u64, files: &Files, times: Option<&Files>) -> Result<Chosen> {
    let total = files.rows();
    let each = (LOOKED_AT.min(total) / PLACES).max(1);
    let shape = Shape::of(files, times, each)?;
    let form = Form { ages: shape.counts.ages.len(), at_risk: times.is_some(), weight: false };
    let (mut all, mut half) = (HashSet::new(), HashSet::new());
    let (mut seen, mut in_step) = (0_u64, true);
    for place in 0..PLACES {
        let from = (total - each) / (PLACES - 1) * place;
        let run = Run::of(0, files, times, from..from + each)?;
        each_chunk(&shape, &run, true, &mut |chunk| {
            in_step &= chunk.ids_beside.as_ref().is_none_or(|beside| chunk.ids.as_ref() == Some(beside));
            rows(&form, &chunk.columns, chunk.rows, |row| {
                let mut key = Vec::new();
                if row.wrong.is_empty() {
                    history::encode(row.counts, row.at_risk, &mut key);
                    if place % 2 == 0 {
                        half.insert(key.clone());
                    }
                    all.insert(key);
                }
                seen += 1;
                Ok(())
            })
        })?;
    }
    if !in_step {
        return Ok(Chosen::OneJob(
            "one job per data set, although the rows are many: times at risk stand in another order than the counts"
                .into(),
        ));
    }
    let expected = expected(all.len() as f64, half.len() as f64, total as f64 / seen.max(1) as f64);
    let looked =
        format!("among {seen} rows looked at {} histories differ, so some {expected:.0} are expected", all.len());
    Ok(match expected > most as f64 {
        true => Chosen::Passes(format!(
            "a job per pass: {looked}, and the client takes in at most {most} (--most-histories)"
        )),
        false => Chosen::OneJob(format!(
            "one job per data set is the default: {looked}, and the client takes in {most} (--most-histories)"
        )),
    })
}

/// Different histories among so many times the people of a sample.
fn expected(all: f64, half: f64, times: f64) -> f64 {
    let power = (all / half.max(1.0)).max(1.0).log2().min(1.0);
    all * times.powf(power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histories_are_expected_to_grow_as_they_did() {
        // all are different; none is new; as the square root
        assert_eq!(expected(1000.0, 500.0, 100.0), 100_000.0);
        assert_eq!(expected(1000.0, 1000.0, 100.0), 1000.0);
        assert!((expected(2.0_f64.sqrt() * 500.0, 500.0, 100.0) - 2.0_f64.sqrt() * 5000.0).abs() < 1e-6);
    }
}
