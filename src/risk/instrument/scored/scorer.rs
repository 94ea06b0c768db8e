//! Scoring many cases fast: working memory is kept, nothing is allocated from case to case.

use crate::error::{Error, ErrorKind, Result};
use crate::risk::instrument::cases::case::Case;
use crate::risk::instrument::compiled::bits::all_of;
use crate::risk::instrument::compiled::evaluate::{Mode, Scratch};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::output::{Output, shown};
use crate::risk::instrument::scored::assess::{MISMATCH, NOT_STATED};

/// Scores complete cases of one instrument, one after the other.
///
/// A case with unknown answers, or outside the population, is refused here; [`Instrument::assess`] gives its range
/// or says why not.
#[derive(Debug, Clone)]
pub struct Scorer<'a> {
    instrument: &'a Instrument,
    mode: Mode,
    scratch: Scratch,
}

/// A score, valid until the next one is made.
#[derive(Debug, Clone, Copy)]
pub struct Score<'a> {
    instrument: &'a Instrument,
    scratch: &'a Scratch,
}

/// What one term added to a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part<'a> {
    /// Name of the term.
    pub term: &'a str,
    /// What it added.
    pub value: f64,
}

impl Instrument {
    /// A scorer with working memory of its own.
    pub fn scorer(&self, mode: Mode) -> Scorer<'_> {
        Scorer { instrument: self, mode, scratch: Scratch::new(self) }
    }
}

impl Scorer<'_> {
    /// Scores a case.
    ///
    /// # Errors
    /// When the case is of another instrument, is outside its population, has unknown answers, or has no score; the
    /// message names the error codes.
    pub fn score(&mut self, case: &Case) -> Result<Score<'_>> {
        self.run::<true>(case)?;
        Ok(Score { instrument: self.instrument, scratch: &self.scratch })
    }

    /// Scores a case without keeping what each term added; the number at [`Instrument::output_index`].
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn number(&mut self, case: &Case, index: usize) -> Result<Option<f64>> {
        self.run::<false>(case)?;
        Ok(self.scratch.outputs.get(index).copied().filter(|v| !v.is_nan()))
    }

    fn run<const EXPLAIN: bool>(&mut self, case: &Case) -> Result<()> {
        self.instrument.own(case)?;
        let instrument = self.instrument;
        let refused = match &case.population {
            None => (self.mode != Mode::AsPublished).then_some(NOT_STATED),
            Some(population) if case.permission.is_some() || instrument.card.population.admits(population) => None,
            Some(_) => Some(MISMATCH),
        };
        if let Some(code) = refused {
            return Err(Error::new(ErrorKind::InvalidInput, code));
        }
        if let Some(population) = &case.population {
            let clash = instrument.population_clash(population, &case.answers);
            if clash != 0 {
                let codes: Vec<&str> = instrument.codes(clash).collect();
                return Err(Error::new(ErrorKind::InvalidInput, codes.join(", ")));
            }
        }
        self.scratch.answers.copy_from_slice(&case.answers);
        if self.mode == Mode::Strict && case.answers.iter().any(|v| v.is_nan()) {
            let gaps = instrument.gaps(&case.answers);
            if gaps.unknown != 0 || gaps.codes != 0 {
                return Err(Error::new(ErrorKind::InvalidInput, "answers are unknown: assess gives the range"));
            }
        }
        if instrument.pass::<EXPLAIN>(&mut self.scratch, self.mode) {
            return Ok(());
        }
        let codes: Vec<&str> = instrument.codes(self.scratch.errors).collect();
        Err(Error::new(ErrorKind::InvalidInput, codes.join(", ")))
    }
}

impl<'a> Score<'a> {
    /// A number by its place among the outputs, see [`Instrument::output_index`].
    pub fn number(&self, index: usize) -> Option<f64> {
        self.scratch.outputs.get(index).copied().filter(|v| !v.is_nan())
    }

    /// A result by field.
    pub fn get(&self, field: &str) -> Option<Output> {
        let at = self.instrument.program.output(field)?;
        shown(&self.instrument.program, at, self.scratch.outputs[at])
    }

    /// What each term that applies added.
    pub fn parts(&self) -> impl Iterator<Item = Part<'a>> + use<'a> {
        let scratch = self.scratch;
        let terms = self.instrument.program.terms.iter().zip(&scratch.contributions);
        terms.filter(|(t, _)| all_of(scratch.held, t.when)).map(|(t, value)| Part { term: &t.name, value: *value })
    }
}

impl Instrument {
    /// The place of an output, for [`Score::number`].
    pub fn output_index(&self, field: &str) -> Option<usize> {
        self.program.output(field)
    }
}
