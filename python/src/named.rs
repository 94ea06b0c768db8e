//! Who of the people fitted shows which profile, as the command `profile` decides it.

use pleegprofiel::{Cohort, Definitions, Fit, Language, Model, Result, profile::{Naming, Settled}, trajectory::forms::FormChoice, name_fit};

/// Names of the groups of a fit, and what hangs on the model.
pub(crate) struct Named {
    pub(crate) naming: Naming,
    pub(crate) settled: Settled,
}

/// The answer for one person.
#[derive(Debug, Clone)]
pub(crate) struct NamedPerson {
    /// Key of the profile.
    pub(crate) profile: Option<&'static str>,
    /// Posterior probability of the likeliest answer.
    pub(crate) probability: f64,
    /// Key and words of why there is no profile.
    pub(crate) undecided: Option<(&'static str, String)>,
}

impl Named {
    /// Names the groups of a fit.
    pub(crate) fn of(fit: &Fit, cohort: &Cohort, choice: Option<&FormChoice>) -> Result<Named> {
        fit.best()?;
        let naming = name_fit(fit, cohort, &Definitions::default())?;
        let settled = match choice {
            Some(choice) => Settled::of_choice(choice, cohort, &naming)?,
            None => Settled::of_fit(fit, cohort)?,
        };
        Ok(Named { naming, settled })
    }

    /// Places the people who were fitted.
    pub(crate) fn people(&self, model: &Model, cohort: &Cohort) -> Result<Vec<NamedPerson>> {
        place(cohort, model, &self.naming, &self.settled)
    }
}

fn place(cohort: &Cohort, model: &Model, naming: &Naming, settled: &Settled) -> Result<Vec<NamedPerson>> {
    let posteriors = model.posteriors(cohort)?;
    let one = |(i, row): (usize, pleegprofiel::ndarray::ArrayView1<'_, f64>)| {
        let counts = cohort.counts(i);
        let (observed, offences) =
            (counts.iter().flatten().count(), counts.iter().flatten().map(|&y| u64::from(y)).sum());
        let answer = naming.of_record(&row.to_vec(), observed, offences)?;
        let answer = settled.answer(cohort, i, answer);
        Ok(NamedPerson {
            profile: answer.profile.map(|profile| profile.key()),
            probability: answer.probability.get(),
            undecided: answer.undecided.as_ref().map(|why| (why.key(), why.text(Language::English))),
        })
    };
    posteriors.rows().into_iter().enumerate().map(one).collect()
}
