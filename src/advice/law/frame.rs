//! Frames in which conditions can be set, each with its own list, article and date of the text; and whether one can
//! apply, as far as what the caller states goes. Nothing here recommends one.

use super::condition::{self, Condition};
use crate::career::date::CalendarDate;
use crate::profile::language::Language;
use crate::units::source_status::SourceStatus;
use serde::{Deserialize, Serialize};

/// A frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Frame {
    /// Suspended sentence with special conditions, art. 14a-14c Sr.
    SuspendedSentence,
    /// Suspension of remand, art. 80 Sv.
    RemandSuspension,
    /// Conditional release (v.i.), art. 6:2:10-14 Sv.
    ConditionalRelease,
    /// Measure to influence behaviour and restrict freedom (GVM), art. 38z Sr.
    Gvm,
    /// Adolescent criminal law (ASR).
    AdolescentLaw,
}

/// Where the text of a frame comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameText {
    /// Article; `None` where it has not been read.
    pub article: Option<&'static str>,
    /// Source.
    pub source: &'static str,
    /// The date, or year, of the text that was read.
    pub text_of: &'static str,
    /// How it is known.
    pub status: SourceStatus,
}

/// Whether a condition for a frame is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Met {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// What is stated does not tell, or the text has not been read.
    Unknown,
}

/// One condition for a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Whether it is met.
    pub met: Met,
    /// What has to be the case, and what is stated of it.
    pub text: String,
}

/// A frame for one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameState {
    /// Which.
    pub frame: Frame,
    /// Whether it can apply: no as soon as one condition is not met, yes when all are, else unknown.
    pub can_apply: Met,
    /// The conditions for it.
    pub tests: Vec<Test>,
    /// The conditions that can be set in it; none where the list has not been read.
    pub conditions: Vec<Condition>,
}

/// What a caller states that frames hang on.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Stated {
    pub(crate) on: Option<CalendarDate>,
    pub(crate) sentence_months: Option<u32>,
    pub(crate) verdict: Option<CalendarDate>,
    /// Completed years at each offence that the advice is about; empty when it is not said which they are.
    pub(crate) ages: Vec<u32>,
    pub(crate) remand: Option<bool>,
}

/// Day on which the present rules of conditional release began.
const RELEASE_FROM: (i16, u8, u8) = (2021, 7, 1);
/// Day on which the measure of art. 38z began.
const GVM_FROM: (i16, u8, u8) = (2018, 1, 1);
/// Day on which adolescent law began.
const ASR_FROM: (i16, u8, u8) = (2014, 4, 1);

impl Frame {
    /// All of them.
    pub const ALL: [Frame; 5] = [
        Frame::SuspendedSentence,
        Frame::RemandSuspension,
        Frame::ConditionalRelease,
        Frame::Gvm,
        Frame::AdolescentLaw,
    ];

