//! Arguments of tables with dates: what they leave open, and by which rules it is read.

use crate::args_table::{TableArgs, quietly};
use clap::{Args, ValueEnum};
use pleegprofiel::{
    Error,
    career::CalendarDate,
    cohort::table::{DateFormat, Incomplete, TableOptions, read_articles, read_categories},
};
use std::path::PathBuf;

/// What dated tables leave open, and by which rules it is read.
#[derive(Debug, Args)]
pub(crate) struct DatedArgs {
    #[command(flatten)]
    table: TableArgs,
    /// How dates are written: `d-m-yyyy`, `yyyymmdd`, .., or day numbers of `excel`, `stata`, `sas`, `spss`;
    /// `yyyy-mm-dd` without it.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<DateFormat>,
    /// What a date without its day or month (1980-00-00, 1980) is; refused without it. The output says how many.
    #[arg(long, value_enum)]
    incomplete_dates: Option<IncompleteDates>,
    /// First day after the register: the end of windows and stays that have none (empty, or 9999-12-31).
    #[arg(long, value_name = "DATE")]
    register_end: Option<CalendarDate>,
    /// Keep offences before the window of their person as prior record, outside the career, and say how many.
    #[arg(long)]
    prior_record: bool,
    /// Table of own categories of offences: `key, dutch, english`; the built-in ones stay.
    #[arg(long, value_name = "FILE")]
    categories: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum IncompleteDates {
    /// The first day that it may be
    Earliest,
    /// The middle of the days that it may be
    Middle,
    /// The last day that it may be
    Latest,
    /// Leave the row out
    LeaveOut,
}

impl IncompleteDates {
    pub(crate) fn rule(self) -> Incomplete {
        match self {
            IncompleteDates::Earliest => Incomplete::Earliest,
            IncompleteDates::Middle => Incomplete::Middle,
            IncompleteDates::Latest => Incomplete::Latest,
            IncompleteDates::LeaveOut => Incomplete::LeaveOut,
        }
    }
}

impl DatedArgs {
    pub(crate) fn register_end(&self) -> Option<CalendarDate> {
        self.register_end
    }

    pub(crate) fn options(&self) -> Result<TableOptions, Error> {
        let mut options = self.table.options().prior_record(self.prior_record);
        if let Some(format) = &self.date_format {
            options = options.date_format(format.clone());
        }
        if let Some(rule) = self.incomplete_dates {
            options = options.incomplete_dates(rule.rule());
        }
        if let Some(end) = self.register_end {
            options = options.register_end(end);
        }
        if let Some(file) = &self.categories {
            let set = read_categories(crate::inputs::table(file)?, &self.table.options())?;
            options = options.categories(set);
        }
        Ok(options)
    }
}

/// Of tables whose offences become careers.
#[derive(Debug, Args)]
pub(crate) struct CareerArgs {
    #[command(flatten)]
    dated: DatedArgs,
    /// Table of articles of law: `article, category, source` and, if wanted, `paragraph`, `law`, `from`, `until`. Offences
    /// then have an `article` (and `paragraph`, `law`) in place of `offence`, in the category of that article on the day
    /// they were committed. Numbers it does not have: 273f from 2018, and the titles of sexual offences.
    #[arg(long, value_name = "FILE")]
    articles: Option<PathBuf>,
}

impl CareerArgs {
    pub(crate) fn options(&self) -> Result<TableOptions, Error> {
        let options = self.dated.options()?;
        match &self.articles {
            None => Ok(options),
            Some(file) => {
                let table = quietly(|| read_articles(crate::inputs::table(file)?, &options))?;
                Ok(options.articles(table))
            }
        }
    }
}
