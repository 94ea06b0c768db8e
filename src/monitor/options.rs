//! What is asked of the indicators.

use super::event::place_of;
use super::split::Population;
use crate::career::category::{Category, CategorySet};
use crate::career::date::CalendarDate;
use crate::error::{Error, Result};
use serde::Serialize;

/// Options of [`Monitor`](super::Monitor).
///
/// | option | default | reason |
/// | --- | --- | --- |
/// | `index` | trafficking in human beings | a defendant's outcome is that of offences of this kind; other counts may stand beside an acquittal |
/// | `young` | 23 | the age that the Rapporteur reports below |
/// | `describe` | the first phase that the data have | age, sex and form are of one population: of two, one within the other, the difference could be few people |
/// | `further` | `parket` | the public prosecutor's office, where the data have it: the Dadermonitor's last split |
/// | `register_end` | none | first day after the register: events from then on are an error |
/// | `show_small_cells` | no | fewer than 10 people could point at someone |
///
/// ```
/// use pleegprofiel::monitor::MonitorOptions;
/// assert!(MonitorOptions::default().check().is_ok());
/// assert!(MonitorOptions::default().young(0).check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct MonitorOptions {
    pub(crate) index: Category,
    pub(crate) young: u32,
    pub(crate) describe: Option<Population>,
    pub(crate) register_end: Option<CalendarDate>,
    pub(crate) show_small_cells: bool,
    pub(crate) further: String,
    #[serde(skip)]
    pub(crate) values: Vec<String>,
    #[serde(skip)]
    pub(crate) categories: CategorySet,
}

impl Default for MonitorOptions {
    fn default() -> Self {
        MonitorOptions {
            index: Category::HUMAN_TRAFFICKING,
            young: 23,
            describe: None,
            register_end: None,
            show_small_cells: false,
            further: "parket".to_owned(),
            values: Vec::new(),
            categories: CategorySet::built_in(),
        }
    }
}

impl MonitorOptions {
    /// The kind of offence whose outcome is the defendant's.
    pub fn index(mut self, category: Category) -> Self {
        self.index = category;
        self
    }

    /// Below which age, at the offence, a defendant counts as young; in years.
    pub fn young(mut self, years: u32) -> Self {
        self.young = years;
        self
    }

    /// Of whom age, sex and form of exploitation are told.
    pub fn describe(mut self, population: Population) -> Self {
        self.describe = Some(population);
        self
    }

    /// First day after the register.
    pub fn register_end(mut self, end: CalendarDate) -> Self {
        self.register_end = Some(end);
        self
    }

    /// By which further column defendants are told apart, beside age, sex and form.
    pub fn further(mut self, column: &str) -> Self {
        self.further = column.to_owned();
        self
    }

    /// The values of it, where events are not read from a table, for [`ChainEvent::in_value`](super::ChainEvent::in_value).
    pub fn values(mut self, values: impl IntoIterator<Item = String>) -> Self {
        self.values = values.into_iter().collect();
        self
    }

    /// Shows figures of fewer than ten persons too.
    pub fn show_small_cells(mut self, show: bool) -> Self {
        self.show_small_cells = show;
        self
    }

    /// The categories that offences may have.
    pub fn categories(mut self, set: CategorySet) -> Self {
        self.categories = set;
        self
    }

    /// The place of a category, for [`ChainEvent::of_offence`](super::ChainEvent::of_offence).
    pub fn kind_of(&self, category: &Category) -> Option<u16> {
        place_of(&self.categories, category)
    }

    /// Whether figures of few people are shown.
    pub fn shows_small_cells(&self) -> bool {
        self.show_small_cells
    }

    /// The age below which a defendant counts as young, in years.
    pub fn young_age(&self) -> u32 {
        self.young
    }

    /// Whether the options make sense.
    ///
    /// # Errors
    /// When the age is not between 12 and 99 years, or the index category is none of the categories.
    pub fn check(&self) -> Result<()> {
        if !(12..=99).contains(&self.young) {
            return Err(Error::options(format!("an age of {} years is not between 12 and 99", self.young)));
        }
        if self.further.trim().is_empty() || super::read_names().contains(&self.further.as_str()) {
            return Err(Error::options(format!("{:?} is no name of a further column", self.further)));
        }
        if !self.categories.contains(&self.index) {
            return Err(Error::options(format!("{} is none of the categories of offences", self.index)));
        }
        let described = [Population::Suspects, Population::Intake, Population::Judged, Population::Convicted];
        if let Some(population) = self.describe.filter(|population| !described.contains(population)) {
            return Err(Error::options(format!(
                "age, sex and form are told of {}, not of {}",
                described.map(Population::key).join(", "),
                population.key()
            )));
        }
        Ok(())
    }
}
