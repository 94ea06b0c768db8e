//! The person beside the four profiles, by the model of careers at the index offence; or why that cannot be said.
//!
//! Only offences that a court has judged count, with the ones that the advice is about; nobody is placed without an
//! adjudicated case.

use super::Assembler;
use crate::advice::dossier::{Dossier, Record};
use crate::advice::statement::{Ground, Says, Statement};
use crate::career::category::Category;
use crate::career::person::Career;
use crate::cohort::careers::{CareerOptions, OutsideGrid};
use crate::error::{ErrorKind, Result};
use crate::profile::classify::classification::{Classification, ProfileProbability};
use crate::profile::classify::record::Refusal;
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use crate::units::source_status::SourceStatus;
use serde::{Deserialize, Serialize};

/// Why nobody was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotGiven {
    /// No career is given.
    NoCareer,
    /// Of an offence it is not said whether a court has judged it.
    AdjudicationUnknown,
    /// It is not said whether there was time in custody.
    CustodyUnknown,
    /// An offence is pending, and it is not said which offences the advice is about.
    AboutUnknown,
    /// No offence was judged by a court.
    NoAdjudicatedCase,
    /// There is no trafficking offence; the model is of people who had one.
    NoIndexOffence,
    /// No time at liberty was observed at the model's ages.
    NoTimeAtLiberty,
    /// The record ends before the model's first age.
    YoungerThanModel,
    /// The record cannot be put on the model's ages.
    OutsideModel,
}

/// The answer beside the four profiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileResult {
    /// The profile; `None` when undecided or not given.
    pub profile: Option<Profile>,
    /// Key of the reason why it is undecided.
    pub undecided: Option<String>,
    /// Why nobody was placed at all.
    pub not_given: Option<NotGiven>,
    /// Posterior probabilities; empty when not given.
    pub posterior: Vec<ProfileProbability>,
    /// The profiles that cannot be ruled out.
    pub prediction_set: Vec<Profile>,
    /// Part of people with a history at least as unusual.
    pub typicality: Option<f64>,
}

impl ProfileResult {
    fn not_given(why: NotGiven) -> ProfileResult {
        ProfileResult {
            profile: None,
            undecided: None,
            not_given: Some(why),
            posterior: Vec::new(),
            prediction_set: Vec::new(),
            typicality: None,
        }
    }
}

pub(super) fn of(
    assembler: &Assembler,
    dossier: &Dossier,
    language: Language,
) -> Result<(ProfileResult, Vec<Statement>)> {
    let (result, mut statements) = match classified(assembler, dossier)? {
        Ok(answer) => placed(assembler, &answer, language),
        Err(why) => (ProfileResult::not_given(why), vec![refused(why, language)]),
    };
    if result.not_given.is_none() {
        pending(dossier, language, &mut statements);
    }
    remarks(dossier, &result, language, &mut statements);
    Ok((result, statements))
}

/// What is said of offences that no court has judged yet.
fn pending(dossier: &Dossier, language: Language, statements: &mut Vec<Statement>) {
    let about = dossier.asked.about.as_deref().unwrap_or(&[]);
    let listed = dossier.record.iter().flat_map(|record| record.listed.iter().enumerate());
    for (i, _) in listed.filter(|(_, one)| one.adjudicated == Some(false)) {
        let text = if about.contains(&i) {
            language.pick(
                "Meegeteld is een delict waarover dit advies gaat en waarover de rechter nog niet heeft geoordeeld. Wordt het niet bewezen, dan vervalt dit antwoord.",
                "Counted is an offence that this advice is about and that no court has judged yet. If it is not proven, this answer lapses.",
            )
        } else {
            language.pick(
                "Niet meegeteld is een delict waarover de rechter nog niet heeft geoordeeld en waarover dit advies niet gaat.",
                "Not counted is an offence that no court has judged yet and that this advice is not about.",
            )
        };
        let ground = Ground::answer(format!("$.career.offences[{i}].adjudicated"), "false");
        statements.push(Statement::new(format!("profile/pending/{i}"), Says::Stated, text, ground));
    }
}

/// The career that counts, or why there is none.
fn counted(dossier: &Dossier) -> std::result::Result<Career, NotGiven> {
    let record = dossier.record.as_ref().ok_or(NotGiven::NoCareer)?;
    if record.listed.iter().any(|one| one.adjudicated.is_none()) {
        return Err(NotGiven::AdjudicationUnknown);
    }
    let stays = record.custody.as_ref().ok_or(NotGiven::CustodyUnknown)?;
    if !record.listed.iter().any(|one| one.adjudicated == Some(true)) {
        return Err(NotGiven::NoAdjudicatedCase);
    }
    if record.listed.iter().all(|one| one.adjudicated == Some(true)) {
        return Ok(record.career.clone());
    }
    let about = dossier.asked.about.as_ref().ok_or(NotGiven::AboutUnknown)?;
    let counts = record.listed.iter().enumerate().filter(|(i, one)| one.adjudicated == Some(true) || about.contains(i));
    let builder = record.career.birth().map_or_else(Career::by_age, Career::dated).window(record.window);
    let builder = builder.offences(counts.map(|(_, one)| one.offence.clone())).stays(stays.iter().copied());
    // a part of a career that was checked
    builder.build().map_err(|_| NotGiven::OutsideModel)
}

