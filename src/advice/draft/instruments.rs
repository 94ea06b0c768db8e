//! Every instrument asked for, as printed: value, range or refusal; whom it was made for; what it may not be used for.
//! Results that differ stand beside each other.

use super::dutch::dutch;
use crate::advice::dossier::Dossier;
use crate::advice::statement::{Ground, Says, Statement};
use crate::error::Result;
use crate::profile::language::Language;
use crate::risk::instrument::{Assessment, Mode, Output, OutputRange};
use serde::{Deserialize, Serialize};

/// The item whose answer is a date of birth: it is used, and printed nowhere.
const BIRTH: &str = "date_of_birth";

/// One instrument in a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstrumentResult {
    /// Full name.
    pub title: String,
    /// The instrument's own level: its band as printed; `None` where it has none, or a range.
    pub level: Option<String>,
    /// How much the result says.
    pub says: Says,
    /// The result with its terms and input, without the date of birth.
    pub assessment: Assessment,
    /// Items of it that were not asked at all.
    pub not_asked: Vec<String>,
    /// What it may not be used for.
    pub not_for: Vec<String>,
    /// Its validation, as published.
    pub validation: String,
}

pub(super) fn of(dossier: &Dossier, language: Language) -> Result<(Vec<InstrumentResult>, Vec<Statement>)> {
    let (mut results, mut statements) = (Vec::new(), Vec::new());
    if dossier.asking.is_empty() {
        let text = language.pick("Er is geen instrument gevraagd.", "No instrument is asked for.");
        statements.push(Statement::new(
            "instruments",
            Says::NotAsked,
            text,
            Ground::answer("$.asked.instruments", "[]"),
        ));
    }
    for asking in &dossier.asking {
        let mut assessment = asking.instrument.assess(&asking.case, Mode::Strict)?;
        assessment.inputs.remove(BIRTH);
        let card = asking.instrument.card();
        let result = InstrumentResult {
            title: card.title.clone(),
            level: assessment.band().map(str::to_owned),
            says: says(&assessment),
            assessment,
            not_asked: asking.not_asked.clone(),
            not_for: card.not_for.clone(),
            validation: card.validation.clone(),
        };
        let differences = asking.case.population.as_ref();
        let differences =
            differences.map(|of| result.assessment.made_for.differences(of, language)).unwrap_or_default();
        result.sentences(&differences, language, &mut statements);
        results.push(result);
    }
    levels(&results, language, &mut statements);
    statements.extend(dossier.doubts.iter().map(|doubt| doubt.statement(language)));
    if !dossier.unread.is_empty() {
        let list = language.list(&dossier.unread);
        statements.push(Statement::new(
            "instruments/unread",
            Says::Stated,
            language.pick(
                format!("Geen gevraagd instrument leest: {list}."),
                format!("No instrument asked for reads: {list}."),
            ),
            Ground::answer("$.answers", list),
        ));
    }
    Ok((results, statements))
}

/// A score, or a refusal of answers that are known, is stated; without what it needs nothing is.
fn says(a: &Assessment) -> Says {
    let open = a.error.iter().any(|code| code.starts_with("missing") || code.starts_with("population"));
    if a.scored && a.ranges.is_empty() {
        Says::Stated
    } else if !a.ranges.is_empty() {
        Says::Range
    } else if open || !a.refusal.is_empty() || !a.unknown.is_empty() {
        Says::Unknown
    } else {
        Says::Stated
    }
}

/// Instruments that give different levels are named together, and nothing is made of it.
fn levels(results: &[InstrumentResult], language: Language, all: &mut Vec<Statement>) {
    let given: Vec<(&str, &str)> =
        results.iter().filter_map(|r| Some((r.assessment.instrument.as_str(), r.level.as_deref()?))).collect();
    if given.iter().all(|(_, level)| given.first().is_none_or(|(_, first)| level == first)) {
        return;
    }
    let list: Vec<String> = given.iter().map(|(id, level)| format!("{id}: {level}")).collect();
    let list = language.list(&list);
    let mut statement = Statement::new(
        "instruments/differ",
        Says::Stated,
        language.pick(
            format!("De instrumenten geven verschillende niveaus ({list}). Ze voorspellen verschillende uitkomsten en worden niet gemiddeld."),
            format!("The instruments give different levels ({list}). They predict different outcomes and are not averaged."),
        ),
        Ground::rule(language.pick(
            "uitkomsten die verschillen staan naast elkaar",
            "results that disagree stand beside each other",
        )),
    );
    statement.grounds.extend(given.iter().map(|(id, level)| Ground::figure(&format!("level of {id}"), level)));
    all.push(statement);
}

impl InstrumentResult {
    fn ground(&self) -> Ground {
        let a = &self.assessment;
        Ground::Instrument {
            id: a.instrument.clone(),
            version: a.version.clone(),
            content_hash: a.content_hash.clone(),
        }
    }

