//! What the HTML page says, as facts and sentences in one language.
//!
//! Does not belong here: markup (`html` and its template).

use super::findings::comma;
use super::{Report, thousands};
use crate::profile::language::Language;
use crate::profile::naming::Naming;
use crate::trajectory::family::Family;
use crate::trajectory::fit::record::StartStop;
use crate::trajectory::spec::basis::Basis;

/// A label and what stands beside it.
pub(super) type Fact = (String, String);

pub(super) fn family_words(family: Family, language: Language) -> &'static str {
    match family {
        Family::Poisson => "Poisson",
        Family::Zip => language.pick("Poisson met extra nullen (ZIP)", "zero-inflated Poisson (ZIP)"),
        Family::ZipTau => language.pick("Poisson met extra nullen, ZIP(tau)", "zero-inflated Poisson, ZIP(tau)"),
        Family::NegBin => language.pick("negatief binomiaal", "negative binomial"),
        Family::NegMultinomial => language.pick(
            "negatief multinomiaal (een blijvende factor per persoon)",
            "negative multinomial (a lasting factor a person)",
        ),
        Family::Zinb => language.pick("negatief binomiaal met extra nullen", "zero-inflated negative binomial"),
        Family::Bernoulli => language.pick("wel of geen delict (Bernoulli)", "participation (Bernoulli)"),
        Family::CensoredNormal => language.pick("gecensureerd normaal", "censored normal"),
        Family::Beta => language.pick("bèta", "beta"),
    }
}

/// Degrees of curves in age: one when all are the same; splines in words.
fn curve_words(bases: &[Basis], language: Language) -> String {
    let word = |basis: &Basis| match basis {
        Basis::Polynomial { degree } => degree.to_string(),
        Basis::NaturalSpline { knots, .. } => language.pick(
            format!("natuurlijke spline met {} knopen", knots.len()),
            format!("natural spline of {} knots", knots.len()),
        ),
        Basis::BSpline { knots, .. } => {
            language.pick(format!("B-spline met {} knopen", knots.len()), format!("B-spline of {} knots", knots.len()))
        }
    };
    let same = bases.windows(2).all(|w| w[0] == w[1]);
    let shown = if same { &bases[..bases.len().min(1)] } else { bases };
    shown.iter().map(word).collect::<Vec<_>>().join(", ")
}

