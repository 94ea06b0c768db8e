//! Figures by group, with small ones hidden.

use super::{ReportSection, Words, table};
use crate::error::Result;
use crate::validation::{
    GroupFigures, Predictions, ProtectedAttribute, RateKind, SMALL_GROUP, Told, by_group, compare_groups, gap, tension,
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
    told: &[Told],
) -> Result<Vec<ReportSection>> {
    let groups = Groups { all: by_group(predictions, attribute, threshold)?, told };
    let name = attribute.name();
    let t = w.number(threshold, 2);
    let mut out = vec![rates(w, name, &t, &groups), accuracy(w, name, &groups)];
    if told.iter().filter(|told| told.people).count() > 1 {
        out.push(compared(w, name, &groups));
        out.push(why_not_equal(w, name, &groups));
    }
    Ok(out)
}

/// The groups and what may be told of each.
struct Groups<'a> {
    all: Vec<GroupFigures>,
    told: &'a [Told],
}

fn tells(told: Told, kind: RateKind) -> bool {
    match kind {
        RateKind::Selection => told.selection,
        RateKind::Base => told.base,
        _ => told.rates,
    }
}

impl Groups<'_> {
    fn each(&self) -> impl Iterator<Item = (&GroupFigures, Told)> {
        self.all.iter().zip(self.told.iter().copied())
    }

    /// Those of which a rate may be told.
    fn with(&self, kind: RateKind) -> Vec<GroupFigures> {
        self.each().filter(|(_, told)| tells(*told, kind)).map(|(g, _)| g.clone()).collect()
    }

    /// How a figure that is of those shown alone says so.
    fn of_shown(&self, w: Words, kind: RateKind) -> String {
        match self.told.iter().all(|told| tells(*told, kind)) {
            true => String::new(),
            false => w.pick(" van de groepen waarvan het wordt getoond", " of the groups of which it is shown"),
        }
    }
}

fn rates(w: Words, name: &str, t: &str, groups: &Groups<'_>) -> ReportSection {
    let mut header = vec![w.pick("groep", "group"), w.pick("personen", "people")];
    header.extend(KINDS.map(|k| name_of(w, k)));
    let rows = groups
        .each()
        .map(|(g, told)| {
            let mut row = vec![g.name.clone(), size(w, g, told)];
            for kind in KINDS {
                row.push(match g.confusion.rate(kind) {
                    _ if !tells(told, kind) => w.none(),
                    Ok(r) => {
                        let [low, high] = r.wilson();
                        format!("{} ({})", w.number(r.value(), 2), w.range(low, high, 2))
                    }
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
    if groups.told.iter().any(|told| *told != Told::ALL) {
        notes.push(w.pick(
            &format!("–: niet getoond (een aantal van minder dan {SMALL_GROUP} personen zou eruit volgen: geselecteerd of niet, met of zonder de uitkomst, in deze groep of in de andere samen)."),
            &format!("–: not shown (a number of fewer than {SMALL_GROUP} people would follow from it: selected or not, with or without the outcome, in this group or in the others together)."),
        ));
    }
    let heading = w.pick(&format!("Naar {name}: wie wordt geselecteerd"), &format!("By {name}: who is selected"));
    ReportSection { heading, table: table(&header, rows, notes), picture: None }
}

fn size(w: Words, g: &GroupFigures, told: Told) -> String {
    if told.people { g.people.to_string() } else { w.none() }
}

fn accuracy(w: Words, name: &str, groups: &Groups<'_>) -> ReportSection {
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
        .each()
        .map(|(g, told)| {
            let figures = [
                both(&g.auc.clone().and_then(|a| a.delong)),
                both(&Ok(g.mean.difference)),
                both(&g.recalibration.offset),
                both(&g.recalibration.slope),
            ];
            let figures = figures.into_iter().map(|f| if told.base { f } else { w.none() });
            [g.name.clone(), size(w, g, told)].into_iter().chain(figures).collect()
        })
        .collect();
    let heading = w.pick(&format!("Naar {name}: kloppen de kansen"), &format!("By {name}: are the risks right"));
    ReportSection { heading, table: table(&header, rows, vec![]), picture: None }
}

fn compared(w: Words, name: &str, groups: &Groups<'_>) -> ReportSection {
    let Some((largest, of_largest)) = groups.each().filter(|(_, told)| told.people).max_by_key(|(g, _)| g.people)
    else {
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
    for (g, told) in groups.each().filter(|(g, _)| g.name != largest.name) {
        for kind in KINDS {
            let there = [g, largest].iter().all(|g| g.confusion.rate(kind).is_ok());
            if !(there && tells(told, kind) && tells(of_largest, kind)) {
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
        if let Ok(g) = gap(&groups.with(kind), kind) {
            let among = groups.of_shown(w, kind);
            notes.push(w.pick(
                &format!(
                    "Grootste verschil in {}{among}: {} ({} tegen {}); kleinste noemer {} personen.",
                    kind.key(),
                    w.number(g.width, 3),
                    g.highest,
                    g.lowest,
                    g.smallest_denominator
                ),
                &format!(
                    "Widest gap in {}{among}: {} ({} against {}); smallest denominator {} people.",
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

fn why_not_equal(w: Words, name: &str, groups: &Groups<'_>) -> ReportSection {
    let header = [
        w.pick("groep", "group"),
        w.pick("basiskans", "base rate"),
        w.pick("FPR", "FPR"),
        w.pick("FPR die volgt uit gelijke PPV en TPR", "FPR that follows from equal PPV and TPR"),
    ];
    let together = match groups.of_shown(w, RateKind::FalsePositive) {
        all if all.is_empty() => w.pick(" van alle groepen samen", " of all groups together"),
        shown => shown + &w.pick(" samen", " together"),
    };
    let rows = tension(&groups.with(RateKind::FalsePositive))
        .into_iter()
        .map(|t| vec![t.group, w.number(t.base_rate, 3), w.number(t.fpr, 3), w.number(t.fpr_needed, 3)])
        .collect();
    let note = w.pick(
        &format!("FPR = b/(1-b) x (1-PPV)/PPV x TPR, met PPV en TPR{together}: bij verschillende basiskansen kunnen PPV, TPR en FPR niet alle drie gelijk zijn (Chouldechova 2017). Welke ongelijkheid aanvaardbaar is, is geen rekensom."),
        &format!("FPR = b/(1-b) x (1-PPV)/PPV x TPR, with PPV and TPR{together}: at different base rates PPV, TPR and FPR cannot all three be equal (Chouldechova 2017). Which inequality is acceptable is no arithmetic."),
    );
    let heading = w.pick(&format!("Naar {name}: wat niet samen kan"), &format!("By {name}: what cannot go together"));
    ReportSection { heading, table: table(&header, rows, vec![note]), picture: None }
}
