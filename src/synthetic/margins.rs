//! What a career model reproduces of the published figures, by simulation, with its simulation error.
//!
//! Belongs here: the measuring rules of each figure. Does not belong here: what was published
//! (`profile::reference`), and finding parameters (`calibrate`).

use super::life::{Drawing, Life, YEAR_DAYS};
use super::population::chunks_in_order;
use crate::career::category::Category;
use crate::error::{Error, Result};
use crate::profile::kind::Profile;
use crate::profile::reference::career_model::CareerModel;
use crate::survival::event_share::KaplanMeier;
use serde::{Deserialize, Serialize};

/// A simulated figure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Simulated {
    /// Its value; a share as a probability.
    pub value: f64,
    /// Standard error of the simulation.
    pub se: f64,
}

/// The figures of [`PUBLISHED`](crate::profile::reference::PUBLISHED) in a simulated population.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Margins {
    /// Number of persons simulated.
    pub persons: u64,
    /// Seed.
    pub seed: u64,
    /// Each figure by its key.
    pub figures: Vec<(String, Simulated)>,
}

/// Whole numbers only, so that sums are the same in any grouping; times apart.
#[derive(Debug, Clone, Default)]
struct Tally {
    counts: Vec<(u64, u64)>,
    times: Vec<[(f64, bool); 5]>,
    young: Vec<bool>,
    /// By profile: persons, offences, kinds, trafficking offences.
    groups: [[u64; 4]; 4],
    /// By profile: how many have each of `TRAITS`.
    traits: [[u64; TRAITS]; 4],
    events: Vec<[u64; 4]>,
    days: Vec<[u64; 4]>,
    earlier: (u64, u64),
    /// Days of age at the first trafficking offence of the incidental group: sum, sum of squares.
    ages: (u64, u128),
}

/// What the monitor's kinds of reoffence are taken to be; it does not say.
static PROPERTY: [Category; 2] = [Category::PROPERTY, Category::PROPERTY_WITH_VIOLENCE];
static VIOLENCE: [Category; 1] = [Category::VIOLENCE];
static DRUGS: [Category; 1] = [Category::DRUGS];

/// What groups are compared in: a criminal environment, no start qualification, an unstable family, benefits or no
/// income, an offence after the first trafficking offence.
const TRAITS: usize = 5;

/// Figures that are shares of persons, in the order in which `Tally::counts` holds them.
const SHARES: [&str; 17] = [
    "share-incidental",
    "share-early-peak",
    "share-late-peak",
    "share-continuous",
    "first-offence-minor",
    "first-trafficking-adult",
    "adult-under-25",
    "under-23",
    "incidental-women",
    "incidental-starts",
    "incidental-at-most-2",
    "incidental-stops",
    "trafficking-window",
    "men",
    "criminal-environment",
    "start-qualification",
    "single-parent-family",
];

impl Margins {
    /// Simulates persons 0 to `persons` of a seed and measures them.
    ///
    /// # Errors
    /// As [`CareerModel::check`]; and when nobody is asked for.
    pub fn of(model: &CareerModel, persons: u64, seed: u64) -> Result<Margins> {
        if persons == 0 {
            return Err(Error::options("0 persons to simulate, at least 1 is needed"));
        }
        let drawing = Drawing::new(model, seed)?;
        let empty = Tally::new(model);
        let mut all = empty.clone();
        let make = |numbers: std::ops::Range<u64>| {
            let (mut tally, mut life) = (empty.clone(), Life::default());
            for number in numbers {
                drawing.draw(number, &mut life)?;
                tally.add(model, &life);
            }
            Ok(tally)
        };
        chunks_in_order(0..persons, make, |tally| {
            all.merge(tally);
            Ok(())
        })?;
        let figures = all.figures(model)?;
        Ok(Margins { persons, seed, figures })
    }

    /// A figure by its key.
    pub fn get(&self, key: &str) -> Option<Simulated> {
        self.figures.iter().find(|(k, _)| k == key).map(|(_, figure)| *figure)
    }
}

impl Tally {
    fn new(model: &CareerModel) -> Tally {
        let ages = (model.last_age - model.first_age + 1) as usize;
        Tally {
            counts: vec![(0, 0); SHARES.len() + 1],
            events: vec![[0; 4]; ages],
            days: vec![[0; 4]; ages],
            ..Tally::default()
        }
    }

