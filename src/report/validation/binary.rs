//! Scores on a binary outcome: one table of figures a score, groups of risk, usefulness, pictures.

use super::pictures::{calibration, decision, roc};
use super::{ReportSection, ValidationReport, Words, groups, table};
use crate::error::{Error, Result};
use crate::profile::language::Language;
use crate::report::thousands;
use crate::validation::{Predictions, ProtectedAttribute, Rate, Validation, compare_auc};

/// Thresholds of the table of usefulness.
const THRESHOLDS: [f64; 7] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7];

impl ValidationReport {
    /// A report of scores on the same people, by group of the attributes.
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
        let validated: Vec<(&str, Validation)> =
            scores.iter().map(|(name, p)| (name.as_str(), Validation::new(p))).collect();
        for (name, v) in &validated {
            sections.push(figures(w, name, v, &mut findings));
            sections.push(by_risk(w, name, v));
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
        sections.push(usefulness(w, &validated));
        let rocs: Vec<(&str, _)> = validated.iter().filter_map(|(n, v)| Some((*n, v.roc().ok()?))).collect();
        if !rocs.is_empty() {
            let empty = table(&[], vec![], vec![]);
            sections.push(ReportSection { heading: "ROC".into(), table: empty, picture: Some(roc(w, &rocs)) });
        }
        for attribute in attributes {
            sections.extend(groups::sections(w, first, attribute, threshold, show_small_cells)?);
        }
        Ok(ValidationReport { language, subtitle, sections, findings })
    }
}

fn figures(w: Words, name: &str, v: &Validation, findings: &mut Vec<String>) -> ReportSection {
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
        let n = recal.without_logit;
        findings.push(w.pick(
            &format!("{name}: {n} personen hebben kans 0 of 1; intercept en helling bestaan dan niet."),
            &format!("{name}: {n} people have a risk of 0 or 1; intercept and slope do not exist then."),
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
        picture: calibration(w, name, v),
    }
}

fn by_risk(w: Words, name: &str, v: &Validation) -> ReportSection {
    let rows = v
        .risk_groups()
        .iter()
        .map(|g| {
            let few = g.people < crate::validation::SMALL_GROUP as f64;
            let observed = Rate::of_counts(g.observed, g.people);
            let [low, high] = observed.as_ref().map_or([f64::NAN; 2], Rate::wilson);
            vec![
                w.range(g.lowest, g.highest, 3),
                if few { format!("<{}", crate::validation::SMALL_GROUP) } else { w.number(g.people, 0) },
                w.number(g.expected / g.people, 3),
                if few { w.none() } else { w.number(g.observed / g.people, 3) },
                if few { w.none() } else { w.range(low, high, 3) },
            ]
        })
        .collect();
    let mut notes = Vec::new();
    if let Ok(h) = v.hosmer_lemeshow() {
        notes.push(w.pick(
            &format!("Hosmer-Lemeshow: {} bij {} groepen, p = {} (nieuwe personen); hangt af van de indeling en zegt weinig.", w.number(h.chi_square, 2), h.groups.len(), w.number(h.p_new_people, 3)),
            &format!("Hosmer-Lemeshow: {} with {} groups, p = {} (new people); it depends on the grouping and says little.", w.number(h.chi_square, 2), h.groups.len(), w.number(h.p_new_people, 3)),
        ));
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

fn usefulness(w: Words, validated: &[(&str, Validation)]) -> ReportSection {
    let mut header = vec![w.pick("drempel (kans >=)", "threshold (risk >=)")];
    header.extend(validated.iter().map(|(n, _)| (*n).to_owned()));
    header.push(w.pick("iedereen", "everybody"));
    let rows = THRESHOLDS
        .iter()
        .map(|&t| {
            let mut row = vec![w.number(t, 2)];
            for (_, v) in validated {
                row.push(v.net_benefit(t).map_or_else(
                    |_| w.none(),
                    |n| format!("{} ({})", w.number(n.by_risk.value, 3), w.range(n.by_risk.low, n.by_risk.high, 3)),
                ));
            }
            row.push(validated[0].1.net_benefit(t).map_or_else(|_| w.none(), |n| w.number(n.everybody.value, 3)));
            row
        })
        .collect();
    ReportSection {
        heading: w.pick("Nut (net benefit)", "Usefulness (net benefit)"),
        table: table(
            &header,
            rows,
            vec![w.pick(
                "TP/n - FP/n x t/(1-t), met 95 %-interval; niemand selecteren heeft nut 0.",
                "TP/n - FP/n x t/(1-t), with 95 % interval; selecting nobody has net benefit 0.",
            )],
        ),
        picture: Some(decision(w, validated)),
    }
}
