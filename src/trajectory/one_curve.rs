//! One population with lasting differences: one curve for everybody, times a gamma factor of one's own.
//!
//! It is what groups have to be held against. People who differ for good in how often they offend, and in nothing else,
//! look like several groups to any mixture of curves, however many people there are (Bauer & Curran 2003): low, middle
//! and high curves of one shape. Given the factor counts are Poisson; without it their joint distribution is negative
//! multinomial, in closed form (Hausman, Hall & Griliches 1984).
//!
//! With `Y` the offences of a person, `M = sum of exposure x rate` and `alpha` the variance of the factor, the
//! log-likelihood is `sum y eta + sum_(j<Y) ln(1 + alpha j) - (1/alpha + Y) ln(1 + alpha M)`, constants apart.

use crate::cohort::data::Cohort;
use crate::cohort::history::Histories;
use crate::error::{Error, Result};
use crate::numeric::linalg::Square;
use crate::numeric::parallel::Parallel;
use crate::trajectory::family::Family;
use crate::trajectory::family::kernel::rising;
use crate::trajectory::spec::basis::MAX_DEGREE;
use crate::trajectory::tables::shape::Shape;
use crate::trajectory::tables::sums;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A fitted single population: rate `exp(polynomial in age)`, times a gamma factor of mean 1 a person.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, ndarray::Array2, trajectory::OneCurve};
/// // everybody keeps offending as often as before: none, one or two a year
/// let counts = Array2::from_shape_fn((90, 12), |(i, _)| (i % 3) as u32);
/// let one = OneCurve::fit(&Cohort::from_counts(AgeGrid::years(12, 23)?, counts.view())?, 0)?;
/// assert!((one.coefficients[0] - 0.0).abs() < 1e-6); // one a year on average
/// assert!(one.variance > 0.5);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OneCurve {
    /// Coefficients of `ln(rate a year)` in the scaled age of the grid (-1 to 1), constant first.
    pub coefficients: Vec<f64>,
    /// Variance of the factor: 0 when counts are no more alike within people than between them.
    pub variance: f64,
    /// Log-likelihood, with every constant.
    pub log_likelihood: f64,
    /// Free parameters.
    pub parameters: usize,
    /// `-2 logL + p ln(persons)`.
    pub bic_persons: f64,
}

/// Newton steps, at most; a handful is usual.
const STEPS: usize = 100;
/// `ln` of a variance below which it is 0 for all that a cohort can tell.
const NO_VARIANCE: f64 = -12.0;
/// `ln` of a variance from which the model without a factor need not be looked at.
const CLEAR: f64 = -5.0;
/// A step moves no parameter further.
const FARTHEST: f64 = 2.0;

impl OneCurve {
    /// Fits one curve of a degree.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when the degree is above 5 or there are not as many
    /// observed ages as coefficients; when nobody offends.
    pub fn fit(cohort: &Cohort, degree: usize) -> Result<OneCurve> {
        OneCurve::fit_from(cohort, degree, None)
    }

    /// From a curve of a lower degree, which is near.
    fn fit_from(cohort: &Cohort, degree: usize, near: Option<&OneCurve>) -> Result<OneCurve> {
        if degree > MAX_DEGREE || degree >= cohort.observed_ages() {
            let ages = cohort.observed_ages();
            return Err(Error::options(format!(
                "one curve of degree {degree} needs {} observed ages and a degree of at most {MAX_DEGREE}; there are {ages}",
                degree + 1
            )));
        }
        if cohort.events() == 0 {
            return Err(Error::options("one curve cannot be fitted: there are no offences"));
        }
        let population = Population::new(cohort, degree);
        let varied = population.climb(true, near);
        // the limit without a factor is a model of its own; with a clear factor it is far below
        let clear = varied.as_ref().is_some_and(|top| top.ln_variance > CLEAR);
        let plain = if clear { None } else { population.climb(false, near) };
        let (top, free) = match varied {
            Some(top) if top.ln_variance > NO_VARIANCE && plain.as_ref().is_none_or(|p| top.value > p.value) => {
                (Some(top), degree + 2)
            }
            _ => (plain, degree + 1),
        };
        let Some(top) = top else {
            return Err(Error::options("one curve cannot be fitted: no step leads up from the average rate"));
        };
        let log_likelihood = top.value + population.constant;
        Ok(OneCurve {
            coefficients: top.coefficients,
            variance: if free == degree + 2 { top.ln_variance.exp() } else { 0.0 },
            log_likelihood,
            parameters: free,
            bic_persons: -2.0 * log_likelihood + free as f64 * cohort.total_weight().ln(),
        })
    }

