//! How a table is written: names, delimiter, age step, limits.

use crate::cohort::grid::{AgeGrid, MAX_INTERVALS};
use crate::error::{Error, Result};

/// Options of the CSV readers; [`CsvOptions::new`] is the documented form of the command line.
///
/// ```
/// use pleegprofiel::{CsvOptions, CsvSource, read_wide_with};
/// let table = "nr;leeftijd_12;leeftijd_13;gewicht\n1;0;2;1.5\n";
/// let options =
///     CsvOptions::new().delimiter(b';').id_column("nr").age_prefix("leeftijd_").weight_column("gewicht");
/// let cohort = read_wide_with(CsvSource::new("tabel.csv", table.as_bytes()), None, &options)?;
/// assert_eq!((cohort.events(), cohort.weight(0)), (2, 1.5));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CsvOptions {
    pub(super) delimiter: u8,
    pub(in crate::cohort) id_column: String,
    pub(in crate::cohort) age_prefix: String,
    pub(super) weight_column: Option<String>,
    pub(super) width_months: u32,
    pub(super) grid: Option<AgeGrid>,
    pub(in crate::cohort) max_persons: usize,
}

impl CsvOptions {
    /// Commas, `id`, `age_12`, yearly ages, no weights, no limit but that of a cohort.
    pub fn new() -> Self {
        CsvOptions {
            delimiter: b',',
            id_column: "id".into(),
            age_prefix: "age_".into(),
            weight_column: None,
            width_months: 12,
            grid: None,
            max_persons: u32::MAX as usize - 1,
        }
    }

    /// The byte between two values: comma (default), semicolon, tab or vertical bar.
    #[must_use]
    pub fn delimiter(mut self, delimiter: u8) -> Self {
        self.delimiter = delimiter;
        self
    }

    /// Name of the column of identifiers; `id` by default.
    #[must_use]
    pub fn id_column(mut self, name: impl Into<String>) -> Self {
        self.id_column = name.into();
        self
    }

    /// What stands before the age in the name of a wide column; `age_` by default.
    #[must_use]
    pub fn age_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.age_prefix = prefix.into();
        self
    }

    /// Name of the column of weights, in the wide form and in a file of persons; by default there is none.
    #[must_use]
    pub fn weight_column(mut self, name: impl Into<String>) -> Self {
        self.weight_column = Some(name.into());
        self
    }

    /// Width of an age interval of the wide form, in months; 12 by default. Column names hold the age
    /// at the start of the interval in years: `age_12`, `age_12.5`, `age_13` for half years.
    #[must_use]
    pub fn width_months(mut self, months: u32) -> Self {
        self.width_months = months;
        self
    }

    /// The ages of the cohort, for the long forms. Without it, they run from the lowest to the highest
    /// age (of a window, or listed); with it, an age outside is an error.
    #[must_use]
    pub fn grid(mut self, grid: AgeGrid) -> Self {
        self.grid = Some(grid);
        self
    }

    /// Refuse tables of more persons than this; by default only the limit of a cohort holds.
    #[must_use]
    pub fn max_persons(mut self, persons: usize) -> Self {
        self.max_persons = persons.min(u32::MAX as usize - 1);
        self
    }

    pub(in crate::cohort) fn check(&self) -> Result<()> {
        if !matches!(self.delimiter, b',' | b';' | b'\t' | b'|') {
            return Err(Error::options(format!(
                "the delimiter {:?} is not a comma, semicolon, tab or vertical bar",
                char::from(self.delimiter)
            )));
        }
        if self.id_column.is_empty() || self.age_prefix.is_empty() || self.weight_column.as_deref() == Some("") {
            return Err(Error::options("column names and the age prefix may not be empty"));
        }
        if self.weight_column.as_ref() == Some(&self.id_column) {
            return Err(Error::options("identifiers and weights cannot stand in the same column"));
        }
        if self.width_months == 0 || self.width_months as usize > MAX_INTERVALS {
            return Err(Error::options(format!(
                "an age interval of {} months is not between 1 and {MAX_INTERVALS} months wide",
                self.width_months
            )));
        }
        Ok(())
    }

    /// The grid of a long form, which must be yearly since ages come in completed years.
    pub(super) fn yearly(grid: AgeGrid) -> Result<AgeGrid> {
        if grid.width_months() != 12 || !grid.start_months().is_multiple_of(12) {
            return Err(Error::options(format!(
                "ages in completed years need a grid of whole years, not one of {} months from month {}",
                grid.width_months(),
                grid.start_months()
            )));
        }
        Ok(grid)
    }
}

impl Default for CsvOptions {
    fn default() -> Self {
        CsvOptions::new()
    }
}
