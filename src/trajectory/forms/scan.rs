//! One form with one number of groups, looked at quickly: from what is known of simpler ones and a few starts.

use super::form::Form;
use crate::cohort::data::Cohort;
use crate::cohort::history::Histories;
use crate::error::Result;
use crate::numeric::streams::stream;
use crate::trajectory::em;
use crate::trajectory::finding::{Finding, degenerate, runs_off};
use crate::trajectory::ladder;
use crate::trajectory::limit;
use crate::trajectory::model::TrajectoryModel;
use crate::trajectory::newton::{self, Climb, Point};
use crate::trajectory::pass::Evaluator;
use crate::trajectory::search;
use crate::trajectory::shape::{Params, Shape};
use crate::trajectory::shared::Free;
use crate::trajectory::start::{self, Pooled};
use rayon::prelude::*;

/// Distinct histories above which a scan looks at a sample, and at everyone only for the best; with individual time at
/// risk, where a history costs a hundred times as much, and without.
const WHOLE: [usize; 2] = [1_000, 4_000];
/// EM steps before a part of the field is dropped, and after it.
const SCREEN: [usize; 2] = [4, 8];
/// Points that are climbed from, of all that were screened.
const CLIMBED: usize = 3;
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
    pub(super) fn sample_of(cohort: &Cohort, seed: u64) -> Option<Histories> {
        let size = WHOLE[usize::from(cohort.histories.exposure.is_none())];
        (cohort.histories.len() > size).then(|| ladder::sample(cohort, seed, size))
    }

    pub(super) fn new(cohort: &'a Cohort, sample: Option<&'a Histories>, degree: usize, seed: u64) -> Scan<'a> {
        let all = Evaluator::new(&cohort.histories);
        Scan { cohort, degree, seed, all, sample: sample.map(Evaluator::new) }
    }

    /// The best top from `starts` starts and from `known` parameters.
    pub(super) fn of(&self, form: Form, shape: Shape, starts: usize, known: Vec<Params>) -> Result<Scanned> {
        let evaluator = self.sample.as_ref().unwrap_or(&self.all);
        let pooled = Pooled::new(evaluator, &shape);
        let screened = |params: Params, steps: usize| {
            let point = Point::at(evaluator, &shape, params);
            em::run(evaluator, &shape, point, steps, ROUGHLY).0
        };
        let started = (0..starts).into_par_iter().map(|number| {
            let mut rng = stream(self.seed, number as u64);
            let kind = start::kind_of(number);
            screened(start::start(evaluator, &shape, &pooled, kind, &mut rng), SCREEN[0])
        });
        let given = known.into_par_iter().map(|params| screened(params, SCREEN[0]));
        let mut field: Vec<Point> = started.chain(given).collect();
        best_first(&mut field);
        field.truncate(2 * CLIMBED);
        field = field.into_par_iter().map(|p| em::run(evaluator, &shape, p, SCREEN[1], ROUGHLY).0).collect();
        best_first(&mut field);
        field.dedup_by(|later, kept| (later.log_likelihood() - kept.log_likelihood()).abs() < search::SAME);
        field.truncate(CLIMBED);
        // the most promising first, so that those that end below it need not be followed to their top
        let mut best: Option<Climb> = None;
        for point in field {
            let known = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.pass.log_likelihood);
            let climb = newton::climb_unless_behind(evaluator, &shape, point, STEPS[0], ROUGHLY, known);
            if climb.pass.log_likelihood > known {
                best = Some(climb);
            }
        }
        self.judged(evaluator, form, shape, best)
    }

    /// The same on everyone, when it was looked at on a sample.
    pub(super) fn on_all(&self, s: &Scanned) -> Result<Scanned> {
        if self.sample.is_none() || s.params.blocks.is_empty() {
            return Ok(s.clone());
        }
        let climb = search::climb_from(&self.all, &s.shape, s.params.clone(), STEPS[1], ROUGHLY);
        self.judged(&self.all, s.form, s.shape.clone(), Some(climb))
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
        match TrajectoryModel::from_params(form.family, self.cohort.grid(), &shape, &params) {
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

    /// Its parameters as a start for another form with as many groups. A zero part that it does not have begins small.
    pub(super) fn as_start_of(&self, shape: &Shape) -> Params {
        let mut params = self.params.clone();
        let (nb, nz) = (self.shape.rate_terms.clone(), self.shape.zero_terms.clone());
        for (k, block) in params.blocks.iter_mut().enumerate() {
            let (rate, rest) = block.split_at(nb[k]);
            let (zero, dispersion) = rest.split_at(nz[k]);
            let mut next = rate.to_vec();
            if shape.zero_terms[k] > 0 {
                let mut own = if zero.is_empty() { vec![SMALL_ZERO_PART] } else { zero.to_vec() };
                own.resize(shape.zero_terms[k], 0.0);
                next.extend(own);
            }
            if shape.dispersed() {
                // off the edge, from where no step leads away
                let alpha = dispersion.first().copied().unwrap_or(f64::NEG_INFINITY);
                next.push(alpha.max(LEAST_DISPERSION));
            }
            *block = next;
        }
        params
    }

    /// Starts for one group more: each group parted in two, by level, by slope and by bend.
    pub(super) fn parted(&self) -> Vec<Params> {
        let mut all = Vec::new();
        for k in 0..self.groups {
            for (term, by) in [(0, 0.6), (1, 0.7), (2, 0.7)] {
                if term >= self.shape.rate_terms[k] {
                    continue;
                }
                let mut params = self.params.clone();
                let mut twin = params.blocks[k].clone();
                params.blocks[k][term] -= by;
                twin[term] += by;
                params.log_share[k] -= std::f64::consts::LN_2;
                params.log_share.push(params.log_share[k]);
                params.blocks.push(twin);
                all.push(params);
            }
        }
        all
    }
}

/// Logit of a zero part that begins small: one in eight.
const SMALL_ZERO_PART: f64 = -2.0;
/// `ln` of the least dispersion that a start has.
const LEAST_DISPERSION: f64 = -3.0;
