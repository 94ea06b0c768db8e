//! What may be classified: a record checked, put on the model's ages, or refused by name.

use super::limitation::Limitation;
use crate::cohort::builder::PersonRow;
use crate::cohort::data::LOW_EXPOSURE;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use std::fmt;

/// Why a person is not classified at all. The message of the error begins with the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// No offence counts in the record. The law bans profiling people without an adjudicated case (EU AI Act, Article
    /// 5(1)(d)); the counts must be of adjudicated offences, which nobody can check here.
    NoAdjudicatedCase,
    /// No age of the model was observed at liberty.
    NoTimeAtLiberty,
    /// The record ends before the first age of the model.
    YoungerThanModel,
    /// There are offences at ages that the model does not have.
    OutsideModel,
    /// No offence of the record can be the index offence that the model is conditional on.
    NoIndexOffence,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Refusal; 5] = [
        Refusal::NoAdjudicatedCase,
        Refusal::NoTimeAtLiberty,
        Refusal::YoungerThanModel,
        Refusal::OutsideModel,
        Refusal::NoIndexOffence,
    ];

    /// The key in files and at the beginning of messages.
    pub fn key(self) -> &'static str {
        match self {
            Refusal::NoAdjudicatedCase => "no-adjudicated-case",
            Refusal::NoTimeAtLiberty => "no-time-at-liberty",
            Refusal::YoungerThanModel => "younger-than-model",
            Refusal::OutsideModel => "outside-model",
            Refusal::NoIndexOffence => "no-index-offence",
        }
    }

    /// The refusal behind an error; `None` when it is of another kind.
    pub fn of(error: &Error) -> Option<Refusal> {
        Refusal::ALL.into_iter().find(|refusal| error.code() == Some(refusal.key()))
    }

    pub(super) fn error(self, why: impl fmt::Display) -> Error {
        Error::coded(ErrorKind::Refused, self.key(), why)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// What was seen of one person on the model's ages.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seen {
    /// The last observed interval.
    pub(super) last: usize,
    /// Observed intervals.
    pub(super) observed: usize,
    pub(super) offences: u64,
    /// Whether every interval from the first of the grid to the last observed one was observed, and at liberty
    /// throughout.
    pub(super) whole: bool,
}

impl Seen {
    /// # Errors
    /// When the row does not suit the grid, nothing was observed, or there is no offence.
    #[inline]
    pub(super) fn of(grid: AgeGrid, row: &PersonRow<'_>) -> Result<Seen> {
        row.check(grid)?;
        let (mut end, mut observed, mut offences) = (0, 0, 0);
        for (t, count) in row.counts.iter().enumerate() {
            if let Some(count) = count {
                end = t + 1;
                observed += 1;
                offences += u64::from(*count);
            }
        }
        if observed == 0 {
            return Err(Refusal::NoTimeAtLiberty.error("no age of the model was observed at liberty"));
        }
        if offences == 0 {
            return Err(Refusal::NoAdjudicatedCase.error("there is no offence in the record"));
        }
        let free = row.exposure.is_none_or(|e| e.iter().zip(row.counts).all(|(e, c)| c.is_none() || *e == 1.0));
        Ok(Seen { last: end - 1, observed, offences, whole: observed == end && free })
    }
}

/// The part of each interval observed at liberty up to the last observed one, 0 where none was.
pub(super) fn at_risk(row: &PersonRow<'_>, last: usize) -> Vec<f64> {
    (0..=last).map(|t| row.counts[t].map_or(0.0, |_| row.exposure.map_or(1.0, |e| e[t]))).collect()
}

/// Limitations that show in the row itself.
pub(super) fn limitations(grid: AgeGrid, row: &PersonRow<'_>, seen: &Seen) -> Vec<Limitation> {
    let mut found = Vec::new();
    let first = row.counts.iter().position(Option::is_some).unwrap_or(0);
    if first > 0 {
        found.push(Limitation::NotFromFirstAge { seen_from: grid.start_age(first), model_from: grid.start_age(0) });
    }
    let gaps = seen.last + 1 - first - seen.observed;
    if gaps > 0 {
        found.push(Limitation::Gaps { years: gaps as f64 * grid.width_years() });
    }
    if let Some(exposure) = row.exposure {
        let low = row.counts.iter().zip(exposure).filter(|(_, e)| **e < LOW_EXPOSURE);
        let offences: u64 = low.filter_map(|(count, _)| count.map(u64::from)).sum();
        if offences > 0 {
            found.push(Limitation::LowExposure { offences, below: LOW_EXPOSURE });
        }
    }
    if seen.last + 1 == grid.len() {
        found.push(Limitation::EndOfModel);
    }
    found
}

/// A row of another grid on the model's: counts, time at risk, and what was not used.
pub(super) type OnModel = (Vec<Option<u32>>, Vec<f64>, Vec<Limitation>);

/// # Errors
/// When the intervals of the two grids do not meet, the record ends before the model's first age or begins after its
/// last, or there are offences outside its ages.
pub(super) fn on_model(model: AgeGrid, grid: AgeGrid, row: &PersonRow<'_>) -> Result<OnModel> {
    row.check(grid)?;
    let (width, shift) = (model.width_months(), i64::from(grid.start_months()) - i64::from(model.start_months()));
    if grid.width_months() != width || shift % i64::from(width) != 0 {
        return Err(Error::options(format!(
            "intervals of {} months from age {} cannot be put on the model's, of {width} months from age {}",
            grid.width_months(),
            grid.label(0),
            model.label(0)
        )));
    }
    if row.counts.iter().flatten().all(|count| *count == 0) && row.counts.iter().any(Option::is_some) {
        return Err(Refusal::NoAdjudicatedCase.error("there is no offence in the record"));
    }
    let (mut counts, mut exposure) = (vec![None; model.len()], vec![1.0; model.len()]);
    let (mut offences, mut unused, mut later) = (0_u64, 0, false);
    for (j, count) in row.counts.iter().enumerate().filter_map(|(j, count)| Some((j, (*count)?))) {
        let t = j as i64 + shift / i64::from(width);
        later |= t >= 0;
        match usize::try_from(t).ok().filter(|t| *t < model.len()) {
            Some(t) => {
                counts[t] = Some(count);
                exposure[t] = row.exposure.map_or(1.0, |e| e[j]);
            }
            None => {
                offences += u64::from(count);
                unused += 1;
            }
        }
    }
    if unused > 0 && !later {
        let first = model.label(0);
        return Err(
            Refusal::YoungerThanModel.error(format!("the record ends before age {first}, where the model begins"))
        );
    }
    if offences > 0 {
        return Err(Refusal::OutsideModel.error(format!(
            "{offences} offence{} at ages outside the model's, {} up to {}",
            if offences == 1 { "" } else { "s" },
            model.label(0),
            model.label(model.len())
        )));
    }
    let years = f64::from(unused) * model.width_years();
    let unused = (unused > 0).then_some(Limitation::OutsideGrid { years });
    Ok((counts, exposure, unused.into_iter().collect()))
}
