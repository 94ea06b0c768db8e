//! What two groups can show, and what they show.

use crate::monitor::effect::{Answer, Effect};
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::report::sheet::on_a_sheet;
use crate::report::table::ReportTable;
use crate::report::validation::ReportSection;

/// A report of the effect of an intervention. It holds no identifier; groups of fewer than ten people are refused by
/// whoever makes it for others ([`Effect::may_be_shown`]).
#[derive(Debug, Clone, PartialEq)]
pub struct EffectReport {
    language: Language,
    subtitle: String,
    findings: Vec<String>,
    sections: Vec<ReportSection>,
}

impl EffectReport {
    /// The report of a comparison.
    pub fn new(found: &Effect, language: Language) -> EffectReport {
        let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
        let [treated, control] = found.persons;
        let one = |v: f64| language.number(v, 0);
        let subtitle = language.pick(
            format!(
                "{treated} behandelden en {control} anderen; gewogen tellen zij als {} en {}",
                one(found.effective[0]),
                one(found.effective[1])
            ),
            format!(
                "{treated} treated and {control} others; weighted they count as {} and {}",
                one(found.effective[0]),
                one(found.effective[1])
            ),
        );
        let sections = vec![
            ReportSection {
                heading: l("Wat groepen van deze grootte kunnen laten zien", "What groups of this size can show"),
                table: power(found, language),
                picture: None,
            },
            ReportSection {
                heading: l("Het verschil", "The difference"),
                table: differences(found, language),
                picture: picture(found, language),
            },
            ReportSection {
                heading: l("Waarin de groepen verschillen", "What the groups differ in"),
                table: balance(found, language),
                picture: None,
            },
        ];
        EffectReport { language, subtitle, findings: findings(found, language), sections }
    }
}

on_a_sheet! {
    EffectReport,
    title: ["Werkt een interventie?", "Is an intervention working?"],
    standing: [
        "Dit verslag vergelijkt twee groepen zoals zij waren. Het verschil is alleen dan van de interventie als de genoemde kenmerken alles bevatten wat mensen in een groep bracht en hen doet recidiveren; geen cijfer hier kan dat laten zien.",
        "This report compares two groups as they were. The difference is the intervention's only if the covariates hold all that brought people into a group and makes them reoffend; no figure here can show that.",
    ],
}

fn findings(found: &Effect, language: Language) -> Vec<String> {
    let hidden = found.at.iter().filter(|at| at.answer == Answer::NotSeen).count();
    let mut all = Vec::new();
    if hidden > 0 {
        let visible: Vec<String> = found.visible().map(|at| format!("{} ({})", at.outcome, at.years)).collect();
        let names =
            if visible.is_empty() { language.pick("geen enkele", "none").to_owned() } else { language.list(&visible) };
        all.push(language.pick(
            format!(
                "Voor {hidden} van {} uitkomsten kunnen deze groepen het gezochte effect niet laten zien: daarvan staat hier geen verschil, en dat is geen bewijs dat er geen is. Wel te zien: {names}.",
                found.at.len()
            ),
            format!(
                "For {hidden} of {} outcomes these groups cannot show the effect looked for: no difference is given, which is no evidence that there is none. To be seen: {names}.",
                found.at.len()
            ),
        ));
    }
    all.push(
        language
            .pick(
                "Wie sterft of vertrekt blijft in de noemer en geldt niet als succes; tijd in detentie telt niet mee.",
                "Who dies or leaves stays in the denominator and is no success; time in custody is taken out.",
            )
            .to_owned(),
    );
    all
}

/// Shares in per cent, with no more digits than hold when they are rounded to a step.
#[derive(Clone, Copy)]
struct PerCent {
    language: Language,
    step: Option<f64>,
}

impl PerCent {
    fn of(found: &Effect, which: usize, language: Language) -> PerCent {
        PerCent { language, step: found.rounded_to.map(|steps| steps[which]) }
    }

