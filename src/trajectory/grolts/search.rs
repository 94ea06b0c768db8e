//! What a search over models adds to the answers about one of them.

use crate::error::{Error, Result};
use crate::trajectory::data::Data;
use crate::trajectory::grolts::Grolts;
use crate::trajectory::grolts::answers::Answer;
use crate::trajectory::selection::candidate::CandidateFit;
use crate::trajectory::selection::result::{NO_DISCOVERY, Selection};
use serde_json::{Value, json};

/// What a search over models adds; none where it adds nothing.
pub(super) fn answer(item: &str, selection: &Selection) -> Option<Answer> {
    let all = &selection.candidates;
    let options = &selection.options;
    let each = |of: &dyn Fn(&CandidateFit) -> Value| -> Value { all.iter().map(of).collect() };
    Some(match item {
        "7" => Answer::full(
            format!("{} were fitted: {}.", models(all.len()), tried(selection)),
            each(&|c| {
                json!({"family": c.model.family, "groups": c.model.groups, "degrees": c.model.degrees,
                "zero_degree": c.model.zero_degree})
            }),
        ),
        "10" => Answer::full(
            format!(
                "Models were ranked by {}; fits that cannot be trusted (not converged, an empty group, groups alike, not a maximum) were never chosen. {NO_DISCOVERY}",
                options.criterion
            ),
            each(&|c| {
                let f = c.figures.as_ref();
                json!({"model": c.model, "trusted": c.trusted().is_some(),
                    "log_likelihood": f.map(|f| f.log_likelihood), "parameters": f.map(|f| f.parameters),
                    "aic": f.map(|f| f.aic), "bic_persons": f.map(|f| f.bic_persons),
                    "bic_observations": f.map(|f| f.bic_observations), "icl": f.map(|f| f.icl)})
            }),
        ),
        "11" => {
            let one = all.iter().any(|c| c.model.groups == 1);
            let text = format!(
                "{} were fitted, {} a one-group solution.",
                models(all.len()),
                if one { "with" } else { "without" }
            );
            let data = json!({"models": all.len(), "one_group": one});
            if one {
                Answer::full(text, data)
            } else {
                Answer::partly(text, data, "a one-group solution was not fitted")
            }
        }
        "12" => Answer::full(
            "Persons by most likely group, and estimated shares, of each model are in the data of this item.",
            each(&|c| {
                let f = c.figures.as_ref();
                json!({"model": c.model, "members": f.map(|f| &f.members), "shares": f.map(|f| &f.shares)})
            }),
        ),
        _ => return None,
    })
}

/// Families, groups and degrees of a search, in words.
fn tried(selection: &Selection) -> String {
    let mut families: Vec<&str> = selection.candidates.iter().map(|c| c.model.family.as_str()).collect();
    families.dedup();
    let mut degrees: Vec<String> = selection.candidates.iter().map(|c| c.model.degrees_label()).collect();
    degrees.sort();
    degrees.dedup();
    let [least, most] = selection.options.groups;
    format!("families {}; {least} to {most} groups; degrees {}", families.join(", "), degrees.join(" / "))
}

fn models(n: usize) -> String {
    format!("{n} model{}", if n == 1 { "" } else { "s" })
}

impl Selection {
    /// The reporting checklist for the best model, the other models of the search with it.
    ///
    /// # Errors
    /// When no model can be trusted, or the people are not those of the search.
    pub fn grolts<'a>(&self, people: impl Into<Data<'a>>) -> Result<Grolts> {
        let best = self.best.ok_or_else(|| self.best().err().unwrap_or_else(|| Error::options("no model")))?;
        let people = people.into();
        self.fit(best, people)?.grolts(people).map(|record| record.with_selection(self))
    }
}
