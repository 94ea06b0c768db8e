//! One form with one number of groups, looked at quickly: from what is known of simpler ones and a few starts.

use crate::cohort::data::Cohort;
use crate::cohort::history::Histories;
use crate::error::Result;
use crate::numeric::parallel::Parallel;
use crate::numeric::streams::stream;
use crate::trajectory::answer::findings_by_tables::{degenerate, runs_off};
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::record::SAME;
use crate::trajectory::forms::split;
use crate::trajectory::forms::state::{Looked, Memory, Top};
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::progress::Ticker;
use crate::trajectory::search::by_tables::coarse::Steps;
use crate::trajectory::search::by_tables::newton::{self, Climb, Point};
use crate::trajectory::search::by_tables::start::{self, Pooled};
use crate::trajectory::search::by_tables::{coarse, em, ladder, limit, search};
use crate::trajectory::spec::form::Form;
use crate::trajectory::tables::pass::Evaluator;
use crate::trajectory::tables::shape::{Params, Shape};
use crate::trajectory::tables::shared::Free;

/// Distinct histories above which a scan looks at a sample, and at everyone only for the best; with individual time at
/// risk, where a history costs a hundred times as much, and without.
const WHOLE: [usize; 2] = [1_000, 4_000];
/// EM steps before a part of the field is dropped, and after it: of the first of its kind, and of one that is a step away
/// from what is known.
const SCREEN: [[usize; 2]; 2] = [[3, 5], [2, 3]];
/// Points that are climbed from, of all that were screened.
const CLIMBED: [usize; 2] = [3, 2];
/// Newton steps on the sample and on everyone.
const STEPS: [usize; 2] = [40, 60];
const ROUGHLY: f64 = 1e-3;

/// What a scan needs of a cohort.
pub(super) struct Scan<'a> {
    pub(super) cohort: &'a Cohort,
    pub(super) degree: usize,
    pub(super) seed: u64,
    all: Evaluator<'a>,
    sample: Option<Evaluator<'a>>,
    memory: Option<&'a Memory<'a>>,
}

/// A form with a number of groups, at the best top that a scan found.
#[derive(Debug, Clone)]
pub(super) struct Scanned {
    pub(super) form: Form,
    pub(super) groups: usize,
    pub(super) shape: Shape,
    pub(super) params: Params,
    pub(super) log_likelihood: f64,
    pub(super) parameters: usize,
    pub(super) bic: f64,
    /// Why it is not to be trusted.
    pub(super) refused: Vec<Finding>,
}

impl<'a> Scan<'a> {
    /// What a scan looks at in place of everyone, if anything: a sample, or all with their time at risk rounded.
    pub(super) fn sample_of(cohort: &Cohort, seed: u64) -> Option<Histories> {
        let size = WHOLE[usize::from(cohort.histories.exposure.is_none())];
        match cohort.histories.len() > size {
            true => Some(coarse::of(ladder::sample(cohort, seed, size), Steps::Fine)),
            false => coarse::rounded(&Evaluator::new(&cohort.histories), Steps::Fine),
        }
    }

    /// Whether everyone was looked at, with their time at risk rounded.
    pub(super) fn is_of_all(&self) -> bool {
        self.sample.as_ref().is_some_and(|s| s.histories.len() == self.all.histories.len())
    }

