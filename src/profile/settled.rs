//! Whether names hang on the model: what one population without groups would explain, and what other models that fit
//! about as well say of the same people.
//!
//! Average posteriors cannot see this: they only say that fitted groups lie apart, which those of a wrong model do too.

use super::decision::{Decision, NamedModel};
use super::kind::Profile;
use super::model::name_on;
use super::naming::Naming;
use super::person::{PersonProfile, Undecided};
use crate::cohort::data::Cohort;
use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::trajectory::fit::Fit;
use crate::trajectory::forms::FormChoice;
use crate::trajectory::model::Model;
use crate::trajectory::one_curve::OneCurve;
use crate::trajectory::spec::form::Form;

/// What of the names of a fit hangs on the model.
///
/// A person's name is taken away when one population explains the cohort better than the fitted groups do, or when a
/// model that fits about as well ([`ABOUT_AS_WELL`](crate::trajectory::forms::ABOUT_AS_WELL)) finds another profile likelier for that
/// person.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Settled {
    /// One curve with lasting differences between people; `None` where it could not be fitted.
    pub one_curve: Option<OneCurve>,
    /// By how much its BIC (persons) is lower than that of the fit; below 0 when groups explain more.
    pub gain: f64,
    /// Other models that fit about as well, lowest BIC first.
    pub others: Vec<OtherModel>,
    /// For each distinct history the profiles that other models find likelier.
    moved: Vec<Vec<Profile>>,
    /// Those models with their names.
    named: Vec<NamedModel>,
}

/// Another model that fits about as well.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct OtherModel {
    /// Its form.
    pub form: Form,
    /// Its number of groups.
    pub groups: usize,
    /// How far its BIC is above that of the fit.
    pub distance: f64,
    /// Persons with an offence for whom another profile is likeliest than under the fit, both showing one.
    pub moved: u64,
}

impl Settled {
    /// Holds a fit of a given form, of the counts of this cohort, against one population without covariates.
    ///
    /// Where the fit has covariates of membership, that can only take names away: where one population explains the counts better all the same, it would the more so
    /// with covariates of its own; where it does not, it may be for want of them. Other models that fit about as well are
    /// not looked for.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, OutcomeSpec, Panel, Spec, ndarray::Array2, profile::Settled};
    /// // one in four offends every year at 16 to 19, and most of those are of the town
    /// let counts = Array2::from_shape_fn((200, 20), |(i, t)| u32::from(i % 4 == 0 && (4..8).contains(&t) || (i + 7 * t) % 41 == 0));
    /// let town: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 4 == 0 && i % 20 > 0 || i % 9 == 0))).collect();
    /// let cohort = Cohort::from_counts(AgeGrid::years(12, 31)?, counts.view())?;
    /// let panel = Panel::from_cohort(&cohort).covariate("town", &town)?;
    /// let spec = Spec::new(2).outcome(OutcomeSpec::counts(Family::Poisson)).membership(["town"]).starts(4);
    /// let fit = spec.fit(&panel)?;
    /// let settled = Settled::of_fit(&fit, &cohort)?;
    /// assert!(!settled.one_population() && settled.others.is_empty());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when the model has several outcomes, whose BIC is of all of
    /// them together; when the cohort is on another age grid or of another number of people.
    pub fn of_fit(fit: &Fit, cohort: &Cohort) -> Result<Settled> {
        fit.only_outcome()?;
        fit.check_people(cohort.into())?;
        Ok(Settled::against_one(fit.bic_persons, cohort))
    }

    fn against_one(bic_persons: f64, cohort: &Cohort) -> Settled {
        let one_curve = OneCurve::best(cohort).ok();
        let gain = one_curve.as_ref().map_or(f64::NEG_INFINITY, |one| bic_persons - one.bic_persons);
        let moved = vec![Vec::new(); cohort.distinct_histories()];
        Settled { one_curve, gain, others: Vec::new(), moved, named: Vec::new() }
    }

