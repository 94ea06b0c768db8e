//! Draft and advice as HTML for print: A4, page numbers, a draft mark on every page, readable without colour.
//!
//! Does not belong here: what they say.

use super::draft::{Draft, InstrumentResult};
use super::judgement::{Judgement, Outcome, Reaction, Stance};
use super::law::frame::Met;
use super::needs::{Harm, Need, NeedState};
use super::state::{Advice, Judged, levels};
use super::statement::Part;
use crate::error::{Error, ErrorKind, Result};
use crate::profile::language::Language;
use minijinja::{Environment, Value, context};
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("page.html.jinja");

/// Headings that are put in the place of this crate's, by key: no order of the probation service is public.
///
/// ```
/// use pleegprofiel::advice::Headings;
/// let headings = Headings::from_json(r#"{"profile": "Pleegprofiel", "title": "Advies"}"#)?;
/// assert!(Headings::from_json(r#"{"profil": "Pleegprofiel"}"#).is_err());
/// # assert_ne!(headings, Headings::default());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headings(BTreeMap<String, String>);

const OWN: [&str; 5] = ["title", "judgement", "reaction", "signature", "basis"];

impl Headings {
    /// Reads headings: an object of texts by key.
    ///
    /// # Errors
    /// When a key is not one of a part of the draft, or of `title`, `judgement`, `reaction`, `signature`, `basis`.
    pub fn from_json(text: &str) -> Result<Headings> {
        let map: BTreeMap<String, String> = serde_json::from_str(text)
            .map_err(|e| Error::new(ErrorKind::InvalidInput, format!("the headings are no object of texts: {e}")))?;
        let known = |key: &str| OWN.contains(&key) || Part::ALL.iter().any(|part| part.key() == key);
        if let Some(key) = map.keys().find(|key| !known(key)) {
            let all: Vec<&str> = Part::ALL.iter().map(|part| part.key()).chain(OWN).collect();
            return Err(Error::options(format!("{key:?} is no heading; accepted are {}", all.join(", "))));
        }
        Ok(Headings(map))
    }

    fn get(&self, key: &str, own: &str) -> String {
        self.0.get(key).cloned().unwrap_or_else(|| own.to_owned())
    }
}

impl Draft {
    /// The draft as a page to print; it bears the word draft on every page and says that it is no advice.
    ///
    /// # Errors
    /// None that a caller can bring about; the template engine has a channel for them.
    pub fn html(&self, headings: &Headings) -> Result<String> {
        Page { draft: self, judgement: None, advice: None, headings, language: self.body.language }.html()
    }
}

impl Judged {
    /// The draft with its judgement as a page to show to the person: still a draft, and marked as one on every page.
    ///
    /// # Errors
    /// As [`Draft::html`].
    pub fn html(&self, headings: &Headings) -> Result<String> {
        let (draft, judgement) = (self.draft(), Some(self.judgement()));
        Page { draft, judgement, advice: None, headings, language: draft.body.language }.html()
    }
}

impl Advice {
    /// The advice as a page to print.
    ///
    /// # Errors
    /// As [`Draft::html`].
    pub fn html(&self, headings: &Headings) -> Result<String> {
        let (draft, judgement) = (&self.draft, Some(&self.judgement));
        Page { draft, judgement, advice: Some(self), headings, language: draft.body.language }.html()
    }
}

struct Page<'a> {
    draft: &'a Draft,
    judgement: Option<&'a Judgement>,
    advice: Option<&'a Advice>,
    headings: &'a Headings,
    language: Language,
}

