//! From form to form and from few groups to more: which of them are looked at, and from where.
//!
//! Negative binomial with a common dispersion comes first, from one group on; forms with a dispersion follow from it, then
//! those without, each of which is a special case of one that is known by then and so cannot be better by more than its
//! fewer parameters are worth. Negative multinomial forms are no cases of any other and go their own way beside them. A form begins with as many groups as were best for those it begins from, and goes on to
//! more and to fewer as long as the criterion falls. All forms are looked at with few groups first: which of them are
//! within reach shows there, and many groups are what costs.

use crate::error::Result;
use crate::trajectory::family::Family;
use crate::trajectory::forms::choice::ABOUT_AS_WELL;
use crate::trajectory::forms::scan::{Scan, Scanned};
use crate::trajectory::forms::split;
use crate::trajectory::progress::Ticker;
use crate::trajectory::spec::form::Form;
use crate::trajectory::tables::shape::Params;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// So many numbers of groups in a row may be worse than the best before a form is left.
const WORSE: usize = 2;
/// Random starts where nothing is known to begin from, beside what is known of other forms, and beside that of a form of
/// the same kind.
const STARTS: [usize; 3] = [4, 2, 1];
/// Groups that all forms are looked at with first.
const FEW: usize = 4;
/// Difference in BIC beyond which a number of groups is not looked at in the next form.
const FAR: f64 = 5.0 * ABOUT_AS_WELL;

/// Everything looked at, form after form.
pub(super) fn along(
    scan: &Scan<'_>,
    forms: &[Form],
    groups: &RangeInclusive<usize>,
    ticker: &Ticker<'_>,
) -> Result<Vec<Scanned>> {
    // of each kind the richest zero part first: the others begin from it
    let of = |wanted: &[(Family, bool)]| -> Vec<Form> {
        let kind = |&(family, common): &(Family, bool)| {
            let is = move |form: &&Form| form.family == family && form.common_dispersion == common;
            let mut kind: Vec<Form> = forms.iter().filter(is).copied().collect();
            kind.sort_by_key(|form| std::cmp::Reverse(form.zero_degree));
            kind
        };
        wanted.iter().flat_map(kind).collect()
    };
    use Family::{NegBin, NegMultinomial, Poisson, Zinb, Zip, ZipTau};
    let (first, own) = (of(&[(NegBin, true)]), of(&[(Zinb, false)]));
    let inflated = of(&[(Zinb, true)]);
    let lasting = of(&[(NegMultinomial, true), (NegMultinomial, false)]);
    let (richest, others) = inflated.split_at(inflated.len().min(1));
    let (simple, zips) = (of(&[(NegBin, false), (Poisson, false)]), of(&[(Zip, false), (ZipTau, false)]));
    let (most, few) = (*groups.end(), (*groups.end()).min(FEW.max(*groups.start())));
    let mut all: Vec<Scanned> = Vec::new();
    // side by side, each from all that was found before
    let mut two = |one: (&[&[Form]], usize), other: (&[&[Form]], usize)| -> Result<()> {
        let path =
            |(forms, most): (&[&[Form]], usize)| Path { scan, groups, most, ticker }.along(&all, &forms.concat());
        let (one, other) = rayon::join(|| path(one), || path(other));
        let next = [one?, other?].concat();
        all.extend(next);
        Ok(())
    };
    two((&[&first], few), (&[&lasting], few))?;
    two((&[richest], few), (&[&simple], few))?;
    two((&[others], few), (&[&zips], few))?;
    let beside: &[&[Form]] = if few < most { &[&first, richest] } else { &[] };
    two((&[&own], few), (beside, most))?;
    if few < most {
        two((&[others], most), (&[&simple, &zips], most))?;
        two((&[&own], most), (&[&lasting], most))?;
    }
    Ok(all)
}

struct Path<'a, 's> {
    scan: &'a Scan<'s>,
    groups: &'a RangeInclusive<usize>,
    /// Groups at most, this time.
    most: usize,
    ticker: &'a Ticker<'a>,
}

impl Path<'_, '_> {
    /// What is looked at of `forms`, one after the other, beside what is known.
    fn along(&self, known: &[Scanned], forms: &[Form]) -> Result<Vec<Scanned>> {
        let mut all = known.to_vec();
        for &form in forms {
            if self.ticker.stopped() {
                break;
            }
            if worth_a_look(form, &all) {
                let own = self.of(form, &all)?;
                all.extend(own);
            }
        }
        Ok(all.split_off(known.len()))
    }

