//! Factors, the criminal social context, what the person says, the two questions and reasons against an advice:
//! present, absent, unknown and not asked kept apart.

use super::{ContextState, FactorState};
use crate::advice::dossier::Dossier;
use crate::advice::dossier::known::Known;
use crate::advice::statement::{Ground, Says, Statement};
use crate::profile::language::Language;
use crate::risk::factor::{Certainty, Context, Factor, Factors, Presence, ReferenceGroup, compare};
use crate::units::source_status::SourceStatus;

const LETTER: &str = "letter of 28 June 2024 (Kamerstuk 28 638, nr. 252)";

/// What one sentence is about: key, path, answer and words for each answer.
struct Asked<'a> {
    key: &'a str,
    path: &'a str,
    known: Known,
    /// Dutch and English, when it is so and when it is not.
    present: (&'a str, &'a str),
    absent: (&'a str, &'a str),
    /// Dutch and English, of what it is not known.
    about: (&'a str, &'a str),
}

impl Asked<'_> {
    fn sentence(&self, language: Language) -> Statement {
        let about = language.pick(self.about.0, self.about.1);
        let text = match self.known {
            Known::Present => language.pick(self.present.0, self.present.1).to_owned(),
            Known::Absent => language.pick(self.absent.0, self.absent.1).to_owned(),
            Known::Unknown => language.pick(format!("Onbekend: {about}."), format!("Unknown: {about}.")),
            Known::NotAsked => language.pick(format!("Niet gevraagd: {about}."), format!("Not asked: {about}.")),
        };
        Statement::new(self.key, self.known.says(), text, Ground::answer(self.path, self.known.key()))
    }
}

pub(super) fn account(dossier: &Dossier, language: Language) -> Vec<Statement> {
    let said = |key: &str, path: &str, text: &Option<String>, about: (&str, &str)| match text {
        Some(text) => Statement::new(key, Says::Stated, text.clone(), Ground::answer(path, "the person's account")),
        None => {
            let about = language.pick(about.0, about.1);
            let text = language.pick(format!("Niet opgegeven: {about}."), format!("Not given: {about}."));
            Statement::new(key, Says::NotAsked, text, Ground::answer(path, "not-asked"))
        }
    };
    let account = &dossier.account;
    vec![
        said(
            "account/offence",
            "$.account.offence",
            &account.offence,
            ("wat de betrokkene over het delict zegt", "what the person says of the offence"),
        ),
        said(
            "account/situation",
            "$.account.situation",
            &account.situation,
            ("de persoonlijke situatie", "the personal situation"),
        ),
        Asked {
            key: "account/confesses",
            path: "$.account.confesses",
            known: account.confesses,
            present: (
                "De betrokkene bekent; een bekentenis wordt vastgelegd en gemeld.",
                "The person confesses; a confession is recorded and reported.",
            ),
            absent: (
                "De betrokkene bekent niet. Over het bewijs zegt dit advies niets.",
                "The person does not confess. This advice says nothing of the evidence.",
            ),
            about: ("of de betrokkene bekent", "whether the person confesses"),
        }
        .sentence(language),
    ]
}

pub(super) fn information(dossier: &Dossier, language: Language) -> Vec<Statement> {
    let information = dossier.information;
    let source = || {
        Ground::source(
            "letter of 28 June 2024 (Kamerstuk 28 638, nr. 252), reaction to recommendation 1",
            SourceStatus::Read,
        )
    };
    let questions = [
        Asked {
            key: "information/needed",
            path: "$.information.needed",
            known: information.needed,
            present: (
                "Er is meer informatie nodig om te zien op welke recidiverisico's invloed mogelijk is.",
                "More information is needed to see which risks of reoffending can be influenced.",
            ),
            absent: (
                "Er is geen verdere informatie nodig om te zien op welke recidiverisico's invloed mogelijk is.",
                "No more information is needed to see which risks of reoffending can be influenced.",
            ),
            about: (
                "of meer informatie nodig is om te zien op welke recidiverisico's invloed mogelijk is",
                "whether more information is needed to see which risks of reoffending can be influenced",
            ),
        },
        Asked {
            key: "information/obtainable",
            path: "$.information.obtainable",
            known: information.obtainable,
            present: ("Die informatie is te krijgen.", "That information can be got."),
            absent: ("Die informatie is niet te krijgen.", "That information cannot be got."),
            about: ("of die informatie te krijgen is", "whether that information can be got"),
        },
    ];
    questions.iter().map(|question| question.sentence(language).on(source())).collect()
}

