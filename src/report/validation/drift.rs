//! A stream of assessments watched, as a table, charts and a page.

use super::{ReportSection, Words, table};
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::report::sheet::on_a_sheet;
use crate::report::table::ReportTable;
use crate::report::thousands;
use crate::validation::{Drift, DriftAlarm, Rate, SMALL_GROUP, ShownDrift, ShownPeriod};

/// A report of a stream that was watched ([`Drift`]). It holds no identifier.
#[derive(Debug, Clone, PartialEq)]
pub struct DriftReport {
    language: Language,
    subtitle: String,
    findings: Vec<String>,
    sections: Vec<ReportSection>,
}

/// A stream and what is shown of it.
struct Seen<'a> {
    drift: &'a Drift,
    shown: ShownDrift,
}

impl DriftReport {
    /// `left` assessments after the reference are in no period. Figures of fewer than ten people and what they would follow
    /// from are hidden unless asked for ([`Drift::shown`]).
    pub fn new(drift: &Drift, left: usize, language: Language, show_small_cells: bool) -> DriftReport {
        let w = Words(language);
        let seen = Seen { drift, shown: drift.shown(show_small_cells) };
        let n = |k: usize| thousands(k as u64, language);
        let (periods, reference) = (drift.periods.len(), n(drift.options.reference));
        let subtitle = match seen.shown.people.map(n) {
            Some(people) => w.pick(
                &format!("{people} beoordelingen in {periods} perioden, na een referentie van {reference}"),
                &format!("{people} assessments in {periods} periods, after a reference of {reference}"),
            ),
            None => w.pick(
                &format!("{periods} perioden, na een referentie van {reference} beoordelingen"),
                &format!("{periods} periods, after a reference of {reference} assessments"),
            ),
        };
        let alarmed = seen.shown.periods.iter().filter(|p| !p.alarms.is_empty());
        let findings = alarmed.map(|p| format!("{}: {}", p.name, alarms(w, &seen, p))).collect();
        let left = match left < SMALL_GROUP && left > 0 && !show_small_cells {
            true => w.pick(&format!("Minder dan {SMALL_GROUP}"), &format!("Fewer than {SMALL_GROUP}")),
            false => left.to_string(),
        };
        let mut sections = vec![by_period(w, &seen, &left), outcomes(w, &seen), cusum(w, &seen), stability(w, &seen)];
        if !drift.shares.is_empty() {
            sections.push(shares(w, &seen));
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

fn alarms(w: Words, seen: &Seen<'_>, period: &ShownPeriod) -> String {
    let words = period.alarms.iter().map(|alarm| match alarm {
        DriftAlarm::MoreOutcomes => w.pick("meer uitkomsten", "more outcomes"),
        DriftAlarm::FewerOutcomes => w.pick("minder uitkomsten", "fewer outcomes"),
        DriftAlarm::ScoresMoved => w.pick("scores verschoven", "scores moved"),
        DriftAlarm::ShareMoved(i) => {
            let name = &seen.drift.shares[*i].0;
            let per_cent = |share: f64| w.number(100.0 * share, 1);
            match (period.shares[*i].map(per_cent), seen.shown.shares[*i].map(per_cent)) {
                (Some(now), Some(was)) => format!("{name}: {now} % {} {was} %", w.pick("was", "was")),
                (Some(now), None) => format!("{name}: {now} %"),
                (None, _) => format!("{name}: {}", w.pick("verschoven", "moved")),
            }
        }
    });
    words.collect::<Vec<_>>().join("; ")
}

fn by_period(w: Words, seen: &Seen<'_>, left: &str) -> ReportSection {
    let drift = seen.drift;
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
    let number = |value: Option<f64>| value.map_or_else(|| w.none(), |value| w.number(value, 3));
    let rows = seen.shown.periods.iter().map(|p| {
        vec![
            p.name.clone(),
            p.people.map_or_else(|| w.none(), |n| n.to_string()),
            number(p.observed()),
            number(p.expected),
            number(p.cusum.map(|c| c[0])),
            number(p.cusum.map(|c| c[1])),
            number(p.stability.map(|s| s[0])),
            number(p.stability.map(|s| s[1])),
            alarms(w, seen, p),
        ]
    });
    let every = drift.options.false_alarm_every;
    let (more, fewer) = (w.number(drift.limits[0], 2), w.number(drift.limits[1], 2));
    let first = drift.options.reference;
    let mut notes = vec![
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
    if seen.shown.hidden {
        notes.push(w.not_shown(
            &format!("minder dan {SMALL_GROUP} personen met of zonder uitkomst of kenmerk; PSI is van delen van {SMALL_GROUP} personen of meer, alarmen van kleinere perioden staan bij de volgende"),
            &format!("fewer than {SMALL_GROUP} people with or without outcome or mark; PSI is of parts of {SMALL_GROUP} people or more, alarms of charts in smaller periods stand with the next"),
        ));
    }
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

fn line_of(seen: &Seen<'_>, label: String, value: impl Fn(&ShownPeriod) -> Option<f64>) -> SquareLine {
    let periods = seen.shown.periods.iter().enumerate();
    let points = periods.filter_map(|(i, p)| Some((i as f64 + 1.0, value(p)?))).collect();
    SquareLine { label, points }
}

fn level(drift: &Drift, label: String, value: f64) -> SquareLine {
    SquareLine { label, points: vec![(0.5, value), (drift.periods.len() as f64 + 0.5, value)] }
}

fn section(heading: String, picture: Square) -> ReportSection {
    ReportSection { heading, table: table(&[], Vec::new(), Vec::new()), picture: Some(picture.svg()) }
}

fn outcomes(w: Words, seen: &Seen<'_>) -> ReportSection {
    let heading = w.pick("Waargenomen en verwacht", "Observed and expected");
    let lines = vec![line_of(seen, w.pick("verwacht: gemiddelde kans", "expected: mean risk"), |p| p.expected)];
    let mut picture =
        chart(w, seen.drift, heading.clone(), w.pick("deel met de uitkomst", "share with the outcome"), lines);
    for (i, p) in seen.shown.periods.iter().enumerate() {
        let (Some(events), Some(people)) = (p.events, p.people) else { continue };
        if let Ok(rate) = Rate::of_counts(events as f64, people as f64) {
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

fn cusum(w: Words, seen: &Seen<'_>) -> ReportSection {
    let heading = w.pick("CUSUM van uitkomsten", "CUSUM of outcomes");
    let lines = vec![
        line_of(seen, w.pick("meer uitkomsten (odds verdubbeld)", "more outcomes (odds doubled)"), |p| {
            Some(p.cusum?[0])
        }),
        line_of(seen, w.pick("minder uitkomsten (gehalveerd)", "fewer outcomes (halved)"), |p| Some(p.cusum?[1])),
        level(seen.drift, w.pick("grens voor meer", "limit for more"), seen.drift.limits[0]),
        level(seen.drift, w.pick("grens voor minder", "limit for fewer"), seen.drift.limits[1]),
    ];
    let mut picture = chart(w, seen.drift, heading.clone(), "CUSUM".into(), lines);
    picture.caption.push(w.pick(
        "Stand aan het einde van elke periode; na een alarm begint een kaart opnieuw.",
        "As it stands at the end of each period; after an alarm a chart begins again.",
    ));
    section(heading, picture)
}

fn stability(w: Words, seen: &Seen<'_>) -> ReportSection {
    let heading = w.pick("Stabiliteit van scores", "Stability of scores");
    let lines = vec![line_of(seen, "PSI".into(), |p| Some(p.stability?[0]))];
    let mut picture = chart(w, seen.drift, heading.clone(), "PSI".into(), lines);
    picture.caption.push(w.pick(
        "Hoe hoog een index zonder verandering komt hangt af van het aantal personen; of er iets is veranderd zegt de p in de tabel.",
        "How high an index gets without change depends on the number of people; whether anything changed is said by p in the table.",
    ));
    section(heading, picture)
}

fn shares(w: Words, seen: &Seen<'_>) -> ReportSection {
    let heading = w.pick("Onbekende antwoorden en afwijkingen", "Unknown answers and overrides");
    let lines = seen.drift.shares.iter().enumerate().map(|(i, (name, _))| line_of(seen, name.clone(), |p| p.shares[i]));
    let picture = chart(w, seen.drift, heading.clone(), w.pick("deel", "share"), lines.collect());
    section(heading, picture)
}
