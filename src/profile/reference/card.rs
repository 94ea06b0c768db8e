//! The card of the reference model: what it is, what it reproduces, what it assumes, and how much hangs on that.
//!
//! Belongs here: the card and its rendering. Does not belong here: working out its numbers (`synthetic`).

use super::published::{FigureSource, MANY, PUBLISHED, PublishedFigure};
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// The name of the reference model; it says what it is.
pub const REFERENCE_NAME: &str = "brede-blik-2024-reconstruction";

/// Simulated figures this many standard errors from what was published still agree with it.
const AGREES: f64 = 3.0;

/// A published figure beside what the model reproduces.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFigure {
    /// Key of the figure in [`PUBLISHED`].
    pub key: String,
    /// What was published: lowest and highest value that agree with it.
    pub published: [f64; 2],
    /// Where it was published.
    pub source: FigureSource,
    /// What the model reproduces.
    pub simulated: f64,
    /// Standard error of the simulation.
    pub se: f64,
    /// Whether the calibration sought it.
    pub sought: bool,
    /// Whether it agrees, give or take three standard errors.
    pub reproduced: bool,
    /// Why it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl CardFigure {
    /// A figure held against its publication.
    pub fn new(figure: &PublishedFigure, simulated: f64, se: f64) -> CardFigure {
        let reproduced = simulated >= figure.low - AGREES * se && simulated <= figure.high + AGREES * se;
        CardFigure {
            key: figure.key.to_owned(),
            published: [figure.low, figure.high],
            source: figure.source,
            simulated,
            se,
            sought: figure.scale > 0.0,
            reproduced,
            reason: (!reproduced).then(|| reason(figure.key).to_owned()),
        }
    }

    fn published_figure(&self) -> Option<&'static PublishedFigure> {
        PUBLISHED.iter().find(|figure| figure.key == self.key)
    }
}

/// What the published figures say of lasting differences between people of one profile.
fn lasting_words(tried: &[(f64, f64)]) -> String {
    let Some(best) = tried.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else { return String::new() };
    let reached: Vec<String> = tried.iter().map(|(v, objective)| format!("{objective:.1} at {v}")).collect();
    format!(
        " People of one profile may differ for good, by a gamma factor of mean 1 on all their rates: the calibration was made \
         anew for each of several variances of it, and its objective (lower is better) ends at {}. The model has {}.",
        reached.join(", "),
        best.0
    )
}

/// Why a figure cannot be reproduced together with the others.
fn reason(key: &str) -> &'static str {
    match key {
        "trafficking-window" => {
            "9 % within 5 years at liberty is a hazard of 0.019 a year; at that pace 24 % takes 14.5 years at liberty, and \
             nobody whose first case was registered in 2008-2017 can have been followed so long on average. The 24 % may \
             count trafficking beside or before the case of the study; the 9 % is kept"
        }
        "under-23" | "young-reoffenders" => {
            "it is of the monitor's own offenders (2017-2021), not of the 630; with 6 % minors and 52 % of the adults below \
             25, 55 % of the 630 are below 25, and a third below 23 would put 22 in a hundred into two years of age"
        }
        "under-23-known" => {
            "the offenders known in 2015-2019 are not the 630, and a fifth below 23 goes neither with the monitor's third \
             nor with 52 % of the adults below 25"
        }
        "reoffended-2" | "reoffended-5" | "reoffended-7" => {
            "the monitor's offenders are not the 630; their three figures fall with time faster or slower than four groups \
             at the published shares do while the others are met"
        }
        _ => "no place found where this figure is met together with the others",
    }
}

/// How far one figure moves when an assumption changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Key of the figure.
    pub figure: String,
    /// Change of its value; of a share as a probability.
    pub by: f64,
}

/// An assumption: something the model needs and nobody published.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// What is assumed.
    pub what: String,
    /// What it was changed to, everything else kept; empty when it cannot be changed by a number.
    pub changed_to: String,
    /// How far each of the chosen figures moves then.
    pub moves: Vec<Move>,
}

/// How the posteriors of the reference model do on careers drawn from its own career model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recognition {
    /// Last age seen, in completed years.
    pub up_to_age: u32,
    /// Share of people whose most likely profile is the true one.
    pub right: f64,
    /// Mean posterior probability of the most likely profile: equal to `right` when calibrated.
    pub claimed: f64,
}

/// What answers at the index offence are worth when an assumption does not hold: of people drawn with it changed, cut at the
/// end of the year of age of that offence, and answered by the model as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerMove {
    /// What is assumed; empty for the model as it is.
    pub what: String,
    /// What it was changed to.
    pub changed_to: String,
    /// Mean posterior probability of the likeliest profile.
    pub stated: f64,
    /// Part of the people of whom it is the true one.
    pub right: f64,
    /// Part of the people whose prediction set, of coverage 0.9, holds the true one.
    pub held: f64,
    /// Offences of the next five years expected in the time at liberty, over those found.
    pub forecast: f64,
}

/// How it was made: enough to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Making {
    /// The command that repeats it.
    pub command: String,
    /// Seed of the calibration.
    pub seed: u64,
    /// Persons simulated at each step.
    pub persons: u64,
    /// Objective at the start and after each step.
    pub objective: Vec<f64>,
    /// Parameters sought: name, start, found.
    pub parameters: Vec<(String, f64, f64)>,
    /// Variances of a gamma factor that each person of a profile keeps, and the objective that the calibration reaches
    /// with each; the lowest is the model's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lasting: Vec<(f64, f64)>,
    /// Seed of the simulation behind the figures; not that of the calibration.
    pub figures_seed: u64,
    /// Persons simulated for the figures.
    pub figures_persons: u64,
}

