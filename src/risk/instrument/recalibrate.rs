//! A recalibrated instrument: a new one, with its own id, population, data and golden vectors; never a silent change.
//!
//! Does not belong here: how intercept and slope were found (`validation`).

use super::instrument::Instrument;
use super::walk::shortened;
use crate::error::{Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Decimals that the new figures are rounded to before anything is computed from them.
const DECIMALS: usize = 12;

/// What a new version is and what it stands on. Every text is asked for: a figure without them belongs to nobody.
#[derive(Debug, Clone, PartialEq)]
pub struct RecalibratedVersion {
    /// Short name, another than that of the original.
    pub id: String,
    /// Version.
    pub version: String,
    /// Jurisdiction of the people it was fitted to.
    pub jurisdiction: String,
    /// Their legal status, one or more.
    pub legal_status: Vec<String>,
    /// Youngest age, in completed years.
    pub age_from: u32,
    /// Those people in words.
    pub population: String,
    /// The sample: how many people, with how many outcomes, from where.
    pub sample: String,
    /// The period it covers.
    pub period: String,
    /// The document that reports the recalibration: title and version.
    pub document: (String, String),
    /// What the original was validated to on new people.
    pub validation: String,
    /// By key of a horizon: `a` and `b` of `logit P = a + b logit p`.
    pub maps: Vec<(String, f64, f64)>,
}

/// Writes the instrument file of a recalibrated version of the instrument in `original` (its file, as text).
///
/// Each probability of a horizon named becomes `logit P = a + b logit p`, that is another intercept and slope of the
/// same sum of terms. The golden vectors keep their answers and sums; their probabilities are computed from the sums
/// of the original by that formula, and what rests on a changed probability (percentages, bands) is not expected any
/// more. The file is loaded before it is returned, so its vectors come out.
///
/// # Errors
/// When the original does not load, the id is not new, a text is empty, a map is not finite or its slope not above 0,
/// no horizon is named or one is not there, or a probability does not come straight from a sum.
pub fn recalibrate(original: &str, new: &RecalibratedVersion) -> Result<String> {
    let loaded = Instrument::from_json(original)?;
    check(&loaded, new)?;
    let mut file: Value = serde_json::from_str(original).map_err(|e| Error::value(format!("the original: {e}")))?;
    let mut changed = Vec::new();
    for (horizon, a, b) in &new.maps {
        let outputs = file["outputs"].as_array_mut().into_iter().flatten();
        let mut found = false;
        for output in outputs.filter(|o| o["kind"] == "logistic" && o["horizon"] == horizon.as_str()) {
            let old = |key: &str, default: f64| {
                output[key].as_str().and_then(|t| t.parse::<f64>().ok()).or(output[key].as_f64()).unwrap_or(default)
            };
            let (intercept, slope) = (rounded(a + b * old("intercept", 0.0)), rounded(b * old("slope", 1.0)));
            output["intercept"] = intercept.clone().into();
            output["slope"] = slope.clone().into();
            let text = |key: &str| output[key].as_str().unwrap_or_default().to_owned();
            changed.push((text("field"), text("of"), number(&intercept), number(&slope)));
            found = true;
        }
        if !found {
            return Err(Error::options(format!("no probability comes from a sum at horizon {}", shortened(horizon))));
        }
    }
    let gone = resting_on(&file, &changed);
    for set in file["golden"].as_array_mut().into_iter().flatten() {
        set["instrument"] = new.id.clone().into();
        set["version"] = new.version.clone().into();
        set["origin"] = json!(format!(
            "answers and sums of {} {}; probabilities by logit P = a + b logit p",
            loaded.id(),
            loaded.version()
        ));
        for vector in set["vectors"].as_array_mut().into_iter().flatten() {
            let Some(expected) = vector["expected"].as_object_mut() else { continue };
            expected.retain(|key, _| !gone.contains(key.as_str()));
            for (field, sum, intercept, slope) in &changed {
                if let Some(eta) = expected.get(sum).and_then(Value::as_f64) {
                    let p = 1.0 / (1.0 + (-(intercept + slope * eta)).exp());
                    expected.insert(field.clone(), json!(p));
                }
            }
        }
        // a vector that expects nothing any more proves nothing
        if let Some(vectors) = set["vectors"].as_array_mut() {
            vectors.retain(|v| v["expected"].as_object().is_none_or(|e| !e.is_empty()));
        }
    }
    describe(&mut file, &loaded, new);
    let text = serde_json::to_string_pretty(&file).map_err(|e| Error::value(format!("the new file: {e}")))?;
    Instrument::from_json(&text)?;
    Ok(text)
}

fn check(loaded: &Instrument, new: &RecalibratedVersion) -> Result<()> {
    if new.id == loaded.id() {
        return Err(Error::options(format!("a recalibrated {} needs an id of its own", loaded.id())));
    }
    let texts = [
        ("id", &new.id),
        ("version", &new.version),
        ("jurisdiction", &new.jurisdiction),
        ("population", &new.population),
        ("sample", &new.sample),
        ("period", &new.period),
        ("document", &new.document.0),
        ("version of the document", &new.document.1),
        ("validation", &new.validation),
    ];
    if let Some((name, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
        return Err(Error::options(format!("the {name} of a recalibrated instrument is empty")));
    }
    if new.maps.is_empty() || new.legal_status.is_empty() {
        return Err(Error::options("a recalibration names at least one horizon and one legal status"));
    }
    match new.maps.iter().find(|(_, a, b)| !(a.is_finite() && b.is_finite() && *b > 0.0)) {
        Some((h, a, b)) => {
            Err(Error::value(format!("{}: intercept {a}, slope {b}: both finite, the slope above 0", shortened(h))))
        }
        None => Ok(()),
    }
}

/// Outputs that come, over any number of steps, from a changed one, with those.
fn resting_on(file: &Value, changed: &[(String, String, f64, f64)]) -> BTreeSet<String> {
    let mut gone: BTreeSet<String> = changed.iter().map(|c| c.0.clone()).collect();
    loop {
        let before = gone.len();
        for output in file["outputs"].as_array().into_iter().flatten() {
            if output["of"].as_str().is_some_and(|of| gone.contains(of)) {
                gone.extend(output["field"].as_str().map(str::to_owned));
            }
        }
        if gone.len() == before {
            return gone;
        }
    }
}

fn describe(file: &mut Value, loaded: &Instrument, new: &RecalibratedVersion) {
    let card = loaded.card();
    file["id"] = json!(new.id);
    file["version"] = json!(new.version);
    file["title"] = json!({"en": format!("{}, recalibrated", card.title)});
    file["population"] = json!({
        "jurisdiction": new.jurisdiction,
        "legal_status": new.legal_status,
        "age_from": new.age_from,
        "words": new.population,
    });
    let (a, b) = (&card.sample, &new.sample);
    file["derivation"] = json!({
        "sample": format!("terms: {a}; intercept and slope: {b}"),
        "period": format!("terms: {}; intercept and slope: {}", card.period, new.period),
    });
    file["validation"] = json!(new.validation);
    if let Some(documents) = file["documents"].as_array_mut() {
        documents.push(json!({"key": "recalibration", "title": new.document.0, "version": new.document.1}));
        documents.push(json!({
            "key": "recalibrated-from",
            "title": format!("{} {}", loaded.id(), loaded.version()),
            "version": format!("sha256 {}", loaded.content_hash()),
        }));
    }
}

fn rounded(value: f64) -> String {
    let text = format!("{value:.DECIMALS$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}