    fn share(self, v: f64) -> String {
        per_cent(v, self.step, self.language)
    }

    /// A difference of two rounded shares, with how far it may be off.
    fn difference(self, v: f64) -> String {
        let off = self.step.map(|step| format!(" ± {}", per_cent(step, self.step, self.language)));
        self.share(v) + &off.unwrap_or_default()
    }

    /// The step in words.
    fn step(self) -> Option<String> {
        self.step.map(|step| self.share(step))
    }
}

fn per_cent(v: f64, step: Option<f64>, language: Language) -> String {
    let whole = step.is_some_and(|step| step >= 0.01 - 1e-12);
    let text = language.number(100.0 * v, if whole { 0 } else { 1 });
    // never minus nothing
    if text.trim_start_matches('-').chars().all(|c| "0.,".contains(c)) { text.replace('-', "") } else { text }
}

fn power(found: &Effect, language: Language) -> ReportTable {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let per_cent = PerCent::of(found, 0, language);
    let rows = found.at.iter().map(|at| {
        let none = || l("geen", "none");
        vec![
            at.outcome.clone(),
            language.short(at.years),
            at.base.map_or_else(|| "–".to_owned(), |share| per_cent.share(share)),
            match (at.base, at.detectable) {
                (None, _) => "–".to_owned(),
                (_, None) => none(),
                (_, Some(share)) => per_cent.share(share),
            },
            at.needed.map_or_else(|| "–".to_owned(), |n| n.to_string()),
            match at.answer {
                Answer::Seen { .. } | Answer::TooFew => l("ja", "yes"),
                _ => l("nee", "no"),
            },
        ]
    });
    ReportTable {
        header: vec![
            l("uitkomst", "outcome"),
            l("jaren in vrijheid", "years at liberty"),
            l("anderen, %", "others, %"),
            l("aantoonbaar tot, %", "detectable down to, %"),
            l("nodig per groep", "needed a group"),
            l("te zien", "to be seen"),
        ],
        rows: rows.collect(),
        notes: std::iter::once(l(
            "Tweezijdig 5 %, onderscheidend vermogen 80 %, met de gewogen groepsgrootten; nodig: om het gezochte effect te zien.",
            "Two-sided 5 %, power 80 %, at the weighted sizes; needed: to see the effect looked for.",
        ))
        .chain(per_cent.step().map(|step| language.pick(
            format!("Afgerond op {step} procentpunt, zodat er geen persoon uit af te leiden is; wat aantoonbaar en wat nodig is, is uit het afgeronde aandeel berekend, en wat nodig is staat er in twee cijfers."),
            format!("Rounded to {step} points, so that nobody can be worked out; what is detectable and what is needed are computed from the rounded share, and what is needed is in two digits."),
        )))
        .collect(),
    }
}

fn differences(found: &Effect, language: Language) -> ReportTable {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let per_cent = PerCent::of(found, 1, language);
    let rows = found.at.iter().map(|at| {
        let mut row = vec![at.outcome.clone(), language.short(at.years)];
        match at.answer {
            Answer::Seen { weighted, unweighted } => {
                let to = language.pick("tot", "to");
                row.extend([
                    per_cent.share(weighted.treated),
                    per_cent.share(weighted.control),
                    per_cent.difference(weighted.difference),
                    format!("{} {to} {}", per_cent.share(weighted.low), per_cent.share(weighted.high)),
                    per_cent.difference(unweighted.difference),
                ]);
            }
            other => {
                row.push(match other {
                    Answer::TooFew => l("minder dan 10 personen", "fewer than 10 persons"),
                    _ => l("niet te zien", "cannot be seen"),
                });
                row.extend(["–"; 4].map(str::to_owned));
            }
        }
        row
    });
    ReportTable {
        header: vec![
            l("uitkomst", "outcome"),
            l("jaren in vrijheid", "years at liberty"),
            l("behandelden, %", "treated, %"),
            l("anderen, %", "others, %"),
            l("verschil, procentpunten", "difference, points"),
            l("95 %-interval", "95 % interval"),
            l("ongewogen verschil", "unweighted"),
        ],
        rows: rows.collect(),
        notes: std::iter::once(l(
            "Aandeel dat recidiveerde (Aalen-Johansen), gewogen naar de overlap van de groepen; het interval rekent mee dat de gewichten geschat zijn.",
            "Share that reoffended (Aalen-Johansen), weighted to the overlap of the groups; the interval knows that the weights are estimated.",
        ))
        .chain(per_cent.step().map(|step| language.pick(
            format!("Afgerond op {step} procentpunt, zodat er geen persoon uit af te leiden is, intervallen naar buiten. Een verschil is dat van de afgeronde aandelen en kan er een stap naast zitten (±): is het niet meer dan {step}, dan staat ook niet vast welke groep lager uitkwam."),
            format!("Rounded to {step} points, so that nobody can be worked out, intervals outwards. A difference is that of the rounded shares and may be a step off (±): where it is no more than {step}, which group came out lower is not certain either."),
        )))
        .collect(),
    }
}

