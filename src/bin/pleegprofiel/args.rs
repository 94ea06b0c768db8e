//! The arguments and what they mean to the library.

use crate::args_advise::AdviseArgs;
use crate::args_chain::{EffectArgs, MonitorArgs, OverlapArgs, RepeatArgs};
use crate::args_people::{ClassifyArgs, InstrumentsArgs, RecidivismArgs, ScoreArgs, SynthArgs};
use crate::args_profile::ProfileModelArgs;
use crate::args_table::InputArgs;
use crate::args_validate::{CardArgs, DriftArgs, RecalibrateArgs, ValidateArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
use pleegprofiel::{
    Error, Family, Language, OutcomeSpec, Spec,
    trajectory::{
        inference::{BootstrapOptions, Resampling},
        selection::{SelectionCriterion, SelectionOptions},
    },
};
use std::path::PathBuf;

/// Criminal careers as time series: trajectory models and the four offending profiles.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "Exit codes: 0 done; 1 the fit cannot be trusted; 2 bad input or usage.\n\
                  A case that an instrument refuses is no failure: see `scored` and `error` in its line."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Choose a model, name its groups by profile, place everyone, and write model, profiles, picture and report.
    Profile(ProfileArgs),
    /// Fit a trajectory model and show what it is worth.
    Fit(FitArgs),
    /// Place people beside the profiles of a model, one line a person; people without an offence are refused.
    ///
    /// Without --json a CSV table: id, profile (empty when undecided), undecided (key of the reason), refused (key),
    /// reason (in words), the posterior of each profile and of groups without one, prediction_set (profiles joined by
    /// `|`), typicality with its ends, and age, years and offences of the record.
    Classify(ClassifyArgs),
    /// Show how many people of a cohort of dated careers reoffended, by years at liberty.
    Recidivism(RecidivismArgs),
    /// Draw people who do not exist, like those of the published study, with their true profiles.
    Synth(SynthArgs),
    /// Fit models over a range of groups, degrees and families, compare them, and write table and picture.
    Select(SelectArgs),
    /// Score one case or many with a published risk instrument: one JSON line a case, in order.
    Score(ScoreArgs),
    /// List the bundled risk instruments, show one, or run a file of golden vectors.
    Instruments(InstrumentsArgs),
    /// Show whether predicted probabilities are right for people of whom the outcome is known.
    Validate(Box<ValidateArgs>),
    /// Make a recalibrated version of an instrument from cases and what came of them.
    Recalibrate(RecalibrateArgs),
    /// Watch a stream of assessments: are outcomes and scores still what they were?
    Drift(DriftArgs),
    /// Write the papers of an instrument or a model: card, algorithm register, reporting standard, AI Act.
    Card(CardArgs),
    /// Show the indicators of the justice chain by year, from events of cases.
    Monitor(Box<MonitorArgs>),
    /// Show what two groups of people can tell of an intervention, and what they tell.
    Effect(Box<EffectArgs>),
    /// Count people who are victims and offenders both, by a definition that you state.
    Overlap(Box<OverlapArgs>),
    /// Show the share of victims who are registered once more, by a definition that you state.
    Repeat(Box<RepeatArgs>),
    /// Draft what a professional needs for an advice, make the final one of it with their judgement, and keep the record.
    Advise(Box<AdviseArgs>),
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) model: ProfileModelArgs,
    #[command(flatten)]
    pub(crate) covariates: MembershipArgs,
    /// Directory for model.json, profiles.csv, trajectories.svg and report.html; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-out")]
    pub(crate) out: PathBuf,
    /// Language of the table, the picture and the report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Print one JSON object with everything of the fit, what it was chosen from included, in full precision, instead of
    /// the table. Small groups are not hidden in it.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Lowest value of the scale (cnorm): values at it are known to be at most that.
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) floor: Option<f64>,
    /// Highest value of the scale (cnorm).
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) ceiling: Option<f64>,
    #[command(flatten)]
    pub(crate) covariates: MembershipArgs,
    /// Write the model to this file.
    #[arg(long = "model", value_name = "OUT.json")]
    pub(crate) out: Option<PathBuf>,
    /// Do not hold the people in memory: for tables of one row per person that are larger than it. The search is made on
    /// 40,000 people drawn by a hash of their identifiers, and its best optima climb on everybody.
    #[arg(long, conflicts_with = "file")]
    pub(crate) stream: bool,
    #[command(flatten)]
    pub(crate) scratch: ScratchArgs,
    /// Store finished passes over the people in this file, and go on from it when it is there.
    #[arg(long, value_name = "FILE", requires = "stream")]
    pub(crate) resume: Option<PathBuf>,
    /// Print one JSON object with everything, in full precision, instead of tables. Small groups are not hidden in it.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show groups of fewer than 10 persons in numbers.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MembershipArgs {
    /// Table of person covariates, found by `id`; goes with --membership, and in `profile` with --family and --groups.
    #[arg(long = "covariates", value_name = "FILE", requires = "membership")]
    pub(crate) file: Option<PathBuf>,
    /// Covariates of group membership (multinomial logit, estimated with the curves), columns of --covariates.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', requires = "file")]
    pub(crate) membership: Vec<String>,
    /// Covariates that are categories: each category but the first becomes a covariate of 0 and 1. A Stata variable with
    /// labels is one anyway.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', requires = "membership")]
    pub(crate) categorical: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ScratchArgs {
    /// Folder for what is known of the people while --stream goes on, in files without a name that are gone with the
    /// run; the system's folder for temporary files without it.
    #[arg(long, value_name = "DIR", requires = "stream")]
    scratch: Option<PathBuf>,
}

