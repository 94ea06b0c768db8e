//! Limitations: what a classification had to do without, stated in the result.

use crate::cohort::careers::LeftOut;
use crate::profile::kind::Profile;
use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// Something that a reader of a classification has to know of what went in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Limitation {
    /// Observation begins after the first age of the model: what came before is unknown, not absent.
    NotFromFirstAge {
        /// Exact age at which observation begins.
        seen_from: f64,
        /// First exact age of the model.
        model_from: f64,
    },
    /// Ages in between that were not observed at liberty.
    Gaps {
        /// Years of age.
        years: f64,
    },
    /// Observed ages that the model does not have, without offences; they are not used.
    OutsideGrid {
        /// Years of age.
        years: f64,
    },
    /// Offences at ages with hardly any time at liberty: they count for much.
    LowExposure {
        /// How many offences.
        offences: u64,
        /// Below which part of the interval at liberty.
        below: f64,
    },
    /// Offences of the career that were not counted.
    LeftOut(LeftOut),
    /// Categories of offence that the model does not know; they were counted as offences like any other.
    OwnCategories(Vec<String>),
    /// Profiles that no group of the model shows: nobody can be given them.
    AbsentProfiles(Vec<Profile>),
    /// The people whose profile was known are calibrated by age only; this record has gaps or time in custody.
    CalibrationUnlike,
    /// The prediction set holds one profile although records that end here do not tell it from another: what was not ruled
    /// out is no answer.
    LoneProfile,
    /// The last age of the model is observed: there is no next year in it.
    EndOfModel,
    /// It is not known which offence is the index offence; there is no forecast.
    IndexUnknown {
        /// Ages with an offence that may be it.
        places: usize,
    },
    /// Of the index offence only the year of age is known.
    IndexYearOnly,
    /// The groups have the shares that they have among people with the same covariates: these, with this person's values.
    /// What a covariate stands for (sex, income, a neighbourhood) so takes part in the answer.
    OwnShares(Vec<(String, f64)>),
    /// The model has other outcomes, which were not looked at.
    OtherOutcomes(Vec<String>),
}

