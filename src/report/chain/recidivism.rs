//! Tables and pictures of recidivism.

use crate::career::window::WindowEnd;
use crate::cohort::recidivism::figures::{GroupRecidivism, MeanOf, Recidivism, ShareOf};
use crate::cohort::recidivism::follow_up::Reoffence;
use crate::profile::language::Language;
use crate::report::picture::square::{Square, SquareLine};
use crate::report::sheet::on_a_sheet;
use crate::report::table::ReportTable;
use crate::report::validation::ReportSection;

/// A report of the recidivism of a cohort. It holds no identifier; small cells are hidden as in the figures.
///
/// ```
/// use pleegprofiel::{Age, Career, Language, career::{Category, Offence, Window, WindowEnd}, cohort::recidivism::{RecidivismBuilder, RecidivismOptions}, report::RecidivismReport};
/// let age = Age::years;
/// let mut builder = RecidivismBuilder::new(RecidivismOptions::default().years([1, 5]).show_small_cells(true))?;
/// for again in [20.5, 23.0] {
///     let career = Career::by_age()
///         .window(Window::ages(age(12.0)?, age(30.0)?, WindowEnd::EndOfRegister))
///         .offence(Offence::at_age(age(20.0)?, Category::HUMAN_TRAFFICKING))
///         .offence(Offence::at_age(age(again)?, Category::PROPERTY))
///         .build()?;
///     builder.push(None, &career);
/// }
/// let report = RecidivismReport::new(&builder.finish()?, Language::English);
/// assert_eq!(report.sections()[0].table.rows[0][3], "50.0");
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct RecidivismReport {
    language: Language,
    subtitle: String,
    findings: Vec<String>,
    sections: Vec<ReportSection>,
}

impl RecidivismReport {
    /// The report of a cohort.
    pub fn new(found: &Recidivism, language: Language) -> RecidivismReport {
        let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
        let sections = vec![
            ReportSection {
                heading: l("Wie recidiveerde", "Who reoffended"),
                table: shares(found, language),
                picture: picture(found, language, Curve::Reoffended),
            },
            ReportSection {
                heading: l("Nieuwe zaken", "New cases"),
                table: cases(found, language),
                picture: picture(found, language, Curve::NewCases),
            },
        ];
        let subtitle = counted(found, language);
        RecidivismReport { language, subtitle, findings: findings(found, language), sections }
    }

    /// With something more to know before reading any figure.
    #[must_use]
    pub fn with_finding(mut self, dutch: &str, english: &str) -> RecidivismReport {
        self.findings.push(self.language.pick(dutch, english).to_owned());
        self
    }
}

on_a_sheet! {
    RecidivismReport,
    title: ["Recidive", "Recidivism"],
    standing: [
        "Deze cijfers beschrijven een groep; ze voorspellen niemands toekomst.",
        "These figures describe a group; they forecast nobody's future.",
    ],
}

/// What counts as reoffending.
fn counted(found: &Recidivism, language: Language) -> String {
    let index = found.options.index.key();
    match &found.options.reoffence {
        Reoffence::Any => {
            language.pick("telt als recidive: elk nieuw delict", "counts as reoffending: any new offence").to_owned()
        }
        Reoffence::Serious(least) => language.pick(
            format!("telt als recidive: een nieuw delict van ernst {} of meer", language.short(least.get())),
            format!("counts as reoffending: a new offence of severity {} or more", language.short(least.get())),
        ),
        Reoffence::SameKind => language.pick(
            format!("telt als recidive: een nieuw delict van de soort {index}"),
            format!("counts as reoffending: a new offence of the kind {index}"),
        ),
        Reoffence::Categories(categories) => {
            let keys: Vec<String> = categories.iter().map(|category| category.key().to_owned()).collect();
            let list = keys.join(", ");
            language.pick(
                format!("telt als recidive: een nieuw delict van de soorten {list}"),
                format!("counts as reoffending: a new offence of the kinds {list}"),
            )
        }
    }
}

fn name(group: &GroupRecidivism, language: Language) -> String {
    group.group.clone().unwrap_or_else(|| language.pick("iedereen", "everyone").to_owned())
}

fn dash<T>(value: Option<T>, show: impl Fn(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), show)
}