impl ScratchArgs {
    pub(crate) fn folder(&self) -> PathBuf {
        self.scratch.clone().unwrap_or_else(std::env::temp_dir)
    }
}

#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Families to try: poisson, zip, zip-tau, negbin, zinb, negmult, bernoulli.
    #[arg(long, value_name = "F,..", default_value = "zip", value_delimiter = ',', value_parser = family)]
    family: Vec<Family>,
    /// Numbers of groups to try: `1-8`, or one.
    #[arg(long, value_name = "K-K", default_value = "1-8", value_parser = range)]
    groups: [usize; 2],
    /// Degrees to try, all groups alike: `1-3`, or one.
    #[arg(long, value_name = "D-D", default_value = "1-3", value_parser = range)]
    degree: [usize; 2],
    /// Degree of the zero parts (zip and zinb) of every model; as the curves without it.
    #[arg(long, value_name = "D")]
    zero_degree: Option<usize>,
    /// From the best model of each number of groups, lower degrees group by group while the criterion improves.
    #[arg(long)]
    eliminate: bool,
    /// Number of random starts of each model.
    #[arg(long, value_name = "N", default_value_t = 40)]
    starts: usize,
    /// Do not look for better optima next door to those of the starts (zip): seconds instead of minutes, for a first
    /// look; log-likelihoods of zip models may be too low.
    #[arg(long)]
    pub(crate) starts_only: bool,
    /// Seed of the random starts: the same seed gives the same result, on any number of threads.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// What models are ranked by: bic-persons, bic-observations, aic or icl.
    #[arg(long, value_name = "C", default_value = "bic-persons", value_parser = criterion)]
    criterion: SelectionCriterion,
    /// Show shares of groups of fewer than 10 persons. They are in selection.csv and in JSON in any case.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    /// Store finished models in this file, and go on from it when it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Work out how stable the groups of the best model, and of the smallest within reach, are: draw people again
    /// this many times and search anew (0: not). Takes as long as so many fits.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) stability: usize,
    /// Number of random starts of each of those searches; 0 climbs from the model's own groups, which is fast and
    /// cannot find others.
    #[arg(long, value_name = "N", default_value_t = 8, requires = "stability")]
    stability_starts: usize,
    /// Directory for selection.csv, selection.svg and grolts.json; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-select")]
    pub(crate) out: PathBuf,
    /// Print one JSON object with everything, in full precision, instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// Distribution of the values: counts are poisson, zip, zip-tau, negbin, zinb or negmult (negative multinomial:
    /// Poisson times a factor that each person keeps; also negative-multinomial); bernoulli looks at any event or none; cnorm is for scale scores, beta for fractions (both with `fit` only).
    #[arg(long, default_value = "zip", value_parser = family)]
    family: Family,
    /// Number of groups.
    #[arg(long, value_name = "K", default_value_t = 4)]
    groups: usize,
    /// Degree of the polynomials in age: one for all groups, or one a group.
    #[arg(long, value_name = "D,..", default_value = "3", value_delimiter = ',')]
    degree: Vec<usize>,
    /// Degree of the zero parts (zip and zinb): one for all groups, or one a group; as --degree without it.
    #[arg(long, value_name = "D,..", value_delimiter = ',')]
    zero_degree: Option<Vec<usize>>,
    /// One dispersion (negbin, zinb), variance of the factor (negmult), standard deviation (cnorm) or precision (beta) for all groups.
    #[arg(long)]
    common_dispersion: bool,
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

