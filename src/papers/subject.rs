//! What the crate knows of an instrument or a model.

use crate::profile::reference::model::ReferenceModel;
use crate::risk::instrument::Instrument;
use crate::trajectory::model::Model;

/// What papers are written of.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// Name.
    pub name: String,
    /// Version or content hash.
    pub version: String,
    /// What comes out, in words.
    pub outcome: String,
    /// Whom it is for.
    pub population: String,
    /// Data it rests on.
    pub data: String,
    /// How it works.
    pub technique: String,
    /// What is known of how well it does.
    pub validation: String,
    /// What it may not be used for.
    pub not_for: Vec<String>,
    /// Protected or proxy characteristics it uses.
    pub uses: Vec<String>,
    /// Licence.
    pub licence: String,
    /// Sources: title and version.
    pub sources: Vec<(String, String)>,
    /// Figures with a name.
    pub figures: Vec<(String, f64)>,
}

const NEVER: [&str; 2] = ["a decision about a person by itself", "saying what anyone is or will do"];

impl Subject {
    /// Of a loaded instrument.
    pub fn instrument(instrument: &Instrument) -> Subject {
        let card = instrument.card();
        let p = &card.population;
        let horizons: Vec<String> = card
            .horizons
            .iter()
            .map(|h| h.words.clone().unwrap_or_else(|| format!("{} months", h.months.unwrap_or_default())))
            .collect();
        Subject {
            name: card.title.clone(),
            version: format!("{} {}, sha256 {}", card.id, card.version, instrument.content_hash()),
            outcome: format!("{} ({})", card.outcome, horizons.join(", ")),
            population: format!(
                "{}; {}; from {} years; {}",
                p.jurisdiction,
                p.legal_status.join(", "),
                p.age_from,
                p.words
            ),
            data: format!("{}; period: {}", card.sample, card.period),
            technique: format!(
                "Published sums of terms of {} items; {} published or independently computed results come out whenever it is \
                 loaded. An answer that is not known stays unknown.",
                instrument.item_names().count(),
                instrument.golden_vectors()
            ),
            validation: card.validation.clone(),
            not_for: card.not_for.clone(),
            uses: card.uses.clone(),
            licence: format!("{}: {}", card.licence, card.notice),
            sources: card.documents.iter().map(|d| (d.title.clone(), d.version.clone())).collect(),
            figures: vec![("golden vectors reproduced".into(), instrument.golden_vectors() as f64)],
        }
    }

    /// Of a fitted trajectory model; the data are the user's.
    pub fn model(name: &str, model: &Model) -> Subject {
        let grid = model.grid();
        let ages = format!("ages {} to {}", grid.start_age(0), grid.start_age(grid.len()));
        Subject {
            name: name.to_owned(),
            version: format!("{} groups, {}", model.groups().len(), model.family()),
            outcome: "groups of people with alike offending by age; probabilities of belonging to each".into(),
            population: format!("the cohort it was fitted to, {ages}"),
            data: String::new(),
            technique: format!(
                "Group-based trajectory model ({}), {} groups, {} parameters, maximum likelihood.",
                model.family(),
                model.groups().len(),
                model.parameters().len()
            ),
            validation: String::new(),
            not_for: NEVER.map(str::to_owned).to_vec(),
            uses: Vec::new(),
            licence: String::new(),
            sources: Vec::new(),
            figures: model
                .groups()
                .iter()
                .enumerate()
                .map(|(k, g)| (format!("share of group {}", k + 1), g.share))
                .collect(),
        }
    }

    /// Of the reference model of this crate.
    pub fn reference(reference: &ReferenceModel) -> Subject {
        let card = reference.card();
        let missed = card.not_reproduced().count();
        let mut subject = Subject::model(crate::profile::reference::card::REFERENCE_NAME, reference.model());
        subject.population = "nobody: made-up careers with the published margins of a Dutch study".into();
        subject.data = "published figures of the Dutch National Rapporteur (2024); no personal data".into();
        subject.validation =
            format!("{missed} published figures are not reproduced; each stands in the card with the reason");
        subject.licence = "MIT OR Apache-2.0".into();
        subject
    }
}
