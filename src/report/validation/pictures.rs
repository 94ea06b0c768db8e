//! The pictures: calibration with histogram, ROC, decision curve.

use super::Words;
use super::shown::{Shown, places};
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::validation::{Predictions, RocPoint, Validation};

/// Bars of the histogram of risks.
const BARS: usize = 50;
/// Most corners of a drawn ROC curve.
const CORNERS: usize = 1_000;

pub(super) fn calibration(w: Words, name: &str, v: &Validation, shown: &Shown<'_>) -> Option<String> {
    let curve = v.calibration_curve().unwrap_or_default();
    let points = shown
        .groups()
        .iter()
        .filter_map(|g| {
            let rate = g.rate().ok()?;
            let [low, high] = rate.wilson();
            Some((g.expected / g.people, rate.value(), low, high))
        })
        .collect();
    let lines = if curve.is_empty() {
        Vec::new()
    } else {
        vec![SquareLine {
            label: w.pick(
                "vloeiende curve (loess) met 95 %-band per plaats",
                "flexible curve (loess) with pointwise 95 % band",
            ),
            points: curve.iter().map(|c| (c[0], c[1])).collect(),
        }]
    };
    let even = match shown.everything() {
        true => String::new(),
        false => w.pick(" Binnen elke groep gelijk verdeeld.", " Spread evenly within each group."),
    };
    let picture = Square {
        title: w.pick(&format!("Kalibratie van {name}"), &format!("Calibration of {name}")),
        subtitle: w.pick("waargenomen deel bij elke voorspelde kans", "observed share at each predicted risk"),
        x_label: w.pick("voorspelde kans", "predicted risk"),
        y_label: w.pick("waargenomen deel", "observed share"),
        x: [0.0, 1.0],
        y: [0.0, 1.0],
        lines,
        diagonal: true,
        band: curve.iter().filter(|c| c[2].is_finite()).map(|c| (c[0], c[2], c[3])).collect(),
        points,
        bars: shown.histogram(v, BARS),
        caption: vec![
            w.pick(
                "Stippen: de groepen van de tabel, op volgorde van kans, met 95 %-interval (Wilson). Gestreept: wat goed zou zijn.",
                "Dots: the groups of the table, in order of risk, with 95 % interval (Wilson). Dashed: what would be right.",
            ),
            w.pick(
                "Onder de as: verdeling van de kansen; omhoog (donker) wie de uitkomst had, omlaag (licht) wie niet.",
                "Below the axis: distribution of the risks; up (dark) who had the outcome, down (light) who had not.",
            ) + &even,
        ],
        decimal_comma: w.0 == Language::Dutch,
    };
    Some(picture.svg())
}

/// Groups, equal or not, by what was predicted of them: place, share, lower and upper end; in words a subtitle and two axes.
pub(super) fn by_group(
    w: Words,
    title: &str,
    [subtitle, x_label, y_label]: [String; 3],
    points: Vec<(f64, f64, f64, f64)>,
    equal: bool,
) -> String {
    let dots = match equal {
        true => w.pick(
            "Stippen: gelijke delen van de personen op volgorde van wat is voorspeld, met 95 %-interval. Gestreept: wat goed zou zijn.",
            "Dots: equal parts of the people in order of what was predicted, with 95 % interval. Dashed: what would be right.",
        ),
        false => w.pick(
            "Stippen: de groepen van de tabel, met 95 %-interval. Gestreept: wat goed zou zijn.",
            "Dots: the groups of the table, with 95 % interval. Dashed: what would be right.",
        ),
    };
    let picture = Square {
        title: title.to_owned(),
        subtitle,
        x_label,
        y_label,
        x: [0.0, 1.0],
        y: [0.0, 1.0],
        diagonal: true,
        points,
        caption: vec![dots],
        decimal_comma: w.0 == Language::Dutch,
        ..Square::default()
    };
    picture.svg()
}

pub(super) fn roc(w: Words, curves: &[(&str, Vec<RocPoint>)]) -> String {
    let thin = |points: &[RocPoint]| -> Vec<(f64, f64)> {
        let every = points.len().div_ceil(CORNERS).max(1);
        let last = points.len() - 1;
        points.iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last).map(|(_, p)| (p.fpr, p.tpr)).collect()
    };
    let picture = Square {
        title: w.pick("ROC-curve", "ROC curve"),
        subtitle: w.pick(
            "van wie de uitkomst had en wie niet: het deel vanaf elke drempel",
            "of those with and without the outcome: the part from each threshold up",
        ),
        x_label: w.pick("deel van wie de uitkomst niet had (FPR)", "part of those without the outcome (FPR)"),
        y_label: w.pick("deel van wie de uitkomst had (TPR)", "part of those with the outcome (TPR)"),
        x: [0.0, 1.0],
        y: [0.0, 1.0],
        lines: curves.iter().map(|(n, c)| SquareLine { label: (*n).to_owned(), points: thin(c) }).collect(),
        diagonal: true,
        caption: vec![w.pick("Gestreept: toeval.", "Dashed: chance.")],
        decimal_comma: w.0 == Language::Dutch,
        ..Square::default()
    };
    picture.svg()
}

pub(super) fn decision(w: Words, validated: &[(&str, &Predictions, Validation)], shown: &[Shown<'_>]) -> String {
    let mut lines = Vec::new();
    let (mut band, mut everybody) = (Vec::new(), Vec::new());
    for (k, ((name, _, v), shown)) in validated.iter().zip(shown).enumerate() {
        let told = places().filter(|t| shown.at(*t));
        let benefits: Vec<_> = told.filter_map(|t| v.net_benefit(t).ok()).collect();
        let points: Vec<_> = benefits.iter().map(|b| (b.threshold, b.by_risk)).collect();
        if k == 0 {
            // follows from everybody's share, wherever it is drawn
            let benefits = places().filter_map(|t| v.net_benefit(t).ok());
            everybody = benefits.map(|b| (b.threshold, b.everybody.value)).collect();
            band = points.iter().map(|(t, m)| (*t, m.low, m.high)).collect();
        }
        lines.push(SquareLine {
            label: (*name).to_owned(),
            points: points.iter().map(|(t, m)| (*t, m.value)).collect(),
        });
    }
    lines.push(SquareLine { label: w.pick("iedereen selecteren", "selecting everybody"), points: everybody });
    lines.push(SquareLine {
        label: w.pick("niemand selecteren", "selecting nobody"),
        points: vec![(0.0, 0.0), (0.8, 0.0)],
    });
    let top = lines.iter().flat_map(|l| &l.points).map(|p| p.1).fold(0.05, f64::max);
    let picture = Square {
        title: w.pick("Beslissingscurve", "Decision curve"),
        subtitle: w.pick("nut naar drempel; geselecteerd bij een kans van minstens de drempel", "net benefit by threshold; selected at a risk of at least the threshold"),
        x_label: w.pick("drempel", "threshold"),
        y_label: w.pick("nut (net benefit)", "net benefit"),
        x: [0.0, 0.8],
        y: [-0.2 * top, 1.05 * top],
        lines,
        band,
        caption: vec![w.pick(
            "Band: 95 %-interval van de eerste score, bij elke drempel apart. Wat onder de as valt is afgesneden.",
            "Band: 95 % interval of the first score, at each threshold by itself. What falls below the axis is cut off.",
        )],
        decimal_comma: w.0 == Language::Dutch,
        ..Square::default()
    };
    picture.svg()
}