    fn sentences(&self, differences: &[String], language: Language, all: &mut Vec<Statement>) {
        let a = &self.assessment;
        let said = |text: &str| language.pick(dutch(text), text.to_owned());
        let key = |what: &str| format!("instrument/{}/{what}", a.instrument);
        let title = &self.title;
        let mut add =
            |what: &str, says: Says, text: String| all.push(Statement::new(key(what), says, text, self.ground()));
        let outcome = said(&a.outcome);
        let text = match self.says {
            Says::Stated if a.scored => {
                let values = fields(a, language);
                language.pick(format!("{title} ({outcome}): {values}."), format!("{title} ({outcome}): {values}."))
            }
            Says::Range => {
                let values = ranges(a, language);
                let unknown = language.list(&a.unknown);
                language.pick(
                    format!("{title} ({outcome}): {values}. Dat is alles wat kan nu onbekend is: {unknown}."),
                    format!("{title} ({outcome}): {values}. That is all it can be while unknown: {unknown}."),
                )
            }
            _ => {
                let refusal: Vec<String> = a.refusal.iter().map(|why| said(why)).collect();
                let why = if refusal.is_empty() { a.error.join(", ") } else { refusal.join("; ") };
                language.pick(format!("{title}: geen uitkomst ({why})."), format!("{title}: no result ({why})."))
            }
        };
        add("result", self.says, text);
        if !differences.is_empty() {
            let list = differences.join("; ");
            let passed = match &a.population_override {
                Some(permission) => language.pick(
                    format!(" Toch gebruikt, met deze reden: {}.", permission.reason),
                    format!(" Used all the same, for this reason: {}.", permission.reason),
                ),
                None => String::new(),
            };
            let made_for = said(&a.made_for.words);
            add(
                "population",
                Says::Stated,
                language.pick(
                    format!("{title} is voor anderen gemaakt ({made_for}): {list}.{passed}"),
                    format!("{title} was made for others ({made_for}): {list}.{passed}"),
                ),
            );
        }
        if !self.not_asked.is_empty() {
            let list = language.list(&self.not_asked);
            add(
                "not-asked",
                Says::NotAsked,
                language
                    .pick(format!("Niet gevraagd voor {title}: {list}."), format!("Not asked for {title}: {list}.")),
            );
        }
        if !self.not_for.is_empty() {
            let list = self.not_for.iter().map(|use_| said(use_)).collect::<Vec<_>>().join("; ");
            add(
                "not-for",
                Says::Stated,
                language.pick(
                    format!("{title} mag niet worden gebruikt voor: {list}."),
                    format!("{title} may not be used for: {list}."),
                ),
            );
        }
        if !a.uses.is_empty() {
            let named = |name: &String| match name.as_str() {
                "age" => language.pick("leeftijd", "age").to_owned(),
                "sex" => language.pick("geslacht", "sex").to_owned(),
                "unemployment" => language.pick("werkloosheid", "unemployment").to_owned(),
                "accommodation" => language.pick("huisvesting", "accommodation").to_owned(),
                "relationship status" => language.pick("relatiestatus", "relationship status").to_owned(),
                "psychiatric treatment" => {
                    language.pick("psychiatrische behandeling", "psychiatric treatment").to_owned()
                }
                "age and sex, through OGRS3" => {
                    language.pick("leeftijd en geslacht, via OGRS3", "age and sex, through OGRS3").to_owned()
                }
                other => other.to_owned(),
            };
            let list = language.list(&a.uses.iter().map(named).collect::<Vec<_>>());
            add(
                "uses",
                Says::Stated,
                language.pick(
                    format!("De gepubliceerde vorm van {title} gebruikt beschermde of afgeleide kenmerken: {list}."),
                    format!("The published form of {title} uses protected or proxy characteristics: {list}."),
                ),
            );
        }
        for warning in &a.warnings {
            add("warning", Says::Stated, format!("{title}: {}.", said(warning)));
        }
    }
}

fn value(output: &Output, language: Language) -> String {
    match output {
        Output::Truth(yes) => {
            language.pick(if *yes { "ja" } else { "nee" }, if *yes { "yes" } else { "no" }).to_owned()
        }
        Output::Whole(n) => n.to_string(),
        Output::Number(n) => language.number(*n, 4).trim_end_matches('0').trim_end_matches(['.', ',']).to_owned(),
        Output::Band(name) => name.clone(),
    }
}

fn fields(a: &Assessment, language: Language) -> String {
    let all: Vec<String> = a
        .results
        .iter()
        .map(|(field, output)| {
            let shown =
                output.as_ref().map_or_else(|| language.pick("geen", "none").to_owned(), |o| value(o, language));
            format!("{field} = {shown}")
        })
        .collect();
    all.join(", ")
}

fn ranges(a: &Assessment, language: Language) -> String {
    let one = |(field, range): (&String, &OutputRange)| {
        let absent = if range.may_be_absent { language.pick(" of geen", " or none") } else { "" };
        let between = if range.bands.is_empty() {
            let end = |o: &Option<Output>| o.as_ref().map_or_else(|| "?".to_owned(), |o| value(o, language));
            language.pick(
                format!("{} tot {}", end(&range.low), end(&range.high)),
                format!("{} to {}", end(&range.low), end(&range.high)),
            )
        } else {
            range.bands.join(language.pick(" of ", " or "))
        };
        format!("{field} = {between}{absent}")
    };
    a.ranges.iter().map(one).collect::<Vec<_>>().join(", ")
}
