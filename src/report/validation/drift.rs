//! A stream of assessments watched, as a table, charts and a page.

use super::{ReportSection, Words, table};
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::report::sheet::on_a_sheet;
use crate::report::table::ReportTable;
use crate::report::thousands;
use crate::validation::{Drift, DriftAlarm, DriftPeriod, Rate, SMALL_GROUP};

/// A report of a stream that was watched ([`Drift`]). It holds no identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftReport {
    language: Language,
    subtitle: String,
    findings: Vec<String>,
    sections: Vec<ReportSection>,
}

impl DriftReport {
    /// `left` assessments after the reference are in no period.
    pub fn new(drift: &Drift, left: usize, language: Language) -> DriftReport {
        let w = Words(language);
        let people: usize = drift.periods.iter().map(|p| p.people).sum();
        let n = |k: usize| thousands(k as u64, language);
        let subtitle = w.pick(
            &format!(
                "{} beoordelingen in {} perioden, na een referentie van {}",
                n(people),
                drift.periods.len(),
                n(drift.options.reference)
            ),
            &format!(
                "{} assessments in {} periods, after a reference of {}",
                n(people),
                drift.periods.len(),
                n(drift.options.reference)
            ),
        );
        let findings = drift
            .periods
            .iter()
            .filter(|p| !p.alarms.is_empty())
            .map(|p| format!("{}: {}", p.name, alarms(w, drift, p)))
            .collect();
        let mut sections = vec![by_period(w, drift, left), outcomes(w, drift), cusum(w, drift), stability(w, drift)];
        if !drift.shares.is_empty() {
            sections.push(shares(w, drift));
        }
        DriftReport { language, subtitle, findings, sections }
    }

    /// The figures by period.
    pub fn table(&self) -> &ReportTable {
        &self.sections[0].table
    }
}

on_a_sheet! {
    DriftReport,
    title: ["Verloop van beoordelingen", "Assessments over time"],
    standing: [
        "Dit verslag zegt of uitkomsten, scores en antwoorden nog zijn wat zij waren. Een alarm is een reden om te kijken, geen bewijs van een fout; geen alarm is geen bewijs dat alles klopt.",
        "This report says whether outcomes, scores and answers are still what they were. An alarm is a reason to look, no proof of an error; no alarm is no proof that all is well.",
    ],
}

