//! Time at risk rounded, to search on. Where it is everybody's own, nearly every cell is one of its own and a pass goes
//! through all of them. In steps of a few per cent many people share their cells, a pass costs a fraction, and the likelihood
//! has its optima in the same places but for a few per cent: good enough to find them, not to tell them. So the search is
//! made on rounded time, and the optima it finds climb on as it is ([`exactly`]).

use crate::cohort::history::Histories;
use crate::numeric::parallel::Parallel;
use crate::trajectory::fit::record::SAME;
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_tables::newton::{self, Climb, Point};
use crate::trajectory::search::by_tables::search::{self, Found};
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::Shape;

/// How finely: steps to a factor of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Steps {
    /// No time is changed by more than 2.2 per cent, up as often as down.
    Fine = 16,
    /// By no more than 4.4 per cent, for counts with a dispersion: each cell costs several times as much, and what a
    /// dispersion allows for hides twice the rounding. Seeds 1 to 8 on Toronto, ZINB with three to five groups: the same
    /// optima as by fine steps, for a quarter less.
    Wide = 8,
}

impl Steps {
    /// Of a search for this shape.
    pub(crate) fn of(shape: &Shape) -> Steps {
        if shape.dispersed() { Steps::Wide } else { Steps::Fine }
    }
}

/// So many times fewer cells are worth the climbs that follow.
const WORTH: usize = 3;
/// So many of the optima climb on: rounding may have changed the order of those that lie close together.
const CLIMB_ON: usize = 12;
/// Newton steps of such a climb, and what it may leave.
const CLIMB_STEPS: usize = 40;
const ROUGHLY: f64 = 1e-3;

/// The same people with their time at risk rounded; none where that spares nothing.
pub(crate) fn rounded(everyone: &Evaluator<'_>, steps: Steps) -> Option<Histories> {
    let histories = everyone.histories;
    let exposure = histories.exposure.as_ref()?;
    let cells = everyone
        .occurring
        .as_ref()
        .map_or_else(|| exposure.iter().filter(|e| **e > 0.0).count(), |occurring| occurring.codes.len());
    let rounded = Histories { exposure: Some(in_steps(exposure, steps)), ..histories.clone() };
    let fewer = Evaluator::new(&rounded).occurring.map_or(cells, |occurring| occurring.codes.len());
    (WORTH * fewer < cells).then_some(rounded)
}

/// The same people, with their time at risk rounded if it is their own.
pub(crate) fn of(histories: Histories, steps: Steps) -> Histories {
    Histories { exposure: histories.exposure.as_deref().map(|exposure| in_steps(exposure, steps)), ..histories }
}

fn in_steps(exposure: &[f64], steps: Steps) -> Vec<f64> {
    let steps = f64::from(steps as u8);
    let step = |e: f64| if e > 0.0 && e < 1.0 { libm::exp2((libm::log2(e) * steps).round() / steps) } else { e };
    exposure.iter().map(|&e| step(e)).collect()
}

/// From optima by rounded time to those by time as it is, and their log-likelihoods in the records of the starts that
/// reached them.
pub(crate) fn exactly(everyone: &Evaluator<'_>, shape: &Shape, found: Found, ticker: &Ticker<'_>) -> Found {
    let Found { mut climbs, mut records } = found;
    climbs.truncate(CLIMB_ON);
    ticker.expect(climbs.len());
    let before: Vec<f64> = climbs.iter().map(|c| c.pass.log_likelihood).collect();
    let points: Vec<Point> = climbs.map_in_parallel(|c| Point::at(everyone, shape, c.params));
    // the best is no lower than where it begins: others are given up where they end clearly below that
    let best = points.iter().map(Point::log_likelihood).fold(f64::NEG_INFINITY, f64::max);
    let climb = |point| {
        let climb = || newton::climb_unless_behind(everyone, shape, point, CLIMB_STEPS, ROUGHLY, best);
        ticker.tick().then(climb)
    };
    let climbs: Vec<Option<Climb>> = points.map_in_parallel(climb);
    for record in &mut records {
        let reached = before.iter().position(|b| (b - record.log_likelihood).abs() < SAME);
        if let Some(Some(climb)) = reached.map(|i| &climbs[i]) {
            record.log_likelihood = climb.pass.log_likelihood;
        }
    }
    Found { climbs: search::distinct(climbs.into_iter().flatten().filter(|c| !c.behind).collect()), records }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_moves_by_less_than_half_a_step_and_whole_and_unobserved_intervals_stay() {
        let exposure: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
        for (steps, per_doubling) in [(Steps::Fine, 16), (Steps::Wide, 8)] {
            let rounded = in_steps(&exposure, steps);
            assert_eq!((rounded[0], rounded[1000]), (0.0, 1.0));
            for (e, r) in exposure.iter().zip(&rounded).skip(1) {
                assert!((r / e).log2().abs() <= 0.5 / f64::from(per_doubling) + 1e-12 && *r <= 1.0, "{e} {r}");
            }
            // ten doublings down to a thousandth
            let mut different = rounded;
            different.dedup();
            let most = 10 * per_doubling + 1;
            assert!(different.len() <= most as usize, "{}", different.len());
        }
    }
}