    /// Holds the fit of a choice against one population and, by the `naming` of its groups, against the alternatives,
    /// which are named by the same definitions.
    ///
    /// # Errors
    /// When the cohort is not the one that was fitted.
    pub fn of_choice(choice: &FormChoice, cohort: &Cohort, naming: &Naming) -> Result<Settled> {
        let mut settled = Settled::of_fit(&choice.fit, cohort)?;
        if choice.alternatives.is_empty() {
            return Ok(settled);
        }
        let own = likeliest(choice.fit.model(), naming, cohort)?;
        let theirs = choice.alternatives.as_slice().map_in_parallel(|a| {
            let naming = name_on(&a.model, &[], cohort, &naming.definitions)?;
            let likeliest = likeliest(&a.model, &naming, cohort)?;
            Ok((likeliest, NamedModel { model: a.model.clone(), naming }))
        });
        let theirs: Vec<(Vec<Option<Profile>>, NamedModel)> = theirs.into_iter().collect::<Result<_>>()?;
        let (theirs, named): (Vec<Vec<Option<Profile>>>, Vec<NamedModel>) = theirs.into_iter().unzip();
        settled.named = named;
        for (alternative, theirs) in choice.alternatives.iter().zip(&theirs) {
            let mut persons = 0;
            for (h, moved) in settled.moved.iter_mut().enumerate() {
                let Some(other) = theirs[h].filter(|p| own[h].is_some_and(|own| own != *p)) else { continue };
                if !moved.contains(&other) {
                    moved.push(other);
                }
                let offends = !cohort.histories.cells_of(h).is_empty();
                persons += if offends { u64::from(cohort.histories.persons[h]) } else { 0 };
            }
            let c = &alternative.candidate;
            settled.others.push(OtherModel { form: c.form, groups: c.groups, distance: c.distance, moved: persons });
        }
        settled.moved.iter_mut().for_each(|profiles| profiles.sort_by_key(|p| p.index()));
        Ok(settled)
    }

    /// Whether one population explains the cohort better than the fitted groups.
    pub fn one_population(&self) -> bool {
        self.gain > 0.0
    }

    /// What was decided, with the names of the fitted groups, to be kept with the model.
    pub fn decision(&self, naming: &Naming) -> Decision {
        Decision {
            naming: naming.clone(),
            one_population: self.one_population().then_some(self.gain),
            others: self.named.clone(),
        }
    }

    /// The answer for person `i` of the cohort, without a name that hangs on the model.
    ///
    /// # Panics
    /// When there is no such person.
    pub fn answer(&self, cohort: &Cohort, i: usize, answer: PersonProfile) -> PersonProfile {
        let why = match answer.profile {
            Some(_) if self.one_population() => Some(Undecided::OnePopulation { gain: self.gain }),
            Some(own) => {
                // everyone whose likeliest answer has that profile; a clear answer is the likeliest
                let others: Vec<Profile> =
                    self.moved[cohort.history_of(i)].iter().copied().filter(|p| *p != own).collect();
                (!others.is_empty()).then_some(Undecided::Unsettled { others })
            }
            None => None,
        };
        match why {
            Some(why) => PersonProfile { profile: None, undecided: Some(why), ..answer },
            None => answer,
        }
    }
}

