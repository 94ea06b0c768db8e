//! Logistic models of the outcome on the logit of the risk: two models, whose intercepts are not the same thing.

use super::super::discrimination::auc::both_classes;
use super::super::runs::{Mapped, Ordered};
use super::super::undefined::{Defined, Measured, Undefined};
use crate::numeric::vexp;

/// Steps of Newton's method; the likelihood is concave in two parameters.
const MOST_STEPS: usize = 100;
/// A step beyond this is tried before it is made.
const LARGE: f64 = 0.5;
/// Steps below this part of a parameter end the climb; the next would be its square.
const CLOSE: f64 = 1e-8;

/// Recalibration on the logit scale, by maximum likelihood, without penalty.
///
/// With sampling weights the likelihood is weighted and standard errors are those of the sandwich, in which the unit of the
/// weights cancels: a weight says how many people somebody stands for, not how often they were seen.
///
/// # References
/// Binder (1983), International Statistical Review 51, 279-292.
#[derive(Debug, Clone, PartialEq)]
pub struct Recalibration {
    /// `a` in `logit P = a + logit p`: calibration in the large; 0 when right, below when the risks are too high.
    pub offset: Defined<Measured>,
    /// `b` in `logit P = a + b logit p`; 1 when right, below when the risks are too extreme.
    pub slope: Defined<Measured>,
    /// `a` of that second model. It is the value at a risk of one half, and is **not** calibration in the large.
    pub intercept_with_slope: Defined<Measured>,
    /// Likelihood ratio of the second model against the risks as they are: chi-square with 2 degrees of freedom. Not there
    /// with sampling weights, whose likelihood grows with their unit.
    pub chi_square: Defined<f64>,
    /// People with a risk of 0 or 1, which has no logit; with any, nothing above is defined.
    pub without_logit: f64,
}

pub(crate) fn recalibrate(people: &Ordered) -> Recalibration {
    let [without_logit] = people.sum(|r| [if r.value > 0.0 && r.value < 1.0 { 0.0 } else { r.size() }]);
    let refuse = |why: Undefined| Recalibration {
        offset: Err(why.clone()),
        slope: Err(why.clone()),
        intercept_with_slope: Err(why.clone()),
        chi_square: Err(why),
        without_logit,
    };
    if without_logit > 0.0 {
        return refuse(without());
    }
    if let Err(why) = both_classes(people.cases, people.controls) {
        return refuse(why);
    }
    let plain = Targets { case: 1.0, control: 0.0 };
    let logits = people.map(logit);
    let offset = climb(people, &logits, plain, false).map(|f| Measured::normal(f.a, f.a_se));
    let fit = separated(people).and_then(|()| climb(people, &logits, plain, true));
    let as_given = log_likelihood(people, &logits, plain, 0.0, 1.0);
    Recalibration {
        offset,
        slope: fit.clone().map(|f| Measured::normal(f.b, f.b_se)),
        intercept_with_slope: fit.clone().map(|f| Measured::normal(f.a, f.a_se)),
        chi_square: if people.weighted {
            Err(Undefined::new("the likelihood ratio is for people without weights"))
        } else {
            fit.map(|f| (2.0 * (f.log_likelihood - as_given)).max(0.0))
        },
        without_logit,
    }
}

/// Platt's map `logit P = a + b logit p`, fitted to targets `(n1 + 1) / (n1 + 2)` and `1 / (n0 + 2)`: a little
/// towards the middle, so that separated groups have an answer. Not the maximum-likelihood recalibration. With sampling
/// weights `n1` and `n0` are the effective numbers of Kish.
///
/// # References
/// Platt (1999), "Probabilistic outputs for support vector machines", section 2.2.
pub(crate) fn platt(people: &Ordered) -> Defined<[f64; 2]> {
    let [none, case_sq, control_sq] = people.sum(|r| {
        let none = if r.value > 0.0 && r.value < 1.0 { 0.0 } else { r.size() };
        [none, r.case_sq, r.control_sq]
    });
    if none > 0.0 {
        return Err(without());
    }
    if people.distinct() < 2 {
        return Err(Undefined::new("everybody has the same risk: no slope"));
    }
    let number = |sum: f64, squares: f64| if squares > 0.0 { sum * sum / squares } else { 0.0 };
    let (n1, n0) = (number(people.cases, case_sq), number(people.controls, control_sq));
    let targets = Targets { case: (n1 + 1.0) / (n1 + 2.0), control: 1.0 / (n0 + 2.0) };
    climb(people, &people.map(logit), targets, true).map(|f| [f.a, f.b])
}

/// How many have one is not said: they may be few.
fn without() -> Undefined {
    Undefined::new("a risk of 0 or 1 has no logit, and some people have one")
}

/// What the outcome counts as.
#[derive(Debug, Clone, Copy)]
struct Targets {
    case: f64,
    control: f64,
}

#[derive(Debug, Clone, Copy)]
struct Climbed {
    a: f64,
    b: f64,
    a_se: f64,
    b_se: f64,
    log_likelihood: f64,
}

/// Logit of a probability strictly inside 0 and 1.
pub(crate) fn logit(p: f64) -> f64 {
    p.ln() - (-p).ln_1p()
}

