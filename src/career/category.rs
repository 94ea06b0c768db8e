//! Kinds of offence: stable keys, and their Dutch and English labels.
//!
//! Belongs here: [`Category`] and [`CategorySet`].
//! Does not belong here: which articles of law fall into which category; that is the data's own coding
//! and comes from the user.

use crate::error::{Error, ErrorKind, Issues, Result};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The longest key of a category, in characters.
pub const MAX_KEY: usize = 64;

/// The largest number of categories in a set: finer than this is a code of law, not a kind of offence.
pub const MAX_CATEGORIES: usize = 1000;

/// The kind of an offence, named by a key in kebab-case.
///
/// The built-in keys keep trafficking in human beings (art. 273f Sr) apart from other sexual and
/// violent offences, because it is the offence the profiles are about; the rest are the usual groups of
/// Dutch offence statistics, property split by violence. Other keys come from a [`CategorySet`].
///
/// ```
/// use pleegprofiel::career::Category;
/// assert_eq!(Category::HUMAN_TRAFFICKING.key(), "human-trafficking");
/// assert_eq!(Category::new("human-trafficking")?, Category::HUMAN_TRAFFICKING);
/// assert!(Category::new("Human trafficking").is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Category(Cow<'static, str>);

/// Key, Dutch label, English label.
const BUILT_IN: [(&str, &str, &str); 10] = [
    ("human-trafficking", "mensenhandel", "trafficking in human beings"),
    ("sexual", "zeden", "sexual offences"),
    ("violence", "geweld", "violence"),
    ("property-with-violence", "vermogen met geweld", "property with violence"),
    ("property", "vermogen zonder geweld", "property without violence"),
    ("public-order", "vernieling en openbare orde", "destruction and public order"),
    ("drugs", "drugs", "drugs"),
    ("weapons", "wapens", "weapons"),
    ("road-traffic", "verkeer", "road traffic"),
    ("other", "overig", "other"),
];

const fn built_in(i: usize) -> Category {
    Category(Cow::Borrowed(BUILT_IN[i].0))
}

impl Category {
    /// Trafficking in human beings (mensenhandel, art. 273f Sr).
    pub const HUMAN_TRAFFICKING: Category = built_in(0);
    /// Sexual offences other than trafficking.
    pub const SEXUAL: Category = built_in(1);
    /// Violence against persons, not sexual and not for gain.
    pub const VIOLENCE: Category = built_in(2);
    /// Property offences with violence, such as robbery and extortion.
    pub const PROPERTY_WITH_VIOLENCE: Category = built_in(3);
    /// Property offences without violence.
    pub const PROPERTY: Category = built_in(4);
    /// Destruction of property and offences against public order.
    pub const PUBLIC_ORDER: Category = built_in(5);
    /// Drugs.
    pub const DRUGS: Category = built_in(6);
    /// Weapons.
    pub const WEAPONS: Category = built_in(7);
    /// Road traffic.
    pub const ROAD_TRAFFIC: Category = built_in(8);
    /// Whatever fits nowhere else.
    pub const OTHER: Category = built_in(9);

    /// A category by its key.
    ///
    /// # Errors
    /// When the key is not kebab-case (lower-case letters a-z and digits in words joined by single
    /// hyphens, starting with a letter) or longer than [`MAX_KEY`].
    pub fn new(key: &str) -> Result<Category> {
        if let Some(known) = BUILT_IN.iter().find(|known| known.0 == key) {
            return Ok(Category(Cow::Borrowed(known.0)));
        }
        check_key(key)?;
        Ok(Category(Cow::Owned(key.to_owned())))
    }

    /// The key, as it is stored and written.
    pub fn key(&self) -> &str {
        &self.0
    }
}

fn check_key(key: &str) -> Result<()> {
    let shown = || key.chars().take(MAX_KEY).collect::<String>();
    if key.len() > MAX_KEY {
        return Err(Error::value(format!(
            "the category key {:?}... has {} bytes, the limit is {MAX_KEY}",
            shown(),
            key.len()
        )));
    }
    let word = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !key.starts_with(|c: char| c.is_ascii_lowercase()) || !key.split('-').all(word) {
        return Err(Error::value(format!(
            "the category key {:?} is not kebab-case, such as \"road-traffic\"",
            shown()
        )));
    }
    Ok(())
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Category {
    type Error = Error;
    fn try_from(key: String) -> Result<Category> {
        Category::new(&key)
    }
}

impl From<Category> for String {
    fn from(category: Category) -> String {
        category.0.into_owned()
    }
}

/// A category with its labels for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryLabel {
    /// The category.
    pub category: Category,
    /// What it is called in Dutch.
    pub dutch: String,
    /// What it is called in English.
    pub english: String,
}

/// The categories that data may use, in a fixed order, each with a Dutch and an English label.
///
/// ```
/// use pleegprofiel::career::{Category, CategorySet};
/// let set = CategorySet::built_in().with("cybercrime", "cybercriminaliteit", "cybercrime")?;
/// assert_eq!(set.labels().len(), 11);
/// assert_eq!(set.label(&Category::HUMAN_TRAFFICKING).map(|l| l.dutch.as_str()), Some("mensenhandel"));
/// assert!(set.with("cybercrime", "nog eens", "again").is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<CategoryLabel>", into = "Vec<CategoryLabel>")]
pub struct CategorySet(Vec<CategoryLabel>);

impl CategorySet {
    /// The ten built-in categories.
    pub fn built_in() -> CategorySet {
        let label = |i: usize| CategoryLabel {
            category: built_in(i),
            dutch: BUILT_IN[i].1.to_owned(),
            english: BUILT_IN[i].2.to_owned(),
        };
        CategorySet((0..BUILT_IN.len()).map(label).collect())
    }

