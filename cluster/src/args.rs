//! The command line.

use crate::columns::ColumnOptions;
use crate::engine::{Address, JobOptions};
use crate::way::{MOST_HISTORIES, Wanted, WayOptions};
use clap::{Args, Parser, Subcommand};
use pleegprofiel::{Family, Spec, cohort::CHUNK_PEOPLE};
use std::path::PathBuf;
use std::time::Duration;

/// Trajectory models of national registers, on executors that read Parquet files.
///
/// Exit code 0: done. 1: the fit cannot be trusted. 2: input, engine or arguments. 130: stopped.
#[derive(Debug, Parser)]
#[command(name = "pleegprofiel-cluster", version = crate::VERSION)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Hand out the work of clients to executors, until stopped.
    Scheduler(SchedulerArgs),
    /// Read files and count for a scheduler, until stopped.
    Executor(ExecutorArgs),
    /// Fit a trajectory model to the people in Parquet files.
    Fit(FitArgs),
    /// Place the people in Parquet files beside the profiles of a model.
    Classify(ClassifyArgs),
}

/// A scheduler.
#[derive(Debug, Args)]
pub struct SchedulerArgs {
    /// Address to listen on.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub bind: String,
    /// Name under which executors reach it; the address without it.
    #[arg(long, value_name = "HOST")]
    pub external_host: Option<String>,
    /// Port; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 50050)]
    pub port: u16,
    /// Seconds without a word after which an executor counts as lost and its work is given to others; more than three
    /// heartbeats of the executors.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub executor_timeout: u64,
    /// Seconds after which files of a finished job are removed when its client has not had that done.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub keep_results: u64,
    /// End when the process that started this one has ended.
    #[arg(long)]
    pub with_parent: bool,
}

/// An executor.
#[derive(Debug, Args)]
pub struct ExecutorArgs {
    /// Its scheduler, as df://host:port.
    #[arg(long, value_name = "ADDRESS")]
    pub at: Address,
    /// Address to listen on.
    #[arg(long, value_name = "HOST", default_value = "127.0.0.1")]
    pub bind: String,
    /// Name under which the others reach it; the address without it.
    #[arg(long, value_name = "HOST")]
    pub external_host: Option<String>,
    /// Port for results; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub port: u16,
    /// Port for work; 0 for any that is free.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub work_port: u16,
    /// Tasks at once; one a processor without it.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub cores: usize,
    /// Where work is done.
    #[command(flatten)]
    pub work: WorkArgs,
    /// Megabytes of memory for histories that are kept from one pass of a fit to the next.
    #[arg(long, value_name = "MB", default_value_t = 2048, value_parser = clap::value_parser!(u64).range(..=1 << 30))]
    pub keep: u64,
    /// Seconds between two words to the scheduler. After five without an answer the executor ends.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub heartbeat: u64,
    /// Seconds that the scheduler is waited for at the start.
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    pub wait: u16,
    /// End when the process that started this one has ended.
    #[arg(long)]
    pub with_parent: bool,
    /// The version it calls itself.
    #[arg(long, hide = true, default_value = crate::VERSION)]
    pub call_yourself: String,
}

/// Where work is done.
#[derive(Debug, Args)]
pub struct WorkArgs {
    /// Megabytes of memory for counting; what does not fit is written to the work directory. Seven tenths of the
    /// machine's without it.
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=1 << 30))]
    pub memory: Option<u64>,
    /// Folder in which the work directory is made; it holds personal data, and is gone when the executor ends.
    #[arg(long, value_name = "DIR")]
    pub work_dir: Option<PathBuf>,
}

impl WorkArgs {
    /// Memory in bytes.
    pub fn bytes(&self) -> Option<u64> {
        self.memory.map(|megabytes| megabytes << 20)
    }

