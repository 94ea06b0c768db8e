//! The criteria that monitors publish, over the categories of the caller's own data.
//!
//! Which offences are serious, very serious or lead to custody is the coding of the register, and no table of it is built
//! in: what counts as what is for the caller to say, and the options say it back.

use super::follow_up::Reoffence;
use crate::career::category::Category;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// A criterion of recidivism.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RecidivismCriterion {
    /// Any new offence (algemene recidive).
    General,
    /// A serious one (ernstige recidive).
    Serious,
    /// A very serious one (zeer ernstige recidive).
    VerySerious,
    /// One of the kind of the index offence (speciale recidive).
    Special,
    /// One that led to custody (detentierecidive).
    Custodial,
}

impl RecidivismCriterion {
    /// All of them, in order.
    pub const ALL: [RecidivismCriterion; 5] = [
        RecidivismCriterion::General,
        RecidivismCriterion::Serious,
        RecidivismCriterion::VerySerious,
        RecidivismCriterion::Special,
        RecidivismCriterion::Custodial,
    ];

    /// The key, which also names its column in a table of categories.
    pub const fn key(self) -> &'static str {
        match self {
            RecidivismCriterion::General => "general",
            RecidivismCriterion::Serious => "serious",
            RecidivismCriterion::VerySerious => "very-serious",
            RecidivismCriterion::Special => "special",
            RecidivismCriterion::Custodial => "custodial",
        }
    }
}

/// Which categories of offences count by which criterion.
///
/// ```
/// use pleegprofiel::{career::Category, cohort::recidivism::{RecidivismCriteria, RecidivismCriterion, Reoffence}};
/// let criteria = RecidivismCriteria::new()
///     .counts(RecidivismCriterion::Serious, [Category::VIOLENCE, Category::SEXUAL])
///     .counts(RecidivismCriterion::VerySerious, [Category::SEXUAL]);
/// assert!(criteria.check().is_ok());
/// assert_eq!(criteria.reoffence(RecidivismCriterion::General)?, Reoffence::Any);
/// // which offences lead to custody was not said
/// assert!(criteria.reoffence(RecidivismCriterion::Custodial).is_err());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecidivismCriteria {
    map: Vec<(RecidivismCriterion, Vec<Category>)>,
}

impl RecidivismCriteria {
    /// General and special recidivism, which need no word.
    pub fn new() -> RecidivismCriteria {
        RecidivismCriteria::default()
    }

    /// Adds categories that count by a criterion.
    #[must_use]
    pub fn counts(
        mut self,
        criterion: RecidivismCriterion,
        categories: impl IntoIterator<Item = Category>,
    ) -> RecidivismCriteria {
        let at = self.map.iter().position(|(known, _)| *known == criterion).unwrap_or_else(|| {
            self.map.push((criterion, Vec::new()));
            self.map.len() - 1
        });
        for category in categories {
            if !self.map[at].1.contains(&category) {
                self.map[at].1.push(category);
            }
        }
        self
    }

    fn of(&self, criterion: RecidivismCriterion) -> &[Category] {
        self.map.iter().find(|(known, _)| *known == criterion).map_or(&[], |(_, categories)| categories)
    }

    /// What counts as reoffending by a criterion.
    ///
    /// # Errors
    /// When no category was said to count by it.
    pub fn reoffence(&self, criterion: RecidivismCriterion) -> Result<Reoffence> {
        match criterion {
            RecidivismCriterion::General => Ok(Reoffence::Any),
            RecidivismCriterion::Special => Ok(Reoffence::SameKind),
            criterion => match self.of(criterion) {
                [] => Err(Error::options(format!(
                    "no category of offences was said to count as {}: that is the register's own coding",
                    criterion.key()
                ))),
                categories => Ok(Reoffence::Categories(categories.to_vec())),
            },
        }
    }

    /// Whether what is very serious is serious too, and nothing was said of general and special recidivism.
    ///
    /// # Errors
    /// When not, with the category.
    pub fn check(&self) -> Result<()> {
        if let Some((criterion, _)) = self
            .map
            .iter()
            .find(|(known, _)| matches!(known, RecidivismCriterion::General | RecidivismCriterion::Special))
        {
            return Err(Error::options(format!("{} recidivism is of no categories of its own", criterion.key())));
        }
        let serious = self.of(RecidivismCriterion::Serious);
        let odd = self.of(RecidivismCriterion::VerySerious).iter().find(|category| !serious.contains(category));
        match odd.filter(|_| !serious.is_empty()) {
            Some(category) => Err(Error::options(format!("{category} is very serious, but not serious"))),
            None => Ok(()),
        }
    }
}