    /// What is looked at of one form beside `all`.
    fn of(&self, form: Form, all: &[Scanned]) -> Result<Vec<Scanned>> {
        let before: Vec<&Scanned> = all.iter().filter(|s| neighbours(&s.form, &form)).collect();
        let best = lowest(before.iter().copied());
        let patience = if best.is_some() { 1 } else { WORSE };
        let mut own: Vec<Scanned> = all.iter().filter(|s| s.form == form).cloned().collect();
        let known = own.len();
        let from = best.map_or(*self.groups.start(), |s| s.groups).min(self.most);
        let hopeless = self.hopeless(form, all);
        if known == 0 && !self.look(form, &before, &mut own, from, hopeless)? {
            return Ok(own);
        }
        let mut most = own.iter().map(|s| s.groups).max().unwrap_or(from);
        // so much worse than a simpler form with as many groups: more of them will not make up for it
        let outdone = |first: &Scanned| {
            let than = |b: &&&Scanned| b.groups == first.groups && b.parameters < first.parameters;
            before.iter().filter(than).any(|b| b.trusted() && first.bic > b.bic + ABOUT_AS_WELL)
        };
        let within_reach = lowest(all).map_or(f64::INFINITY, |s| s.bic + ABOUT_AS_WELL);
        let astray = |own: &[Scanned]| lowest(own).is_none() && own.iter().all(|s| s.bic > within_reach);
        if !own.first().is_some_and(outdone) && !hopeless {
            while most < self.most
                && !astray(&own)
                && !far_behind(most + 1, &before, &own)
                && most - lowest(&own).map_or(from, |s| s.groups.min(most)) < patience
                && !out_of_reach(&own, all, *self.groups.end() - most)
            {
                most += 1;
                if !self.look(form, &before, &mut own, most, false)? {
                    break;
                }
            }
        }
        if known == 0 && !hopeless {
            for k in (*self.groups.start()..from).rev() {
                let least = lowest(&own).map_or(f64::INFINITY, |s| s.bic);
                // with fewer groups it may be trusted, but is no better
                if astray(&own) || far_behind(k, &before, &own) || !self.look(form, &before, &mut own, k, false)? {
                    break;
                }
                let last = &own[own.len() - 1];
                if least.is_finite() && !(last.trusted() && last.bic < least) {
                    break;
                }
            }
        }
        Ok(own.split_off(known))
    }

    /// One number of groups more looked at; false when the work was stopped. Of what is `hopeless` only how far behind it
    /// is has to be known: it begins from what is known of others alone.
    fn look(&self, form: Form, before: &[&Scanned], own: &mut Vec<Scanned>, k: usize, hopeless: bool) -> Result<bool> {
        self.ticker.expect(1);
        if !self.ticker.tick() {
            return Ok(false);
        }
        let shape = form.options(k, self.scan.degree).check(self.scan.cohort)?;
        if let Some(looked) = self.scan.again(form, &shape)? {
            own.push(looked);
            return Ok(true);
        }
        let as_many = before.iter().filter(|s| s.groups == k && s.usable());
        let mut starts: Vec<Params> = as_many.map(|s| s.as_start_of(&shape)).collect();
        if hopeless && !starts.is_empty() {
            own.push(self.scan.of(form, shape, 0, starts, false)?);
            return Ok(self.went_on());
        }
        // the first of its kind is searched for; others are a step away from what is known, or from one group less
        let first = starts.is_empty() || !before.iter().any(|b| b.form.family == form.family);
        if let Some(fewer) = own.iter().find(|s| s.groups + 1 == k && s.usable()) {
            starts.extend(split::parted(self.scan.evaluator(), fewer, split::FOLLOWED));
        }
        let random = match (first, starts.is_empty() && k > 1) {
            (_, true) => STARTS[0],
            (true, false) => STARTS[1],
            (false, false) => STARTS[2],
        };
        own.push(self.scan.of(form, shape, random, starts, first)?);
        Ok(self.went_on())
    }

    /// Whether the work is still wanted, after a look that was told.
    fn went_on(&self) -> bool {
        if self.scan.stopped() {
            self.ticker.stop();
        }
        !self.ticker.stopped()
    }

    /// Whether a form cannot come near the best model with any number of groups: with as many groups its likelihood is at
    /// most that of a form of which it is a special case.
    fn hopeless(&self, form: Form, all: &[Scanned]) -> bool {
        let Some(best) = lowest(all) else { return false };
        let weight = self.scan.log_weight();
        let parameters = |form: Form, k: usize| {
            form.options(k, self.scan.degree).check(self.scan.cohort).map_or(0, |shape| shape.free())
        };
        let bound = |s: &Scanned| {
            let fewer = parameters(s.form, s.groups).saturating_sub(parameters(form, s.groups));
            s.bic - fewer as f64 * weight
        };
        // with each number of groups the highest of what others say
        let mut bounds: BTreeMap<usize, f64> = BTreeMap::new();
        for s in all.iter().filter(|s| form.special_case_of(&s.form) && s.usable()) {
            let highest = bounds.entry(s.groups).or_insert(f64::NEG_INFINITY);
            *highest = highest.max(bound(s));
        }
        !bounds.is_empty() && bounds.values().all(|b| *b > best.bic + ABOUT_AS_WELL)
    }
}

/// The trusted one with the lowest criterion.
fn lowest<'a>(of: impl IntoIterator<Item = &'a Scanned>) -> Option<&'a Scanned> {
    of.into_iter().filter(|s| s.trusted()).min_by(|a, b| a.bic.total_cmp(&b.bic))
}