/// No finite slope exists when all cases lie on one side of all controls.
fn separated(people: &Ordered) -> Defined<()> {
    let mut ends = [[f64::INFINITY, f64::NEG_INFINITY]; 2];
    people.each(|r| {
        for (weight, end) in [(r.control, 0), (r.case, 1)] {
            if weight > 0.0 {
                ends[end] = [ends[end][0].min(r.value), ends[end][1].max(r.value)];
            }
        }
    });
    if people.distinct() < 2 {
        return Err(Undefined::new("everybody has the same risk: no slope"));
    }
    if ends[0][1] <= ends[1][0] || ends[1][1] <= ends[0][0] {
        return Err(Undefined::new("a risk separates those with the outcome from those without: no finite slope"));
    }
    Ok(())
}

/// A model `eta = a + b x` of targets.
#[derive(Clone, Copy)]
struct Line {
    targets: Targets,
    a: f64,
    b: f64,
}

/// `sum w (t eta - ln(1 + e^eta))`.
struct LogLikelihood(Line);

impl Mapped<1> for LogLikelihood {
    #[inline(always)]
    fn of(&self, x: f64, case: f64, control: f64) -> [f64; 1] {
        let Line { targets, a, b } = self.0;
        let eta = a + b * x;
        let e = vexp::exp(-eta.abs());
        let soft = (if eta > 0.0 { eta } else { 0.0 }) + vexp::ln_1p(e, 1.0 / (1.0 + e));
        [(case * targets.case + control * targets.control) * eta - (case + control) * soft]
    }
}

/// Its gradient and information: of `a`, of `b`, and of `a a`, `a b`, `b b`.
struct Slopes(Line);

impl Mapped<5> for Slopes {
    #[inline(always)]
    fn of(&self, x: f64, case: f64, control: f64) -> [f64; 5] {
        let Line { targets, a, b } = self.0;
        let eta = a + b * x;
        let e = vexp::exp(-eta.abs());
        let inverse = 1.0 / (1.0 + e);
        let mu = if eta >= 0.0 { inverse } else { e * inverse };
        let size = case + control;
        let w = size * e * inverse * inverse;
        let g = case * targets.case + control * targets.control - size * mu;
        [g, g * x, w, w * x, w * x * x]
    }
}

fn log_likelihood(people: &Ordered, logits: &[f64], targets: Targets, a: f64, b: f64) -> f64 {
    people.sum_mapped(logits, LogLikelihood(Line { targets, a, b }))[0]
}

/// Newton's method from the risks as they are. Steps beyond [`LARGE`] are halved until the likelihood does not fall;
/// smaller ones of a concave likelihood need no watching. With `free` both parameters move, otherwise `b` stays.
fn climb(people: &Ordered, logits: &[f64], targets: Targets, free: bool) -> Defined<Climbed> {
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..MOST_STEPS {
        let [ga, gb, haa, hab, hbb] = people.sum_mapped(logits, Slopes(Line { targets, a, b }));
        let det = haa * hbb - hab * hab;
        let (da, db) = if free { ((hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det) } else { (ga / haa, 0.0) };
        if !(da.is_finite() && db.is_finite()) {
            return Err(Undefined::new("the information is singular: no estimate"));
        }
        // at the top the step is rounding
        if da.abs() <= CLOSE * (1.0 + a.abs()) && db.abs() <= CLOSE * (1.0 + b.abs()) {
            let log_likelihood = log_likelihood(people, logits, targets, a, b);
            // the inverse of the information, by rows; of the intercept alone where the slope stays
            let inverse = if free {
                [[hbb / det, -hab / det], [-hab / det, haa / det]]
            } else {
                [[haa.recip(), 0.0], [0.0, 0.0]]
            };
            let [a_se, b_se] = match people.weighted {
                true => sandwich(people, Line { targets, a, b }, inverse),
                false => [0, 1].map(|i| inverse[i][i].sqrt()),
            };
            return Ok(Climbed { a: a + da, b: b + db, a_se, b_se, log_likelihood });
        }
        let mut part = 1.0;
        if da.abs().max(db.abs()) > LARGE {
            let at = log_likelihood(people, logits, targets, a, b);
            while part > 1e-6
                && log_likelihood(people, logits, targets, a + part * da, b + part * db) < at - 1e-12 * at.abs()
            {
                part *= 0.5;
            }
        }
        (a, b) = (a + part * da, b + part * db);
    }
    Err(Undefined::new("no estimate after a hundred steps"))
}

/// Standard errors from the inverse information on either side of the summed squares of each person's score.
fn sandwich(people: &Ordered, Line { targets, a, b }: Line, inverse: [[f64; 2]; 2]) -> [f64; 2] {
    let [aa, ab, bb] = people.sum(|r| {
        let x = logit(r.value);
        let mu = 1.0 / (1.0 + (-(a + b * x)).exp());
        let square = r.case_sq * (targets.case - mu).powi(2) + r.control_sq * (targets.control - mu).powi(2);
        [square, square * x, square * x * x]
    });
    inverse.map(|[p, q]| (p * p * aa + 2.0 * p * q * ab + q * q * bb).sqrt())
}