    fn add(&mut self, model: &CareerModel, life: &Life) {
        let index_day = life.offences[life.index].0;
        let age_from = |years: u32| life.borders.get((years.saturating_sub(model.first_age)) as usize).copied();
        let below = |day: i64, years: u32| age_from(years).is_none_or(|border| day < border);
        let incidental = life.profile == 0;
        let after = &life.offences[life.index + 1..];
        let has = |i: usize| life.factors[i];
        let adult = !below(index_day, 18);
        let shares = [
            (life.profile == 0, true),
            (life.profile == 1, true),
            (life.profile == 2, true),
            (life.profile == 3, true),
            (below(life.offences[0].0, 18), true),
            (adult, true),
            (below(index_day, 25), adult),
            (below(index_day, 23), true),
            (life.woman, incidental),
            (life.index == 0, incidental),
            (life.index <= 2, incidental),
            (after.is_empty(), incidental),
            (after.iter().any(|o| o.1 == 0), true),
            (!life.woman, true),
            (has(0), true),
            (has(1), true),
            (has(2), true),
            (has(1), life.profile == 1),
        ];
        for (count, (is, of)) in self.counts.iter_mut().zip(shares) {
            count.0 += u64::from(is && of);
            count.1 += u64::from(of);
        }
        self.young.push(below(index_day, 23));
        self.times.push(self.follow(model, life, index_day));
        let mut seen = 0_u32;
        let group = &mut self.groups[life.profile];
        for &(_, kind) in &life.offences {
            seen |= 1 << kind;
            group[3] += u64::from(kind == 0);
        }
        group[0] += 1;
        group[1] += life.offences.len() as u64;
        group[2] += u64::from(seen.count_ones());
        // in the order of `Factor::ALL`
        let traits = [has(0), !has(1), has(4), has(5), !after.is_empty()];
        self.traits[life.profile].iter_mut().zip(traits).for_each(|(count, has)| *count += u64::from(has));
        self.earlier.0 += life.index as u64;
        self.earlier.1 += (life.index * life.index) as u64;
        if incidental {
            let days = index_day.abs_diff(life.birth);
            self.ages.0 += days;
            self.ages.1 += u128::from(days) * u128::from(days);
        }
        self.by_age(life);
    }