impl Limitation {
    /// The limitation as one sentence.
    pub fn text(&self, language: Language) -> String {
        let short = |value: f64| language.short(value);
        match self {
            Limitation::NotFromFirstAge { seen_from, model_from } => {
                let (seen, from) = (short(*seen_from), short(*model_from));
                language.pick(
                    format!("Waargenomen vanaf {seen} jaar; het model begint bij {from}. Wat daarvoor gebeurde is onbekend."),
                    format!("Observed from age {seen}; the model begins at {from}. What happened before is unknown."),
                )
            }
            Limitation::Gaps { years } => language.pick(
                format!("{} jaar daartussen is niet in vrijheid waargenomen en telt niet mee.", short(*years)),
                format!("{} years in between were not observed at liberty and do not count.", short(*years)),
            ),
            Limitation::OutsideGrid { years } => language.pick(
                format!("{} waargenomen jaar zonder delicten buiten de leeftijden van het model is niet gebruikt.", short(*years)),
                format!("{} observed years without offences outside the ages of the model are not used.", short(*years)),
            ),
            Limitation::LowExposure { offences, below } => language.pick(
                format!("{offences} delicten vallen op leeftijden met minder dan {} van de tijd in vrijheid en wegen zwaar.", short(*below)),
                format!("{offences} offences fall at ages with less than {} of the time at liberty and weigh heavily.", short(*below)),
            ),
            Limitation::LeftOut(left) => {
                let total = left.other_categories + left.in_custody + left.outside_grid;
                let parts = [left.other_categories, left.in_custody, left.outside_grid];
                language.pick(
                    format!("{total} delicten tellen niet mee: {} van andere categorieën, {} in detentie, {} buiten de leeftijden van het model.", parts[0], parts[1], parts[2]),
                    format!("{total} offences are not counted: {} of other categories, {} in custody, {} outside the ages of the model.", parts[0], parts[1], parts[2]),
                )
            }
            Limitation::OwnCategories(keys) => {
                let (nl, en) = if keys.len() == 1 { ("categorie", "category") } else { ("categorieën", "categories") };
                let list = language.list(keys);
                language.pick(
                    format!("Het model kent de {nl} {list} niet; die delicten tellen als elk ander."),
                    format!("The model does not know the {en} {list}; those offences count like any other."),
                )
            }
            Limitation::AbsentProfiles(profiles) => {
                let list: Vec<String> = profiles.iter().map(|p| format!("'{}'", p.label(language))).collect();
                let list = language.list(&list);
                let (nl, en) = match profiles.len() {
                    1 => (["het profiel", "het"], ["profile", "it"]),
                    _ => (["de profielen", "ze"], ["profiles", "them"]),
                };
                language.pick(
                    format!("Geen groep van het model toont {} {list}: niemand kan {} krijgen.", nl[0], nl[1]),
                    format!("No group of the model shows the {} {list}: nobody can be given {}.", en[0], en[1]),
                )
            }
            Limitation::CalibrationUnlike => language
                .pick(
                    "De ijking is per leeftijd en kent geen hiaten of detentie zoals in deze geschiedenis.",
                    "The calibration is by age and has no gaps or custody as this record has.",
                )
                .to_owned(),
            Limitation::LoneProfile => language
                .pick(
                    "Dat er maar één profiel overblijft is geen antwoord: van wie tot hier is gevolgd is dat profiel niet genoeg van een ander te onderscheiden.",
                    "That one profile is left is no answer: from records that end here it cannot be told well enough from another.",
                )
                .to_owned(),
            Limitation::IndexUnknown { places } => {
                let [nl, en] = match places {
                    1 => ["het delict op de ene leeftijd die daarvoor in aanmerking komt", "the offence at the one age that it can be"],
                    _ => ["een van de delicten in deze geschiedenis, en welk is niet bekend", "one of the offences of this record, and which is not known"],
                };
                language.pick(
                    format!("Van het eerste delict mensenhandel is geen datum of leeftijd gegeven. Aangenomen is dat het {nl}: daarna pleegt men in het model minder, en sommigen niets meer. Een profiel staat er alleen als het ook klopt wanneer dat delict het laatste is. Een verwachting is er niet."),
                    format!("No date or age of the first trafficking offence is given. It is taken to be {en}: in the model people offend less after it, and some not at all. A profile is named only if it also holds when the last offence is it. There is no forecast."),
                )
            }
            Limitation::IndexYearOnly => language
                .pick(
                    "Van het eerste delict mensenhandel is alleen de leeftijd in hele jaren bekend. Is in dat jaar iemand deels niet in vrijheid, dan is aangenomen dat die tijd op dat delict volgt.",
                    "Of the first trafficking offence only the age in completed years is known. Time not at liberty in that year is taken to follow the offence.",
                )
                .to_owned(),
            Limitation::OwnShares(covariates) => {
                let list: Vec<String> =
                    covariates.iter().map(|(name, value)| format!("{name} = {}", short(*value))).collect();
                let list = language.list(&list);
                language.pick(
                    format!("Vooraf gelden de aandelen van de groepen onder mensen met {list}: dat kenmerk telt mee in het antwoord."),
                    format!("Beforehand the groups have their shares among people with {list}: that takes part in the answer."),
                )
            }
            Limitation::OtherOutcomes(names) => {
                let list = language.list(&names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>());
                language.pick(
                    format!("Het model kent ook {list}; daarnaar is niet gekeken."),
                    format!("The model also has {list}, which was not looked at."),
                )
            }
            Limitation::EndOfModel => language
                .pick(
                    "De laatste leeftijd van het model is waargenomen: er is geen volgend jaar in.",
                    "The last age of the model is observed: there is no next year in it.",
                )
                .to_owned(),
        }
    }
}
