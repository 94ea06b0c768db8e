//! Scores on a binary outcome: one table of figures a score, groups of risk, usefulness, pictures.

use super::pictures::{calibration, decision, roc};
use super::shown::{Shown, THRESHOLDS, shown};
use super::{ReportSection, ValidationReport, Words, groups, table};
use crate::error::{Error, Result};
use crate::profile::language::Language;
use crate::report::thousands;
use crate::validation::{
    Predictions, ProtectedAttribute, Rate, SMALL_GROUP, Told, Validation, compare_auc, may_be_told, told_of_groups,
};

impl ValidationReport {
    /// A report of scores on the same people, by group of the attributes.
    ///
    /// # Small cells
    /// Unless they are asked for, no number of fewer than ten people of an outcome can be worked out from what is shown of
    /// groups and of ranges of risk. Everybody must be ten with the outcome and ten without, or nothing is shown. Risks
    /// are parted, at thresholds and into groups, only where ten people of either outcome lie between any two places (or
    /// nobody at all). Of groups, what follows from one of their four counts at the threshold is shown where each of those
    /// counts is ten people, and so is what is left of everybody, and of a group of another characteristic that it lies
    /// in; the base rate and who is selected where that holds of these. Pictures draw no more than the tables tell, the
    /// smooth curve apart, which is no count. People are counted, never weights. It holds for one report: another one of
    /// the same people can be subtracted from it.
    ///
    /// # Errors
    /// When there is no score, the scores are of other people, or the attributes are.
    pub fn binary(
        scores: &[(String, Predictions)],
        attributes: &[ProtectedAttribute],
        threshold: f64,
        missing: u64,
        language: Language,
        show_small_cells: bool,
    ) -> Result<ValidationReport> {
        let w = Words(language);
        let first = &scores.first().ok_or_else(|| Error::options("no score to report on"))?.1;
        let (people, events) = (first.len() as u64, first.events() as u64);
        if !show_small_cells && !may_be_told(first) {
            return Ok(nothing(w, people));
        }
        let mut subtitle = language.pick(
            format!(
                "{} personen, van wie {} met de uitkomst",
                thousands(people, language),
                thousands(events, language)
            ),
            format!("{} people, {} of them with the outcome", thousands(people, language), thousands(events, language)),
        );
        if missing > 0 {
            let n = thousands(missing, language);
            subtitle += &language.pick(
                format!("; {n} rijen weggelaten omdat er een waarde ontbreekt"),
                format!("; {n} rows left out as a value is missing"),
            );
        }
        let mut findings = Vec::new();
        let few = events.min(people - events);
        if few < 100 {
            findings.push(language.pick(
                format!("Er zijn maar {few} personen in de kleinste van de twee uitkomsten; onder de 100 zijn kalibratiecijfers te onzeker voor een oordeel."),
                format!("Only {few} people are in the smaller of the two outcomes; below 100 figures of calibration are too uncertain to judge by."),
            ));
        }
        let mut sections = Vec::new();
        let validated: Vec<(&str, &Predictions, Validation)> =
            scores.iter().map(|(name, p)| (name.as_str(), p, Validation::new(p))).collect();
        let at = (!attributes.is_empty()).then_some(threshold);
        let shown = shown(&validated, at, show_small_cells);
        for ((name, _, v), shown) in validated.iter().zip(&shown) {
            sections.push(figures(w, name, v, shown, &mut findings));
            sections.push(by_risk(w, name, v, shown));
        }
        for (i, (a, p)) in scores.iter().enumerate() {
            for (b, q) in &scores[i + 1..] {
                let difference = compare_auc(p, q)?;
                let [value, ends] = w.measured(&difference.clone().map(|d| d.difference), 3);
                let chance = difference.map_or_else(|_| w.none(), |d| w.number(d.p, 3));
                sections.push(ReportSection {
                    heading: w.pick(&format!("{a} naast {b}"), &format!("{a} beside {b}")),
                    table: table(
                        &[w.pick("cijfer", "figure"), w.pick("waarde", "value"), "95 %".into(), "p".into()],
                        vec![vec![
                            w.pick("verschil in AUC (DeLong)", "difference in AUC (DeLong)"),
                            value,
                            ends,
                            chance,
                        ]],
                        vec![],
                    ),
                    picture: None,
                });
            }
        }
        sections.push(usefulness(w, &validated, &shown));
        let curves = validated.iter().zip(&shown);
        let rocs: Vec<(&str, _)> =
            curves.filter_map(|((n, _, v), shown)| Some((*n, shown.roc(v.roc().ok()?)))).collect();
        if !rocs.is_empty() {
            let empty = table(&[], vec![], vec![]);
            sections.push(ReportSection { heading: "ROC".into(), table: empty, picture: Some(roc(w, &rocs)) });
        }
        let told = match show_small_cells {
            true => attributes.iter().map(|attribute| vec![Told::ALL; attribute.levels().count()]).collect(),
            false => told_of_groups(first, attributes, threshold, shown[0].at(threshold)),
        };
        for (attribute, told) in attributes.iter().zip(&told) {
            sections.extend(groups::sections(w, first, attribute, threshold, told)?);
        }
        Ok(ValidationReport { language, subtitle, sections, findings })
    }
}

