//! From a dossier to a draft.

use super::{Body, Draft, context, frames, instruments, offending, profile};
use crate::advice::dossier::Dossier;
use crate::advice::intervention::Interventions;
use crate::advice::needs::{Harm, Need};
use crate::advice::statement::{Ground, Part, Says, Section, Statement};
use crate::error::Result;
use crate::profile::classify::at_index::classifier::CareerClassifier;
use crate::profile::classify::options::ClassifyOptions;
use crate::profile::language::Language;
use crate::profile::reference::model::ReferenceModel;
use crate::risk::instrument::written::sha256::sha256;

/// Makes drafts. It holds the model of careers, which takes a while to prepare; one serves any number of dossiers and
/// threads.
///
/// ```
/// use pleegprofiel::{Language, advice::{Assembler, Dossier, Part, Says}, reference_model};
/// let assembler = Assembler::new(&reference_model())?;
/// let empty = r#"{"format": "pleegprofiel-dossier", "format_version": 1,
///     "asked": {"on": "2026-02-01", "instruments": []}}"#;
/// let draft = assembler.draft(&Dossier::from_json(empty)?, Language::English)?;
/// // what is absent is unknown, never "no"
/// assert!(draft.part(Part::SocialContext).iter().all(|s| s.says <= Says::Unknown));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Assembler {
    pub(super) classifier: CareerClassifier,
    pub(super) model: Ground,
    pub(super) interventions: Interventions,
}

impl Assembler {
    /// With a reference model and the default options.
    ///
    /// # Errors
    /// As [`CareerClassifier::new`].
    pub fn new(reference: &ReferenceModel) -> Result<Assembler> {
        Assembler::with(reference, ClassifyOptions::default())
    }

    /// With options of the classification.
    ///
    /// # Errors
    /// As [`CareerClassifier::with`].
    pub fn with(reference: &ReferenceModel, options: ClassifyOptions) -> Result<Assembler> {
        let classifier = CareerClassifier::with(reference, options)?;
        let hash = sha256(reference.to_json().as_bytes());
        let model = Ground::Model { name: reference.card().name.clone(), hash };
        Ok(Assembler { classifier, model, interventions: Interventions::default() })
    }

    /// With the caller's interventions.
    pub fn interventions(mut self, interventions: Interventions) -> Assembler {
        self.interventions = interventions;
        self
    }

    /// Puts a draft together.
    ///
    /// # Errors
    /// When the classification fails for another reason than the person's record; a person who cannot be placed is no
    /// error but a sentence.
    pub fn draft(&self, dossier: &Dossier, language: Language) -> Result<Draft> {
        let mut sections = Vec::with_capacity(Part::ALL.len());
        let mut section = |part: Part, statements: Vec<Statement>| sections.push(Section { part, statements });
        section(Part::Account, context::account(dossier, language));
        section(Part::Offending, offending::statements(dossier, language));
        let (profile, statements) = profile::of(self, dossier, language)?;
        section(Part::Profile, statements);
        let (instruments, statements) = instruments::of(dossier, language)?;
        section(Part::Instruments, statements);
        let (factors, social_context, [of_factors, of_context]) = context::factors(dossier, language);
        section(Part::Factors, of_factors);
        section(Part::SocialContext, of_context);
        section(Part::Needs, vec![by_hand("needs", language)]);
        section(Part::SeriousHarm, vec![by_hand("serious-harm", language)]);
        section(Part::Information, context::information(dossier, language));
        section(Part::NoAdvice, context::no_advice(dossier, language));
        let (frames, statements) = frames::of(dossier, language);
        section(Part::Frames, statements);
        section(Part::Interventions, frames::interventions(&self.interventions, language));
        Ok(Draft::new(Body {
            engine: concat!("pleegprofiel ", env!("CARGO_PKG_VERSION")).to_owned(),
            language,
            dossier: dossier.hash.clone(),
            identifiers: dossier.identifiers.printable.clone(),
            asked: dossier.asked.clone(),
            sections,
            profile,
            instruments,
            factors,
            social_context,
            needs: Need::unanswered(),
            serious_harm: Harm::open(),
            frames,
            interventions: self.interventions.list.clone(),
            unread: dossier.unread.clone(),
        }))
    }
}

/// What the professional fills in.
fn by_hand(key: &str, language: Language) -> Statement {
    let text = language.pick(
        "Vult de professional in; dit programma berekent het niet, en een profiel zegt er niets over.",
        "For the professional to fill in; this program does not compute it, and a profile says nothing of it.",
    );
    let ground = Ground::rule(language.pick(
        "behoeften en ernstige schade beoordeelt een professional",
        "needs and serious harm are a professional's judgement",
    ));
    Statement::new(key, Says::NotAsked, text, ground)
}
