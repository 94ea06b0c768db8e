//! Arguments of the commands about whether numbers are right: validation and drift.

use crate::args::Lang;
use crate::args_table::ValueArgs;
use crate::failure::Failure;
use clap::{Args, ValueEnum};
use pleegprofiel::{cohort::table::DateFormat, validation::OutcomeWords};
use std::path::PathBuf;

/// Of tables of outcomes: what they are called, and what becomes of those that are not known.
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// Leave out rows in which a value is missing, and say how many, instead of refusing them.
    #[arg(long)]
    pub(crate) drop_missing: bool,
    /// Values of an outcome that happened, where that is not 1 (`ja`, `2`).
    #[arg(long, value_name = "V,..", value_delimiter = ',', requires = "not_happened", allow_hyphen_values = true)]
    happened: Vec<String>,
    /// Values of an outcome that did not happen, where that is not 0 (`nee`, `1`).
    #[arg(long, value_name = "V,..", value_delimiter = ',', requires = "happened", allow_hyphen_values = true)]
    not_happened: Vec<String>,
}

impl OutcomeArgs {
    pub(crate) fn words(&self) -> Result<Option<OutcomeWords>, Failure> {
        if self.happened.is_empty() {
            return Ok(None);
        }
        if let Some(both) = self.happened.iter().find(|word| self.not_happened.contains(word)) {
            return Err(Failure::Usage(format!("{both} cannot stand for what happened and for what did not")));
        }
        Ok(Some(OutcomeWords { happened: self.happened.clone(), not: self.not_happened.clone() }))
    }
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Table of people with predictions and what came of them (CSV, or what a build with `parquet` and `stata` reads);
    /// with --instrument the cases to score, as for `score`.
    #[arg(value_name = "PREDICTIONS.csv|CASES.json")]
    pub(crate) predictions: PathBuf,
    /// With --instrument: table of outcomes, a row a case in the order of the cases.
    #[arg(value_name = "OUTCOMES.csv", requires = "instrument")]
    pub(crate) outcomes: Option<PathBuf>,
    /// Score the cases with this instrument (name or file), and validate its probabilities.
    #[arg(long, value_name = "NAME", requires = "outcomes", conflicts_with_all = ["time", "weight", "compare"])]
    pub(crate) instrument: Option<String>,
    /// What `classify` printed of people whose profile is known (PREDICTIONS.csv): do its posteriors and sets mean what
    /// they say? Needs --truth.
    #[arg(long, requires = "truth", conflicts_with_all = ["instrument", "time", "outcome", "weight", "compare", "probability", "flat", "group"])]
    pub(crate) profiles: bool,
    /// With --profiles: table of `id` and `profile`, as `synth` writes it in truth.csv.
    #[arg(long, value_name = "TRUTH.csv", requires = "profiles")]
    pub(crate) truth: Option<PathBuf>,
    /// Columns of predicted probabilities, from 0 to 1; with --instrument names of its results (`probability_2y`).
    #[arg(long, value_name = "COL,..", value_delimiter = ',')]
    pub(crate) probability: Vec<String>,
    /// Another column of probabilities to set beside them.
    #[arg(long, value_name = "COL")]
    pub(crate) compare: Vec<String>,
    /// Column of the outcome: 0 did not happen, 1 happened.
    #[arg(long, value_name = "COL", conflicts_with = "time")]
    pub(crate) outcome: Option<String>,
    /// Column of sampling weights, in any unit: intervals do not change with it.
    #[arg(long, value_name = "COL", requires = "outcome")]
    pub(crate) weight: Option<String>,
    /// Column of the time from the index date to the end of follow-up.
    #[arg(long, value_name = "COL", requires = "status")]
    pub(crate) time: Option<String>,
    /// Column of how follow-up ended: `0` or `censored`, `1` or `event`, `2` or `competing` (someone who died or left).
    #[arg(long, value_name = "COL", visible_alias = "event", requires = "time")]
    pub(crate) status: Option<String>,
    /// Columns of scores on any scale, higher meaning riskier (with --time).
    #[arg(long, value_name = "COL,..", value_delimiter = ',', requires = "time")]
    pub(crate) score: Vec<String>,
    /// Predicted probability of the event by a horizon: `12=risk12,24=risk24` (with --time).
    #[arg(long, value_name = "H=COL,..", value_delimiter = ',', value_parser = risk, requires = "time")]
    pub(crate) risk: Vec<(f64, String)>,
    /// Times at which figures are wanted; with --probability, the horizon of that probability.
    #[arg(long, value_name = "H,..", visible_alias = "horizon", value_delimiter = ',', requires = "time")]
    pub(crate) horizons: Vec<f64>,
    /// Column of a protected characteristic; given twice, also each crossing.
    #[arg(long, value_name = "COL", requires = "outcome")]
    pub(crate) group: Vec<String>,
    /// Risk from which someone is selected (at least it), by which groups are compared [default: 0.5].
    #[arg(long, value_name = "P", requires = "group")]
    pub(crate) threshold: Option<f64>,
    /// Print every figure as one flat JSON object: for programs, with figures of few people shown.
    #[arg(long, conflicts_with = "json")]
    pub(crate) flat: bool,
    /// Print the tables as JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Directory for report.html with calibration plot, ROC, decision curve and groups.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Show figures of fewer than 10 people. Without it a range of risk, a threshold, a rate of a group or a figure by a time
    /// or of a profile is shown only where 10 people with and 10 without the outcome are behind it and behind whatever is
    /// left, and nothing where there are no 10 of either.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    /// Language of tables and report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    #[command(flatten)]
    pub(crate) outcomes_are: OutcomeArgs,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
}

