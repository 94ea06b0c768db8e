//! Arguments of `advise`.

use crate::args::Lang;
use clap::{Args, Subcommand};
use pleegprofiel::profile::classify::ClassifyOptions;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct AdviseArgs {
    #[command(subcommand)]
    pub(crate) command: Option<AdviseCommand>,
    #[command(flatten)]
    pub(crate) draft: DraftArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DraftArgs {
    /// A dossier (`pleegprofiel advise schema` prints its JSON Schema); with --lines one a line. `-` is standard input.
    #[arg(value_name = "DOSSIER.json", required = true)]
    pub(crate) dossier: Option<PathBuf>,
    /// Directory for draft.json, draft.html and record.jsonl; made when it is not there.
    #[arg(long, value_name = "DIR", default_value = "pleegprofiel-advice")]
    pub(crate) out: PathBuf,
    /// Language of the sentences.
    #[arg(long, value_enum, default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    /// Read one dossier a line and print one draft a line, in order; nothing is written to DIR. A dossier that cannot be
    /// used gives a line with `line` and `error`.
    #[arg(long, conflicts_with = "out")]
    pub(crate) lines: bool,
    /// Add a line for every assessment to this record instead of DIR/record.jsonl; with --lines there is none without it.
    #[arg(long, value_name = "LOG")]
    pub(crate) record: Option<PathBuf>,
    /// Simulated people that a career is judged against; as many as `classify` takes. Fewer are faster, and figures of how
    /// unusual a history is are then less exact.
    #[arg(long, value_name = "N", default_value_t = ClassifyOptions::default().people)]
    pub(crate) people: usize,
    /// The caller's interventions (`pleegprofiel advise template` prints a form); none are shipped.
    #[arg(long, value_name = "FILE")]
    pub(crate) interventions: Option<PathBuf>,
    /// Instrument files that dossiers may ask for beside the bundled ones.
    #[arg(long, value_name = "FILE,..", value_delimiter = ',')]
    pub(crate) instruments: Vec<PathBuf>,
    /// Headings in the place of this program's: a JSON object of texts.
    #[arg(long, value_name = "FILE", conflicts_with = "lines")]
    pub(crate) headings: Option<PathBuf>,
}

/// Where a step is written.
#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    /// Directory for the files; that of the first file named without it.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// The record, instead of DIR/record.jsonl: the one that holds the assessment of this draft.
    #[arg(long, value_name = "LOG")]
    pub(crate) record: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdviseCommand {
    /// Make a final advice of a draft and a professional's judgement, all steps in one: advice.json and advice.html, and a
    /// line in the record. `judge`, `show` and `finalise` take them one by one.
    Complete {
        /// The draft, as `advise` wrote it.
        #[arg(value_name = "DRAFT.json")]
        draft: PathBuf,
        /// The judgement: own estimates, a stance on every instrument, what is advised, the person's reaction, who makes it
        /// final and when. A second final advice of a draft says in `final` which it takes the place of and why: `replaces`
        /// with `advice`, its hash, and `reason`; the first stays in the record.
        #[arg(value_name = "JUDGEMENT.json")]
        judgement: PathBuf,
        #[command(flatten)]
        to: StepArgs,
        /// Headings in the place of this program's.
        #[arg(long, value_name = "FILE")]
        headings: Option<PathBuf>,
    },
    /// The first step by itself: judge a draft. Writes judged.json, and judged.html to show to the person.
    Judge {
        /// The draft, as `advise` wrote it.
        #[arg(value_name = "DRAFT.json")]
        draft: PathBuf,
        /// The judgement, without `reaction` and `final`.
        #[arg(value_name = "JUDGEMENT.json")]
        judgement: PathBuf,
        #[command(flatten)]
        to: StepArgs,
        /// Headings in the place of this program's.
        #[arg(long, value_name = "FILE")]
        headings: Option<PathBuf>,
    },
    /// The second: add what the person said when it was shown to them, or why they did not. Writes shown.json.
    Show {
        /// The judged draft, as `advise judge` wrote it.
        #[arg(value_name = "JUDGED.json")]
        judged: PathBuf,
        /// `format`, `format_version` and `draft` as in a judgement, and `reaction`.
        #[arg(value_name = "REACTION.json")]
        reaction: PathBuf,
        #[command(flatten)]
        to: StepArgs,
    },
    /// The last: make it final. Writes advice.json and advice.html.
    Finalise {
        /// What was shown, as `advise show` wrote it.
        #[arg(value_name = "SHOWN.json")]
        shown: PathBuf,
        /// `format`, `format_version` and `draft` as in a judgement, and `final`: who, when and which levels are approved,
        /// and which final advice this one replaces, if there is one of the draft.
        #[arg(value_name = "SIGNATURE.json")]
        signature: PathBuf,
        #[command(flatten)]
        to: StepArgs,
        /// Headings in the place of this program's.
        #[arg(long, value_name = "FILE")]
        headings: Option<PathBuf>,
    },
    /// Print a judgement of a draft to fill in: every key, and what can be chosen where there is a choice. For `complete`,
    /// or in parts for `judge`, `show` and `finalise`.
    Form {
        /// The draft, as `advise` wrote it.
        #[arg(value_name = "DRAFT.json")]
        draft: PathBuf,
    },
    /// Hold a record against its chain of hashes: lines changed, taken away or moved are named, and so are steps without an
    /// assessment and second final advices of a draft. Exit code 1 when there are any.
    Verify {
        /// The record.
        #[arg(value_name = "LOG")]
        log: PathBuf,
        /// Hash of its last line, kept elsewhere: then lines taken from the end are found as well.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Show how often professionals departed from instruments, in which direction, by instrument and by group. A draft
    /// counts once, with the last decision on it.
    Monitor {
        /// Records, each once.
        #[arg(value_name = "LOG", required = true)]
        logs: Vec<PathBuf>,
        /// Language of what is printed.
        #[arg(long, value_enum, default_value_t = Lang::En)]
        lang: Lang,
        /// Print one JSON line a row.
        #[arg(long)]
        json: bool,
        /// Show groups of fewer than 10 judgements in numbers.
        #[arg(long)]
        show_small_cells: bool,
    },
    /// Print the JSON Schema of dossiers.
    Schema,
    /// Print a form for a catalogue of interventions.
    Template,
}
