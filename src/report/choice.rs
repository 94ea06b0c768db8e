//! What the form and the number of groups were chosen from, in words.

use super::page::family_words;
use super::{Report, thousands};
use crate::profile::language::Language;
use crate::trajectory::model::candidate::FormCandidate;
use crate::trajectory::spec::form::Form;

impl Report<'_> {
    /// The form that was chosen, the best of each other form with its distance, and how sure posteriors are under
    /// Poisson beside it.
    pub(super) fn choice_words(&self) -> Vec<String> {
        let Some(choice) = self.choice else {
            return Vec::new();
        };
        let language = self.language;
        let by_form = choice.by_form();
        let named = |c: &FormCandidate| {
            let (form, groups) = (form_words(c.form, language), c.groups);
            language.pick(format!("{form}, {groups} groepen"), format!("{form}, {groups} groups"))
        };
        let (chosen, groups, forms) =
            (form_words(choice.form, language), choice.fit.groups.len(), choice.candidates.len());
        let mut words = vec![language.pick(
            format!("Vorm en aantal groepen zijn gekozen op de laagste BIC (personen) van {forms} modellen: {chosen}, {groups} groepen."),
            format!("Form and number of groups were chosen by the lowest BIC (persons) of {forms} models: {chosen}, {groups} groups."),
        )];
        let looked = || choice.candidates.iter().map(|c| c.groups);
        if looked().max() == Some(groups) && looked().any(|other| other < groups) {
            words.push(language.pick(
                format!("Meer dan {groups} groepen zijn niet bekeken: met meer kan de BIC lager zijn."),
                format!("More than {groups} groups were not looked at: with more the BIC may be lower."),
            ));
        }
        let others: Vec<String> = by_form
            .iter()
            .filter(|c| c.form != choice.form && c.refused.is_none())
            .map(|c| format!("{} +{}", named(c), language.number(c.distance, 1)))
            .collect();
        if !others.is_empty() {
            words.push(language.pick(
                format!("De beste van elke andere vorm, met de afstand in BIC: {}.", others.join("; ")),
                format!("The best of each other form, with its distance in BIC: {}.", others.join("; ")),
            ));
        }
        let refused: Vec<String> = by_form.iter().filter(|c| c.refused.is_some()).map(|c| named(c)).collect();
        if !refused.is_empty() {
            words.push(language.pick(
                format!("Niet te vertrouwen met enig aantal groepen: {}.", refused.join("; ")),
                format!("Not to be trusted with any number of groups: {}.", refused.join("; ")),
            ));
        }
        if let Some(s) = choice.sureness
            && s.sure != s.sure_poisson
            && !self.small_counts([s.sure, s.sure_poisson, s.persons - s.sure, s.persons - s.sure_poisson])
        {
            let n = |v: u64| thousands(v, language);
            words.push(language.pick(
                format!(
                    "Een kans van 0,99 of meer op hun waarschijnlijkste groep hebben {} van de {} personen, onder Poisson {}: wat daar zeker lijkt, is het niet waar delicten meer spreiden dan Poisson toelaat.",
                    n(s.sure), n(s.persons), n(s.sure_poisson)
                ),
                format!(
                    "{} of the {} persons have a probability of 0.99 or more of their likeliest group, under Poisson {}: what looks certain there is not where offences spread more than Poisson allows.",
                    n(s.sure), n(s.persons), n(s.sure_poisson)
                ),
            ));
        }
        words
    }

    /// Whether one of these numbers of persons is too small to be shown.
    fn small_counts(&self, counts: [u64; 4]) -> bool {
        !self.small_cells && counts.into_iter().any(|n| (1..super::SMALL_CELL).contains(&n))
    }
}

pub(super) fn form_words(form: Form, language: Language) -> String {
    let mut words = family_words(form.family, language).to_owned();
    if form.common_dispersion {
        words += language.pick(", één spreiding voor alle groepen", ", one dispersion for all groups");
    }
    match form.zero_degree {
        Some(0) => words += language.pick(", constant nuldeel", ", constant zero part"),
        Some(degree) => {
            words += &language.pick(format!(", nuldeel van graad {degree}"), format!(", zero part of degree {degree}"));
        }
        None => {}
    }
    words
}
