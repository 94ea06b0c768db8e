//! From a draft to an advice, step by step: draft, judged, shown to the person, final. The compiler keeps them apart, and
//! only the last has anything that renders as an advice.

use super::draft::Draft;
use super::judgement::{Approved, Judgement, Reaction, Signature, Stance};
use crate::error::Result;
use crate::risk::instrument::written::sha256::sha256;
use crate::risk::instrument::written::walk::Problems;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// `format` of final advices.
pub const ADVICE_FORMAT: &str = "pleegprofiel-advice";

/// A draft with a professional's judgement.
///
/// ```compile_fail
/// use pleegprofiel::advice::{Judged, Signature};
/// fn hurry(judged: Judged, signature: Signature) {
///     judged.finalise(signature).unwrap(); // it has not been shown to the person yet
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    draft: Draft,
    judgement: Judgement,
}

/// A judged draft that was shown to the person, with what they said or why they did not.
///
/// ```compile_fail
/// use pleegprofiel::advice::Shown;
/// fn publish(shown: Shown) -> String {
///     shown.html() // nothing is an advice before it is final
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    judged: Judged,
    reaction: Reaction,
}

/// A final advice: made by a professional, shown to the person, signed.
///
/// ```compile_fail
/// use pleegprofiel::advice::{Advice, Draft};
/// fn skip(draft: Draft) -> Advice {
///     Advice { draft } // its fields are its own: there is no other way than by the steps
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Advice {
    pub(crate) draft: Draft,
    pub(crate) judgement: Judgement,
    pub(crate) reaction: Reaction,
    pub(crate) signature: Signature,
}

/// The three levels of an instrument; never one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// The instrument.
    pub instrument: String,
    /// Its own level, as printed; `None` where it gives none.
    pub level: Option<String>,
    /// The level that the professional put in its place; `None` without a departure.
    pub overridden_level: Option<String>,
    /// The level that was approved; `None` when none was.
    pub approved_level: Option<String>,
}

impl Draft {
    /// Adds a professional's judgement.
    ///
    /// # Errors
    /// When it is about another draft, says nothing of an instrument, departs without a reason, and so on: every problem
    /// is listed.
    pub fn judge(self, judgement: Judgement) -> Result<Judged> {
        let mut problems = Problems::new();
        judgement.check(&self, &mut problems);
        problems.into_result("the judgement does not complete this draft")?;
        Ok(Judged { draft: self, judgement })
    }
}

impl Judged {
    /// Adds what the person said when it was shown to them, or why they did not.
    ///
    /// # Errors
    /// When it says nothing, or lies before the day of the assessment.
    pub fn show(self, reaction: Reaction) -> Result<Shown> {
        let mut problems = Problems::new();
        reaction.check(&self.draft, &mut problems);
        problems.into_result("the draft cannot be taken as shown")?;
        Ok(Shown { judged: self, reaction })
    }

    /// The draft.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The professional's judgement.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }
}

impl Shown {
    /// What was shown.
    pub fn judged(&self) -> &Judged {
        &self.judged
    }

    /// What the person said, or why not.
    pub fn reaction(&self) -> &Reaction {
        &self.reaction
    }

    /// Makes it final.
    ///
    /// # Errors
    /// When nobody signs, it is signed before it was shown, or a level is approved that nobody gave.
    pub fn finalise(self, signature: Signature) -> Result<Advice> {
        let Shown { judged: Judged { draft, judgement }, reaction } = self;
        let mut problems = Problems::new();
        signature.check(&draft, Some(&judgement), Some(&reaction), &mut problems);
        problems.into_result("the advice cannot be made final")?;
        Ok(Advice { draft, judgement, reaction, signature })
    }
}

impl Advice {
    /// The draft that it was made of.
    pub fn draft(&self) -> &Draft {
        &self.draft
    }

    /// The professional's judgement.
    pub fn judgement(&self) -> &Judgement {
        &self.judgement
    }

    /// What the person said, or why not.
    pub fn reaction(&self) -> &Reaction {
        &self.reaction
    }

    /// Who made it final, and when.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The three levels of every instrument.
    pub fn levels(&self) -> Vec<Levels> {
        levels(&self.draft, &self.judgement, &self.signature.approved)
    }

    /// One JSON object on one line.
    pub fn to_json(&self) -> String {
        json!({
            "format": ADVICE_FORMAT, "format_version": 1, "state": "final", "draft_hash": self.draft.hash(),
            "judgement": self.judgement, "reaction": self.reaction, "final": self.signature, "levels": self.levels(),
            "draft": self.draft.body,
        })
        .to_string()
    }

    /// SHA-256 of [`Advice::to_json`].
    pub fn hash(&self) -> String {
        sha256(self.to_json().as_bytes())
    }
}

/// The three levels of every instrument of a draft.
pub(crate) fn levels(draft: &Draft, judgement: &Judgement, approved: &[Approved]) -> Vec<Levels> {
    let one = |result: &super::draft::InstrumentResult| {
        let id = &result.assessment.instrument;
        let stance = judgement.instruments.iter().find(|one| one.instrument == *id).map(|one| &one.stance);
        let overridden_level = match stance {
            Some(Stance::Departs { overridden_level, .. }) => Some(overridden_level.clone()),
            _ => None,
        };
        let approved = approved.iter().find(|one| one.instrument == *id);
        Levels {
            instrument: id.clone(),
            level: result.level.clone(),
            overridden_level,
            approved_level: approved.map(|one| one.level.clone()),
        }
    };
    draft.body.instruments.iter().map(one).collect()
}