    /// The degree of the lowest BIC, up to 5.
    ///
    /// # Errors
    /// As [`OneCurve::fit`] of degree 0.
    pub fn best(cohort: &Cohort) -> Result<OneCurve> {
        let most = MAX_DEGREE.min(cohort.observed_ages().saturating_sub(1));
        let mut best = OneCurve::fit(cohort, 0)?;
        let mut near = best.clone();
        for degree in 1..=most {
            let Ok(one) = OneCurve::fit_from(cohort, degree, Some(&near)) else { continue };
            if one.bic_persons < best.bic_persons {
                best = one.clone();
            }
            near = one;
        }
        Ok(best)
    }
}

struct Population<'a> {
    histories: &'a Histories,
    shape: Shape,
    terms: usize,
    /// Offences of each history.
    totals: Vec<f64>,
    /// Weighted sum of count x power of age, by power.
    moments: Vec<f64>,
    /// Weight of histories with each total: what the dispersion needs of the totals.
    by_total: Vec<(f64, f64)>,
    /// `ln` of the average rate an interval.
    average: f64,
    constant: f64,
}

/// A point with its value; `ln_variance` is not used without a factor.
#[derive(Clone)]
struct Top {
    coefficients: Vec<f64>,
    ln_variance: f64,
    value: f64,
}

/// Value, gradient and minus second derivative.
struct Slopes {
    value: f64,
    gradient: Vec<f64>,
    bend: Square,
}

/// Histories of a chunk: sums are added in the order of chunks, so that threads change no bit.
const CHUNK: usize = 2048;