fn shares(found: &Recidivism, language: Language) -> ReportTable {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let per_cent = |v: f64| language.number(100.0 * v, 1);
    let to = language.pick("tot", "to");
    let value = |of: Option<ShareOf>| dash(of, |of| per_cent(of.share));
    let ends = |of: Option<ShareOf>| {
        dash(of.and_then(|of| of.low.zip(of.high)), |(a, b)| format!("{} {to} {}", per_cent(a), per_cent(b)))
    };
    let rows = found.groups.iter().flat_map(|group| {
        group.shares.iter().map(move |at| {
            let reoffended = at.figures.map(|f| f.reoffended);
            vec![
                name(group, language),
                dash(group.persons, |n| n.to_string()),
                at.years.to_string(),
                value(reoffended),
                ends(reoffended),
                value(at.figures.and_then(|f| f.competing)),
                value(at.figures.and_then(|f| f.kaplan_meier)),
                dash(at.figures.and_then(|f| f.at_risk), |n| n.to_string()),
            ]
        })
    });
    let mut notes = Vec::new();
    if found.groups.iter().flat_map(|group| &group.shares).any(|at| !at.followed) {
        notes.push(l(
            "Waar niemand (of minder dan 10 personen) zo lang is gevolgd, geldt het cijfer van de langste tijd die is gezien.",
            "Where nobody (or fewer than 10 persons) was followed so long, the figure is that of the longest time seen.",
        ));
    }
    ReportTable {
        header: vec![
            l("groep", "group"),
            l("personen", "people"),
            l("jaren", "years"),
            l("recidiveerde, %", "reoffended, %"),
            l("95 %-interval", "95 % interval"),
            l("eerder weg, %", "gone first, %"),
            l("als niemand ging, %", "if none went, %"),
            l("gevolgd", "followed"),
        ],
        rows: rows.collect(),
        notes,
    }
}

fn cases(found: &Recidivism, language: Language) -> ReportTable {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let to = language.pick("tot", "to");
    let number = |v: f64| language.number(v, 2);
    let with_ends = |mean: f64, low: Option<f64>, high: Option<f64>| {
        let ends = low.zip(high).map(|(low, high)| format!(" ({} {to} {})", number(low), number(high)));
        number(mean) + &ends.unwrap_or_default()
    };
    let mean = |of: Option<MeanOf>| dash(of, |of| with_ends(of.mean, of.low, of.high));
    let rows = found.groups.iter().flat_map(|group| {
        let frequency = dash(group.frequency.and_then(|f| Some((f.rate?, f.low, f.high))), |(rate, low, high)| {
            with_ends(rate, low, high)
        });
        group.shares.iter().map(move |at| {
            let cases = at.figures.and_then(|f| f.new_cases);
            vec![
                name(group, language),
                at.years.to_string(),
                mean(cases.map(|c| c.per_person)),
                mean(cases.and_then(|c| c.per_reoffender)),
                frequency.clone(),
            ]
        })
    });
    ReportTable {
        header: vec![
            l("groep", "group"),
            l("jaren", "years"),
            l("zaken per persoon", "cases a person"),
            l("zaken per recidivist", "cases a reoffender"),
            l("delicten per jaar in vrijheid", "offences a year at liberty"),
        ],
        rows: rows.collect(),
        notes: vec![l(
            "Gemiddeld aantal nieuwe zaken tot dan toe, met 95 %-interval: wie sterft of vertrekt blijft in de noemer en krijgt er geen meer bij (Ghosh en Lin). Per recidivist: gedeeld door het aandeel dat recidiveerde, en nooit onder 1. Delicten per jaar: over de hele tijd die is gevolgd.",
            "Mean number of new cases by then, with 95 % interval: who dies or leaves stays in the denominator and has no more (Ghosh and Lin). A reoffender: over the share that reoffended, and never below 1. Offences a year: over all of the time followed.",
        )],
    }
}

fn findings(found: &Recidivism, language: Language) -> Vec<String> {
    let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
    let mut all = vec![l(
        "Een ander feit van de uitgangszaak is geen recidive: een delict van dezelfde zaak of, zonder zaak, van dezelfde dag. Wat voor het begin is gepleegd ook niet.",
        "A further count of the index case is no reoffence: an offence of the same case or, where a case is not given, of the same day. What was committed before the start is none either.",
    )];
    let gone: Vec<&str> = found.options.competing_ends().iter().map(|end| words(*end, language)).collect();
    all.push(if gone.is_empty() {
        l(
            "Elk einde van de waarneming telt als censurering, overlijden ook: het aandeel is wat het zou zijn als niemand stierf en de gestorvenen als de anderen waren geweest. Het is te hoog voor wie in deze wereld leeft.",
            "Every end of observation counts as censoring, death too: the share is what it would be if nobody died and those who did had been like the others. It is too high for those who live in this world.",
        )
    } else {
        let list = gone.join(language.pick(" of ", " or "));
        language.pick(
            format!("Eerder weg: {list} voor een nieuw delict. Zij blijven in de noemer en kunnen niet meer recidiveren (Aalen-Johansen). Als niemand ging: dezelfde mensen als niet langer gezien geteld (een min Kaplan-Meier), het aandeel in een wereld waar niemand gaat; het is nooit het laagste van de twee."),
            format!("Gone first: {list} before any new offence. They stay in the denominator and cannot reoffend any more (Aalen-Johansen). If none went: the same people counted as no longer seen (one minus Kaplan-Meier), the share in a world where nobody goes; it is never the lower of the two."),
        )
    });
    if !found.options.shows_small_cells() {
        all.push(l(
            "Geen aantal van minder dan 10 mensen is uit deze cijfers af te leiden: jaren en groepen staan er alleen waar 10 of meer recidiveerden tot en tussen elke twee, in elke groep die er staat en in alle andere samen; aandelen en intervallen zijn afgerond, aantallen weggelaten. Cijfers van dezelfde mensen bij andere jaren of groepen kunnen hiervan worden afgetrokken: publiceer één stel.",
            "No number of fewer than 10 people can be worked out from these figures: years and groups are shown only where 10 or more reoffended up to and between any two, in each group shown and in all others together; shares and intervals are rounded (by less the more people there are), counts are withheld. Figures of the same people by other years or groups can be subtracted from these: publish one set.",
        ));
    }
    match found.without_index {
        None => all.push(l(
            "Minder dan 10 loopbanen, of geen, zijn zonder uitgangsdelict en blijven buiten beschouwing.",
            "Fewer than 10 careers, or none, have no index offence and are left out.",
        )),
        Some(0) => {}
        Some(n) => all.push(language.pick(
            format!("{n} loopbanen zijn zonder uitgangsdelict en blijven buiten beschouwing."),
            format!("{n} careers have no index offence and are left out."),
        )),
    }
    all.push(l(
        "De tijd in detentie telt niet mee: jaren zijn in vrijheid.",
        "Time in custody is taken out: years are at liberty.",
    ));
    all
}

