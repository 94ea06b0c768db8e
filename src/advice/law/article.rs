//! Articles of the Dutch Criminal Code by date: the same number is another offence before and after 1 July 2024.
//!
//! Belongs here: what is known of a number on a day. Only what was read in a text or a dated law page stands here; of
//! other numbers it is said that this catalogue does not know them.

use crate::advice::statement::SourceStatus;
use crate::career::date::CalendarDate;
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// An article as a dossier names it. It means nothing without the date of the offence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// The law: `sr` for the Criminal Code (Wetboek van Strafrecht).
    pub law: String,
    /// The number, such as `273f`.
    pub number: String,
    /// The paragraph (lid), when known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<u8>,
}

/// What this crate knows of an article on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleOn {
    /// It is in the catalogue, with these words.
    Known {
        /// In Dutch.
        nl: &'static str,
        /// In English.
        en: &'static str,
        /// Where that stands.
        source: &'static str,
        /// How it is known.
        status: SourceStatus,
    },
    /// There is an article of this number, but its content has not been read.
    ContentNotRead {
        /// Why it is known to exist.
        source: &'static str,
    },
    /// This catalogue does not know it: neither that it exists nor that it does not.
    NotInCatalogue,
    /// There was none of this number on that day.
    DidNotExist {
        /// Why, and what there was.
        why: &'static str,
    },
}

/// The day from which the sexual offences stand in the new title XIV.
pub(crate) const NEW_SEXUAL_OFFENCES: (i16, u8, u8) = (2024, 7, 1);

const STB: &str = "Stb. 2024, 59, art. I";
const OLD: &str = "title XIV of the Criminal Code as it was until 30 June 2024 (page of the National Rapporteur)";
const CASES: &str = "progress letter with the study of 145 cases of art. 273f, 1 January 2018 - 30 June 2019";

/// Old title XIV: number, Dutch, English.
const OLD_TITLE: [(&str, &str, &str); 19] = [
    ("239", "schennis van de eerbaarheid", "indecency"),
    ("240", "pornografie", "pornography"),
    ("240a", "pornografie en minderjarigen", "pornography and minors"),
    ("240b", "seksuele afbeeldingen van minderjarigen", "sexual images of minors"),
    ("242", "verkrachting", "rape"),
    ("243", "gemeenschap met een onmachtige", "sexual intercourse with someone incapable"),
    ("244", "gemeenschap met iemand onder de twaalf", "sexual intercourse with someone under twelve"),
    ("245", "gemeenschap met iemand van twaalf tot zestien", "sexual intercourse with someone of twelve to sixteen"),
    ("246", "aanranding", "sexual assault"),
    ("247", "ontucht", "indecent acts"),
    ("248", "strafverzwaring", "aggravation"),
    ("248a", "verleiding van een minderjarige", "seduction of a minor"),
    ("248b", "jeugdprostitutie", "prostitution of a minor"),
    ("248c", "aanwezig zijn bij een voorstelling", "attending a show"),
    ("248d", "corrumpering", "corruption of a minor"),
    ("248e", "grooming", "grooming"),
    ("248f", "koppelarij van een minderjarige", "procuring of a minor"),
    ("249", "ontucht met misbruik van gezag", "indecent acts by abuse of authority"),
    ("250", "koppelarij", "pandering"),
];

/// Numbers to which references to the old title now go.
const NEW_TITLE: [&str; 13] =
    ["240", "241", "242", "243", "245", "246", "247", "248", "249", "250", "251", "252", "253"];

