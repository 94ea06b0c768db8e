//! The answer for one person in words, Dutch and English; never with anything that identifies the person.
//!
//! Does not belong here: reasons about groups (`wording`).

use super::language::Language;
use super::person::{Candidate, PersonProfile, Undecided};

impl Candidate {
    fn text(&self, language: Language) -> String {
        let group = format!("{} {}", language.pick("groep", "group"), self.group + 1);
        let label = match self.profile {
            Some(profile) => format!("'{}'", profile.label(language)),
            None => language.pick("geen profiel", "no profile").to_owned(),
        };
        format!("{group}, {label} ({})", language.number(self.probability.get(), 2))
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
            Undecided::TooFewAges { years, needed } => {
                let (years, needed) = (language.short(*years), language.short(*needed));
                language.pick(
                    format!("er is maar {years} jaar waargenomen, en {needed} is nodig"),
                    format!("only {years} years were observed, and {needed} are needed"),
                )
            }
            Undecided::Alike(candidates) => {
                let items: Vec<String> = candidates.iter().map(|candidate| candidate.text(language)).collect();
                let items = language.list(&items);
                language.pick(
                    format!("de geschiedenis past bij meer dan één groep: {items}"),
                    format!("the history fits more than one group: {items}"),
                )
            }
            Undecided::Unnamed(unnamed) => {
                let why = unnamed.text(language);
                language.pick(format!("de meest waarschijnlijke groep {why}"), format!("the most likely group {why}"))
            }
        }
    }
}

impl PersonProfile {
    /// What can be said of the person, as sentences.
    pub fn text(&self, language: Language) -> String {
        let mut text = match (&self.profile, &self.undecided) {
            (Some(profile), _) => {
                let (label, p) = (profile.label(language), language.number(self.probability.get(), 2));
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
