//! Reasons about groups in words, Dutch and English. Groups are numbered from 1 here, as people read them.
//!
//! Does not belong here: anything that decides; sentences about a person (`wording_person`).

use super::criterion::{Criterion, Limit, Measure, Unseen};
use super::definitions::AgeSpan;
use super::kind::{PROFILES_SOURCE, PROFILES_SOURCE_NL, Profile};
use super::language::Language;
use super::naming::{GroupNaming, Naming};
use super::reason::{Absent, Ambiguity, Unnamed};

fn ages(language: Language, span: AgeSpan) -> String {
    let (from, to) = (language.short(span.from), language.short(span.to));
    language.pick(format!("van {from} tot {to} jaar"), format!("at {from} to {to}"))
}

pub(super) fn groups(language: Language, numbers: &[usize]) -> String {
    let items: Vec<String> = numbers.iter().map(|g| (g + 1).to_string()).collect();
    let word = match items.len() {
        1 => language.pick("groep", "group"),
        _ => language.pick("groepen", "groups"),
    };
    format!("{word} {}", language.list(&items))
}

impl Unseen {
    /// Why a criterion could not be judged, as a clause.
    pub fn text(&self, language: Language) -> String {
        let number = |value: f64| language.number(value, 1);
        match *self {
            Unseen::Ages { span, years, needed } => {
                let (span, years, needed) = (ages(language, span), language.short(years), language.short(needed));
                language.pick(
                    format!("niet waargenomen {span} ({years} jaar van de {needed} die nodig zijn)"),
                    format!("not observed {span} ({years} of the {needed} years needed)"),
                )
            }
            Unseen::AfterPeak { years, needed } => {
                let (years, needed) = (language.short(years), language.short(needed));
                language.pick(
                    format!("na de piek is maar {years} jaar waargenomen, en {needed} is nodig"),
                    format!("only {years} years are observed after the peak, and {needed} are needed"),
                )
            }
            Unseen::PeakAtStart(age) => language.pick(
                format!(
                    "de frequentie is het hoogst op de eerste waargenomen leeftijd ({}): of zij eerder \
                    piekte is onbekend",
                    number(age)
                ),
                format!(
                    "the rate is highest at the first age observed ({}): whether it peaked earlier is not \
                    known",
                    number(age)
                ),
            ),
            Unseen::PeakAtEnd(age) => language.pick(
                format!(
                    "de frequentie is het hoogst op de laatste waargenomen leeftijd ({}): een daling daarna \
                    is niet te zien",
                    number(age)
                ),
                format!("the rate is highest at the last age observed ({}): a fall after it is not seen", number(age)),
            ),
            Unseen::NoPeak => language
                .pick(
                    "de frequentie is op alle leeftijden gelijk: er is geen piek",
                    "the rate is the same at all ages: there is no peak",
                )
                .to_owned(),
            Unseen::NoOffences => language
                .pick(
                    "er worden geen delicten verwacht",
                    "no offences are \
                expected",
                )
                .to_owned(),
            Unseen::NoOthers => language
                .pick(
                    "er is maar één groep, dus geen andere om mee te vergelijken hoe vaak zij delicten pleegt",
                    "there is one group only, so no other to compare how often it offends with",
                )
                .to_owned(),
        }
    }
}