/// A report that says why there is none.
pub(super) fn nothing(w: Words, people: u64) -> ValidationReport {
    let few = [
        format!("minder dan {SMALL_GROUP} personen met de uitkomst, of zonder"),
        format!("fewer than {SMALL_GROUP} people with the outcome, or without"),
    ];
    nothing_of(w, people, &few)
}

/// The same, for a reason in both languages.
pub(super) fn nothing_of(w: Words, people: u64, [dutch, english]: &[String; 2]) -> ValidationReport {
    let header = [w.pick("cijfer", "figure"), w.pick("waarde", "value"), w.pick("reden", "reason")];
    let row = vec![w.pick("elk cijfer", "every figure"), w.none(), w.pick(dutch, english)];
    let heading = w.pick("Niet getoond", "Not shown");
    let subtitle = match people < SMALL_GROUP as u64 {
        true => w.pick(&format!("Minder dan {SMALL_GROUP} personen"), &format!("Fewer than {SMALL_GROUP} people")),
        false => w.pick(&format!("{} personen", thousands(people, w.0)), &format!("{} people", thousands(people, w.0))),
    };
    let note = w.pick("--show-small-cells toont alles.", "--show-small-cells shows all.");
    let section = ReportSection { heading, table: table(&header, vec![row], vec![note]), picture: None };
    ValidationReport { language: w.0, subtitle, sections: vec![section], findings: Vec::new() }
}

