//! What is kept of a search: every start and how it ended, and which points are no answers.

use crate::trajectory::cells::pass::Engine;
use crate::trajectory::fit::record::{SAME, Seeding, StartKind, StartRecord, StartStop};
use crate::trajectory::search::by_cells::climb::Point;
use crate::trajectory::spec::layout::Part;
use crate::trajectory::spec::{Grouping, Spec};

/// What a search leaves beside its answer.
pub(crate) struct Found {
    pub(crate) records: Vec<StartRecord>,
    pub(crate) optima: Vec<f64>,
    pub(crate) seeding: Option<Seeding>,
    /// Whether the starts are of the engine of plain counts.
    pub(crate) elsewhere: bool,
}

impl Found {
    /// With the starts and optima of a search made elsewhere for this very model, of which this one only finished.
    pub(crate) fn of(self, searched: Option<(Vec<StartRecord>, Vec<f64>)>) -> Found {
        match searched {
            Some((records, optima)) => Found { records, optima, elsewhere: true, ..self },
            None => self,
        }
    }

    /// Whether the best of several climbs was reached by one of them only. Of one group of plain counts that is no news.
    pub(crate) fn once(&self, classes: usize) -> bool {
        let climbed = || self.records.iter().filter(|r| r.stop == StartStop::Converged).map(|r| r.log_likelihood);
        let best = climbed().fold(f64::NEG_INFINITY, f64::max);
        climbed().filter(|l| (l - best).abs() < SAME).count() <= 1
            && self.records.len() > 1
            && (classes > 1 || !self.elsewhere)
    }
}

/// Groups whose spread is below this part of everyone's have shrunk onto equal values.
const COLLAPSED: f64 = 1e-2;

/// Whether a group's standard deviation or precision has run off: with a spread of its own for each group,
/// the likelihood of a normal or beta mixture has no upper bound (Day 1969), and such points are no answers.
pub(crate) fn collapsed(engine: &Engine<'_>, point: &Point) -> bool {
    engine.layout.parameters.iter().zip(&point.theta).any(|(p, &v)| match (p.part, p.outcome) {
        (Part::LogSigma, Some(o)) => v.exp() < COLLAPSED * engine.cells.outcomes[o].scale,
        (Part::LogPrecision, _) => v > -2.0 * COLLAPSED.ln() + 4.0,
        _ => false,
    })
}

/// Whether a group is left with less than half a person: the start has climbed to a smaller model's optimum. Of pairs of
/// groups some may well hold nobody.
fn emptied(engine: &Engine<'_>, spec: &Spec, point: &Point) -> bool {
    if !matches!(spec.grouping, Grouping::Single(_)) {
        return false;
    }
    let mass = engine.mass(&point.pass.posterior);
    engine.cells.total_weight() > 1.0 && mass.len() > 1 && mass.iter().any(|&weight| weight < 0.5)
}

/// How a start ended.
pub(crate) fn record(
    engine: &Engine<'_>,
    spec: &Spec,
    number: usize,
    kind: StartKind,
    point: &Point,
    screened: bool,
) -> StartRecord {
    let stop = match (collapsed(engine, point), point.converged) {
        // what a start fell to is told before that it fell behind
        _ if emptied(engine, spec, point) => StartStop::GroupEmptied,
        _ if screened => StartStop::Screened,
        (true, _) => StartStop::GroupCollapsed,
        (_, true) => StartStop::Converged,
        _ => StartStop::StepLimit,
    };
    StartRecord {
        seed: spec.effort.seed,
        number,
        kind,
        steps: point.steps,
        log_likelihood: point.log_likelihood(),
        stop,
    }
}
