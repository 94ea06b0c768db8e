//! A model of whole careers by profile: what synthetic cohorts are drawn from, every number in the open.
//!
//! Belongs here: the parameters, their units and their checks.
//! Does not belong here: drawing careers from them (`synthetic`), and how they were found (calibration).

use super::factors::FactorShares;
use crate::career::category::{Category, is_built_in};
use crate::career::date::CalendarDate;
use crate::career::offence::Severity;
use crate::cohort::grid::AgeGrid;
use crate::error::{Issues, Result};
use crate::profile::kind::Profile;
use serde::{Deserialize, Serialize};

/// The lowest age at the first trafficking offence that a model may have, in completed years.
pub const FIRST_INDEX_AGE: u32 = 12;

/// A kind of offence as careers are drawn with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OffenceKind {
    /// Its category.
    pub category: Category,
    /// Severity given to every offence of it, on a scale of the model's own.
    pub severity: Severity,
    /// Weight in the mix of offences of each profile, in the order of [`Profile::ALL`]; 0 or more.
    pub weights: [f64; 4],
}

/// How people of one profile offend.
///
/// Offences other than the first trafficking offence come at random at a rate per year at liberty of
/// `peak_rate * exp(-((age - peak_age) / years)^2 / 2)`, `years` being `rise_years` before the peak and
/// `fall_years` after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileCareer {
    /// The profile.
    pub profile: Profile,
    /// Share of the population, above 0.
    pub share: f64,
    /// Share of women.
    pub women: f64,
    /// Offences per year at liberty at the peak.
    pub peak_rate: f64,
    /// Age of the highest rate, in years.
    pub peak_age: f64,
    /// Width of the rise before the peak, in years.
    pub rise_years: f64,
    /// Width of the fall after the peak, in years.
    pub fall_years: f64,
    /// Mean age at the first trafficking offence before it is cut to the ages of the model, in years.
    pub index_mean: f64,
    /// Shape of the gamma distribution of that age, counted from `index_first_age`.
    pub index_shape: f64,
    /// Probability that the first trafficking offence is the last offence of all.
    pub stops: f64,
    /// What the rate of those who go on is multiplied by after the first trafficking offence.
    pub after: f64,
    /// Prevalence of each risk factor.
    pub factors: FactorShares,
}

/// A model of whole careers: rates of offending by age and profile, the first trafficking offence, kinds of
/// offences, custody, deaths, and the calendar.
///
/// ```
/// let model = pleegprofiel::reference_model().career_model().clone();
/// assert!(model.check().is_ok());
/// assert_eq!(model.profiles[0].share, 0.36);
/// let shares = |share: f64| {
///     let mut changed = model.clone();
///     changed.profiles[0].share = share;
///     changed
/// };
/// assert!(shares(0.5).check().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CareerModel {
    /// First age observed, in completed years.
    pub first_age: u32,
    /// Last age observed, in completed years.
    pub last_age: u32,
    /// Lowest age at the first trafficking offence, in completed years.
    pub index_first_age: u32,
    /// The profiles, in the order of [`Profile::ALL`].
    pub profiles: [ProfileCareer; 4],
    /// Kinds of offences other than trafficking.
    pub kinds: Vec<OffenceKind>,
    /// Severity of a trafficking offence.
    pub trafficking_severity: Severity,
    /// Probability that an offence after the first trafficking offence is trafficking again.
    pub trafficking_again: f64,
    /// Variance of a person's own factor on the rates of their profile (gamma, mean 1); 0 for none.
    pub frailty_variance: f64,
    /// Probability that a trafficking offence is followed by custody.
    pub trafficking_custody: f64,
    /// Mean length of such a stay, in days.
    pub trafficking_custody_days: f64,
    /// Probability that another offence is followed by custody.
    pub other_custody: f64,
    /// Mean length of such a stay, in days.
    pub other_custody_days: f64,
    /// Deaths per person and year after the first trafficking offence.
    pub deaths: f64,
    /// Departures from the country per person and year after the first trafficking offence.
    pub departures: f64,
    /// First day on which a first trafficking offence may fall.
    pub index_from: CalendarDate,
    /// First day on which none may fall any more.
    pub index_to: CalendarDate,
    /// Day on which the register closes.
    pub register_closes: CalendarDate,
}

impl CareerModel {
    /// The age grid that careers of this model fill, in years.
    ///
    /// # Errors
    /// When the ages make no grid.
    pub fn grid(&self) -> Result<AgeGrid> {
        AgeGrid::years(self.first_age, self.last_age)
    }

