//! The reference model itself: its parts put together, read and checked.

use crate::error::{Error, ErrorKind, Result};
use crate::profile::definitions::Definitions;
use crate::profile::kind::Profile;
use crate::profile::model::name_model;
use crate::profile::naming::Naming;
use crate::profile::reference::card::{REFERENCE_NAME, ReferenceCard};
use crate::profile::reference::career_model::CareerModel;
use crate::trajectory::model::Model;
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;

/// The data of the reference model, as written by the calibration.
const DATA: &str = include_str!("brede-blik-2024-reconstruction.json");

/// The reference model: curves by age, whole careers, and the card that says what they are worth.
///
/// Its groups stand in the order of [`Profile::ALL`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReferenceModel {
    model: Model,
    career_model: CareerModel,
    card: ReferenceCard,
    #[serde(skip)]
    naming: Naming,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    model: Model,
    career_model: CareerModel,
    card: ReferenceCard,
}

/// The reference model shipped with the crate; read and checked once.
///
/// ```
/// use pleegprofiel::{Profile, reference_model};
/// let reference = reference_model();
/// assert_eq!(reference.card().name, "brede-blik-2024-reconstruction");
/// assert_eq!(reference.naming().profile_of(3), Some(Profile::Continuous));
/// let again = reference.card().figure("reoffended-5").expect("it is on the card");
/// assert!((again.simulated - 0.58).abs() < 0.02);
/// ```
pub fn reference_model() -> ReferenceModel {
    static MODEL: OnceLock<ReferenceModel> = OnceLock::new();
    MODEL.get_or_init(|| ReferenceModel::from_json(DATA).expect("a test reads the data shipped with the crate")).clone()
}

impl ReferenceModel {
    /// Puts a model together, checking that its parts belong together.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the groups, named by the default definitions, are not the four profiles in
    /// their order, their grid is not that of the careers, or the name is not that of the reference model; and as
    /// [`CareerModel::check`].
    pub fn new(model: Model, career_model: CareerModel, card: ReferenceCard) -> Result<ReferenceModel> {
        let refuse =
            |why: String| Err(Error::new(ErrorKind::InvalidModel, format!("not a usable reference model: {why}")));
        career_model.check()?;
        if card.name != REFERENCE_NAME {
            return refuse(format!("the name is not {REFERENCE_NAME}"));
        }
        if career_model.grid()? != model.grid() {
            return refuse("curves and careers are not on the same ages".into());
        }
        let naming = name_model(&model, &Definitions::default())?;
        for (k, profile) in Profile::ALL.into_iter().enumerate() {
            if naming.profile_of(k) != Some(profile) || model.groups().len() != 4 {
                let unnamed = naming.groups.get(k).map(|g| format!("{:?} {:?}", g.profile, g.unnamed));
                return refuse(format!("group {} is not {profile}: {}", k + 1, unnamed.unwrap_or_default()));
            }
        }
        Ok(ReferenceModel { model, career_model, card, naming })
    }

    /// Reads a model from its stored form.
    ///
    /// # Errors
    /// As [`ReferenceModel::new`]; and when the text is not JSON of that form.
    pub fn from_json(text: &str) -> Result<ReferenceModel> {
        let stored: Stored = serde_json::from_str(text)
            .map_err(|e| Error::new(ErrorKind::InvalidModel, format!("not a usable reference model: {e}")))?;
        ReferenceModel::new(stored.model, stored.career_model, stored.card)
    }

    /// The model in its stored form; reading it gives the same bits.
    pub fn to_json(&self) -> String {
        // a model holds nothing that JSON cannot
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Shares and curves of the four groups.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The names of its groups.
    pub fn naming(&self) -> &Naming {
        &self.naming
    }

    /// What it is, what it reproduces, what it assumes.
    pub fn card(&self) -> &ReferenceCard {
        &self.card
    }

    /// The model of whole careers behind it.
    pub fn career_model(&self) -> &CareerModel {
        &self.career_model
    }
}
