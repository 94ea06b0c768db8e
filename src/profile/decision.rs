//! What was decided about a model's groups, kept with the model: their names, and what hangs on the model. Whoever is
//! placed in a stored model later gets the same names, and none that `profile` would have withheld.
//!
//! Does not belong here: how it is decided (`naming`, `settled`), and what else is asked of a person (`classify`).

use super::kind::Profile;
use super::naming::Naming;
use super::person::Undecided;
use crate::cohort::builder::PersonRow;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::model::Model;
use crate::trajectory::model::outcome::ModelOutcome;
use serde::{Deserialize, Serialize};

/// How far the shares of a naming may be from those of the model.
const SHARES: f64 = 1e-9;

/// The names of a model's groups with what they hang on, as [`Settled::decision`](super::settled::Settled::decision)
/// tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Decision {
    /// The names, by what was seen of the groups.
    pub naming: Naming,
    /// By how much the BIC of one population with lasting differences is below that of the model; none when groups
    /// explain more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_population: Option<f64>,
    /// Models that fit about as well, lowest BIC first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<NamedModel>,
}

/// A model with the names of its groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NamedModel {
    /// The model.
    pub model: Model,
    /// The names, by what was seen of the groups.
    pub naming: Naming,
}

impl Decision {
    /// What was decided about a model, when that was kept with it.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when what was kept cannot be read, or is of another model: other groups, shares,
    /// ages or thresholds that fail their check.
    pub fn of(model: &Model) -> Result<Option<Decision>> {
        let refuse = |why: String| Error::new(ErrorKind::InvalidModel, format!("the names kept with the model: {why}"));
        let Some(kept) = model.profiles() else { return Ok(None) };
        let decision: Decision = serde_json::from_value(kept.clone()).map_err(|e| refuse(e.to_string()))?;
        let own = std::iter::once((&decision.naming, belongs(&decision.naming, model)));
        for (naming, belongs) in own.chain(decision.others.iter().map(|o| (&o.naming, belongs(&o.naming, &o.model)))) {
            naming.definitions.check()?;
            if !belongs {
                return Err(refuse("they are of another model: other groups, shares or ages".into()));
            }
        }
        if decision.others.iter().any(|o| o.model.grid() != model.grid()) {
            return Err(refuse("a model that fits about as well is on other ages".into()));
        }
        Ok(Some(decision))
    }

    /// The model with this decision, which is stored with it.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] when the names are not of this model.
    pub fn kept_with(&self, model: Model) -> Result<Model> {
        if !belongs(&self.naming, &model) {
            return Err(Error::options("the naming is not that of the model: other groups, shares or ages"));
        }
        let kept = serde_json::to_value(self)
            .map_err(|e| Error::new(ErrorKind::InvalidModel, format!("the names cannot be kept: {e}")))?;
        Ok(model.with_profiles(kept))
    }

    /// Why a person with this record, whose likeliest profile is `own`, gets no name; none when nothing hangs on the
    /// model.
    ///
    /// # Errors
    /// When the row does not suit the model's ages.
    pub fn withheld(&self, own: Profile, row: &PersonRow<'_>) -> Result<Option<Undecided>> {
        if let Some(gain) = self.one_population {
            return Ok(Some(Undecided::OnePopulation { gain }));
        }
        let mut others: Vec<Profile> = Vec::new();
        for other in &self.others {
            let row = PersonRow { counts: row.counts, exposure: row.exposure, ..PersonRow::new(row.counts) };
            let posterior = other.model.posterior(row)?;
            let profile = other.naming.profile_of(other.naming.likeliest(&posterior).0);
            others.extend(profile.filter(|p| *p != own && !others.contains(p)));
        }
        others.sort_by_key(|p| p.index());
        Ok((!others.is_empty()).then_some(Undecided::Unsettled { others }))
    }
}

/// Whether names are of the groups of an outcome. With covariates of membership, the shares of a naming are the mean of
/// everyone's, which the model alone does not know.
pub(crate) fn of_outcome(naming: &Naming, outcome: &ModelOutcome<'_>) -> bool {
    let with_covariates = !outcome.model().spec().membership_names().is_empty();
    naming.groups.len() == outcome.groups()
        && naming.width == outcome.grid().width_years()
        && (with_covariates
            || naming.groups.iter().zip(outcome.shares()).all(|(n, share)| (n.share - share).abs() <= SHARES))
}

/// Whether names are of the groups of a model of one outcome.
pub(crate) fn belongs(naming: &Naming, model: &Model) -> bool {
    if model.groups().is_empty() {
        return model.only_outcome().is_ok_and(|outcome| of_outcome(naming, &outcome));
    }
    let groups = model.groups();
    naming.groups.len() == groups.len()
        && naming.width == model.grid().width_years()
        && naming.groups.iter().zip(groups).all(|(n, g)| (n.share - g.share).abs() <= SHARES)
}
