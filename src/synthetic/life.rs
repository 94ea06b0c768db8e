//! One person's life drawn from a career model: the numbers, before they are made into a career.
//!
//! Belongs here: the order in which things are drawn, which is part of the result: changing it changes every
//! synthetic person. Does not belong here: dates and checks (`person`).

use crate::career::builder::MAX_OFFENCES;
use crate::career::date::CalendarDate;
use crate::career::window::WindowEnd;
use crate::error::Result;
use crate::profile::reference::career_model::CareerModel;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma};

/// Days in a year, the mean of the Gregorian calendar: turns the drawn age into a date of birth.
pub(crate) const YEAR_DAYS: f64 = 365.2425;

/// Draws of the age at the first trafficking offence before the last one is taken as it is.
const MAX_DRAWS: usize = 1000;

/// Offences after which a life has no more: far beyond what any sensible model draws, within what a career holds.
const MOST_OFFENCES: usize = MAX_OFFENCES / 2;

/// A drawn life in day numbers; the vectors are used again from person to person.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life {
    /// Position in [`crate::Profile::ALL`].
    pub(crate) profile: usize,
    pub(crate) woman: bool,
    /// In the order of `Factor::ALL`.
    pub(crate) factors: [bool; 6],
    /// Whether the first trafficking offence was drawn to be the last offence.
    pub(crate) stops: bool,
    /// Rates are those of the profile times this.
    pub(crate) frailty: f64,
    pub(crate) birth: i64,
    /// First day observed, and first day no longer observed.
    pub(crate) window: (i64, i64),
    pub(crate) end: Option<WindowEnd>,
    /// Day and kind: 0 is trafficking, `k` is kind `k - 1` of the model.
    pub(crate) offences: Vec<(i64, u16)>,
    /// Position of the first trafficking offence.
    pub(crate) index: usize,
    /// First day in custody and first day at liberty again.
    pub(crate) stays: Vec<(i64, i64)>,
    /// Day on which each age interval begins, and on which the last ends.
    pub(crate) borders: Vec<i64>,
}

/// A career model prepared for drawing.
#[derive(Debug, Clone)]
pub(crate) struct Drawing {
    pub(crate) model: CareerModel,
    base: ChaCha8Rng,
    /// Cumulative shares of the profiles.
    shares: [f64; 4],
    /// Rate a year by profile and age interval.
    rates: [Vec<f64>; 4],
    /// Cumulative weights of the kinds by profile.
    kinds: [Vec<f64>; 4],
    index: [Gamma<f64>; 4],
    frailty: Option<Gamma<f64>>,
    pub(crate) epoch: CalendarDate,
    days: (i64, i64, i64),
}

impl Drawing {
    pub(crate) fn new(model: &CareerModel, seed: u64) -> Result<Drawing> {
        model.check()?;
        let grid = model.grid()?;
        let mut total = 0.0;
        let shares = std::array::from_fn(|k| {
            total += model.profiles[k].share;
            total
        });
        let rates = std::array::from_fn(|k| {
            (0..grid.len()).map(|j| model.rate(model.profiles[k].profile, grid.mid_age(j))).collect()
        });
        let kinds = std::array::from_fn(|k| {
            let mut sum = 0.0;
            model
                .kinds
                .iter()
                .map(|kind| {
                    sum += kind.weights[k];
                    sum
                })
                .collect()
        });
        let gamma = |shape: f64, mean: f64| {
            Gamma::new(shape, mean / shape).map_err(|_| {
                crate::error::Error::options(format!("a gamma distribution of shape {shape} and mean {mean}"))
            })
        };
        let index = |k: usize| {
            let p = &model.profiles[k];
            gamma(p.index_shape, p.index_mean - f64::from(model.index_first_age))
        };
        let index = [index(0)?, index(1)?, index(2)?, index(3)?];
        let v = model.frailty_variance;
        let frailty = if v > 0.0 { Some(gamma(1.0 / v, 1.0)?) } else { None };
        let days = (model.index_from.number(), model.index_to.number(), model.register_closes.number());
        let epoch = CalendarDate::new(1600, 1, 1)?;
        let base = ChaCha8Rng::seed_from_u64(seed);
        Ok(Drawing { model: model.clone(), base, shares, rates, kinds, index, frailty, epoch, days })
    }

    /// The date of a day number.
    pub(crate) fn date(&self, day: i64) -> Result<CalendarDate> {
        self.epoch.plus_days(day - self.epoch.number())
    }

