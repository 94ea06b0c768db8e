//! The arguments and what they mean to the library.

use clap::{Args, Parser, Subcommand, ValueEnum};
use pleegprofiel::{
    Cohort, CsvOptions, CsvSource, Error, Family, FitOptions, Language, ModelSpec, OutcomeSpec, PersonTable,
    SelectionCriterion, SelectionOptions, ValueTable, read_cohort, read_person_table, read_values,
};
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
pub(crate) struct ClassifyArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) model: ModelChoice,
    /// Print one JSON object a line instead of a CSV table.
    #[arg(long)]
    pub(crate) json: bool,
    /// With --json: add what every age contributed, the path of the posterior, what could still change it, the forecast
    /// and the resolution.
    #[arg(long, requires = "json")]
    pub(crate) explain: bool,
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
    /// A model as `fit --model` or `profile` writes it.
    #[arg(long, value_name = "MODEL.json")]
    pub(crate) model: Option<PathBuf>,
    /// The reference model of this crate, reconstructed from published margins.
    #[arg(long)]
    pub(crate) reference: bool,
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
    /// Lowest value of the scale (cnorm): values at it are known to be at most that.
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) floor: Option<f64>,
    /// Highest value of the scale (cnorm).
    #[arg(long, value_name = "VALUE", allow_negative_numbers = true)]
    pub(crate) ceiling: Option<f64>,
    /// Table of person covariates, found by `id`; goes with --membership.
    #[arg(long, value_name = "FILE", requires = "membership")]
    pub(crate) covariates: Option<PathBuf>,
    /// Covariates of group membership (multinomial logit, estimated with the curves), columns of --covariates.
    #[arg(long, value_name = "NAME,..", value_delimiter = ',', requires = "covariates")]
    pub(crate) membership: Vec<String>,
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
pub(crate) struct SynthArgs {
    /// Number of persons.
    #[arg(long, value_name = "N")]
    pub(crate) persons: u64,
    /// Seed: the same seed gives the same people, on any number of threads.
    #[arg(long, value_name = "S")]
    pub(crate) seed: u64,
    /// Directory for people, offences, custody, persons, counts, exposure and truth, each a .csv file.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-synthetic")]
    pub(crate) out: PathBuf,
    /// Print one JSON line a person instead of writing files.
    #[arg(long, conflicts_with = "out")]
    pub(crate) json: bool,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct RecidivismArgs {
    /// Table of people: `id, birth, from, to` and, if wanted, `end`; observed from `from` up to, not including, `to`.
    #[arg(value_name = "PEOPLE.csv")]
    pub(crate) people: PathBuf,
    /// Table of offences: `id, committed, offence` and, if wanted, `severity` and `case`.
    #[arg(value_name = "OFFENCES.csv")]
    pub(crate) offences: PathBuf,
    /// Table of stays in custody: `id, from, to`.
    #[arg(long, value_name = "FILE")]
    pub(crate) custody: Option<PathBuf>,
    /// Table with a column of groups to tell apart.
    #[arg(long, value_name = "FILE", requires = "by")]
    pub(crate) groups: Option<PathBuf>,
    /// The column of it.
    #[arg(long, value_name = "COLUMN", requires = "groups")]
    pub(crate) by: Option<String>,
    /// What counts as reoffending.
    #[arg(long, value_enum, default_value_t = Criterion::Any)]
    pub(crate) criterion: Criterion,
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
    /// Print one JSON line a figure instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
    /// Show figures of fewer than 10 persons.
    #[arg(long)]
    pub(crate) show_small_cells: bool,
    /// What stands between two values: `,` `;` `|` or `tab`.
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    delimiter: u8,
}

impl RecidivismArgs {
    pub(crate) fn csv_options(&self) -> CsvOptions {
        CsvOptions::new().delimiter(self.delimiter)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Criterion {
    /// Any new offence
    Any,
    /// Of at least --severity
    Serious,
    /// Of the category of the index offence
    SameKind,
    /// Trafficking in human beings
    Trafficking,
}

#[derive(Debug, Args)]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    /// Families to try: poisson, zip, zip-tau, negbin, zinb, bernoulli.
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
    /// Seed of the random starts: the same seed gives the same result, on any number of threads.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Number of threads; all by default.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// What models are ranked by: bic-persons, bic-observations, aic or icl.
    #[arg(long, value_name = "C", default_value = "bic-persons", value_parser = criterion)]
    criterion: SelectionCriterion,
    /// Store finished models in this file, and go on from it when it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) resume: Option<PathBuf>,
    /// Directory for selection.csv, selection.svg and grolts.json; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-select")]
    pub(crate) out: PathBuf,
    /// Print one JSON object with everything, in full precision, instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
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
    /// Distribution of the values: counts are poisson, zip, zip-tau, negbin or zinb; bernoulli looks at any
    /// event or none; cnorm is for scale scores, beta for fractions (both with `fit` only).
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
    /// One dispersion (negbin, zinb), standard deviation (cnorm) or precision (beta) for all groups.
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

impl InputArgs {
    /// Reads a table of values that are no counts.
    pub(crate) fn read_values(&self) -> Result<ValueTable, Error> {
        read_values(CsvSource::open(&self.counts)?, &CsvOptions::new().delimiter(self.delimiter))
    }

    /// Reads covariates of the people of a cohort.
    pub(crate) fn read_covariates(
        &self,
        file: &PathBuf,
        cohort: &Cohort,
        names: &[String],
    ) -> Result<PersonTable, Error> {
        read_person_table(CsvSource::open(file)?, cohort, names, &CsvOptions::new().delimiter(self.delimiter))
    }

    /// Whether time at risk is given.
    pub(crate) fn has_exposure(&self) -> bool {
        self.exposure.is_some()
    }

    /// Reads the cohort.
    pub(crate) fn read(&self) -> Result<Cohort, Error> {
        let counts = CsvSource::open(&self.counts)?;
        let exposure = self.exposure.as_ref().map(CsvSource::open).transpose()?;
        read_cohort(counts, exposure, &CsvOptions::new().delimiter(self.delimiter))
    }
}

impl ModelArgs {
    /// The family asked for.
    pub(crate) fn family(&self) -> Family {
        self.family
    }

    /// The model of one series of values.
    pub(crate) fn spec(&self, series: &str, bounds: Option<[f64; 2]>) -> ModelSpec {
        let mut outcome = OutcomeSpec::new(series, self.family)
            .degrees(self.degree.iter().copied())
            .common_dispersion(self.common_dispersion);
        if let Some(degrees) = &self.zero_degree {
            outcome = outcome.zero_degrees(degrees.iter().copied());
        }
        if let Some([floor, ceiling]) = bounds {
            outcome = outcome.bounds(floor, ceiling);
        }
        let spec = ModelSpec::new(self.groups).outcome(outcome).starts(self.starts).seed(self.seed);
        match self.threads {
            Some(threads) => spec.threads(threads),
            None => spec,
        }
    }

    pub(crate) fn options(&self) -> FitOptions {
        let mut options = FitOptions::new(self.family)
            .groups(self.groups)
            .degrees(self.degree.iter().copied())
            .starts(self.starts)
            .seed(self.seed)
            .common_dispersion(self.common_dispersion);
        if let Some(degrees) = &self.zero_degree {
            options = options.zero_degrees(degrees.iter().copied());
        }
        match self.threads {
            Some(threads) => options.threads(threads),
            None => options,
        }
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
    let known = || SelectionCriterion::ALL.map(SelectionCriterion::key).join(", ");
    SelectionCriterion::ALL
        .into_iter()
        .find(|c| c.key() == text)
        .ok_or_else(|| format!("not a criterion: use {}", known()))
}

fn family(text: &str) -> Result<Family, String> {
    let known = || Family::ALL.map(Family::key).join(", ");
    Family::ALL.into_iter().find(|family| family.key() == text).ok_or_else(|| format!("not a family: use {}", known()))
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
