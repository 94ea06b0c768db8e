//! Articles of the Dutch Criminal Code by date: the same number is another offence before and after 1 July 2024.
//!
//! Belongs here: what is known of a number on a day. Only what was read in a text or a dated law page stands here; of
//! other numbers it is said that this catalogue does not know them. Does not belong here: which category an article falls
//! into (`articles`), and what is said of one in a dossier.

use crate::career::date::CalendarDate;
use crate::error::{Error, Result};
use crate::units::source_status::SourceStatus;
use serde::{Deserialize, Serialize};
use std::str::FromStr;

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

impl FromStr for Article {
    type Err = Error;

    /// `273f`, `273f lid 3`, `art. 242 Sr`: a number, then perhaps a paragraph and a law, which is `sr` without one.
    fn from_str(text: &str) -> Result<Article> {
        let bad = || Error::value("an article is a number such as 273f, 273f lid 3 or 242 Sr");
        let lower = text.trim().to_ascii_lowercase();
        let mut words =
            lower.split_whitespace().skip_while(|word| matches!(*word, "art" | "art." | "artikel")).peekable();
        let number = words.next().ok_or_else(bad)?;
        let digits = number.trim_end_matches(|c: char| c.is_ascii_lowercase());
        if digits.is_empty() || digits.len() > 4 || number.len() > 7 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let paragraph = match words.next_if(|word| *word == "lid") {
            None => None,
            Some(_) => Some(words.next().and_then(|word| word.parse().ok()).filter(|lid| *lid > 0).ok_or_else(bad)?),
        };
        let law = words.next().unwrap_or("sr").to_owned();
        let letters = law.bytes().all(|b| b.is_ascii_lowercase());
        if words.next().is_some() || !letters {
            Err(bad())
        } else {
            Ok(Article { law, number: number.to_owned(), paragraph })
        }
    }
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

/// Trafficking in human beings in the Criminal Code.
const TRAFFICKING: &str = "273f";

/// The day from which the sexual offences stand in the new title XIV.
pub(crate) const NEW_SEXUAL_OFFENCES: (i16, u8, u8) = (2024, 7, 1);

/// The first day of the judgments in which 273f was read.
const READ_273F: (i16, u8, u8) = (2018, 1, 1);

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

/// A number that was read, from one day up to another, and whether it is trafficking (otherwise it is a sexual offence).
pub(super) struct Read {
    pub(super) number: &'static str,
    pub(super) from: Option<(i16, u8, u8)>,
    pub(super) until: Option<(i16, u8, u8)>,
    pub(super) trafficking: bool,
    pub(super) source: &'static str,
}

/// All numbers of the Criminal Code whose kind of offence was read: trafficking, and the titles of sexual offences.
pub(super) fn read() -> impl Iterator<Item = Read> {
    let new = Some(NEW_SEXUAL_OFFENCES);
    let trafficking =
        Read { number: TRAFFICKING, from: Some(READ_273F), until: None, trafficking: true, source: CASES };
    let sexual = |number, from, until, source| Read { number, from, until, trafficking: false, source };
    let old = OLD_TITLE.into_iter().map(move |(number, _, _)| sexual(number, None, new, OLD));
    let now = NEW_TITLE.into_iter().map(move |number| sexual(number, new, None, STB));
    std::iter::once(trafficking).chain(old).chain(now)
}

/// Whether the number is another offence from this day on.
pub(super) fn is_reused(number: &str) -> bool {
    OLD_TITLE.iter().any(|(old, _, _)| *old == number) && NEW_TITLE.contains(&number)
}

impl Article {
    /// `article 273f paragraph 3 Sr`
    pub(super) fn in_english(&self) -> String {
        let law = if self.law == "sr" { "Sr" } else { &self.law };
        let paragraph = self.paragraph.map_or_else(String::new, |p| format!(" paragraph {p}"));
        format!("article {}{paragraph} {law}", self.number)
    }

    /// What is known of the article on a day.
    ///
    /// ```
    /// use pleegprofiel::{advice::{Article, ArticleOn}, career::CalendarDate};
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
        if number == TRAFFICKING {
            // read in judgments from 2018 on; a bill to rewrite it was pending when this was written
            let status = if (day.year(), day.month(), day.day()) >= READ_273F {
                SourceStatus::Read
            } else {
                SourceStatus::NotRead
            };
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