#[derive(Debug, Args)]
pub(crate) struct RecalibrateArgs {
    /// Short name of a bundled instrument, or an instrument file.
    #[arg(value_name = "INSTRUMENT")]
    pub(crate) instrument: String,
    /// The cases, as for `score`.
    #[arg(value_name = "CASES.json", required_unless_present = "template")]
    pub(crate) cases: Option<PathBuf>,
    /// Table of outcomes, a row a case in the order of the cases.
    #[arg(value_name = "OUTCOMES.csv", required_unless_present = "template")]
    pub(crate) outcomes: Option<PathBuf>,
    /// Column of the outcome (0 or 1) by horizon: `2y=reoffended`; more with commas.
    #[arg(long, value_name = "HORIZON=COL,..", value_delimiter = ',', value_parser = of_horizon,
        required_unless_present = "template")]
    pub(crate) outcome: Vec<(String, String)>,
    /// What is fitted.
    #[arg(long, value_enum, default_value_t = MapMethod::Intercept)]
    pub(crate) method: MapMethod,
    /// What the new version is and stands on, as --template prints it.
    #[arg(long, value_name = "VERSION.json", required_unless_present = "template")]
    pub(crate) about: Option<PathBuf>,
    /// File for the new instrument; only shown what it would be without.
    #[arg(long, value_name = "NEW.json")]
    pub(crate) out: Option<PathBuf>,
    /// Print a VERSION.json to fill in.
    #[arg(long)]
    pub(crate) template: bool,
    #[command(flatten)]
    pub(crate) outcomes_are: OutcomeArgs,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MapMethod {
    /// The level: `logit P = a + logit p`
    Intercept,
    /// Level and spread: `logit P = a + b logit p`
    Slope,
    /// The rising map closest to the outcomes
    Isotonic,
}