fn figures(w: Words, name: &str, v: &Validation, shown: &Shown<'_>, findings: &mut Vec<String>) -> ReportSection {
    let mut rows = Vec::new();
    let mut row = |label: String, cells: [String; 2]| {
        let [value, ends] = cells;
        rows.push(vec![label, value, ends]);
    };
    let auc = v.auc();
    let delong = auc.clone().and_then(|a| a.delong);
    row(
        w.pick("oppervlak onder de ROC-curve (AUC)", "area under the ROC curve (AUC)"),
        match (&auc, delong) {
            (Ok(a), Err(why)) => [w.number(a.area, 3), why.reason().to_owned()],
            (_, delong) => w.measured(&delong, 3),
        },
    );
    if auc.as_ref().is_ok_and(|a| !a.informative()) {
        findings.push(w.pick(
            &format!("{name}: een AUC van 0 of 1 heeft variantie 0; het interval zegt niets."),
            &format!("{name}: an AUC of 0 or 1 has variance 0; its interval says nothing."),
        ));
    }
    let brier = v.brier();
    let brier_cells = match &brier.score {
        Ok(m) => [w.number(m.value, 4), w.range(m.low, m.high, 4)],
        Err(why) => [w.number(brier.value, 4), why.reason().to_owned()],
    };
    row(w.pick("Brierscore", "Brier score"), brier_cells);
    let single = |d: &crate::validation::Defined<f64>, decimals| match d {
        Ok(x) => [w.number(*x, decimals), String::new()],
        Err(why) => [w.none(), why.reason().to_owned()],
    };
    row(w.pick("geschaalde Brierscore (IPA)", "scaled Brier score (IPA)"), single(&brier.scaled, 3));
    let log = v.log_score();
    row(w.pick("logscore", "log score"), [w.number(log, 4), String::new()]);
    if log.is_infinite() {
        findings.push(w.pick(
            &format!("{name}: iemand met kans 0 of 1 had de andere uitkomst; de logscore is oneindig en wordt niet afgekapt."),
            &format!("{name}: someone given a risk of 0 or 1 had the other outcome; the log score is infinite and not clipped."),
        ));
    }
    let mean = v.mean_calibration();
    row(w.pick("waargenomen deel", "observed share"), [w.number(mean.observed, 3), String::new()]);
    row(w.pick("gemiddelde kans", "mean risk"), [w.number(mean.expected, 3), String::new()]);
    row(w.pick("waargenomen min verwacht", "observed less expected"), w.measured(&Ok(mean.difference), 3));
    row(w.pick("waargenomen gedeeld door verwacht", "observed by expected"), [w.number(mean.ratio, 3), String::new()]);
    let recal = v.recalibration();
    row(w.pick("kalibratie-intercept (helling 1)", "calibration intercept (slope 1)"), w.measured(&recal.offset, 3));
    row(w.pick("kalibratiehelling", "calibration slope"), w.measured(&recal.slope, 3));
    if recal.without_logit > 0.0 {
        findings.push(w.pick(
            &format!("{name}: er zijn personen met kans 0 of 1; intercept en helling bestaan dan niet."),
            &format!("{name}: there are people with a risk of 0 or 1; intercept and slope do not exist then."),
        ));
    }
    let curve = v.loess();
    let gap = |f: fn(&crate::validation::CalibrationDistance) -> f64| curve.as_ref().map(f).map_err(Clone::clone);
    row(
        w.pick("gemiddelde afstand tot de curve (ICI)", "mean distance to the curve (ICI)"),
        single(&gap(|d| d.ici), 3),
    );
    row(
        w.pick("mediaan, 90 %, grootste (E50, E90, Emax)", "median, 90 %, largest (E50, E90, Emax)"),
        match &curve {
            Ok(d) => [[d.e50, d.e90, d.emax].map(|x| w.number(x, 3)).join(" / "), String::new()],
            Err(why) => [w.none(), why.reason().to_owned()],
        },
    );
    let note = w.pick(
        "AUC: kans dat iemand met de uitkomst de hogere kans kreeg; gelijke kansen tellen half. Intercept 0 en helling 1 zijn goed; onder 0 zijn de kansen te hoog, een helling onder 1 betekent te stellige kansen.",
        "AUC: chance that someone with the outcome was given the higher risk; equal risks count half. Intercept 0 and slope 1 are right; below 0 the risks are too high, a slope below 1 means risks too extreme.",
    );
    let rows_of = format!("{}", v.people());
    ReportSection {
        heading: w
            .pick(&format!("{name}: cijfers ({rows_of} personen)"), &format!("{name}: figures ({rows_of} people)")),
        table: table(
            &[w.pick("cijfer", "figure"), w.pick("waarde", "value"), w.pick("95 % of reden", "95 % or reason")],
            rows,
            vec![note],
        ),
        picture: calibration(w, name, v, shown),
    }
}

