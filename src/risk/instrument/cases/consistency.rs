//! The stated population held against the answers.

use crate::risk::instrument::compiled::derive::years;
use crate::risk::instrument::compiled::instrument::Instrument;
use crate::risk::instrument::compiled::population::Population;
use crate::risk::instrument::compiled::program::Stated;

impl Instrument {
    /// Codes of the rules by which the stated population contradicts the answers, by bit. Allocates nothing.
    pub(crate) fn population_clash(&self, population: &Population, answers: &[f64]) -> u64 {
        let target = &self.card.population;
        let outside =
            |age: f64| age < f64::from(target.age_from) || target.age_to.is_some_and(|to| age > f64::from(to));
        // an unknown answer is NaN and contradicts nothing
        let apart = |low: f64, high: f64, limit: f64| {
            population.age.map(f64::from).is_some_and(|age| {
                age < low - limit || age > high + limit || outside(low) && outside(high) && !outside(age)
            })
        };
        let clashes = |stated: Stated| match stated {
            Stated::Age { of, apart: limit } => apart(answers[of], answers[of], limit),
            Stated::AgeAt { born, at, to, apart: limit } => {
                let (from, to) = (answers[at], answers[to]);
                // a date on or before the day of birth is refused for itself
                let known = from > answers[born] && to > answers[born];
                let age = |at: f64| years(answers[born], at);
                known && apart(age(from.min(to)), age(from.max(to)), limit)
            }
            Stated::Sex { of } => {
                let stated = population.sex.as_ref().and_then(|sex| self.items[of].level(sex));
                stated.is_some_and(|value| !answers[of].is_nan() && answers[of] != value)
            }
        };
        let rules = self.program.population.iter().filter(|rule| clashes(rule.stated));
        rules.fold(0, |all, rule| all | 1 << rule.code)
    }
}
