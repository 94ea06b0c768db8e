//! Offences by article of law: the table that maps articles to categories, and the article of an offence in it.

use super::dates::{Incomplete, Stated};
use super::field::Reading;
use super::named::NamedTable;
use super::options::TableOptions;
use super::rows::Table;
use super::source::TableSource;
use super::unreadable;
use super::words::shown;
use crate::career::article::Article;
use crate::career::articles::{ArticleCategory, ArticleTable};
use crate::career::category::Category;
use crate::career::date::CalendarDate;
use crate::error::{Issues, Result};

const ARTICLE: &str = "an article such as 273f, 273f lid 3 or 242 Sr";

/// Reads which articles of law are of which category: a table `article`, `category`, `source` and, if wanted, `paragraph`,
/// `law` (`sr` without it), `from` and `until`; a row holds from the day `from` up to, not including, the day `until`, an
/// empty one is open. Categories are of [`TableOptions::categories`]. To numbers that the table
/// does not have what was read in law is added ([`ArticleTable::read_in_law`]).
///
/// ```
/// use pleegprofiel::cohort::table::{TableOptions, TableSource, read_articles};
/// let table = "article,from,until,category,source\n310,,,property,Wetboek van Strafrecht\n";
/// let table = read_articles(TableSource::new("articles.csv", table.as_bytes()), &TableOptions::new())?;
/// let theft = table.category(&"310".parse()?, "2019-05-01".parse()?)?;
/// assert_eq!(theft.category.key(), "property");
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
///
/// # Errors
/// Lists, by row, what is no article, category or day, and rows as [`ArticleTable::new`] refuses them.
pub fn read_articles(source: TableSource<'_>, options: &TableOptions) -> Result<ArticleTable> {
    let names = ["article", "category", "source", "paragraph", "law", "from", "until"];
    let mut table = NamedTable::open(source, options, names, 3)?;
    let labels = options.categories.labels();
    let (mut rows, mut rows_of) = (Vec::new(), Vec::new());
    while table.next()? {
        let article: Option<Article> = table.word(0, |text| text.parse().ok(), || ARTICLE.into()).ok().flatten();
        let category = table.category(1, &options.categories).ok().flatten();
        let source = table.word(2, |text| Some(text.to_owned()), String::new).ok().flatten();
        let paragraph = table.count(3);
        let law = table.word(4, law, || "letters such as sr".into());
        let (from, until) = (table.date(5), table.date(6));
        for (column, empty) in [(0, article.is_none()), (1, category.is_none())] {
            if empty && table.is_empty(column) {
                table.issue(column, || "no value".into());
            }
        }
        let (Some(mut article), Some(category)) = (article, category) else { continue };
        let (Ok(paragraph), Ok(law), Ok(from), Ok(until)) = (paragraph, law, from, until) else { continue };
        if let Err(problem) = complete(&mut article, paragraph, law) {
            table.issue(3, || problem);
            continue;
        }
        let category = labels[usize::from(category)].category.clone();
        rows.push(ArticleCategory { article, from, until, category, source: source.unwrap_or_default() });
        rows_of.push(table.row());
    }
    let name = table.name().to_owned();
    let (mut issues, _) = table.finish();
    if rows.is_empty() && issues.is_empty() {
        issues.add(None, None, || "no articles".into());
    }
    if !issues.is_empty() {
        return Err(unreadable(issues));
    }
    match ArticleTable::new(rows) {
        Ok(table) => table.with_read_in_law(),
        Err(error) => {
            let mut placed = Issues::of_file(name);
            for issue in error.issues() {
                let row = issue.row.and_then(|row| rows_of.get(row as usize - 1)).copied();
                placed.add(row, None, || issue.message.clone());
            }
            Err(unreadable(placed))
        }
    }
}

fn law(text: &str) -> Option<String> {
    let law = text.to_ascii_lowercase();
    law.bytes().all(|byte| byte.is_ascii_lowercase()).then_some(law)
}

/// Puts a paragraph and a law from columns of their own to an article, which may have said them already.
fn complete(article: &mut Article, paragraph: Option<u32>, law: Option<String>) -> std::result::Result<(), String> {
    if let Some(paragraph) = paragraph {
        let Some(own) = u8::try_from(paragraph).ok().filter(|own| *own > 0) else {
            return Err(format!("{paragraph} is no paragraph"));
        };
        if article.paragraph.is_some_and(|said| said != own) {
            return Err(format!("{own} is another paragraph than that of the article itself"));
        }
        article.paragraph = Some(own);
    }
    if let Some(law) = law {
        article.law = law;
    }
    Ok(())
}

/// The columns of an offence by article.
#[derive(Debug, Clone, Copy)]
pub(super) struct ArticleColumns {
    pub(super) article: usize,
    pub(super) paragraph: Option<usize>,
    pub(super) law: Option<usize>,
}

impl ArticleColumns {
    /// The category of the offence in the current row, committed on a day; `None` when there is none, which stands among
    /// the issues. `stated` is what the table says of the day.
    pub(super) fn category(
        self,
        table: &mut Table<'_>,
        articles: &ArticleTable,
        day: Option<CalendarDate>,
        stated: Option<Stated>,
        reading: &Reading<'_>,
        options: &TableOptions,
    ) -> Option<(Category, usize)> {
        let Table { rows, issues, row, .. } = table;
        let text = |at: usize| rows.called(at, reading).text();
        let own = text(self.article);
        let Ok(mut article) = String::from_utf8_lossy(&own).parse::<Article>() else {
            let own = shown(own.trim_ascii());
            issues.add(Some(*row), Some("article"), || match own.as_str() {
                "\"\"" => "no article".into(),
                _ => format!("{own} is not {ARTICLE}"),
            });
            return None;
        };
        let paragraph = self.paragraph.map(|at| reading.count(rows.field(at)));
        let paragraph = match paragraph {
            Some(super::words::Cell::Bad) => Err("is not a whole number".to_owned()),
            Some(super::words::Cell::Value(paragraph)) => Ok(Some(paragraph)),
            _ => Ok(None),
        };
        let own_law = self.law.map(|at| String::from_utf8_lossy(text(at).trim_ascii()).into_owned());
        let own_law = match own_law.filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => law(&text).map(Some).ok_or_else(|| format!("{} is no law", shown(text.as_bytes()))),
        };
        let whole = paragraph.and_then(|paragraph| Ok((paragraph, own_law?)));
        if let Err(problem) = whole.and_then(|(paragraph, law)| complete(&mut article, paragraph, law)) {
            issues.add(Some(*row), Some("paragraph"), || problem);
            return None;
        }
        // without its day, which is told already, an article means nothing
        let day = day?;
        let found = match articles.category(&article, day) {
            Ok(found) => found,
            Err(error) => {
                issues.add(Some(*row), Some("article"), || {
                    format!("{error}; it maps articles to categories (--articles)")
                });
                return None;
            }
        };
        if let Some(Stated::Between(first, last)) = stated.filter(|_| options.incomplete != Some(Incomplete::LeaveOut))
        {
            let same = |day| articles.category(&article, day).is_ok_and(|other| other.category == found.category);
            if !same(first) || !same(last) {
                issues.add(Some(*row), Some("article"), || {
                    format!(
                        "{} means another offence, or none, on other days from {first} to {last}: it needs its day, or \
                         --incomplete-dates leave-out",
                        shown(own.trim_ascii())
                    )
                });
                return None;
            }
        }
        let place = articles.rows().iter().position(|row| std::ptr::eq(row, found)).unwrap_or_default();
        Some((found.category.clone(), place))
    }
}
