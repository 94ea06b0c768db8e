//! Whether a file fits a model of groups by age: its records beside people drawn for them.
//!
//! When everyone in the file has an offence, so have those drawn.

use super::cells::{Cells, Lanes, WIDE};
use super::classifier::Classifier;
use super::draw::FirstOffence;
use super::file_fit::{Beside, DRAWN, FEWEST_ROWS, FileFit, May, Scored, compare, looked_at};
use super::kept::Past;
use super::record;
use crate::cohort::builder::PersonRow;
use crate::cohort::data::Cohort;
use crate::error::{ErrorKind, Result};
use crate::numeric::logspace::log_sum_exp;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Streams of the people drawn here follow those of everyone else.
const STREAMS: u64 = 1 << 40;

/// Steps of the search for the factor.
const STEPS: usize = 30;

/// Offences a year at liberty beyond which a curve has run off: more than one a day.
const DAILY: f64 = 366.0;

struct Row {
    counts: Vec<u32>,
    at_risk: Vec<f64>,
    /// `ln` of the shares of the groups among people with this one's covariates.
    prior: Lanes,
}

impl Classifier {
    /// Compares the people of a cohort with the model; `None` when fewer than [`FEWEST_ROWS`] were observed at its ages.
    /// At most 500 are looked at, evenly spaced. The same input gives the same bits. Ages at which some group would offend
    /// more than daily are passed over: a curve that ran off says nothing there, of the file or of the model.
    ///
    /// # Errors
    /// When the cohort is on other ages that do not meet the model's.
    pub fn file_fit(&self, cohort: &Cohort) -> Result<Option<FileFit>> {
        self.file_fit_with(cohort, &|_| self.cells.prior())
    }

    /// The same with the shares of each person's own covariates.
    pub(super) fn file_fit_with(&self, cohort: &Cohort, prior: &dyn Fn(usize) -> Lanes) -> Result<Option<FileFit>> {
        let (grid, groups) = (self.model.grid(), 0..self.cells.groups);
        let most = DAILY * grid.width_years();
        let off: Vec<usize> =
            (0..grid.len()).filter(|&t| groups.clone().any(|k| self.cells.mean(k, t) > most)).collect();
        let mut rows = Vec::new();
        for i in 0..cohort.persons() {
            let (mut counts, mut exposure) = (cohort.counts(i), cohort.exposure(i));
            if cohort.grid() != grid {
                let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
                // nobody without an offence gets here: they cannot be put on the model's ages
                (counts, exposure) = match record::on_model(grid, cohort.grid(), &row) {
                    Ok((counts, exposure, _)) => (counts, exposure),
                    Err(error) if error.kind() == ErrorKind::Refused => continue,
                    Err(error) => return Err(error),
                };
            }
            off.iter().for_each(|&t| (counts[t], exposure[t]) = (None, 1.0));
            let Some(last) = counts.iter().rposition(Option::is_some) else { continue };
            let row = PersonRow { exposure: Some(&exposure), ..PersonRow::new(&counts) };
            let at_risk = record::at_risk(&row, last);
            let counts = counts[..=last].iter().map(|c| c.unwrap_or(0)).collect();
            rows.push(Row { counts, at_risk, prior: prior(i) });
        }
        if rows.len() < FEWEST_ROWS {
            return Ok(None);
        }
        let with_record = rows.iter().all(|row| row.counts.iter().any(|c| *c > 0));
        let chosen: Vec<&Row> = looked_at(rows.len()).map(|i| &rows[i]).collect();
        let streams = |i: usize| stream(self.options.seed, STREAMS + i as u64);
        let beside: Vec<Beside> =
            (0..chosen.len()).map_in_parallel(|i| beside(&self.cells, chosen[i], with_record, &mut streams(i)));
        Ok(Some(compare(&beside, 0, |t| grid.start_age(t), factor(&self.cells, &chosen, with_record))))
    }
}

fn prior(row: &Row, k: usize) -> f64 {
    row.prior[k / WIDE][k % WIDE]
}

