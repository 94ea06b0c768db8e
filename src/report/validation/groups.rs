//! Figures by group, with small ones hidden.

use super::{ReportSection, Words, table};
use crate::error::Result;
use crate::validation::{
    GroupFigures, Predictions, ProtectedAttribute, RateKind, SMALL_GROUP, by_group, compare_groups, gap, rate_shown,
    shown, tension,
};

const KINDS: [RateKind; 6] = RateKind::ALL;

fn name_of(w: Words, kind: RateKind) -> String {
    match kind {
        RateKind::Selection => w.pick("geselecteerd", "selected"),
        RateKind::TruePositive => w.pick("van wie de uitkomst had (TPR)", "of those with the outcome (TPR)"),
        RateKind::FalsePositive => w.pick("van wie niet (FPR)", "of those without (FPR)"),
        RateKind::PositivePredictive => w.pick("uitkomst onder geselecteerden (PPV)", "outcome among selected (PPV)"),
        RateKind::NegativePredictive => w.pick("geen uitkomst onder de rest (NPV)", "no outcome among the rest (NPV)"),
        RateKind::Base => w.pick("uitkomst (basiskans)", "outcome (base rate)"),
    }
}

pub(super) fn sections(
    w: Words,
    predictions: &Predictions,
    attribute: &ProtectedAttribute,
    threshold: f64,
    show_small: bool,
) -> Result<Vec<ReportSection>> {
    let groups = by_group(predictions, attribute, threshold)?;
    let seen: Vec<bool> = if show_small { vec![true; groups.len()] } else { shown(&groups) };
    let name = attribute.name();
    let t = w.number(threshold, 2);
    let mut out = vec![rates(w, name, &t, &groups, &seen, show_small), accuracy(w, name, &groups, &seen)];
    let visible: Vec<GroupFigures> = groups.iter().zip(&seen).filter(|(_, s)| **s).map(|(g, _)| g.clone()).collect();
    if visible.len() > 1 {
        out.push(compared(w, name, &visible, show_small));
        out.push(why_not_equal(w, name, &visible));
    }
    Ok(out)
}

fn rates(w: Words, name: &str, t: &str, groups: &[GroupFigures], seen: &[bool], show_small: bool) -> ReportSection {
    let mut header = vec![w.pick("groep", "group"), w.pick("personen", "people")];
    header.extend(KINDS.map(|k| name_of(w, k)));
    let rows = groups
        .iter()
        .zip(seen)
        .map(|(g, &seen)| {
            let mut row = vec![g.name.clone(), size(w, g, seen)];
            for kind in KINDS {
                row.push(match g.confusion.rate(kind) {
                    _ if !seen => w.none(),
                    Ok(r) if show_small || rate_shown(r.of) => {
                        let [low, high] = r.wilson();
                        format!("{} ({})", w.number(r.value(), 2), w.range(low, high, 2))
                    }
                    Ok(_) => w.none(),
                    Err(_) => w.pick("bestaat niet", "none"),
                });
            }
            row
        })
        .collect();
    let mut notes = vec![w.pick(
        &format!("Geselecteerd bij een kans van minstens {t}; 95 %-intervallen van Wilson. 'Bestaat niet': niemand in de noemer."),
        &format!("Selected at a risk of at least {t}; Wilson's 95 % intervals. 'None': nobody is in the denominator."),
    )];
    if !show_small {
        notes.push(w.pick(
            &format!("–: niet getoond (minder dan {SMALL_GROUP} personen, of daaruit af te leiden)."),
            &format!("–: not shown (fewer than {SMALL_GROUP} people, or to be worked out from it)."),
        ));
    }
    let heading = w.pick(&format!("Naar {name}: wie wordt geselecteerd"), &format!("By {name}: who is selected"));
    ReportSection { heading, table: table(&header, rows, notes), picture: None }
}

fn size(w: Words, g: &GroupFigures, seen: bool) -> String {
    match seen {
        true => g.people.to_string(),
        false if g.people < SMALL_GROUP => format!("<{SMALL_GROUP}"),
        false => w.none(),
    }
}

