//! Arguments that say what a table is: shared by all commands that read people.

use crate::args_dated::IncompleteDates;
use crate::failure::Failure;
use crate::screen;
use clap::{Args, ValueEnum};
use pleegprofiel::{
    AgeGrid, Cohort, Error,
    cohort::{
        CohortWarning, PeopleInChunks,
        table::{
            AgeInYear, AgeUnit, DateFormat, DecimalMark, PersonTable, TableOptions, Unlisted, ValueTable,
            for_each_chunk, read_cohort_of, read_in_chunks, read_person_table, read_values,
        },
    },
};
use std::path::{Path, PathBuf};

/// How the values of a table are written, whatever its columns mean.
#[derive(Debug, Args)]
pub(crate) struct ValueArgs {
    /// What stands between two values: `,` `;` `|` or `tab`.
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
    /// Values that stand for a missing one, such as `999,NA,.`: taken as not observed.
    #[arg(long, value_name = "V,..", value_delimiter = ',', allow_hyphen_values = true)]
    missing: Vec<String>,
    /// What stands before the decimals of a number; a point without it, and then 1.000 (a thousand?) is refused.
    #[arg(long, value_enum)]
    decimal: Option<Decimal>,
    /// Take values with labels (Stata) as the numbers that they are stored as, not as what they are called.
    #[arg(long)]
    ignore_labels: bool,
}

