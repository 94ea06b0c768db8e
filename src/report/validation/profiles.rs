//! Posteriors of profiles against the profiles that were true.

use super::binary::nothing_of;
use super::{ReportSection, ValidationReport, Words, pictures, table};
use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::report::thousands;
use crate::validation::{ClassPredictions, Defined, Rate, SMALL_GROUP, StatedGroup, Told, ToldClasses};

/// Width of the bands of age, in years.
const BAND: f64 = 5.0;

impl ValidationReport {
    /// A report of people whose profile is known: what was stated of the likeliest one by tenths and by age at the end
    /// of the record, each profile by itself, and prediction sets.
    ///
    /// # Small cells
    /// Unless they are asked for, no number of fewer than ten people can be worked out from what is shown. Tenths and ages
    /// are taken together until of each group the likeliest profile was right of ten people and wrong of ten, and so it is
    /// of what groups of the one leave of the other. How many people have a profile is shown where ten have it and the
    /// profiles that are not shown have ten together; whose set holds it where ten sets do and ten do not. It holds for one
    /// report: another one of the same people can be subtracted from it.
    ///
    /// # Errors
    /// When sets or ages are of another number of people.
    pub fn profiles(
        people: &ClassPredictions,
        sets: &[Vec<usize>],
        ages: &[f64],
        missing: u64,
        language: Language,
        show_small_cells: bool,
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
        let all = people.covered(sets, |_| true)?;
        let bands = bands(ages);
        let told = (!show_small_cells).then(|| {
            let covered: Vec<bool> = people.truth().iter().zip(sets).map(|(class, set)| set.contains(class)).collect();
            let ends = [people.ends_of_parts(10, SMALL_GROUP), bands.iter().skip(1).map(|band| band.0).collect()];
            ToldClasses::new(people, &covered, ages, ends)
        });
        let told = told.as_ref();
        if told.is_some() && people.len() < SMALL_GROUP {
            let few = [format!("minder dan {SMALL_GROUP} personen"), format!("fewer than {SMALL_GROUP} people")];
            return Ok(nothing_of(w, people.len() as u64, &few));
        }
        let sections = vec![
            by_tenth(w, people, told),
            by_age(w, people, ages, &bands, told),
            by_profile(w, people, told)?,
            prediction_sets(w, people, sets, all, told)?,
        ];
        Ok(ValidationReport { language, subtitle, sections, findings: Vec::new() })
    }
}

fn header(w: Words, first: &[String]) -> Vec<String> {
    let rest = [w.pick("personen", "people"), w.pick("gezegd", "stated"), w.pick("goed", "right"), "95 %".to_owned()];
    [first, &rest].concat()
}

fn cells(w: Words, group: &StatedGroup, told: Told) -> Vec<String> {
    let [low, high] = group.right.wilson();
    let shown = |shown: bool, text: String| if shown { text } else { w.none() };
    vec![
        shown(told.people, format!("{}", group.right.of)),
        shown(told.people, w.number(group.stated, 3)),
        shown(told.selection, w.number(group.right.value(), 3)),
        shown(told.selection, w.range(low, high, 3)),
    ]
}

/// Why cells of a table are not shown, if some are not.
fn hidden(w: Words, all: bool) -> Option<String> {
    let (dutch, english) = (
        format!("een aantal van minder dan {SMALL_GROUP} personen zou eruit volgen"),
        format!("a number of fewer than {SMALL_GROUP} people would follow"),
    );
    (!all).then(|| w.not_shown(&dutch, &english))
}

/// That groups are taken together, if they are.
fn together(w: Words, taken: bool) -> Option<String> {
    taken.then(|| {
        w.pick(
            &format!("Groepen zijn samengenomen tot elk {SMALL_GROUP} personen of meer heeft van wie het klopt en van wie niet; --show-small-cells toont ze apart."),
            &format!("Groups are taken together until each has {SMALL_GROUP} people or more of whom it is right and of whom it is wrong; --show-small-cells shows each."),
        )
    })
}