fn accuracy(w: Words, name: &str, groups: &[GroupFigures], seen: &[bool]) -> ReportSection {
    let header = [
        w.pick("groep", "group"),
        w.pick("personen", "people"),
        "AUC".into(),
        w.pick("waargenomen min verwacht", "observed less expected"),
        w.pick("kalibratie-intercept", "calibration intercept"),
        w.pick("kalibratiehelling", "calibration slope"),
    ];
    let both = |m: &crate::validation::Defined<crate::validation::Measured>| {
        m.as_ref().map_or_else(
            |_| w.pick("bestaat niet", "none"),
            |m| format!("{} ({})", w.number(m.value, 2), w.range(m.low, m.high, 2)),
        )
    };
    let rows = groups
        .iter()
        .zip(seen)
        .map(|(g, &seen)| {
            let figures = [
                both(&g.auc.clone().and_then(|a| a.delong)),
                both(&Ok(g.mean.difference)),
                both(&g.recalibration.offset),
                both(&g.recalibration.slope),
            ];
            let figures = figures.into_iter().map(|f| if seen { f } else { w.none() });
            [g.name.clone(), size(w, g, seen)].into_iter().chain(figures).collect()
        })
        .collect();
    let heading = w.pick(&format!("Naar {name}: kloppen de kansen"), &format!("By {name}: are the risks right"));
    ReportSection { heading, table: table(&header, rows, vec![]), picture: None }
}

fn compared(w: Words, name: &str, groups: &[GroupFigures], show_small: bool) -> ReportSection {
    let Some(largest) = groups.iter().max_by_key(|g| g.people) else {
        return ReportSection { heading: String::new(), table: table(&[], vec![], vec![]), picture: None };
    };
    let header = [
        w.pick("vergeleken", "compared"),
        w.pick("cijfer", "rate"),
        w.pick("verschil", "difference"),
        "95 %".into(),
        w.pick("verhouding", "ratio"),
        "95 %".into(),
    ];
    let mut rows = Vec::new();
    for g in groups.iter().filter(|g| g.name != largest.name) {
        for kind in KINDS {
            let there = [g, largest].map(|g| g.confusion.rate(kind).is_ok_and(|r| show_small || rate_shown(r.of)));
            if there != [true, true] {
                continue;
            }
            let c = compare_groups(g, largest, kind);
            let mut row = vec![format!("{} - {}", c.group, c.against), name_of(w, kind)];
            row.extend(w.contrast(&c.difference));
            row.extend(w.contrast(&c.ratio));
            rows.push(row);
        }
    }
    let mut notes = vec![w.pick(
        "Verschillen met het interval van Newcombe, verhoudingen met dat van Walter; beide voor kleine groepen.",
        "Differences with Newcombe's interval, ratios with Walter's; both for small groups.",
    )];
    for kind in [RateKind::Selection, RateKind::TruePositive, RateKind::FalsePositive] {
        if let Ok(g) = gap(groups, kind) {
            notes.push(w.pick(
                &format!(
                    "Grootste verschil in {}: {} ({} tegen {}); kleinste noemer {}.",
                    kind.key(),
                    w.number(g.width, 3),
                    g.highest,
                    g.lowest,
                    g.smallest_denominator
                ),
                &format!(
                    "Widest gap in {}: {} ({} against {}); smallest denominator {}.",
                    kind.key(),
                    w.number(g.width, 3),
                    g.highest,
                    g.lowest,
                    g.smallest_denominator
                ),
            ));
        }
    }
    let heading = w.pick(&format!("Naar {name}: verschillen"), &format!("By {name}: differences"));
    ReportSection { heading, table: table(&header, rows, notes), picture: None }
}

fn why_not_equal(w: Words, name: &str, groups: &[GroupFigures]) -> ReportSection {
    let header = [
        w.pick("groep", "group"),
        w.pick("basiskans", "base rate"),
        w.pick("FPR", "FPR"),
        w.pick("FPR die volgt uit gelijke PPV en TPR", "FPR that follows from equal PPV and TPR"),
    ];
    let rows = tension(groups)
        .into_iter()
        .map(|t| vec![t.group, w.number(t.base_rate, 3), w.number(t.fpr, 3), w.number(t.fpr_needed, 3)])
        .collect();
    let note = w.pick(
        "FPR = b/(1-b) x (1-PPV)/PPV x TPR: bij verschillende basiskansen kunnen PPV, TPR en FPR niet alle drie gelijk zijn (Chouldechova 2017). Welke ongelijkheid aanvaardbaar is, is geen rekensom.",
        "FPR = b/(1-b) x (1-PPV)/PPV x TPR: at different base rates PPV, TPR and FPR cannot all three be equal (Chouldechova 2017). Which inequality is acceptable is no arithmetic.",
    );
    let heading = w.pick(&format!("Naar {name}: wat niet samen kan"), &format!("By {name}: what cannot go together"));
    ReportSection { heading, table: table(&header, rows, vec![note]), picture: None }
}