fn alarms(w: Words, drift: &Drift, period: &DriftPeriod) -> String {
    let words = period.alarms.iter().map(|alarm| match alarm {
        DriftAlarm::MoreOutcomes => w.pick("meer uitkomsten", "more outcomes"),
        DriftAlarm::FewerOutcomes => w.pick("minder uitkomsten", "fewer outcomes"),
        DriftAlarm::ScoresMoved => w.pick("scores verschoven", "scores moved"),
        DriftAlarm::ShareMoved(i) => {
            let (name, was) = &drift.shares[*i];
            let per_cent = |share: f64| w.number(100.0 * share, 1);
            let was_word = w.pick("was", "was");
            format!("{name}: {} % {was_word} {} %", per_cent(period.shares[*i]), per_cent(*was))
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn by_period(w: Words, drift: &Drift, left: usize) -> ReportSection {
    let header = [
        w.pick("periode", "period"),
        w.pick("personen", "people"),
        w.pick("waargenomen", "observed"),
        w.pick("verwacht", "expected"),
        w.pick("CUSUM meer", "CUSUM more"),
        w.pick("minder", "fewer"),
        "PSI".into(),
        "p".into(),
        w.pick("alarmen", "alarms"),
    ];
    let rows = drift.periods.iter().map(|p| {
        vec![
            p.name.clone(),
            p.people.to_string(),
            w.number(p.events as f64 / p.people as f64, 3),
            w.number(p.expected, 3),
            w.number(p.cusum[0], 3),
            w.number(p.cusum[1], 3),
            w.number(p.stability, 3),
            w.number(p.stability_p, 3),
            alarms(w, drift, p),
        ]
    });
    let every = drift.options.false_alarm_every;
    let (more, fewer) = (w.number(drift.limits[0], 2), w.number(drift.limits[1], 2));
    let first = drift.options.reference;
    let notes = vec![
        w.pick(
            &format!("CUSUM-grenzen {more} (odds verdubbeld) en {fewer} (gehalveerd): elk gaat eens in {every} beoordelingen af terwijl de kansen kloppen; na een alarm begint een kaart opnieuw."),
            &format!("CUSUM limits {more} (odds doubled) and {fewer} (halved): each fires once in {every} assessments while the risks are right; after an alarm a chart begins again."),
        ),
        w.pick(
            &format!("PSI tegen de eerste {first} beoordelingen, bij elk aantal een half opgeteld; p is de kans op evenveel zonder verandering. Scores en delen geven alarm bij een p onder personen / {every} (hoogstens 0,05): eens in evenveel beoordelingen."),
            &format!("PSI against the first {first} assessments, a half added to every count; p is the chance of as much without change. Scores and shares alarm at a p below people / {every} (at most 0.05): once in as many assessments."),
        ),
        w.pick(
            &format!("{left} beoordelingen na de referentie vallen in geen hele periode en staan er niet bij."),
            &format!("{left} assessments after the reference are in no whole period and are not shown."),
        ),
    ];
    ReportSection {
        heading: w.pick("Per periode", "By period"),
        table: table(&header, rows.collect(), notes),
        picture: None,
    }
}

/// A chart over the periods, numbered from 1.
fn chart(w: Words, drift: &Drift, title: String, y_label: String, lines: Vec<SquareLine>) -> Square {
    let last = drift.periods.len() as f64;
    let top = lines.iter().flat_map(|l| &l.points).map(|p| p.1).fold(0.0, f64::max);
    let (first_name, last_name) = (&drift.periods[0].name, &drift.periods[drift.periods.len() - 1].name);
    Square {
        title,
        subtitle: w.pick(
            &format!("perioden 1 ({first_name}) tot en met {last} ({last_name})"),
            &format!("periods 1 ({first_name}) to {last} ({last_name})"),
        ),
        x_label: w.pick("periode", "period"),
        y_label,
        x: [0.5, last + 0.5],
        y: [0.0, if top > 0.0 { 1.1 * top } else { 1.0 }],
        lines,
        decimal_comma: w.0 == Language::Dutch,
        ..Square::default()
    }
}

fn line_of(drift: &Drift, label: String, value: impl Fn(&DriftPeriod) -> f64) -> SquareLine {
    let points = drift.periods.iter().enumerate().map(|(i, p)| (i as f64 + 1.0, value(p))).collect();
    SquareLine { label, points }
}

fn level(drift: &Drift, label: String, value: f64) -> SquareLine {
    SquareLine { label, points: vec![(0.5, value), (drift.periods.len() as f64 + 0.5, value)] }
}

fn section(heading: String, picture: Square) -> ReportSection {
    ReportSection { heading, table: table(&[], Vec::new(), Vec::new()), picture: Some(picture.svg()) }
}

fn outcomes(w: Words, drift: &Drift) -> ReportSection {
    let heading = w.pick("Waargenomen en verwacht", "Observed and expected");
    let lines = vec![line_of(drift, w.pick("verwacht: gemiddelde kans", "expected: mean risk"), |p| p.expected)];
    let mut picture = chart(w, drift, heading.clone(), w.pick("deel met de uitkomst", "share with the outcome"), lines);
    for (i, p) in drift.periods.iter().enumerate().filter(|(_, p)| p.people >= SMALL_GROUP) {
        if let Ok(rate) = Rate::of_counts(p.events as f64, p.people as f64) {
            let [low, high] = rate.wilson();
            picture.points.push((i as f64 + 1.0, rate.value(), low, high));
            picture.y[1] = picture.y[1].max((1.05 * high).min(1.0));
        }
    }
    picture.caption.push(w.pick(
        "Stippen: waargenomen deel, met 95 %-interval (Wilson).",
        "Dots: observed share, with 95 % interval (Wilson).",
    ));
    section(heading, picture)
}

fn cusum(w: Words, drift: &Drift) -> ReportSection {
    let heading = w.pick("CUSUM van uitkomsten", "CUSUM of outcomes");
    let lines = vec![
        line_of(drift, w.pick("meer uitkomsten (odds verdubbeld)", "more outcomes (odds doubled)"), |p| p.cusum[0]),
        line_of(drift, w.pick("minder uitkomsten (gehalveerd)", "fewer outcomes (halved)"), |p| p.cusum[1]),
        level(drift, w.pick("grens voor meer", "limit for more"), drift.limits[0]),
        level(drift, w.pick("grens voor minder", "limit for fewer"), drift.limits[1]),
    ];
    let mut picture = chart(w, drift, heading.clone(), "CUSUM".into(), lines);
    picture.caption.push(w.pick(
        "Stand aan het einde van elke periode; na een alarm begint een kaart opnieuw.",
        "As it stands at the end of each period; after an alarm a chart begins again.",
    ));
    section(heading, picture)
}

fn stability(w: Words, drift: &Drift) -> ReportSection {
    let heading = w.pick("Stabiliteit van scores", "Stability of scores");
    let lines = vec![line_of(drift, "PSI".into(), |p| p.stability)];
    let mut picture = chart(w, drift, heading.clone(), "PSI".into(), lines);
    picture.caption.push(w.pick(
        "Hoe hoog een index zonder verandering komt hangt af van het aantal personen; of er iets is veranderd zegt de p in de tabel.",
        "How high an index gets without change depends on the number of people; whether anything changed is said by p in the table.",
    ));
    section(heading, picture)
}

fn shares(w: Words, drift: &Drift) -> ReportSection {
    let heading = w.pick("Onbekende antwoorden en afwijkingen", "Unknown answers and overrides");
    let lines = drift.shares.iter().enumerate().map(|(i, (name, _))| line_of(drift, name.clone(), |p| p.shares[i]));
    let picture = chart(w, drift, heading.clone(), w.pick("deel", "share"), lines.collect());
    section(heading, picture)
}