/// Whether another number of groups is not worth a look: every form next to this one is far worse with it than with the
/// number that is best there, and this one goes away from that number. On the way to it nothing is far: a form that needs
/// many groups says nothing of one that does with fewer (3,000 people of `synth` with time at risk: Poisson has its lowest
/// BIC with seven, ZIP with five a lower one).
fn far_behind(k: usize, before: &[&Scanned], own: &[Scanned]) -> bool {
    let more = own.iter().all(|s| s.groups < k);
    let far = |s: &&Scanned| {
        let best = lowest(before.iter().copied().filter(|b| b.form == s.form));
        best.is_some_and(|best| (best.groups < k) == more && s.bic > best.bic + FAR)
    };
    let mut there = before.iter().copied().filter(|s| s.groups == k).peekable();
    let looked = there.peek().is_some();
    // where those next to this one were not looked at with fewer groups, that was not worth it
    let left_out = !more && !before.is_empty() && !looked;
    lowest(own).is_some() && (left_out || looked && there.all(|s| far(&s)))
}

/// Whether a form will not come near the best model so far, gained it with every further number of groups as much as with
/// the last: gains grow smaller from group to group.
fn out_of_reach(own: &[Scanned], others: &[Scanned], left: usize) -> bool {
    let mut by_groups: Vec<&Scanned> = own.iter().collect();
    by_groups.sort_by_key(|s| s.groups);
    let [.., last, here] = by_groups[..] else { return false };
    let gain = (last.bic - here.bic).max(0.0);
    let lowest = lowest(own.iter().chain(others)).map_or(f64::INFINITY, |s| s.bic);
    here.bic - gain * left as f64 > lowest + ABOUT_AS_WELL
}

/// Own dispersions with a zero part are looked at beside the zero part that was best with a common one.
fn worth_a_look(form: Form, all: &[Scanned]) -> bool {
    if form.family != Family::Zinb || form.common_dispersion {
        return true;
    }
    let common = all.iter().filter(|s| s.form.family == Family::Zinb && s.form.common_dispersion);
    let best = lowest(common).and_then(|s| s.form.zero_degree);
    best.zip(form.zero_degree).is_none_or(|(best, own)| own == best)
}

/// Whether what was found of one form is where another begins: one feature more or less.
fn neighbours(other: &Form, form: &Form) -> bool {
    let next = other.zero_degree.zip(form.zero_degree).is_some_and(|(o, f)| o.abs_diff(f) == 1);
    let same_zero = other.zero_degree == form.zero_degree;
    let same_dispersion = other.common_dispersion == form.common_dispersion;
    match (form.family, other.family) {
        (Family::NegBin, Family::NegBin) | (Family::NegMultinomial, Family::NegMultinomial) => {
            other.common_dispersion && !form.common_dispersion
        }
        (Family::Poisson, Family::NegBin) => other.common_dispersion,
        (Family::Zip, Family::Poisson) => true,
        (Family::Zip, Family::Zip) => next,
        (Family::Zip, Family::Zinb) => other.common_dispersion && same_zero,
        (Family::Zinb, Family::NegBin) => same_dispersion,
        (Family::Zinb, Family::Zinb) => same_dispersion && next || other.common_dispersion && same_zero,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::data::Cohort;
    use crate::cohort::grid::AgeGrid;
    use ndarray::Array2;

    fn scanned(family: Family, at: &[(usize, f64)]) -> Vec<Scanned> {
        let counts = Array2::from_shape_fn((40, 20), |(i, t)| u32::from((i + t) % 7 == 0));
        let cohort = Cohort::from_counts(AgeGrid::years(12, 31).unwrap(), counts.view()).unwrap();
        let form = Form::of(family, false, (family == Family::Zip).then_some(3));
        let one = |&(groups, bic): &(usize, f64)| Scanned {
            form,
            groups,
            shape: form.options(groups, 3).check(&cohort).unwrap(),
            params: Params { log_share: Vec::new(), blocks: Vec::new() },
            log_likelihood: -1.0,
            parameters: 1,
            bic,
            refused: Vec::new(),
        };
        at.iter().map(one).collect()
    }

    #[test]
    fn a_number_of_groups_is_far_only_beyond_the_best_of_the_forms_beside() {
        let poisson =
            scanned(Family::Poisson, &[(3, 900.0), (4, 500.0), (5, 200.0), (6, 110.0), (7, 91.0), (8, 160.0)]);
        let before: Vec<&Scanned> = poisson.iter().collect();
        let zip = |k: usize| scanned(Family::Zip, &[(k, 509.0)]);
        // on the way up to seven, where Poisson is best, five is no step too far: ZIP may be best there
        assert!(!far_behind(5, &before, &zip(4)));
        assert!(!far_behind(6, &before, &zip(5)));
        // beyond it is, and so is going down from it
        assert!(far_behind(8, &before, &zip(7)));
        assert!(far_behind(5, &before, &zip(6)));
        // one that Poisson was never asked for is looked at on the way up, and left out on the way down
        assert!(!far_behind(9, &before, &zip(8)));
        assert!(far_behind(2, &before, &zip(3)));
    }
}
