//! Reading a judgement file: judgement, reaction and signature, with every problem named before anything is made of it.

use super::dossier::Reader;
use super::dossier::known::Known;
use super::draft::Draft;
use super::judgement::{
    Approved, Direction, Estimate, Explained, InstrumentJudgement, Judgement, NoAdvice, NoReaction, Outcome, Reaction,
    Signature, Stance,
};
use super::needs::{AtRisk, Harm, Level, Need, NeedSeverity, NeedState, Setting};
use super::state::Advice;
use crate::error::{Error, Result};
use crate::risk::factor::RiscScale;
use crate::risk::instrument::walk::{Node, Problems, parse, shortened};

/// `format` of judgement files.
pub const JUDGEMENT_FORMAT: &str = "pleegprofiel-judgement";

const LONGEST: usize = 20_000;

/// A judgement file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// The judgement.
    pub judgement: Judgement,
    /// What the person said, or why not.
    pub reaction: Reaction,
    /// Who makes it final.
    pub signature: Signature,
}

impl Completion {
    /// Reads a judgement of a draft.
    ///
    /// # Errors
    /// When anything in it is wrong, or does not suit the draft: every problem is listed with its JSON path and what would
    /// be accepted.
    pub fn from_json(text: &str, draft: &Draft) -> Result<Completion> {
        let mut problems = Problems::new();
        let value = parse(text, "the judgement", &mut problems)?;
        let root = Node::root(&value);
        let read = Completion::read(&root, &mut Reader { problems: &mut problems });
        if let Some(found) = &read {
            found.judgement.check(draft, &mut problems);
            found.reaction.check(draft, &mut problems);
            found.signature.check(draft, &found.judgement, &found.reaction, &mut problems);
        } else if let Some(other) =
            root.get("draft").and_then(|n| n.value.as_str()).filter(|hash| *hash != draft.hash())
        {
            problems.add(
                "$.draft",
                format_args!("{:?} is another draft; this one is {:?}", shortened(other), draft.hash()),
            );
        }
        problems.into_result("the judgement cannot be used")?;
        read.ok_or_else(|| Error::value("the judgement cannot be used"))
    }

    /// Takes a draft through all steps to the final advice.
    ///
    /// # Errors
    /// As [`Draft::judge`] and the steps after it.
    pub fn complete(self, draft: Draft) -> Result<Advice> {
        draft.judge(self.judgement)?.show(self.reaction)?.finalise(self.signature)
    }

    fn read(root: &Node<'_>, r: &mut Reader<'_>) -> Option<Completion> {
        r.object(
            root,
            &[
                "format",
                "format_version",
                "draft",
                "estimates",
                "instruments",
                "information",
                "needs",
                "serious_harm",
                "outcome",
                "reaction",
                "final",
            ],
        )?;
        if let Some(format) = r.need(root, "format", "\"pleegprofiel-judgement\"")
            && format.value.as_str() != Some(JUDGEMENT_FORMAT)
        {
            r.wrong(&format, &format!("{JUDGEMENT_FORMAT:?}"));
        }
        if let Some(version) = r.need(root, "format_version", "1") {
            version.whole(r.problems, 1, 1);
        }
        let draft = r.need(root, "draft", "the hash of the draft").and_then(|n| r.words(&n, 64));
        let estimates = each(root, "estimates", r, estimate);
        let instruments = each(root, "instruments", r, instrument);
        let information =
            r.need(root, "information", "an object with \"needed\" and \"obtainable\"").map(|n| information(&n, r));
        let needs = if root.get("needs").is_some() { each(root, "needs", r, need) } else { Some(Vec::new()) };
        let serious_harm =
            if root.get("serious_harm").is_some() { each(root, "serious_harm", r, harm) } else { Some(Vec::new()) };
        let outcome =
            r.need(root, "outcome", "an object with \"advice\" or \"no-advice\"").and_then(|n| outcome(&n, r));
        let reaction = r.need(root, "reaction", "an object with \"said\" or \"none\"").and_then(|n| reaction(&n, r));
        let signature = r.need(root, "final", "an object with \"by\" and \"on\"").and_then(|n| signature(&n, r));
        let [information_needed, information_obtainable] = information?;
        Some(Completion {
            judgement: Judgement {
                draft: draft?,
                estimates: estimates?,
                instruments: instruments?,
                information_needed,
                information_obtainable,
                needs: needs?,
                serious_harm: serious_harm?,
                outcome: outcome?,
            },
            reaction: reaction?,
            signature: signature?,
        })
    }
}

/// Every entry of a list that has to be there; none when one cannot be read.
fn each<T>(
    root: &Node<'_>,
    key: &str,
    r: &mut Reader<'_>,
    read: impl Fn(&Node<'_>, &mut Reader<'_>) -> Option<T>,
) -> Option<Vec<T>> {
    let list = r.need(root, key, "a list")?.list(r.problems);
    let all: Vec<Option<T>> = list.iter().map(|one| read(one, r)).collect();
    all.into_iter().collect()
}

fn words(node: &Node<'_>, key: &str, r: &mut Reader<'_>) -> Option<String> {
    r.need(node, key, "a text that says something").and_then(|n| r.words(&n, LONGEST))
}

fn optional(node: &Node<'_>, key: &str, r: &mut Reader<'_>) -> Option<String> {
    node.get(key).and_then(|n| r.words(&n, LONGEST))
}