fn words(end: WindowEnd, language: Language) -> &'static str {
    match end {
        WindowEnd::Died => language.pick("overleden", "died"),
        WindowEnd::Emigrated => language.pick("vertrokken uit het land", "left the country"),
        WindowEnd::Withdrawn => language.pick("uit het register gehaald", "withdrew"),
        other => other.key(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Curve {
    Reoffended,
    NewCases,
}

/// A line a group, from 0 at the start; nothing when there is no figure.
fn picture(found: &Recidivism, language: Language, curve: Curve) -> Option<String> {
    let value = |at: &crate::cohort::recidivism::figures::ShareByYear| {
        let figures = at.figures?;
        Some(match curve {
            Curve::Reoffended => figures.reoffended.share,
            Curve::NewCases => figures.new_cases?.per_person.mean,
        })
    };
    let lines: Vec<SquareLine> = found
        .groups
        .iter()
        .map(|group| {
            let seen = group.shares.iter().filter_map(|at| Some((f64::from(at.years), value(at)?)));
            SquareLine { label: name(group, language), points: std::iter::once((0.0, 0.0)).chain(seen).collect() }
        })
        .filter(|line| line.points.len() > 1)
        .collect();
    let top = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)).fold(0.0, f64::max);
    let last = lines.iter().flat_map(|line| line.points.iter().map(|point| point.0)).fold(0.0, f64::max);
    if lines.is_empty() {
        return None;
    }
    let band = found.groups.first().filter(|_| lines.len() == 1).into_iter().flat_map(|group| &group.shares);
    let band = band.filter_map(|at| {
        let figures = at.figures?;
        let (low, high) = match curve {
            Curve::Reoffended => figures.reoffended.low.zip(figures.reoffended.high)?,
            Curve::NewCases => figures.new_cases.and_then(|c| c.per_person.low.zip(c.per_person.high))?,
        };
        Some((f64::from(at.years), low, high))
    });
    let band: Vec<(f64, f64, f64)> = std::iter::once((0.0, 0.0, 0.0)).chain(band).collect();
    let top = band.iter().map(|b| b.2).fold(top, f64::max);
    let (title, y_label) = match curve {
        Curve::Reoffended => (language.pick("Wie recidiveerde", "Who reoffended"), language.pick("aandeel", "share")),
        Curve::NewCases => (
            language.pick("Nieuwe zaken per persoon", "New cases a person"),
            language.pick("gemiddeld aantal", "mean number"),
        ),
    };
    let mut caption = vec![
        language
            .pick(
                "Recht van jaar tot jaar getrokken; alleen jaren waarvan een cijfer wordt getoond.",
                "Drawn straight from year to year; only years of which a figure is shown.",
            )
            .to_owned(),
    ];
    if band.len() > 1 {
        caption.push(language.pick("Band: 95 %-interval.", "Band: 95 % interval.").to_owned());
    }
    let picture = Square {
        title: title.to_owned(),
        subtitle: counted(found, language),
        x_label: language.pick("jaren in vrijheid", "years at liberty").to_owned(),
        y_label: y_label.to_owned(),
        x: [0.0, last],
        y: [0.0, if curve == Curve::Reoffended { 1.0 } else { (1.1 * top).max(0.1) }],
        band: if band.len() > 1 { band } else { Vec::new() },
        lines,
        caption,
        decimal_comma: language == Language::Dutch,
        ..Square::default()
    };
    Some(picture.svg())
}
