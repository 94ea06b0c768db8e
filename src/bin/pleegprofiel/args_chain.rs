//! Arguments of the commands about the chain and about interventions.

use crate::args::Lang;
use crate::args_dated::{CareerArgs, DatedArgs};
use clap::{Args, ValueEnum};
use pleegprofiel::monitor::{Phase, Population};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct MonitorArgs {
    /// Table of events: `id, case, phase, date` and, where they are known, `outcome, days, offence, kind, form, committed,
    /// birth, sex, parket`. Phases: suspect, intake, disposal (summoned, dismissed, other), demand, verdict (convicted,
    /// acquitted, discharged, other), sanction (unconditional, conditional, community, work, measure, other; with days),
    /// supervision.
    #[arg(value_name = "EVENTS.csv")]
    pub(crate) events: PathBuf,
    /// Directory for indicators.csv, report.html and a picture (SVG) for each table; made when it is not there. Without
    /// it tables are printed.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON line a figure instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
    /// The rows of a case stand together and cases are in the order of their identifiers: read them one by one, in
    /// memory that does not grow.
    #[arg(long)]
    pub(crate) by_case: bool,
    /// Kind of offence whose outcome is the defendant's.
    #[arg(long, value_name = "KEY", default_value = "human-trafficking")]
    pub(crate) index: String,
    /// Age at the offence below which a defendant counts as young.
    #[arg(long, value_name = "YEARS", default_value_t = 23)]
    pub(crate) young: u32,
    /// A further column of EVENTS.csv by which defendants are told apart, under the same rule for small cells.
    #[arg(long, value_name = "COLUMN", default_value = "parket")]
    pub(crate) by: String,
    /// Of whom age, sex, form of exploitation and that column are told; of suspects, or the first phase that the data have.
    #[arg(long, value_enum)]
    describe: Option<Describe>,
    /// Language of tables, pictures and report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Show figures of fewer than 10 persons.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    #[command(flatten)]
    pub(crate) dated: CareerArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Describe {
    /// Suspects of the police
    Suspects,
    /// Taken in by the prosecution
    Intake,
    /// Judged in first instance
    Judged,
    /// Convicted in first instance
    Convicted,
}

impl MonitorArgs {
    pub(crate) fn population(&self) -> Option<Population> {
        self.describe.map(|who| match who {
            Describe::Suspects => Population::Suspects,
            Describe::Intake => Population::Intake,
            Describe::Judged => Population::Judged,
            Describe::Convicted => Population::Convicted,
        })
    }
}

#[derive(Debug, Args)]
pub(crate) struct EffectArgs {
    /// Table of people: `id, birth, from, to` and, if wanted, `end`, as for `recidivism`.
    #[arg(value_name = "PEOPLE.csv")]
    pub(crate) people: PathBuf,
    /// Table of offences: `id, committed, offence` and, if wanted, `severity` and `case`.
    #[arg(value_name = "OFFENCES.csv")]
    pub(crate) offences: PathBuf,
    /// Table of the two groups: `id`, `treated` (1 or 0), `start` (the day from which each is followed, of one kind in
    /// both groups), and the covariates.
    #[arg(value_name = "PARTICIPANTS.csv")]
    pub(crate) participants: PathBuf,
    /// Table of stays in custody: `id, from, to`.
    #[arg(long, value_name = "FILE")]
    pub(crate) custody: Option<PathBuf>,
    /// What is known of people before the start and may have sent them to a group: columns of PARTICIPANTS.csv.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',')]
    pub(crate) covariates: Vec<String>,
    /// Covariates that are categories: each category but the first becomes a covariate of 0 and 1. A Stata variable with
    /// labels is one anyway.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', requires = "covariates")]
    pub(crate) categorical: Vec<String>,
    /// Another outcome, by name and categories of offences: `violence=violence,property-with-violence`. `any` and, by
    /// --index, `special` are always among them.
    #[arg(long = "outcome", value_name = "NAME=KEY,..", value_parser = outcome)]
    pub(crate) outcomes: Vec<(String, Vec<String>)>,
    /// Category that `special` recidivism is of.
    #[arg(long, value_name = "KEY", default_value = "human-trafficking")]
    pub(crate) index: String,
    /// Years at liberty.
    #[arg(long, value_name = "Y,..", value_delimiter = ',', default_value = "2,5")]
    pub(crate) years: Vec<f64>,
    /// The largest ratio of the shares that must be detectable for an answer to be given: 0.5 is a halving.
    #[arg(long, value_name = "RATIO", default_value_t = 0.5)]
    pub(crate) worthwhile: f64,
    /// Directory for effect.json, report.html and the picture; made when it is not there. Without it tables are printed.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON object instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of tables, picture and report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Allow groups of fewer than 10 persons, and show figures that are not rounded. Without it shares are rounded to about
    /// one and a half persons and differences are those of rounded shares; the tables, and `rounded_to` in JSON, say to what.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    #[command(flatten)]
    pub(crate) dated: CareerArgs,
}

#[derive(Debug, Args)]
pub(crate) struct OverlapArgs {
    /// Table of events of the chain, as for `monitor`.
    #[arg(value_name = "EVENTS.csv")]
    pub(crate) events: PathBuf,
    /// Table of registrations of victims: `id, date`; the identifiers are those of the events.
    #[arg(value_name = "VICTIMS.csv")]
    pub(crate) victims: PathBuf,
    /// What makes somebody a victim, in words; the result repeats it.
    #[arg(long, value_name = "WORDS")]
    pub(crate) victim: String,
    /// Which phase of the chain, first reached, makes somebody an offender: suspect, intake, disposal, demand, verdict,
    /// sanction, supervision.
    #[arg(long, value_name = "PHASE", value_parser = phase)]
    pub(crate) offender: Phase,
    /// How many days there may be between the two, either way; any number without it.
    #[arg(long, value_name = "DAYS")]
    pub(crate) within_days: Option<u32>,
    #[command(flatten)]
    pub(crate) common: VictimArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RepeatArgs {
    /// Table of registrations of victims: `id, date`.
    #[arg(value_name = "VICTIMS.csv")]
    pub(crate) victims: PathBuf,
    /// What counts as being a victim again, in words; the result repeats it.
    #[arg(long, value_name = "WORDS")]
    pub(crate) event: String,
    /// Registrations of fewer days after the first are the same event.
    #[arg(long, value_name = "DAYS", default_value_t = 1)]
    pub(crate) apart_days: u32,
    /// Within so many years.
    #[arg(long, value_name = "YEARS", default_value_t = 5.0)]
    pub(crate) years: f64,
    #[command(flatten)]
    pub(crate) common: VictimArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VictimArgs {
    /// Write the figures to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of the table.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Show figures of fewer than 10 persons, and shares that are not rounded. Without it the share of `repeat` is rounded to
    /// about one and a half persons; the table, and `rounded_to` in JSON, say to what.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    #[command(flatten)]
    pub(crate) dated: DatedArgs,
}

fn phase(text: &str) -> Result<Phase, String> {
    let known = || Phase::ALL.iter().map(|phase| phase.key()).collect::<Vec<_>>().join(", ");
    Phase::of(text).ok_or_else(|| format!("not a phase: use {}", known()))
}

fn outcome(text: &str) -> Result<(String, Vec<String>), String> {
    let (name, keys) = text.split_once('=').ok_or("use NAME=KEY,.. such as violence=violence,weapons")?;
    let keys: Vec<String> = keys.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect();
    if name.trim().is_empty() || keys.is_empty() {
        return Err("use NAME=KEY,.. with a name and at least one category".into());
    }
    Ok((name.trim().to_owned(), keys))
}
