//! Risks and scores against follow-up with times.

use super::{ReportSection, ValidationReport, Words, pictures, table};
use crate::error::Result;
use crate::profile::language::Language;
use crate::report::thousands;
use crate::survival::{EventStatus, FollowUp};
use crate::validation::{AtHorizon, SMALL_GROUP, at_horizon, harrell, harrell_by, horizon_groups, uno};

impl ValidationReport {
    /// A report of people followed up: curves, concordance of scores, risks by their horizons.
    ///
    /// # Errors
    /// When a column is of another number of people, a risk is no probability, or a horizon lies beyond follow-up.
    pub fn follow_up(
        people: &FollowUp,
        scores: &[(String, Vec<f64>)],
        risks: &[(f64, Vec<f64>)],
        horizons: &[f64],
        missing: u64,
        language: Language,
    ) -> Result<ValidationReport> {
        let w = Words(language);
        let n = |k: usize| thousands(k as u64, language);
        let (events, competing) = (people.ended(EventStatus::Event), people.ended(EventStatus::Competing));
        let censored = people.ended(EventStatus::Censored);
        let mut subtitle = language.pick(
            format!(
                "{} personen: {} met de uitkomst, {} met een concurrerende, {} zonder tot het einde",
                n(people.len()),
                n(events),
                n(competing),
                n(censored)
            ),
            format!(
                "{} people: {} with the event, {} with a competing one, {} without until the end",
                n(people.len()),
                n(events),
                n(competing),
                n(censored)
            ),
        );
        if missing > 0 {
            let n = thousands(missing, language);
            subtitle += &language.pick(
                format!("; {n} rijen weggelaten (waarde ontbreekt)"),
                format!("; {n} rows left out (a value is missing)"),
            );
        }
        let mut sections = vec![curves(w, people, horizons)?];
        if !scores.is_empty() {
            sections.push(concordance(w, people, scores, horizons)?);
        }
        if !risks.is_empty() {
            sections.push(at_horizons(w, people, risks)?);
            for (horizon, risk) in risks {
                sections.push(calibration_at(w, people, risk, *horizon)?);
            }
        }
        Ok(ValidationReport { language, subtitle, sections, findings: Vec::new() })
    }
}

fn curves(w: Words, people: &FollowUp, horizons: &[f64]) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for &h in horizons {
        let (s, i, c) = (people.survival_at(h)?, people.incidence_at(h)?, people.competing_incidence_at(h)?);
        rows.push(vec![
            format!("{h}"),
            w.number(i.incidence, 3),
            w.number(i.se_jackknife, 3),
            w.number(c.incidence, 3),
            w.number(s.survival, 3),
            s.log_log.map_or_else(|_| w.none(), |[a, b]| w.range(a, b, 3)),
            w.number(s.at_risk, 0),
        ]);
    }
    let header = [
        w.pick("tijd", "time"),
        w.pick("met de uitkomst", "with the event"),
        "se".into(),
        w.pick("met een concurrerende", "with a competing one"),
        w.pick("zonder beide", "with neither"),
        "95 %".into(),
        w.pick("zo lang gevolgd", "followed so long"),
    ];
    let note = w.pick(
        "Met de uitkomst: Aalen-Johansen. Een min Kaplan-Meier, met concurrerende uitkomsten als censurering, is altijd te hoog en staat hier niet.",
        "With the event: Aalen-Johansen. One minus Kaplan-Meier, competing events counted as censored, is always too high and is not here.",
    );
    let heading = w.pick("Wat er gebeurde", "What happened");
    Ok(ReportSection { heading, table: table(&header, rows, vec![note]), picture: None })
}

fn concordance(w: Words, people: &FollowUp, scores: &[(String, Vec<f64>)], horizons: &[f64]) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for (name, score) in scores {
        let c = harrell(people, score)?;
        let cells = c.as_ref().map_or([w.none(), w.none()], |c| [w.number(c.value, 3), w.number(c.se, 3)]);
        let all = w.pick("alle", "all");
        rows.push([vec![name.clone(), all], cells.to_vec(), vec![w.none()]].concat());
        for &h in horizons {
            let figure = |d: crate::validation::Defined<f64>| d.map_or_else(|_| w.none(), |v| w.number(v, 3));
            let (a, b) = (figure(harrell_by(people, score, h)?), figure(uno(people, score, h)?));
            rows.push(vec![name.clone(), format!("<= {h}"), a, w.none(), b]);
        }
    }
    let header =
        [w.pick("score", "score"), w.pick("uitkomsten", "events"), "Harrell".into(), "se".into(), "Uno".into()];
    let note = w.pick(
        "Concordantie: deel van de vergelijkbare paren waarin wie eerder de uitkomst had de hogere score had; gelijke scores tellen half. Concurrerende uitkomsten tellen hier als gecensureerd.",
        "Concordance: part of comparable pairs in which who had the event first had the higher score; equal scores count half. Competing events count as censored here.",
    );
    let heading = w.pick("Volgorde", "Order");
    Ok(ReportSection { heading, table: table(&header, rows, vec![note]), picture: None })
}