fn of_horizon(text: &str) -> Result<(String, String), String> {
    let (horizon, column) = text.split_once('=').ok_or("give a horizon and a column: 2y=reoffended")?;
    Ok((horizon.trim().to_owned(), column.trim().to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    /// A stream, one assessment a row in order of time; or with --flat a table of counts (`points`, `reference`,
    /// `current`) or of a sequence (`p`, `y`).
    #[arg(value_name = "STREAM.csv")]
    pub(crate) stream: PathBuf,
    /// Column of predicted probabilities.
    #[arg(long, value_name = "COL", default_value = "p")]
    pub(crate) probability: String,
    /// Column of the outcome, 0 or 1.
    #[arg(long, value_name = "COL", default_value = "y")]
    pub(crate) outcome: String,
    /// Column of dates (yyyy-mm-dd or yyyy-mm), needed for periods of the calendar.
    #[arg(long, value_name = "COL")]
    pub(crate) date: Option<String>,
    /// How dates are written: `d-m-yyyy`, `yyyymmdd`, .., or day numbers of `excel`, `stata`, `sas`, `spss`.
    #[arg(long, value_name = "FORMAT", requires = "date")]
    pub(crate) date_format: Option<DateFormat>,
    /// Length of a period: `month`, `quarter` or `year`, or a number of assessments.
    #[arg(long, value_name = "PERIOD", default_value = "1000")]
    pub(crate) period: String,
    /// Columns of answers: the part that is unknown (empty, `NA` or `unknown`) is watched.
    #[arg(long, value_name = "COL,..", value_delimiter = ',')]
    pub(crate) answer: Vec<String>,
    /// Column of overrides, 1 where a worker departed from the result: their part is watched.
    #[arg(long, value_name = "COL")]
    pub(crate) r#override: Option<String>,
    /// One false alarm in so many assessments on average, for each chart.
    #[arg(long, value_name = "N", default_value_t = 440_000.0)]
    pub(crate) false_alarm_every: f64,
    /// First assessments that the others are compared with.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) reference: usize,
    /// Score values to take together in the index of a table of counts: `10..12`.
    #[arg(long, value_name = "FROM..TO", value_parser = range)]
    pub(crate) merge: Option<(f64, f64)>,
    /// Print every figure as one flat JSON object: for programs, with figures of few people shown.
    #[arg(long)]
    pub(crate) flat: bool,
    /// Print JSON lines, one a period.
    #[arg(long, conflicts_with = "flat")]
    pub(crate) json: bool,
    /// Directory for report.html with the charts.
    #[arg(long, value_name = "DIR", conflicts_with = "flat")]
    pub(crate) out: Option<PathBuf>,
    /// Show figures of fewer than 10 people. Without it a share of a period is shown only where 10 people with and 10 without
    /// the outcome or the mark are behind it and behind whatever is left, and nothing of a period of fewer than 10 people.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    /// Language of table and report.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    #[command(flatten)]
    pub(crate) outcomes_are: OutcomeArgs,
    #[command(flatten)]
    pub(crate) values: ValueArgs,
}

fn risk(text: &str) -> Result<(f64, String), String> {
    let (horizon, column) = text.split_once('=').ok_or("give a horizon and a column: 12=risk12")?;
    let horizon: f64 = horizon.trim().parse().map_err(|_| format!("{horizon} is not a number"))?;
    Ok((horizon, column.trim().to_owned()))
}

fn range(text: &str) -> Result<(f64, f64), String> {
    let (from, to) = text.split_once("..").ok_or("give two values: 10..12")?;
    match (from.trim().parse(), to.trim().parse()) {
        (Ok(from), Ok(to)) if from <= to => Ok((from, to)),
        _ => Err(format!("{text} is not a range of values, as 10..12 is")),
    }
}

#[derive(Debug, Args)]
pub(crate) struct CardArgs {
    /// Short name of a bundled instrument, an instrument file, a model as `fit --model` writes it, or `reference`.
    #[arg(value_name = "SUBJECT")]
    pub(crate) subject: String,
    /// Which paper.
    #[arg(long, value_enum, default_value_t = CardFormat::Model)]
    pub(crate) format: CardFormat,
    /// Write it to this file instead of printing it.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CardFormat {
    /// Model card, Markdown
    Model,
    /// Entry of the Dutch algorithm register, publication standard 1.0.0, YAML
    Register,
    /// System card of the Dutch reporting standard 0.1a14, YAML
    Reporting,
    /// What the AI Act asks for high-risk use, Markdown
    AiAct,
}