fn classified(assembler: &Assembler, dossier: &Dossier) -> Result<std::result::Result<Box<Classification>, NotGiven>> {
    let career = match counted(dossier) {
        Ok(career) => career,
        Err(why) => return Ok(Err(why)),
    };
    let options = CareerOptions::default().outside_grid(OutsideGrid::LeaveOut);
    match assembler.classifier.classify_career(&career, &options) {
        Ok(answer) => Ok(Ok(Box::new(answer))),
        Err(error) if error.kind() == ErrorKind::Refused => Ok(Err(match Refusal::of(&error) {
            Some(Refusal::NoAdjudicatedCase) => NotGiven::NoAdjudicatedCase,
            Some(Refusal::NoIndexOffence) => NotGiven::NoIndexOffence,
            Some(Refusal::NoTimeAtLiberty) => NotGiven::NoTimeAtLiberty,
            Some(Refusal::YoungerThanModel) => NotGiven::YoungerThanModel,
            Some(Refusal::OutsideModel) | None => NotGiven::OutsideModel,
        })),
        // an index offence outside the model's ages, an offence in a year without time at liberty
        Err(error) if matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::InvalidInput) => {
            Ok(Err(NotGiven::OutsideModel))
        }
        Err(error) => Err(error),
    }
}

fn placed(assembler: &Assembler, answer: &Classification, language: Language) -> (ProfileResult, Vec<Statement>) {
    let model = || assembler.model.clone();
    let posterior = |p: &ProfileProbability| {
        Ground::figure(&format!("posterior {}", p.profile.key()), language.probability(p.probability, 3))
    };
    let mut first = Statement::new("profile/answer", Says::Stated, answer.answer.text(language), model());
    first.says = if answer.profile().is_some() { Says::Stated } else { Says::Unknown };
    first.grounds.extend(answer.posterior.iter().map(posterior));
    let mut statements = vec![first];
    statements.push(
        Statement::new("profile/set", Says::Range, answer.prediction_set.text(language), model())
            .on(Ground::figure("coverage", language.short(answer.prediction_set.coverage))),
    );
    statements.push(
        Statement::new("profile/typicality", Says::Stated, answer.typicality.text(language), model())
            .on(Ground::figure("typicality", language.probability(answer.typicality.nearest.p, 3))),
    );
    if let Some(change) = &answer.what_if {
        let likeliest = |p: &[f64]| {
            let k = (0..p.len()).max_by(|a, b| p[*a].total_cmp(&p[*b]).then(b.cmp(a))).unwrap_or(0);
            (
                Profile::ALL.get(k).map_or("", |profile| profile.label(language)),
                language.probability(p.get(k).copied().unwrap_or(0.0), 2),
            )
        };
        let (free, one) = (likeliest(&change.offence_free), likeliest(&change.one_offence));
        let age = language.short(change.age);
        statements.push(
            Statement::new(
                "profile/what-would-change-it",
                Says::Stated,
                language.pick(
                    format!("Wat het zou veranderen: zonder delict tot {age} jaar is '{}' het waarschijnlijkst ({}), met één delict '{}' ({}).", free.0, free.1, one.0, one.1),
                    format!("What would change it: without an offence up to age {age} '{}' is likeliest ({}), with one offence '{}' ({}).", free.0, free.1, one.0, one.1),
                ),
                model(),
            )
            .on(Ground::figure("what_if_age", language.short(change.age))),
        );
    }
    for (i, limitation) in answer.limitations.iter().enumerate() {
        statements.push(Statement::new(
            format!("profile/limitation/{i}"),
            Says::Stated,
            limitation.text(language),
            model(),
        ));
    }
    let source = Ground::source(crate::profile::kind::PROFILES_SOURCE, SourceStatus::Read);
    statements.push(
        Statement::new(
            "profile/what-it-is-not",
            Says::Stated,
            language.pick(
                "Een profiel beschrijft groepen mensen met een vergelijkbare geschiedenis. Het is geen risicoscore en geen grond voor een beslissing; het model is een reconstructie uit gepubliceerde cijfers.",
                "A profile describes groups of people with alike histories. It is no risk score and no ground for a decision; the model is a reconstruction from published figures.",
            ),
            source,
        )
        .on(model()),
    );
    let result = ProfileResult {
        profile: answer.profile(),
        undecided: answer.answer.undecided.as_ref().map(|why| why.key().to_owned()),
        not_given: None,
        posterior: answer.posterior.clone(),
        prediction_set: answer.prediction_set.profiles.clone(),
        typicality: Some(answer.typicality.nearest.p),
    };
    (result, statements)
}

