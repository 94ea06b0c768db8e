//! The arguments and what they mean to the library.

use clap::{Args, Parser, Subcommand, ValueEnum};
use pleegprofiel::{Cohort, CsvOptions, CsvSource, Error, Family, FitOptions, Language, read_cohort};
use std::path::PathBuf;

/// Criminal careers as time series: trajectory models and the four offending profiles.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 the fit cannot be trusted; 2 bad input or usage."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Fit four groups, name them by profile, place everyone, and write model, profiles, picture and report.
    Profile(ProfileArgs),
    /// Fit a trajectory model and show what it is worth.
    Fit(FitArgs),
    /// Score one case or many with a published risk instrument: one JSON line a case, in order.
    Score(ScoreArgs),
    /// List the bundled risk instruments, show one, or run a file of golden vectors.
    Instruments(InstrumentsArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// Short name of a bundled instrument, or an instrument file.
    #[arg(value_name = "INSTRUMENT")]
    pub(crate) instrument: String,
    /// One case, a list of cases, or a file of golden vectors, whose inputs are scored; `-` is standard input.
    /// A case is an object of answers with `population`: {"jurisdiction": .., "legal_status": .., "age": ..}.
    #[arg(value_name = "INPUT.json")]
    pub(crate) input: PathBuf,
    /// Treat missing answers as the published implementation does (some count as "no", others lead to the static
    /// form), and a case that states no population as one of the instrument's own. Every result says so.
    #[arg(long)]
    pub(crate) as_published: bool,
    /// Results are always JSON lines; accepted for likeness with other commands.
    #[arg(long, hide = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InstrumentsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<InstrumentsCommand>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum InstrumentsCommand {
    /// Print the card of an instrument.
    Show {
        /// Short name of a bundled instrument, or an instrument file.
        name: String,
    },
    /// Run a file of golden vectors, or an instrument file with its own, and report what does not come out.
    Verify {
        /// The file; `-` is standard input.
        file: PathBuf,
    },
    /// Print the JSON Schema of instrument files.
    Schema,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Directory for model.json, profiles.csv, trajectories.svg and report.html; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-out")]
    pub(crate) out: PathBuf,
    /// Language of the table, the picture and the report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Show groups of fewer than 10 persons in numbers.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
}

#[derive(Debug, Args)]
pub(crate) struct FitArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Write the model to this file.
    #[arg(long = "model", value_name = "OUT.json")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON object with everything, in full precision, instead of tables. Small groups are not hidden in it.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show groups of fewer than 10 persons in numbers.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InputArgs {
    /// Table of counts: a column `id`, then one column per age (`age_12`, `age_13`, ..), or one row per
    /// person and age (`id,age,count`). An empty cell is an age that was not observed.
    #[arg(value_name = "COUNTS.csv")]
    counts: PathBuf,
    /// Table of the same shape with the fraction of each year at liberty.
    #[arg(long, value_name = "FILE")]
    exposure: Option<PathBuf>,
    /// What stands between two values: `,` `;` `|` or `tab`.
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// Distribution of the counts: poisson, zip or zip-tau.
    #[arg(long, default_value = "zip", value_parser = family)]
    family: Family,
    /// Number of groups.
    #[arg(long, value_name = "K", default_value_t = 4)]
    groups: usize,
    /// Degree of the polynomials in age: one for all groups, or one a group.
    #[arg(long, value_name = "D,..", default_value = "3", value_delimiter = ',')]
    degree: Vec<usize>,
    /// Degree of the zero parts (zip only): one for all groups, or one a group; as --degree without it.
    #[arg(long, value_name = "D,..", value_delimiter = ',')]
    zero_degree: Option<Vec<usize>>,
    /// Number of random starts.
    #[arg(long, value_name = "N", default_value_t = 40)]
    starts: usize,
    /// Seed of the random starts: the same seed gives the same result, on any number of threads.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// Dutch
    Nl,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Language {
        match lang {
            Lang::En => Language::English,
            Lang::Nl => Language::Dutch,
        }
    }
}

impl InputArgs {
    /// Reads the cohort.
    pub(crate) fn read(&self) -> Result<Cohort, Error> {
        let counts = CsvSource::open(&self.counts)?;
        let exposure = self.exposure.as_ref().map(CsvSource::open).transpose()?;
        read_cohort(counts, exposure, &CsvOptions::new().delimiter(self.delimiter))
    }
}

impl ModelArgs {
    pub(crate) fn options(&self) -> FitOptions {
        let mut options = FitOptions::new(self.family)
            .groups(self.groups)
            .degrees(self.degree.iter().copied())
            .starts(self.starts)
            .seed(self.seed);
        if let Some(degrees) = &self.zero_degree {
            options = options.zero_degrees(degrees.iter().copied());
        }
        match self.threads {
            Some(threads) => options.threads(threads),
            None => options,
        }
    }
}

fn family(text: &str) -> Result<Family, String> {
    const NOT_YET: [&str; 5] = ["negbin", "zinb", "bernoulli", "cnorm", "beta"];
    let families = [Family::Poisson, Family::Zip, Family::ZipTau];
    match families.into_iter().find(|family| family.key() == text) {
        Some(family) => Ok(family),
        None if NOT_YET.contains(&text) => Err("not yet available in this version: use poisson, zip or zip-tau".into()),
        None => Err("not a family: use poisson, zip or zip-tau".into()),
    }
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
