//! Reading a judgement file: judgement, reaction and signature, in one file or each in its own, with every problem named
//! before anything is made of it.

use super::dossier::Reader;
use super::dossier::known::Known;
use super::draft::Draft;
use super::judgement::{
    Approved, Direction, Estimate, Explained, InstrumentJudgement, Judgement, NoAdvice, NoReaction, Outcome, Reaction,
    Replaces, Signature, Stance,
};
use super::needs::{AtRisk, Harm, Level, Need, NeedSeverity, NeedState, Setting};
use super::state::{Advice, Judged, Shown};
use crate::error::{Error, Result};
use crate::risk::factor::RiscScale;
use crate::risk::instrument::written::shortened::shortened;
use crate::risk::instrument::written::walk::{Node, Problems, parse};
use serde_json::{Value, json};

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
    /// Reads a judgement of a draft, with the reaction and the signature.
    ///
    /// # Errors
    /// When anything in it is wrong, or does not suit the draft: every problem is listed with its JSON path and what would
    /// be accepted.
    pub fn from_json(text: &str, draft: &Draft) -> Result<Completion> {
        read(text, draft, &[Step::Judge, Step::Show, Step::Finalise], |parts, problems| {
            let Parts { judgement, reaction, signature } = parts;
            // what could be read is checked, whether the rest could or not
            if let Some(judgement) = &judgement {
                judgement.check(draft, problems);
            }
            if let Some(reaction) = &reaction {
                reaction.check(draft, problems);
            }
            if let Some(signature) = &signature {
                signature.check(draft, judgement.as_ref(), reaction.as_ref(), problems);
            }
            Some(Completion { judgement: judgement?, reaction: reaction?, signature: signature? })
        })
    }

    /// Takes a draft through all steps to the final advice.
    ///
    /// # Errors
    /// As [`Draft::judge`] and the steps after it.
    pub fn complete(self, draft: Draft) -> Result<Advice> {
        draft.judge(self.judgement)?.show(self.reaction)?.finalise(self.signature)
    }
}

impl Draft {
    /// A judgement of this draft with nothing filled in: every key, and in the place of a choice what can be chosen. It is
    /// refused as it stands; `needs`, `serious_harm` and `final.approved` may be left empty. `direction` and
    /// `overridden_level` belong to a departure: with another stance they are `null`, empty or left out, and so is the
    /// `reason` of an agreement. `final.replaces` stays `null` unless there is a final advice of this draft already.
    pub fn judgement_form(&self) -> String {
        let instruments: Vec<Value> = self
            .body
            .instruments
            .iter()
            .map(|one| {
                json!({
                    "instrument": one.assessment.instrument, "stance": "agrees | departs | not-used",
                    "direction": keys(Direction::ALL, |d| d.key()), "overridden_level": "", "reason": "",
                })
            })
            .collect();
        let harm = json!({
            "group": keys(AtRisk::ALL, |g| g.key()), "setting": keys(Setting::ALL, |s| s.key()),
            "level": keys(Level::ALL, |l| l.key()), "imminence": "", "nature": "",
        });
        let need = json!({
            "scale": "", "state": keys(NeedState::ALL, |s| s.key()), "severity": keys(NeedSeverity::ALL, |s| s.key()),
            "words": "",
        });
        let known = "present | absent | unknown";
        let form = json!({
            "format": JUDGEMENT_FORMAT, "format_version": 1, "draft": self.hash(),
            "estimates": [{"question": "reoffending", "level": keys(Level::ALL, |l| l.key()), "reason": ""}],
            "instruments": instruments, "information": {"needed": known, "obtainable": known},
            "needs": [need], "serious_harm": [harm],
            "outcome": {"advice": "", "no-advice": [{"reason": keys(NoAdvice::ALL, |n| n.key()), "explanation": ""}]},
            "reaction": {
                "said": {"on": "YYYY-MM-DD", "text": ""},
                "none": {"on": "YYYY-MM-DD", "why": keys(NoReaction::ALL, |n| n.key()), "explanation": ""},
            },
            "final": {"by": "", "on": "YYYY-MM-DD", "approved": [{"instrument": "", "level": ""}], "replaces": null},
        });
        format!("{form:#}")
    }
}

fn keys<T: Copy>(all: &[T], key: impl Fn(T) -> &'static str) -> String {
    all.iter().map(|one| key(*one)).collect::<Vec<_>>().join(" | ")
}

impl Judgement {
    /// Reads a judgement of a draft, by itself: a file without `reaction` and `final`.
    ///
    /// # Errors
    /// As [`Completion::from_json`].
    pub fn from_json(text: &str, draft: &Draft) -> Result<Judgement> {
        read(text, draft, &[Step::Judge], |parts, problems| {
            parts.judgement.inspect(|judgement| judgement.check(draft, problems))
        })
    }
}

impl Reaction {
    /// Reads what the person said when they were shown this: a file with `draft` and `reaction`.
    ///
    /// # Errors
    /// As [`Completion::from_json`].
    pub fn from_json(text: &str, judged: &Judged) -> Result<Reaction> {
        let draft = judged.draft();
        read(text, draft, &[Step::Show], |parts, problems| {
            parts.reaction.inspect(|reaction| reaction.check(draft, problems))
        })
    }
}