    /// The key in statements.
    pub fn key(self) -> &'static str {
        match self {
            Frame::SuspendedSentence => "suspended-sentence",
            Frame::RemandSuspension => "remand-suspension",
            Frame::ConditionalRelease => "conditional-release",
            Frame::Gvm => "gvm",
            Frame::AdolescentLaw => "adolescent-law",
        }
    }

    /// Name.
    pub fn label(self, language: Language) -> &'static str {
        let (nl, en) = match self {
            Frame::SuspendedSentence => {
                ("voorwaardelijke straf met bijzondere voorwaarden", "suspended sentence with special conditions")
            }
            Frame::RemandSuspension => ("schorsing van de voorlopige hechtenis", "suspension of remand"),
            Frame::ConditionalRelease => ("voorwaardelijke invrijheidstelling", "conditional release"),
            Frame::Gvm => (
                "gedragsbeïnvloedende en vrijheidsbeperkende maatregel",
                "measure to influence behaviour and restrict freedom",
            ),
            Frame::AdolescentLaw => ("adolescentenstrafrecht", "adolescent criminal law"),
        };
        language.pick(nl, en)
    }

    /// Article, source and date of the text.
    pub fn text(self) -> FrameText {
        use SourceStatus::{OlderText, Read};
        let (article, source, text_of, status) = match self {
            Frame::SuspendedSentence => (
                Some("art. 14a-14c Sr"),
                "Criminal Code in statengeneraal/laws-markdown; numbers 5 and 6 confirmed in the study of 145 cases (2018-2019)",
                "ca. 2015",
                OlderText,
            ),
            Frame::RemandSuspension => (
                Some("art. 80 Sv"),
                "OM, Aanwijzing voorwaardelijke vrijheidsstraffen en schorsing",
                "2013-2015",
                OlderText,
            ),
            Frame::ConditionalRelease => (
                Some("art. 6:2:10-14, 6:1:18, 6:6:21 Sv"),
                "Stb. 2020, 224; OM, Aanwijzing 2021A001; list of conditions: Bikker, PROCES 2021/4",
                "2021",
                Read,
            ),
            Frame::Gvm => (
                Some("art. 38z Sr"),
                "letter of 19 November 2024 (Kamerstuk 28 638, nr. 254); WODC on the GVM, 2023",
                "2024",
                Read,
            ),
            Frame::AdolescentLaw => (None, "Kader adolescentenstrafrecht, 2014; WODC 2018-9", "2014", OlderText),
        };
        FrameText { article, source, text_of, status }
    }

    /// What is to be known of it beside its conditions.
    pub fn remarks(self, language: Language) -> Vec<&'static str> {
        let words: &[(&str, &str)] = match self {
            Frame::SuspendedSentence => &[
                (
                    "Elektronisch toezicht kan worden verbonden aan een voorwaarde; daarvoor zijn vooraf een haalbaarheidsadvies en een afweging van proportionaliteit nodig.",
                    "Electronic monitoring can be attached to a condition; it needs a feasibility advice beforehand and a weighing of proportionality.",
                ),
                (
                    "Voor dadelijke uitvoerbaarheid (art. 14e) horen de redenen in het advies.",
                    "For immediate enforceability (art. 14e) the reasons belong in the advice.",
                ),
                (
                    "Het OM eist met terughoudendheid voorwaarden die de reclassering niet heeft geadviseerd.",
                    "The prosecution is reluctant to demand conditions that probation did not advise.",
                ),
            ],
            Frame::RemandSuspension => &[(
                "Alle voorwaarden van art. 14c zijn bruikbaar. Een nieuw Wetboek van Strafvordering is voorzien voor 1 april 2029; de nummers veranderen dan.",
                "All conditions of art. 14c can be used. A new Code of Criminal Procedure is planned for 1 April 2029; the numbers will change then.",
            )],
            Frame::ConditionalRelease => &[(
                "Gewogen worden gedrag, risico's en slachtofferbelangen; de invrijheidstelling is niet automatisch. De proeftijd kan onder de Wet langdurig toezicht worden verlengd.",
                "Behaviour, risks and the interests of victims are weighed; release is not automatic. The probation time can be extended under the Act on long-term supervision.",
            )],
            Frame::Gvm => &[
                (
                    "Wordt bij einduitspraak opgelegd en later opnieuw gevorderd en bevolen: 2 tot 5 jaar, verlengbaar zonder maximum. De eigen lijst van voorwaarden is niet gelezen en staat hier niet.",
                    "Imposed at the final judgment, later demanded again and ordered: 2 to 5 years, extendable without a maximum. Its own list of conditions has not been read and does not stand here.",
                ),
                (
                    "De brief van 19 november 2024 brengt de wet in verband met deze groep.",
                    "The letter of 19 November 2024 links the act to this group.",
                ),
            ],
            Frame::AdolescentLaw => &[(
                "De reclassering weegt met lijst 2A, het NIFP met 2B, het OM met 2C. Het OM let op impulsbeheersing, zicht op gevolgen op lange termijn, emotieregulatie en inlevingsvermogen.",
                "Probation weighs with list 2A, the NIFP with 2B, the prosecution with 2C. The prosecution looks at impulse control, sight of long-term effects, emotion regulation and empathy.",
            )],
        };
        words.iter().map(|words| language.pick(words.0, words.1)).collect()
    }

    /// The conditions that can be set in it; empty where the list has not been read.
    pub fn conditions(self, language: Language) -> Vec<Condition> {
        match self {
            Frame::SuspendedSentence | Frame::RemandSuspension => condition::special(language),
            Frame::ConditionalRelease => condition::release(language),
            Frame::Gvm | Frame::AdolescentLaw => Vec::new(),
        }
    }

    /// The frame for one person.
    pub(crate) fn state(self, stated: &Stated, language: Language) -> FrameState {
        let tests = self.tests(stated, language);
        let any = |met: Met| tests.iter().any(|test| test.met == met);
        let can_apply = if any(Met::No) {
            Met::No
        } else if any(Met::Unknown) {
            Met::Unknown
        } else {
            Met::Yes
        };
        let conditions = if can_apply == Met::No { Vec::new() } else { self.conditions(language) };
        FrameState { frame: self, can_apply, tests, conditions }
    }

    fn tests(self, stated: &Stated, language: Language) -> Vec<Test> {
        let l = |nl: &str, en: &str| language.pick(nl, en).to_owned();
        let asked = l("lengte die wordt gevraagd", "length asked");
        let months = |months: u32| language.pick(format!("{months} maanden"), format!("{months} months"));
        match self {
            Frame::SuspendedSentence => {
                let rule = l(
                    "hoogstens 2 jaar kan geheel of deels, 2 tot 4 jaar voor hoogstens 2 jaar voorwaardelijk worden opgelegd, meer dan 4 jaar niet",
                    "up to 2 years can be suspended in whole or in part, 2 to 4 years for at most 2 years, more than 4 years not at all",
                );
                vec![known(stated.sentence_months, |m| *m <= 48, &asked, |m| months(*m), &rule, language)]
            }
            Frame::RemandSuspension => {
                let rule = l("de persoon zit in voorlopige hechtenis", "the person is held on remand");
                let say = |yes: &bool| {
                    language.pick(if *yes { "ja" } else { "nee" }, if *yes { "yes" } else { "no" }).to_owned()
                };
                vec![known(stated.remand, |yes| *yes, &l("voorlopige hechtenis", "remand"), say, &rule, language)]
            }
            Frame::ConditionalRelease => vec![
                known(
                    stated.sentence_months,
                    |m| *m > 12,
                    &asked,
                    |m| months(*m),
                    &l("de gevangenisstraf is langer dan 1 jaar", "the prison sentence is longer than 1 year"),
                    language,
                ),
                known(
                    stated.verdict,
                    |day| parts(*day) >= RELEASE_FROM,
                    &l("datum van het vonnis", "date of the verdict"),
                    ToString::to_string,
                    &l(
                        "vonnis van 1 juli 2021 of later; voor oudere geldt de oude regel",
                        "verdict of 1 July 2021 or later; older ones keep the old rule",
                    ),
                    language,
                ),
            ],
            Frame::Gvm => vec![
                known(
                    stated.on,
                    |day| parts(*day) >= GVM_FROM,
                    &l("datum", "date"),
                    ToString::to_string,
                    &l("1 januari 2018 of later", "1 January 2018 or later"),
                    language,
                ),
                Test {
                    met: Met::Unknown,
                    text: l(
                        "naast tbs of gevangenisstraf, voor een genoemd gewelds- of zedenmisdrijf met een maximum van 4 jaar of meer: de lijst van misdrijven is niet gelezen",
                        "beside a hospital order or prison, for a listed violent or sexual offence with a maximum of 4 years or more: the list of offences has not been read",
                    ),
                },
            ],
            Frame::AdolescentLaw => {
                let inside = |age: &u32| (16..23).contains(age);
                let ages = (!stated.ages.is_empty()).then_some(&stated.ages);
                let list = |ages: &&Vec<u32>| language.list(&ages.iter().map(u32::to_string).collect::<Vec<_>>());
                vec![
                    known(
                        ages,
                        |ages| ages.iter().any(inside),
                        &l("leeftijd bij het delict", "age at the offence"),
                        list,
                        &l("16 tot 23 jaar bij het delict", "16 up to 23 years at the offence"),
                        language,
                    ),
                    known(
                        stated.on,
                        |day| parts(*day) >= ASR_FROM,
                        &l("datum", "date"),
                        ToString::to_string,
                        &l("1 april 2014 of later", "1 April 2014 or later"),
                        language,
                    ),
                ]
            }
        }
    }
}

