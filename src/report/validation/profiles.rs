//! Posteriors of profiles against the profiles that were true.

use super::{ReportSection, ValidationReport, Words, pictures, table};
use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::report::cells::{ShownCount, protect};
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
    let [low, high] = group.right.wilson();
    let right = w.number(group.right.value(), 3);
    vec![format!("{}", group.right.of), w.number(group.stated, 3), right, w.range(low, high, 3)]
}

fn by_tenth(w: Words, people: &ClassPredictions) -> ReportSection {
    let groups = people.stated_against_found(10, SMALL_GROUP, |_| true);
    let rows = groups.iter().map(|g| cells(w, g)).collect();
    let points = groups.iter().map(|g| {
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

/// Bands of age, from and to: of five years, or as many more as ten people need.
fn bands(ages: &[f64]) -> Vec<(f64, f64)> {
    let of = |age: f64| (age / BAND).floor() * BAND;
    let mut sorted: Vec<f64> = ages.iter().map(|&age| of(age)).collect();
    sorted.sort_by(f64::total_cmp);
    let mut bands: Vec<(f64, f64, usize)> = Vec::new();
    for from in sorted {
        match bands.last_mut() {
            Some(last) if from < last.1 => last.2 += 1,
            Some(last) if last.2 < SMALL_GROUP => (last.1, last.2) = (from + BAND, last.2 + 1),
            _ => bands.push((from, from + BAND, 1)),
        }
    }
    // the last band may be small still
    while bands.len() > 1 && bands[bands.len() - 1].2 < SMALL_GROUP {
        if let (Some(last), Some(before)) = (bands.pop(), bands.last_mut()) {
            (before.1, before.2) = (last.1, before.2 + last.2);
        }
    }
    bands.into_iter().map(|(from, to, _)| (from, to)).collect()
}

fn by_age(w: Words, people: &ClassPredictions, ages: &[f64]) -> ReportSection {
    let mut rows = Vec::new();
    for (from, to) in bands(ages) {
        for group in people.stated_against_found(1, 1, |i| (from..to).contains(&ages[i])) {
            let name = format!("{from} – {}", to - 1.0);
            rows.push([vec![name], cells(w, &group)].concat());
        }
    }
    let note = w.pick(
        "Leeftijd aan het einde van wat van iemand bekend is; banden met minder dan tien personen zijn bij de volgende gevoegd.",
        "Age at the end of what is known of somebody; bands of fewer than ten people are joined to the next.",
    );
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
    let mut rates = Vec::new();
    for (class, key) in people.labels().iter().enumerate() {
        if let Ok(rate) = people.covered(sets, |i| people.truth()[i] == class)? {
            rates.push((name(w, key), rate));
        }
    }
    let shown = protect(&rates.iter().map(|(_, rate)| rate.of as u64).collect::<Vec<_>>());
    let row = |label: String, rate: &Rate, shown: bool| {
        let [low, high] = rate.wilson();
        match shown {
            true => vec![label, format!("{}", rate.of), w.number(rate.value(), 3), w.range(low, high, 3)],
            false => vec![label, w.none(), w.none(), w.none()],
        }
    };
    let mut rows = Vec::new();
    if let Ok(all) = people.covered(sets, |_| true)? {
        rows.push(row(w.pick("alle", "all"), &all, true));
    }
    for ((label, rate), shown) in rates.into_iter().zip(shown) {
        rows.push(row(label, &rate, matches!(shown, ShownCount::Exact(_))));
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