fn by_risk(w: Words, name: &str, v: &Validation, shown: &Shown<'_>) -> ReportSection {
    let rows = shown
        .groups()
        .iter()
        .zip(shown.people())
        .map(|(g, people)| {
            let observed = g.rate();
            let [low, high] = observed.as_ref().map_or([f64::NAN; 2], Rate::wilson);
            vec![
                w.range(g.lowest, g.highest, 3),
                people.to_string(),
                w.number(g.expected / g.people, 3),
                w.number(g.observed / g.people, 3),
                w.range(low, high, 3),
            ]
        })
        .collect();
    let mut notes: Vec<String> = shown.note(w).into_iter().collect();
    if let Some(h) = shown.hosmer_lemeshow(v) {
        let infinite = h.chi_square.is_infinite();
        let chance = if infinite { "0".to_owned() } else { w.number(h.p_new_people, 3) };
        let mut note = w.pick(
            &format!("Hosmer-Lemeshow: {} bij {} groepen, p = {chance} (nieuwe personen); hangt af van de indeling en zegt weinig.", w.number(h.chi_square, 2), h.groups.len()),
            &format!("Hosmer-Lemeshow: {} with {} groups, p = {chance} (new people); it depends on the grouping and says little.", w.number(h.chi_square, 2), h.groups.len()),
        );
        if infinite {
            note += &w.pick(
                " Oneindig: in een groep met alleen kansen 0 (of 1) had iemand de uitkomst wel (of niet).",
                " Infinite: in a group of risks of 0 (or 1) alone somebody had the outcome (or had not).",
            );
        }
        notes.push(note);
    }
    ReportSection {
        heading: w.pick(&format!("{name}: waargenomen naast verwacht"), &format!("{name}: observed beside expected")),
        table: table(
            &[
                w.pick("kans", "risk"),
                w.pick("personen", "people"),
                w.pick("verwacht", "expected"),
                w.pick("waargenomen", "observed"),
                "95 %".into(),
            ],
            rows,
            notes,
        ),
        picture: None,
    }
}

fn usefulness(w: Words, validated: &[(&str, &Predictions, Validation)], shown: &[Shown<'_>]) -> ReportSection {
    let mut header = vec![w.pick("drempel (kans >=)", "threshold (risk >=)")];
    header.extend(validated.iter().map(|(n, ..)| (*n).to_owned()));
    header.push(w.pick("iedereen", "everybody"));
    let rows = THRESHOLDS
        .iter()
        .map(|&t| {
            let mut row = vec![w.number(t, 2)];
            for ((_, _, v), shown) in validated.iter().zip(shown) {
                row.push(v.net_benefit(t).ok().filter(|_| shown.at(t)).map_or_else(
                    || w.none(),
                    |n| format!("{} ({})", w.number(n.by_risk.value, 3), w.range(n.by_risk.low, n.by_risk.high, 3)),
                ));
            }
            row.push(validated[0].2.net_benefit(t).map_or_else(|_| w.none(), |n| w.number(n.everybody.value, 3)));
            row
        })
        .collect();
    let mut notes = vec![w.pick(
        "TP/n - FP/n x t/(1-t), met 95 %-interval; niemand selecteren heeft nut 0.",
        "TP/n - FP/n x t/(1-t), with 95 % interval; selecting nobody has net benefit 0.",
    )];
    if shown.iter().any(|shown| THRESHOLDS.iter().any(|t| !shown.at(*t))) {
        notes.push(w.pick(
            &format!(
                "–: niet getoond (minder dan {SMALL_GROUP} personen van een uitkomst boven, onder of tussen drempels)."
            ),
            &format!(
                "–: not shown (fewer than {SMALL_GROUP} people of an outcome above, below or between thresholds)."
            ),
        ));
    }
    ReportSection {
        heading: w.pick("Nut (net benefit)", "Usefulness (net benefit)"),
        table: table(&header, rows, notes),
        picture: Some(decision(w, validated, shown)),
    }
}
