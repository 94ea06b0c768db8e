//! What of the names hangs on the model, in words.

use super::choice::form_words;
use super::{Report, thousands};

impl Report<'_> {
    /// That one population explains the cohort better than groups, when it does.
    pub(super) fn one_population_words(&self) -> Option<String> {
        let settled = self.settled.filter(|s| s.one_population())?;
        let (language, variance) = (self.language, settled.one_curve.as_ref().map_or(0.0, |one| one.variance));
        let (gain, variance) = (language.number(settled.gain, 1), language.number(variance, 2));
        Some(language.pick(
            format!(
                "één lijn met blijvende verschillen tussen mensen (variantie {variance}) verklaart dit cohort beter dan deze groepen (BIC {gain} lager): niemand krijgt een profiel"
            ),
            format!(
                "one curve with lasting differences between people (variance {variance}) explains this cohort better than these groups (BIC {gain} lower): nobody gets a profile"
            ),
        ))
    }

    /// How far one population lies behind, and for how many people other models find another profile likelier.
    pub(super) fn settled_words(&self) -> Vec<String> {
        let Some(settled) = self.settled else {
            return Vec::new();
        };
        let language = self.language;
        let mut words = Vec::new();
        if let (Some(one), false) = (&settled.one_curve, settled.one_population()) {
            let (behind, variance) = (language.number(-settled.gain, 1), language.number(one.variance, 2));
            words.push(language.pick(
                format!("Eén populatie, met één lijn en blijvende verschillen tussen mensen (variantie {variance}), ligt {behind} in BIC achter."),
                format!("One population, with one curve and lasting differences between people (variance {variance}), lies {behind} behind in BIC."),
            ));
        }
        if settled.others.is_empty() {
            return words;
        }
        let few = |n: u64| !self.small_cells && (1..super::SMALL_CELL).contains(&n);
        let others: Vec<String> = settled
            .others
            .iter()
            .map(|o| {
                let form = form_words(o.form, language);
                let moved = if few(o.moved) { format!("<{}", super::SMALL_CELL) } else { thousands(o.moved, language) };
                let groups = o.groups;
                language.pick(format!("{form}, {groups} groepen: {moved}"), format!("{form}, {groups} groups: {moved}"))
            })
            .collect();
        let others = others.join("; ");
        words.push(language.pick(
            format!("Personen met een ander profiel onder modellen die ongeveer even goed passen (BIC minder dan 10 hoger), die daarom onbeslist blijven: {others}."),
            format!("Persons with another profile under models that fit about as well (BIC less than 10 higher), who therefore stay undecided: {others}."),
        ));
        words
    }
}
