//! The reference model from its calibration: figures, sensitivities, curves and recognition, put on the card.
//!
//! Belongs here: what is worked out once and shipped. Does not belong here: the search (`calibrate`).

use super::answers::{Assumed, answers};
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
use crate::profile::reference::card::{CardFigure, Making, REFERENCE_NAME, Recognition, ReferenceCard};
use crate::profile::reference::career_model::CareerModel;
use crate::profile::reference::model::ReferenceModel;
use crate::profile::reference::published::PUBLISHED;
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use crate::trajectory::model::group::Group;
use crate::trajectory::spec::Spec;

/// The command that repeats the making of the shipped model.
/// Variances of a factor that people of one profile keep, tried beside none.
const LASTING: [f64; 3] = [0.1, 0.3, 0.6];

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
    let (found, others) = with_and_without_a_factor(options.calibration)?;
    let model = curves(&found.model, options.curves, options.seed)?;
    let margins = Margins::of(&found.model, options.figures, options.seed)?;
    let card = ReferenceCard {
        name: REFERENCE_NAME.into(),
        making: making(&found, &others, &options),
        figures: figures(&margins)?,
        assumptions: sensitivity(&found.model, options.sensitivity, options.seed)?,
        recognition: recognition(&model, &found.model, options.curves / 4, options.seed ^ 1)?,
        answers: Vec::new(),
    };
    let made = ReferenceModel::new(model, found.model, card)?;
    let next_best = others.iter().min_by(|a, b| end(a).total_cmp(&end(b)));
    let anew: Vec<Assumed> = next_best.into_iter().map(assumed_anew).collect();
    let answers = answers(&made, &anew, options.answers, options.seed)?;
    ReferenceModel::new(
        made.model().clone(),
        made.career_model().clone(),
        ReferenceCard { answers, ..made.card().clone() },
    )
}

/// The best calibration over the variances of a factor that people of one profile keep, and the others.
fn with_and_without_a_factor(options: CalibrationOptions) -> Result<(Calibration, Vec<Calibration>)> {
    let assumed = assumed_model()?;
    let mut found = calibrate(&assumed, options)?;
    let mut others = Vec::with_capacity(LASTING.len());
    for variance in LASTING {
        let mut other = calibrate(&CareerModel { frailty_variance: variance, ..assumed.clone() }, options)?;
        if end(&other) < end(&found) {
            std::mem::swap(&mut found, &mut other);
        }
        others.push(other);
    }
    Ok((found, others))
}

/// The objective at which a calibration ended.
fn end(made: &Calibration) -> f64 {
    made.objective.last().copied().unwrap_or(f64::INFINITY)
}

/// The careers of another variance, in the words of an assumption of the best.
fn assumed_anew(other: &Calibration) -> Assumed {
    let words = |variance: f64| match variance {
        0.0 => "at the same rate".to_owned(),
        v => format!("at a rate times a gamma factor of variance {v}, kept for good"),
    };
    Assumed {
        what: "within a profile everyone offends alike".into(),
        changed_to: format!("{}, and everything else calibrated anew", words(other.model.frailty_variance)),
        model: other.model.clone(),
    }
}

fn making(found: &Calibration, others: &[Calibration], options: &ReconstructionOptions) -> Making {
    let mut lasting: Vec<(f64, f64)> =
        std::iter::once(found).chain(others).map(|made| (made.model.frailty_variance, end(made))).collect();
    lasting.sort_by(|a, b| a.0.total_cmp(&b.0));
    Making {
        command: COMMAND.into(),
        seed: found.options.seed,
        persons: found.options.persons,
        objective: found.objective.clone(),
        parameters: found.parameters.clone(),
        lasting,
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
pub fn curves(careers: &CareerModel, persons: u64, seed: u64) -> Result<Model> {
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
            let fit = Spec::counts(Family::Poisson).groups(1).degree(4).starts(1).fit(&counts)?;
            let group = fit.best()?.groups()[0].clone();
            Ok(Group { share: careers.profiles[profile.index()].share, ..group })
        })
        .collect::<Result<Vec<_>>>()?;
    Model::new(Family::Poisson, careers.grid()?, groups)
}

/// How often the most likely profile is the true one, and how sure the posterior claims to be.
fn recognition(model: &Model, careers: &CareerModel, persons: u64, seed: u64) -> Result<Vec<Recognition>> {
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
