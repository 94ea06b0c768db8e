//! From form to form and from few groups to more: which of them are looked at, and from where.
//!
//! A form begins with as many groups as were best for the form before it, and goes on to more and to fewer as long as
//! the criterion falls. Poisson and negative binomial begin at one group.

use super::choose::ABOUT_AS_WELL;
use super::form::Form;
use super::scan::{Scan, Scanned};
use crate::error::Result;
use crate::trajectory::family::Family;
use crate::trajectory::fit::Ticker;
use crate::trajectory::shape::Params;
use std::ops::RangeInclusive;

/// So many numbers of groups in a row may be worse than the best before a form is left.
const WORSE: usize = 2;
/// Random starts of a form that begins at one group, and of one that begins where another ended.
const STARTS: [usize; 2] = [8, 3];

/// Everything looked at along the forms of one path, each from those before it.
pub(super) fn along(
    scan: &Scan<'_>,
    forms: &[Form],
    groups: &RangeInclusive<usize>,
    ticker: &Ticker<'_>,
) -> Result<Vec<Scanned>> {
    let mut all: Vec<Scanned> = Vec::new();
    for &form in forms {
        if !worth_a_look(form, &all) {
            continue;
        }
        let before = forms_before(form, &all);
        let best = before.iter().copied().filter(|s| s.trusted()).min_by(|a, b| a.bic.total_cmp(&b.bic));
        let from = best.map_or(*groups.start(), |s| s.groups);
        let first = STARTS[usize::from(best.is_some())];
        let mut own: Vec<Scanned> = Vec::new();
        let look = |own: &mut Vec<Scanned>, k: usize| -> Result<bool> {
            ticker.expect(1);
            if !ticker.tick() {
                return Ok(false);
            }
            let shape = form.options(k, scan.degree).check(scan.cohort)?;
            let mut known: Vec<Params> = Vec::new();
            if let Some(fewer) = own.iter().find(|s| s.groups + 1 == k && s.log_likelihood.is_finite()) {
                known.extend(fewer.parted());
            }
            known.extend(before.iter().filter(|s| s.groups == k).map(|s| s.as_start_of(&shape)));
            own.push(scan.of(form, shape, first, known)?);
            Ok(true)
        };
        if !look(&mut own, from)? {
            break;
        }
        // so much worse than a simpler form with as many groups: more of them will not make up for it
        let hopeless = best.is_some_and(|b| own[0].bic > b.bic + ABOUT_AS_WELL);
        let more = if hopeless { Vec::new() } else { (from + 1..=*groups.end()).collect::<Vec<_>>() };
        let fewer = (*groups.start()..from).rev().collect::<Vec<_>>();
        for way in [more, fewer] {
            let mut worse = 0;
            let left = way.len();
            for (i, k) in way.into_iter().enumerate() {
                if !look(&mut own, k)? {
                    break;
                }
                let last = own.len() - 1;
                let lowest = own[..last].iter().filter(|s| s.trusted()).map(|s| s.bic).fold(f64::INFINITY, f64::min);
                worse = if own[last].trusted() && own[last].bic < lowest { 0 } else { worse + 1 };
                if worse >= if best.is_some() { 1 } else { WORSE } || out_of_reach(&own, &all, left - i - 1) {
                    break;
                }
            }
        }
        all.extend(own);
    }
    Ok(all)
}

/// Whether a form will not come near the best model so far, gained it with every further number of groups as much as with
/// the last two: gains grow smaller from group to group.
fn out_of_reach(own: &[Scanned], others: &[Scanned], left: usize) -> bool {
    let [.., before, last, here] = own else { return false };
    let gain = (before.bic - last.bic).max(last.bic - here.bic).max(0.0);
    let lowest = own.iter().chain(others).filter(|s| s.trusted()).map(|s| s.bic).fold(f64::INFINITY, f64::min);
    here.bic - gain * left as f64 > lowest + ABOUT_AS_WELL
}

/// Own dispersions with a zero part are looked at beside the zero part that was best with a common one, and one degree
/// less.
fn worth_a_look(form: Form, all: &[Scanned]) -> bool {
    if form.family != Family::Zinb || form.common_dispersion {
        return true;
    }
    let common = all.iter().filter(|s| s.form.family == Family::Zinb && s.form.common_dispersion && s.trusted());
    let best = common.min_by(|a, b| a.bic.total_cmp(&b.bic)).and_then(|s| s.form.zero_degree);
    best.zip(form.zero_degree).is_none_or(|(best, own)| own == best || own + 1 == best)
}

/// What was looked at of the forms that are a special case of `form`, those with the same dispersion first.
fn forms_before(form: Form, all: &[Scanned]) -> Vec<&Scanned> {
    let special = |other: &Form| match (form.family, other.family) {
        (Family::NegBin, Family::NegBin) => other.common_dispersion && !form.common_dispersion,
        (Family::Zip, Family::Poisson) => form.zero_degree == Some(0),
        (Family::Zip, Family::Zip) => other.zero_degree.zip(form.zero_degree).is_some_and(|(o, f)| o + 1 == f),
        (Family::Zinb, Family::NegBin) => {
            form.zero_degree == Some(0) && other.common_dispersion == form.common_dispersion
        }
        (Family::Zinb, Family::Zinb) => match (other.common_dispersion, form.common_dispersion) {
            (true, false) => other.zero_degree == form.zero_degree,
            (a, b) => a == b && other.zero_degree.zip(form.zero_degree).is_some_and(|(o, f)| o + 1 == f),
        },
        _ => false,
    };
    all.iter().filter(|s| special(&s.form)).collect()
}
