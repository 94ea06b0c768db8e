//! Escalation: whether offences grow more severe along a career.
//!
//! Belongs here: change of severity over the order of one career's offences.
//! Does not belong here: the scale of severity, which is the user's.

use super::person::Career;
use serde::{Deserialize, Serialize};

/// Change of severity over a career, from its offences of known severity.
///
/// - `slope`: least-squares slope of severity over offence number, in units of severity per offence.
///   Offences at the same time share the mean of their numbers, so that the order in which they were
///   given does not matter.
/// - `rises`, `falls`, `level`: from one moment with offences to the next, whether the mean severity went
///   up, down or stayed; `balance = (rises - falls) / (rises + falls + level)`, from -1 to 1. It uses
///   the order of severities only, not their distances.
///
/// A slope from a handful of offences is mostly noise; report it with their number.
///
/// # References
/// Blumstein, Cohen, Roth & Visher (1986), for escalation as a dimension of criminal careers. The two
/// summaries are ours.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Offences of known severity.
    pub offences: u32,
    /// Offences passed over because their severity is not known.
    pub without_severity: u32,
    /// Units of severity per offence; `None` unless there are severities at two different times.
    pub slope: Option<f64>,
    /// Steps to a higher mean severity.
    pub rises: u32,
    /// Steps to a lower mean severity.
    pub falls: u32,
    /// Steps to the same mean severity.
    pub level: u32,
    /// `(rises - falls) / steps`; `None` without steps.
    pub balance: Option<f64>,
}

/// Offences at one time: the mean of their numbers, how many, the mean of their severities.
struct Step {
    rank: f64,
    n: f64,
    severity: f64,
}

impl Career {
    /// Change of severity over this career.
    ///
    /// ```
    /// use pleegprofiel::{Age, Career, career::{Category, Offence, Severity, Window, WindowEnd}};
    /// let age = Age::years;
    /// let at = |y: f64, s: f64| Ok::<_, pleegprofiel::Error>(
    ///     Offence::at_age(Age::years(y)?, Category::OTHER).with_severity(Severity::new(s)?));
    /// let career = Career::by_age()
    ///     .window(Window::ages(age(12.0)?, age(30.0)?, WindowEnd::EndOfRegister))
    ///     .offences([at(15.0, 1.0)?, at(16.0, 3.0)?, at(20.0, 2.0)?])
    ///     .build()?;
    /// let e = career.escalation();
    /// assert_eq!((e.slope, e.rises, e.falls, e.balance), (Some(0.5), 1, 1, Some(0.0)));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    pub fn escalation(&self) -> Escalation {
        let known: Vec<(f64, f64)> = self
            .offences()
            .iter()
            .zip(self.positions())
            .filter_map(|(offence, at)| offence.severity.map(|s| (at.0, s.get())))
            .collect();
        // Relative to the largest, so that no sum of severities can overflow.
        let scale = known.iter().map(|k| k.1).fold(0.0, f64::max);
        let mut steps: Vec<Step> = Vec::new();
        let mut before = 0.0;
        for same in known.chunk_by(|a, b| a.0 == b.0) {
            let n = same.len() as f64;
            // In order of size, so that the sum does not depend on the order given.
            let mut severities: Vec<f64> = same.iter().map(|k| k.1 / scale).collect();
            severities.sort_by(f64::total_cmp);
            steps.push(Step { rank: before + (n + 1.0) / 2.0, n, severity: severities.iter().sum::<f64>() / n });
            before += n;
        }
        let (mut rises, mut falls, mut level) = (0, 0, 0);
        for pair in steps.windows(2) {
            match pair[1].severity.total_cmp(&pair[0].severity) {
                std::cmp::Ordering::Greater => rises += 1,
                std::cmp::Ordering::Less => falls += 1,
                std::cmp::Ordering::Equal => level += 1,
            }
        }
        let compared = rises + falls + level;
        Escalation {
            offences: known.len() as u32,
            without_severity: (self.offences().len() - known.len()) as u32,
            slope: slope(&steps).map(|slope| slope * scale),
            rises,
            falls,
            level,
            balance: (compared > 0).then(|| (f64::from(rises) - f64::from(falls)) / f64::from(compared)),
        }
    }
}

