//! Risks and scores against follow-up with times.

use super::binary::nothing;
use super::{ReportSection, ValidationReport, Words, pictures, table};
use crate::error::Result;
use crate::profile::language::Language;
use crate::report::thousands;
use crate::survival::{EventStatus, FollowUp};
use crate::validation::{
    AtHorizon, Defined, SMALL_GROUP, Times, at_horizon, ends_of_tenths, harrell, harrell_by, horizon_groups,
    horizon_groups_from, uno,
};

impl ValidationReport {
    /// A report of people followed up: curves, concordance of scores, risks by their horizons.
    ///
    /// # Small cells
    /// Unless they are asked for, no number of fewer than ten people can be worked out from what is shown by time and of
    /// groups of risk. Ten people must have had the event and ten not, or nothing is shown. Who had the event is shown by
    /// the times, horizons of risks before others, between which ten people had it, and by which ten are known not to have
    /// had it; until the end where ten had it since. Who had a competing event, who was followed so long and who was lost
    /// are shown where that holds of each. Groups of risk have ten people with the event between any two of the horizons
    /// shown, and ten who are known not to have had it by the last. It holds for one report: another one of the same people
    /// can be subtracted from it.
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
        show_small_cells: bool,
    ) -> Result<ValidationReport> {
        let w = Words(language);
        let told = match show_small_cells {
            true => Times::all(),
            false => Times::told(people, &in_order_of_preference(risks, horizons)),
        };
        let mut subtitle = subtitle(w, people, &told);
        if missing > 0 {
            let n = thousands(missing, language);
            subtitle += &language.pick(
                format!("; {n} rijen weggelaten (waarde ontbreekt)"),
                format!("; {n} rows left out (a value is missing)"),
            );
        }
        let mut sections = vec![curves(w, people, horizons, &told)?];
        if !scores.is_empty() {
            sections.push(concordance(w, people, scores, horizons, &told)?);
        }
        if !risks.is_empty() {
            sections.push(at_horizons(w, people, risks, &told)?);
            let ends: Vec<Vec<f64>> = risks.iter().map(|(_, risk)| ends_of_tenths(risk)).collect();
            let mut parted = told.parted(people, risks, &ends).map(Vec::into_iter);
            for ((horizon, risk), ends) in risks.iter().zip(ends) {
                let shown = told.at(*horizon).events;
                // in tenths, or as may be
                let from = parted.as_mut().and_then(Iterator::next).filter(|from| *from != ends);
                sections.push(calibration_at(w, people, risk, *horizon, shown, from)?);
            }
        }
        match told.anything {
            true => Ok(ValidationReport { language, subtitle, sections, findings: Vec::new() }),
            false => Ok(nothing(w, people.len() as u64)),
        }
    }
}

/// Horizons of risks, then other times.
fn in_order_of_preference(risks: &[(f64, Vec<f64>)], horizons: &[f64]) -> Vec<f64> {
    let mut first: Vec<f64> = risks.iter().map(|(h, _)| *h).collect();
    let mut others = horizons.to_vec();
    first.sort_by(f64::total_cmp);
    others.sort_by(f64::total_cmp);
    [first, others].concat()
}

fn subtitle(w: Words, people: &FollowUp, told: &Times) -> String {
    let n = |k: usize| thousands(k as u64, w.0);
    let (events, competing) = (people.ended(EventStatus::Event), people.ended(EventStatus::Competing));
    let censored = people.ended(EventStatus::Censored);
    let [all, events, competing, others, censored] =
        [people.len(), events, competing, competing + censored, censored].map(n);
    match (told.events, told.competing) {
        (true, true) => w.0.pick(
            format!("{all} personen: {events} met de uitkomst, {competing} met een concurrerende, {censored} zonder tot het einde"),
            format!("{all} people: {events} with the event, {competing} with a competing one, {censored} without until the end"),
        ),
        (true, false) => w.0.pick(
            format!("{all} personen: {events} met de uitkomst, {others} zonder (met een concurrerende of zonder tot het einde)"),
            format!("{all} people: {events} with the event, {others} without it (with a competing one or without until the end)"),
        ),
        (false, _) => w.0.pick(
            format!("{all} personen; hoeveel tot het einde de uitkomst hadden is niet getoond"),
            format!("{all} people; how many had the event until the end is not shown"),
        ),
    }
}

/// Why cells of a table are not shown, if some are not.
fn hidden(w: Words, all: bool) -> Option<String> {
    let (dutch, english) = (
        format!(
            "minder dan {SMALL_GROUP} personen met of zonder de uitkomst, uit beeld of nog gevolgd, tot dan of tussen twee tijden"
        ),
        format!(
            "fewer than {SMALL_GROUP} people with or without the event, lost or still followed, by then or between two times"
        ),
    );
    (!all).then(|| w.not_shown(&dutch, &english))
}

