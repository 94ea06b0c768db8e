//! Does a file fit a model? People looked at together, where single records show nothing.
//!
//! # How
//! For every record two scores are added up over what it may be (groups, or profiles and places of the index offence),
//! weighed by the posterior: `Y - M`, offences found less those expected, which is the slope of the log-likelihood by the
//! logarithm of a factor on all rates; and half of `(Y - M)^2 - V`, with `V` the variance of the number of offences, which
//! for Poisson counts is the slope by the variance of a gamma factor of a person's own, at none (Dean 1992, *JASA* 87,
//! 451-457). Both are held against what people drawn from the model, observed as the file's are, give: a file is drawn
//! 200 times over, and a sum further than 2.6 standard deviations of these sums from their mean is no chance.
//!
//! Where a model knows of an index offence, everyone has one, and the scores are about the others.

use crate::profile::language::Language;
use serde::{Deserialize, Serialize};

/// Files drawn from the model. The standard deviation of their sums is then known to 5 %.
pub(super) const DRAWN: usize = 200;

/// Most records that are looked at, evenly spaced in the file: enough to see what matters to an answer about one person, and
/// no more, for with enough people any model is seen to be none.
pub(super) const LOOKED_AT: usize = 500;

/// Fewer people than this are not compared.
pub const FEWEST_ROWS: usize = 20;

/// Standard deviations beyond which a score is no chance: one file in a hundred for each of the two.
pub(super) const LIMIT: f64 = 2.6;

/// Offences at one age: found, and expected by the model, among the people looked at.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AgeCount {
    /// Exact age at which it begins, in years.
    pub age: f64,
    /// Offences found.
    pub found: u64,
    /// Offences expected.
    pub expected: f64,
}

/// Whether the people of a file are like those of a model, with the figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileFit {
    /// People looked at.
    pub people: usize,
    /// Offences found in them.
    pub found: u64,
    /// Offences expected of as many people of the model, observed alike.
    pub expected: f64,
    /// By what all rates of the model must be multiplied to fit these people best (maximum likelihood).
    pub factor: f64,
    /// The score for that factor, in standard deviations from what the model gives; positive: more offences.
    pub rate_z: f64,
    /// The score for lasting differences between people, likewise; positive: people of one group differ more.
    pub spread_z: f64,
    /// Part of the people whose record is less probable than 95 of 100 drawn for it.
    pub unusual: f64,
    /// Part of the people without any offence (with a model of the index offence: any other offence).
    pub none: f64,
    /// The part expected.
    pub none_expected: f64,
    /// By age.
    pub ages: Vec<AgeCount>,
    /// Whether all rates of the model can be multiplied, as those of the reference model can.
    #[serde(default)]
    pub rescalable: bool,
}

impl FileFit {
    /// Whether there is as little between file and model as chance leaves.
    pub fn fits(&self) -> bool {
        self.rate_z.abs() <= LIMIT && self.spread_z.abs() <= LIMIT
    }

    /// `fits`, `does-not-fit`, or `not-checked` where there was no comparison.
    pub fn key_of(fit: Option<&FileFit>) -> &'static str {
        match fit {
            None => "not-checked",
            Some(fit) if fit.fits() => "fits",
            Some(_) => "does-not-fit",
        }
    }

    /// What was found, as one line.
    pub fn text(&self, language: Language) -> String {
        let n = self.people;
        let (found, expected) = (self.found, format!("{:.0}", self.expected));
        let factor = language.number(self.factor, 2);
        let (rate, spread) = (language.number(self.rate_z, 1), language.number(self.spread_z, 1));
        if self.fits() {
            return language.pick(
                format!("Bestand en model passen bij elkaar: {found} delicten bij {n} mensen, {expected} verwacht."),
                format!("File and model fit: {found} offences of {n} people, {expected} expected."),
            );
        }
        // people who differ more than the model knows also move the factor; what is far off is said
        let rate_off = self.rate_z.abs() > LIMIT;
        let what = if rate_off {
            language.pick(
                format!("{found} delicten bij {n} mensen, {expected} verwacht ({rate} standaardafwijkingen)"),
                format!("{found} offences of {n} people, {expected} expected ({rate} standard deviations)"),
            )
        } else {
            language.pick(
                format!(
                    "mensen verschillen {} van elkaar dan het model kent ({spread} standaardafwijkingen)",
                    if self.spread_z > 0.0 { "meer" } else { "minder" }
                ),
                format!(
                    "people differ {} than the model knows ({spread} standard deviations)",
                    if self.spread_z > 0.0 { "more" } else { "less" }
                ),
            )
        };
        let also = if rate_off && self.spread_z.abs() > LIMIT {
            language.pick(
                format!("; spreiding {spread} standaardafwijkingen"),
                format!("; spread {spread} standard deviations"),
            )
        } else {
            String::new()
        };
        let found = language.pick(
            format!("Dit bestand past niet bij het model: {what}{also}."),
            format!("This file does not fit the model: {what}{also}."),
        );
        let then = match (self.rescalable, rate_off) {
            (true, true) => language.pick(
                format!("Wat hieronder staat klopt dan niet. Telt het register anders, probeer --rescale {factor}; past het dan nog niet, schat dan een eigen model (fit, profile) en gebruik --model."),
                format!("The answers below are then not right. If the register counts differently, try --rescale {factor}; if it still does not fit, fit a model of your own (fit, profile) and use --model."),
            ),
            (true, false) => language.pick(
                "Wat hieronder staat klopt dan niet: schat een eigen model (fit, profile) en gebruik --model.".to_owned(),
                "The answers below are then not right: fit a model of your own (fit, profile) and use --model.".to_owned(),
            ),
            (false, _) => language.pick(
                "Wat hieronder staat berust op een model dat deze mensen niet beschrijft: schat er een dat dat wel doet (fit, select, profile: een andere familie, meer groepen).".to_owned(),
                "The answers below rest on a model that does not describe these people: fit one that does (fit, select, profile: another family, more groups).".to_owned(),
            ),
        };
        format!("{found} {then}")
    }

    /// What is said when there are too few people to compare.
    pub fn unchecked(people: usize, language: Language) -> String {
        language.pick(
            format!("Of deze gegevens bij het model passen is aan {people} {} niet na te gaan; daarvoor zijn er {FEWEST_ROWS} nodig.", if people == 1 { "persoon" } else { "mensen" }),
            format!("Whether these data fit the model cannot be checked on {people} {}; that takes {FEWEST_ROWS}.", if people == 1 { "person" } else { "people" }),
        )
    }
}

