//! A model as it stands in a file. There are two formats: groups with their polynomials, for models of counts, and the whole
//! specification with its parameters, for anything else. Which one a file has is stated in it.

use crate::cohort::grid::AgeGrid;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use crate::trajectory::model::candidate::FormCandidate;
use crate::trajectory::model::group::Group;
use crate::trajectory::spec::layout::Layout;
use crate::trajectory::spec::{MAX_CLASSES, Spec, check};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::path::Path;

/// Format name of a stored model of counts with polynomial curves.
pub const MODEL_FORMAT: &str = "pleegprofiel-trajectory-model";
/// Format name of any other stored model.
pub const GENERAL_FORMAT: &str = "pleegprofiel-general-model";
/// Version of both formats.
pub const MODEL_VERSION: u32 = 1;

/// Groups with their polynomials.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredGroups {
    format: String,
    version: u32,
    family: Family,
    grid: AgeGrid,
    groups: Vec<Group>,
    /// What the form and the number of groups were chosen from; nothing when they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chosen_from: Vec<FormCandidate>,
    /// What was decided about the groups, which is no concern of this layer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profiles: Option<Value>,
}

impl TryFrom<StoredGroups> for Model {
    type Error = Error;
    fn try_from(stored: StoredGroups) -> Result<Model> {
        if stored.version != MODEL_VERSION {
            let version = stored.version;
            let why = format!("not a usable trajectory model: format version {version} is not {MODEL_VERSION}");
            return Err(Error::new(ErrorKind::InvalidModel, why));
        }
        let model = Model::new(stored.family, stored.grid, stored.groups)?;
        Ok(Model { profiles: stored.profiles, chosen_from: stored.chosen_from, ..model })
    }
}

/// The whole specification with its parameters.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredWhole {
    format: String,
    version: u32,
    spec: Spec,
    grid: AgeGrid,
    parameters: Vec<f64>,
    typical: Vec<Vec<f64>>,
    typical_x: Vec<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    profiles: Option<Value>,
}

impl TryFrom<StoredWhole> for Model {
    type Error = Error;
    fn try_from(s: StoredWhole) -> Result<Model> {
        let refuse = |m: String| Err(Error::new(ErrorKind::InvalidModel, format!("not a usable general model: {m}")));
        if s.version != MODEL_VERSION {
            return refuse(format!("format version {} is not {MODEL_VERSION}", s.version));
        }
        if s.spec.outcomes.is_empty() || s.spec.classes() == 0 || s.spec.classes() > MAX_CLASSES {
            return refuse("no outcomes, or a number of groups out of range".into());
        }
        for (o, outcome) in s.spec.outcomes.iter().enumerate() {
            check::stored_bases(outcome, s.spec.components(o), s.grid)?;
        }
        let layout = Layout::new(&s.spec);
        if s.parameters.len() != layout.len() || s.parameters.iter().any(|v| !v.is_finite()) {
            return refuse(format!("{} finite parameters wanted, {} given", layout.len(), s.parameters.len()));
        }
        let wide = s.typical.iter().zip(&s.spec.outcomes).all(|(t, o)| t.len() == o.varying.len());
        if s.typical.len() != s.spec.outcomes.len() || !wide || s.typical_x.len() != layout.terms {
            return refuse("the covariate means do not match the specification".into());
        }
        let given = Model::given(s.spec, s.grid, s.parameters);
        Ok(Model { typical: s.typical, typical_x: s.typical_x, profiles: s.profiles, ..given })
    }
}