fn refused(why: NotGiven, language: Language) -> Statement {
    let (nl, en, path) = match why {
        NotGiven::NoCareer => ("er is geen delictverloop opgegeven", "no career is given", "$.career"),
        NotGiven::AdjudicationUnknown => (
            "van een delict is niet opgegeven of de rechter erover heeft geoordeeld",
            "of an offence it is not stated whether a court has judged it",
            "$.career.offences[..].adjudicated",
        ),
        NotGiven::CustodyUnknown => (
            "er is niet opgegeven of er tijd in detentie was",
            "it is not stated whether there was time in custody",
            "$.career.custody",
        ),
        NotGiven::AboutUnknown => (
            "over een delict heeft de rechter nog niet geoordeeld, en er is niet opgegeven over welke delicten dit advies gaat",
            "an offence is pending, and it is not stated which offences this advice is about",
            "$.asked.about",
        ),
        NotGiven::NoAdjudicatedCase => (
            "van geen delict is opgegeven dat de rechter erover heeft geoordeeld, en zonder zo'n zaak wordt niemand ingedeeld (AI-verordening, art. 5 lid 1 onder d)",
            "of no offence is it stated that a court has judged it, and nobody is placed without such a case (AI Act, Article 5(1)(d))",
            "$.career.offences[..].adjudicated",
        ),
        NotGiven::NoIndexOffence => (
            "er is geen delict mensenhandel dat meetelt, en het model is van mensen die er een hadden",
            "no trafficking offence counts, and the model is of people who had one",
            "$.career.offences",
        ),
        NotGiven::NoTimeAtLiberty => (
            "op de leeftijden van het model is geen tijd in vrijheid waargenomen",
            "no time at liberty was observed at the model's ages",
            "$.career",
        ),
        NotGiven::YoungerThanModel => (
            "de waarneming eindigt voor de eerste leeftijd van het model",
            "the record ends before the model's first age",
            "$.career.window",
        ),
        NotGiven::OutsideModel => (
            "het delictverloop past niet op de leeftijden van het model, of een delict valt in een jaar zonder tijd in vrijheid",
            "the career does not fit the model's ages, or an offence lies in a year without time at liberty",
            "$.career",
        ),
    };
    let text = language.pick(format!("Er is geen antwoord: {nl}."), format!("There is no answer: {en}."));
    Statement::new("profile/answer", Says::NotAsked, text, Ground::answer(path, "no answer"))
}

/// What the study says of the groups it asks to look at by themselves.
fn remarks(dossier: &Dossier, result: &ProfileResult, language: Language, all: &mut Vec<Statement>) {
    const LETTER: &str = "letter of 28 June 2024 (Kamerstuk 28 638, nr. 252), recommendation 4";
    let little = language.pick(
        "Over deze groep is weinig bekend; de brief vraagt er eigen onderzoek naar.",
        "Little is known of this group; the letter asks for study of it by itself.",
    );
    let mut remark = |key: &str, text: &str, ground: Ground| {
        let says =
            Statement::new(key, Says::Stated, format!("{text} {little}"), Ground::source(LETTER, SourceStatus::Read));
        all.push(says.on(ground));
    };
    if result.profile == Some(Profile::Incidental) {
        remark(
            "profile/incidental",
            language.pick(
                "De incidentele groep is de grootste (36 %), met 24 % vrouwen en gemiddeld 30,4 jaar bij het eerste delict mensenhandel; ongeveer de helft stopt daarna.",
                "The incidental group is the largest (36 %), with 24 % women and a mean age of 30.4 at the first trafficking offence; about half stop after it.",
            ),
            Ground::figure("profile", "incidental"),
        );
    }
    if dossier.protected.get("sex").is_some_and(|sex| sex == "woman") {
        remark(
            "profile/women",
            language.pick(
                "Vrouwen zijn in het onderzoek vooral bij de incidentele groep beschreven (24 % van die groep).",
                "Women are described in the study mainly within the incidental group (24 % of that group).",
            ),
            Ground::answer("$.protected.sex", "woman"),
        );
    }
    if dossier.record.as_ref().is_some_and(starts_with_trafficking) {
        remark(
            "profile/first-offence",
            language.pick(
                "De carrière begint, zover waargenomen, met mensenhandel; van de incidentele groep begint daar een deel mee (de brief noemt 29 %, zonder te zeggen of dat alleen deze mensen zijn).",
                "The career begins, as far as observed, with trafficking; part of the incidental group begins so (the letter gives 29 %, without saying whether that is these people only).",
            ),
            Ground::figure("first offence", Category::HUMAN_TRAFFICKING),
        );
    }
}

fn starts_with_trafficking(record: &Record) -> bool {
    record.career.offences().first().is_some_and(|offence| offence.category == Category::HUMAN_TRAFFICKING)
}