/// Weighted least squares of severity on rank. Within a step all ranks are equal, so the mean severity
/// with weight `n` gives the slope of the single offences.
fn slope(steps: &[Step]) -> Option<f64> {
    if steps.len() < 2 {
        return None;
    }
    let n: f64 = steps.iter().map(|s| s.n).sum();
    let rank = steps.iter().map(|s| s.n * s.rank).sum::<f64>() / n;
    let severity = steps.iter().map(|s| s.n * s.severity).sum::<f64>() / n;
    let sxy: f64 = steps.iter().map(|s| s.n * (s.rank - rank) * (s.severity - severity)).sum();
    let sxx: f64 = steps.iter().map(|s| s.n * (s.rank - rank).powi(2)).sum();
    Some(sxy / sxx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::category::Category;
    use crate::career::offence::{Offence, Severity};
    use crate::career::window::{Window, WindowEnd};
    use crate::units::Age;

    fn escalation(severities: &[(f64, Option<f64>)]) -> Escalation {
        let age = |years: f64| Age::years(years).unwrap();
        Career::by_age()
            .window(Window::ages(age(12.0), age(60.0), WindowEnd::EndOfRegister))
            .offences(severities.iter().map(|&(years, severity)| {
                let offence = Offence::at_age(age(years), Category::OTHER);
                Offence { severity: severity.map(|s| Severity::new(s).unwrap()), ..offence }
            }))
            .build()
            .unwrap()
            .escalation()
    }

    #[test]
    fn escalation_is_undefined_below_two_moments_of_known_severity() {
        for few in [&[][..], &[(20.0, Some(3.0))], &[(20.0, Some(3.0)), (20.0, Some(9.0)), (21.0, None)]] {
            let e = escalation(few);
            assert_eq!((e.slope, e.balance), (None, None));
        }
        assert_eq!(escalation(&[(20.0, Some(3.0)), (21.0, None)]).without_severity, 1);
    }

    #[test]
    fn severities_on_a_line_have_its_slope() {
        let line: Vec<_> = (0..9).map(|i| (20.0 + f64::from(i * i) / 10.0, Some(5.0 + 2.5 * f64::from(i)))).collect();
        let e = escalation(&line);
        approx::assert_relative_eq!(e.slope.unwrap(), 2.5, max_relative = 1e-12);
        assert_eq!((e.rises, e.falls, e.level, e.balance), (8, 0, 0, Some(1.0)));
    }

    #[test]
    fn the_order_of_offences_at_one_time_does_not_matter() {
        let a = escalation(&[(20.0, Some(1.0)), (21.0, Some(6.0)), (21.0, Some(2.0)), (22.0, Some(4.0))]);
        let b = escalation(&[(22.0, Some(4.0)), (21.0, Some(2.0)), (21.0, Some(6.0)), (20.0, Some(1.0))]);
        assert_eq!(a, b);
        // Ranks 1, 2.5, 2.5, 4 with severities 1, 6, 2, 4 and means 2.5 and 3.25: sxy = 4.5, sxx = 4.5.
        approx::assert_relative_eq!(a.slope.unwrap(), 1.0, max_relative = 1e-12);
        assert_eq!((a.rises, a.falls, a.level, a.balance), (1, 0, 1, Some(0.5)));
    }

    #[test]
    fn severities_of_any_size_give_a_finite_slope() {
        let e = escalation(&[(20.0, Some(f64::MIN_POSITIVE)), (21.0, Some(f64::MAX)), (21.0, Some(f64::MAX))]);
        assert!(e.slope.unwrap().is_finite());
        assert_eq!(e.rises, 1);
    }
}