    /// The folder.
    pub fn folder(&self) -> PathBuf {
        self.work_dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// Which engine.
#[derive(Debug, Args)]
pub struct EngineArgs {
    /// The scheduler, as df://host:port.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "standalone", conflicts_with = "standalone")]
    pub at: Option<Address>,
    /// Scheduler and one executor in this process instead.
    #[arg(long)]
    pub standalone: bool,
    /// With --standalone: tasks at once; one a processor without it.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "standalone")]
    pub cores: usize,
    /// Where work is done.
    #[command(flatten)]
    pub work: WorkArgs,
    /// Parts that the work is cut into; no figure hangs on it.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub partitions: usize,
    /// Seconds that executors are waited for.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub wait: u64,
    /// Seconds that one job may take; one that takes longer is run again, three times at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub job_limit: u64,
}

impl EngineArgs {
    /// How jobs are run.
    pub fn job(&self) -> JobOptions {
        JobOptions {
            partitions: self.partitions,
            wait: Duration::from_secs(self.wait),
            limit: Duration::from_secs(self.job_limit),
        }
    }
}

/// Which people.
#[derive(Debug, Args)]
pub struct TableArgs {
    /// Parquet file, or folder of .parquet files, with one row per person and counts by age (age_12, age_13, ..); client,
    /// scheduler and executors see it under the same path.
    #[arg(value_name = "FILES")]
    pub files: PathBuf,
    /// A second table of the same shape with times at risk, its rows found by identifier.
    #[arg(long, value_name = "FILES")]
    pub exposure: Option<PathBuf>,
    /// The column of identifiers.
    #[arg(long, value_name = "COLUMN", default_value = "id")]
    pub id: String,
    /// What the names of columns by age begin with.
    #[arg(long, value_name = "TEXT", default_value = "age_")]
    pub age_prefix: String,
    /// Width of an age interval, in months.
    #[arg(long, value_name = "MONTHS", default_value_t = 12)]
    pub age_step: u32,
    /// Leave out columns of other names, which are refused without it.
    #[arg(long)]
    pub ignore_others: bool,
}

impl TableArgs {
    /// Names of the columns of counts.
    pub fn columns(&self) -> ColumnOptions {
        ColumnOptions {
            id: self.id.clone(),
            needs_id: self.exposure.is_some(),
            age_prefix: self.age_prefix.clone(),
            age_step: self.age_step,
            ignore_others: self.ignore_others,
            ..ColumnOptions::default()
        }
    }
}

/// A fit.
#[derive(Debug, Args)]
pub struct FitArgs {
    /// Which people.
    #[command(flatten)]
    pub table: TableArgs,
    /// Which engine.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The column of weights: whole numbers of persons that a row stands for.
    #[arg(long, value_name = "COLUMN")]
    pub weights: Option<String>,
    /// Distribution of the counts: poisson, zip, zip-tau, negbin, zinb, negmult or bernoulli.
    #[arg(long, value_parser = family, default_value = "poisson")]
    pub family: Family,
    /// Number of groups.
    #[arg(long, value_name = "K", default_value_t = 4)]
    pub groups: usize,
    /// Degree of the polynomials in age: one for all groups, or one a group.
    #[arg(long, value_name = "D,..", default_value = "3", value_delimiter = ',')]
    pub degree: Vec<usize>,
    /// Degree of the zero parts (zip and zinb): one for all groups, or one a group; as --degree without it.
    #[arg(long, value_name = "D,..", value_delimiter = ',')]
    pub zero_degree: Option<Vec<usize>>,
    /// Number of random starts.
    #[arg(long, value_name = "N", default_value_t = 40)]
    pub starts: usize,
    /// Leave out the search for better optima next door: a first look.
    #[arg(long)]
    pub starts_only: bool,
    /// Seed of the random starts: the same seed gives the same result.
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Number of threads of the fit; all without it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// How the people are fitted: counted by history in one job and fitted by the client, or pass by pass, for which
    /// times at risk have to stand in the order of the counts. The answer says which it was, and why.
    #[arg(long, value_enum, value_name = "WAY", default_value_t)]
    pub way: Wanted,
    /// Different histories that the client takes in; where more are expected, the fit goes pass by pass.
    #[arg(long, value_name = "N", default_value_t = MOST_HISTORIES)]
    pub most_histories: u64,
    /// Rows whose sums are added up by themselves; the last digits of a fit by passes hang on it.
    #[arg(long, value_name = "N", default_value_t = CHUNK_PEOPLE as u64)]
    pub people_in_chunk: u64,
    /// Write the model to this file.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Print the answer as JSON.
    #[arg(long)]
    pub json: bool,
}

impl FitArgs {
    /// What to fit.
    pub fn options(&self) -> Spec {
        let mut options = Spec::counts(self.family)
            .groups(self.groups)
            .degrees(self.degree.iter().copied())
            .starts(self.starts)
            .neighbours(!self.starts_only)
            .seed(self.seed);
        if let Some(degrees) = &self.zero_degree {
            options = options.zero_degrees(degrees.iter().copied());
        }
        match self.threads {
            Some(threads) => options.threads(threads),
            None => options,
        }
    }

    /// Which way to go.
    pub fn ways(&self) -> WayOptions {
        WayOptions {
            wanted: self.way,
            most_histories: self.most_histories,
            people_in_chunk: self.people_in_chunk,
            seed: self.seed,
            threads: self.threads,
        }
    }
}

/// A classification.
#[derive(Debug, Args)]
pub struct ClassifyArgs {
    /// Which people.
    #[command(flatten)]
    pub table: TableArgs,
    /// Which engine.
    #[command(flatten)]
    pub engine: EngineArgs,
    /// The model, as fit --out writes it.
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// The Parquet file to write.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

fn family(text: &str) -> Result<Family, String> {
    let counts = || Family::ALL.into_iter().filter(|f| !matches!(f, Family::CensoredNormal | Family::Beta));
    let known = || counts().map(Family::key).collect::<Vec<_>>().join(", ");
    counts().find(|family| family.key() == text).ok_or_else(|| format!("not a family of counts: use {}", known()))
}