impl<'a> Population<'a> {
    fn new(cohort: &'a Cohort, degree: usize) -> Population<'a> {
        let histories = &cohort.histories;
        let shape = Shape::new(Family::Poisson, cohort.grid(), &[degree], &[0]);
        let terms = degree + 1;
        let (mut totals, mut moments) = (Vec::with_capacity(histories.len()), vec![0.0; terms]);
        let mut by_total: BTreeMap<u64, f64> = BTreeMap::new();
        let (mut events, mut time) = (0.0, 0.0);
        for h in 0..histories.len() {
            let (w, mut total) = (histories.weight[h], 0);
            for &code in histories.cells_of(h) {
                let cell = histories.codes[code as usize];
                total += u64::from(cell.count);
                let powers = &shape.powers[cell.interval as usize];
                moments.iter_mut().zip(powers).for_each(|(m, p)| *m += w * f64::from(cell.count) * p);
            }
            totals.push(total as f64);
            *by_total.entry(total).or_default() += w;
            events += w * total as f64;
            let seen = histories.observed_in(histories.pattern[h] as usize).iter();
            time += w * match histories.exposure_of(h) {
                Some(exposure) => exposure.iter().sum::<f64>(),
                None => seen.filter(|s| **s).count() as f64,
            };
        }
        Population {
            histories,
            terms,
            totals,
            moments,
            by_total: by_total.into_iter().map(|(total, w)| (total as f64, w)).collect(),
            average: (events / time).ln(),
            constant: sums::constant(histories) + events * shape.log_width,
            shape,
        }
    }

    /// From a curve that is near or else from the average rate, with a factor or without.
    fn climb(&self, varied: bool, near: Option<&OneCurve>) -> Option<Top> {
        let mut coefficients = vec![0.0; self.terms];
        let mut ln_variance = -0.7;
        match near {
            Some(near) => {
                coefficients.iter_mut().zip(&near.coefficients).for_each(|(to, c)| *to = *c);
                ln_variance = near.variance.ln().max(-3.0);
            }
            None => coefficients[0] = self.average - self.shape.log_width,
        }
        let mut here = Top { coefficients, ln_variance, value: f64::NEG_INFINITY };
        let mut slopes = self.slopes(&here, varied);
        here.value = slopes.value;
        let mut damping = 0.0;
        for _ in 0..STEPS {
            let n = slopes.gradient.len();
            let mut bend = slopes.bend.clone();
            (0..n).for_each(|i| bend.add(i, i, damping * (1.0 + slopes.bend.at(i, i).abs()) + 1e-12));
            let step = bend.cholesky().map(|c| c.solve(&slopes.gradient));
            let promise = step.as_ref().map_or(f64::NAN, |s| s.iter().zip(&slopes.gradient).map(|(a, b)| a * b).sum());
            if let Some(step) = step.filter(|_| promise >= 0.0) {
                if promise < 1e-10 && damping == 0.0 {
                    return Some(here);
                }
                let longest = step.iter().fold(0.0_f64, |m, s| m.max(s.abs()));
                let factor = if longest > FARTHEST { FARTHEST / longest } else { 1.0 };
                let mut next = here.clone();
                next.coefficients.iter_mut().zip(&step).for_each(|(c, s)| *c += factor * s);
                next.ln_variance += if varied { factor * step[self.terms] } else { 0.0 };
                let there = self.slopes(&next, varied);
                if there.value >= here.value - 1e-12 * here.value.abs() {
                    next.value = there.value;
                    (here, slopes) = (next, there);
                    damping = if damping < 1e-6 { 0.0 } else { damping / 10.0 };
                    if varied && here.ln_variance < NO_VARIANCE {
                        return Some(here);
                    }
                    continue;
                }
            }
            damping = (10.0 * damping).max(1e-4);
            if damping > 1e12 {
                break;
            }
        }
        None
    }

    fn slopes(&self, at: &Top, varied: bool) -> Slopes {
        let (terms, shape) = (self.terms, &self.shape);
        let alpha = if varied { at.ln_variance.exp() } else { 0.0 };
        let eta: Vec<f64> = shape
            .powers
            .iter()
            .map(|p| shape.log_width + at.coefficients.iter().zip(p).map(|(c, p)| c * p).sum::<f64>())
            .collect();
        let rate: Vec<f64> = eta.iter().map(|e| e.exp()).collect();
        let n = self.histories.len();
        let parts: Vec<Slopes> = (0..n.div_ceil(CHUNK))
            .map_in_parallel(|c| self.part(&rate, alpha, varied, c * CHUNK..((c + 1) * CHUNK).min(n)));
        let mut sum =
            Slopes { value: 0.0, gradient: vec![0.0; self.free(varied)], bend: Square::zeros(self.free(varied)) };
        for part in parts {
            sum.value += part.value;
            sum.gradient.iter_mut().zip(&part.gradient).for_each(|(s, p)| *s += p);
            sum.bend.add_all(&part.bend);
        }
        // sum of y eta, the same for everyone's own age
        for (j, m) in self.moments.iter().enumerate() {
            sum.value += at.coefficients[j] * m;
            sum.gradient[j] += m;
        }
        if varied {
            for &(total, w) in &self.by_total {
                let [value, first, second] = rising(total, at.ln_variance);
                sum.value += w * value;
                sum.gradient[terms] += w * first;
                sum.bend.add(terms, terms, -w * second);
            }
        }
        sum.bend.mirror();
        sum
    }

    fn free(&self, varied: bool) -> usize {
        self.terms + usize::from(varied)
    }

    /// What does not come from sums over everybody: `-(1/alpha + Y) ln(1 + alpha M)`, or `-M` without a factor. Of the
    /// second derivatives the lower triangle.
    fn part(&self, rate: &[f64], alpha: f64, varied: bool, range: std::ops::Range<usize>) -> Slopes {
        let (terms, histories) = (self.terms, self.histories);
        let mut out =
            Slopes { value: 0.0, gradient: vec![0.0; self.free(varied)], bend: Square::zeros(self.free(varied)) };
        let mut of_pattern = (u32::MAX, [0.0; 2 * MAX_DEGREE + 1]);
        for h in range {
            // sums over observed ages of expected count x power of age
            let moments = match (histories.exposure_of(h), histories.pattern[h]) {
                (None, pattern) if pattern == of_pattern.0 => of_pattern.1,
                (exposure, pattern) => {
                    let seen = histories.observed_in(pattern as usize);
                    let mut m = [0.0; 2 * MAX_DEGREE + 1];
                    for t in (0..rate.len()).filter(|&t| seen[t]) {
                        let expected = rate[t] * exposure.map_or(1.0, |e| e[t]);
                        m.iter_mut().zip(&self.shape.powers[t]).for_each(|(m, p)| *m += expected * p);
                    }
                    of_pattern = (pattern, m);
                    m
                }
            };
            let (w, y, mean) = (histories.weight[h], self.totals[h], moments[0]);
            let s = 1.0 / (1.0 + alpha * mean);
            let log = (alpha * mean).ln_1p();
            let log_over = if alpha > 0.0 { log / alpha } else { mean };
            out.value -= w * (log_over + y * log);
            let factor = (1.0 + alpha * y) * s;
            let drift = alpha * (y - mean) * s * s;
            for i in 0..terms {
                out.gradient[i] -= w * factor * moments[i];
                for j in 0..=i {
                    out.bend.add(i, j, w * factor * (moments[i + j] - alpha * s * moments[i] * moments[j]));
                }
            }
            if varied {
                out.gradient[terms] += w * (log_over - factor * mean);
                out.bend.add(terms, terms, w * (log_over - mean * s + mean * drift));
                moments[..terms].iter().enumerate().for_each(|(j, m)| out.bend.add(terms, j, w * m * drift));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::grid::AgeGrid;
    use ndarray::{Array2, array};

    /// Counts, time at risk: eight people of four ages, one of them not seen throughout.
    fn cohort() -> Cohort {
        let counts = array![
            [0_u32, 0, 1, 0],
            [2, 3, 1, 0],
            [0, 0, 0, 0],
            [5, 9, 4, 3],
            [0, 1, 0, 0],
            [1, 0, 2, 0],
            [0, 0, 0, 0],
            [7, 2, 6, 1]
        ];
        let mut exposure = Array2::from_elem((8, 4), 1.0);
        exposure[(1, 2)] = 0.5;
        exposure[(3, 0)] = 0.25;
        Cohort::from_matrices(AgeGrid::years(14, 17).unwrap(), counts.view(), Some(exposure.view())).unwrap()
    }

    #[test]
    fn slopes_are_those_of_a_numerically_differentiated_likelihood() {
        let cohort = cohort();
        let population = Population::new(&cohort, 2);
        let at = |p: &[f64]| Top { coefficients: p[..3].to_vec(), ln_variance: p[3], value: 0.0 };
        let p = [0.1, -0.3, 0.4, -0.2];
        let here = population.slopes(&at(&p), true);
        let h = 1e-5;
        for i in 0..4 {
            let moved = |by: f64| {
                let mut q = p;
                q[i] += by;
                population.slopes(&at(&q), true)
            };
            let (up, down) = (moved(h), moved(-h));
            approx::assert_relative_eq!((up.value - down.value) / (2.0 * h), here.gradient[i], epsilon = 1e-7);
            for j in 0..4 {
                let bend = -(up.gradient[j] - down.gradient[j]) / (2.0 * h);
                approx::assert_relative_eq!(bend, here.bend.at(i, j), epsilon = 1e-6, max_relative = 1e-7);
            }
        }
    }

    #[test]
    fn the_likelihood_is_poisson_integrated_over_a_gamma_factor() {
        let cohort = cohort();
        let one = OneCurve::fit(&cohort, 1).unwrap();
        let a = 1.0 / one.variance;
        let mut total = 0.0;
        for i in 0..8 {
            let (counts, exposure) = (cohort.counts(i), cohort.exposure(i));
            // midpoints in ln b; the integrand is smooth and falls off on both sides
            let step = 1e-3;
            let integral: f64 = (-100_000..6_000)
                .map(|s| {
                    let b = (step * (f64::from(s) + 0.5)).exp();
                    let mut ln = a * a.ln() - libm::lgamma(a) + a * b.ln() - a * b;
                    for t in 0..4 {
                        let u = cohort.grid().scaled(t);
                        let mean = b * exposure[t] * (one.coefficients[0] + one.coefficients[1] * u).exp();
                        let y = f64::from(counts[t].unwrap());
                        ln += y * mean.ln() - mean - libm::lgamma(y + 1.0);
                    }
                    ln.exp() * step
                })
                .sum();
            total += integral.ln();
        }
        approx::assert_relative_eq!(total, one.log_likelihood, epsilon = 1e-6);
    }

    #[test]
    fn equal_people_have_no_factor_and_nobody_offending_is_refused() {
        let grid = AgeGrid::years(14, 17).unwrap();
        let same = Cohort::from_counts(grid, Array2::from_elem((30, 4), 1_u32).view()).unwrap();
        let one = OneCurve::fit(&same, 0).unwrap();
        assert_eq!((one.variance, one.parameters), (0.0, 1));
        approx::assert_relative_eq!(one.log_likelihood, -120.0, epsilon = 1e-9);
        let none = Cohort::from_counts(grid, Array2::zeros((30, 4)).view()).unwrap();
        assert!(OneCurve::best(&none).unwrap_err().to_string().contains("no offences"));
        assert!(OneCurve::fit(&same, 4).unwrap_err().to_string().contains("there are 4"));
    }
}
