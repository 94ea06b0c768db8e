//! The reporting checklist for latent trajectory studies (GRoLTS), filled in as far as software can.
//!
//! Belongs here: the record, its questions, and how it is printed. The answers are worked out in `answers` from
//! what `facts` sees in the data. Does not belong here: judging a study.
//!
//! # References
//! Van de Schoot, R., Sijbrandij, M., Winter, S. D., Depaoli, S., & Vermunt, J. K. (2017). The GRoLTS-Checklist:
//! Guidelines for Reporting on Latent Trajectory Studies. Structural Equation Modeling, 24(3), 451-467.
//! doi:10.1080/10705511.2016.1247646.

mod answers;
mod facts;
mod search;

use crate::error::{Error, Result};
use crate::trajectory::data::Data;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::selection::result::Selection;
use facts::Facts;
use serde::Serialize;
use serde_json::Value;

/// Where the questions come from.
pub const GROLTS_SOURCE: &str = "Van de Schoot, R., Sijbrandij, M., Winter, S. D., Depaoli, S., & Vermunt, J. K. (2017). \
The GRoLTS-Checklist: Guidelines for Reporting on Latent Trajectory Studies. Structural Equation Modeling, 24(3), 451-467. \
doi:10.1080/10705511.2016.1247646";

/// The 21 questions, by number in the checklist.
pub const GROLTS_QUESTIONS: [(&str, &str); 21] = [
    ("1", "Is the metric of time used in the statistical model reported?"),
    ("2", "Is information presented about the mean and variance of time within a wave?"),
    ("3a", "Is the missing data mechanism reported?"),
    ("3b", "Is a description provided of what variables are related to attrition/missing data?"),
    ("3c", "Is a description provided of how missing data in the analyses were dealt with?"),
    ("4", "Is information about the distribution of the observed variables included?"),
    ("5", "Is the software mentioned?"),
    (
        "6a",
        "Are alternative specifications of within-class heterogeneity considered (e.g., LGCA vs. LGMM) and clearly documented?",
    ),
    (
        "6b",
        "Are alternative specifications of the between-class differences in variance-covariance matrix structure considered and clearly documented?",
    ),
    ("7", "Are alternative shape/functional forms of the trajectories described?"),
    ("8", "If covariates have been used, can analyses still be replicated?"),
    ("9", "Is information reported about the number of random start values and final iterations included?"),
    ("10", "Are the model comparison (and selection) tools described from a statistical perspective?"),
    ("11", "Are the total number of fitted models reported, including a one-class solution?"),
    ("12", "Are the number of cases per class reported for each model (absolute sample size, or proportion)?"),
    ("13", "If classification of cases in a trajectory is the goal, is entropy reported?"),
    ("14a", "Is a plot included with the estimated mean trajectories of the final solution?"),
    ("14b", "Are plots included with the estimated mean trajectories for each model?"),
    (
        "14c",
        "Is a plot included of the combination of estimated means of the final model and the observed individual trajectories split out for each latent class?",
    ),
    ("15", "Are characteristics of the final class solution numerically described (i.e., means, SD/SE, n, CI, etc.)?"),
    ("16", "Are the syntax files available (either in the appendix, supplementary materials, or from the authors)?"),
];

/// How far software can answer a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroltsStatus {
    /// Answered from the fit and its data.
    Answered,
    /// Answered in part; the rest is the researcher's.
    Partly,
    /// Only the researcher can answer it.
    NeedsResearcher,
}

/// One question and what can be said to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroltsItem {
    /// Number in the checklist: `3a`.
    pub item: &'static str,
    /// The question.
    pub question: &'static str,
    /// How far it is answered.
    pub status: GroltsStatus,
    /// The answer in words; empty when there is none.
    pub answer: String,
    /// What the researcher has to add: `needs the researcher: ..`.
    pub researcher: Option<String>,
    /// The figures behind the answer.
    data: Value,
}

impl GroltsItem {
    /// The figures behind the answer, as JSON; `null` when there are none.
    pub fn data_json(&self) -> String {
        self.data.to_string()
    }
}

/// The checklist for one fitted model: every question, with its answer or what only the researcher knows.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, Spec, ndarray::Array2};
/// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
/// let cohort = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
/// let fit = Spec::counts(Family::Poisson).groups(2).degree(0).starts(4).fit(&cohort)?;
/// let record = fit.grolts(&cohort)?;
/// assert_eq!(record.items.len(), 21);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Grolts {
    /// Where the questions come from.
    pub source: &'static str,
    /// The 21 questions, in the order of the checklist.
    pub items: Vec<GroltsItem>,
}

impl Grolts {
    fn new(fit: &Fit, panel: &Panel) -> Result<Grolts> {
        if panel.persons() != fit.persons || panel.grid() != fit.model().grid() {
            return Err(Error::options(format!(
                "the fit is of {} persons on its own age grid, the data given are of {}",
                fit.persons,
                panel.persons()
            )));
        }
        let facts = Facts::of(fit, panel);
        let items = GROLTS_QUESTIONS
            .iter()
            .map(|&(item, question)| answers::answer(item, fit, &facts).into_item(item, question))
            .collect();
        Ok(Grolts { source: GROLTS_SOURCE, items })
    }

    /// The same with what a search over models adds: shapes tried, tools, models fitted, cases per class.
    pub(crate) fn with_selection(mut self, selection: &Selection) -> Grolts {
        for item in &mut self.items {
            if let Some(answer) = search::answer(item.item, selection) {
                *item = answer.into_item(item.item, item.question);
            }
        }
        self
    }

    /// One question's answer, by its number in the checklist.
    pub fn item(&self, item: &str) -> Option<&GroltsItem> {
        self.items.iter().find(|i| i.item == item)
    }

    /// As JSON, numbers to the last bit.
    pub fn to_json(&self) -> String {
        // strings, lists and finite numbers only
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// As a text with Markdown headings, for an appendix.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# GRoLTS checklist\n\n{}.\n", self.source);
        for item in &self.items {
            text += &format!("\n## {}. {}\n", item.item, item.question);
            if !item.answer.is_empty() {
                text += &format!("\n{}\n", item.answer);
            }
            if let Some(needs) = &item.researcher {
                text += &format!("\n*{needs}*\n");
            }
        }
        text
    }
}

impl Fit {
    /// The reporting checklist (GRoLTS) for this fit and the people who were fitted.
    ///
    /// # Errors
    /// When the people are not those of the fit: another number of persons or another age grid.
    pub fn grolts<'a>(&self, people: impl Into<Data<'a>>) -> Result<Grolts> {
        Grolts::new(self, &people.into().people(self.family()))
    }
}
