//! Arguments of the commands about people and instruments: placing, drawing, following, scoring.

use crate::args::{Lang, ScratchArgs};
use crate::args_dated::CareerArgs;
use crate::args_table::InputArgs;
use clap::{Args, Subcommand, ValueEnum};
use pleegprofiel::career::WindowEnd;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct ScoreArgs {
    /// Short name of a bundled instrument, or an instrument file.
    #[arg(value_name = "INSTRUMENT")]
    pub(crate) instrument: String,
    /// One case, a list of cases, or a file of golden vectors, whose inputs are scored; `-` is standard input.
    /// A case is an object of answers with `population`: {"jurisdiction": .., "legal_status": .., "age": ..}; someone
    /// outside the instrument's population is scored only with `population_override`: {"author": .., "reason": ..}.
    /// An answer that is not known is left out, `null` or "unknown". Answers that contradict each other, or the stated
    /// age or sex, are refused: the rules stand in the instrument file under `consistency`.
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
pub(crate) struct ClassifyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) model: ModelChoice,
    /// Table of person covariates, found by `id`, with a column of numbers for every covariate of membership that the model
    /// has, by its name in the model: a category is 1 for its people and 0 for others.
    #[arg(long, value_name = "FILE", conflicts_with = "stream")]
    pub(crate) covariates: Option<PathBuf>,
    /// Which outcome of a model of several the counts are of.
    #[arg(long, value_name = "NAME")]
    pub(crate) outcome: Option<String>,
    /// Print one JSON object a line instead of a CSV table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Do not hold the people in memory, for tables of one row per person that are larger than it: the table is read twice,
    /// once to see that it is sound.
    #[arg(long, conflicts_with = "index")]
    pub(crate) stream: bool,
    #[command(flatten)]
    pub(crate) scratch: ScratchArgs,
    /// With --stream: write the table to this file instead of printing it; as Parquet when it is called `.parquet`.
    #[arg(long, value_name = "FILE", requires = "stream")]
    pub(crate) out: Option<PathBuf>,
    /// With --json: add what every age contributed, the path of the posterior, what could still change it, the forecast
    /// and the resolution.
    #[arg(long, requires = "json")]
    pub(crate) explain: bool,
    /// With --reference: table `id, index_age` with the age at the first trafficking offence, which is one of the counts: a
    /// whole number is an age in completed years, any other an exact one. Without it that offence is taken to be one of
    /// the record, nobody knows which, and there is no forecast.
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) index: Option<PathBuf>,
    /// With --reference: multiply the rates of the model by this, for a register that counts more or fewer offences.
    #[arg(long, value_name = "FACTOR", conflicts_with = "model")]
    pub(crate) rescale: Option<f64>,
    /// How often a prediction set holds the own profile, for each profile apart.
    #[arg(long, value_name = "PART", default_value_t = 0.9)]
    pub(crate) coverage: f64,
    /// Seed of the simulated people that records are judged against.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Language of reasons and limitations.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct ModelChoice {
    /// A model as `fit --model` or `profile` writes it, with covariates or without.
    #[arg(long, value_name = "MODEL.json")]
    pub(crate) model: Option<PathBuf>,
    /// The reference model of this crate, reconstructed from published margins.
    #[arg(long)]
    pub(crate) reference: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SynthArgs {
    /// Number of persons.
    #[arg(long, value_name = "N")]
    pub(crate) persons: u64,
    /// Seed: the same seed gives the same people, on any number of threads.
    #[arg(long, value_name = "S")]
    pub(crate) seed: u64,
    /// Directory for people, offences, custody, persons, counts, exposure and truth, a file each.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-synthetic")]
    pub(crate) out: PathBuf,
    /// What the files are.
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub(crate) format: Format,
    /// Print one JSON line a person instead of writing files.
    #[arg(long, conflicts_with_all = ["out", "format"])]
    pub(crate) json: bool,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// CSV
    Csv,
    /// Parquet, with typed columns
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Format {
    /// How names of such files end.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            #[cfg(feature = "parquet")]
            Format::Parquet => "parquet",
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct RecidivismArgs {
    /// Table of people: `id, birth, from, to` and, if wanted, `end`; observed from `from` up to, not including, `to`.
    #[arg(value_name = "PEOPLE.csv")]
    pub(crate) people: PathBuf,
    /// Table of offences: `id, committed, offence` and, if wanted, `severity` and `case`. Offences of the case of the
    /// index offence are part of it and no reoffence; without a case, those of the same day are.
    #[arg(value_name = "OFFENCES.csv")]
    pub(crate) offences: PathBuf,
    /// Table of stays in custody: `id, from, to`.
    #[arg(long, value_name = "FILE")]
    pub(crate) custody: Option<PathBuf>,
    /// Ends of observation (column `end` of the people) after which nobody can reoffend: they stay in the denominator
    /// (Aalen-Johansen). All others, or all with `none`, are censoring.
    #[arg(long, value_name = "END,..", value_delimiter = ',', value_enum, default_value = "died,emigrated")]
    pub(crate) competing: Vec<Competing>,
    /// Table with a column of groups to tell apart.
    #[arg(long, value_name = "FILE", requires = "by")]
    pub(crate) groups: Option<PathBuf>,
    /// The column of it.
    #[arg(long, value_name = "COLUMN", requires = "groups")]
    pub(crate) by: Option<String>,
    /// What counts as reoffending.
    #[arg(long, value_enum, default_value_t = Criterion::Any)]
    pub(crate) criterion: Criterion,
    /// Table of what counts as what: `key` (category), and `serious`, `very-serious`, `custodial` with 1 or 0.
    #[arg(long, value_name = "FILE")]
    pub(crate) criteria: Option<PathBuf>,
    /// Table `id, start` and, if wanted, `entry`: follow everybody from a day of their own (disposal, release, end of
    /// supervision) instead of the index offence; people who are not in it are left out. `entry` is the day on which
    /// somebody came under observation, where that was later and nobody who had reoffended, died or left by then could
    /// (left truncation): they are at risk from then on.
    #[arg(long, value_name = "FILE")]
    pub(crate) start: Option<PathBuf>,
    /// Least severity that is serious, on the scale of the data.
    #[arg(long, value_name = "VALUE")]
    pub(crate) severity: Option<f64>,
    /// Category of the index offence.
    #[arg(long, value_name = "KEY", default_value = "human-trafficking")]
    pub(crate) index: String,
    /// Years at liberty after the index offence.
    #[arg(long, value_name = "Y,..", value_delimiter = ',', default_value = "1,2,3,4,5,6,7,8,9,10")]
    pub(crate) years: Vec<u32>,
    /// Leave out new offences committed in custody.
    #[arg(long)]
    pub(crate) leave_out_custody: bool,
    /// Write the figures to this file, as CSV.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Directory for recidivism.csv, report.html and two pictures (SVG); made when it is not there.
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(crate) report: Option<PathBuf>,
    /// Print one JSON line a figure instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of tables, pictures and report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Show figures of fewer than 10 persons, and all figures in full precision with their counts.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    #[command(flatten)]
    pub(crate) dated: CareerArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Criterion {
    /// Any new offence
    Any,
    /// Of at least --severity, or of a category that --criteria calls so
    Serious,
    /// Of a category that --criteria calls so
    VerySerious,
    /// Of a category that --criteria says leads to custody
    Custodial,
    /// Of the category of the index offence
    SameKind,
    /// Trafficking in human beings
    Trafficking,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Competing {
    /// Death
    Died,
    /// Leaving the country
    Emigrated,
    /// Withdrawal from the register
    Withdrawn,
    /// No end competes
    None,
}

impl Competing {
    pub(crate) fn end(self) -> Option<WindowEnd> {
        match self {
            Competing::Died => Some(WindowEnd::Died),
            Competing::Emigrated => Some(WindowEnd::Emigrated),
            Competing::Withdrawn => Some(WindowEnd::Withdrawn),
            Competing::None => None,
        }
    }
}
