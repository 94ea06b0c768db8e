//! Do people's totals spread as much within groups as the model says? Average posteriors cannot tell: people who differ
//! for good are placed with certainty in groups that are not theirs.
//!
//! With `Y` a person's total over what was observed, `M` and `V` its mean and variance in group `k` and `p` the
//! person's posterior probability of that group, `D = sum w p (Y - M)^2 / V / sum w p`. Under the model it is 1 whatever
//! the groups' overlap, as the expectation of `p f(Y)` over everybody is the share times that of `f(Y)` in the group.
//!
//! How far `D - 1` may come from 0 by chance is told by a conditional moment test (Newey 1985; Tauchen 1985): the
//! contributions `f = p ((Y - M)^2 / V - 1)` are regressed on the scores of the people, which takes out that the model
//! was fitted to them, and `z = sum f / sqrt(sum of squared residuals)`. No draws, no refits. Among some of the people,
//! drawn at random, no more than their part of what the scores explain is taken out.
//!
//! Does not belong here: the words for it (`finding`).

use crate::error::Result;
use crate::numeric::linalg::Square;
use crate::trajectory::cells::Cells;
use crate::trajectory::cells::pass::{Engine, Pass};
use crate::trajectory::data::Data;
use crate::trajectory::data::group_number::GroupNumber;
use crate::trajectory::data::panel::Panel;
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::finding::Finding;
use crate::trajectory::fit::spells::{SpellStarts, spells};
use crate::trajectory::fit::words::of_outcome;
use crate::trajectory::model::Model;
use serde::Serialize;

/// How totals spread in one group of one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TotalsSpread {
    /// Number of the outcome, from 0.
    pub outcome: usize,
    /// The group.
    pub group: GroupNumber,
    /// Mean squared difference between totals and what is expected, over the variance that the model gives them: 1
    /// when the people of the group are as alike as the model says.
    pub ratio: f64,
    /// How many standard errors that is above 1.
    pub z: f64,
    /// Weight of the people of the group of whom something was observed.
    pub weight: f64,
}

/// From here on a ratio matters: intervals are 10 % too narrow.
const MATTERS: f64 = 1.2;
/// And from here on it is no chance: one in a thousand by the normal distribution.
const BEYOND_CHANCE: f64 = 3.1;
/// Fewer people tell nothing about a variance.
const LEAST: f64 = 10.0;

impl TotalsSpread {
    /// Whether people differ more than the model says, by so much that it matters and is no chance.
    pub fn too_wide(&self) -> bool {
        self.ratio > MATTERS && self.z > BEYOND_CHANCE && self.weight >= LEAST
    }
}

