//! Which category an article of law falls into: by article, paragraph and the day of the offence, each with its source.
//!
//! Belongs here: the table and its checks. Does not belong here: the table that somebody uses, which is theirs; only what
//! was read of trafficking and of sexual offences comes with the crate, from `article`.
//!
//! The numbers 240 to 250 of the Criminal Code are other offences from 1 July 2024 on (Stb. 2024, 59), so a row of one of
//! them that runs over that day is refused, and an article means nothing without a day.

use crate::career::article::{self, Article, ArticleOn};
use crate::career::category::Category;
use crate::career::date::CalendarDate;
use crate::error::{Error, Issues, Result};
use std::collections::HashMap;

/// An article in a category, from the day `from` up to, not including, the day `until`.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleCategory {
    /// The article; without a paragraph, all its paragraphs that have no row of their own.
    pub article: Article,
    /// The first day; `None` for as long as there has been one.
    pub from: Option<CalendarDate>,
    /// The first day on which it does not hold any more; `None` when there is none.
    pub until: Option<CalendarDate>,
    /// The category.
    pub category: Category,
    /// Where it stands that this article is of this category.
    pub source: String,
}

impl ArticleCategory {
    fn holds_on(&self, day: CalendarDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day < until)
    }

    fn overlaps(&self, other: &ArticleCategory) -> bool {
        let before = |a: &Self, b: &Self| a.until.zip(b.from).is_some_and(|(until, from)| until <= from);
        self.article == other.article && !before(self, other) && !before(other, self)
    }

    /// What is wrong with it as such.
    fn problem(&self) -> Option<String> {
        let name = &self.article.number;
        if self.from.zip(self.until).is_some_and(|(from, until)| until <= from) {
            return Some("holds on no day: until is the first day on which it does not hold any more".into());
        }
        if self.source.trim().is_empty() {
            return Some("no source: where does it stand that this article is of this category?".into());
        }
        let (year, month, day) = article::NEW_SEXUAL_OFFENCES;
        let change = CalendarDate::new(year, month, day).ok()?;
        let eve = change.plus_days(-1).ok()?;
        if self.article.law == "sr" && article::is_reused(name) && self.holds_on(eve) && self.holds_on(change) {
            return Some(format!(
                "article {name} is another offence from {change} on: give it a row until {change}, and one from {change}"
            ));
        }
        // it begins and ends on days when there was such an article, as far as is known
        let last = self.until.and_then(|until| until.plus_days(-1).ok());
        [self.from, last].into_iter().flatten().find_map(|day| match self.article.on(day) {
            ArticleOn::DidNotExist { why } => Some(format!("there was no article {name} on {day}: {why}")),
            _ => None,
        })
    }
}

/// Articles and their categories.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleTable {
    rows: Vec<ArticleCategory>,
    /// Rows by law and number.
    by_number: HashMap<(String, String), Vec<usize>>,
}

impl ArticleTable {
    /// A table of these rows, which are numbered from 1 in what is said of them.
    ///
    /// # Errors
    /// Lists rows that hold on no day, have no source, overlap, run over a day on which their number became another
    /// offence, or name an article on a day when there was none.
    pub fn new(rows: Vec<ArticleCategory>) -> Result<ArticleTable> {
        let mut issues = Issues::in_memory();
        let mut by_number: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (i, row) in rows.iter().enumerate() {
            let at = Some(i as u64 + 1);
            if let Some(problem) = row.problem() {
                issues.add(at, None, || problem);
            }
            let alike = by_number.entry((row.article.law.clone(), row.article.number.clone())).or_default();
            if let Some(&first) = alike.iter().find(|&&first| rows[first].overlaps(row)) {
                issues.add(at, None, || {
                    format!("article {} holds on a day on which row {} holds already", row.article.number, first + 1)
                });
            }
            alike.push(i);
        }
        issues.into_result("the articles do not make a table")?;
        Ok(ArticleTable { rows, by_number })
    }

