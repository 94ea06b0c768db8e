//! The four definitions: which criteria make up which, and how well a group fits one.
//!
//! Does not belong here: thresholds (`definitions`), measurements (`descriptors`), and the choice between
//! profiles (`naming`).

use super::criterion::{Criterion, Limit, Measure, Scale, Unseen};
use super::definitions::{AgeSpan, Definitions};
use super::descriptors::{Descriptors, Peak};
use super::kind::Profile;
use serde::{Deserialize, Serialize};

/// One group held against the definition of one profile.
///
/// `score` is the geometric mean of the degrees of its criteria: the same scale whatever their number,
/// rising in each of them, and 0 when one could not be judged. It ranks the groups that meet a
/// definition; it is no probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ProfileFit {
    /// The profile.
    pub profile: Profile,
    /// How clearly the group meets the definition, 0 to 1.
    pub score: f64,
    /// Whether every criterion is met.
    pub met: bool,
    /// The criteria, in the order of the definition.
    pub criteria: Vec<Criterion>,
}

impl ProfileFit {
    /// Holds a group of so many against all four definitions, in the order of [`Profile::ALL`].
    pub(crate) fn all(group: &Descriptors, definitions: &Definitions, groups: usize) -> [ProfileFit; 4] {
        let judge = Judge { group, definitions, alone: groups == 1 };
        Profile::ALL.map(|profile| {
            let criteria = match profile {
                Profile::Incidental => judge.incidental(),
                Profile::EarlyPeak => judge.early_peak(),
                Profile::LatePeak => judge.late_peak(),
                Profile::Continuous => judge.continuous(),
            };
            let logs: f64 = criteria.iter().map(|c| c.degree.ln()).sum();
            let score = (logs / criteria.len() as f64).exp();
            ProfileFit { profile, score, met: criteria.iter().all(|c| c.met), criteria }
        })
    }

    /// The criteria that are not met.
    pub fn failed(&self) -> impl Iterator<Item = &Criterion> {
        self.criteria.iter().filter(|criterion| !criterion.met)
    }
}

struct Judge<'a> {
    group: &'a Descriptors,
    definitions: &'a Definitions,
    /// Whether there are no other groups.
    alone: bool,
}

impl Judge<'_> {
    fn incidental(&self) -> Vec<Criterion> {
        let d = self.definitions;
        let mut criteria =
            vec![Criterion::judge(Measure::Level, self.level(), Limit::AtMost(d.low_level), Scale::Log(d.soft_log))];
        if let Some(few) = d.few_offences {
            let expected = self.whole().and(self.group.expected_in_windows.ok_or(Unseen::NoOffences));
            criteria.push(
                Criterion::judge(Measure::ExpectedOffences, expected, Limit::AtMost(few), Scale::Log(d.soft_log))
                    .over(d.both()),
            );
        }
        criteria
    }

    fn early_peak(&self) -> Vec<Criterion> {
        let (d, group) = (self.definitions, self.group);
        let seen = self.years(d.early, group.early_years, d.direction_years);
        let fallen = self.years(d.late, group.late_years, d.direction_years);
        vec![
            self.peak_in(d.early, seen),
            self.part(Measure::RateInLateWindow, fallen, group.late_rate).over(d.late),
            self.part(Measure::SecondRise, self.after_peak(), group.second_rise),
        ]
        .into_iter()
        .chain(self.passes())
        .collect()
    }

    fn late_peak(&self) -> Vec<Criterion> {
        let (d, group) = (self.definitions, self.group);
        let seen = self.years(d.late, group.late_years, d.direction_years);
        let before = self.years(d.early, group.early_years, d.direction_years);
        vec![
            self.peak_in(d.late, seen),
            self.part(Measure::RateInEarlyWindow, before, group.early_rate).over(d.early),
            self.part(Measure::LowestAfterPeak, self.after_peak(), group.lowest_after),
            self.part(Measure::SecondRise, self.after_peak(), group.second_rise),
        ]
        .into_iter()
        .chain(self.passes())
        .collect()
    }

    fn continuous(&self) -> Vec<Criterion> {
        let (d, group) = (self.definitions, self.group);
        let lasting = self
            .whole()
            .and_then(|()| self.years(d.lasting, group.lasting_years, d.observed_share * d.lasting.years()))
            .and(group.persistence.ok_or(Unseen::NoOffences));
        vec![
            Criterion::judge(Measure::Level, self.level(), Limit::AtLeast(d.high_level), Scale::Log(d.soft_log)),
            Criterion::judge(Measure::Persistence, lasting, Limit::AtLeast(d.lasting_share), Scale::Plain(d.soft_part))
                .over(d.lasting),
        ]
    }

    fn level(&self) -> Result<f64, Unseen> {
        match self.group.level {
            Some(_) if self.alone => Err(Unseen::NoOthers),
            level => self.whole().and(level.ok_or(Unseen::NoOffences)),
        }
    }

    fn peak_in(&self, span: AgeSpan, seen: Result<(), Unseen>) -> Criterion {
        let age = seen.and(match self.group.peak {
            Peak::Within(age) => Ok(age),
            Peak::AtStart(age) => Err(Unseen::PeakAtStart(age)),
            Peak::AtEnd(age) => Err(Unseen::PeakAtEnd(age)),
            Peak::Flat => Err(Unseen::NoPeak),
            Peak::NoOffences => Err(Unseen::NoOffences),
        });
        Criterion::judge(Measure::PeakAge, age, Limit::Within(span), Scale::Plain(self.definitions.soft_years))
    }

    /// That a group which offends as often as a continuous one does not stay near its peak for long.
    fn passes(&self) -> Option<Criterion> {
        let (d, group) = (self.definitions, self.group);
        group.level.filter(|level| *level >= d.high_level)?;
        let years = self
            .years(d.lasting, group.lasting_years, d.direction_years)
            .and(group.persistence.ok_or(Unseen::NoPeak))
            .map(|part| part * group.lasting_years);
        let limit = Limit::AtMost(d.peak_years);
        Some(Criterion::judge(Measure::YearsAtPeak, years, limit, Scale::Plain(d.soft_years)).over(d.lasting))
    }

    /// A part of the peak that may not be above `fallen`.
    fn part(&self, measure: Measure, seen: Result<(), Unseen>, value: Option<f64>) -> Criterion {
        let d = self.definitions;
        let value = seen.and(value.ok_or(Unseen::NoPeak));
        Criterion::judge(measure, value, Limit::AtMost(d.fallen), Scale::Plain(d.soft_part))
    }

    fn years(&self, span: AgeSpan, years: f64, needed: f64) -> Result<(), Unseen> {
        // Sums of overlaps may miss a whole number of years by rounding.
        if years <= 0.0 || years + 1e-9 < needed { Err(Unseen::Ages { span, years, needed }) } else { Ok(()) }
    }

    /// Enough of both windows to judge a level or a number.
    fn whole(&self) -> Result<(), Unseen> {
        let (d, group) = (self.definitions, self.group);
        self.years(d.early, group.early_years, d.observed_share * d.early.years())?;
        self.years(d.late, group.late_years, d.observed_share * d.late.years())
    }

    fn after_peak(&self) -> Result<(), Unseen> {
        let (years, needed) = (self.group.years_after_peak, self.definitions.direction_years);
        match self.group.peak {
            Peak::AtEnd(age) => Err(Unseen::PeakAtEnd(age)),
            Peak::Flat => Err(Unseen::NoPeak),
            Peak::NoOffences => Err(Unseen::NoOffences),
            _ if years + 1e-9 < needed => Err(Unseen::AfterPeak { years, needed }),
            _ => Ok(()),
        }
    }
}