fn parts(day: CalendarDate) -> (i16, u8, u8) {
    (day.year(), day.month(), day.day())
}

fn known<T>(
    value: Option<T>,
    fits: impl Fn(&T) -> bool,
    what: &str,
    say: impl Fn(&T) -> String,
    rule: &str,
    language: Language,
) -> Test {
    match value {
        Some(value) => {
            let met = if fits(&value) { Met::Yes } else { Met::No };
            Test { met, text: format!("{rule} ({what}: {})", say(&value)) }
        }
        None => Test {
            met: Met::Unknown,
            text: format!("{rule} ({what}: {})", language.pick("niet opgegeven", "not stated")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_stated_rules_nothing_in_or_out() {
        for frame in Frame::ALL {
            let state = frame.state(&Stated::default(), Language::English);
            assert_eq!(state.can_apply, Met::Unknown, "{frame:?}");
        }
    }

    #[test]
    fn a_length_of_more_than_four_years_rules_a_suspended_sentence_out() {
        let of = |months| {
            Frame::SuspendedSentence
                .state(&Stated { sentence_months: Some(months), ..Stated::default() }, Language::Dutch)
        };
        assert_eq!((of(48).can_apply, of(49).can_apply), (Met::Yes, Met::No));
        assert!(of(49).conditions.is_empty() && of(48).conditions.len() == 14);
    }

    #[test]
    fn adolescent_law_goes_by_the_age_at_the_offence() {
        let on = Some("2025-01-01".parse().unwrap());
        let of = |age| {
            Frame::AdolescentLaw.state(&Stated { ages: vec![age], on, ..Stated::default() }, Language::Dutch).can_apply
        };
        assert_eq!([15, 16, 22, 23].map(of), [Met::No, Met::Yes, Met::Yes, Met::No]);
    }

    #[test]
    fn each_frame_has_its_own_list_and_the_one_that_was_not_read_is_empty() {
        let of = |frame: Frame| frame.conditions(Language::English).len();
        assert_eq!(Frame::ALL.map(of), [14, 14, 18, 0, 0]);
    }
}
