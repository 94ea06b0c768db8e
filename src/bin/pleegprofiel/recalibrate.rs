//! `pleegprofiel recalibrate`: a version of an instrument of its own, from cases and what came of them.

use crate::args_validate::{MapMethod, RecalibrateArgs};
use crate::failure::Failure;
use crate::outputs;
use crate::score::{find, read as text_of};
use crate::screen;
use crate::validate::{Refused, cases_known, one_a_case};
use pleegprofiel::{
    risk::instrument::{Instrument, Mode, RecalibratedVersion, RecalibrationMap, bundled_files, recalibrate},
    validation::{
        ColumnKind, ColumnRequest, FittedRecalibration, Measured, Predictions, RecalibrationFit, RecalibrationMethod,
    },
};
use serde::{Deserialize, Serialize};

/// What is advised to stand on, at the least, of those with the outcome and of those without (Collins, Ogundimu &
/// Altman 2016, Statistics in Medicine 35, 214-226).
const FEW: usize = 100;

/// VERSION.json: what the new version is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    id: String,
    version: String,
    jurisdiction: String,
    legal_status: Vec<String>,
    age_from: u32,
    population: String,
    sample: String,
    period: String,
    document: Document,
    validation: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    title: String,
    version: String,
}

pub(crate) fn run(args: &RecalibrateArgs) -> Result<(), Failure> {
    let loaded = find(&args.instrument)?;
    if args.template {
        return screen::print(&template(&loaded)?);
    }
    let (Some(cases), Some(outcomes), Some(about)) = (&args.cases, &args.outcomes, &args.about) else {
        return Err(Failure::Usage("give cases, outcomes and --about".into()));
    };
    if let Some(out) = &args.out {
        outputs::check_file(out)?;
    }
    let about: About = serde_json::from_str(&text_of(about)?)
        .map_err(|e| Failure::Usage(format!("{}: {e}; --template prints one to fill in", about.display())))?;
    let mut fields = Vec::new();
    for (horizon, _) in &args.outcome {
        let known: Vec<(&str, &str)> = loaded.horizon_probabilities().collect();
        match known.iter().find(|(key, _)| key == horizon) {
            Some((_, field)) => fields.push((*field).to_owned()),
            None => {
                let keys: Vec<&str> = known.iter().map(|(key, _)| *key).collect();
                return Err(Failure::Usage(format!(
                    "{} has no horizon {horizon} whose probability comes straight from a sum; {}",
                    loaded.id(),
                    if keys.is_empty() { "it has none".to_owned() } else { format!("it has {}", keys.join(", ")) }
                )));
            }
        }
    }
    let read_cases = loaded.read_cases(&text_of(cases)?)?;
    let request = ColumnRequest {
        numbers: args.outcome.iter().map(|(_, column)| (column.clone(), ColumnKind::Outcome)).collect(),
        drop_missing: args.outcomes_are.drop_missing,
        outcomes: args.outcomes_are.words()?,
        ..ColumnRequest::default()
    };
    let table = one_a_case(outcomes, &args.values, &request, read_cases.len(), cases)?;
    let mut results = Vec::with_capacity(read_cases.len());
    for case in cases_known(&table, read_cases.len()) {
        results.push(loaded.assess(&read_cases[case], Mode::Strict)?);
    }
    let (mut maps, mut rows, mut sizes, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (((horizon, _), field), outcome) in args.outcome.iter().zip(&fields).zip(&table.numbers) {
        let scored: Vec<(f64, bool)> =
            results.iter().zip(outcome).filter_map(|(r, &y)| Some((r.number(field)?, y == 1.0))).collect();
        if scored.is_empty() {
            return Err(Failure::Usage(format!("none of {} cases has a {field}", results.len())));
        }
        let people = Predictions::new(scored.iter().map(|s| s.0).collect(), scored.iter().map(|s| s.1).collect())?;
        let fitted = FittedRecalibration::of(&people, method(args.method))?;
        let without = results.len() - scored.len();
        if without > 0 {
            notes.push(format!("{horizon}: {without} of {} cases have no {field} and are left out.", results.len()));
            let mut refused = Refused::default();
            for result in results.iter().filter(|result| result.number(field).is_none()) {
                let result = serde_json::from_str(&result.to_json()).map_err(|e| Failure::Output(e.to_string()))?;
                refused.add(&result, field);
            }
            notes.extend(refused.reasons().iter().map(|reason| format!("{horizon}: {reason}.")));
        }
        if fitted.events.min(fitted.people - fitted.events) < FEW {
            notes.push(format!(
                "{horizon}: {} of {} people had the outcome; with fewer than {FEW} of either kind a map is a guess.",
                fitted.events, fitted.people
            ));
        }
        if fitted.brier_after >= fitted.brier_before {
            notes.push(format!("{horizon}: the map does not help people whom it was not fitted to."));
        }
        sizes.push(format!("{horizon}: {} people, {} with the outcome", fitted.people, fitted.events));
        rows.push(row(horizon, &fitted));
        maps.push((horizon.clone(), map(&fitted.map)));
    }
    if table.missing > 0 {
        notes.push(format!("{} rows with a missing outcome are left out, as asked for.", table.missing));
    }
    notes.push("Brier after: everyone by the map of the nine tenths of people they do not belong to.".into());
    let version = RecalibratedVersion {
        id: about.id,
        version: about.version,
        jurisdiction: about.jurisdiction,
        legal_status: about.legal_status,
        age_from: about.age_from,
        population: about.population,
        sample: format!("{} ({})", about.sample.trim_end_matches('.'), sizes.join("; ")),
        period: about.period,
        document: (about.document.title, about.document.version),
        validation: about.validation,
        maps,
    };
    let original = match bundled_files().find(|(id, _)| *id == args.instrument) {
        Some((_, text)) => text.to_owned(),
        None => text_of(args.instrument.as_ref())?,
    };
    let text = recalibrate(&original, &version)?;
    let new = Instrument::from_json(&text)?;
    if let Some(out) = &args.out {
        outputs::write_file(out, text.as_bytes())?;
    }
    let header = ["horizon", "people", "with outcome", "map", "observed/expected", "Brier before", "after"];
    let head = format!(
        "{} {}, recalibrated from {} {}; sha256 {}; {} golden vectors come out",
        new.id(),
        new.version(),
        loaded.id(),
        loaded.version(),
        new.content_hash(),
        new.golden_vectors()
    );
    screen::print(&format!("{head}\n{}", screen::grid(&header, &rows, &notes)))
}

fn method(method: MapMethod) -> RecalibrationMethod {
    match method {
        MapMethod::Intercept => RecalibrationMethod::Intercept,
        MapMethod::Slope => RecalibrationMethod::Slope,
        MapMethod::Isotonic => RecalibrationMethod::Isotonic,
    }
}

fn map(fit: &RecalibrationFit) -> RecalibrationMap {
    match fit {
        RecalibrationFit::Logit { intercept, slope } => RecalibrationMap::Logit {
            intercept: intercept.value,
            slope: slope.as_ref().map_or(1.0, |slope| slope.value),
        },
        RecalibrationFit::Isotonic(map) => {
            RecalibrationMap::Isotonic(map.risks.iter().copied().zip(map.values.iter().copied()).collect())
        }
    }
}

fn row(horizon: &str, fitted: &FittedRecalibration) -> Vec<String> {
    let measured = |m: &Measured| format!("{:.3} ({:.3} to {:.3})", m.value, m.low, m.high);
    let map = match &fitted.map {
        RecalibrationFit::Logit { intercept, slope: None } => format!("intercept {}", measured(intercept)),
        RecalibrationFit::Logit { intercept, slope: Some(slope) } => {
            format!("intercept {}, slope {}", measured(intercept), measured(slope))
        }
        RecalibrationFit::Isotonic(map) => format!(
            "{} knots from {:.3} to {:.3}",
            map.risks.len(),
            map.values.first().copied().unwrap_or(f64::NAN),
            map.values.last().copied().unwrap_or(f64::NAN)
        ),
    };
    vec![
        horizon.to_owned(),
        fitted.people.to_string(),
        fitted.events.to_string(),
        map,
        format!("{:.3}", fitted.observed_over_expected),
        format!("{:.4}", fitted.brier_before),
        format!("{:.4}", fitted.brier_after),
    ]
}

fn template(loaded: &Instrument) -> Result<String, Failure> {
    let about = About {
        id: format!("{}-HERE", loaded.id()),
        version: "1".into(),
        jurisdiction: String::new(),
        legal_status: vec![String::new()],
        age_from: 18,
        population: String::new(),
        sample: String::new(),
        period: String::new(),
        document: Document { title: String::new(), version: String::new() },
        validation: String::new(),
    };
    serde_json::to_string_pretty(&about).map_err(|e| Failure::Output(e.to_string()))
}
