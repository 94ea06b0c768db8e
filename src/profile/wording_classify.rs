//! A classification in words, Dutch and English: about people with alike histories, never with anything that identifies
//! the person.
//!
//! Does not belong here: the answer and its reasons (`wording_person`), limitations (each words itself).

use super::classify::classification::Classification;
use super::classify::forecast::Forecast;
use super::classify::prediction::{CalibrationSource, PredictionSet, ProfileEvidence};
use super::classify::typicality::Typicality;
use super::kind::Profile;
use super::language::Language;

/// A part by which a set holds more of a profile's people than was asked for, before it is said.
const CLEARLY_MORE: f64 = 0.03;

/// A part of a hundred, without decimals.
fn of_hundred(part: f64) -> String {
    format!("{:.0}", 100.0 * part)
}

/// A class by its profile.
fn called(profile: Option<Profile>, language: Language) -> &'static str {
    profile.map_or(language.pick("geen van de profielen", "none of the profiles"), |profile| profile.label(language))
}

impl PredictionSet {
    /// The set as one sentence.
    pub fn text(&self, language: Language) -> String {
        let mut items: Vec<String> = self.profiles.iter().map(|p| format!("'{}'", p.label(language))).collect();
        if self.no_profile {
            items.push(called(None, language).to_owned());
        }
        let (coverage, age) = (of_hundred(self.coverage), language.short(self.age));
        let people = match self.source {
            CalibrationSource::Simulated { .. } => language.pick("gesimuleerde mensen", "simulated people"),
            CalibrationSource::Given => language.pick("mensen met bekend profiel", "people of known profile"),
        };
        if items.is_empty() {
            let few = of_hundred(1.0 - self.coverage);
            return language.pick(
                format!("Geen profiel in de verzameling: bij elk heeft hoogstens {few} van de 100 mensen een zo lage kans op het eigen profiel als deze geschiedenis. Dat zegt hoe duidelijk zij is, niet hoe zeldzaam."),
                format!("No profile is in the set: of each at most {few} of 100 people have a probability of their own profile as low as this record has. That says how clear the record is, not how rare."),
            );
        }
        let (items, more) = (language.list(&items), self.more(language));
        language.pick(
            format!("Niet uit te sluiten: {items}. Bij {people}, gezien tot {age} jaar, blijft zo van elk profiel bij minstens {coverage} van de 100 het ware profiel in de verzameling{more}."),
            format!("Not ruled out: {items}. Among {people} seen up to age {age} the set holds the true profile for at least {coverage} of 100 of each profile{more}."),
        )
    }

    /// Of which profiles it holds clearly more people than was asked for, in brackets: many have one and the same record.
    fn more(&self, language: Language) -> String {
        let clearly = |e: &&ProfileEvidence| e.holds.is_some_and(|holds| holds > self.coverage + CLEARLY_MORE);
        let of =
            |e: &ProfileEvidence| format!("{}: {}", called(e.profile, language), of_hundred(e.holds.unwrap_or(1.0)));
        let all: Vec<String> = self.evidence.iter().filter(clearly).map(of).collect();
        if all.is_empty() { String::new() } else { format!(" ({})", all.join(", ")) }
    }
}

impl Typicality {
    /// How unusual the record is, as one sentence.
    pub fn text(&self, language: Language) -> String {
        let p = of_hundred(self.nearest.p);
        language.pick(
            format!("Van de mensen die het dichtst bij dezelfde groep liggen hebben er {p} van de 100 een minstens zo ongewone geschiedenis."),
            format!("Of people nearest to the same group {p} of 100 have a history at least as unusual."),
        )
    }
}

impl Forecast {
    /// What is expected up to the last age of the forecast, as one sentence; empty when it has no ages.
    pub fn text(&self, language: Language) -> String {
        let (Some(first), Some(last)) = (self.ages.first(), self.ages.last()) else { return String::new() };
        let (from, to) = (language.short(first.from), language.short(last.to));
        let (any, level) = (of_hundred(last.upto.any), of_hundred(self.level));
        let (low, high) = (last.upto.low, last.upto.high);
        language.pick(
            format!("Van de mensen met zo'n geschiedenis die in vrijheid zijn plegen er naar het model {any} van de 100 een of meer nieuwe delicten van {from} tot {to} jaar; bij minstens {level} van de 100 zijn het er {low} tot {high}. Over deze persoon zelf zegt dat niets."),
            format!("Of people with such a history who are at liberty the model expects {any} of 100 to offend again from age {from} to {to}; for at least {level} of 100 it is {low} to {high} times. That is no statement about this person."),
        )
    }
}

impl Classification {
    /// What can be said, as sentences.
    pub fn text(&self, language: Language) -> String {
        let mut parts = vec![
            self.answer.text(language),
            self.prediction_set.text(language),
            self.typicality.text(language),
            self.forecast.as_ref().map_or_else(String::new, |forecast| forecast.text(language)),
        ];
        parts.extend(self.limitations.iter().map(|limitation| limitation.text(language)));
        parts.retain(|part| !part.is_empty());
        parts.join(" ")
    }
}
