//! Posteriors of profiles against the profiles that were true.

use super::{ReportSection, ValidationReport, Words, pictures, table};
use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::report::thousands;
use crate::validation::{ClassPredictions, Rate, SMALL_GROUP, StatedGroup};

/// Width of the bands of age, in years.
const BAND: f64 = 5.0;

impl ValidationReport {
    /// A report of people whose profile is known: what was stated of the likeliest one by tenths and by age at the end
    /// of the record, each profile by itself, and prediction sets.
    ///
    /// # Errors
    /// When sets or ages are of another number of people.
    pub fn profiles(
        people: &ClassPredictions,
        sets: &[Vec<usize>],
        ages: &[f64],
        missing: u64,
        language: Language,
    ) -> Result<ValidationReport> {
        if ages.len() != people.len() {
            return Err(Error::options(format!("{} ages for {} people", ages.len(), people.len())));
        }
        let w = Words(language);
        let n = thousands(people.len() as u64, language);
        let mut subtitle =
            w.pick(&format!("{n} personen met een bekend profiel"), &format!("{n} people of known profile"));
        if missing > 0 {
            let n = thousands(missing, language);
            subtitle +=
                &w.pick(&format!("; {n} zonder antwoord weggelaten"), &format!("; {n} without an answer left out"));
        }
        let sections = vec![
            by_tenth(w, people),
            by_age(w, people, ages),
            by_profile(w, people)?,
            prediction_sets(w, people, sets)?,
        ];
        Ok(ValidationReport { language, subtitle, sections, findings: Vec::new() })
    }
}

fn header(w: Words, first: &[String]) -> Vec<String> {
    let rest = [w.pick("personen", "people"), w.pick("gezegd", "stated"), w.pick("goed", "right"), "95 %".to_owned()];
    [first, &rest].concat()
}

fn cells(w: Words, group: &StatedGroup) -> Vec<String> {
    let of = group.right.of;
    if of < SMALL_GROUP as f64 {
        return vec!["< 10".into(), w.none(), w.none(), w.none()];
    }
    let [low, high] = group.right.wilson();
    vec![format!("{of}"), w.number(group.stated, 3), w.number(group.right.value(), 3), w.range(low, high, 3)]
}

fn by_tenth(w: Words, people: &ClassPredictions) -> ReportSection {
    let parts = (people.len() / SMALL_GROUP).clamp(1, 10);
    let groups = people.stated_against_found(parts, |_| true);
    let rows = groups.iter().map(|g| cells(w, g)).collect();
    let points = groups.iter().filter(|g| g.right.of >= SMALL_GROUP as f64).map(|g| {
        let [low, high] = g.right.wilson();
        (g.stated, g.right.value(), low, high)
    });
    let heading = w.pick("Het waarschijnlijkste profiel", "The likeliest profile");
    let picture = pictures::by_group(
        w,
        &heading,
        [
            w.pick("deel waarvan het waarschijnlijkste profiel klopt", "share of whom the likeliest profile is right"),
            w.pick("gezegde kans", "stated probability"),
            w.pick("deel goed", "share right"),
        ],
        points.collect(),
    );
    let note = w.pick(
        "Personen op volgorde van de kans die van hun waarschijnlijkste profiel is gezegd, ook als zij onbeslist zijn.",
        "People in order of the probability stated of their likeliest profile, undecided ones too.",
    );
    let score = w.pick(
        &format!("Logscore {}, Brier (0 tot 2) {}.", w.number(people.log_score(), 4), w.number(people.brier(), 4)),
        &format!("Log score {}, Brier (0 to 2) {}.", w.number(people.log_score(), 4), w.number(people.brier(), 4)),
    );
    ReportSection { heading, table: table(&header(w, &[]), rows, vec![note, score]), picture: Some(picture) }
}

fn by_age(w: Words, people: &ClassPredictions, ages: &[f64]) -> ReportSection {
    let band = |age: f64| (age / BAND).floor();
    let mut bands: Vec<f64> = ages.iter().copied().map(band).collect();
    bands.sort_by(f64::total_cmp);
    bands.dedup();
    let mut rows = Vec::new();
    for b in bands {
        for group in people.stated_against_found(1, |i| band(ages[i]) == b) {
            let name = format!("{} – {}", b * BAND, (b + 1.0) * BAND - 1.0);
            rows.push([vec![name], cells(w, &group)].concat());
        }
    }
    let note =
        w.pick("Leeftijd aan het einde van wat van iemand bekend is.", "Age at the end of what is known of somebody.");
    let heading = w.pick("Naar leeftijd", "By age");
    ReportSection { heading, table: table(&header(w, &[w.pick("leeftijd", "age")]), rows, vec![note]), picture: None }
}

/// The name of a class of posteriors.
fn name(w: Words, key: &str) -> String {
    let profile = Profile::ALL.iter().find(|p| p.key() == key);
    profile.map_or_else(|| w.pick("geen profiel", "no profile"), |p| p.label(w.0).to_owned())
}

fn by_profile(w: Words, people: &ClassPredictions) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for class in people.by_class()? {
        if class.found.count == 0.0 && class.stated == 0.0 {
            continue;
        }
        let [low, high] = class.found.wilson();
        let mut row = vec![name(w, &class.label), w.number(class.stated, 3)];
        row.extend([w.number(class.found.value(), 3), w.range(low, high, 3)]);
        row.extend(w.measured(&class.slope, 3));
        rows.push(row);
    }
    let header = [
        w.pick("profiel", "profile"),
        w.pick("gezegd", "stated"),
        w.pick("gevonden", "found"),
        "95 %".into(),
        w.pick("helling", "slope"),
        "95 %".into(),
    ];
    let note = w.pick(
        "Gezegd: gemiddelde kans op het profiel. Gevonden: deel dat het heeft. Helling van de logistische herkalibratie: 1 als de kansen kloppen, lager als zij te stellig zijn.",
        "Stated: mean probability of the profile. Found: share that has it. Slope of the logistic recalibration: 1 when the probabilities are right, lower when they are too sure.",
    );
    let heading = w.pick("Naar profiel", "By profile");
    Ok(ReportSection { heading, table: table(&header, rows, vec![note]), picture: None })
}

fn prediction_sets(w: Words, people: &ClassPredictions, sets: &[Vec<usize>]) -> Result<ReportSection> {
    let mut rows = Vec::new();
    let mut row = |label: String, rate: &Rate| {
        let [low, high] = rate.wilson();
        rows.push(match rate.of < SMALL_GROUP as f64 {
            true => vec![label, "< 10".into(), w.none(), w.none()],
            false => vec![label, format!("{}", rate.of), w.number(rate.value(), 3), w.range(low, high, 3)],
        });
    };
    if let Ok(all) = people.covered(sets, |_| true)? {
        row(w.pick("alle", "all"), &all);
    }
    for (class, key) in people.labels().iter().enumerate() {
        if let Ok(rate) = people.covered(sets, |i| people.truth()[i] == class)? {
            row(name(w, key), &rate);
        }
    }
    let header = [
        w.pick("waar profiel", "true profile"),
        w.pick("personen", "people"),
        w.pick("in de verzameling", "in the set"),
        "95 %".into(),
    ];
    let heading = w.pick("Verzamelingen van profielen", "Prediction sets");
    Ok(ReportSection { heading, table: table(&header, rows, Vec::new()), picture: None })
}