    pub(super) fn new(
        cohort: &'a Cohort,
        sample: Option<&'a Histories>,
        degree: usize,
        seed: u64,
        memory: Option<&'a Memory<'a>>,
        ticker: &'a Ticker<'a>,
    ) -> Scan<'a> {
        let all = Evaluator::roughly(&cohort.histories).watched(ticker);
        let sample = sample.map(|sample| Evaluator::roughly(sample).watched(ticker));
        Scan { cohort, degree, seed, all, sample, memory }
    }

    /// What is looked at: everyone, or a sample.
    pub(super) fn evaluator(&self) -> &Evaluator<'a> {
        self.sample.as_ref().unwrap_or(&self.all)
    }

    /// What a parameter costs in the criterion.
    pub(super) fn log_weight(&self) -> f64 {
        self.all.total_weight / self.evaluator().total_weight - 1.0 + self.all.total_weight.ln()
    }

    /// What was looked at before, if it was.
    pub(super) fn again(&self, form: Form, shape: &Shape) -> Result<Option<Scanned>> {
        let Some(looked) = self.memory.and_then(|m| m.get(form, shape.groups())) else { return Ok(None) };
        let evaluator = self.evaluator();
        let climb = |top: &Top| -> Result<Climb> {
            let Point { params, curves, pass } = Point::at(evaluator, shape, top.params(shape)?);
            let (converged, shortfall) = (top.converged, top.shortfall());
            Ok(Climb { params, curves, pass, steps: 0, shortfall, converged, behind: false })
        };
        let best = looked.top().map(climb).transpose()?;
        self.judged(evaluator, form, shape.clone(), best).map(Some)
    }

    /// The best top from `starts` starts and from `known` parameters; of a form that is the first of its kind harder
    /// looked for.
    pub(super) fn of(
        &self,
        form: Form,
        shape: Shape,
        starts: usize,
        known: Vec<Params>,
        first: bool,
    ) -> Result<Scanned> {
        let best = self.climbed(&shape, starts, &known, first);
        let top = best.as_ref().map(|b| Top::new(&b.params, b.converged, b.shortfall));
        // what was looked at to the end only
        if let Some(memory) = self.memory.filter(|_| !self.evaluator().stopped()) {
            memory.keep(Looked::new(form, shape.groups(), top));
        }
        self.judged(self.evaluator(), form, shape, best)
    }

    /// The best top from random starts and from `known` parameters.
    fn climbed(&self, shape: &Shape, starts: usize, known: &[Params], first: bool) -> Option<Climb> {
        let evaluator = self.evaluator();
        let (screen, climbed) = (SCREEN[usize::from(!first)], CLIMBED[usize::from(!first)]);
        let pooled = Pooled::new(evaluator, shape);
        let screened = |params: Params, steps: usize| {
            let point = Point::at(evaluator, shape, params);
            em::run(evaluator, shape, point, steps, ROUGHLY).0
        };
        let mut field: Vec<Point> = (0..starts + known.len()).map_in_parallel(|number| {
            let params = match number.checked_sub(starts) {
                Some(given) => known[given].clone(),
                None => {
                    let mut rng = stream(self.seed, number as u64);
                    start::start(evaluator, shape, &pooled, start::kind_of(number), &mut rng)
                }
            };
            screened(params, screen[0])
        });
        best_first(&mut field);
        field.truncate(climbed + 1);
        field = field.map_in_parallel(|p| em::run(evaluator, shape, p, screen[1], ROUGHLY).0);
        best_first(&mut field);
        field.dedup_by(|later, kept| (later.log_likelihood() - kept.log_likelihood()).abs() < SAME);
        field.truncate(climbed);
        // the most promising first, so that those that end below it need not be followed to their top
        let mut best: Option<Climb> = None;
        for point in field {
            let known = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.pass.log_likelihood);
            let climb = newton::climb_unless_behind(evaluator, shape, point, STEPS[0], ROUGHLY, known);
            if climb.pass.log_likelihood > known {
                best = Some(climb);
            }
        }
        best
    }

    /// The same form with one group more, from the groups of `fewer`, each parted in two. Not kept, as [`Scan::from`].
    pub(super) fn parted(&self, fewer: &Scanned) -> Result<Scanned> {
        let shape = fewer.form.options(fewer.groups + 1, self.degree).check(self.cohort)?;
        let starts = split::parted(self.evaluator(), fewer, split::FOLLOWED);
        let best = self.climbed(&shape, 0, &starts, true);
        self.judged(self.evaluator(), fewer.form, shape, best)
    }

    /// Another form with as many groups, climbed to from the parameters of one that is known. Not kept: it is found again
    /// from what is.
    pub(super) fn from(&self, form: Form, best: &Scanned) -> Result<Scanned> {
        let evaluator = self.evaluator();
        let shape = form.options(best.groups, self.degree).check(self.cohort)?;
        let point = Point::at(evaluator, &shape, best.as_start_of(&shape));
        let point = em::run(evaluator, &shape, point, SCREEN[1][0], ROUGHLY).0;
        let climb = newton::climb(evaluator, &shape, point, STEPS[0], ROUGHLY);
        self.judged(evaluator, form, shape, Some(climb))
    }

    /// Whether whoever is told of every look wants no more.
    pub(super) fn stopped(&self) -> bool {
        self.memory.is_some_and(Memory::stopped)
    }

    /// The same on everyone as they are, where it is. Of everyone's rounded time that is next to the top.
    pub(super) fn as_it_is(&self, s: &Scanned) -> Result<Scanned> {
        if s.params.blocks.is_empty() {
            return Ok(s.clone());
        }
        let Point { params, curves, pass } = Point::at(&self.all, &s.shape, s.params.clone());
        let (converged, behind) = (!s.refused.iter().any(|f| matches!(f, Finding::NotConverged { .. })), false);
        let climb = Climb { params, curves, pass, steps: 0, shortfall: 0.0, converged, behind };
        self.judged(&self.all, s.form, s.shape.clone(), Some(climb))
    }

    /// Everyone with their time at risk rounded, where only a sample was looked at and rounding spares something.
    pub(super) fn rounded(&self) -> Option<Histories> {
        if self.is_of_all() { None } else { coarse::rounded(&self.all, Steps::Fine) }
    }

    /// The same on everyone, when it was looked at on a sample.
    pub(super) fn on_all(&self, s: &Scanned) -> Result<Scanned> {
        self.on(&self.all, s)
    }

    /// The same on these people.
    pub(super) fn on(&self, evaluator: &Evaluator<'_>, s: &Scanned) -> Result<Scanned> {
        if self.sample.is_none() || s.params.blocks.is_empty() {
            return Ok(s.clone());
        }
        let climb = search::climb_from(evaluator, &s.shape, s.params.clone(), STEPS[1], ROUGHLY);
        self.judged(evaluator, s.form, s.shape.clone(), Some(climb))
    }

    /// What a climb is worth; on a sample, what it would be worth on everyone were everyone as those.
    fn judged(&self, evaluator: &Evaluator<'_>, form: Form, shape: Shape, best: Option<Climb>) -> Result<Scanned> {
        let groups = shape.groups();
        let Some(climb) = best else {
            let params = Params { log_share: Vec::new(), blocks: Vec::new() };
            let refused = vec![Finding::NotConverged { gradient_norm: f64::NAN }];
            let none = f64::NEG_INFINITY;
            return Ok(Scanned {
                form,
                groups,
                shape,
                params,
                log_likelihood: none,
                parameters: 0,
                bic: -none,
                refused,
            });
        };
        let mut refused = Vec::new();
        if !climb.converged {
            refused.push(Finding::NotConverged { gradient_norm: climb.shortfall });
        }
        let mut params = climb.params;
        params.log_share.iter_mut().for_each(|s| *s = s.max(f64::MIN_POSITIVE.ln()));
        match CountModel::from_params(form.family, self.cohort.grid(), &shape, &params) {
            Ok(model) => {
                degenerate(&model, &climb.pass.mass, &mut refused);
                runs_off(&model, &climb.pass.sums, &mut refused);
            }
            Err(_) => refused.push(Finding::NotConverged { gradient_norm: f64::NAN }),
        }
        let lost = limit::lost(&shape, &climb.curves, &climb.pass.sums);
        let parameters = Free::new(&shape).count() - lost;
        let times = self.all.total_weight / evaluator.total_weight;
        let log_likelihood = climb.pass.log_likelihood * times;
        // parameters fitted to a part fit that part too well, by half a unit each (Akaike 1974)
        let p = parameters as f64;
        let bic = -2.0 * log_likelihood + p * (times - 1.0 + self.all.total_weight.ln());
        Ok(Scanned { form, groups, shape, params, log_likelihood, parameters, bic, refused })
    }
}