impl Article {
    /// What is known of the article on a day.
    ///
    /// ```
    /// use pleegprofiel::CalendarDate;
    /// use pleegprofiel::advice::{Article, ArticleOn};
    /// let rape = Article { law: "sr".into(), number: "242".into(), paragraph: None };
    /// // the number means rape until 30 June 2024, and something else after
    /// assert!(matches!(rape.on(CalendarDate::new(2024, 6, 30)?), ArticleOn::Known { en: "rape", .. }));
    /// assert!(matches!(rape.on(CalendarDate::new(2024, 7, 1)?), ArticleOn::ContentNotRead { .. }));
    /// let images = Article { law: "sr".into(), number: "240b".into(), paragraph: None };
    /// assert!(matches!(images.on(CalendarDate::new(2024, 7, 1)?), ArticleOn::DidNotExist { .. }));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn on(&self, day: CalendarDate) -> ArticleOn {
        let number = self.number.as_str();
        if self.law != "sr" {
            return ArticleOn::NotInCatalogue;
        }
        if number == "273f" {
            // read in judgments from 2018 on; a bill to rewrite it was pending when this was written
            let status = if day.year() >= 2018 { SourceStatus::Read } else { SourceStatus::NotRead };
            return ArticleOn::Known { nl: "mensenhandel", en: "trafficking in human beings", source: CASES, status };
        }
        let new = (day.year(), day.month(), day.day()) >= NEW_SEXUAL_OFFENCES;
        let old = OLD_TITLE.iter().find(|(known, _, _)| *known == number);
        match (new, number) {
            (false, "254c" | "254d") => {
                ArticleOn::DidNotExist { why: "254c and 254d are the numbers of 254 and 254a from 1 July 2024 on" }
            }
            (false, _) => old.map_or(ArticleOn::NotInCatalogue, |(_, nl, en)| ArticleOn::Known {
                nl,
                en,
                source: OLD,
                status: SourceStatus::Read,
            }),
            (true, "240b") => ArticleOn::DidNotExist {
                why: "240b ended on 30 June 2024; sexual images of minors are art. 252 from 1 July 2024 on",
            },
            (true, "252") => ArticleOn::Known {
                nl: "seksuele afbeeldingen van minderjarigen (voorheen 240b)",
                en: "sexual images of minors (formerly 240b)",
                source: STB,
                status: SourceStatus::Read,
            },
            (true, _) if NEW_TITLE.contains(&number) => ArticleOn::ContentNotRead { source: STB },
            (true, "254c" | "254d") => ArticleOn::ContentNotRead { source: STB },
            (true, _) => ArticleOn::NotInCatalogue,
        }
    }

    /// What is known of it, as one sentence.
    pub(crate) fn text(&self, day: CalendarDate, language: Language) -> String {
        let name = self.name(language);
        match self.on(day) {
            ArticleOn::Known { nl, en, .. } => {
                let words = language.pick(nl, en);
                language.pick(format!("{name}: {words}."), format!("{name}: {words}."))
            }
            ArticleOn::ContentNotRead { .. } => language.pick(
                format!("{name}: het artikel bestaat op de pleegdatum, de inhoud is niet gelezen; hetzelfde nummer betekende tot 1 juli 2024 iets anders."),
                format!("{name}: the article exists on the date of the offence, its content has not been read; the same number meant something else until 1 July 2024."),
            ),
            ArticleOn::NotInCatalogue | ArticleOn::DidNotExist { .. } => language.pick(
                format!("{name}: deze catalogus kent dit artikel niet; controleer het in de tekst van de pleegdatum."),
                format!("{name}: this catalogue does not know the article; check it in the text of the date of the offence."),
            ),
        }
    }

    pub(crate) fn name(&self, language: Language) -> String {
        let law = if self.law == "sr" { "Sr".to_owned() } else { self.law.clone() };
        let paragraph =
            self.paragraph.map_or_else(String::new, |p| format!(" {} {p}", language.pick("lid", "paragraph")));
        format!("art. {}{paragraph} {law}", self.number)
    }

    pub(crate) fn source(&self, day: CalendarDate) -> (&'static str, SourceStatus) {
        match self.on(day) {
            ArticleOn::Known { source, status, .. } => (source, status),
            ArticleOn::ContentNotRead { source } => (source, SourceStatus::NotRead),
            ArticleOn::NotInCatalogue | ArticleOn::DidNotExist { .. } => {
                ("no text of this article was read", SourceStatus::NotRead)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(number: &str, day: &str) -> ArticleOn {
        Article { law: "sr".into(), number: number.into(), paragraph: None }.on(day.parse().unwrap())
    }

    #[test]
    fn numbers_242_to_250_mean_something_else_from_1_july_2024() {
        for number in ["242", "243", "245", "246", "247", "248", "249", "250"] {
            assert!(matches!(on(number, "2024-06-30"), ArticleOn::Known { .. }), "{number}");
            assert!(matches!(on(number, "2024-07-01"), ArticleOn::ContentNotRead { .. }), "{number}");
        }
    }

    #[test]
    fn what_was_not_read_is_not_claimed() {
        assert_eq!(on("310", "2020-01-01"), ArticleOn::NotInCatalogue);
        assert_eq!(on("248a", "2024-07-01"), ArticleOn::NotInCatalogue);
        assert!(matches!(on("252", "2020-01-01"), ArticleOn::NotInCatalogue));
        assert!(matches!(on("273f", "2005-01-01"), ArticleOn::Known { status: SourceStatus::NotRead, .. }));
    }
}
