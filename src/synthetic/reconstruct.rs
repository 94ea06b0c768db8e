//! The reference model from its calibration: figures, sensitivities, curves and recognition, put on the card.
//!
//! Belongs here: what is worked out once and shipped. Does not belong here: the search (`calibrate`).

use super::answers::answers;
use super::assumptions::assumed_model;
use super::calibrate::{Calibration, CalibrationOptions, calibrate};
use super::margins::Margins;
use super::population::SyntheticCohort;
use super::sensitivity::sensitivity;
use crate::cohort::builder::CohortBuilder;
use crate::cohort::careers::CareerOptions;
use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::profile::kind::Profile;
use crate::profile::reference::ReferenceModel;
use crate::profile::reference::card::{CardFigure, Making, REFERENCE_NAME, Recognition, ReferenceCard};
use crate::profile::reference::career_model::CareerModel;
use crate::profile::reference::published::PUBLISHED;
use crate::trajectory::family::Family;
use crate::trajectory::model::{Group, TrajectoryModel};
use crate::trajectory::options::FitOptions;

/// The command that repeats the making of the shipped model.
const COMMAND: &str = "cargo run --release --example calibrate_reference -- --check";

/// How much is simulated to make a reference model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReconstructionOptions {
    /// The search.
    pub calibration: CalibrationOptions,
    /// Seed of everything simulated afterwards; not that of the search.
    pub seed: u64,
    /// Persons simulated for the figures of the card.
    pub figures: u64,
    /// Persons simulated for each sensitivity.
    pub sensitivity: u64,
    /// Persons whose careers the curves are fitted to.
    pub curves: u64,
    /// Persons answered at the index offence, for each assumption.
    pub answers: u64,
}

impl Default for ReconstructionOptions {
    fn default() -> Self {
        ReconstructionOptions {
            calibration: CalibrationOptions::default(),
            seed: 20_250_404,
            figures: 200_000,
            sensitivity: 40_000,
            curves: 20_000,
            answers: 2_000,
        }
    }
}

/// Makes a reference model: calibrates the careers, fits each group's curve to simulated careers of known profile,
/// and fills in the card. The same options give the same bits on any number of threads.
///
/// # Errors
/// When a step of it fails, and as [`ReferenceModel::new`].
pub fn reconstruct(options: ReconstructionOptions) -> Result<ReferenceModel> {
    let found = calibrate(&assumed_model()?, options.calibration)?;
    let model = curves(&found.model, options.curves, options.seed)?;
    let margins = Margins::of(&found.model, options.figures, options.seed)?;
    let card = ReferenceCard {
        name: REFERENCE_NAME.into(),
        making: making(&found, &options),
        figures: figures(&margins)?,
        assumptions: sensitivity(&found.model, options.sensitivity, options.seed)?,
        recognition: recognition(&model, &found.model, options.curves / 4, options.seed ^ 1)?,
        answers: Vec::new(),
    };
    let made = ReferenceModel::new(model, found.model, card)?;
    let answers = answers(&made, options.answers, options.seed)?;
    ReferenceModel::new(
        made.model().clone(),
        made.career_model().clone(),
        ReferenceCard { answers, ..made.card().clone() },
    )
}

fn making(found: &Calibration, options: &ReconstructionOptions) -> Making {
    Making {
        command: COMMAND.into(),
        seed: found.options.seed,
        persons: found.options.persons,
        objective: found.objective.clone(),
        parameters: found.parameters.clone(),
        figures_seed: options.seed,
        figures_persons: options.figures,
    }
}

fn figures(margins: &Margins) -> Result<Vec<CardFigure>> {
    let of = |key: &str| {
        margins
            .get(key)
            .ok_or_else(|| Error::new(ErrorKind::InvalidModel, format!("the figure {key} is not simulated")))
    };
    PUBLISHED.iter().map(|figure| of(figure.key).map(|s| CardFigure::new(figure, s.value, s.se))).collect()
}

/// One curve for each profile, by maximum likelihood on careers whose profile is known; shares as published.
///
/// # Errors
/// When a curve cannot be fitted.
pub fn curves(careers: &CareerModel, persons: u64, seed: u64) -> Result<TrajectoryModel> {
    let cohort = SyntheticCohort::new(careers, seed)?;
    let mut of_profile: [Vec<_>; 4] = Default::default();
    cohort.for_each_chunk(0..persons, |people| {
        for person in people {
            of_profile[person.profile.index()].push(person.career.clone());
        }
        Ok(())
    })?;
    let groups = Profile::ALL
        .into_iter()
        .map(|profile| {
            let people = of_profile[profile.index()].iter().map(|career| ("", career));
            let counts = Cohort::from_careers(careers.grid()?, people, &CareerOptions::default())?.cohort;
            // one group has one maximum: a Poisson likelihood in a polynomial is concave
            let fit = FitOptions::new(Family::Poisson).groups(1).degree(4).starts(1).fit(&counts)?;
            let group = fit.best()?.groups()[0].clone();
            Ok(Group { share: careers.profiles[profile.index()].share, ..group })
        })
        .collect::<Result<Vec<_>>>()?;
    TrajectoryModel::new(Family::Poisson, careers.grid()?, groups)
}

/// How often the most likely profile is the true one, and how sure the posterior claims to be.
fn recognition(model: &TrajectoryModel, careers: &CareerModel, persons: u64, seed: u64) -> Result<Vec<Recognition>> {
    let people: Vec<_> = SyntheticCohort::new(careers, seed)?.people(0..persons)?.collect();
    let grid = model.grid();
    let whole = people.iter().map(|person| ("", &person.career));
    let whole = Cohort::from_careers(grid, whole, &CareerOptions::default())?.cohort;
    [18_u32, 22, 26, 30, careers.last_age]
        .into_iter()
        .filter(|age| (careers.first_age..=careers.last_age).contains(age))
        .map(|up_to_age| {
            let seen = (up_to_age - careers.first_age + 1) as usize;
            let mut builder = CohortBuilder::new(grid);
            for i in 0..people.len() {
                let (counts, exposure) = (whole.counts(i), whole.exposure(i));
                builder.push_checked(None, |j| counts[j].filter(|_| j < seen), Some(&exposure), 1.0)?;
            }
            let posterior = model.posteriors(&builder.finish())?;
            let (mut right, mut claimed) = (0_u64, 0.0);
            for (row, person) in posterior.rows().into_iter().zip(&people) {
                let best = (0..row.len()).fold(0, |best, k| if row[k] > row[best] { k } else { best });
                right += u64::from(best == person.profile.index());
                claimed += row[best];
            }
            let n = people.len().max(1) as f64;
            Ok(Recognition { up_to_age, right: right as f64 / n, claimed: claimed / n })
        })
        .collect()
}
