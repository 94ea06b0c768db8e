//! A model as it stands in a file: of either kind, told apart by the format that the file states.
//!
//! Does not belong here: what is in the file of one kind (`model`, `mixture::model`).

use super::mixture::model::{GENERAL_FORMAT, GeneralModel};
use super::model::{MODEL_FORMAT, TrajectoryModel};
use crate::error::{Error, ErrorKind, Result};
use serde_json::Value;
use std::path::Path;

/// A stored model of either kind.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, Group, StoredModel, TrajectoryModel};
/// let group = Group { share: 1.0, coefficients: vec![0.0], zero_coefficients: vec![], tau: None, dispersion: None };
/// let model = TrajectoryModel::new(Family::Poisson, AgeGrid::years(18, 19)?, vec![group])?;
/// assert_eq!(StoredModel::from_json(&model.to_json())?, StoredModel::Trajectory(model.clone()));
/// assert_eq!(StoredModel::from_json(&model.to_general().to_json())?, StoredModel::General(model.to_general()));
/// let other = StoredModel::from_json(r#"{"format": "shopping list"}"#).unwrap_err().to_string();
/// assert!(other.contains("`pleegprofiel-trajectory-model`") && other.contains("`shopping list`"));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum StoredModel {
    /// One series of counts, with polynomial curves: what [`TrajectoryModel::to_json`] writes.
    Trajectory(TrajectoryModel),
    /// Anything else that a [`ModelSpec`](crate::ModelSpec) says: what [`GeneralModel::to_json`] writes.
    General(GeneralModel),
}

impl StoredModel {
    /// Reads a model of the kind that its field `format` states.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is no JSON or states neither format (the message says what was
    /// expected and what is there), or as [`TrajectoryModel::from_json`] and [`GeneralModel::from_json`].
    pub fn from_json(text: &str) -> Result<StoredModel> {
        match stated(text) {
            Stated::Format(format) if format == MODEL_FORMAT => {
                Ok(StoredModel::Trajectory(TrajectoryModel::from_json(text)?))
            }
            Stated::Format(format) if format == GENERAL_FORMAT => {
                Ok(StoredModel::General(GeneralModel::from_json(text)?))
            }
            other => Err(Error::new(
                ErrorKind::InvalidModel,
                format!(
                    "not a usable trajectory model: expected JSON whose field `format` is `{MODEL_FORMAT}` or `{GENERAL_FORMAT}`, but {}",
                    other.words()
                ),
            )),
        }
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Io`] when the file cannot be read, otherwise as [`StoredModel::from_json`].
    pub fn load(path: impl AsRef<Path>) -> Result<StoredModel> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|e| Error::new(ErrorKind::Io, format!("{} cannot be read: {e}", path.display())))?;
        StoredModel::from_json(&text)
    }
}

/// That a text which is no model of the format wanted is something else, in words; none when it states that format, or is
/// no JSON, of which its reader says more.
pub(crate) fn of_another_kind(text: &str, wanted: &str) -> Option<String> {
    match stated(text) {
        Stated::Format(format) if format == wanted => None,
        Stated::NoJson => None,
        Stated::Format(format) if format == MODEL_FORMAT || format == GENERAL_FORMAT => Some(format!(
            "the format is `{format}`, not `{wanted}`: a stored model of another kind, which StoredModel reads"
        )),
        Stated::Format(format) => Some(format!("the format is `{format:.40}`, not `{wanted}`")),
        other => Some(format!("the format is not `{wanted}`: {}", other.words())),
    }
}

/// What a text says it is.
enum Stated {
    Format(String),
    NoFormat,
    NoObject(&'static str),
    NoJson,
}

impl Stated {
    fn words(&self) -> String {
        match self {
            Stated::Format(format) => format!("it is `{format:.40}`"),
            Stated::NoFormat => "this JSON object has no such field".into(),
            Stated::NoObject(what) => format!("this is {what}, not an object"),
            Stated::NoJson => "this is no JSON".into(),
        }
    }
}

fn stated(text: &str) -> Stated {
    match serde_json::from_str::<Value>(text) {
        Err(_) => Stated::NoJson,
        Ok(Value::Object(fields)) => match fields.get("format") {
            Some(Value::String(format)) => Stated::Format(format.clone()),
            _ => Stated::NoFormat,
        },
        Ok(Value::Array(_)) => Stated::NoObject("a list"),
        Ok(_) => Stated::NoObject("a single value"),
    }
}
