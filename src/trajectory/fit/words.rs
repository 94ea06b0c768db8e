//! What a parameter is called, and a finding about one outcome among several.

use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::model::Model;
use crate::trajectory::spec::layout::{Parameter, Part};

/// What a part of a model is called.
pub(crate) fn of_part(part: Part) -> &'static str {
    match part {
        Part::Membership => "membership",
        Part::Curve => "curve",
        Part::Zero => "zero part",
        Part::LogTau => "tau",
        Part::LogDispersion => "dispersion",
        Part::LogSigma => "standard deviation",
        Part::LogPrecision => "precision",
    }
}

/// A parameter in words: `counts, group 2, zero part, u^2`.
pub(crate) fn name(fit: &Fit, p: &Parameter) -> String {
    let outcomes = &fit.model.spec.outcomes;
    let mut words: Vec<String> = Vec::new();
    if let Some(o) = p.outcome.filter(|_| outcomes.len() > 1) {
        words.push(outcomes[o].series.clone());
    }
    words.push(p.group.map_or("all groups".into(), |g| format!("group {g}")));
    words.push(of_part(p.part).into());
    if p.term != "1" || matches!(p.part, Part::Curve | Part::Zero | Part::Membership) {
        words.push(if p.term == "1" { "constant".into() } else { p.term.clone() });
    }
    words.join(", ")
}

/// A finding about one outcome, with its name where there are several.
pub(crate) fn of_outcome(model: &Model, outcome: usize, finding: Finding) -> Finding {
    let outcomes = &model.spec.outcomes;
    match outcomes.len() {
        1 => finding,
        _ => Finding::OfOutcome { outcome: outcomes[outcome].series.clone(), of: Box::new(finding) },
    }
}