    /// Draws person `number`: stream `number` of the seed, whoever else is drawn.
    pub(crate) fn draw(&self, number: u64, life: &mut Life) -> Result<()> {
        let mut rng = self.base.clone();
        rng.set_stream(number);
        let rng = &mut rng;
        let model = &self.model;
        let u: f64 = rng.r#gen();
        let k = self.shares.iter().position(|&sum| u < sum).unwrap_or(3);
        let profile = &model.profiles[k];
        life.profile = k;
        life.woman = rng.r#gen::<f64>() < profile.women;
        for (has, (_, share)) in life.factors.iter_mut().zip(profile.factors.all()) {
            *has = rng.r#gen::<f64>() < share;
        }
        life.stops = rng.r#gen::<f64>() < profile.stops;
        life.frailty = self.frailty.map_or(1.0, |gamma| gamma.sample(rng));

        let (first, last) = (f64::from(model.first_age), f64::from(model.last_age) + 1.0);
        let from = f64::from(model.index_first_age);
        let mut age = from;
        for _ in 0..MAX_DRAWS {
            age = from + self.index[k].sample(rng);
            if age < last {
                break;
            }
        }
        let index = rng.gen_range(self.days.0..self.days.1);
        // at least a day on either side within the ages of the model
        let age_days = (age.min(last) * YEAR_DAYS) as i64;
        let age_days = age_days.clamp((first * YEAR_DAYS) as i64 + 2, (last * YEAR_DAYS) as i64 - 2);
        life.birth = index - age_days;
        let birth = self.date(life.birth)?;
        life.borders.clear();
        for years in model.first_age..=model.last_age + 1 {
            // a date of birth is after 1600 and the ages are below 102 years
            life.borders.push(birth.border_number(12 * years).unwrap_or(i64::MAX));
        }
        let closes = *life.borders.last().unwrap_or(&0);
        let (mut to, mut end) = (closes, WindowEnd::EndOfFollowUp);
        if self.days.2 < to {
            (to, end) = (self.days.2, WindowEnd::EndOfRegister);
        }
        for (hazard, reason) in [(model.deaths, WindowEnd::Died), (model.departures, WindowEnd::Emigrated)] {
            let wait: f64 = rng.sample(Exp1);
            if hazard > 0.0 {
                // the day after the day of death is the first no longer observed
                let day = (index as f64 + wait / hazard * YEAR_DAYS + 1.0).min(1e9) as i64;
                if day < to {
                    (to, end) = (day.max(index + 1), reason);
                }
            }
        }
        life.window = (life.borders[0], to);
        life.end = Some(end);
        life.offences.clear();
        life.stays.clear();
        self.walk(life, (life.window.0, index), life.frailty, None, rng);
        life.index = life.offences.len();
        life.offences.push((index, 0));
        let release = self.custody(life, index, i64::MAX, true, rng);
        if !life.stops {
            self.walk(life, (release, to), life.frailty * profile.after, Some(model.trafficking_again), rng);
        }
        Ok(())
    }

    /// Offences and stays in custody from one day to another.
    fn walk(&self, life: &mut Life, (from, to): (i64, i64), factor: f64, again: Option<f64>, rng: &mut ChaCha8Rng) {
        let rates = &self.rates[life.profile];
        let mut at = from as f64;
        let mut left: f64 = rng.sample(Exp1);
        let mut j = life.borders.partition_point(|&border| border <= from).saturating_sub(1);
        while j < rates.len() && at < to as f64 && life.offences.len() < MOST_OFFENCES {
            let (start, end) = (life.borders[j], life.borders[j + 1]);
            let daily = factor * rates[j] / (end - start) as f64;
            let stretch = (end.min(to)) as f64 - at;
            if left >= daily * stretch {
                left -= daily * stretch.max(0.0);
                at = at.max(end as f64);
                j += 1;
                continue;
            }
            at += left / daily;
            // rounding must not carry an offence over the end
            let day = (at as i64).min(to - 1);
            let trafficking = again.is_some_and(|p| rng.r#gen::<f64>() < p);
            let kind = if trafficking { 0 } else { self.kind(life.profile, rng) };
            life.offences.push((day, kind));
            let release = self.custody(life, day, if again.is_some() { i64::MAX } else { to }, trafficking, rng);
            at = at.max(release as f64);
            while j < rates.len() && life.borders[j + 1] as f64 <= at {
                j += 1;
            }
            left = rng.sample(Exp1);
        }
    }

    fn kind(&self, profile: usize, rng: &mut ChaCha8Rng) -> u16 {
        let sums = &self.kinds[profile];
        let at = rng.r#gen::<f64>() * sums.last().copied().unwrap_or(1.0);
        // a model has far fewer kinds than 65,535: its categories are the built-in ones
        sums.partition_point(|&sum| sum <= at).min(sums.len() - 1) as u16 + 1
    }

    /// Custody after an offence on a day, over before `until`; the first day at liberty again (or the day itself).
    fn custody(&self, life: &mut Life, day: i64, until: i64, trafficking: bool, rng: &mut ChaCha8Rng) -> i64 {
        let model = &self.model;
        let (share, mean) = if trafficking {
            (model.trafficking_custody, model.trafficking_custody_days)
        } else {
            (model.other_custody, model.other_custody_days)
        };
        let (u, wait): (f64, f64) = (rng.r#gen(), rng.sample(Exp1));
        let begin = day + 1;
        // nobody is followed beyond the last age, so nobody needs to be in custody after it
        let last = life.borders.last().map_or(until, |&border| border + 1);
        let end = (begin + 1 + (wait * mean) as i64).min(until).min(last);
        if u >= share || end <= begin {
            return if trafficking { begin } else { day };
        }
        life.stays.push((begin, end));
        end
    }
}