/// What a record may be, with the expected counts multiplied: exact for Poisson counts, near enough for others, since what
/// it is held against is drawn.
fn score(cells: &Cells, row: &Row, counts: &[u32], factor: f64, with_record: bool) -> Scored {
    let total = f64::from(counts.iter().sum::<u32>());
    let mut weights = Vec::with_capacity(cells.groups);
    let may: Vec<May> = (0..cells.groups)
        .map(|k| {
            let (mut ln_p, mut mean, mut none) = (prior(row, k), 0.0, 0.0);
            for (t, (count, e)) in counts.iter().zip(&row.at_risk).enumerate().filter(|(_, (_, e))| **e > 0.0) {
                ln_p += cells.ln_count(k, t, *count, *e);
                none += cells.ln_none(k, t, *e, mean);
                mean += e * cells.mean(k, t);
            }
            weights.push(prior(row, k) + if with_record { (-none.exp_m1()).ln() } else { 0.0 });
            let ln_p = ln_p + total * factor.ln() - (factor - 1.0) * mean;
            let mean = factor * mean;
            let Some(kept) = cells.kept() else {
                // of those with a record only
                let mean = if with_record { mean / -(-mean).exp_m1() } else { mean };
                return May { ln_p, mean, variance: mean };
            };
            // what the factor of the person leaves unexplained, and how its logarithm bends
            let past = Past { total, expected: mean };
            let (own, s) = (mean * kept.factor(k, past), kept.damping(k, mean));
            let none = kept.ln_none(k, mean, Past::default());
            let record = if with_record { mean * s * none.exp() / -none.exp_m1() } else { 0.0 };
            May { ln_p: ln_p + kept.excess(k, past), mean: own + record, variance: own * s + record }
        })
        .collect();
    Scored::of(counts.to_vec(), &may, log_sum_exp(&weights))
}

fn beside(cells: &Cells, row: &Row, with_record: bool, rng: &mut ChaCha8Rng) -> Beside {
    let first: Vec<FirstOffence> = (0..cells.groups).map(|k| FirstOffence::new(cells, k, &row.at_risk)).collect();
    let mut sum = 0.0;
    let upto: Vec<f64> = (0..cells.groups)
        .map(|k| {
            sum += prior(row, k).exp() * if with_record { first[k].probability() } else { 1.0 };
            sum
        })
        .collect();
    let mut counts = vec![None; row.at_risk.len()];
    let mut one = || {
        let u = rng.r#gen::<f64>() * sum;
        let k = upto.partition_point(|s| *s <= u).min(cells.groups - 1);
        if with_record {
            first[k].draw(cells, k, &row.at_risk, rng, &mut counts);
        } else {
            let factor = cells.factor(k, Past::default(), rng);
            for (t, (count, e)) in counts.iter_mut().zip(&row.at_risk).enumerate() {
                *count = (*e > 0.0).then(|| cells.draw(k, t, (factor, *e), rng));
            }
        }
        let drawn: Vec<u32> = counts.iter().map(|c| c.unwrap_or(0)).collect();
        score(cells, row, &drawn, 1.0, with_record)
    };
    let drawn = (0..DRAWN).map(|_| one()).collect();
    Beside { found: score(cells, row, &row.counts, 1.0, with_record), drawn }
}

/// The factor on all rates at which the people are likeliest (EM).
fn factor(cells: &Cells, rows: &[&Row], with_record: bool) -> f64 {
    let mut factor = 1.0_f64;
    for _ in 0..STEPS {
        let (found, expected) = rows.iter().fold((0.0, 0.0), |(a, b), row| {
            let found = f64::from(row.counts.iter().sum::<u32>());
            (a + found, b + found - score(cells, row, &row.counts, factor, with_record).rate)
        });
        if found <= 0.0 || expected <= 0.0 {
            break;
        }
        let ratio: f64 = found / expected;
        factor *= ratio;
        if (ratio - 1.0).abs() < 1e-4 {
            break;
        }
    }
    factor
}