fn by_tenth(w: Words, people: &ClassPredictions, told: Option<&ToldClasses>) -> ReportSection {
    let (groups, each) = match told {
        None => {
            let tenths = people.stated_against_found(10, SMALL_GROUP, |_| true);
            let each = vec![Told::ALL; tenths.len()];
            (tenths, each)
        }
        Some(told) => (people.stated_by(&people.likeliest_of_each().0, &told.from[0]), told.groups[0].clone()),
    };
    let rows = groups.iter().zip(&each).map(|(g, told)| cells(w, g, *told)).collect();
    let seen = groups.iter().zip(&each).filter(|(_, told)| told.selection);
    let points = seen.map(|(g, _)| {
        let [low, high] = g.right.wilson();
        (g.stated, g.right.value(), low, high)
    });
    let heading = w.pick("Het waarschijnlijkste profiel", "The likeliest profile");
    let tenths = told.is_none_or(|told| told.from[0] == people.ends_of_parts(10, SMALL_GROUP));
    let picture = pictures::by_group(
        w,
        &heading,
        [
            w.pick("deel waarvan het waarschijnlijkste profiel klopt", "share of whom the likeliest profile is right"),
            w.pick("gezegde kans", "stated probability"),
            w.pick("deel goed", "share right"),
        ],
        points.collect(),
        tenths,
    );
    let mut notes = vec![w.pick(
        "Personen op volgorde van de kans die van hun waarschijnlijkste profiel is gezegd, ook als zij onbeslist zijn.",
        "People in order of the probability stated of their likeliest profile, undecided ones too.",
    )];
    if told.is_none_or(|told| told.right) {
        let [log, brier] = [people.log_score(), people.brier()].map(|score| w.number(score, 4));
        notes.push(w.pick(
            &format!("Logscore {log}, Brier (0 tot 2) {brier}."),
            &format!("Log score {log}, Brier (0 to 2) {brier}."),
        ));
    }
    notes.extend(together(w, !tenths));
    notes.extend(hidden(w, each.iter().all(|told| told.selection)));
    ReportSection { heading, table: table(&header(w, &[]), rows, notes), picture: Some(picture) }
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

fn by_age(
    w: Words,
    people: &ClassPredictions,
    ages: &[f64],
    bands: &[(f64, f64)],
    told: Option<&ToldClasses>,
) -> ReportSection {
    let from: Vec<f64> = told.map_or_else(|| bands.iter().skip(1).map(|b| b.0).collect(), |told| told.from[1].clone());
    let mut rows = Vec::new();
    let each = told.map_or_else(|| vec![Told::ALL; from.len() + 1], |told| told.groups[1].clone());
    for ((k, group), told) in people.stated_by(ages, &from).iter().enumerate().zip(&each) {
        let within = |band: &&(f64, f64)| from.partition_point(|place| *place <= band.0) == k;
        let (first, last) = (bands.iter().find(within), bands.iter().rev().find(within));
        let name = first.zip(last).map_or(String::new(), |(a, b)| format!("{} – {}", a.0, b.1 - 1.0));
        rows.push([vec![name], cells(w, group, *told)].concat());
    }
    let mut notes = vec![w.pick(
        "Leeftijd aan het einde van wat van iemand bekend is; banden met minder dan tien personen zijn bij de volgende gevoegd.",
        "Age at the end of what is known of somebody; bands of fewer than ten people are joined to the next.",
    )];
    notes.extend(together(w, rows.len() < bands.len()));
    notes.extend(hidden(w, each.iter().all(|told| told.selection)));
    let heading = w.pick("Naar leeftijd", "By age");
    ReportSection { heading, table: table(&header(w, &[w.pick("leeftijd", "age")]), rows, notes), picture: None }
}

/// The name of a class of posteriors.
fn name(w: Words, key: &str) -> String {
    let profile = Profile::ALL.iter().find(|p| p.key() == key);
    profile.map_or_else(|| w.pick("geen profiel", "no profile"), |p| p.label(w.0).to_owned())
}

fn by_profile(w: Words, people: &ClassPredictions, told: Option<&ToldClasses>) -> Result<ReportSection> {
    let mut rows = Vec::new();
    let mut all = true;
    for (class, figures) in people.by_class()?.iter().enumerate() {
        if told.is_none() && figures.found.count == 0.0 && figures.stated == 0.0 {
            continue;
        }
        let shown = told.is_none_or(|told| told.classes[class].people);
        all &= shown;
        let [low, high] = figures.found.wilson();
        let mut row = vec![name(w, &figures.label), w.number(figures.stated, 3)];
        row.extend([w.number(figures.found.value(), 3), w.range(low, high, 3)]);
        row.extend(w.measured(&figures.slope, 3));
        if !shown {
            row[2..].fill(w.none());
        }
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
    let notes = std::iter::once(note).chain(hidden(w, all)).collect();
    let heading = w.pick("Naar profiel", "By profile");
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: None })
}

fn prediction_sets(
    w: Words,
    people: &ClassPredictions,
    sets: &[Vec<usize>],
    all: Defined<Rate>,
    told: Option<&ToldClasses>,
) -> Result<ReportSection> {
    let mut rows = Vec::new();
    let mut whole = true;
    let mut row = |label: String, rate: &Defined<Rate>, told: Told| {
        whole &= told.people && told.base;
        let shown = |shown: bool, text: &dyn Fn(&Rate) -> String| {
            rate.as_ref().ok().filter(|_| shown).map_or_else(|| w.none(), text)
        };
        let range = |rate: &Rate| {
            let [low, high] = rate.wilson();
            w.range(low, high, 3)
        };
        rows.push(vec![
            label,
            shown(told.people, &|rate| format!("{}", rate.of)),
            shown(told.base, &|rate| w.number(rate.value(), 3)),
            shown(told.base, &range),
        ]);
    };
    row(w.pick("alle", "all"), &all, Told { base: told.is_none_or(|told| told.covered), ..Told::PEOPLE });
    for (class, key) in people.labels().iter().enumerate() {
        let rate = people.covered(sets, |i| people.truth()[i] == class)?;
        // that nobody has it may not be told either
        if told.is_some() || rate.is_ok() {
            row(name(w, key), &rate, told.map_or(Told::ALL, |told| told.classes[class]));
        }
    }
    let header = [
        w.pick("waar profiel", "true profile"),
        w.pick("personen", "people"),
        w.pick("in de verzameling", "in the set"),
        "95 %".into(),
    ];
    let notes = hidden(w, whole).into_iter().collect();
    let heading = w.pick("Verzamelingen van profielen", "Prediction sets");
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: None })
}