impl ValueArgs {
    pub(crate) fn options(&self) -> TableOptions {
        let options = TableOptions::new().delimiter(self.delimiter).missing(&self.missing);
        let options = options.ignore_labels(self.ignore_labels);
        match self.decimal {
            None => options,
            Some(Decimal::Point) => options.decimal(DecimalMark::Point),
            Some(Decimal::Comma) => options.decimal(DecimalMark::Comma),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct TableArgs {
    #[command(flatten)]
    values: ValueArgs,
    /// Name of the column of identifiers.
    #[arg(long, value_name = "NAME", default_value = "id")]
    id: String,
    /// Columns to leave out.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Leave out every column that is not asked for.
    #[arg(long)]
    ignore_others: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Decimal {
    /// 0.5
    Point,
    /// 0,5
    Comma,
}

impl TableArgs {
    pub(crate) fn options(&self) -> TableOptions {
        self.values.options().id_column(&self.id).ignore(&self.ignore).ignore_others(self.ignore_others)
    }
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Table of counts: a column `id`, then one column per age (`age_12`, `age_13`, ..), or one row per
    /// person and age (`id,age,count`). An empty cell is an age that was not observed. CSV, or what a build with
    /// the features `parquet` and `stata` reads, as the file itself shows; a folder of Parquet files is one table.
    #[arg(value_name = "COUNTS.csv")]
    counts: PathBuf,
    /// Table with the fraction of each year at liberty, of the same shape or one row per person and age (`id,age,exposure`);
    /// rows are found by identifier.
    #[arg(long, value_name = "FILE")]
    exposure: Option<PathBuf>,
    #[command(flatten)]
    table: TableArgs,
    /// Name of the column of ages, in a table of one row per person and age.
    #[arg(long, value_name = "NAME", default_value = "age")]
    age_column: String,
    /// Name of the column of counts there.
    #[arg(long, value_name = "NAME", default_value = "count")]
    count_column: String,
    /// What stands before the age in the names of columns; '' when they are called 12, 13, ..
    #[arg(long, value_name = "TEXT", default_value = "age_")]
    age_prefix: String,
    /// The columns are calendar years called by this and the year (`y` for y2005, y2006, ..); needs --birth and
    /// --age-in-year.
    #[arg(long, value_name = "TEXT", requires_all = ["birth", "age_in_year"])]
    year_prefix: Option<String>,
    /// Column of birth, a date or a year, for calendar years.
    #[arg(long, value_name = "NAME", requires = "year_prefix")]
    birth: Option<String>,
    /// Which age a calendar year is: that on 1 January, 1 July or 31 December. The result says how many cells.
    #[arg(long, value_enum, requires = "year_prefix")]
    age_in_year: Option<YearRule>,
    /// What a birth without its day is when the rule needs it; refused without it.
    #[arg(long, value_enum, requires = "year_prefix")]
    incomplete_dates: Option<IncompleteDates>,
    /// How births are written: `d-m-yyyy`, `yyyymmdd`, ..; `yyyy-mm-dd` or a year without it.
    #[arg(long, value_name = "FORMAT", requires = "year_prefix")]
    date_format: Option<DateFormat>,
    /// What ages are written in: years without it, which may then not pass 110.
    #[arg(long, value_enum)]
    ages_in: Option<Unit>,
    /// Width of an age interval in months: 12 without it, and 1 when ages are in months.
    #[arg(long, value_name = "MONTHS")]
    age_step: Option<u32>,
    /// First and last age of the cohort, in completed years, for one row per person and age; those listed without it.
    #[arg(long, value_name = "A-A", value_parser = ages)]
    ages: Option<[u32; 2]>,
    /// Column of survey or frequency weights.
    #[arg(long, value_name = "NAME")]
    weights: Option<String>,
    /// What ages without a row are in a table of one row per person and age: without it not observed, and a table
    /// without a single 0 is refused.
    #[arg(long, value_enum)]
    unlisted: Option<UnlistedAges>,
    /// Table with the identifiers of everyone, for --unlisted zero: those without a row had no event. For one row per
    /// offence a table `id, from_age, to_age`: who was observed at which ages, both included.
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// Leave out people without a single observed age, and say how many; refused without it.
    #[arg(long)]
    leave_out_unobserved: bool,
    /// Take values that look as if they meant something else (codes for missing values, rows of totals) as they are.
    #[arg(long)]
    trust_values: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unit {
    /// Years
    Years,
    /// Months
    Months,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum YearRule {
    /// The age on 1 January
    Start,
    /// The age on 1 July
    Middle,
    /// The age on 31 December, reached in the year
    End,
}

impl YearRule {
    fn rule(self) -> AgeInYear {
        match self {
            YearRule::Start => AgeInYear::Start,
            YearRule::Middle => AgeInYear::Middle,
            YearRule::End => AgeInYear::End,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum UnlistedAges {
    /// A count of 0
    Zero,
    /// Not observed
    NotObserved,
}

impl InputArgs {
    fn options(&self) -> Result<TableOptions, Error> {
        let mut options = self
            .table
            .options()
            .age_prefix(&self.age_prefix)
            .long_columns(&self.age_column, &self.count_column)
            .leave_out_unobserved(self.leave_out_unobserved);
        options = match self.ages_in {
            None => options,
            Some(Unit::Years) => options.ages_in(AgeUnit::Years),
            Some(Unit::Months) => options.ages_in(AgeUnit::Months),
        };
        options = match self.unlisted {
            None => options,
            Some(UnlistedAges::Zero) => options.unlisted(Unlisted::Zero),
            Some(UnlistedAges::NotObserved) => options.unlisted(Unlisted::NotObserved),
        };
        if let (Some(prefix), Some(birth), Some(rule)) = (&self.year_prefix, &self.birth, self.age_in_year) {
            options = options.calendar_years(prefix, birth, rule.rule());
        }
        if let Some(rule) = self.incomplete_dates {
            options = options.incomplete_dates(rule.rule());
        }
        if let Some(format) = &self.date_format {
            options = options.date_format(format.clone());
        }
        if let Some(step) = self.age_step {
            options = options.width_months(step);
        }
        if let Some([first, last]) = self.ages {
            options = options.grid(AgeGrid::years(first, last)?);
        }
        if let Some(weights) = &self.weights {
            options = options.weight_column(weights);
        }
        Ok(options)
    }

    /// Reads a table of values that are no counts.
    pub(crate) fn read_values(&self) -> Result<ValueTable, Failure> {
        let options = self.options()?;
        let table = quietly(|| read_values(crate::inputs::table(&self.counts)?, &options))?;
        tell_ignored_in_vain(&options);
        self.without_doubts(&table.warnings)?;
        Ok(table)
    }

    /// What was asked for and means nothing for values that are no counts.
    pub(crate) fn for_counts_only(&self) -> Option<&'static str> {
        let given = [
            (self.exposure.is_some(), "--exposure"),
            (self.people.is_some(), "--people"),
            (self.unlisted.is_some(), "--unlisted"),
            (self.year_prefix.is_some(), "--year-prefix"),
            (self.ages.is_some(), "--ages"),
        ];
        given.into_iter().find(|(given, _)| *given).map(|(_, option)| option)
    }

    /// Reads covariates of the people of a cohort.
    pub(crate) fn read_covariates(
        &self,
        file: &PathBuf,
        cohort: &Cohort,
        names: &[String],
        categorical: &[String],
    ) -> Result<PersonTable, Error> {
        let options = self.table.options().categorical(categorical);
        quietly(|| read_person_table(crate::inputs::table(file)?, cohort, names, &options))
    }

    /// The table of counts or values, as the user named it.
    pub(crate) fn counts_name(&self) -> String {
        self.counts.display().to_string()
    }

    /// Reads the cohort; what may mean something else is refused until the user says what it is.
    pub(crate) fn read(&self) -> Result<Cohort, Failure> {
        let options = self.options()?;
        let cohort = quietly(|| {
            let counts = crate::inputs::table(&self.counts)?;
            let exposure = self.exposure.as_ref().map(crate::inputs::table).transpose()?;
            let people = self.people.as_ref().map(crate::inputs::table).transpose()?;
            read_cohort_of(counts, exposure, people, &options)
        })?;
        tell_ignored_in_vain(&options);
        self.without_doubts(cohort.warnings())?;
        Ok(cohort)
    }

    /// Reads the table into chunks on disk, as [`InputArgs::read`] reads it into memory.
    pub(crate) fn read_in_chunks(&self, folder: &Path, seed: u64) -> Result<PeopleInChunks, Failure> {
        let options = self.streamed_options()?;
        let people = quietly(|| {
            let counts = crate::inputs::table(&self.counts)?;
            let exposure = self.exposure.as_ref().map(crate::inputs::table).transpose()?;
            read_in_chunks(counts, exposure, &options, folder, seed)
        })?;
        tell_ignored_in_vain(&options);
        self.without_doubts(&people.warnings())?;
        Ok(people)
    }

    /// Reads the table chunk by chunk.
    pub(crate) fn for_each_chunk(
        &self,
        folder: &Path,
        each: &mut dyn FnMut(Cohort) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let options = self.streamed_options()?;
        unheard(|| {
            let counts = crate::inputs::table(&self.counts)?;
            let exposure = self.exposure.as_ref().map(crate::inputs::table).transpose()?;
            for_each_chunk(counts, exposure, &options, folder, each).map(|_| ())
        })
    }

    fn streamed_options(&self) -> Result<TableOptions, Failure> {
        if self.people.is_some() {
            return Err(Failure::Usage(
                "--people goes with one row per person and age, which --stream does not read".into(),
            ));
        }
        Ok(self.options()?)
    }

    /// Refuses what may mean something else, unless the user says that it does not.
    fn without_doubts(&self, warnings: &[CohortWarning]) -> Result<(), Failure> {
        let doubts = warnings.iter().filter(|warning| warning.is_doubt() && !self.trust_values);
        let lines: Vec<String> = doubts.map(|doubt| format!("\n  {doubt}\n    {}", way_out(doubt))).collect();
        if lines.is_empty() {
            return Ok(());
        }
        Err(Failure::Usage(format!(
            "{} may mean something else than it seems to:{}",
            self.counts_name(),
            lines.concat()
        )))
    }
}

/// Tells of columns to leave out that no table had.
pub(crate) fn tell_ignored_in_vain(options: &TableOptions) {
    for name in options.ignored_in_vain() {
        screen::note(&format!("--ignore {name}: no such column"));
    }
}

/// What the user can say of a table that looks suspicious.
fn way_out(doubt: &CohortWarning) -> String {
    match doubt {
        CohortWarning::FarOutside { counts, .. }
        | CohortWarning::LikeMissingCodes { counts, .. }
        | CohortWarning::LabelledCounts { counts, .. } => {
            if let CohortWarning::LabelledCounts { labels, column, .. } = doubt
                && (counts.contains(&0) || labels.iter().any(|label| label.trim().parse::<f64>().is_ok()))
            {
                return encoded(column);
            }
            let codes: Vec<String> = counts.iter().take(5).map(ToString::to_string).collect();
            format!("if so, say --missing {}; if these are counts, --trust-values", codes.join(","))
        }
        CohortWarning::ValuesLikeMissingCodes { values, .. } => {
            let codes: Vec<String> = values.iter().take(5).map(ToString::to_string).collect();
            format!("if so, say --missing {}; if these are values, --trust-values", codes.join(","))
        }
        CohortWarning::NoZero { .. } => {
            "if so, say --unlisted zero (with --people FILE for those without any row); if \
                                         nobody looked at these ages, --unlisted not-observed"
                .to_owned()
        }
        CohortWarning::AlikeIdentifiers { .. } => {
            "if so, write each person in one way in the table; if they are different persons, --trust-values".to_owned()
        }
        CohortWarning::CalledTotal { persons: 2.., .. } => {
            "if so, take them out of the table; if they are persons, --trust-values".to_owned()
        }
        _ => "if so, take it out of the table; if it is a person, --trust-values".to_owned(),
    }
}

/// What is said of counts behind names, as `encode` numbers texts.
fn encoded(column: &str) -> String {
    format!(
        "these seem to be numbers of texts (encode in Stata, categories in pandas), not counts: write the counts themselves, \
         in Stata with decode {column}, generate(TEXT) and destring TEXT, replace; if the numbers are counts, --trust-values"
    )
}

/// Reads tables; what the parquet crate panics on comes back as an error, which says enough.
pub(crate) fn quietly<T>(read: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    unheard(read)
}

/// Work in which the parquet crate may panic, which is then not printed.
fn unheard<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(feature = "parquet")]
    {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
        std::panic::set_hook(hook);
        answer.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
    #[cfg(not(feature = "parquet"))]
    work()
}

/// `12-24`
fn ages(text: &str) -> Result<[u32; 2], String> {
    let ages = text.split_once('-').and_then(|(a, b)| Some([a.trim().parse().ok()?, b.trim().parse().ok()?]));
    ages.ok_or_else(|| "use the first and the last age, such as 12-24".into())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte @ (b',' | b';' | b'|' | b'\t')] => Ok(*byte),
            _ => Err("use `,` `;` `|` or `tab`".into()),
        },
    }
}
