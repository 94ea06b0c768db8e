//! Records that are observed throughout from the first age, and how well groups are told apart from such and others.
//!
//! Everybody in a model without covariates is judged against the same people, so for whole records these are drawn once for
//! every age at which a record may end, and looked up. With covariates everybody has shares of their own, and drawing so
//! many for each would take longer than answering: whole records then go the way of all others, through the one pool of
//! people, whose groups are the same whatever the shares.

use super::alike::Alike;
use super::cells::Lanes;
use super::cells::WIDE;
use super::classifier::Classifier;
use super::record::{self, Seen};
use super::reference::{Reference, Separation};
use super::resolution::{Hidden, Resolution, hidden};
use super::standing::{Asked, Standing};
use crate::cohort::builder::PersonRow;
use crate::numeric::parallel::Parallel;

/// What whole records are judged against.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Whole {
    /// For every age at which they may end: people drawn for it, and for each group the other that it cannot be told from
    /// yet.
    Drawn { bands: Vec<Reference>, hidden: Vec<Vec<Option<Hidden>>> },
    /// People of the pool, for each record anew; only how groups are told apart by the last age is known.
    Pooled { end: Separation },
}

impl Whole {
    /// Before anyone was looked at.
    pub(super) fn unknown() -> Whole {
        Whole::Pooled { end: Separation::nobody(0) }
    }

    fn end(&self) -> Option<&Separation> {
        match self {
            Whole::Drawn { bands, .. } => bands.last().map(|band| &band.separation),
            Whole::Pooled { end } => Some(end),
        }
    }
}

impl Classifier {
    /// People for every age.
    pub(super) fn drawn(&self) -> Whole {
        let clear = self.naming.definitions.clear_posterior;
        let bands: Vec<Reference> = (0..self.cells.ages).map_in_parallel(|t| {
            Reference::new(&self.cells, &self.classes, &vec![1.0; t + 1], self.options.people, self.options.seed, clear)
        });
        // a grid has at least one age
        let end = &bands[self.cells.ages - 1].separation;
        let hidden =
            bands.iter().map(|band| hidden(&band.separation, end, &self.naming, self.options.tell_apart)).collect();
        Whole::Drawn { bands, hidden }
    }

    /// What is known of the pool before anyone asks.
    pub(super) fn pooled(&self) -> Whole {
        Whole::Pooled { end: self.separation(self.cells.ages - 1) }
    }

    /// How well groups can be told apart from records that end with age interval `j`.
    ///
    /// # Panics
    /// When `j` is not below the number of age intervals.
    pub fn resolution(&self, j: usize) -> Resolution {
        Resolution::of(self.separation_by(j), &self.naming, self.model.grid().start_age(j + 1))
    }

    fn separation_by(&self, j: usize) -> Separation {
        match &self.whole {
            Whole::Drawn { bands, .. } => bands[j].separation.clone(),
            Whole::Pooled { .. } => self.separation(j),
        }
    }

    /// How groups are told apart among people of the pool, or drawn, observed throughout up to with interval `j`.
    fn separation(&self, j: usize) -> Separation {
        let by_class = vec![0.0; self.classes.count];
        let clear = self.naming.definitions.clear_posterior;
        let nobody =
            Asked { total: 0.0, group: 0, nearest: 0.0, by_class: &by_class, clear, coverage: self.options.coverage };
        self.standing_at(&vec![1.0; j + 1], &nobody, false).separation
    }

    pub(super) fn asked<'a>(&self, joint: &Lanes, total: f64, group: usize, by_class: &'a [f64]) -> Asked<'a> {
        let (b, l) = (group / WIDE, group % WIDE);
        let nearest = joint[b][l] - self.cells.prior()[b][l];
        Asked {
            total,
            group,
            nearest,
            by_class,
            clear: self.naming.definitions.clear_posterior,
            coverage: self.options.coverage,
        }
    }

    /// Where a record lies among people observed as it was: in full, or of that only what its profile hangs on.
    pub(super) fn own_standing(&self, row: &PersonRow<'_>, seen: &Seen, asked: &Asked<'_>, short: bool) -> Standing {
        self.standing_at(&record::at_risk(row, seen.last), asked, short)
    }

    fn standing_at(&self, at_risk: &[f64], asked: &Asked<'_>, short: bool) -> Standing {
        let people = self.options.people;
        match &self.pool {
            Some(pool) => {
                Standing::in_pool(&Alike::new(&self.cells, pool, at_risk, people), &self.classes, asked, short)
            }
            None => {
                let drawn = Reference::new(&self.cells, &self.classes, at_risk, people, self.options.seed, asked.clear);
                Standing::among(&drawn, asked)
            }
        }
    }

    /// Whether it is known without a look that no record which ends there tells this group from another; a whole record is
    /// looked at anyway where it is not known.
    pub(super) fn known_hidden(&self, seen: &Seen, group: usize) -> bool {
        match &self.whole {
            Whole::Drawn { hidden, .. } => hidden[seen.last][group].is_some(),
            Whole::Pooled { .. } => !seen.whole && self.hidden_by(seen.last, group).is_some(),
        }
    }

    /// From which other group this one cannot be told by whole records that end where this one does.
    pub(super) fn too_young(&self, seen: &Seen, own: &Standing, group: usize) -> Option<Hidden> {
        match &self.whole {
            Whole::Drawn { hidden, .. } => hidden[seen.last][group],
            Whole::Pooled { .. } if seen.whole => self.veiled(own, group),
            Whole::Pooled { .. } => self.hidden_by(seen.last, group),
        }
    }

    fn hidden_by(&self, last: usize, group: usize) -> Option<Hidden> {
        let end = self.whole.end()?;
        hidden(&self.separation(last), end, &self.naming, self.options.tell_apart)[group]
    }

    /// From which other group a group cannot be told by people observed as one person was.
    pub(super) fn veiled(&self, own: &Standing, group: usize) -> Option<Hidden> {
        let end = self.whole.end()?;
        hidden(&own.separation, end, &self.naming, self.options.tell_apart)[group]
    }
}
