//! What is asked of the recidivism of a cohort.

use super::follow_up::Reoffence;
use crate::career::category::Category;
use crate::career::offence::OffencesInCustody;
use crate::career::window::WindowEnd;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};

/// The longest time after the index offence that can be asked for, in years at liberty.
pub const MAX_YEARS: u32 = 100;

/// Options of [`Recidivism`](super::figures::Recidivism).
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `index` | trafficking in human beings | the offence the profiles are about |
/// | `reoffence` | any new offence | what monitors report first |
/// | `years` | 1 to 10 | as monitors report |
/// | `in_custody` | counts | leaving data out takes an explicit word |
/// | `competing` | death, emigration | after either, no new offence can be found; that is no success |
/// | `show_small_cells` | no | fewer than 10 people could point at someone |
///
/// ```
/// use pleegprofiel::{career::Category, cohort::recidivism::{RecidivismOptions, Reoffence}};
/// let options = RecidivismOptions::default().reoffence(Reoffence::SameKind).years([2, 5, 7]);
/// assert!(options.check().is_ok());
/// assert!(RecidivismOptions::default().years([0]).check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[must_use]
pub struct RecidivismOptions {
    pub(crate) index: Category,
    pub(crate) reoffence: Reoffence,
    pub(crate) years: Vec<u32>,
    pub(crate) in_custody: OffencesInCustody,
    pub(crate) competing: Vec<WindowEnd>,
    pub(crate) show_small_cells: bool,
}

impl Default for RecidivismOptions {
    fn default() -> Self {
        RecidivismOptions {
            index: Category::HUMAN_TRAFFICKING,
            reoffence: Reoffence::Any,
            years: (1..=10).collect(),
            in_custody: OffencesInCustody::Count,
            competing: vec![WindowEnd::Died, WindowEnd::Emigrated],
            show_small_cells: false,
        }
    }
}

impl RecidivismOptions {
    /// The category of the index offence: the first offence of it starts the follow-up.
    pub fn index(mut self, category: Category) -> Self {
        self.index = category;
        self
    }

    /// Which new offences count.
    pub fn reoffence(mut self, reoffence: Reoffence) -> Self {
        self.reoffence = reoffence;
        self
    }

    /// After how many years at liberty the share is wanted.
    pub fn years(mut self, years: impl IntoIterator<Item = u32>) -> Self {
        self.years = years.into_iter().collect();
        self
    }

    /// What to do with new offences in custody. Where they count, they stand at the time at liberty reached by then.
    pub fn in_custody(mut self, rule: OffencesInCustody) -> Self {
        self.in_custody = rule;
        self
    }

    /// Which ends of observation are competing events: whoever ends so before a new offence stays in the denominator
    /// and is found reoffending no more. All others are censoring, taken to have nothing to do with reoffending. With
    /// none, everybody's end is.
    pub fn competing(mut self, ends: impl IntoIterator<Item = WindowEnd>) -> Self {
        self.competing = ends.into_iter().collect();
        self
    }

    /// The ends of observation that are competing events.
    pub fn competing_ends(&self) -> &[WindowEnd] {
        &self.competing
    }

    /// Shows figures of fewer than ten people too, and every figure in full precision.
    pub fn show_small_cells(mut self, show: bool) -> Self {
        self.show_small_cells = show;
        self
    }

    /// Whether figures of few people are shown.
    pub fn shows_small_cells(&self) -> bool {
        self.show_small_cells
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// When no years are asked for, or any is not between 1 and [`MAX_YEARS`], or they do not rise; when a choice of
    /// categories is empty; when the end of the register, which is of the data and not of a person, is to compete.
    pub fn check(&self) -> Result<()> {
        if let Some(bad) = self.years.iter().find(|years| !(1..=MAX_YEARS).contains(*years)) {
            return Err(Error::options(format!(
                "{bad} years after the index offence is not between 1 and {MAX_YEARS}"
            )));
        }
        if self.years.is_empty() || self.years.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(Error::options("the years after the index offence are not one or more numbers that rise"));
        }
        let of_data = [WindowEnd::EndOfRegister, WindowEnd::EndOfFollowUp, WindowEnd::TooYoung, WindowEnd::Unknown];
        if let Some(end) = self.competing.iter().find(|end| of_data.contains(end)) {
            return Err(Error::options(format!(
                "{} is no competing event: use died, emigrated or withdrawn, or none",
                end.key()
            )));
        }
        match &self.reoffence {
            Reoffence::Categories(categories) if categories.is_empty() => {
                Err(Error::options("0 categories count as reoffending, at least 1 is needed"))
            }
            _ => Ok(()),
        }
    }
}