fn estimate(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Estimate> {
    r.object(node, &["question", "level", "reason"])?;
    let question = words(node, "question", r);
    let level =
        r.need(node, "level", "low, medium, high or very-high").and_then(|n| r.key(&n, Level::ALL, |l| l.key()));
    let reason = words(node, "reason", r);
    Some(Estimate { question: question?, level: level?, reason: reason? })
}

fn instrument(node: &Node<'_>, r: &mut Reader<'_>) -> Option<InstrumentJudgement> {
    r.object(node, &["instrument", "stance", "direction", "reason", "overridden_level"])?;
    let name = words(node, "instrument", r);
    let stance = r.need(node, "stance", "agrees, departs or not-used")?;
    let stance = match stance.value.as_str() {
        Some("agrees") => Some(Stance::Agrees),
        Some("departs") => {
            let direction =
                r.need(node, "direction", "higher or lower").and_then(|n| r.key(&n, Direction::ALL, |d| d.key()));
            let (reason, level) = (words(node, "reason", r), words(node, "overridden_level", r));
            match (direction, reason, level) {
                (Some(direction), Some(reason), Some(overridden_level)) => {
                    Some(Stance::Departs { direction, reason, overridden_level })
                }
                _ => None,
            }
        }
        Some("not-used") => words(node, "reason", r).map(|reason| Stance::NotUsed { reason }),
        _ => {
            r.wrong(&stance, "one of agrees, departs, not-used");
            None
        }
    };
    Some(InstrumentJudgement { instrument: name?, stance: stance? })
}

fn information(node: &Node<'_>, r: &mut Reader<'_>) -> [Known; 2] {
    let Some(map) = r.object(node, &["needed", "obtainable"]) else { return [Known::NotAsked; 2] };
    ["needed", "obtainable"].map(|key| {
        Known::read(map, key).unwrap_or_else(|why| {
            r.problems.add(format_args!("{}.{key}", node.path), why);
            Known::NotAsked
        })
    })
}

fn need(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Need> {
    r.object(node, &["scale", "state", "severity", "words"])?;
    let scale = r.need(node, "scale", "the key of a scale").and_then(|n| {
        let found: Option<RiscScale> = serde_json::from_value(n.value.clone()).ok();
        if found.is_none() {
            let known: Vec<String> = RiscScale::ALL
                .iter()
                .filter_map(|s| Some(serde_json::to_value(s).ok()?.as_str()?.to_owned()))
                .collect();
            r.wrong(&n, &format!("one of {}", known.join(", ")));
        }
        found
    });
    let state = r
        .need(node, "state", "identified, not-identified, unanswered or unscored")
        .and_then(|n| r.key(&n, NeedState::ALL, |s| s.key()));
    let severity = node.get("severity").and_then(|n| r.key(&n, NeedSeverity::ALL, |s| s.key()));
    Some(Need { scale: scale?, state: state?, severity, words: optional(node, "words", r) })
}

fn harm(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Harm> {
    r.object(node, &["group", "setting", "level", "imminence", "nature"])?;
    let group = r.need(node, "group", "who is at risk").and_then(|n| r.key(&n, AtRisk::ALL, |g| g.key()));
    let setting = r.need(node, "setting", "community or custody").and_then(|n| r.key(&n, Setting::ALL, |s| s.key()));
    let level =
        r.need(node, "level", "low, medium, high or very-high").and_then(|n| r.key(&n, Level::ALL, |l| l.key()));
    let (imminence, nature) = (optional(node, "imminence", r), optional(node, "nature", r));
    Some(Harm { group: group?, setting: setting?, level: Some(level?), imminence, nature })
}

fn outcome(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Outcome> {
    r.object(node, &["advice", "no-advice"])?;
    match (node.get("advice"), node.get("no-advice")) {
        (Some(advice), None) => r.words(&advice, LONGEST).map(Outcome::Advice),
        (None, Some(_)) => each(node, "no-advice", r, |one, r| {
            r.object(one, &["reason", "explanation"])?;
            let reason =
                r.need(one, "reason", "a reason").and_then(|n| r.key(&n, NoAdvice::ALL, |reason| reason.key()));
            let explanation = words(one, "explanation", r);
            Some(Explained { reason: reason?, explanation: explanation? })
        })
        .map(Outcome::NoAdvice),
        _ => {
            node.says(r.problems, "one of \"advice\" and \"no-advice\" is accepted");
            None
        }
    }
}

fn reaction(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Reaction> {
    r.object(node, &["said", "none"])?;
    match (node.get("said"), node.get("none")) {
        (Some(said), None) => {
            r.object(&said, &["on", "text"])?;
            let on = r.need(&said, "on", "a date, YYYY-MM-DD").and_then(|n| r.date(&n));
            let text = words(&said, "text", r);
            Some(Reaction::Said { on: on?, text: text? })
        }
        (None, Some(none)) => {
            r.object(&none, &["on", "why", "explanation"])?;
            let on = r.need(&none, "on", "a date, YYYY-MM-DD").and_then(|n| r.date(&n));
            let why = r
                .need(&none, "why", "refused, silent or not-reached")
                .and_then(|n| r.key(&n, NoReaction::ALL, |w| w.key()));
            let explanation = words(&none, "explanation", r);
            Some(Reaction::None { on: on?, why: why?, explanation: explanation? })
        }
        _ => {
            node.says(r.problems, "one of \"said\" and \"none\" is accepted");
            None
        }
    }
}

fn signature(node: &Node<'_>, r: &mut Reader<'_>) -> Option<Signature> {
    r.object(node, &["by", "on", "approved"])?;
    let by = words(node, "by", r);
    let on = r.need(node, "on", "a date, YYYY-MM-DD").and_then(|n| r.date(&n));
    let approved = match node.get("approved") {
        None => Some(Vec::new()),
        Some(_) => each(node, "approved", r, |one, r| {
            r.object(one, &["instrument", "level"])?;
            let (instrument, level) = (words(one, "instrument", r), words(one, "level", r));
            Some(Approved { instrument: instrument?, level: level? })
        }),
    };
    Some(Signature { by: by?, on: on?, approved: approved? })
}