fn curves(w: Words, people: &FollowUp, horizons: &[f64], told: &Times) -> Result<ReportSection> {
    let mut rows = Vec::new();
    let mut all = true;
    for &h in horizons {
        let (s, i, c) = (people.survival_at(h)?, people.incidence_at(h)?, people.competing_incidence_at(h)?);
        let at = told.at(h);
        let either = at.events && at.competing;
        all &= either && at.followed;
        let shown = |shown: bool, text: String| if shown { text } else { w.none() };
        rows.push(vec![
            format!("{h}"),
            shown(at.events, w.number(i.incidence, 3)),
            shown(at.events, w.number(i.se_jackknife, 3)),
            shown(either, w.number(c.incidence, 3)),
            shown(either, w.number(s.survival, 3)),
            shown(either, s.log_log.map_or_else(|_| w.none(), |[a, b]| w.range(a, b, 3))),
            shown(at.followed, w.number(s.at_risk, 0)),
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
    let notes = std::iter::once(note).chain(hidden(w, all)).collect();
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: None })
}

fn concordance(
    w: Words,
    people: &FollowUp,
    scores: &[(String, Vec<f64>)],
    horizons: &[f64],
    told: &Times,
) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for (name, score) in scores {
        let c = harrell(people, score)?;
        let of_all = c.as_ref().ok().filter(|_| told.events);
        let cells = of_all.map_or([w.none(), w.none()], |c| [w.number(c.value, 3), w.number(c.se, 3)]);
        let all = w.pick("alle", "all");
        rows.push([vec![name.clone(), all], cells.to_vec(), vec![w.none()]].concat());
        for &h in horizons {
            let shown = told.at(h).events;
            let figure = |d: Defined<f64>| d.ok().filter(|_| shown).map_or_else(|| w.none(), |v| w.number(v, 3));
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
    let all = told.events && horizons.iter().all(|h| told.at(*h).events);
    let notes = std::iter::once(note).chain(hidden(w, all)).collect();
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: None })
}

fn at_horizons(w: Words, people: &FollowUp, risks: &[(f64, Vec<f64>)], told: &Times) -> Result<ReportSection> {
    let mut rows = Vec::new();
    for (h, risk) in risks {
        let f = at_horizon(people, risk, *h, AtHorizon::Known)?;
        let at = told.at(*h);
        if !at.events {
            rows.push([vec![format!("{h}")], vec![w.none(); 8]].concat());
            continue;
        }
        let unknown = if at.lost { f.unknown.to_string() } else { w.none() };
        let mut row = vec![format!("{h}"), f.events.to_string(), unknown];
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
    let all = risks.iter().all(|(h, _)| told.at(*h).events && told.at(*h).lost);
    let notes = std::iter::once(note).chain(hidden(w, all)).collect();
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: None })
}

/// Observed against expected at a horizon, in figures and as a picture; by tenths, or by groups that go on from other risks.
fn calibration_at(
    w: Words,
    people: &FollowUp,
    risk: &[f64],
    horizon: f64,
    shown: bool,
    from: Option<Vec<f64>>,
) -> Result<ReportSection> {
    let heading = w.pick(&format!("Kalibratie bij {horizon}"), &format!("Calibration at {horizon}"));
    let header = [
        w.pick("personen", "people"),
        w.pick("voorspelde kans", "predicted risk"),
        w.pick("met de uitkomst", "with the event"),
        "95 %".into(),
    ];
    if !shown {
        let notes = hidden(w, false).into_iter().collect();
        return Ok(ReportSection { heading, table: table(&header, vec![vec![w.none(); 4]], notes), picture: None });
    }
    let groups = match &from {
        Some(from) => horizon_groups_from(people, risk, horizon, from)?,
        None => horizon_groups(people, risk, horizon)?,
    };
    let mut rows = Vec::new();
    let mut points = Vec::new();
    for group in &groups {
        let shown = match (&group.observed, &group.interval) {
            (Ok(share), Ok([low, high])) => {
                points.push((group.expected, *share, *low, *high));
                [w.number(*share, 3), w.range(*low, *high, 3)]
            }
            (Err(why), _) | (_, Err(why)) => [w.none(), why.reason().to_owned()],
        };
        rows.push([vec![group.people.to_string(), w.number(group.expected, 3)], shown.to_vec()].concat());
    }
    let parts = match &from {
        None => w.pick("Tiende delen van de personen", "Tenths of the people"),
        Some(_) => w.pick("Groepen van personen", "Groups of people"),
    };
    let mut notes = vec![w.pick(
        &format!("{parts} op volgorde van kans. Met de uitkomst: Aalen-Johansen binnen de groep; interval van Wilson bij het aantal personen waarbij een deel zonder censurering deze standaardfout heeft."),
        &format!("{parts} in order of risk. With the event: Aalen-Johansen within the group; Wilson's interval at the number of people with whom a share has this standard error without censoring."),
    )];
    if from.is_some() {
        notes.push(w.pick(
            &format!("Tiende delen zijn samengenomen tot elke groep {SMALL_GROUP} personen of meer met en zonder de uitkomst heeft, ook tussen de horizonnen; --show-small-cells toont ze apart."),
            &format!("Tenths are taken together until each group has {SMALL_GROUP} people or more with and without the event, between the horizons too; --show-small-cells shows each."),
        ));
    }
    let words = [
        w.pick("deel met de uitkomst bij elke voorspelde kans", "share with the event at each predicted risk"),
        w.pick("voorspelde kans", "predicted risk"),
        w.pick("deel met de uitkomst", "share with the event"),
    ];
    let picture = pictures::by_group(w, &heading, words, points, from.is_none());
    Ok(ReportSection { heading, table: table(&header, rows, notes), picture: Some(picture) })
}
