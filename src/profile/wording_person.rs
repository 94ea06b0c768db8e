//! The answer for one person in words, Dutch and English; never with anything that identifies the person.
//!
//! Does not belong here: reasons about groups (`wording`).

use super::kind::Profile;
use super::language::Language;
use super::person::{Candidate, Indistinct, PersonProfile, Undecided};

impl Candidate {
    fn text(&self, language: Language) -> String {
        let group = super::wording::groups(language, &self.groups);
        let label = match self.profile {
            Some(profile) => format!("'{}'", profile.label(language)),
            None => language.pick("geen profiel", "no profile").to_owned(),
        };
        format!("{group}, {label} ({})", language.probability(self.probability.get(), 2))
    }
}

impl Indistinct {
    fn text(&self, language: Language) -> String {
        let name = |group: usize, profile: Option<Profile>| match profile {
            Some(profile) => format!("'{}'", profile.label(language)),
            None => format!("{} {}", language.pick("groep", "group"), group + 1),
        };
        let (one, other) = (name(self.group, self.profile), name(self.other, self.other_profile));
        // rounded down, so that what falls short of the limit is seen to
        let [apart, needed] = [self.apart, self.needed].map(|part| format!("{:.0}", (100.0 * part).floor()));
        language.pick(
            format!("worden {one} en {other} ook in het beste geval maar in {apart} van de 100 paren onderscheiden; {needed} is nodig"),
            format!("{one} and {other} are told apart in {apart} of 100 pairs at best, and {needed} are needed"),
        )
    }
}

impl Undecided {
    /// Why no profile is given, as one sentence without its full stop.
    pub fn text(&self, language: Language) -> String {
        match self {
            Undecided::NothingObserved => language
                .pick(
                    "van deze carrière is niets waargenomen: de kansen zijn de aandelen van de groepen",
                    "nothing of this career was observed: the probabilities are the shares of the groups",
                )
                .to_owned(),
            Undecided::NoOffence => language
                .pick(
                    "er staat geen delict in de geschiedenis: zonder zaak waarover de rechter heeft geoordeeld wordt niemand ingedeeld",
                    "no offence in the record: nobody is placed without an adjudicated case",
                )
                .to_owned(),
            Undecided::TooFewAges { years, needed } => {
                let (years, needed) = (language.short(*years), language.short(*needed));
                language.pick(
                    format!("er zijn maar leeftijden van {years} jaar samen waargenomen, en {needed} is nodig"),
                    format!("ages of only {years} years together were observed, and {needed} are needed"),
                )
            }
            Undecided::Alike(candidates) => {
                let items: Vec<String> = candidates.iter().map(|candidate| candidate.text(language)).collect();
                let items = language.list(&items);
                language.pick(
                    format!("de geschiedenis past bij meer dan één antwoord: {items}"),
                    format!("the history fits more than one answer: {items}"),
                )
            }
            Undecided::IndexUnknown { anywhere, at_last } => {
                let p = |candidate: &Candidate| language.probability(candidate.probability.get(), 2);
                let label = anywhere.profile.map_or("", |profile| profile.label(language));
                let (anywhere, at_last) = (p(anywhere), p(at_last));
                language.pick(
                    format!("het hangt ervan af welk delict het eerste van mensenhandel is: '{label}' heeft gemiddeld kans {anywhere}, en {at_last} als het laatste delict dat is"),
                    format!("it hangs on which offence is the first trafficking offence: '{label}' has a probability of {anywhere} on average, and of {at_last} if the last offence is it"),
                )
            }
            Undecided::Unnamed(unnamed) => {
                let why = unnamed.text(language);
                language.pick(format!("de meest waarschijnlijke groep {why}"), format!("the most likely group {why}"))
            }
            Undecided::OnePopulation { gain } => {
                let gain = language.number(*gain, 1);
                language.pick(
                    format!("één lijn met blijvende verschillen tussen mensen verklaart het cohort beter dan groepen (BIC {gain} lager)"),
                    format!("one curve with lasting differences between people explains the cohort better than groups (BIC {gain} lower)"),
                )
            }
            Undecided::Unsettled { others } => {
                let others: Vec<String> = others.iter().map(|p| format!("'{}'", p.label(language))).collect();
                let others = language.list(&others);
                language.pick(
                    format!("de groepen liggen niet vast: onder modellen die ongeveer even goed passen is {others} waarschijnlijker"),
                    format!("the groups are not settled: under models that fit about as well {others} is likelier"),
                )
            }
            Undecided::TooYoung { age, pair } => {
                let (age, pair) = (language.short(*age), pair.text(language));
                language.pick(
                    format!("te jong om het te zeggen: uit een geschiedenis tot {age} jaar {pair}"),
                    format!("too young to tell: from a record up to age {age} {pair}"),
                )
            }
            Undecided::TooLittleSeen { years, pair } => {
                let (years, pair) = (language.short(*years), pair.text(language));
                language.pick(
                    format!("er is te weinig waargenomen: uit deze {years} jaar {pair}"),
                    format!("too little was observed: from these {years} years {pair}"),
                )
            }
            Undecided::UnlikeAny { p, limit } => {
                // rounded down, so that what falls short of the limit is seen to
                let p = language.number((1000.0 * p).floor(), 0);
                let limit = language.number(1000.0 * limit, 0);
                language.pick(
                    format!("de geschiedenis lijkt op geen enkele groep: van wie het dichtst bij dezelfde groep ligt heeft maar {p} van de 1000 een minstens zo ongewone (grens {limit})"),
                    format!("the history is unlike any group: of people nearest to the same group only {p} of 1000 have one as unusual (limit {limit})"),
                )
            }
        }
    }
}

impl PersonProfile {
    /// What can be said of the person, as sentences.
    pub fn text(&self, language: Language) -> String {
        let mut text = match (&self.profile, &self.undecided) {
            (Some(profile), _) => {
                let (label, p) = (profile.label(language), language.probability(self.probability.get(), 2));
                language.pick(
                    format!(
                        "De geschiedenis lijkt het meest op die van groep {}, '{label}' (kans {p}).",
                        self.group + 1
                    ),
                    format!("The history is most like those of group {}, '{label}' (probability {p}).", self.group + 1),
                )
            }
            (None, Some(undecided)) => {
                format!("{}: {}.", language.pick("Onbeslist", "Undecided"), undecided.text(language))
            }
            (None, None) => format!("{}.", language.pick("Onbeslist", "Undecided")),
        };
        if self.profile.is_some() && self.ambiguous_name {
            text += language
                .pick(" De naam van die groep is zelf onzeker.", " The name of that group is itself ambiguous.");
        }
        text
    }
}