impl ModelArgs {
    /// The family asked for.
    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// The model of one series of values.
    pub(crate) fn spec(&self, series: &str, bounds: Option<[f64; 2]>) -> Spec {
        let mut outcome = OutcomeSpec::new(series, self.family)
            .degrees(self.degree.iter().copied())
            .common_dispersion(self.common_dispersion);
        if let Some(degrees) = &self.zero_degree {
            outcome = outcome.zero_degrees(degrees.iter().copied());
        }
        if let Some([floor, ceiling]) = bounds {
            outcome = outcome.bounds(floor, ceiling);
        }
        let spec = Spec::new(self.groups).outcome(outcome).starts(self.starts).seed(self.seed);
        match self.threads {
            Some(threads) => spec.threads(threads),
            None => spec,
        }
    }

    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

impl SelectArgs {
    pub(crate) fn options(&self) -> Result<SelectionOptions, String> {
        if let Some(other) = self.family.iter().find(|f| matches!(f, Family::CensoredNormal | Family::Beta)) {
            return Err(format!("the family {other} is not for counts: it goes with `fit`"));
        }
        let mut options = SelectionOptions::new()
            .families(self.family.iter().copied())
            .groups(self.groups[0]..=self.groups[1])
            .degrees(self.degree[0]..=self.degree[1])
            .eliminate(self.eliminate)
            .starts(self.starts)
            .neighbours(!self.starts_only)
            .seed(self.seed)
            .criterion(self.criterion);
        if let Some(degree) = self.zero_degree {
            options = options.zero_degree(degree);
        }
        Ok(match self.threads {
            Some(threads) => options.threads(threads),
            None => options,
        })
    }

    /// The bootstrap that shows how stable groups are, when it was asked for.
    pub(crate) fn bootstrap(&self) -> Option<BootstrapOptions> {
        let options = BootstrapOptions::new(Resampling::Case)
            .replicates(self.stability)
            .starts(self.stability_starts)
            .seed(self.seed);
        let options = match self.threads {
            Some(threads) => options.threads(threads),
            None => options,
        };
        (self.stability > 0).then_some(options)
    }
}

/// `1-8`, or one number.
fn range(text: &str) -> Result<[usize; 2], String> {
    let number = |t: &str| t.trim().parse::<usize>().map_err(|_| format!("`{text}` is not a range such as 1-8"));
    let (least, most) = text.split_once('-').unwrap_or((text, text));
    match [number(least)?, number(most)?] {
        [least, most] if least > most => Err(format!("{least} is above {most}")),
        range => Ok(range),
    }
}

fn criterion(text: &str) -> Result<SelectionCriterion, String> {
    text.parse().map_err(|error: Error| error.to_string())
}

pub(crate) fn family(text: &str) -> Result<Family, String> {
    let text = if text == "negative-multinomial" { Family::NegMultinomial.key() } else { text };
    text.parse().map_err(|error: Error| error.to_string())
}
