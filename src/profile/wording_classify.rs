//! A classification in words, Dutch and English: about people with alike histories, never with anything that identifies
//! the person.
//!
//! Does not belong here: the answer and its reasons (`wording_person`), limitations (each words itself).

use super::classify::classification::Classification;
use super::classify::forecast::Forecast;
use super::classify::prediction::{CalibrationSource, PredictionSet};
use super::classify::typicality::Typicality;
use super::language::Language;

/// A part of a hundred, without decimals.
fn of_hundred(part: f64) -> String {
    format!("{:.0}", 100.0 * part)
}

impl PredictionSet {
    /// The set as one sentence.
    pub fn text(&self, language: Language) -> String {
        let mut items: Vec<String> = self.profiles.iter().map(|p| format!("'{}'", p.label(language))).collect();
        if self.no_profile {
            items.push(language.pick("geen van de profielen", "none of the profiles").to_owned());
        }
        let (coverage, age) = (of_hundred(self.coverage), language.short(self.age));
        let people = match self.source {
            CalibrationSource::Simulated { .. } => language.pick("nagebootste mensen", "simulated people"),
            CalibrationSource::Given => language.pick("mensen met bekend profiel", "people of known profile"),
        };
        if items.is_empty() {
            return language
                .pick(
                    "Geen enkel profiel past: van elk heeft bijna niemand zo'n geschiedenis.",
                    "No profile fits: of each hardly anyone has such a history.",
                )
                .to_owned();
        }
        let items = language.list(&items);
        language.pick(
            format!("Niet uit te sluiten: {items}. Van {people} tot {age} jaar houden zo van elk profiel minstens {coverage} van de 100 het eigen profiel."),
            format!("Not ruled out: {items}. Of {people} up to age {age} at least {coverage} of 100 of each profile keep their own in this way."),
        )
    }
}

impl Typicality {
    /// How unusual the record is, as one sentence.
    pub fn text(&self, language: Language) -> String {
        let p = language.number(self.nearest.p, 2);
        language.pick(
            format!("Van de mensen die het dichtst bij dezelfde groep liggen heeft een deel van {p} een minstens zo ongewone geschiedenis."),
            format!("Of people nearest to the same group a part of {p} have a history at least as unusual."),
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