impl Serialize for Model {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match &self.counts {
            Some(counts) => StoredGroups {
                format: MODEL_FORMAT.into(),
                version: MODEL_VERSION,
                family: counts.family(),
                grid: self.grid,
                groups: counts.groups().to_vec(),
                chosen_from: self.chosen_from.clone(),
                profiles: self.profiles.clone(),
            }
            .serialize(serializer),
            None => StoredWhole {
                format: GENERAL_FORMAT.into(),
                version: MODEL_VERSION,
                spec: self.spec.clone(),
                grid: self.grid,
                parameters: self.theta.clone(),
                typical: self.typical.clone(),
                typical_x: self.typical_x.clone(),
                profiles: self.profiles.clone(),
            }
            .serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Model {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Model, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let stated = Stated::of(&value);
        match &stated {
            Stated::Format(format) if format == MODEL_FORMAT => serde_json::from_value::<StoredGroups>(value)
                .map_err(D::Error::custom)?
                .try_into()
                .map_err(D::Error::custom),
            Stated::Format(format) if format == GENERAL_FORMAT => serde_json::from_value::<StoredWhole>(value)
                .map_err(D::Error::custom)?
                .try_into()
                .map_err(D::Error::custom),
            _ => Err(D::Error::custom(stated.refusal())),
        }
    }
}

impl Model {
    /// The model as JSON: its groups, when it is of counts with polynomial curves, or else its specification and parameters.
    /// Numbers are written so that reading gives the same bits.
    pub fn to_json(&self) -> String {
        // a model holds nothing that JSON cannot: finite numbers, strings, arrays
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads a model from JSON, of the kind that its field `format` states.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, Model, trajectory::Group};
    /// let model = Model::new(Family::Poisson, AgeGrid::years(18, 19)?, vec![Group::poisson(1.0, [0.0])])?;
    /// assert_eq!(Model::from_json(&model.to_json())?, model);
    /// let other = Model::from_json(r#"{"format": "shopping list"}"#).unwrap_err().to_string();
    /// assert!(other.contains("`pleegprofiel-trajectory-model`") && other.contains("`shopping list`"));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidModel`] when the text is no JSON or states neither format (the message says what was
    /// expected and what is there), is of another version, has unknown fields, does not pass the checks of [`Model::new`],
    /// or has parameters that do not match its specification.
    pub fn from_json(text: &str) -> Result<Model> {
        // from the text itself, so that a problem has its line and column
        let unusable = |kind: &str, e: serde_json::Error| {
            Error::new(ErrorKind::InvalidModel, format!("not a usable {kind} model: {e}"))
        };
        let stated = serde_json::from_str::<Value>(text).map_or(Stated::NoJson, |value| Stated::of(&value));
        match &stated {
            Stated::Format(format) if format == MODEL_FORMAT => {
                serde_json::from_str::<StoredGroups>(text).map_err(|e| unusable("trajectory", e))?.try_into()
            }
            Stated::Format(format) if format == GENERAL_FORMAT => {
                serde_json::from_str::<StoredWhole>(text).map_err(|e| unusable("general", e))?.try_into()
            }
            _ => Err(Error::new(ErrorKind::InvalidModel, stated.refusal())),
        }
    }

    /// Reads a model from a file.
    ///
    /// # Errors
    /// Kind [`ErrorKind::Io`] when the file cannot be read, otherwise as [`Model::from_json`].
    pub fn load(path: impl AsRef<Path>) -> Result<Model> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|cause| Error::io(&path.display().to_string(), "read", cause))?;
        Model::from_json(&text)
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
    fn of(value: &Value) -> Stated {
        match value {
            Value::Object(fields) => match fields.get("format") {
                Some(Value::String(format)) => Stated::Format(format.clone()),
                _ => Stated::NoFormat,
            },
            Value::Array(_) => Stated::NoObject("a list"),
            _ => Stated::NoObject("a single value"),
        }
    }

    fn refusal(&self) -> String {
        format!(
            "not a usable trajectory model: expected JSON whose field `format` is `{MODEL_FORMAT}` or `{GENERAL_FORMAT}`, but {}",
            self.words()
        )
    }

    fn words(&self) -> String {
        match self {
            Stated::Format(format) => format!("it is `{format:.40}`"),
            Stated::NoFormat => "this JSON object has no such field".into(),
            Stated::NoObject(what) => format!("this is {what}, not an object"),
            Stated::NoJson => "this is no JSON".into(),
        }
    }
}
