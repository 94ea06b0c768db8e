//! What a report of a general model has to say beyond that of plain counts: covariates, other outcomes, dropout, and which
//! checks it did not stand.

use super::Report;
use super::page::Fact;
use crate::trajectory::spec::layout::Part;

impl Report<'_> {
    /// What else the model has.
    pub(super) fn general_facts(&self) -> Vec<Fact> {
        let Some(of) = self.shown.of_general() else { return Vec::new() };
        let (language, model) = (self.language, of.fit().model());
        let fact = |nl: &str, en: &str, value: String| (language.pick(nl, en).to_owned(), value);
        let mut facts = Vec::new();
        let names = model.outcome_names();
        if names.len() > 1 {
            facts.push(fact("uitkomst", "outcome", of.of_model().name().to_owned()));
            let others: Vec<String> =
                names.iter().filter(|n| **n != of.of_model().name()).map(|n| (*n).to_owned()).collect();
            facts.push(fact("andere uitkomsten van het model", "other outcomes of the model", language.list(&others)));
        }
        let covariates = model.spec().membership_names();
        if !covariates.is_empty() {
            facts.push(fact("kenmerken van lidmaatschap", "covariates of membership", language.list(covariates)));
        }
        if model.has_dropout() {
            let by_group = language.pick("per groep geschat", "estimated by group");
            facts.push(fact("uitval", "dropout", by_group.to_owned()));
        }
        facts
    }

    /// Effects of covariates on membership, with their standard errors.
    pub(super) fn membership_figures(&self) -> Vec<Fact> {
        let Some(of) = self.shown.of_general() else { return Vec::new() };
        let (language, fit) = (self.language, of.fit());
        if fit.model().spec().membership_names().is_empty() {
            return Vec::new();
        }
        let estimates = fit.as_advised().estimates();
        let effects = estimates.iter().filter(|e| e.parameter.part == Part::Membership && e.parameter.index > 0);
        effects
            .map(|e| {
                let (term, group) = (&e.parameter.term, e.parameter.group.map_or_else(String::new, |g| g.to_string()));
                let label = language.pick(
                    format!("effect van {term} op groep {group} tegenover groep 1 (logit)"),
                    format!("effect of {term} on group {group} against group 1 (logit)"),
                );
                let error = e.se.map_or_else(
                    || language.pick("geen standaardfout", "no standard error").to_owned(),
                    |se| format!("{} {}", language.pick("standaardfout", "standard error"), language.number(se, 3)),
                );
                (label, format!("{} ({error})", language.number(e.value, 3)))
            })
            .collect()
    }

    /// What checks of the names such a model does not stand, or stands in part.
    pub(super) fn unchecked_words(&self) -> Vec<String> {
        let Some(of) = self.shown.of_general() else { return Vec::new() };
        let language = self.language;
        let covariates = of.fit().model().spec().membership_names();
        let mut words = Vec::new();
        if !covariates.is_empty() {
            let list = language.list(covariates);
            words.push(language.pick(
                format!("Aandelen zijn gemiddeld over iedereen. Vooraf geldt voor iemand het aandeel onder mensen met hetzelfde kenmerk ({list}); kansen en profielen gaan daarvan uit."),
                format!("Shares are the mean over everyone. Beforehand a person has the share among people with the same covariates ({list}); probabilities and profiles start from it."),
            ));
        }
        words.push(match self.settled {
            Some(_) if covariates.is_empty() => language.pick(
                "Vorm en aantal groepen zijn opgegeven: of andere modellen die ongeveer even goed passen iemand anders indelen is niet nagegaan.".to_owned(),
                "Form and number of groups were given: whether other models that fit about as well place people otherwise was not looked at.".to_owned(),
            ),
            Some(_) => language.pick(
                "De ene populatie waarmee is vergeleken kent deze kenmerken niet: dat zij achterligt kan daaraan liggen. Vorm en aantal groepen zijn opgegeven: of andere modellen die ongeveer even goed passen iemand anders indelen is niet nagegaan.".to_owned(),
                "The one population it was held against has no covariates: that it lies behind may be due to that. Form and number of groups were given: whether other models that fit about as well place people otherwise was not looked at.".to_owned(),
            ),
            None => language.pick(
                "Niet nagegaan is of één populatie zonder groepen evenveel verklaart, en of modellen die ongeveer even goed passen iemand anders indelen.".to_owned(),
                "Whether one population without groups explains as much, and whether models that fit about as well place people otherwise, was not looked at.".to_owned(),
            ),
        });
        words
    }
}