    /// What was read of trafficking in human beings (273f, from 2018 on) and of the titles of sexual offences until 30 June
    /// 2024 and from 1 July 2024 on. It says nothing of any other article.
    ///
    /// ```
    /// use pleegprofiel::career::{ArticleTable, Category};
    /// let table = ArticleTable::read_in_law();
    /// let on = |article: &str, day: &str| table.category(&article.parse()?, day.parse()?).map(|row| row.category.clone());
    /// assert_eq!(on("273f lid 3", "2019-05-01")?, Category::HUMAN_TRAFFICKING);
    /// assert_eq!(on("240b", "2024-06-30")?, Category::SEXUAL);
    /// assert!(on("240b", "2024-07-01").is_err() && on("310", "2019-05-01").is_err());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn read_in_law() -> ArticleTable {
        let day =
            |day: Option<(i16, u8, u8)>| day.and_then(|(year, month, day)| CalendarDate::new(year, month, day).ok());
        let row = |known: article::Read| ArticleCategory {
            article: Article { law: "sr".into(), number: known.number.into(), paragraph: None },
            from: day(known.from),
            until: day(known.until),
            category: if known.trafficking { Category::HUMAN_TRAFFICKING } else { Category::SEXUAL },
            source: known.source.into(),
        };
        let rows: Vec<ArticleCategory> = article::read().map(row).collect();
        let mut by_number: HashMap<(String, String), Vec<usize>> = HashMap::new();
        for (i, row) in rows.iter().enumerate() {
            by_number.entry((row.article.law.clone(), row.article.number.clone())).or_default().push(i);
        }
        ArticleTable { rows, by_number }
    }

    /// This table, with what was read in law ([`ArticleTable::read_in_law`]) of numbers that it does not have.
    ///
    /// # Errors
    /// As [`ArticleTable::new`], which it does not reach for a table that is one.
    pub fn with_read_in_law(mut self) -> Result<ArticleTable> {
        let own = &self.by_number;
        let more = ArticleTable::read_in_law().rows.into_iter();
        let more = more.filter(|row| !own.contains_key(&(row.article.law.clone(), row.article.number.clone())));
        let more: Vec<ArticleCategory> = more.collect();
        self.rows.extend(more);
        ArticleTable::new(self.rows)
    }

    /// The rows, in order.
    pub fn rows(&self) -> &[ArticleCategory] {
        &self.rows
    }

    /// The row of an article on a day: that of its paragraph, or else that of the whole article.
    ///
    /// # Errors
    /// When none holds on that day; it says on which days one does, or why there was no such article.
    pub fn category(&self, article: &Article, day: CalendarDate) -> Result<&ArticleCategory> {
        let alike = self.by_number.get(&(article.law.clone(), article.number.clone()));
        let rows = || alike.into_iter().flatten().map(|&at| &self.rows[at]);
        let of =
            |paragraph: Option<u8>| rows().find(move |row| row.article.paragraph == paragraph && row.holds_on(day));
        of(article.paragraph).or_else(|| of(None)).ok_or_else(|| Error::value(self.absent(article, day)))
    }

    /// Why an article has no category on a day.
    fn absent(&self, article: &Article, day: CalendarDate) -> String {
        let name = article.in_english();
        if let ArticleOn::DidNotExist { why } = article.on(day) {
            return format!("there was no {name} on {day}: {why}");
        }
        let alike = self.by_number.get(&(article.law.clone(), article.number.clone()));
        let spans: Vec<String> = alike
            .into_iter()
            .flatten()
            .map(|&at| {
                let row = &self.rows[at];
                let day = |day: Option<CalendarDate>| day.map_or_else(|| "..".to_owned(), |day| day.to_string());
                let lid = row.article.paragraph.map_or_else(String::new, |lid| format!("paragraph {lid} "));
                format!("{lid}from {} until {}", day(row.from), day(row.until))
            })
            .collect();
        match spans.as_slice() {
            [] => format!("{name} is not in the table of articles"),
            spans => format!("{name} is not in the table of articles on {day}, but {}", spans.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(article: &str, from: Option<&str>, until: Option<&str>, category: Category) -> ArticleCategory {
        let day = |text: Option<&str>| text.map(|text| text.parse().unwrap());
        let source = "Wetboek van Strafrecht".to_owned();
        ArticleCategory { article: article.parse().unwrap(), from: day(from), until: day(until), category, source }
    }

    fn problem(rows: Vec<ArticleCategory>) -> String {
        ArticleTable::new(rows).unwrap_err().to_string()
    }

    #[test]
    fn a_reused_number_needs_a_row_on_either_side_of_the_change() {
        for number in ["242", "243", "245", "246", "247", "248", "249", "250"] {
            let over = problem(vec![row(number, Some("2010-01-01"), None, Category::SEXUAL)]);
            assert!(over.contains("another offence from 2024-07-01 on"), "{over}");
            let until = row(number, None, Some("2024-07-01"), Category::SEXUAL);
            let from = row(number, Some("2024-07-01"), None, Category::VIOLENCE);
            let table = ArticleTable::new(vec![until, from]).unwrap();
            let on = |day: &str| &table.category(&number.parse().unwrap(), day.parse().unwrap()).unwrap().category;
            assert_eq!((on("2024-06-30"), on("2024-07-01")), (&Category::SEXUAL, &Category::VIOLENCE));
        }
        // a number that was not reused may run on
        assert!(ArticleTable::new(vec![row("310", None, None, Category::PROPERTY)]).is_ok());
    }

    #[test]
    fn a_paragraph_has_its_own_row_before_that_of_the_article() {
        let table = ArticleTable::new(vec![
            row("312", None, None, Category::PROPERTY),
            row("312 lid 2", None, None, Category::PROPERTY_WITH_VIOLENCE),
        ]);
        let table = table.unwrap();
        let of = |text: &str| &table.category(&text.parse().unwrap(), "2020-01-01".parse().unwrap()).unwrap().category;
        assert_eq!((of("312 lid 2"), of("312 lid 1")), (&Category::PROPERTY_WITH_VIOLENCE, &Category::PROPERTY));
        assert_eq!(of("art. 312 Sr"), &Category::PROPERTY);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_told_by_its_number() {
        let none = row("310", Some("2020-01-01"), Some("2020-01-01"), Category::PROPERTY);
        let gone = row("240b", Some("2024-07-01"), None, Category::SEXUAL);
        let mut unsourced = row("311", None, None, Category::PROPERTY);
        unsourced.source.clear();
        let twice = [row("350", None, Some("2010-01-01"), Category::OTHER), row("350", None, None, Category::OTHER)];
        let text = problem([vec![none, gone, unsourced], twice.to_vec()].concat());
        for part in
            ["row 1: holds on no day", "row 2: there was no article 240b on 2024-07-01", "row 3: no source", "row 5"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn an_article_is_a_number_with_perhaps_a_paragraph_and_a_law() {
        let read = |text: &str| text.parse::<Article>().map(|a| (a.law, a.number, a.paragraph));
        assert_eq!(read("Art. 273f lid 3 Sr").unwrap(), ("sr".into(), "273f".into(), Some(3)));
        assert_eq!(read("8 WVW").unwrap(), ("wvw".into(), "8".into(), None));
        for text in ["", "lid 3", "273f lid", "273f lid 0", "f273", "242 243", "2024-07-01", "242/243", "99999"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