impl Criterion {
    /// What the criterion found, with the number and its limit, as a clause; `peak_age` in years, where known.
    pub fn text(&self, peak_age: Option<f64>, language: Language) -> String {
        let Some(value) = self.value else {
            return self.unseen.map_or_else(String::new, |unseen| unseen.text(language));
        };
        let over = self.ages.map_or_else(String::new, |span| ages(language, span));
        let peak = peak_age.map_or_else(String::new, |age| {
            let age = language.number(age, 1);
            language.pick(format!(" op {age} jaar"), format!(" at {age}"))
        });
        let finding = match (language, self.measure) {
            (Language::Dutch, Measure::PeakAge) => format!("de frequentie piekt op {} jaar", language.number(value, 1)),
            (Language::English, Measure::PeakAge) => format!("the rate peaks at {}", language.number(value, 1)),
            (Language::Dutch, Measure::RateInEarlyWindow) => {
                format!("{over} is de frequentie gemiddeld {} van die op de piek{peak}", language.number(value, 2))
            }
            (Language::English, Measure::RateInEarlyWindow) => {
                format!("{over} the rate is on average {} of that at the peak{peak}", language.number(value, 2))
            }
            (Language::Dutch, Measure::RateInLateWindow) => {
                let verb = if self.met { "daalt daarna" } else { "daalt daarna niet genoeg" };
                format!("de piek{peak} {verb}: {over} is de frequentie gemiddeld {} ervan", language.number(value, 2))
            }
            (Language::English, Measure::RateInLateWindow) => {
                let verb = if self.met { "falls after" } else { "does not fall enough after" };
                format!("the peak{peak} {verb}: {over} the rate is on average {} of it", language.number(value, 2))
            }
            (Language::Dutch, Measure::LowestAfterPeak) => {
                let verb = if self.met { "daalt daarna" } else { "daalt daarna niet genoeg" };
                format!("de piek{peak} {verb}: de laagste frequentie erna is {} ervan", language.number(value, 2))
            }
            (Language::English, Measure::LowestAfterPeak) => {
                let verb = if self.met { "falls after" } else { "does not fall enough after" };
                format!("the peak{peak} {verb}: the lowest rate after it is {} of it", language.number(value, 2))
            }
            (Language::Dutch, Measure::SecondRise) => {
                format!("na de daling komt de frequentie terug tot {} van de piek{peak}", language.number(value, 2))
            }
            (Language::English, Measure::SecondRise) => {
                format!("after falling, the rate comes back to {} of the peak{peak}", language.number(value, 2))
            }
            (Language::Dutch, Measure::Level) => {
                format!("de groep pleegt {} maal zo vaak als het cohort gemiddeld", language.number(value, 2))
            }
            (Language::English, Measure::Level) => {
                format!("the group offends {} times as often as the cohort on average", language.number(value, 2))
            }
            (Language::Dutch, Measure::ExpectedOffences) => {
                format!("naar de waargenomen leeftijden worden {over} {} delicten verwacht", language.number(value, 1))
            }
            (Language::English, Measure::ExpectedOffences) => {
                format!("by the ages observed {} offences are expected {over}", language.number(value, 1))
            }
            (Language::Dutch, Measure::Persistence) => {
                format!("de frequentie houdt aan op {} van de waargenomen leeftijden {over}", language.number(value, 2))
            }
            (Language::Dutch, Measure::YearsAtPeak) => {
                format!("{over} blijft de frequentie {} jaar dicht bij de piek{peak}", language.number(value, 1))
            }
            (Language::English, Measure::YearsAtPeak) => {
                format!("{over} the rate stays near the peak{peak} for {} years", language.number(value, 1))
            }
            (Language::English, Measure::Persistence) => {
                format!("the rate lasts for {} of the ages observed {over}", language.number(value, 2))
            }
        };
        let limit = match self.limit {
            Limit::AtMost(limit) => {
                format!("{} {}", language.pick("grens: hoogstens", "limit: at most"), language.short(limit))
            }
            Limit::AtLeast(limit) => {
                format!("{} {}", language.pick("grens: minstens", "limit: at least"), language.short(limit))
            }
            Limit::Within(span) => format!("{} {}", language.pick("grens:", "limit:"), ages(language, span)),
        };
        format!("{finding} ({limit})")
    }
}