/// The likeliest profile of each distinct history under a model; none where its likeliest group shows none.
fn likeliest(model: &Model, naming: &Naming, cohort: &Cohort) -> Result<Vec<Option<Profile>>> {
    let posteriors = model.distinct_posteriors(cohort)?;
    Ok(posteriors.rows().into_iter().map(|row| naming.profile_of(naming.likeliest(&row.to_vec()).0)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::grid::AgeGrid;
    use crate::profile::classify::classifier::Classifier;
    use crate::profile::classify::options::ClassifyOptions;
    use crate::profile::definitions::Definitions;
    use crate::trajectory::family::Family;
    use crate::trajectory::forms::{Alternative, FormOptions};
    use crate::trajectory::model::group::Group;
    use crate::units::Probability;

    #[test]
    fn a_name_that_another_model_does_not_bear_out_is_withheld_and_only_that() {
        // half offend at 15 to 18, half at 25 to 29
        let grid = AgeGrid::years(12, 35).unwrap();
        let one = |i: usize, t: usize| {
            u32::from(if i.is_multiple_of(2) { (3..7).contains(&t) } else { (13..18).contains(&t) })
        };
        let counts = ndarray::Array2::from_shape_fn((80, 24), |(i, t)| one(i, t) + u32::from((i + t) % 11 == 0));
        let cohort = Cohort::from_counts(grid, counts.view()).unwrap();
        let options = FormOptions::new().groups(2..=2).forms(vec![Form::of(Family::Poisson, false, None)]);
        let mut choice = options.choose(&cohort).unwrap();
        let definitions = Definitions::default();
        let naming = name_on(choice.fit.model(), &[], &cohort, &definitions).unwrap();
        let early = naming.groups_of(Profile::EarlyPeak)[0];
        assert_eq!(naming.groups_of(Profile::LatePeak), [1 - early]);
        let settled = Settled::of_choice(&choice, &cohort, &naming).unwrap();
        assert!(!settled.one_population() && settled.others.is_empty());
        let answer = |profile: Profile| PersonProfile {
            profile: Some(profile),
            group: early,
            probability: Probability::new(0.9).unwrap(),
            ambiguous_name: false,
            undecided: None,
        };
        assert_eq!(settled.answer(&cohort, 0, answer(Profile::EarlyPeak)).profile, Some(Profile::EarlyPeak));
        // another model in which everyone of the early peak is likelier to be of one group with the late peak
        let late = choice.fit.model().groups()[1 - early].clone();
        let model = Model::new(Family::Poisson, grid, vec![Group { share: 1.0, ..late }]).unwrap();
        let candidate = choice.candidates[0].clone();
        choice.alternatives.push(Alternative { candidate, model });
        let settled = Settled::of_choice(&choice, &cohort, &naming).unwrap();
        let withheld = settled.answer(&cohort, 0, answer(Profile::EarlyPeak));
        assert_eq!(withheld.undecided, Some(Undecided::Unsettled { others: vec![Profile::LatePeak] }));
        assert_eq!((withheld.profile, settled.others[0].moved), (None, 40));
        assert_eq!(settled.answer(&cohort, 1, answer(Profile::LatePeak)).profile, Some(Profile::LatePeak));

        // kept with the model, it says the same of the same people, from the file alone
        let stored = settled.decision(&naming).kept_with(choice.fit.model().clone()).unwrap();
        let read = Model::from_json(&stored.to_json()).unwrap();
        assert_eq!((&read, Decision::of(&read).unwrap()), (&stored, Some(settled.decision(&naming))));
        let by_file = Classifier::of_stored(read, ClassifyOptions::default()).unwrap();
        let plain = Classifier::with(choice.fit.model().clone(), naming, ClassifyOptions::default()).unwrap();
        let of =
            |classifier: &Classifier, i: usize| classifier.classify_people(&cohort, i..i + 1).remove(0).unwrap().answer;
        assert_eq!(of(&plain, 0).profile, Some(Profile::EarlyPeak));
        let kept = of(&by_file, 0);
        assert_eq!(kept.undecided, Some(Undecided::Unsettled { others: vec![Profile::LatePeak] }));
        assert_eq!((kept.profile, of(&by_file, 1)), (None, of(&plain, 1)));
        // names of another model are refused
        let other = settled.decision(&by_file.naming().clone());
        let [own, rest] = [0, 1].map(|k| choice.fit.model().groups()[k].clone());
        let turned = Model::new(Family::Poisson, grid, vec![Group { share: 0.9, ..own }, Group { share: 0.1, ..rest }]);
        assert!(other.kept_with(turned.unwrap()).is_err());
    }
}
