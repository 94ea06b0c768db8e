//! A career model as tables: what a record's probability is worked out from.

use crate::career::date::CalendarDate;
use crate::cohort::grid::AgeGrid;
use crate::error::{Error, Result};
use crate::numeric::logspace::log_sum_exp;
use crate::profile::kind::Profile;
use crate::profile::reference::career_model::CareerModel;

/// The profiles.
pub(super) const PROFILES: usize = 4;

/// What a person of unknown profile may be: of profile `s % 4`, and for `s >= 4` one whose first trafficking offence was
/// the last offence of all.
pub(super) const STATES: usize = 2 * PROFILES;

/// Whether a state is that of people who stop.
pub(super) fn stops(state: usize) -> bool {
    state >= PROFILES
}

/// Nodes and weights of Gauss and Legendre on [0, 1], 8 points: exact for polynomials up to degree 15 (Abramowitz & Stegun
/// 1964, table 25.4, moved from [-1, 1]).
pub(super) const NODES: [(f64, f64); 8] = {
    const HALF: [(f64, f64); 4] = [
        (0.183_434_642_495_649_8, 0.362_683_783_378_362),
        (0.525_532_409_916_329, 0.313_706_645_877_887_3),
        (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
        (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
    ];
    let mut nodes = [(0.0, 0.0); 8];
    let mut i = 0;
    while i < 4 {
        let (x, w) = HALF[3 - i];
        nodes[i] = (0.5 - 0.5 * x, 0.5 * w);
        nodes[7 - i] = (0.5 + 0.5 * x, 0.5 * w);
        i += 1;
    }
    nodes
};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Law {
    pub(super) grid: AgeGrid,
    /// The first interval in which an index offence may lie.
    pub(super) first: usize,
    /// Offences a year at liberty before the index offence, by interval and profile.
    pub(super) rates: Vec<[f64; PROFILES]>,
    pub(super) ln_share: [f64; PROFILES],
    /// What rates are multiplied by after it.
    pub(super) after: [f64; PROFILES],
    /// Logarithm of the probability of each state, given the profile.
    pub(super) ln_stops: [f64; STATES],
    /// Shape, scale in years and logarithm of the constant of the density of the age at the index offence.
    density: [(f64, f64, f64); PROFILES],
    from: f64,
    /// Part of trafficking offences that custody follows, and its mean length in years.
    pub(super) custody: (f64, f64),
    /// Shortest and longest time from an index offence to the closing of the register, in years.
    register: (f64, f64),
    /// Deaths and departures a year after the index offence.
    leaves: f64,
}

impl Law {
    /// # Errors
    /// As [`CareerModel::check`]; and when people of one profile differ lastingly, for which there is no closed form here.
    pub(super) fn new(model: &CareerModel) -> Result<Law> {
        model.check()?;
        if model.frailty_variance > 0.0 {
            let v = model.frailty_variance;
            return Err(Error::options(format!(
                "the career model gives people of one profile a factor of their own (variance {v}); classification at the \
                 index offence knows none: use 0"
            )));
        }
        let grid = model.grid()?;
        let by_profile = |of: &dyn Fn(usize) -> f64| -> [f64; PROFILES] { std::array::from_fn(of) };
        let rates = (0..grid.len()).map(|t| by_profile(&|k| model.rate(Profile::ALL[k], grid.mid_age(t)))).collect();
        let from = f64::from(model.index_first_age);
        let density = std::array::from_fn(|k| {
            let p = &model.profiles[k];
            let (shape, scale) = (p.index_shape, (p.index_mean - from) / p.index_shape);
            (shape, scale, -libm::lgamma(shape) - shape * scale.ln())
        });
        let years = |from: CalendarDate| (model.register_closes.number() - from.number()) as f64 / 365.2425;
        let mut law = Law {
            grid,
            first: (model.index_first_age - model.first_age) as usize,
            rates,
            ln_share: by_profile(&|k| model.profiles[k].share.ln()),
            after: by_profile(&|k| model.profiles[k].after),
            ln_stops: std::array::from_fn(|s| {
                let p = model.profiles[s % PROFILES].stops;
                (if stops(s) { p } else { 1.0 - p }).ln()
            }),
            density,
            from,
            custody: (model.trafficking_custody, model.trafficking_custody_days / 365.2425),
            register: (years(model.index_to), years(model.index_from)),
            leaves: model.deaths + model.departures,
        };
        // the distribution is cut at the last age of the model
        for k in 0..PROFILES {
            let years: Vec<f64> = (law.first..law.grid.len()).map(|t| law.ln_index_in(k, t)).collect();
            law.density[k].2 -= log_sum_exp(&years);
        }
        Ok(law)
    }

    /// With all rates multiplied.
    pub(super) fn times(mut self, factor: f64) -> Law {
        self.rates.iter_mut().flatten().for_each(|rate| *rate *= factor);
        self
    }

    /// `ln` of the density of the age at the index offence.
    pub(super) fn ln_index_at(&self, k: usize, age: f64) -> f64 {
        let ((shape, scale, constant), x) = (self.density[k], age - self.from);
        // below every age at which the density may be without bound
        if x <= 0.0 { f64::NEG_INFINITY } else { constant + (shape - 1.0) * x.ln() - x / scale }
    }

    /// `ln` of the probability that the index offence lies in interval `t`.
    pub(super) fn ln_index_in(&self, k: usize, t: usize) -> f64 {
        let nodes = NODES.map(|(x, w)| w.ln() + self.ln_index_at(k, self.grid.start_age(t) + x * self.width()));
        self.width().ln() + log_sum_exp(&nodes)
    }

    /// `ln` of how probable it is that someone with an index offence in interval `t` is observed up to and with interval
    /// `last`: the register closes after a time that is uniform between its shortest and its longest, unless someone dies
    /// or leaves before.
    pub(super) fn ln_followed(&self, t: usize, last: usize) -> f64 {
        let (short, long) = self.register;
        // the index offence in the middle of its interval; observation ends within the last one
        let width = self.width();
        let (from, to) = (((last - t) as f64 - 0.5).max(0.0) * width, ((last - t) as f64 + 0.5) * width);
        // closing of the register after x years or more
        let open = |x: f64| ((long - x) / (long - short)).clamp(0.0, 1.0);
        let stays = |x: f64| open(x) * (-self.leaves * x).exp();
        let p = if last + 1 == self.grid.len() { stays(from) } else { stays(from) - stays(to) };
        p.max(f64::MIN_POSITIVE).ln()
    }

    pub(super) fn width(&self) -> f64 {
        self.grid.width_years()
    }

    /// Expected offences of a whole interval in a state: before the index offence, or after it.
    pub(super) fn mean(&self, state: usize, t: usize, after: bool) -> f64 {
        let k = state % PROFILES;
        let before = self.width() * self.rates[t][k];
        match after {
            false => before,
            true if stops(state) => 0.0,
            true => before * self.after[k],
        }
    }
}
