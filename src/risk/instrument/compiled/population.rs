//! Whom an instrument was made for, whom a case is about, and what happens when the two differ.

use crate::risk::instrument::written::shortened::shortened;
use crate::units::language::Language;
use serde::{Deserialize, Serialize};

/// Legal statuses.
pub(crate) const STATUSES: [&str; 4] = ["suspect", "community", "custody", "release"];

/// What a case says about the person's position: it has to lie within the instrument's population.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Where the person is judged, such as `england-and-wales`.
    pub jurisdiction: String,
    /// `suspect`, `community`, `custody` or `release`.
    pub legal_status: String,
    /// Age in whole years when the instrument is used: at the assessment, the start of follow-up or the arrest. Needed
    /// when the instrument has a limit of age; may not contradict the answers (a birthday may lie between), and narrows
    /// no answer that is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<u32>,
    /// Needed when the instrument is for one sex; may not contradict the answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
}

/// Permission to score someone outside the population: who takes it on, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PopulationOverride {
    /// The person who answers for it.
    pub author: String,
    /// Why the instrument is used all the same.
    pub reason: String,
}

/// The population an instrument was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetPopulation {
    /// Where.
    pub jurisdiction: String,
    /// Legal statuses.
    pub legal_status: Vec<String>,
    /// Youngest age in whole years.
    pub age_from: u32,
    /// Oldest age in whole years.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_to: Option<u32>,
    /// The sex it is for, when it is for one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sex: Option<String>,
    /// In words, with where they come from.
    pub words: String,
}

impl TargetPopulation {
    /// In what a case differs; empty when it does not.
    pub(crate) fn differences(&self, case: &Population, language: Language) -> Vec<String> {
        let mut found = Vec::new();
        if case.jurisdiction != self.jurisdiction {
            let (is, wanted) = (shortened(&case.jurisdiction), &self.jurisdiction);
            found.push(language.pick(
                format!("het rechtsgebied is {}, niet {}", in_dutch(&is), in_dutch(wanted)),
                format!("jurisdiction {is} is not {wanted}"),
            ));
        }
        if !self.legal_status.contains(&case.legal_status) {
            let is = shortened(&case.legal_status);
            let wanted: Vec<&str> = self.legal_status.iter().map(|status| in_dutch(status)).collect();
            found.push(language.pick(
                format!("de juridische status is {}, niet {}", in_dutch(&is), wanted.join(" of ")),
                format!("legal status {is} is not {}", self.legal_status.join(" or ")),
            ));
        }
        let limited = self.age_from > 0 || self.age_to.is_some();
        let age = match case.age {
            None if limited => Some(language.pick(
                "de leeftijd is niet opgegeven, en het instrument heeft een leeftijdsgrens".to_owned(),
                "age is not stated, and the instrument has a limit of age".to_owned(),
            )),
            Some(age) if age < self.age_from => {
                let from = self.age_from;
                Some(language.pick(format!("leeftijd {age} is onder {from}"), format!("age {age} is below {from}")))
            }
            Some(age) if self.age_to.is_some_and(|to| age > to) => Some(
                language.pick(format!("leeftijd {age} is boven de grens"), format!("age {age} is above the limit")),
            ),
            _ => None,
        };
        found.extend(age);
        if let Some(sex) = &self.sex
            && case.sex.as_ref() != Some(sex)
        {
            found.push(language.pick(
                format!("het instrument is alleen voor {}", in_dutch(sex)),
                format!("the instrument is for {sex} persons only"),
            ));
        }
        found
    }

    /// Whether a case fits, without wording.
    pub(crate) fn admits(&self, case: &Population) -> bool {
        case.jurisdiction == self.jurisdiction
            && self.legal_status.contains(&case.legal_status)
            && case.age.map_or(self.age_from == 0 && self.age_to.is_none(), |age| {
                age >= self.age_from && self.age_to.is_none_or(|to| age <= to)
            })
            && self.sex.as_ref().is_none_or(|sex| case.sex.as_ref() == Some(sex))
    }
}

/// Dutch for a word of a population; a name that is not known stays as it is.
fn in_dutch(word: &str) -> &str {
    match word {
        "netherlands" => "Nederland",
        "england-and-wales" => "Engeland en Wales",
        "united-states" => "de Verenigde Staten",
        "sweden" => "Zweden",
        "suspect" => "verdachte",
        "community" => "in vrijheid",
        "custody" => "in detentie",
        "release" => "vrijgelaten",
        "female" => "vrouwen",
        "male" => "mannen",
        other => other,
    }
}
