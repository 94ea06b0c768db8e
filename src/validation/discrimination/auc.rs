//! The area under the ROC curve with DeLong's variance.

use super::super::runs::Ordered;
use super::super::undefined::{Defined, Measured, Undefined};
use crate::numeric::p_values::Z_975;

/// Area under the ROC curve: the probability that a person with the outcome has the higher risk, those of equal risk
/// counted half: `P(p_case > p_control) + P(p_case = p_control) / 2`.
///
/// Nothing turns a score around: an area of 0.19 stays 0.19.
#[derive(Debug, Clone, PartialEq)]
pub struct Auc {
    /// The area, between 0 and 1.
    pub area: f64,
    /// DeLong's variance and the interval from it, cut to 0 to 1; not there with one case or one control.
    pub delong: Defined<Measured>,
    /// The interval on the logit scale, which stays inside by itself: the better one for small groups.
    pub logit: Defined<[f64; 2]>,
    /// Weight of people with the outcome (their number, without weights).
    pub cases: f64,
    /// Weight of people without it.
    pub controls: f64,
}

impl Auc {
    /// From people in order of risk.
    ///
    /// With sampling weights the placements are weighted means, and the variance is the sum of squared weighted
    /// deviations with the same divisors (`m / (m - 1)` in the number of cases).
    pub(crate) fn of(people: &Ordered) -> Defined<Auc> {
        let (cases, controls) = (people.cases, people.controls);
        both_classes(cases, controls)?;
        // sums of w V10, w^2 and w^2-weighted squares need the area first only for centring: gather raw moments
        let (mut below, mut cases_below, mut area) = (0.0, 0.0, 0.0);
        people.each(|r| {
            area += r.case * (below + 0.5 * r.control);
            below += r.control;
        });
        let area = area / (cases * controls);
        let (mut s10, mut s01, mut q10, mut q01) = (0.0, 0.0, 0.0, 0.0);
        below = 0.0;
        people.each(|r| {
            let v10 = (below + 0.5 * r.control) / controls - area;
            let v01 = (cases - cases_below - 0.5 * r.case) / cases - area;
            s10 += r.case_sq * v10 * v10;
            s01 += r.control_sq * v01 * v01;
            q10 += r.case_sq;
            q01 += r.control_sq;
            below += r.control;
            cases_below += r.case;
        });
        let (m, n) = (cases * cases / q10, controls * controls / q01);
        let delong = if m <= 1.0 || n <= 1.0 {
            Err(Undefined::new("one person with or one without the outcome: no variance"))
        } else {
            let variance = s10 / (cases * cases) * (m / (m - 1.0)) + s01 / (controls * controls) * (n / (n - 1.0));
            Ok(Measured::normal(area, variance.sqrt()).within(0.0, 1.0))
        };
        let logit = delong.clone().and_then(|d| logit_interval(area, d.se));
        Ok(Auc { area, delong, logit, cases, controls })
    }

    /// Whether the interval says something: with an area of 0 or 1 the variance is 0, which no one should believe.
    pub fn informative(&self) -> bool {
        self.delong.as_ref().is_ok_and(|d| d.se > 0.0)
    }
}

pub(crate) fn both_classes(cases: f64, controls: f64) -> Defined<()> {
    if cases <= 0.0 {
        return Err(Undefined::new("nobody has the outcome"));
    }
    if controls <= 0.0 {
        return Err(Undefined::new("everybody has the outcome"));
    }
    Ok(())
}

fn logit_interval(area: f64, se: f64) -> Defined<[f64; 2]> {
    if area <= 0.0 || area >= 1.0 {
        return Err(Undefined::new("an area of 0 or 1 has no logit"));
    }
    let (centre, half) = ((area / (1.0 - area)).ln(), Z_975 * se / (area * (1.0 - area)));
    Ok([-1.0, 1.0].map(|sign| 1.0 / (1.0 + (-(centre + sign * half)).exp())))
}

/// Mean precision over the people with the outcome, from the highest risk down: the sum over distinct risks of the
/// gain in recall times the precision there. No interpolation.
pub(crate) fn average_precision(people: &Ordered) -> Defined<f64> {
    both_classes(people.cases, 1.0)?;
    let (mut tp, mut flagged, mut sum) = (people.cases, people.total(), 0.0);
    people.each(|r| {
        // at this threshold everybody from here up is flagged
        if r.case > 0.0 {
            sum += r.case * tp / flagged;
        }
        tp -= r.case;
        flagged -= r.size();
    });
    Ok(sum / people.cases)
}