    /// Rate of a profile at an exact age, in offences per year at liberty, before the first trafficking offence.
    pub fn rate(&self, profile: Profile, age: f64) -> f64 {
        let p = &self.profiles[profile.index()];
        let years = if age < p.peak_age { p.rise_years } else { p.fall_years };
        let z = (age - p.peak_age) / years;
        p.peak_rate * (-0.5 * z * z).exp()
    }

    /// Whether careers can be drawn from these numbers.
    ///
    /// # Errors
    /// Lists every number that is out of range, every kind of offence that is trafficking or unknown, shares
    /// that are not 1 in all (give or take 1e-9), and dates out of order.
    pub fn check(&self) -> Result<()> {
        let mut issues = Issues::in_memory();
        let mut within = |name: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                issues.add(None, Some(name), || format!("{value} is not between {low} and {high}"));
            }
        };
        within("first_age", f64::from(self.first_age), 0.0, 100.0);
        within("last_age", f64::from(self.last_age), f64::from(self.first_age), 100.0);
        let lowest = self.first_age.max(FIRST_INDEX_AGE);
        within("index_first_age", f64::from(self.index_first_age), f64::from(lowest), f64::from(self.last_age));
        for (name, p) in [
            ("trafficking_again", self.trafficking_again),
            ("trafficking_custody", self.trafficking_custody),
            ("other_custody", self.other_custody),
        ] {
            within(name, p, 0.0, 1.0);
        }
        within("frailty_variance", self.frailty_variance, 0.0, 10.0);
        within("trafficking_custody_days", self.trafficking_custody_days, 1.0, 10_000.0);
        within("other_custody_days", self.other_custody_days, 1.0, 10_000.0);
        within("deaths", self.deaths, 0.0, 10.0);
        within("departures", self.departures, 0.0, 10.0);
        for p in &self.profiles {
            let name = |field: &str| format!("{}.{field}", p.profile);
            within(&name("share"), p.share, f64::MIN_POSITIVE, 1.0);
            within(&name("women"), p.women, 0.0, 1.0);
            // more than a hundred offences a year at liberty are no offences of one person
            within(&name("peak_rate"), p.peak_rate, 0.0, 100.0);
            within(&name("peak_age"), p.peak_age, 0.0, 100.0);
            within(&name("rise_years"), p.rise_years, 0.1, 1000.0);
            within(&name("fall_years"), p.fall_years, 0.1, 1000.0);
            // the mean of what is cut off above must leave enough below to draw from
            let (low, high) = (f64::from(self.index_first_age), f64::from(self.last_age) + 1.0);
            within(&name("index_mean"), p.index_mean, low + 0.1, high);
            within(&name("index_shape"), p.index_shape, 0.5, 1000.0);
            within(&name("stops"), p.stops, 0.0, 1.0);
            within(&name("after"), p.after, 0.0, 10.0);
            for (factor, share) in p.factors.all() {
                within(&name(factor.key()), share, 0.0, 1.0);
            }
        }
        let total: f64 = self.profiles.iter().map(|p| p.share).sum();
        within("shares in all", total, 1.0 - 1e-9, 1.0 + 1e-9);
        for kind in &self.kinds {
            for weight in kind.weights {
                within(kind.category.key(), weight, 0.0, 1e6);
            }
        }
        for (k, p) in self.profiles.iter().enumerate() {
            within(&format!("{}: weights in all", p.profile), self.weight(k), 1e-9, 1e9);
        }
        if self.profiles.iter().map(|p| p.profile).ne(Profile::ALL) {
            issues.add(None, Some("profiles"), || "not the four profiles in their order".into());
        }
        for kind in &self.kinds {
            if !is_built_in(&kind.category) || kind.category == Category::HUMAN_TRAFFICKING {
                issues.add(None, Some("kinds"), || format!("{} is trafficking or unknown", kind.category));
            }
        }
        let (from, to, close) = (self.index_from, self.index_to, self.register_closes);
        // born at most 101 years before the first trafficking offence, and all of it on the calendar
        if !(from < to && to < close && from.year() >= 1800 && close.year() <= 2200) {
            issues.add(None, Some("register_closes"), || {
                format!("{from}, {to}, {close}: not in order between the years 1800 and 2200")
            });
        }
        issues.into_result("careers cannot be drawn from this model")
    }

    fn weight(&self, profile: usize) -> f64 {
        self.kinds.iter().map(|kind| kind.weights[profile]).sum()
    }
}