    /// Time at liberty to the first new offence of any kind, trafficking, property, violence and drugs.
    fn follow(&self, model: &CareerModel, life: &Life, index_day: i64) -> [(f64, bool); 5] {
        let at_liberty = |to: i64| {
            let inside: i64 = life.stays.iter().map(|&(a, b)| (b.min(to) - a.max(index_day)).max(0)).sum();
            (to - index_day - inside) as f64 / YEAR_DAYS
        };
        let first = |counts: &dyn Fn(Option<&Category>) -> bool| {
            let new = life.offences[life.index + 1..]
                .iter()
                .find(|(_, kind)| counts(kind.checked_sub(1).map(|k| &model.kinds[usize::from(k)].category)));
            (at_liberty(new.map_or(life.window.1, |new| new.0)), new.is_some())
        };
        let of = |categories: &'static [Category]| {
            first(&move |category: Option<&Category>| category.is_some_and(|c| categories.contains(c)))
        };
        [first(&|_| true), first(&|category| category.is_none()), of(&PROPERTY), of(&VIOLENCE), of(&DRUGS)]
    }

    fn by_age(&mut self, life: &Life) {
        for &(day, _) in &life.offences {
            let j = life.borders.partition_point(|&border| border <= day);
            if let Some(events) = j.checked_sub(1).and_then(|j| self.events.get_mut(j)) {
                events[life.profile] += 1;
            }
        }
        for (days, ends) in self.days.iter_mut().zip(life.borders.windows(2)) {
            let (from, to) = (ends[0], ends[1].min(life.window.1));
            if from >= to {
                break;
            }
            let inside: i64 = life.stays.iter().map(|&(a, b)| (b.min(to) - a.max(from)).max(0)).sum();
            days[life.profile] += (to - from - inside).unsigned_abs();
        }
    }

    fn merge(&mut self, other: Tally) {
        for (a, b) in self.counts.iter_mut().zip(other.counts) {
            *a = (a.0 + b.0, a.1 + b.1);
        }
        self.times.extend(other.times);
        self.young.extend(other.young);
        for (a, b) in self.groups.iter_mut().flatten().zip(other.groups.iter().flatten()) {
            *a += b;
        }
        for (a, b) in self.traits.iter_mut().flatten().zip(other.traits.iter().flatten()) {
            *a += b;
        }
        let cells = self.events.iter_mut().chain(&mut self.days).flatten();
        cells.zip(other.events.iter().chain(&other.days).flatten()).for_each(|(a, b)| *a += b);
        self.earlier = (self.earlier.0 + other.earlier.0, self.earlier.1 + other.earlier.1);
        self.ages = (self.ages.0 + other.ages.0, self.ages.1 + other.ages.1);
    }

    fn figures(&self, model: &CareerModel) -> Result<Vec<(String, Simulated)>> {
        let mut figures: Vec<(String, Simulated)> = Vec::new();
        let mut put = |key: &str, value: f64, se: f64| figures.push((key.to_owned(), Simulated { value, se }));
        let binomial = |&(is, of): &(u64, u64)| {
            let (n, p) = (of.max(1) as f64, is as f64 / of.max(1) as f64);
            (p, (p * (1.0 - p) / n).sqrt())
        };
        for (key, count) in SHARES.into_iter().chain(["early-start-qualification"]).zip(&self.counts) {
            let (p, se) = binomial(count);
            put(key, p, se);
        }
        let n = self.young.len() as f64;
        // the same of the model as the monitor's third
        let (p, se) = binomial(&(self.young.iter().filter(|young| **young).count() as u64, self.young.len() as u64));
        put("under-23-known", p, se);
        for (c, keys) in [
            (0, &[("reoffended-2", 2.0), ("reoffended-5", 5.0), ("reoffended-7", 7.0)][..]),
            (1, &[("trafficking-5", 5.0)]),
            (2, &[("property-5", 5.0)]),
            (3, &[("violence-5", 5.0)]),
            (4, &[("drugs-5", 5.0)]),
        ] {
            let km = KaplanMeier::new(self.times.iter().map(|times| times[c]))?;
            for &(key, horizon) in keys {
                let at = km.at(horizon);
                put(key, at.share, at.se.unwrap_or(0.0));
            }
        }
        let again = |young: bool| {
            self.times.iter().zip(&self.young).filter(|(t, y)| t[0].1 && t[0].0 <= 7.0 && (**y || !young)).count()
                as u64
        };
        let (p, se) = binomial(&(again(true), again(false)));
        put("young-reoffenders", p, se);
        let spread = |sum: f64, squares: f64, n: f64| ((squares / n - (sum / n).powi(2)).max(0.0) / n).sqrt();
        let earlier = self.earlier.0 as f64;
        put("earlier", earlier / n, spread(earlier, self.earlier.1 as f64, n));
        let (days, people) = (self.ages.0 as f64, self.groups[0][0].max(1) as f64);
        put("incidental-index-age", days / people / YEAR_DAYS, spread(days, self.ages.1 as f64, people) / YEAR_DAYS);
        let trafficking: u64 = self.groups.iter().map(|g| g[3]).sum();
        let (p, se) = binomial(&(self.groups[0][3], trafficking));
        put("incidental-of-trafficking", p, se);
        let mean = |k: usize, what: usize| self.groups[k][what] as f64 / self.groups[k][0].max(1) as f64;
        for (key, what) in [("continuous-offences", 1), ("continuous-kinds", 2)] {
            let next = (0..3).map(|k| mean(k, what)).fold(0.0, f64::max);
            put(key, mean(3, what) / next, 0.0);
        }
        let (incidental, late, continuous) =
            (Profile::Incidental.index(), Profile::LatePeak.index(), Profile::Continuous.index());
        for (key, k, what) in [("continuous-goes-on", continuous, 4), ("late-benefits", late, 3)] {
            let (p, se) = binomial(&(self.traits[k][what], self.groups[k][0]));
            put(key, p, se);
        }
        for (key, k, what) in [
            ("incidental-environment", incidental, 0),
            ("continuous-environment", continuous, 0),
            ("continuous-no-qualification", continuous, 1),
            ("continuous-unstable-family", continuous, 2),
        ] {
            let (ratio, se) = self.beside_the_next(k, what);
            put(key, ratio, se);
        }
        for (key, profile) in [("peak-early", Profile::EarlyPeak), ("peak-late", Profile::LatePeak)] {
            put(key, self.peak(model, profile.index()), 0.0);
        }
        Ok(figures)
    }

    /// The share of a group that has a trait over that of the group next to it, which is the lowest of the others for
    /// the incidental group and the highest for another, with the standard error of a ratio of two shares.
    fn beside_the_next(&self, k: usize, what: usize) -> (f64, f64) {
        let share = |g: usize| self.traits[g][what] as f64 / self.groups[g][0].max(1) as f64;
        let others = (0..4).filter(|&g| g != k);
        let by = |a: &usize, b: &usize| share(*a).total_cmp(&share(*b));
        let next = if k == Profile::Incidental.index() { others.min_by(by) } else { others.max_by(by) };
        let Some(next) = next else { return (1.0, 0.0) };
        // variance of the logarithm of a share
        let of_log = |g: usize| (1.0 - share(g)) / (self.traits[g][what].max(1) as f64);
        let ratio = share(k) / share(next);
        (ratio, ratio * (of_log(k) + of_log(next)).sqrt())
    }

    /// Middle of the three years of age in which most offences are committed per day at liberty.
    fn peak(&self, model: &CareerModel, k: usize) -> f64 {
        let rate = |j: usize| {
            let around = j.saturating_sub(1)..(j + 2).min(self.events.len());
            let events: u64 = around.clone().map(|i| self.events[i][k]).sum();
            events as f64 / around.map(|i| self.days[i][k]).sum::<u64>().max(1) as f64
        };
        let best = (0..self.events.len()).max_by(|&a, &b| rate(a).total_cmp(&rate(b))).unwrap_or(0);
        f64::from(model.first_age) + best as f64 + 0.5
    }
}
