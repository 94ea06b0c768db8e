//! What a line holds, and the chain that lines are added to.

use super::super::dossier::Dossier;
use super::super::draft::Draft;
use super::super::judgement::{Outcome, Reaction, Stance};
use super::super::state::{Advice, Judged, Shown};
use super::BEGINNING;
use crate::risk::instrument::written::sha256::sha256;
use serde_json::{Value, json};

/// How every line begins.
pub(super) const LINE_BEGUN: &str = "{\"entry\":";

/// The end of a log, to which lines are added.
///
/// ```
/// use pleegprofiel::advice::record::{Chain, verify};
/// use serde_json::json;
/// let mut chain = Chain::new();
/// let log: String = (0..3).map(|i| chain.line(&json!({"kind": "note", "number": i}))).collect();
/// assert!(verify(log.as_bytes())?.is_whole());
/// let lines: Vec<&str> = log.lines().collect();
/// let without = format!("{}\n{}\n", lines[0], lines[2]);
/// assert!(!verify(without.as_bytes())?.is_whole());
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    pub(super) next: u64,
    pub(super) previous: String,
    /// Whether the last line lacks its line end.
    pub(super) unended: bool,
}

impl Default for Chain {
    fn default() -> Self {
        Chain::new()
    }
}

impl Chain {
    /// The beginning of a log.
    pub fn new() -> Chain {
        Chain { next: 1, previous: BEGINNING.to_owned(), unended: false }
    }

    /// The next line, with its line end, and before it the line end that the last one lacks, when it lacks one
    /// ([`Verified::unended`](super::Verified::unended)). `entry` is an object; its keys `seq` and `previous` are the
    /// chain's.
    pub fn line(&mut self, entry: &Value) -> String {
        let mut text = self.entry_begun();
        for (key, value) in
            entry.as_object().into_iter().flatten().filter(|(key, _)| *key != "seq" && *key != "previous")
        {
            text += &format!(",{}:{value}", Value::from(key.as_str()));
        }
        text.push('}');
        let hash = sha256(text.as_bytes());
        let before = if std::mem::take(&mut self.unended) { "\n" } else { "" };
        let line = format!("{before}{LINE_BEGUN}{text},\"hash\":\"{hash}\"}}\n");
        self.next += 1;
        self.previous = hash;
        line
    }

    /// How the entry of the next line begins, whatever it holds.
    pub(super) fn entry_begun(&self) -> String {
        format!("{{\"seq\":{},\"previous\":\"{}\"", self.next, self.previous)
    }

    /// Hash of the last line.
    pub fn head(&self) -> &str {
        &self.previous
    }

    /// Number of lines.
    pub fn lines(&self) -> u64 {
        self.next - 1
    }
}

/// The entry of an assessment: what went in, what was computed with which versions, and the draft that came of it.
pub fn assessment_entry(dossier: &Dossier, draft: &Draft) -> Value {
    let body = &draft.body;
    let instruments: Vec<Value> = body
        .instruments
        .iter()
        .map(|result| {
            let a = &result.assessment;
            json!({
                "instrument": a.instrument, "version": a.version, "content_hash": a.content_hash, "mode": a.mode,
                "level": result.level, "says": result.says, "results": a.results, "ranges": a.ranges, "error": a.error,
                "inputs": a.inputs, "population": a.population, "population_differences": a.population_differences,
                "population_override": a.population_override,
            })
        })
        .collect();
    let model =
        body.sections.iter().flat_map(|section| &section.statements).flat_map(|statement| &statement.grounds).find_map(
            |ground| match ground {
                super::super::statement::Ground::Model { name, hash } => Some(json!({"name": name, "hash": hash})),
                _ => None,
            },
        );
    json!({
        "kind": "assessment", "engine": body.engine, "dossier": body.dossier, "draft": draft.hash(),
        "on": body.asked.on, "moment": body.asked.moment, "form": body.asked.form, "instruments": instruments,
        "model": model, "profile": body.profile, "groups": dossier.protected,
    })
}

/// The entry of a draft that was judged, when that is a step of its own; the decision says what was judged.
pub fn judged_entry(judged: &Judged) -> Value {
    let draft = judged.draft();
    json!({"kind": "judged", "engine": draft.body.engine, "draft": draft.hash(), "judged": judged.hash()})
}

/// The entry of a judged draft that was shown to the person, when that is a step of its own.
pub fn shown_entry(shown: &Shown) -> Value {
    let draft = shown.judged().draft();
    json!({
        "kind": "shown", "engine": draft.body.engine, "draft": draft.hash(), "judged": shown.judged().hash(),
        "shown": shown.hash(), "on": shown.reaction().on(),
    })
}

/// The entry of a decision: the judgement, every departure from an instrument, who made it final, and which advice it
/// replaces, with the reason.
pub fn decision_entry(advice: &Advice) -> Value {
    let instruments: Vec<Value> = advice
        .levels()
        .into_iter()
        .map(|levels| {
            let stance = advice.judgement.instruments.iter().find(|one| one.instrument == levels.instrument);
            let (key, direction, reason) = match stance.map(|one| &one.stance) {
                Some(Stance::Agrees) => ("agrees", None, None),
                Some(Stance::Departs { direction, reason, .. }) => ("departs", Some(direction), Some(reason)),
                Some(Stance::NotUsed { reason }) => ("not-used", None, Some(reason)),
                None => ("not-judged", None, None),
            };
            json!({
                "instrument": levels.instrument, "level": levels.level, "overridden_level": levels.overridden_level,
                "approved_level": levels.approved_level, "stance": key, "direction": direction, "reason": reason,
            })
        })
        .collect();
    let reaction = match &advice.reaction {
        Reaction::Said { on, .. } => json!({"said": true, "on": on}),
        Reaction::None { on, why, .. } => json!({"said": false, "on": on, "why": why}),
    };
    let outcome = match &advice.judgement.outcome {
        Outcome::Advice(_) => json!("advice"),
        Outcome::NoAdvice(reasons) => json!(reasons.iter().map(|one| one.reason.key()).collect::<Vec<_>>()),
    };
    let mut entry = json!({
        "kind": "decision", "engine": advice.draft.body.engine, "draft": advice.draft.hash(), "advice": advice.hash(),
        "estimates": advice.judgement.estimates, "instruments": instruments, "outcome": outcome, "reaction": reaction,
        "by": advice.signature.by, "on": advice.signature.on,
    });
    if let Some(replaces) = &advice.signature.replaces {
        entry["replaces"] = json!(replaces);
    }
    entry
}
