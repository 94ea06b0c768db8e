//! A recalibrated instrument: a new one, with its own id, population, data and golden vectors; never a silent change.
//!
//! Does not belong here: how intercept and slope were found (`validation`).

use crate::error::{Error, Result};
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::rising::RisingMap;
use crate::risk::instrument::written::shortened::shortened;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Decimals that the new figures are rounded to before anything is computed from them.
const DECIMALS: usize = 12;

/// How a probability `p` becomes `P`.
#[derive(Debug, Clone, PartialEq)]
pub enum RecalibrationMap {
    /// `logit P = intercept + slope logit p`, the slope above 0.
    Logit {
        /// Intercept.
        intercept: f64,
        /// Slope.
        slope: f64,
    },
    /// Rising from knot `(p, P)` to knot, linear between them and level outside, as isotonic regression gives it. Knots
    /// within a level stretch may be left out: the map is the same.
    Isotonic(Vec<(f64, f64)>),
}

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
    /// By key of a horizon.
    pub maps: Vec<(String, RecalibrationMap)>,
}

/// A probability that changes: its field, the sum it comes from, and the way from the one to the other.
struct Changed {
    field: String,
    sum: String,
    of_sum: Box<dyn Fn(f64) -> f64>,
}

/// Writes the instrument file of a recalibrated version of the instrument in `original` (its file, as text).
///
/// Each probability of a horizon named is mapped. Where it is logistic and the map is one of logits, that is another
/// intercept and slope of the same sum of terms; otherwise the probability of the original stays in the result under
/// its name with `_before`, and the new one is a map of it. Results of other horizons, and what rests on them, are left out:
/// for the new population nothing is known of them, and beside new ones they would contradict these (a chance within two
/// years below that within one). The golden vectors keep their answers and sums; their
/// probabilities are computed anew from the sums of the original, and what rests on a changed probability (percentages,
/// bands) is not expected any more. The file is loaded before it is returned, so its vectors come out.
///
/// # Errors
/// When the original does not load, the id is not new, a text is empty, a map is not finite or does not rise, no
/// horizon is named or one is not there, or a probability does not come straight from a sum.
pub fn recalibrate(original: &str, new: &RecalibratedVersion) -> Result<String> {
    let loaded = Instrument::from_json(original)?;
    check(&loaded, new)?;
    let mut file: Value = serde_json::from_str(original).map_err(|e| Error::value(format!("the original: {e}")))?;
    let mut changed = Vec::new();
    for (horizon, map) in &new.maps {
        let before = changed.len();
        let mut outputs = Vec::new();
        for output in file["outputs"].as_array().into_iter().flatten() {
            let mapped = output["horizon"] == horizon.as_str() && from_sum(output).is_some();
            outputs.extend(if mapped { remap(output, map, &mut changed) } else { vec![output.clone()] });
        }
        file["outputs"] = Value::Array(outputs);
        if changed.len() == before {
            return Err(Error::options(format!("no probability comes from a sum at horizon {}", shortened(horizon))));
        }
    }
    leave_out_others(&mut file, new);
    let gone = resting_on(&file, changed.iter().map(|c| c.field.clone()));
    for set in file["golden"].as_array_mut().into_iter().flatten() {
        set["instrument"] = new.id.clone().into();
        set["version"] = new.version.clone().into();
        set["origin"] = json!(format!(
            "answers and sums of {} {}; probabilities by the map of the recalibration",
            loaded.id(),
            loaded.version()
        ));
        for vector in set["vectors"].as_array_mut().into_iter().flatten() {
            let Some(expected) = vector["expected"].as_object_mut() else { continue };
            expected.retain(|key, _| !gone.contains(key.as_str()));
            for change in &changed {
                if let Some(eta) = expected.get(&change.sum).and_then(Value::as_f64) {
                    expected.insert(change.field.clone(), json!((change.of_sum)(eta)));
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

fn figure(output: &Value, key: &str) -> Option<f64> {
    match &output[key] {
        Value::String(text) => text.parse::<f64>().ok(),
        other => other.as_f64(),
    }
}

/// The probability that an output gives of the sum it is made of, if it is such an output.
fn from_sum(output: &Value) -> Option<Box<dyn Fn(f64) -> f64>> {
    let figure = |key: &str| figure(output, key);
    match output["kind"].as_str()? {
        "logistic" => {
            let (a, b) = (figure("intercept").unwrap_or(0.0), figure("slope").unwrap_or(1.0));
            Some(Box::new(move |eta| 1.0 / (1.0 + (-(a + b * eta)).exp())))
        }
        "cox" => {
            let (baseline, centre) = (figure("baseline_survival")?, figure("centre")?);
            Some(Box::new(move |eta| 1.0 - baseline.powf((eta - centre).exp())))
        }
        _ => None,
    }
}

/// The outputs that take the place of one.
fn remap(output: &Value, map: &RecalibrationMap, changed: &mut Vec<Changed>) -> Vec<Value> {
    let text = |key: &str| output[key].as_str().unwrap_or_default().to_owned();
    let Some(before) = from_sum(output) else { return vec![output.clone()] };
    let (field, sum) = (text("field"), text("of"));
    let mut new = output.clone();
    if let (RecalibrationMap::Logit { intercept, slope }, "logistic") = (map, text("kind").as_str()) {
        let old = |key: &str, none: f64| figure(output, key).unwrap_or(none);
        let (a, b) = (rounded(intercept + slope * old("intercept", 0.0)), rounded(slope * old("slope", 1.0)));
        new["intercept"] = a.clone().into();
        new["slope"] = b.clone().into();
        let (a, b) = (number(&a), number(&b));
        changed.push(Changed { field, sum, of_sum: Box::new(move |eta| 1.0 / (1.0 + (-(a + b * eta)).exp())) });
        return vec![new];
    }
    let earlier = format!("{field}_before");
    new["field"] = earlier.clone().into();
    if let Some(object) = new.as_object_mut() {
        object.remove("horizon");
    }
    let mut mapped = json!({"field": field, "kind": "recalibrated", "horizon": text("horizon"), "of": earlier});
    let rising = match map {
        RecalibrationMap::Logit { intercept, slope } => {
            let (a, b) = (rounded(*intercept), rounded(*slope));
            mapped["intercept"] = a.clone().into();
            mapped["slope"] = b.clone().into();
            RisingMap::Logit { intercept: number(&a), slope: number(&b) }
        }
        RecalibrationMap::Isotonic(knots) => {
            let mut texts: Vec<(String, String)> = knots.iter().map(|k| (rounded(k.0), rounded(k.1))).collect();
            // risks that fall together at so many decimals are one knot
            texts.dedup_by(|b, a| a.0 == b.0);
            mapped["knots"] = texts.iter().map(|k| json!({"at": k.0, "value": k.1})).collect();
            RisingMap::Knots(texts.iter().map(|k| (number(&k.0), number(&k.1))).collect())
        }
    };
    changed.push(Changed { field, sum, of_sum: Box::new(move |eta| rising.at(before(eta))) });
    vec![new, mapped]
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
    let mut seen = BTreeSet::new();
    for (horizon, map) in &new.maps {
        let wrong = match map {
            RecalibrationMap::Logit { intercept, slope }
                if !(intercept.is_finite() && slope.is_finite() && *slope > 0.0) =>
            {
                format!("intercept {intercept}, slope {slope}: both finite, the slope above 0")
            }
            RecalibrationMap::Isotonic(knots) if !rises(knots) => {
                "knots lead from a probability to a probability, rising".to_owned()
            }
            _ if !seen.insert(horizon) => "named twice".to_owned(),
            _ => continue,
        };
        return Err(Error::value(format!("{}: {wrong}", shortened(horizon))));
    }
    Ok(())
}

fn rises(knots: &[(f64, f64)]) -> bool {
    let probability = |p: &f64| (0.0..=1.0).contains(p);
    !knots.is_empty()
        && knots.iter().all(|(at, value)| probability(at) && probability(value))
        && knots.windows(2).all(|w| w[0].0 < w[1].0 && w[0].1 <= w[1].1)
}

/// Takes away the results of horizons that were not recalibrated, with what rests on them, and what golden vectors expect
/// of them.
fn leave_out_others(file: &mut Value, new: &RecalibratedVersion) {
    let recalibrated = |horizon: &str| new.maps.iter().any(|(name, _)| name == horizon);
    let outputs = file["outputs"].as_array().into_iter().flatten();
    let others = outputs.filter(|output| output["horizon"].as_str().is_some_and(|h| !recalibrated(h)));
    let others: Vec<String> = others.filter_map(|output| output["field"].as_str().map(str::to_owned)).collect();
    let gone = resting_on(file, others.into_iter());
    if let Some(outputs) = file["outputs"].as_array_mut() {
        outputs.retain(|output| output["field"].as_str().is_none_or(|field| !gone.contains(field)));
    }
    let vectors = file["golden"].as_array_mut().into_iter().flatten();
    for vector in vectors.flat_map(|set| set["vectors"].as_array_mut().into_iter().flatten()) {
        if let Some(expected) = vector["expected"].as_object_mut() {
            expected.retain(|key, _| !gone.contains(key.as_str()));
        }
    }
}

/// Outputs that come, over any number of steps, from one of these, with those.
fn resting_on(file: &Value, fields: impl Iterator<Item = String>) -> BTreeSet<String> {
    let mut gone: BTreeSet<String> = fields.collect();
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
        "sample": format!("terms: {a}; recalibration: {b}"),
        "period": format!("terms: {}; recalibration: {}", card.period, new.period),
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