impl Page<'_> {
    fn pick<'t>(&self, nl: &'t str, en: &'t str) -> &'t str {
        self.language.pick(nl, en)
    }

    fn html(&self) -> Result<String> {
        let broken =
            |e: minijinja::Error| Error::new(ErrorKind::InvalidInput, format!("the page cannot be written: {e}"));
        let mut environment = Environment::new();
        // the name's ending switches escaping on
        environment.add_template("page.html", TEMPLATE).map_err(broken)?;
        let body = &self.draft.body;
        let title = match self.advice {
            None => self.pick("Concept voor een reclasseringsadvies", "Draft for a probation advice"),
            Some(_) => self.pick("Reclasseringsadvies", "Probation advice"),
        };
        let mark = self.advice.is_none().then(|| self.pick("CONCEPT - GEEN ADVIES", "DRAFT - NO ADVICE"));
        let signature = |advice: &Advice| format!("{}, {}", advice.signature.by, advice.signature.on);
        let notice = self.pick(
            "Dit is een concept. Alleen een professional kan er een advies van maken: met een eigen oordeel, na het aan de betrokkene te hebben voorgelegd.",
            "This is a draft. Only a professional can make an advice of it: with a judgement of their own, after it was shown to the person.",
        );
        let values = context! {
            lang => self.pick("nl", "en"),
            title => self.headings.get("title", title),
            mark => mark,
            page_word => self.pick("pagina", "page"),
            notice => mark.map(|_| notice),
            facts => self.facts(),
            judgement => self.judgement.map(|judgement| self.judged(judgement)),
            judgement_head => self.headings.get("judgement", self.pick("Oordeel van de professional", "Judgement of the professional")),
            basis_head => self.headings.get("basis", self.pick("Waar dit op rust", "What this rests on")),
            sections => self.sections(),
            grounds_word => self.pick("Gronden", "Grounds"),
            instruments => self.instruments(),
            levels_head => self.levels_head().to_vec(),
            needs => self.needs(),
            needs_head => vec![self.pick("schaal", "scale"), self.pick("behoefte", "need"), self.pick("ernst", "severity"), self.pick("toelichting", "explanation")],
            harm => self.harm(),
            harm_head => vec![self.pick("groep", "group"), self.pick("waar", "where"), self.pick("niveau", "level"), self.pick("wanneer", "when"), self.pick("aard", "nature")],
            frames => self.frames(),
            reaction_head => self.headings.get("reaction", self.pick("Reactie van de betrokkene", "Reaction of the person")),
            reaction => self.advice.map(|advice| self.reaction(advice)),
            signature_head => self.headings.get("signature", self.pick("Vastgesteld", "Made final")),
            signature => self.advice.map(signature),
            engine => body.engine.as_str(),
            hash => self.draft.hash(),
        };
        environment.get_template("page.html").and_then(|page| page.render(values)).map_err(broken)
    }

    fn facts(&self) -> Vec<Vec<String>> {
        let body = &self.draft.body;
        let unknown = self.pick("niet opgegeven", "not stated");
        let mut facts: Vec<Vec<String>> =
            body.identifiers.iter().map(|one| vec![one.kind.clone(), one.value.clone()]).collect();
        let asked = &body.asked;
        let mut fact = |nl: &str, en: &str, value: String| facts.push(vec![self.pick(nl, en).to_owned(), value]);
        fact("datum", "date", asked.on.to_string());
        fact("moment", "moment", asked.moment.map_or(unknown, |m| m.label(self.language)).to_owned());
        fact("vorm", "form", asked.form.map_or(unknown, |f| f.label(self.language)).to_owned());
        if let Some(replaced) = self.advice.and_then(|advice| advice.signature.replaces.as_ref()) {
            let short = replaced.advice.get(..16).unwrap_or(&replaced.advice);
            fact("vervangt het advies", "replaces the advice", format!("{short}: {}", replaced.reason));
        }
        facts
    }

    fn sections(&self) -> Vec<Value> {
        let one = |section: &super::Section| {
            let statements: Vec<Value> = section
                .statements
                .iter()
                .map(|s| {
                    let grounds: Vec<String> = s.grounds.iter().map(|g| g.text(self.language)).collect();
                    context! { text => s.text.as_str(), says => self.says(s.says), grounds => grounds.join("; ") }
                })
                .collect();
            context! {
                key => section.part.key(),
                heading => self.headings.get(section.part.key(), section.part.heading(self.language)),
                statements => statements,
            }
        };
        self.draft.body.sections.iter().map(one).collect()
    }

    /// A mark that is read without colour.
    fn says(&self, says: super::Says) -> &'static str {
        match says {
            super::Says::NotAsked => "○",
            super::Says::Unknown => "?",
            super::Says::Range => "↔",
            super::Says::Stated => "●",
        }
    }

    fn levels_head(&self) -> [&'static str; 4] {
        [
            "instrument",
            self.language.pick("niveau van het instrument", "instrument's level"),
            self.language.pick("afwijkend niveau", "overridden level"),
            self.language.pick("goedgekeurd niveau", "approved level"),
        ]
    }

    fn instruments(&self) -> Vec<Vec<String>> {
        let none = || "-".to_owned();
        let approved = self.advice.map_or(&[][..], |advice| &advice.signature.approved);
        match self.judgement {
            Some(judgement) => levels(self.draft, judgement, approved)
                .into_iter()
                .map(|l| {
                    vec![
                        l.instrument,
                        l.level.unwrap_or_else(none),
                        l.overridden_level.unwrap_or_else(none),
                        l.approved_level.unwrap_or_else(none),
                    ]
                })
                .collect(),
            None => {
                let one = |r: &InstrumentResult| {
                    vec![r.assessment.instrument.clone(), r.level.clone().unwrap_or_else(none), none(), none()]
                };
                self.draft.body.instruments.iter().map(one).collect()
            }
        }
    }

    fn needs(&self) -> Vec<Vec<String>> {
        let judged = self.judgement.map_or(&[][..], |judgement| &judgement.needs);
        let one = |need: &Need| {
            let need = judged.iter().find(|other| other.scale == need.scale).unwrap_or(need);
            let blank = need.state == NeedState::Unanswered && self.judgement.is_none();
            vec![
                need.scale.label(self.language).to_owned(),
                if blank { String::new() } else { need.state.label(self.language).to_owned() },
                need.severity.map_or_else(String::new, |s| s.label(self.language).to_owned()),
                need.words.clone().unwrap_or_default(),
            ]
        };
        self.draft.body.needs.iter().map(one).collect()
    }

    fn harm(&self) -> Vec<Vec<String>> {
        let judged = self.judgement.map_or(&[][..], |judgement| &judgement.serious_harm);
        let one = |harm: &Harm| {
            let same = |other: &&Harm| (other.group, other.setting) == (harm.group, harm.setting);
            let harm = judged.iter().find(same).unwrap_or(harm);
            vec![
                harm.group.label(self.language).to_owned(),
                harm.setting.label(self.language).to_owned(),
                harm.level.map_or_else(String::new, |l| l.label(self.language).to_owned()),
                harm.imminence.clone().unwrap_or_default(),
                harm.nature.clone().unwrap_or_default(),
            ]
        };
        self.draft.body.serious_harm.iter().map(one).collect()
    }

    /// Lists of conditions; of frames with the same list, one list.
    fn frames(&self) -> Vec<Value> {
        let mut lists: Vec<(Vec<&str>, &[super::Condition])> = Vec::new();
        for state in
            self.draft.body.frames.iter().filter(|state| state.can_apply != Met::No && !state.conditions.is_empty())
        {
            let label = state.frame.label(self.language);
            match lists.iter_mut().find(|(_, list)| *list == state.conditions) {
                Some((labels, _)) => labels.push(label),
                None => lists.push((vec![label], &state.conditions)),
            }
        }
        let one = |(labels, conditions): (Vec<&str>, &[super::Condition])| {
            let lines: Vec<String> = conditions
                .iter()
                .map(|c| {
                    let number = c.number.map_or_else(|| "-".to_owned(), |n| format!("{n}."));
                    let needs = c
                        .needs
                        .as_ref()
                        .map_or_else(String::new, |n| format!(" ({}: {n})", self.pick("nodig", "needed")));
                    format!("{number} {}{needs}", c.text)
                })
                .collect();
            context! { heading => format!("{}: {}", self.pick("Voorwaarden", "Conditions"), labels.join("; ")), lines => lines }
        };
        lists.into_iter().map(one).collect()
    }

    fn judged(&self, j: &Judgement) -> Vec<String> {
        let l = self.language;
        let mut lines: Vec<String> = j
            .estimates
            .iter()
            .map(|e| {
                let question = if e.question == "reoffending" {
                    self.pick("kans op recidive", "chance of reoffending")
                } else {
                    &e.question
                };
                format!(
                    "{}: {question}: {}. {}",
                    self.pick("Eigen inschatting", "Own estimate"),
                    e.level.label(l),
                    e.reason
                )
            })
            .collect();
        for one in &j.instruments {
            let id = &one.instrument;
            lines.push(match &one.stance {
                Stance::Agrees => l.pick(format!("{id}: stemt ermee in."), format!("{id}: agrees with it.")),
                Stance::Departs { direction, reason, overridden_level } => {
                    let direction = direction.label(l);
                    l.pick(
                        format!("{id}: wijkt af, {direction}: {overridden_level}. Reden: {reason}"),
                        format!("{id}: departs from it, {direction}: {overridden_level}. Reason: {reason}"),
                    )
                }
                Stance::NotUsed { reason } => {
                    l.pick(format!("{id}: niet gebruikt. Reden: {reason}"), format!("{id}: not used. Reason: {reason}"))
                }
            });
        }
        let [needed, obtainable] = [j.information_needed, j.information_obtainable].map(|known| match known {
            super::Known::Present => self.pick("ja", "yes"),
            super::Known::Absent => self.pick("nee", "no"),
            other => other.label(l),
        });
        lines.push(l.pick(
            format!("Meer informatie nodig: {needed}; te krijgen: {obtainable}."),
            format!("More information needed: {needed}; can be got: {obtainable}."),
        ));
        match &j.outcome {
            Outcome::Advice(text) => lines.push(format!("{}: {text}", self.pick("Advies", "Advice"))),
            Outcome::NoAdvice(reasons) => lines.extend(reasons.iter().map(|one| {
                format!(
                    "{}: {}. {}",
                    self.pick("Geen advies mogelijk", "No advice can be given"),
                    one.reason.label(l),
                    one.explanation
                )
            })),
        }
        lines
    }

    fn reaction(&self, advice: &Advice) -> String {
        match &advice.reaction {
            Reaction::Said { on, text } => format!("{} {on}: {text}", self.pick("Voorgelegd op", "Shown on")),
            Reaction::None { on, why, explanation } => {
                format!("{} {on}: {}. {explanation}", self.pick("Voorgelegd op", "Shown on"), why.label(self.language))
            }
        }
    }
}