/// Of one record, found or drawn: what is added up over people.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    /// Offences at each age.
    pub(super) counts: Vec<u32>,
    /// `ln P(record)`.
    pub(super) ln_p: f64,
    /// Offences less expected ones, over the posterior.
    pub(super) rate: f64,
    /// Half of squared difference less variance, likewise.
    pub(super) spread: f64,
}

/// What a record may be: its probability in each, and what is expected there.
pub(super) struct May {
    /// `ln` of weight times probability.
    pub(super) ln_p: f64,
    pub(super) mean: f64,
    pub(super) variance: f64,
}

impl Scored {
    /// `ln_weight` is that of everything it may be, before it is seen.
    pub(super) fn of(counts: Vec<u32>, may: &[May], ln_weight: f64) -> Scored {
        let top = may.iter().map(|m| m.ln_p).fold(f64::NEG_INFINITY, f64::max);
        let total = f64::from(counts.iter().sum::<u32>());
        let (mut sum, mut rate, mut spread) = (0.0, 0.0, 0.0);
        for m in may {
            let p = (m.ln_p - top).exp();
            sum += p;
            rate += p * (total - m.mean);
            spread += p * 0.5 * ((total - m.mean).powi(2) - m.variance);
        }
        Scored { counts, ln_p: top + sum.ln() - ln_weight, rate: rate / sum, spread: spread / sum }
    }
}

/// One person: as found, and drawn from the model [`DRAWN`] times.
pub(super) struct Beside {
    pub(super) found: Scored,
    pub(super) drawn: Vec<Scored>,
}

/// From people beside those drawn for them, of whose offences the first `aside` are no surprise.
pub(super) fn compare(people: &[Beside], aside: u32, start_age: impl Fn(usize) -> f64, factor: f64) -> FileFit {
    let n = people.len();
    let z = |of: &dyn Fn(&Scored) -> f64| {
        let found: f64 = people.iter().map(|p| of(&p.found)).sum();
        let sums: Vec<f64> = (0..DRAWN).map(|b| people.iter().map(|p| of(&p.drawn[b])).sum()).collect();
        let mean = sums.iter().sum::<f64>() / DRAWN as f64;
        let variance = sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / (DRAWN - 1) as f64;
        // a sum that never changes cannot be off by chance
        if variance > 0.0 { (found - mean) / variance.sqrt() } else { 0.0 }
    };
    let ages = people.iter().map(|p| p.found.counts.len()).max().unwrap_or(0);
    let at = |scored: &Scored, t: usize| scored.counts.get(t).copied().unwrap_or(0);
    let ages: Vec<AgeCount> = (0..ages)
        .map(|t| AgeCount {
            age: start_age(t),
            found: people.iter().map(|p| u64::from(at(&p.found, t))).sum(),
            expected: people.iter().flat_map(|p| &p.drawn).map(|s| f64::from(at(s, t))).sum::<f64>() / DRAWN as f64,
        })
        .collect();
    let nothing = |scored: &Scored| f64::from(u8::from(scored.counts.iter().sum::<u32>() <= aside));
    let unusual = people.iter().filter(|p| {
        let below = p.drawn.iter().filter(|s| s.ln_p < p.found.ln_p - 1e-9).count();
        let upto = p.drawn.iter().filter(|s| s.ln_p <= p.found.ln_p + 1e-9).count();
        ((below + upto) as f64) < 0.05 * 2.0 * DRAWN as f64
    });
    FileFit {
        people: n,
        found: ages.iter().map(|a| a.found).sum(),
        expected: ages.iter().map(|a| a.expected).sum(),
        factor,
        rate_z: z(&|s| s.rate),
        spread_z: z(&|s| s.spread),
        unusual: unusual.count() as f64 / n as f64,
        none: people.iter().map(|p| nothing(&p.found)).sum::<f64>() / n as f64,
        none_expected: people.iter().flat_map(|p| &p.drawn).map(nothing).sum::<f64>() / (n * DRAWN) as f64,
        ages,
        // only the reference model has an offence that is set aside
        rescalable: aside > 0,
    }
}

/// People looked at, evenly spaced.
pub(super) fn looked_at(people: usize) -> impl Iterator<Item = usize> {
    let taken = people.min(LOOKED_AT);
    (0..taken).map(move |i| i * people / taken)
}