pub(super) fn no_advice(dossier: &Dossier, language: Language) -> Vec<Statement> {
    let contra = dossier.contra;
    let source = || {
        Ground::source(
            "OM, Aanwijzing voorwaardelijke vrijheidsstraffen en schorsing van voorlopige hechtenis",
            SourceStatus::OlderText,
        )
    };
    let reasons = [
        Asked {
            key: "no-advice/obstruction",
            path: "$.contra_indications.obstructs_inquiry",
            known: contra.obstructs,
            present: (
                "De betrokkene belemmert het onderzoek van politie of reclassering.",
                "The person obstructs the inquiry of police or probation.",
            ),
            absent: ("Het onderzoek wordt niet belemmerd.", "The inquiry is not obstructed."),
            about: ("of het onderzoek wordt belemmerd", "whether the inquiry is obstructed"),
        },
        Asked {
            key: "no-advice/rejection",
            path: "$.contra_indications.rejects_every_intervention",
            known: contra.rejects,
            present: ("De betrokkene wijst elke interventie af.", "The person rejects every intervention."),
            absent: ("De betrokkene wijst niet elke interventie af.", "The person does not reject every intervention."),
            about: ("of elke interventie wordt afgewezen", "whether every intervention is rejected"),
        },
        Asked {
            key: "no-advice/no-tie",
            path: "$.contra_indications.no_tie_with_a_european_country",
            known: contra.no_tie,
            present: (
                "De betrokkene heeft geen band met een Europees land.",
                "The person has no tie with a European country.",
            ),
            absent: (
                "De betrokkene heeft een band met een Europees land.",
                "The person has a tie with a European country.",
            ),
            about: ("of er een band met een Europees land is", "whether there is a tie with a European country"),
        },
    ];
    reasons.iter().map(|reason| reason.sentence(language).on(source())).collect()
}

/// Factors with their sentences, and the criminal social context with its own.
pub(super) fn factors(
    dossier: &Dossier,
    language: Language,
) -> (Vec<FactorState>, Vec<ContextState>, [Vec<Statement>; 2]) {
    let asked = |factor: Factor| dossier.factors.get(&factor).copied().unwrap_or_default();
    let mut person = Factors::default();
    for factor in Factor::ALL {
        let presence = match asked(factor) {
            Known::Present => Presence::Present,
            Known::Absent => Presence::Absent,
            Known::Unknown | Known::NotAsked => continue,
        };
        person = person.with(factor, presence);
    }
    // what follows from an opposite, or from all parts, is known as well
    let state = |factor: Factor| match person.get(factor) {
        Presence::Present => Known::Present,
        Presence::Absent => Known::Absent,
        Presence::Unknown => asked(factor),
    };
    // an answer is a ground where it was given
    let ground = |factor: Factor| {
        if asked(factor) == state(factor) {
            Ground::answer(format!("$.factors.{}", factor.key()), state(factor).key())
        } else {
            Ground::rule(
                language.pick("volgt uit andere antwoorden over factoren", "follows from other answers about factors"),
            )
        }
    };
    let found = compare(&person);
    let mut statements = Vec::new();
    for factor in Factor::ALL {
        let known = state(factor);
        let (label, definition) = (factor.label(language), factor.definition(language));
        let mut text = format!("{}: {label} ({definition}).", upper(known.label(language)));
        let evidence = factor.evidence();
        let status =
            if evidence.certainty == Certainty::Published { SourceStatus::Read } else { SourceStatus::SecondHand };
        if matches!(known, Known::Present | Known::Absent) {
            let shares: Vec<String> = found
                .findings
                .iter()
                .filter(|finding| finding.factor == factor)
                .map(|finding| {
                    format!(
                        "{} {} %",
                        group(finding.share.group, language),
                        language.number(100.0 * finding.share.share.get(), 0)
                    )
                })
                .collect();
            if !shares.is_empty() {
                text += &language.pick(
                    format!(" Komt voor bij {}.", language.list(&shares)),
                    format!(" Found among {}.", language.list(&shares)),
                );
            }
            if let Some(caution) = factor.caution(language) {
                text += &format!(" {}.", upper(caution));
            }
        }
        statements.push(
            Statement::new(format!("factor/{}", factor.key()), known.says(), text, ground(factor))
                .on(Ground::source(evidence.source, status)),
        );
    }
    let caution = compare(&Factors::default()).cautions(language)[0];
    statements.push(Statement::new(
        "factors/caution",
        Says::Stated,
        format!("{}.", upper(caution)),
        Ground::rule(language.pick(
            "aandelen van een vergelijkend onderzoek beschrijven groepen",
            "case-control prevalences describe groups",
        )),
    ));
    let parts = [
        (Context::Family, Factor::CriminalFamily),
        (Context::Partner, Factor::CriminalPartner),
        (Context::Friends, Factor::CriminalFriends),
    ];
    let context: Vec<ContextState> =
        parts.iter().map(|(context, factor)| ContextState { context: *context, presence: state(*factor) }).collect();
    let sentences = parts.iter().zip(&context).map(|((context, factor), part)| {
        let (key, name) = match context {
            Context::Family => ("family", language.pick("familie", "family")),
            Context::Partner => ("partner", language.pick("partner of ex-partner", "partner or former partner")),
            Context::Friends => ("friends", language.pick("vrienden", "friends")),
        };
        let known = part.presence.label(language);
        let text = language.pick(format!("Delicten bij {name}: {known}."), format!("Offences among {name}: {known}."));
        Statement::new(
            format!("social-context/{key}"),
            part.presence.says(),
            text,
            Ground::answer(format!("$.factors.{}", factor.key()), part.presence.key()),
        )
        .on(Ground::source(LETTER, SourceStatus::Read))
    });
    let states = Factor::ALL.iter().map(|factor| FactorState { factor: *factor, presence: state(*factor) }).collect();
    let of_context = sentences.collect();
    (states, context, [statements, of_context])
}

fn group(group: ReferenceGroup, language: Language) -> &'static str {
    group.label(language)
}

fn upper(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}