fn balance(found: &Effect, language: Language) -> ReportTable {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let number = |v: f64| language.number(v + 0.0, 2);
    let rows = found.balance.iter().map(|of| {
        let smd = |v: Option<f64>| v.map_or_else(|| "–".to_owned(), |v| number(if v.abs() < 0.005 { 0.0 } else { v }));
        vec![
            of.name.clone(),
            number(of.treated),
            number(of.control),
            smd(of.standardised),
            number(of.weighted_treated),
            number(of.weighted_control),
            smd(of.weighted_standardised),
        ]
    });
    ReportTable {
        header: vec![
            l("kenmerk", "covariate"),
            l("behandelden", "treated"),
            l("anderen", "others"),
            l("verschil in sd", "difference in sd"),
            l("behandelden, gewogen", "treated, weighted"),
            l("anderen, gewogen", "others, weighted"),
            l("verschil in sd, gewogen", "difference in sd, weighted"),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// Differences with their intervals, one beside the other.
fn picture(found: &Effect, language: Language) -> Option<String> {
    let seen: Vec<(String, f64, f64, f64)> = found
        .at
        .iter()
        .filter_map(|at| match at.answer {
            Answer::Seen { weighted: d, .. } => {
                Some((format!("{} ({})", at.outcome, language.short(at.years)), d.difference, d.low, d.high))
            }
            _ => None,
        })
        .collect();
    if seen.is_empty() {
        return None;
    }
    let low = seen.iter().map(|s| s.2).fold(0.0, f64::min);
    let high = seen.iter().map(|s| s.3).fold(0.0, f64::max);
    let room = 0.1 * (high - low).max(0.01);
    let n = seen.len() as f64;
    let names = seen.iter().enumerate().map(|(i, s)| format!("{}: {}", i + 1, s.0)).collect::<Vec<_>>();
    let picture = Square {
        title: language.pick("Verschil in recidive", "Difference in recidivism").to_owned(),
        subtitle: language
            .pick("behandelden min anderen, met 95 %-interval", "treated less others, with 95 % interval")
            .to_owned(),
        x_label: language.pick("uitkomst (nummer)", "outcome (number)").to_owned(),
        y_label: language.pick("verschil in aandeel", "difference in share").to_owned(),
        x: [0.0, n + 1.0],
        y: [low - room, high + room],
        lines: vec![SquareLine {
            label: language.pick("geen verschil", "no difference").to_owned(),
            points: vec![(0.0, 0.0), (n + 1.0, 0.0)],
        }],
        points: seen.iter().enumerate().map(|(i, s)| ((i + 1) as f64, s.1, s.2, s.3)).collect(),
        caption: vec![names.join("; ")],
        decimal_comma: language == Language::Dutch,
        ..Square::default()
    };
    Some(picture.svg())
}