impl Signature {
    /// Reads who makes this final: a file with `draft` and `final`.
    ///
    /// # Errors
    /// As [`Completion::from_json`].
    pub fn from_json(text: &str, shown: &Shown) -> Result<Signature> {
        let judged = shown.judged();
        read(text, judged.draft(), &[Step::Finalise], |parts, problems| {
            parts
                .signature
                .inspect(|one| one.check(judged.draft(), Some(judged.judgement()), Some(shown.reaction()), problems))
        })
    }
}

/// A step from a draft to an advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Judge,
    Show,
    Finalise,
}

impl Step {
    fn keys(self) -> &'static [&'static str] {
        match self {
            Step::Judge => &["estimates", "instruments", "information", "needs", "serious_harm", "outcome"],
            Step::Show => &["reaction"],
            Step::Finalise => &["final"],
        }
    }
}

/// What a file says of the steps that it is for; `None` of others, and of what cannot be read.
struct Parts {
    judgement: Option<Judgement>,
    reaction: Option<Reaction>,
    signature: Option<Signature>,
}

/// Reads a file for some steps; `checked` makes of its parts what is wanted, and checks it.
fn read<T>(
    text: &str,
    draft: &Draft,
    steps: &[Step],
    checked: impl FnOnce(Parts, &mut Problems) -> Option<T>,
) -> Result<T> {
    const WHAT: &str = "the judgement cannot be used";
    let mut problems = Problems::new();
    let value = parse(text, "the judgement", &mut problems)?;
    let parts = parts(&Node::root(&value), draft, steps, &mut Reader { problems: &mut problems });
    let found = parts.and_then(|parts| checked(parts, &mut problems));
    problems.into_result(WHAT)?;
    found.ok_or_else(|| Error::value(WHAT))
}

fn parts(root: &Node<'_>, draft: &Draft, steps: &[Step], r: &mut Reader<'_>) -> Option<Parts> {
    let own = steps.iter().flat_map(|step| step.keys());
    let keys: Vec<&str> = ["format", "format_version", "draft"].iter().chain(own).copied().collect();
    r.object(root, &keys)?;
    if let Some(format) = r.need(root, "format", "\"pleegprofiel-judgement\"")
        && format.value.as_str() != Some(JUDGEMENT_FORMAT)
    {
        r.wrong(&format, &format!("{JUDGEMENT_FORMAT:?}"));
    }
    if let Some(version) = r.need(root, "format_version", "1") {
        version.whole(r.problems, 1, 1);
    }
    let named = r.need(root, "draft", "the hash of the draft").and_then(|n| r.words(&n, LONGEST));
    let judgement = if steps.contains(&Step::Judge) { judgement(root, named.clone(), r) } else { None };
    // a judgement that could be read says so itself
    if let (Some(other), None) = (named.filter(|hash| *hash != draft.hash()), &judgement) {
        let (other, own) = (shortened(&other), draft.hash());
        r.problems.add("$.draft", format_args!("{other:?} is another draft; this one is {own:?}"));
    }
    let reaction = match steps.contains(&Step::Show) {
        true => r.need(root, "reaction", "an object with \"said\" or \"none\"").and_then(|n| reaction(&n, r)),
        false => None,
    };
    let signature = match steps.contains(&Step::Finalise) {
        true => r.need(root, "final", "an object with \"by\" and \"on\"").and_then(|n| signature(&n, r)),
        false => None,
    };
    Some(Parts { judgement, reaction, signature })
}

fn judgement(root: &Node<'_>, draft: Option<String>, r: &mut Reader<'_>) -> Option<Judgement> {
    let estimates = each(root, "estimates", r, estimate);
    let instruments = each(root, "instruments", r, instrument);
    let information =
        r.need(root, "information", "an object with \"needed\" and \"obtainable\"").map(|n| information(&n, r));
    let needs = if root.get("needs").is_some() { each(root, "needs", r, need) } else { Some(Vec::new()) };
    let serious_harm =
        if root.get("serious_harm").is_some() { each(root, "serious_harm", r, harm) } else { Some(Vec::new()) };
    let outcome = r.need(root, "outcome", "an object with \"advice\" or \"no-advice\"").and_then(|n| outcome(&n, r));
    let [information_needed, information_obtainable] = information?;
    Some(Judgement {
        draft: draft?,
        estimates: estimates?,
        instruments: instruments?,
        information_needed,
        information_obtainable,
        needs: needs?,
        serious_harm: serious_harm?,
        outcome: outcome?,
    })
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
    let idle: &[&str] = match stance.value.as_str() {
        Some("agrees") => &["direction", "overridden_level", "reason"],
        Some("not-used") => &["direction", "overridden_level"],
        _ => &[],
    };
    for key in idle {
        if let Some(found) =
            node.get(key).filter(|found| found.value.as_str().is_none_or(|text| !text.trim().is_empty()))
        {
            r.wrong(
                &found,
                &format!(
                    "what goes with {}; null, an empty text or no {key:?} is accepted, or another stance",
                    stance.value
                ),
            );
        }
    }
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
    r.object(node, &["by", "on", "approved", "replaces"])?;
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
    let replaces = node.get("replaces").map(|one| {
        r.object(&one, &["advice", "reason"])?;
        let (advice, reason) = (words(&one, "advice", r), words(&one, "reason", r));
        Some(Replaces { advice: advice?, reason: reason? })
    });
    let replaces = match replaces {
        Some(read) => Some(read?),
        None => None,
    };
    Some(Signature { by: by?, on: on?, approved: approved?, replaces })
}
