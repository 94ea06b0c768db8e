//! What a dossier says of an article: names and sentences in both languages. What is known of a number on a day is
//! `career::article`'s.

use crate::career::article::{Article, ArticleOn};
use crate::career::date::CalendarDate;
use crate::profile::language::Language;
use crate::units::source_status::SourceStatus;

impl Article {
    /// What is known of it, as one sentence.
    pub(crate) fn text(&self, day: CalendarDate, language: Language) -> String {
        let name = self.name(language);
        match self.on(day) {
            ArticleOn::Known { nl, en, status: SourceStatus::NotRead, .. } => {
                let words = language.pick(nl, en);
                language.pick(
                    format!("{name}: {words}. Of het artikel op de pleegdatum bestond, en zo luidde, is niet gelezen; controleer het."),
                    format!("{name}: {words}. Whether the article existed on the date of the offence, and read so, has not been read; check it."),
                )
            }
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