    /// A set of the user's own, built-in keys included only where given.
    ///
    /// # Errors
    /// Lists every key that is there twice and every empty label; refuses an empty set and one of more
    /// than [`MAX_CATEGORIES`].
    pub fn new(labels: Vec<CategoryLabel>) -> Result<CategorySet> {
        if labels.is_empty() || labels.len() > MAX_CATEGORIES {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{} categories given, a set has 1 to {MAX_CATEGORIES}", labels.len()),
            ));
        }
        let mut issues = Issues::in_memory();
        let mut seen = std::collections::HashSet::new();
        for (i, label) in labels.iter().enumerate() {
            let row = Some(i as u64 + 1);
            if !seen.insert(&label.category) {
                issues.add(row, Some("category"), || format!("the key {} is there already", label.category));
            }
            for (column, text) in [("dutch", &label.dutch), ("english", &label.english)] {
                if text.trim().is_empty() {
                    issues.add(row, Some(column), || format!("the label of {} is empty", label.category));
                }
            }
        }
        issues.into_result("the categories do not make a set")?;
        Ok(CategorySet(labels))
    }

    /// This set and one category more.
    ///
    /// # Errors
    /// As [`Category::new`] and [`CategorySet::new`].
    pub fn with(&self, key: &str, dutch: &str, english: &str) -> Result<CategorySet> {
        let mut labels = self.0.clone();
        labels.push(CategoryLabel {
            category: Category::new(key)?,
            dutch: dutch.to_owned(),
            english: english.to_owned(),
        });
        CategorySet::new(labels)
    }

    /// All categories, in order.
    pub fn labels(&self) -> &[CategoryLabel] {
        &self.0
    }

    /// The category that a text names: by its key, or by its Dutch or English label in any case when only one category
    /// has it.
    ///
    /// ```
    /// use pleegprofiel::career::{Category, CategorySet};
    /// let set = CategorySet::built_in();
    /// assert_eq!(set.named("Mensenhandel"), Some(&Category::HUMAN_TRAFFICKING));
    /// assert_eq!(set.named("road-traffic"), set.named("verkeer"));
    /// assert_eq!(set.named("diefstal"), None);
    /// ```
    pub fn named(&self, text: &str) -> Option<&Category> {
        self.place_of(text).map(|at| &self.0[at].category)
    }

    /// The place in the set of the category that a text names.
    pub(crate) fn place_of(&self, text: &str) -> Option<usize> {
        if let Some(at) = self.0.iter().position(|label| label.category.key() == text) {
            return Some(at);
        }
        let same = |other: &str| other.trim().to_lowercase() == text.trim().to_lowercase();
        let mut called = (0..self.0.len()).filter(|&at| same(&self.0[at].dutch) || same(&self.0[at].english));
        called.next().filter(|_| called.next().is_none())
    }

    /// The labels of a category; `None` when the set does not have it.
    pub fn label(&self, category: &Category) -> Option<&CategoryLabel> {
        self.0.iter().find(|label| label.category == *category)
    }

    /// Whether the set has this category.
    pub fn contains(&self, category: &Category) -> bool {
        self.label(category).is_some()
    }
}

impl Default for CategorySet {
    fn default() -> Self {
        CategorySet::built_in()
    }
}

impl TryFrom<Vec<CategoryLabel>> for CategorySet {
    type Error = Error;
    fn try_from(labels: Vec<CategoryLabel>) -> Result<CategorySet> {
        CategorySet::new(labels)
    }
}

impl From<CategorySet> for Vec<CategoryLabel> {
    fn from(set: CategorySet) -> Vec<CategoryLabel> {
        set.0
    }
}

/// Whether a category is one of the built-in ten.
pub(crate) fn is_built_in(category: &Category) -> bool {
    BUILT_IN.iter().any(|known| known.0 == category.key())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_key_is_kebab_case_and_unique() {
        let set = CategorySet::built_in();
        assert_eq!(CategorySet::new(set.labels().to_vec()).unwrap(), set);
        for label in set.labels() {
            check_key(label.category.key()).unwrap();
        }
    }

    #[test]
    fn a_key_that_is_not_kebab_case_is_refused() {
        for bad in ["", "-", "a-", "-a", "a--b", "A", "a b", "é", "1a", "a_b"] {
            assert!(Category::new(bad).is_err(), "{bad}");
        }
        assert!(Category::new(&"a".repeat(MAX_KEY + 1)).unwrap_err().to_string().contains("65 bytes"));
        assert_eq!(Category::new("b2-c").unwrap().to_string(), "b2-c");
    }

    #[test]
    fn every_problem_of_a_set_is_listed() {
        let label = |key: &str, dutch: &str| CategoryLabel {
            category: Category::new(key).unwrap(),
            dutch: dutch.into(),
            english: " ".into(),
        };
        let error = CategorySet::new(vec![label("a", "x"), label("a", "")]).unwrap_err();
        assert_eq!(error.issue_count(), 4);
        assert!(CategorySet::new(Vec::new()).is_err());
        assert!(CategorySet::new(vec![label("a", "x"); MAX_CATEGORIES + 1]).is_err());
    }

    #[test]
    fn categories_and_sets_read_back_from_json() {
        let set = CategorySet::built_in().with("fraud", "fraude", "fraud").unwrap();
        let text = serde_json::to_string(&set).unwrap();
        assert!(text.starts_with(r#"[{"category":"human-trafficking","dutch":"mensenhandel""#));
        assert_eq!(serde_json::from_str::<CategorySet>(&text).unwrap(), set);
        assert!(serde_json::from_str::<Category>("\"Not a key\"").is_err());
    }
}