impl Report<'_> {
    /// What was fitted, and on what.
    pub(super) fn facts(&self) -> Vec<Fact> {
        let (language, shown, grid) = (self.language, &self.shown, self.shown.grid());
        let fact = |nl: &str, en: &str, value: String| (language.pick(nl, en).to_owned(), value);
        let [curves, zero] = shown.bases();
        let (from, to) = (language.short(grid.start_age(0)), language.short(grid.start_age(grid.len())));
        let width = language.short(grid.width_years());
        let mut facts = vec![
            fact(
                "model",
                "model",
                language.pick(
                    format!("groepstrajectoriemodel, {}", family_words(shown.family(), language)),
                    format!("group-based trajectory model, {}", family_words(shown.family(), language)),
                ),
            ),
            fact("groepen", "groups", shown.groups.len().to_string()),
            fact("graad in leeftijd", "degree in age", curve_words(&curves, language)),
        ];
        if shown.common_dispersion() {
            let one = language.pick("één voor alle groepen", "one for all groups").to_owned();
            facts.push(fact("spreiding", "dispersion", one));
        }
        if shown.family().has_zero_curve() {
            facts.push(fact("graad van het nuldeel", "degree of the zero part", curve_words(&zero, language)));
        }
        facts.extend(self.general_facts());
        facts.extend([
            fact("personen", "persons", thousands(shown.persons() as u64, language)),
            fact(
                "waargenomen cellen (persoon x leeftijd)",
                "observed cells (person x age)",
                thousands(shown.observations, language),
            ),
            fact("delicten", "offences", thousands(self.events, language)),
            fact(
                "leeftijden",
                "ages",
                language.pick(
                    format!("van {from} tot {to} jaar, in stappen van {width}"),
                    format!("from {from} to {to} years, in steps of {width}"),
                ),
            ),
            fact(
                "tijd in vrijheid",
                "time at liberty",
                match self.has_exposure {
                    true => {
                        language.pick("per persoon en leeftijd in rekening gebracht", "accounted for by person and age")
                    }
                    false => language.pick(
                        "niet opgegeven: iedereen geldt als steeds in vrijheid",
                        "not given: everyone counts as at liberty throughout",
                    ),
                }
                .to_owned(),
            ),
        ]);
        facts
    }

    /// Figures of the fit as a whole.
    pub(super) fn fit_figures(&self) -> Vec<Fact> {
        let (language, fit) = (self.language, self.shown.fit());
        let number = |value: f64| language.number(value, 2);
        let label = |nl: &str, en: &str| language.pick(nl, en).to_owned();
        let mut facts = vec![
            (
                label("log-aannemelijkheid (met alle constanten)", "log-likelihood (with every constant)"),
                number(fit.log_likelihood),
            ),
            (label("vrije parameters", "free parameters"), fit.parameters.to_string()),
            ("AIC".to_owned(), number(fit.aic)),
            (label("BIC (personen)", "BIC (persons)"), number(fit.bic_persons)),
            (label("BIC (cellen)", "BIC (cells)"), number(fit.bic_observations)),
            ("ICL".to_owned(), number(fit.icl)),
        ];
        if let Some(entropy) = fit.entropy {
            facts.push((label("relatieve entropie", "relative entropy"), language.number(entropy, 3)));
        }
        facts.extend(self.membership_figures());
        facts
    }

    /// How the optimum was looked for and how often it was found.
    pub(super) fn search_words(&self) -> Vec<String> {
        let (language, fit) = (self.language, self.shown.fit());
        let starts = &fit.starts;
        let climbed = starts.iter().filter(|s| s.stop == StartStop::Converged);
        let best = climbed.clone().map(|s| s.log_likelihood).fold(f64::NEG_INFINITY, f64::max);
        let reached = climbed.clone().filter(|s| best - s.log_likelihood < 1e-2).count();
        let (climbed, optima) = (climbed.count(), fit.optima.len());
        let (asked, seed) = self.shown.search();
        let total = starts.len();
        vec![
            language.pick(
                format!(
                    "{asked} starts gevraagd (seed {seed}); met naburige optima van de beste erbij {total} pogingen. Daarvan klommen er {climbed} tot een maximum, de rest viel eerder af."
                ),
                format!(
                    "{asked} starts asked for (seed {seed}); with the neighbours of the best ones {total} attempts. {climbed} of them climbed to a maximum, the others fell behind before."
                ),
            ),
            language.pick(
                format!("Aantal verschillende optima: {optima}. Het beste is {reached} keer bereikt."),
                format!("Number of distinct optima: {optima}. The best one was reached {reached} time{}.", if reached == 1 { "" } else { "s" }),
            ),
            match fit.converged {
                true => language.pick(
                    format!("Grootste element van de gradiënt in de uitkomst: {}.", comma(fit.gradient_norm)),
                    format!("Largest gradient element at the answer: {:.1e}.", fit.gradient_norm),
                ),
                false => language
                    .pick("De beste poging is niet geconvergeerd.", "The best attempt did not converge.")
                    .to_owned(),
            },
        ]
    }

    /// The name of each group with the reasons, and the profiles that no group shows.
    pub(super) fn naming_words(&self) -> Vec<String> {
        let language = self.language;
        let mut words: Vec<String> = self.naming.groups.iter().map(|g| g.text(language)).collect();
        words.extend(self.naming.absent.iter().map(|a| sentence(&a.text(language))));
        words
    }

    /// What these figures cannot say; with sources.
    pub(super) fn cautions(&self) -> Vec<String> {
        let language = self.language;
        let mut all = Naming::cautions(language);
        all.insert(
            all.len().min(4),
            language
                .pick(
                    "Wie mensen hard bij één groep indeelt, verzwakt alle verbanden die daarna worden berekend: gebruik de kansen als gewicht, of een driestapsmethode.",
                    "Assigning people to one group for certain attenuates every relation computed afterwards: use the probabilities as weights, or a three-step method.",
                )
                .to_owned(),
        );
        all
    }
}

/// A clause as a sentence.
pub(super) fn sentence(clause: &str) -> String {
    let mut chars = clause.chars();
    let first = chars.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The literature the page refers to.
pub(super) const REFERENCES: [&str; 8] = [
    "Bauer, D. J. & Curran, P. J. (2003). Distributional assumptions of growth mixture models: implications for overextraction of latent trajectory classes. Psychological Methods 8, 338-363.",
    "Bushway, S. D., Sweeten, G. & Nieuwbeerta, P. (2009). Measuring long term individual trajectories of offending using multiple methods. Journal of Quantitative Criminology 25, 259-286.",
    "Lambert, D. (1992). Zero-inflated Poisson regression, with an application to defects in manufacturing. Technometrics 34, 1-14.",
    "Nagin, D. S. (2005). Group-Based Modeling of Development. Harvard University Press.",
    "Nagin, D. S. & Tremblay, R. E. (2005). Developmental trajectory groups: fact or a useful statistical fiction? Criminology 43, 873-904.",
    "Nielsen, J. D. et al. (2014). Group-based criminal trajectory analysis using cross-validation criteria. Communications in Statistics - Theory and Methods 43, 4337-4356.",
    "Sampson, R. J. & Laub, J. H. (2003). Life-course desisters? Trajectories of crime among delinquent boys followed to age 70. Criminology 41, 555-592.",
    "van de Schoot, R. et al. (2017). The GRoLTS-checklist: guidelines for reporting on latent trajectory studies. Structural Equation Modeling 24, 451-467.",
];