impl Fit {
    /// How totals spread within each group of each outcome, outcome after outcome, on the people fitted.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
    /// // everybody keeps a level of their own: none, one, two or three a year
    /// let counts = Array2::from_shape_fn((120, 8), |(i, t)| Some(((i % 4) + (i + t) % 2) as f64));
    /// let panel = Panel::new(AgeGrid::years(12, 19)?).series("offences", counts.view())?;
    /// let spec = Spec::new(1).outcome(OutcomeSpec::new("offences", Family::Poisson).degree(0));
    /// let spread = spec.fit(&panel)?.totals_spread(&panel)?;
    /// // the variance of eight years' totals over their mean, 80 over 16
    /// assert!((spread[0].ratio - 5.0).abs() < 1e-6 && spread[0].too_wide());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the people are not those who were fitted.
    pub fn totals_spread<'a>(&self, people: impl Into<Data<'a>>) -> Result<Vec<TotalsSpread>> {
        self.totals_of(people.into())
    }

    fn totals_of(&self, people: Data<'_>) -> Result<Vec<TotalsSpread>> {
        self.on_people(people, |engine, pass, scores| spread(&self.model, engine, pass, &self.residual(engine, scores)))
    }

    /// How many spells of events start in each group of each outcome of counts, and how many are expected, on the people
    /// fitted.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
    /// // an event in four of eight years: from some age on for half of the people, up to some age for the others
    /// let counts = Array2::from_shape_fn((160, 8), |(i, t)| Some(f64::from(u8::from(if i % 2 == 0 { t < 4 } else { t >= 4 }))));
    /// let panel = Panel::new(AgeGrid::years(12, 19)?).series("offences", counts.view())?;
    /// let spec = Spec::new(1).outcome(OutcomeSpec::new("offences", Family::Bernoulli).degree(0));
    /// let spells = spec.fit(&panel)?.spell_starts(&panel)?;
    /// // every other person has one start, of seven chances of a quarter each
    /// assert!((spells[0].ratio - 0.5 / (7.0 / 4.0)).abs() < 1e-6 && spells[0].too_few());
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the people are not those who were fitted.
    pub fn spell_starts<'a>(&self, people: impl Into<Data<'a>>) -> Result<Vec<SpellStarts>> {
        self.starts_of(people.into())
    }

    fn starts_of(&self, people: Data<'_>) -> Result<Vec<SpellStarts>> {
        let theta = &self.model.theta;
        self.on_people(people, |engine, pass, scores| spells(engine, theta, pass, &self.residual(engine, scores)))
    }

    /// As [`Fit::checked`], by a look at this part of the people fitted, who were drawn at random.
    pub(crate) fn looked(&self, some: &Panel, part: f64) -> Result<Fit> {
        let dropout = self.model.spec.dropout.as_ref().map(|_| self.model.spec.outcomes.len() - 1);
        self.on_some(some, |engine, pass, scores| {
            let residual = Residual::new(engine.cells, scores, self.model.layout.len(), part);
            let mut fit = self.clone();
            let mut sandwich = self.inference.robust(engine, scores);
            if part < 1.0 {
                // squares of as many scores as there are people
                sandwich = Square::zeros(sandwich.n()).plus(1.0 / part, &sandwich);
            }
            fit.inference.sandwich = Some(sandwich);
            fit.looked_at = Some(some.persons());
            let wide = spread(&self.model, engine, pass, &residual);
            let told = wide.iter().filter(|s| Some(s.outcome) != dropout && s.too_wide());
            let found = |s: &TotalsSpread| Finding::TotalsSpread { group: s.group, ratio: s.ratio, z: s.z };
            fit.findings.extend(told.map(|s| of_outcome(&self.model, s.outcome, found(s))));
            let few = spells(engine, &self.model.theta, pass, &residual);
            let told = few.iter().filter(|s| Some(s.outcome) != dropout && s.too_few());
            let found = |s: &SpellStarts| Finding::Spells { group: s.group, ratio: s.ratio, z: s.z };
            fit.findings.extend(told.map(|s| of_outcome(&self.model, s.outcome, found(s))));
            fit
        })
    }

    fn residual<'a>(&self, engine: &Engine<'a>, scores: &'a [f64]) -> Residual<'a> {
        Residual::new(engine.cells, scores, self.model.layout.len(), 1.0)
    }

    /// Something of a pass over the people that were fitted, and of their scores.
    fn on_people<T>(&self, people: Data<'_>, look: impl FnOnce(&Engine<'_>, &Pass, &[f64]) -> T) -> Result<T> {
        self.check_people(people)?;
        self.on_some(&people.histories(self.family()), look)
    }

    pub(crate) fn on_some<T>(&self, panel: &Panel, look: impl FnOnce(&Engine<'_>, &Pass, &[f64]) -> T) -> Result<T> {
        let panel = self.model.usable(panel)?;
        let cells = Cells::new(&panel, &self.model.spec, &self.model.layout);
        let engine = Engine { cells: &cells, layout: &self.model.layout };
        let pass = engine.posteriors(&self.model.theta);
        let scores = engine.scores(&self.model.theta, &pass);
        Ok(look(&engine, &pass, &scores))
    }
}

fn spread(model: &Model, engine: &Engine<'_>, pass: &Pass, residual: &Residual<'_>) -> Vec<TotalsSpread> {
    let cells = engine.cells;
    let mut all = Vec::new();
    for (o, block) in model.layout.blocks.iter().enumerate() {
        let moments = moments(engine, o, &model.theta);
        for m in 0..block.components.len() {
            let f = contributions(engine, pass, &moments, o, m);
            let (mut sum, mut weight) = (0.0, 0.0);
            for (h, &(f, p)) in f.iter().enumerate() {
                sum += cells.weight[h] * f;
                weight += cells.weight[h] * p;
            }
            let se = residual.of(&f);
            let ratio = if weight > 0.0 { 1.0 + sum / weight } else { 1.0 };
            let z = if se > 0.0 { sum / se } else { 0.0 };
            all.push(TotalsSpread { outcome: o, group: GroupNumber::of_index(m), ratio, z, weight });
        }
    }
    all
}

