//! The Dutch reporting standard for algorithms, 0.1a14: a system card with a model card inside, as YAML.

use super::yaml::yaml;
use super::{AI_ACT, Answered, Paper, Subject, TO_FILL};
use serde_json::json;

/// The standard and the commit its schemas were read at.
pub const REPORTING_STANDARD: &str = "algorithm reporting standard 0.1a14 (29a1202)";

impl Subject {
    /// The system card with its model card.
    pub fn system_card(&self) -> Paper {
        let measures: Vec<_> = AI_ACT
            .iter()
            .map(|r| {
                let (state, value) = match r.answered {
                    Answered::Here(place) => ("done", place),
                    Answered::InPart(place) => ("in progress", place),
                    Answered::User(what) => ("to do", what),
                };
                json!({"urn": format!("urn:eu:ai-act:{}", r.article), "state": state, "value": format!("{}: {value}", r.asks)})
            })
            .collect();
        let metrics: Vec<_> = self
            .figures
            .iter()
            .map(|(name, value)| json!({"type": "other", "name": name, "dtype": "float", "value": value.to_string()}))
            .collect();
        let license = if self.licence.is_empty() { TO_FILL } else { self.licence.as_str() };
        let data = if self.data.is_empty() { TO_FILL } else { self.data.as_str() };
        let card = json!({
            "schema_version": "0.1a14",
            "name": self.name,
            "description": format!("{}; for {}", self.outcome, self.population),
            "provenance": {"author": TO_FILL},
            "owners": [{"organization": TO_FILL, "email": TO_FILL}],
            "ai_act_profile": {
                "type": "AI-systeem",
                "open_source": "open-source",
                "risk_group": "hoog-risico AI",
                "transparency_obligations": "transparantieverplichting",
                "role": "gebruiksverantwoordelijke",
            },
            "status": TO_FILL,
            "goal_and_impact": format!("Not for: {}", self.not_for.join("; ")),
            "considerations": TO_FILL,
            "risk_management": TO_FILL,
            "human_intervention": "The result supports a professional's own judgement and never replaces it.",
            "legal_base": [{"name": TO_FILL}],
            "used_data": data,
            "technical_design": format!("{} Version: {}", self.technique, self.version),
            "references": self.sources.iter().map(|(t, v)| json!({"name": format!("{t} ({v})")})).collect::<Vec<_>>(),
            "requirements": [],
            "measures": measures,
            "models": [{
                "name": self.name,
                "license": {"license_name": license},
                "model_index": [{
                    "name": self.name,
                    "model": TO_FILL,
                    "artifacts": [],
                    "parameters": [],
                    "results": [{
                        "task": [{"type": "other", "name": self.outcome}],
                        "datasets": [{"type": "other", "name": data}],
                        "metrics": metrics,
                        "measurements": {},
                    }],
                }],
            }],
            "assessments": [],
        });
        let mut to_fill: Vec<String> = [
            "provenance.author",
            "owners",
            "status",
            "considerations",
            "risk_management",
            "legal_base",
            "models.model_index.model",
            "assessments",
        ]
        .map(str::to_owned)
        .to_vec();
        if self.data.is_empty() {
            to_fill.push("used_data".into());
        }
        if self.licence.is_empty() {
            to_fill.push("models.license".into());
        }
        let mut text = format!("# {REPORTING_STANDARD}\n{}", yaml(&card));
        text += "# To be filled in:\n";
        to_fill.iter().for_each(|f| text += &format!("#   {f}\n"));
        Paper { text, to_fill }
    }
}
