//! The career in a dossier: by date when there is a date of birth, else by age.

use super::reader::Reader;
use crate::career::article::{Article, ArticleOn};
use crate::career::articles::ArticleTable;
use crate::career::category::Category;
use crate::career::custody::{Custody, Moment};
use crate::career::date::CalendarDate;
use crate::career::offence::{Offence, Severity, When};
use crate::career::person::Career;
use crate::career::window::{Window, WindowEnd};
use crate::risk::instrument::written::walk::Node;
use crate::units::Age;
use std::sync::LazyLock;

/// Longest text of a free field, in characters.
pub(super) const LONGEST: usize = 20_000;

/// An offence of the dossier beside what a career keeps of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Listed {
    pub(crate) offence: Offence,
    pub(crate) article: Option<Article>,
    /// Whether a court has judged it; `None` when that is not said.
    pub(crate) adjudicated: Option<bool>,
}

/// The career of a dossier.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) window: Window,
    pub(crate) listed: Vec<Listed>,
    /// Stays in custody; `None` when nothing is said of them.
    pub(crate) custody: Option<Vec<Custody>>,
    /// All offences.
    pub(crate) career: Career,
}

impl Record {
    /// By date when the dossier gives a date of birth, also when that cannot be read: then only what is wrong is found.
    pub(super) fn read(
        root: &Node<'_>,
        birth: Option<CalendarDate>,
        on: Option<CalendarDate>,
        r: &mut Reader<'_>,
    ) -> Option<Record> {
        let node = root.get("career")?;
        r.object(&node, &["window", "offences", "custody"])?;
        let dated = root.get("birth").is_some();
        let before = r.problems.count();
        let window = r.need(&node, "window", "an object with \"from\" and \"to\"").and_then(|n| window(&n, dated, r));
        let mut listed = Vec::new();
        let mut at = Vec::new();
        if let Some(list) = r.need(&node, "offences", "a list, which may be empty") {
            for (i, one) in list.list(r.problems).iter().enumerate() {
                if let Some(found) = offence(one, dated, on, r) {
                    listed.push(found);
                    at.push(i);
                }
            }
        }
        let mut custody = None;
        let mut stays_at = Vec::new();
        if let Some(list) = node.get("custody") {
            let mut stays = Vec::new();
            for (i, one) in list.list(r.problems).iter().enumerate() {
                if let Some((from, to)) = interval(one, &["from", "to"], dated, r) {
                    stays.push(Custody { from, to });
                    stays_at.push(i);
                }
            }
            custody = Some(stays);
        }
        if let (Some(on), Some(Window { to: Moment::Date(to), .. })) = (on, window)
            && on.days_until(to) > 1
        {
            r.problems.add(
                "$.career.window.to",
                format_args!("{to} lies after the day of the assessment, {on}: at most the day after it is accepted"),
            );
        }
        if dated && birth.is_none() {
            return None;
        }
        let builder = birth.map_or_else(Career::by_age, Career::dated);
        let builder = builder
            .window(window?)
            .offences(listed.iter().map(|one| one.offence.clone()))
            .stays(custody.iter().flatten().copied());
        match builder.build() {
            Ok(career) => (r.problems.count() == before).then_some(Record { window: window?, listed, custody, career }),
            Err(error) => {
                for issue in error.issues() {
                    let row = issue.row.map(|row| row as usize - 1);
                    let place = match (issue.column.as_deref(), row) {
                        (Some("offence"), Some(row)) => {
                            format!("$.career.offences[{}]", at.get(row).copied().unwrap_or(row))
                        }
                        (Some("custody"), Some(row)) => {
                            format!("$.career.custody[{}]", stays_at.get(row).copied().unwrap_or(row))
                        }
                        (Some("window"), _) => "$.career.window".to_owned(),
                        _ => "$.career".to_owned(),
                    };
                    r.problems.add(place, &issue.message);
                }
                None
            }
        }
    }

    /// Completed years of age at an offence, by its position in the dossier.
    pub(crate) fn age_years(&self, at: usize) -> Option<u32> {
        Some(match self.listed.get(at)?.offence.when {
            When::Date(date) => self.career.birth()?.completed_months(date).ok()? / 12,
            When::Age(age) => age.get() as u32,
            When::CompletedAge(years) => u32::from(years),
        })
    }

    /// Whether the career is by date.
    pub(crate) fn dated(&self) -> bool {
        self.career.birth().is_some()
    }
}

fn window(node: &Node<'_>, dated: bool, r: &mut Reader<'_>) -> Option<Window> {
    let ends = interval(node, &["from", "to", "end"], dated, r);
    let end = match node.get("end") {
        Some(end) => r.key(&end, &WindowEnd::ALL, WindowEnd::key)?,
        None => WindowEnd::Unknown,
    };
    let (from, to) = ends?;
    Some(Window { from, to, end })
}

fn interval(node: &Node<'_>, keys: &[&str], dated: bool, r: &mut Reader<'_>) -> Option<(Moment, Moment)> {
    r.object(node, keys)?;
    let what =
        if dated { "a date, YYYY-MM-DD" } else { "an age in years (without a date of birth everything is by age)" };
    let mut end = |key: &str| r.need(node, key, what).and_then(|n| moment(&n, dated, r));
    let (from, to) = (end("from"), end("to"));
    Some((from?, to?))
}

fn moment(node: &Node<'_>, dated: bool, r: &mut Reader<'_>) -> Option<Moment> {
    if dated { r.date(node).map(Moment::Date) } else { age(node, r).map(Moment::Age) }
}