/// The card of the reference model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReferenceCard {
    /// [`REFERENCE_NAME`].
    pub name: String,
    /// How it was made.
    pub making: Making,
    /// Published figures beside what the model reproduces.
    pub figures: Vec<CardFigure>,
    /// What had to be assumed, and how much hangs on it.
    pub assumptions: Vec<Assumption>,
    /// How well profiles are told apart by age.
    pub recognition: Vec<Recognition>,
    /// What answers at the index offence are worth, by assumption; the model as it is first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<AnswerMove>,
}

impl ReferenceCard {
    /// What the model is, in one line for the head of every result that rests on it.
    pub fn label(language: Language) -> &'static str {
        language.pick(
            "Reconstructie uit gepubliceerde randtotalen (brede-blik-2024-reconstruction): geen schatting uit gegevens van \
             personen; de coëfficiënten zijn niet gepubliceerd.",
            "Reconstruction from published margins (brede-blik-2024-reconstruction): not estimated from data on persons; \
             no coefficients were published.",
        )
    }

    /// A figure by its key.
    pub fn figure(&self, key: &str) -> Option<&CardFigure> {
        self.figures.iter().find(|figure| figure.key == key)
    }

    /// The figures that cannot be reproduced together with the others.
    pub fn not_reproduced(&self) -> impl Iterator<Item = &CardFigure> {
        self.figures.iter().filter(|figure| !figure.reproduced)
    }

    /// The card as Markdown; its tables are in English, its head in the language asked for.
    pub fn markdown(&self, language: Language) -> String {
        let mut text = format!("# {}\n\n{}\n", self.name, ReferenceCard::label(language));
        let making = &self.making;
        // writing to a String does not fail
        let _ = writeln!(
            text,
            "\nMade by `{}`: seed {}, {} persons a step, {} steps. Figures from {} persons of seed {}.{}\n\n## Published and \
             reproduced\n\n| figure | published | reproduced | simulation error | source | |\n| --- | --- | --- | --- | --- | --- |",
            making.command,
            making.seed,
            making.persons,
            making.objective.len() - 1,
            making.figures_persons,
            making.figures_seed,
            lasting_words(&making.lasting)
        );
        for figure in &self.figures {
            let known = figure.published_figure();
            let share = known.is_some_and(|f| f.share);
            let print = |v: f64| if share { format!("{:.1} %", 100.0 * v) } else { format!("{v:.1}") };
            let [low, high] = figure.published;
            let middle = 0.5 * (low + high);
            // what was rounded in print stands as it was printed
            let published = match share {
                true if high - low < 0.0101 => format!("{:.0} %", 100.0 * middle),
                false if high - low < 0.101 => print(middle),
                true if high == 1.0 => format!("at least {}", print(low)),
                false if high == MANY => format!("at least {}", print(low)),
                false if low == 0.0 => format!("at most {}", print(high)),
                _ => format!("{} to {}", print(low), print(high)),
            };
            let verdict = figure.reason.as_ref().map_or(String::new(), |why| format!("**not reproduced**: {why}"));
            let _ = writeln!(
                text,
                "| {} | {published} | {} | {} | {} | {verdict} |",
                known.map_or(figure.key.as_str(), |f| f.what),
                print(figure.simulated),
                if share { format!("{:.2} points", 100.0 * figure.se) } else { format!("{:.2}", figure.se) },
                figure.source.text(),
            );
        }
        let _ = writeln!(
            text,
            "\n## Assumptions and what hangs on them\n\n| assumed | changed to | moves |\n| --- | --- | --- |"
        );
        for assumption in &self.assumptions {
            let moves: Vec<String> = assumption
                .moves
                .iter()
                .map(|m| match PUBLISHED.iter().find(|f| f.key == m.figure) {
                    Some(f) if f.share => format!("{} {:+.1} points", m.figure, 100.0 * m.by),
                    _ => format!("{} {:+.2}", m.figure, m.by),
                })
                .collect();
            let _ = writeln!(text, "| {} | {} | {} |", assumption.what, assumption.changed_to, moves.join(", "));
        }
        let _ = writeln!(
            text,
            "\n## How well profiles are told apart\n\nOn careers drawn from its own career model, seen up to an age.\n\n| up to \
             age | most likely profile is the true one | claimed |\n| --- | --- | --- |"
        );
        for r in &self.recognition {
            let _ = writeln!(text, "| {} | {:.1} % | {:.1} % |", r.up_to_age, 100.0 * r.right, 100.0 * r.claimed);
        }
        if !self.answers.is_empty() {
            let _ = writeln!(
                text,
                "\n## Answers at the index offence\n\nPeople cut at the end of the year of age of their first trafficking \
                 offence, answered knowing that age. Each row draws them with one assumption changed and answers them by the \
                 model as it is: what is stated stays near what is right, sets hold 90 % and the ratio is 1 as far as an \
                 assumption does not matter. It remains assumed in every row that a file holds the offences that the model \
                 counts, which `classify` compares.\n\n| assumed | changed to | stated | right | sets of 90 % hold | forecast over \
                 found |\n| --- | --- | --- | --- | --- | --- |"
            );
        }
        for a in &self.answers {
            let what = if a.what.is_empty() { "the model as it is" } else { &a.what };
            let [stated, right, held] = [a.stated, a.right, a.held].map(|p| format!("{:.1} %", 100.0 * p));
            let _ = writeln!(text, "| {what} | {} | {stated} | {right} | {held} | {:.2} |", a.changed_to, a.forecast);
        }
        text
    }
}