/// Total of each history, and its mean and variance in each group.
fn moments(engine: &Engine<'_>, o: usize, theta: &[f64]) -> (Vec<f64>, Vec<[f64; 2]>) {
    let (cells, block) = (&engine.cells.outcomes[o], &engine.layout.blocks[o]);
    let groups = block.components.len();
    let predictors = engine.predictors(o, theta);
    // people share cells, and each is worked out once
    let of_cells: Vec<[f64; 2]> = (0..cells.cells.len() * groups)
        .map(|at| {
            let (c, m) = (at / groups, at % groups);
            let p = &predictors[cells.row_of[c] as usize * groups + m];
            let exposure = cells.cells[c].exposure;
            let time = if block.kernel.has_exposure() { exposure } else { 1.0 };
            [block.kernel.mean(p).0 * time, block.kernel.variance(p, exposure)]
        })
        .collect();
    let (mut totals, mut of) = (Vec::new(), vec![[0.0; 2]; engine.cells.len() * groups]);
    for (h, of) in of.chunks_exact_mut(groups).enumerate() {
        totals.push(cells.of(h).iter().map(|&c| cells.cells[c as usize].y).sum());
        for (m, [mean, variance]) in of.iter_mut().enumerate() {
            for &c in cells.of(h) {
                let [of_mean, of_variance] = of_cells[c as usize * groups + m];
                *mean += of_mean;
                *variance += of_variance;
            }
            if block.factor {
                *variance += theta[block.variance_of(m)].exp() * *mean * *mean;
            }
        }
    }
    (totals, of)
}

/// `p ((Y - M)^2 / V - 1)` of each history in group `m`, and `p`; nothing of who was not observed.
fn contributions(
    engine: &Engine<'_>,
    pass: &Pass,
    (totals, moments): &(Vec<f64>, Vec<[f64; 2]>),
    o: usize,
    m: usize,
) -> Vec<(f64, f64)> {
    let (block, classes) = (&engine.layout.blocks[o], engine.layout.classes);
    let groups = block.components.len();
    totals
        .iter()
        .enumerate()
        .map(|(h, total)| {
            let [mean, variance] = moments[h * groups + m];
            if variance <= 0.0 || variance.is_nan() {
                return (0.0, 0.0);
            }
            let p = &pass.posterior[h * classes..(h + 1) * classes];
            let p: f64 = p.iter().zip(&block.of_class).filter(|(_, of)| **of == m).map(|(p, _)| p).sum();
            (p * ((total - mean).powi(2) / variance - 1.0), p)
        })
        .collect()
}

/// Regression on the scores of the people.
pub(crate) struct Residual<'a> {
    cells: &'a Cells,
    scores: &'a [f64],
    parameters: usize,
    squares: Square,
    /// The part of the people fitted whose scores these are: the fit took out no more than that of their contributions.
    part: f64,
}

impl<'a> Residual<'a> {
    fn new(cells: &'a Cells, scores: &'a [f64], parameters: usize, part: f64) -> Residual<'a> {
        let mut squares = Square::zeros(parameters);
        for (s, w) in scores.chunks_exact(parameters.max(1)).zip(&cells.weight_squared) {
            for i in 0..parameters {
                let v = w * s[i];
                squares.row_mut(i)[..=i].iter_mut().zip(s).for_each(|(to, s)| *to += v * s);
            }
        }
        squares.mirror();
        // directions without a score take nothing out
        (0..parameters).for_each(|i| squares.add(i, i, 1e-9 * squares.at(i, i) + 1e-12));
        Residual { cells, scores, parameters, squares, part }
    }

    /// Root of the sum of squared residuals.
    pub(crate) fn of(&self, f: &[(f64, f64)]) -> f64 {
        let (mut across, mut total) = (vec![0.0; self.parameters], 0.0);
        for ((s, w), (f, _)) in self.scores.chunks_exact(self.parameters.max(1)).zip(&self.cells.weight_squared).zip(f)
        {
            across.iter_mut().zip(s).for_each(|(to, s)| *to += w * f * s);
            total += w * f * f;
        }
        let explained = self
            .squares
            .cholesky()
            .map_or(0.0, |factor| factor.solve(&across).iter().zip(&across).map(|(a, b)| a * b).sum());
        (total - self.part * explained).max(0.0).sqrt()
    }
}