fn age(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Age> {
    let found = node.value.as_f64().and_then(|years| Age::years(years).ok());
    if found.is_none() {
        r.wrong(node, "an age in years between 0 and 150 (by date only with a date of birth in \"birth\")");
    }
    found
}

fn offence(node: &Node<'_>, dated: bool, on: Option<CalendarDate>, r: &mut Reader<'_>) -> Option<Listed> {
    r.object(node, &["on", "age", "completed_age", "category", "article", "case", "severity", "adjudicated"])?;
    let given: Vec<&str> = ["on", "age", "completed_age"].into_iter().filter(|key| node.get(key).is_some()).collect();
    let mut when = None;
    match given[..] {
        ["on"] => {
            when = node.get("on").and_then(|n| r.date(&n)).map(When::Date);
            if let (Some(When::Date(date)), Some(day)) = (when, on)
                && date > day
            {
                r.problems.add(
                    format_args!("{}.on", node.path),
                    format_args!("{date} lies after the day of the assessment, {day}"),
                );
            }
        }
        ["age"] => when = node.get("age").and_then(|n| age(&n, r)).map(When::Age),
        ["completed_age"] => {
            let years = node.get("completed_age").and_then(|n| n.whole(r.problems, 0, 149));
            when = years.map(|years| When::CompletedAge(years as u8));
        }
        [] => node.says(r.problems, "no time given; one of \"on\", \"age\" and \"completed_age\" is accepted"),
        _ => node.says(r.problems, format_args!("{} given together; one of them is accepted", given.join(" and "))),
    }
    let category = r.need(node, "category", "the key of a category, such as \"human-trafficking\"").and_then(|n| {
        let key = n.text(r.problems)?;
        Category::new(key).map_err(|why| n.says(r.problems, why)).ok()
    });
    let article = node.get("article").and_then(|n| article(&n, when, r));
    if let Some(category) = &category {
        check_category(node, article.as_ref(), category, when, r);
    }
    let case = node.get("case").and_then(|n| n.whole(r.problems, 0, i64::from(u32::MAX))).map(|case| case as u32);
    let severity = node.get("severity").and_then(|n| {
        let found = n.value.as_f64().and_then(|value| Severity::new(value).ok());
        if found.is_none() {
            r.wrong(&n, "a number above 0");
        }
        found
    });
    let adjudicated = node.get("adjudicated").and_then(|n| n.boolean(r.problems));
    let when = when?;
    if dated != matches!(when, When::Date(_)) {
        let why = if dated {
            "given by age in a dossier with a date of birth; \"on\" is accepted"
        } else {
            "given by date without a date of birth in \"birth\"; \"age\" or \"completed_age\" is accepted"
        };
        node.says(r.problems, why);
        return None;
    }
    let mut offence = match when {
        When::Date(date) => Offence::on(date, category?),
        When::Age(age) => Offence::at_age(age, category?),
        When::CompletedAge(years) => Offence::at_completed_age(years, category?),
    };
    offence.case = case;
    offence.severity = severity;
    Some(Listed { offence, article, adjudicated })
}

/// The Criminal Code under any of its names; other laws as they are written, in lower case.
fn law_of(text: &str) -> String {
    let text = text.trim().to_lowercase();
    match text.as_str() {
        "sr" | "sr." | "wvsr" | "w.v.sr." | "wetboek van strafrecht" | "strafrecht" => "sr".to_owned(),
        _ => text,
    }
}

/// What was read of the law against the category of an offence.
fn check_category(
    node: &Node<'_>,
    article: Option<&Article>,
    category: &Category,
    when: Option<When>,
    r: &mut Reader<'_>,
) {
    static READ: LazyLock<ArticleTable> = LazyLock::new(ArticleTable::read_in_law);
    let (Some(article), Some(When::Date(date))) = (article, when) else { return };
    let Ok(row) = READ.category(article, date) else { return };
    if row.category == *category {
        return;
    }
    r.problems.add(
        format_args!("{}.category", node.path),
        format_args!(
            "{:?} contradicts article {} on {date}; {:?} is accepted ({}), or another article",
            category.key(),
            article.number,
            row.category.key(),
            row.source
        ),
    );
}

fn article(node: &Node<'_>, when: Option<When>, r: &mut Reader<'_>) -> Option<Article> {
    r.object(node, &["law", "number", "paragraph"])?;
    let law = match node.get("law") {
        Some(law) => law_of(&r.words(&law, 60)?),
        None => "sr".to_owned(),
    };
    let number = r.need(node, "number", "a number such as \"273f\"").and_then(|n| {
        let text = n.value.as_str().map(str::to_owned).or_else(|| n.value.as_u64().map(|number| number.to_string()));
        let good = text.filter(|t| {
            t.starts_with(|c: char| c.is_ascii_digit())
                && t.len() <= 20
                && t.chars().all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '.')
        });
        if good.is_none() {
            r.wrong(&n, "a number of an article, such as \"273f\" or 242");
        }
        good.map(|text| text.to_ascii_lowercase())
    });
    let paragraph = node.get("paragraph").and_then(|n| n.whole(r.problems, 1, 50)).map(|p| p as u8);
    let article = Article { law, number: number?, paragraph };
    match when {
        Some(When::Date(date)) => {
            if let ArticleOn::DidNotExist { why } = article.on(date) {
                node.says(r.problems, format_args!("{:?} did not exist on {date}: {why}", article.number));
                return None;
            }
        }
        Some(_) => {
            node.says(
                r.problems,
                format_args!(
                    "{:?} without a date: numbers were used anew on 1 July 2024; give the offence with \"on\", or leave the article out",
                    article.number
                ),
            );
            return None;
        }
        None => {}
    }
    Some(article)
}