fn at_horizons(w: Words, people: &FollowUp, risks: &[(f64, Vec<f64>)]) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for (h, risk) in risks {
        let f = at_horizon(people, risk, *h, AtHorizon::Known)?;
        let mut row = vec![format!("{h}"), f.events.to_string(), f.unknown.to_string()];
        row.extend(w.measured(&f.auc.map(|a| a.area), 3));
        row.extend(w.measured(&Ok(f.brier), 4));
        row.push(f.ipa.map_or_else(|_| w.none(), |v| w.number(v, 3)));
        row.push(w.number(f.observed_over_expected, 3));
        rows.push(row);
    }
    let header = [
        w.pick("horizon", "horizon"),
        w.pick("uitkomsten", "events"),
        w.pick("onbekend", "unknown"),
        "AUC".into(),
        "95 %".into(),
        "Brier".into(),
        "95 %".into(),
        "IPA".into(),
        w.pick("waargenomen / verwacht", "observed / expected"),
    ];
    let note = w.pick(
        "Wie tot en met de horizon is gevolgd is daar bekend; wie eerder uit beeld raakte wordt door gewichten 1/G(T-) vervangen. Controles zijn allen van wie bekend is dat zij de uitkomst niet hadden, ook met een concurrerende.",
        "Whoever is followed up to the horizon is known at it; those lost before are made up for by weights 1/G(T-). Controls are all who are known not to have had the event, those with a competing one included.",
    );
    let heading = w.pick("Kansen op hun horizon", "Risks at their horizon");
    Ok(ReportSection { heading, table: table(&header, rows, vec![note]), picture: None })
}

/// Observed against expected at a horizon, in figures and as a picture.
fn calibration_at(w: Words, people: &FollowUp, risk: &[f64], horizon: f64) -> Result<ReportSection> {
    let groups = horizon_groups(people, risk, horizon)?;
    let mut rows = Vec::new();
    let mut points = Vec::new();
    for group in groups.iter().filter(|g| g.people >= SMALL_GROUP) {
        let shown = match (&group.observed, &group.interval) {
            (Ok(share), Ok([low, high])) => {
                points.push((group.expected, *share, *low, *high));
                [w.number(*share, 3), w.range(*low, *high, 3)]
            }
            (Err(why), _) | (_, Err(why)) => [w.none(), why.reason().to_owned()],
        };
        rows.push([vec![group.people.to_string(), w.number(group.expected, 3)], shown.to_vec()].concat());
    }
    let header = [
        w.pick("personen", "people"),
        w.pick("voorspelde kans", "predicted risk"),
        w.pick("met de uitkomst", "with the event"),
        "95 %".into(),
    ];
    let hidden = groups.iter().filter(|g| g.people < SMALL_GROUP).count();
    let mut notes = vec![w.pick(
        "Tiende delen van de personen op volgorde van kans. Met de uitkomst: Aalen-Johansen binnen de groep; interval van Wilson bij het aantal personen waarbij een deel zonder censurering deze standaardfout heeft.",
        "Tenths of the people in order of risk. With the event: Aalen-Johansen within the group; Wilson's interval at the number of people with whom a share has this standard error without censoring.",
    )];
    if hidden > 0 {
        notes.push(w.pick(
            &format!("{hidden} groepen van minder dan 10 personen staan er niet bij."),
            &format!("{hidden} groups of fewer than 10 people are not shown."),
        ));
    }
    let heading = w.pick(&format!("Kalibratie bij {horizon}"), &format!("Calibration at {horizon}"));
    let words = [
        w.pick("deel met de uitkomst bij elke voorspelde kans", "share with the event at each predicted risk"),
        w.pick("voorspelde kans", "predicted risk"),
        w.pick("deel met de uitkomst", "share with the event"),
    ];
    let picture = pictures::by_group(w, &heading, words, points);
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: Some(picture) })
}
