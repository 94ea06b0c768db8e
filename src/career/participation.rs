//! Participation: the share of a group that offends, by age and over all ages.
//!
//! Belongs here: counts of persons, active and at risk.
//! Does not belong here: how often the active offend (`measures`), and whatever is modelled.

use super::person::Career;
use crate::error::{Error, Result};
use crate::units::Probability;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How many of those observed offended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ParticipationShare {
    /// Persons observed at liberty for some of the time.
    pub observed: u64,
    /// Persons of these with at least one offence.
    pub active: u64,
    /// `active / observed`; `None` when nobody was observed.
    pub share: Option<Probability>,
    /// Years at liberty of those observed, together. Where it falls short of `observed`, persons were
    /// only partly at risk and the share is too low.
    pub at_liberty_years: f64,
}

/// Participation at one age.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AgeParticipation {
    /// Age in completed years.
    pub age: u32,
    /// How many offended at that age.
    pub participation: ParticipationShare,
}

/// Participation in offending of a group, by age in completed years and over all of these ages.
///
/// At each age `participation = active / observed`. A person counts as observed when at liberty, within the
/// window, for any part of that year. The whole-period share is of persons observed at any of the ages;
/// it depends on how many years were observed and is no "lifetime" figure.
///
/// An offence, also one in custody, makes a person active at its age; offences at an age at which the person
/// was never observed at liberty are passed over there and counted in `left_out`.
///
/// # References
/// Blumstein, Cohen, Roth & Visher (1986), who part participation from frequency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Participation {
    /// Each age, from the first to the last.
    pub ages: Vec<AgeParticipation>,
    /// All of these ages together.
    pub overall: ParticipationShare,
    /// Offences at an age without observed time at liberty.
    pub left_out: u64,
}

#[derive(Clone, Copy, Default)]
struct Tally {
    observed: u64,
    active: u64,
    years: f64,
}

impl Tally {
    fn add(&mut self, active: bool, years: f64) {
        self.observed += 1;
        self.active += u64::from(active);
        self.years += years;
    }

    fn share(self) -> ParticipationShare {
        let share = (self.observed > 0).then(|| {
            Probability::new(self.active as f64 / self.observed as f64)
                .expect("active persons are some of those observed")
        });
        ParticipationShare { observed: self.observed, active: self.active, share, at_liberty_years: self.years }
    }
}

impl Participation {
    /// Participation of a collection of careers at each age, in completed years.
    ///
    /// ```
    /// use pleegprofiel::{Age, Career, career::{Category, Offence, Participation, Window, WindowEnd}};
    /// let age = Age::years;
    /// let window = |to| Ok::<_, pleegprofiel::Error>(Window::ages(age(12.0)?, age(to)?, WindowEnd::EndOfRegister));
    /// let a = Career::by_age().window(window(16.0)?).offence(Offence::at_completed_age(14, Category::DRUGS)).build()?;
    /// let b = Career::by_age().window(window(15.0)?).build()?;
    /// let p = Participation::of([&a, &b], 12..=15)?;
    /// let shares: Vec<_> = p.ages.iter().map(|a| a.participation.share.map(|s| s.get())).collect();
    /// assert_eq!(shares, [Some(0.0), Some(0.0), Some(0.5), Some(0.0)]);
    /// assert_eq!((p.ages[3].participation.observed, p.overall.share.map(|s| s.get())), (1, Some(0.5)));
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the range of ages is empty or passes 149, the last completed year of age.
    pub fn of<'a>(careers: impl IntoIterator<Item = &'a Career>, ages: RangeInclusive<u32>) -> Result<Participation> {
        let (first, last) = (*ages.start(), *ages.end());
        if first > last || last > 149 {
            return Err(Error::value(format!("ages from {first} to {last} are not a range within 0 to 149")));
        }
        let mut tallies = vec![Tally::default(); (last - first + 1) as usize];
        let (mut overall, mut left_out) = (Tally::default(), 0_u64);
        for career in careers {
            let (mut seen, mut offended, mut at_liberty) = (false, false, 0.0);
            for (tally, age) in tallies.iter_mut().zip(first..) {
                let year = (career.timeline.clock.border(12 * age), career.timeline.clock.border(12 * age + 12));
                let from = career.positions().partition_point(|p| p.0 < year.0);
                let offences = career.positions()[from..].iter().take_while(|p| p.0 < year.1).count();
                let years = career.timeline.liberty_years(year);
                if years > 0.0 {
                    tally.add(offences > 0, years);
                    seen = true;
                    offended |= offences > 0;
                    at_liberty += years;
                } else {
                    left_out += offences as u64;
                }
            }
            if seen {
                overall.add(offended, at_liberty);
            }
        }
        let ages = tallies
            .into_iter()
            .zip(first..)
            .map(|(tally, age)| AgeParticipation { age, participation: tally.share() })
            .collect();
        Ok(Participation { ages, overall: overall.share(), left_out })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::career::category::Category;
    use crate::career::custody::Custody;
    use crate::career::offence::Offence;
    use crate::career::window::{Window, WindowEnd};
    use crate::units::Age;

    fn age(years: f64) -> Age {
        Age::years(years).unwrap()
    }

    #[test]
    fn nobody_observed_is_no_share_rather_than_zero() {
        let p = Participation::of([], 12..=13).unwrap();
        assert_eq!((p.overall.share, p.ages[0].participation.share), (None, None));
        #[allow(clippy::reversed_empty_ranges)] // the error is the point
        let reversed = Participation::of([], 13..=12);
        assert!(reversed.is_err() && Participation::of([], 0..=u32::MAX).is_err());
    }

    #[test]
    fn a_year_in_custody_is_no_year_at_risk_and_its_offences_are_counted_apart() {
        let career = Career::by_age()
            .window(Window::ages(age(18.0), age(21.0), WindowEnd::EndOfRegister))
            .stay(Custody::ages(age(19.0), age(20.5)))
            .offence(Offence::at_age(age(19.5), Category::DRUGS))
            .offence(Offence::at_age(age(20.25), Category::DRUGS))
            .build()
            .unwrap();
        let p = Participation::of([&career], 18..=20).unwrap();
        let observed: Vec<u64> = p.ages.iter().map(|a| a.participation.observed).collect();
        let active: Vec<u64> = p.ages.iter().map(|a| a.participation.active).collect();
        assert_eq!((observed, active, p.left_out), (vec![1, 0, 1], vec![0, 0, 1], 1));
        assert_eq!((p.overall.active, p.overall.at_liberty_years), (1, 1.5));
    }
}
