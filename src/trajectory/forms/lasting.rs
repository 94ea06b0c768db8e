//! Forms in which people differ for good within groups, held against the others.
//!
//! The plain engine does not know them, so each is fitted in full, from the least groups on until another group no longer
//! pays. They are not on the short list: they are looked at when asked for.

use super::choice::{ABOUT_AS_WELL, Alternative, FormCandidate, FormChoice};
use super::form::Form;
use super::options::FormOptions;
use super::state::Memory;
use crate::cohort::data::Cohort;
use crate::error::{Error, ErrorKind, Result};
use crate::trajectory::finding::Finding;
use crate::trajectory::fit::Fit;
use crate::trajectory::options::Progress;

/// Chooses among `forms`, of which some are no forms of the plain engine.
pub(super) fn choose(
    options: &FormOptions,
    cohort: &Cohort,
    forms: &[Form],
    degree: usize,
    memory: Option<&Memory<'_>>,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<FormChoice> {
    let (plain, lasting): (Vec<Form>, Vec<Form>) = forms.iter().partition(|form| form.family.is_plain());
    if let Some(other) = lasting.iter().find(|form| !form.family.counts_events()) {
        return Err(Error::options(format!("the family {} is not for counts of events", other.family)));
    }
    let mut choice = match plain.is_empty() {
        true => None,
        false => Some(options.clone().forms(plain).chosen(cohort, memory, progress)?),
    };
    let mut fitted: Vec<(Form, Fit)> = Vec::new();
    for form in lasting {
        let mut best = f64::INFINITY;
        for groups in options.numbers(cohort) {
            let of = form.options(groups, degree).starts(options.starts).seed(options.seed);
            let fit = match of.fit_with_progress(cohort, progress) {
                Err(e) if e.kind() == ErrorKind::Untrusted => break,
                fit => fit?,
            };
            let bic = fit.bic_persons;
            fitted.push((form, fit));
            if bic > best + ABOUT_AS_WELL {
                break;
            }
            best = best.min(bic);
        }
    }
    let of_lasting: Vec<FormCandidate> = fitted.iter().map(candidate).collect();
    let mut candidates = choice.as_ref().map_or(Vec::new(), |c| c.candidates.clone());
    candidates.extend(of_lasting.iter().cloned());
    for ((form, fit), of) in fitted.iter().zip(&of_lasting) {
        let better = choice.as_ref().is_none_or(|c| of.bic_persons < c.fit.bic_persons - SIMPLER);
        if of.refused.is_none() && better {
            let alternatives = choice.map_or(Vec::new(), |c| {
                let before = c.candidates.iter().find(|o| o.form == c.form && o.groups == c.fit.groups.len()).cloned();
                let own = before.map(|candidate| Alternative { candidate, model: c.fit.model().clone() });
                own.into_iter().chain(c.alternatives).collect()
            });
            let (candidates, fit) = (Vec::new(), fit.clone());
            choice = Some(FormChoice { form: *form, fit, candidates, sureness: None, alternatives });
        } else if let (None, Some(c)) = (&of.refused, &mut choice) {
            c.alternatives.push(Alternative { candidate: of.clone(), model: fit.model().clone() });
        }
    }
    let Some(mut choice) = choice else {
        let why = candidates.iter().find_map(|c| c.refused.clone()).unwrap_or_else(|| "nothing was fitted".into());
        return Err(Error::new(ErrorKind::Untrusted, format!("no form of model can be trusted on this cohort: {why}")));
    };
    let distance = |c: &mut FormCandidate| c.distance = c.bic_persons - choice.fit.bic_persons;
    candidates.iter_mut().for_each(distance);
    choice.alternatives.iter_mut().for_each(|a| distance(&mut a.candidate));
    choice.alternatives.retain(|a| a.candidate.distance < ABOUT_AS_WELL);
    choice.alternatives.sort_by(|a, b| a.candidate.bic_persons.total_cmp(&b.candidate.bic_persons));
    let key = |c: &FormCandidate| (c.refused.is_some(), c.bic_persons);
    candidates.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(key(a).1.total_cmp(&key(b).1)));
    choice.candidates = candidates;
    Ok(choice)
}

/// A form whose criterion is lower by less than this is the earlier one at its limit.
const SIMPLER: f64 = 1e-5;

fn candidate((form, fit): &(Form, Fit)) -> FormCandidate {
    let fatal: Vec<String> = fit.findings.iter().filter(|f| f.is_fatal()).map(Finding::to_string).collect();
    FormCandidate {
        form: *form,
        groups: fit.groups.len(),
        log_likelihood: fit.log_likelihood,
        parameters: fit.parameters,
        bic_persons: fit.bic_persons,
        distance: 0.0,
        in_full: true,
        refused: (!fatal.is_empty()).then(|| fatal.join("; ")),
    }
}