fn clauses(failed: &[Criterion], peak_age: Option<f64>, language: Language) -> String {
    let mut said: Vec<String> = Vec::new();
    for text in failed.iter().map(|criterion| criterion.text(peak_age, language)) {
        // Several criteria may fail for one cause, such as ages that are not on the grid.
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.join("; ")
}

fn quoted(profiles: &[Profile], language: Language) -> String {
    let labels: Vec<String> = profiles.iter().map(|p| format!("'{}'", p.label(language))).collect();
    language.list(&labels)
}

fn answer(profile: Option<Profile>, language: Language) -> String {
    match profile {
        Some(profile) => format!("'{}'", profile.label(language)),
        None => language.pick("geen profiel", "no profile").to_owned(),
    }
}

impl Unnamed {
    /// Why the group matches no profile, as one sentence without its full stop.
    pub fn text(&self, language: Language) -> String {
        match self {
            Unnamed::NoMatch { closest, peak_age, failed, .. } => {
                let (label, why) = (closest.label(language), clauses(failed, *peak_age, language));
                language.pick(
                    format!("past bij geen profiel; het meest bij '{label}', maar: {why}"),
                    format!("matches no profile; closest to '{label}', but: {why}"),
                )
            }
            Unnamed::Tied { answers } => {
                let answers = quoted(answers, language);
                language.pick(
                    format!("{answers} zijn even goede antwoorden; daarom wordt geen ervan gegeven"),
                    format!("{answers} are equally good answers; so none is given"),
                )
            }
            Unnamed::Open { meets, open, unjudged, .. } => {
                let why = clauses(unjudged, None, language);
                let (meets, open) = (quoted(&[*meets], language), quoted(open, language));
                language.pick(
                    format!("voldoet aan {meets}, maar kan ook {open} zijn, wat niet te beoordelen is: {why}"),
                    format!("meets {meets}, but may also be {open}, which cannot be judged: {why}"),
                )
            }
            Unnamed::NoOffences => language
                .pick(
                    "past bij geen profiel: op geen waargenomen leeftijd worden delicten verwacht",
                    "matches no profile: no offences are expected at any age observed",
                )
                .to_owned(),
        }
    }
}

impl Ambiguity {
    /// Why the name is uncertain, as one sentence without its full stop.
    pub fn text(&self, language: Language) -> String {
        match self {
            Ambiguity::SmallMargin { margin, other } => {
                let (margin, other) = (language.number(*margin, 3), other.label(language));
                language.pick(
                    format!("'{other}' zou bijna even goed zijn (totaalscore {margin} lager)"),
                    format!("'{other}' would be almost as good (total score {margin} lower)"),
                )
            }
            Ambiguity::NearLimit(criterion) => {
                let text = criterion.text(None, language);
                language.pick(format!("op de grens: {text}"), format!("close to a limit: {text}"))
            }
        }
    }
}

impl Absent {
    /// That the cohort does not show the profile, and why, as one sentence without its full stop.
    pub fn text(&self, language: Language) -> String {
        let (label, group) = (self.profile.label(language), groups(language, &[self.closest]));
        if self.failed.is_empty() {
            return language.pick(
                format!(
                    "geen groep krijgt '{label}': {group} voldoet, maar past bij een ander profiel even goed of beter"
                ),
                format!("no group gets '{label}': {group} meets it, but another profile as well or better"),
            );
        }
        let why = clauses(&self.failed, self.peak_age, language);
        language.pick(
            format!("geen groep laat '{label}' zien; {group} komt het dichtst in de buurt, maar: {why}"),
            format!("no group shows '{label}'; {group} comes closest, but: {why}"),
        )
    }
}

impl GroupNaming {
    /// What the naming says of the group, as sentences.
    pub fn text(&self, language: Language) -> String {
        let mut text = format!("{} {}: ", language.pick("Groep", "Group"), self.group + 1);
        match (&self.profile, &self.unnamed) {
            (Some(profile), _) => {
                let score = language.number(self.score.unwrap_or(0.0), 2);
                text += &format!("'{}' ({} {score})", profile.label(language), language.pick("score", "score"));
            }
            (None, Some(unnamed)) => text += &unnamed.text(language),
            (None, None) => text += &answer(None, language),
        }
        text += ".";
        for ambiguity in &self.ambiguities {
            text += &format!(" {}: {}.", language.pick("Onzeker", "Ambiguous"), ambiguity.text(language));
        }
        text
    }
}

impl Naming {
    /// What a reader must be told wherever these names are shown.
    ///
    /// ```
    /// use pleegprofiel::{Language, profile::Naming};
    /// assert_eq!(Naming::cautions(Language::Dutch).len(), Naming::cautions(Language::English).len());
    /// ```
    ///
    /// # References
    /// Nagin & Tremblay (2005); Bauer & Curran (2003); Bushway, Sweeten & Nieuwbeerta (2009); Sampson & Laub (2003).
    pub fn cautions(language: Language) -> Vec<String> {
        let texts: [(&str, &str); 6] = [
            (
                "Groepen vatten een cohort samen; het zijn geen soorten mensen, hun aantal is geen ontdekking, \
                    en leden lopen niet in de pas met de lijn van hun groep (Nagin & Tremblay 2005).",
                "Groups summarise a cohort; they are not kinds of people, their number is not a discovery, and \
                    members do not follow their group's curve in lock step (Nagin & Tremblay 2005).",
            ),
            (
                "Scheef verdeelde gegevens laten meer groepen het best passen, ook als er maar één populatie is \
                    (Bauer & Curran 2003).",
                "Skewed data make several groups fit best even when there is one population (Bauer & Curran 2003).",
            ),
            (
                "Over dezelfde Nederlanders vertelden drie methoden heel verschillende verhalen (Bushway, \
                    Sweeten & Nieuwbeerta 2009).",
                "On the same Dutch people three methods told very different stories (Bushway, Sweeten & \
                    Nieuwbeerta 2009).",
            ),
            (
                "Bij delinquente jongens die tot hun 70e zijn gevolgd nam het plegen in elke groep met de leeftijd af \
                    (Sampson & Laub 2003).",
                "Among delinquent boys followed to age 70 offending declined with age in every group (Sampson & Laub \
                    2003).",
            ),
            (
                "Van het verloop van de vier profielen zijn alleen de leeftijden van twee pieken in getallen \
                    gepubliceerd; alle andere grenzen zijn keuzes van deze software. \
                    Een naam zegt dat een lijn eruitziet zoals beschreven, \
                    niet dat het dezelfde groep is.",
                "Of the course of the four profiles only the ages of two peaks are published in numbers; every \
                    other limit is a choice of this software. \
                    A name says that a curve looks as described, not that it is the same group.",
            ),
            (
                "Een profiel is invoer voor het professioneel oordeel, geen score en geen uitkomst; het zegt \
                    niet wat iemand zal doen.",
                "A profile is input to professional judgement, not a score or a verdict; it does not say what \
                    anyone will do.",
            ),
        ];
        let mut all: Vec<String> = texts.into_iter().map(|(nl, en)| language.pick(nl, en).to_owned()).collect();
        all.push(language.pick(
            format!("Bron van de profielen: {PROFILES_SOURCE_NL}."),
            format!("Source of the profiles: {PROFILES_SOURCE}."),
        ));
        all
    }
}