fn best_first(field: &mut Vec<Point>) {
    field.retain(|p| p.log_likelihood().is_finite());
    field.sort_by(|a, b| b.log_likelihood().total_cmp(&a.log_likelihood()));
}

impl Scanned {
    pub(super) fn trusted(&self) -> bool {
        self.refused.is_empty()
    }

    /// Whether anything was found to begin from.
    pub(super) fn usable(&self) -> bool {
        self.log_likelihood.is_finite()
    }

    /// Its parameters as a start for another form with as many groups. A zero part that it does not have begins small.
    pub(super) fn as_start_of(&self, shape: &Shape) -> Params {
        let mut params = self.params.clone();
        let (nb, nz) = (self.shape.rate_terms.clone(), self.shape.zero_terms.clone());
        for (k, block) in params.blocks.iter_mut().enumerate() {
            let (rate, rest) = block.split_at(nb[k]);
            let (zero, dispersion) = rest.split_at(nz[k]);
            let mut next = rate.to_vec();
            if shape.zero_terms[k] > 0 {
                let own = if zero.is_empty() { vec![SMALL_ZERO_PART] } else { zero.to_vec() };
                next.extend(of_terms(own, shape.zero_terms[k]));
            }
            if shape.dispersed() {
                // off the edge, from where no step leads away
                let alpha = dispersion.first().copied().unwrap_or(f64::NEG_INFINITY);
                next.push(alpha.max(LEAST_DISPERSION));
            }
            *block = next;
        }
        if shape.common_dispersion && !self.shape.common_dispersion {
            share_dispersion(&mut params);
        }
        params
    }
}

/// Gives all groups the same dispersion: the mean of theirs, weighed by their shares.
fn share_dispersion(params: &mut Params) {
    let of = |share: &f64, block: &Vec<f64>| share.exp() * block.last().copied().unwrap_or(0.0);
    let mean: f64 = params.log_share.iter().zip(&params.blocks).map(|(share, block)| of(share, block)).sum();
    params.blocks.iter_mut().filter_map(|block| block.last_mut()).for_each(|last| *last = mean);
}

/// A polynomial on [-1, 1] with other terms: those that are new are 0, and of those that go the highest powers are taken
/// for what the lower ones make of them at least error (Chebyshev: `u^3` for `3/4 u`, `u^2` for `1/2`).
fn of_terms(mut polynomial: Vec<f64>, terms: usize) -> Vec<f64> {
    while polynomial.len() > terms.max(1) {
        let last = polynomial.pop().unwrap_or(0.0);
        let powers: &[(usize, f64)] = match polynomial.len() {
            1 => &[],
            2 => &[(0, 0.5)],
            3 => &[(1, 0.75)],
            4 => &[(0, -0.125), (2, 1.0)],
            _ => &[(1, -0.3125), (3, 1.25)],
        };
        powers.iter().for_each(|&(power, part)| polynomial[power] += part * last);
    }
    polynomial.resize(terms, 0.0);
    polynomial
}

/// Logit of a zero part that begins small: one in eight.
const SMALL_ZERO_PART: f64 = -2.0;
/// `ln` of the least dispersion that a start has.
const LEAST_DISPERSION: f64 = -3.0;
