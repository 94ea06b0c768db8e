//! The people of a fit laid out again, and climbs from known parameters with other weights.

use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::answer::by_cells::{CLIMB_STEPS, SCREEN};
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::Engine;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::search::by_cells::climb::{self, PROMISE, Point};
use crate::trajectory::search::by_cells::record::collapsed;
use crate::trajectory::spec::check;
use crate::trajectory::spec::layout::Layout;

/// Relative difference of log-likelihoods above which a panel is not the one that was fitted.
const SAME_PANEL: f64 = 1e-7;

pub(crate) struct Refitting {
    /// The panel, with the dropout series where the model has one.
    pub(crate) panel: Panel,
    pub(crate) cells: Cells,
}

impl Refitting {
    /// Lays out the panel that `fit` was fitted to.
    ///
    /// # Errors
    /// When the panel cannot be used with the model, or is not the one that was fitted.
    pub(crate) fn new(fit: &Fit, panel: &Panel) -> Result<Refitting> {
        let model = &fit.model;
        let (panel, spec) = check::with_dropout(panel, &model.spec)?;
        if panel.grid != model.grid {
            return Err(Error::options("the panel has another age grid than the model"));
        }
        check::usable(&panel, &spec)?;
        if (panel.persons(), panel.observations()) != (fit.persons, fit.observations) {
            return Err(Error::options(format!(
                "the panel has {} persons with {} observed cells, the fit was made of {} with {}",
                panel.persons(),
                panel.observations(),
                fit.persons,
                fit.observations
            )));
        }
        let cells = Cells::new(&panel, &model.spec, &model.layout);
        let there = Engine { cells: &cells, layout: &model.layout }.posteriors(&model.theta).log_likelihood;
        if (there - fit.log_likelihood).abs() > SAME_PANEL * fit.log_likelihood.abs().max(1.0) {
            return Err(Error::options(format!(
                "the panel is not the one that was fitted: its log-likelihood is {there}, that of the fit {}",
                fit.log_likelihood
            )));
        }
        Ok(Refitting { panel: panel.into_owned(), cells })
    }

    pub(crate) fn engine<'a>(&'a self, layout: &'a Layout) -> Engine<'a> {
        Engine { cells: &self.cells, layout }
    }

    /// The cells with other weights of histories.
    pub(crate) fn reweighted(&self, weight: Vec<f64>) -> Cells {
        Cells { weight, ..self.cells.clone() }
    }
}

/// To the top from known parameters: EM steps first when the top may be far.
pub(crate) fn climb_from(engine: &Engine<'_>, theta: &[f64], far: bool) -> Point {
    let mut point = Point::at(engine, theta.to_vec());
    if far {
        point = climb::em(engine, point, SCREEN[1], 1e-3);
    }
    climb::newton(engine, point, 2 * CLIMB_STEPS, PROMISE)
}

/// Why a climb gave no answer; `None` when it did.
pub(crate) fn failure(engine: &Engine<'_>, point: &Point) -> Option<String> {
    if !point.log_likelihood().is_finite() {
        return Some("the log-likelihood is not a finite number".into());
    }
    if !point.converged && point.shortfall.is_infinite() {
        return Some("not converged: no maximum, the likelihood is flat or curves upwards".into());
    }
    if !point.converged {
        return Some(format!("not converged: a log-likelihood of {:.1e} was still promised", point.shortfall));
    }
    if collapsed(engine, point) {
        return Some("a group shrank onto equal values".into());
    }
    let mass = engine.mass(&point.pass.posterior);
    let least = 1.0_f64.min(0.5 * engine.cells.total_weight() / mass.len() as f64);
    mass.iter().position(|&m| m < least).map(|c| format!("group {} emptied", c + 1))
}

/// The error of work that the caller stopped.
pub(crate) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "stopped by the caller")
}
