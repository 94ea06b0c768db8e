//! What Regulation (EU) 2024/1689 asks of high-risk systems, item by item, and where the crate answers.

use super::{Paper, Subject};

/// Where an article is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Here; where.
    Here(&'static str),
    /// In part here; what there is and what not.
    InPart(&'static str),
    /// Not here: the user's; what is asked of them.
    User(&'static str),
}

/// One article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requirement {
    /// Its number.
    pub article: &'static str,
    /// What it asks, in short.
    pub asks: &'static str,
    /// Where that is answered.
    pub answered: Answered,
}

const fn item(article: &'static str, asks: &'static str, answered: Answered) -> Requirement {
    Requirement { article, asks, answered }
}

/// The articles for high-risk use (Annex III, point 6), for providers and for deployers.
pub const AI_ACT: [Requirement; 17] = [
    item(
        "5-1-d",
        "no prediction of offences by profiling or traits alone",
        Answered::InPart("nobody without an adjudicated offence gets a profile; how a result is used is the user's"),
    ),
    item(
        "9",
        "risk management over the whole life",
        Answered::User("a risk management system; validation and drift give it figures"),
    ),
    item(
        "10",
        "data governance, examination for bias",
        Answered::InPart(
            "figures by group with intervals (validate --group); the fitness of the data is the user's to show",
        ),
    ),
    item(
        "11",
        "technical documentation",
        Answered::InPart(
            "ARCHITECTURE.md, the documentation, these papers; what the system around it does is the user's",
        ),
    ),
    item(
        "12",
        "logging",
        Answered::InPart(
            "every result carries instrument, version, hash, inputs and terms; keeping them is the user's",
        ),
    ),
    item("13", "information for deployers", Answered::Here("instruments show, card")),
    item(
        "14",
        "human oversight",
        Answered::InPart(
            "results say what they do not tell and what is unknown; override, stop and training are the user's",
        ),
    ),
    item(
        "15",
        "accuracy, robustness, cybersecurity",
        Answered::InPart("golden vectors, validate, drift; cybersecurity is the user's"),
    ),
    item("17", "quality management", Answered::User("a quality management system")),
    item("18", "documentation kept for ten years", Answered::User("keeping it")),
    item("19", "logs kept", Answered::User("keeping them")),
    item(
        "26",
        "use by the instructions, competent oversight, monitoring, logs for six months, persons informed",
        Answered::InPart("drift watches a stream; the rest is the user's"),
    ),
    item(
        "27",
        "assessment of the impact on fundamental rights",
        Answered::User("the assessment: process, period, persons, harms, oversight, measures"),
    ),
    item(
        "49",
        "registration",
        Answered::InPart("the entry for the Dutch register (card --format register); the EU database is the user's"),
    ),
    item("72", "monitoring after the market", Answered::InPart("drift and validate; the plan is the user's")),
    item("73", "reporting of serious incidents", Answered::User("reporting")),
    item(
        "86",
        "explanation of individual decisions",
        Answered::InPart("the terms that made up a result; explaining the decision is the user's"),
    ),
];

impl Subject {
    /// The articles with where each is met, or that it is not, as Markdown.
    pub fn ai_act(&self) -> Paper {
        let mut text = format!(
            "# {}: what Regulation (EU) 2024/1689 asks of high-risk use\n\nA list to work from and no legal advice.\n\n\
             | article | asks | met | where, or by whom |\n| --- | --- | --- | --- |\n",
            self.name
        );
        let mut to_fill = Vec::new();
        for r in &AI_ACT {
            let (met, place) = match r.answered {
                Answered::Here(place) => ("here", place),
                Answered::InPart(place) => ("in part", place),
                Answered::User(what) => ("not here", what),
            };
            if met != "here" {
                to_fill.push(format!("article {}: {place}", r.article));
            }
            text += &format!("| {} | {} | {met} | {place} |\n", r.article, r.asks);
        }
        Paper { text, to_fill }
    }
}
