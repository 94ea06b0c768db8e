//! The career model before calibration: every number that was not published, with the word for it.
//!
//! Nothing in this file was published of this population unless it says so. What was published stands in
//! `profile::reference::published`. How much results hang on each number is worked out in `sensitivity`.

use crate::career::category::Category;
use crate::career::date::CalendarDate;
use crate::career::offence::Severity;
use crate::error::Result;
use crate::profile::kind::Profile;
use crate::profile::reference::career_model::{CareerModel, OffenceKind, ProfileCareer};
use crate::profile::reference::factors::FactorShares;

/// Kinds of offence: category, severity (an order of magnitude on a scale of months, not the law's figures), and
/// the weight in the mix of each profile. The first three are calibrated, with one weight for all profiles.
const KINDS: [(Category, f64, [f64; 4]); 9] = [
    (Category::PROPERTY, 48.0, [0.30; 4]),
    (Category::VIOLENCE, 48.0, [0.25; 4]),
    (Category::DRUGS, 48.0, [0.10; 4]),
    (Category::PROPERTY_WITH_VIOLENCE, 96.0, [0.02, 0.08, 0.06, 0.10]),
    (Category::PUBLIC_ORDER, 24.0, [0.08, 0.14, 0.10, 0.12]),
    (Category::WEAPONS, 24.0, [0.02, 0.04, 0.06, 0.06]),
    (Category::ROAD_TRAFFIC, 12.0, [0.18, 0.10, 0.14, 0.10]),
    (Category::SEXUAL, 72.0, [0.02, 0.02, 0.02, 0.02]),
    (Category::OTHER, 12.0, [0.08, 0.06, 0.07, 0.06]),
];

/// Severity of trafficking, on the same scale.
const TRAFFICKING_SEVERITY: f64 = 120.0;

/// The model from which the reference model's calibration starts.
///
/// # Errors
/// Never: its numbers are constants that a test checks.
pub fn assumed_model() -> Result<CareerModel> {
    let kinds = KINDS
        .into_iter()
        .map(|(category, severity, weights)| Ok(OffenceKind { category, severity: Severity::new(severity)?, weights }))
        .collect::<Result<_>>()?;
    // criminal environment, start qualification, single parent, mental health, unstable family, benefits
    let factors = |v: [f64; 6]| FactorShares {
        criminal_environment: v[0],
        start_qualification: v[1],
        single_parent_family: v[2],
        mental_health_problems: v[3],
        unstable_family: v[4],
        benefits_or_no_income: v[5],
    };
    // peak: rate, age, years of rise and fall; index: mean age and shape
    let profile =
        |profile: Profile, women: f64, peak: [f64; 4], index: [f64; 2], [stops, after]: [f64; 2], f: [f64; 6]| {
            ProfileCareer {
                profile,
                share: profile.published_share().get(),
                women,
                peak_rate: peak[0],
                peak_age: peak[1],
                rise_years: peak[2],
                fall_years: peak[3],
                index_mean: index[0],
                index_shape: index[1],
                stops,
                after,
                factors: factors(f),
            }
        };
    // women: 24 % of the incidental group is published; the others follow from 12 % in all (second-hand):
    // (0.12 - 0.36 * 0.24) / 0.64 = 0.0525
    let profiles = [
        profile(
            Profile::Incidental,
            0.24,
            [0.09, 26.0, 9.0, 14.0],
            [30.8, 4.0],
            [0.3, 1.0],
            [0.80, 0.45, 0.60, 0.40, 0.40, 0.40],
        ),
        profile(
            Profile::EarlyPeak,
            0.0525,
            [1.6, 18.0, 2.5, 4.5],
            [21.0, 5.0],
            [0.1, 0.6],
            [0.92, 0.20, 0.70, 0.50, 0.60, 0.45],
        ),
        profile(
            Profile::LatePeak,
            0.0525,
            [1.2, 29.0, 7.0, 6.0],
            [25.0, 7.0],
            [0.1, 0.45],
            [0.93, 0.30, 0.70, 0.50, 0.60, 0.60],
        ),
        profile(
            Profile::Continuous,
            0.0525,
            [2.2, 21.0, 4.5, 30.0],
            [24.0, 5.0],
            [0.0, 0.7],
            [0.99, 0.12, 0.80, 0.60, 0.75, 0.50],
        ),
    ];
    Ok(CareerModel {
        first_age: 12,
        last_age: 44,
        index_first_age: 14,
        profiles,
        kinds,
        trafficking_severity: Severity::new(TRAFFICKING_SEVERITY)?,
        trafficking_again: 0.04,
        frailty_variance: 0.0,
        trafficking_custody: 0.75,
        // two thirds of about 600 days: sentences were 553 days on average in 2015 and 652 in 2019 (letter of 19 Feb
        // 2021 on the Dadermonitor 2015-2019); that two thirds are served is the assumption
        trafficking_custody_days: 400.0,
        other_custody: 0.12,
        other_custody_days: 60.0,
        deaths: 0.003,
        departures: 0.003,
        // cases were registered from 2008 to 2017 (published); that the offence falls in the same years, and when
        // the register closed, are assumptions
        index_from: CalendarDate::new(2008, 1, 1)?,
        index_to: CalendarDate::new(2018, 1, 1)?,
        register_closes: CalendarDate::new(2022, 1, 1)?,
    })
}
