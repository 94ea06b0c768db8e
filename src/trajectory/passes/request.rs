//! What is to be worked out, at which parameters.

use crate::cohort::chunked::ChunkFacts;
use crate::cohort::data::Cohort;
use crate::cohort::grid::AgeGrid;
use crate::cohort::history::Histories;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::numeric::logspace::most_likely;
use crate::trajectory::data::fingerprint::Fingerprint;
use crate::trajectory::family::Family;
use crate::trajectory::model::Model;
use crate::trajectory::passes::layout::{Asked, Layout};
use crate::trajectory::passes::sums::{PASS_VERSION, Part, PassSums};
use crate::trajectory::spec::MAX_GROUPS;
use crate::trajectory::tables::pass::{Evaluator, Passes};
use crate::trajectory::tables::shape::{MAX_TERMS, Params, Shape};
use serde::{Deserialize, Serialize};

/// One pass over people: the model at which its sums are taken, and which sums. It is a value, as JSON too, that holds
/// nothing about anybody.
///
/// ```
/// use pleegprofiel::{AgeGrid, Cohort, Family, Model, ndarray::array, trajectory::{Group, passes::PassRequest}};
/// let grid = AgeGrid::years(18, 19)?;
/// let group = |share, level| Group::poisson(share, [level]);
/// let model = Model::new(Family::Poisson, grid, vec![group(0.6, -1.0), group(0.4, 1.0)])?;
/// let people = Cohort::from_counts(grid, array![[0_u32, 1], [2, 0], [0, 0]].view())?;
/// let request = PassRequest::at(&model, false)?;
/// // two people here, one elsewhere: the same sums whichever is worked out first
/// let (first, second) = (people.chunk(0..2)?, people.chunk(2..3)?);
/// let sums = request.sums(1, &second)?.merge(request.sums(0, &first)?)?;
/// assert_eq!((sums.persons(), sums.chunks()), (3, 2));
/// assert!((sums.log_likelihood() - model.log_likelihood(&people)?).abs() < 1e-12);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct PassRequest {
    grid: AgeGrid,
    pub(super) shape: Shape,
    pub(super) params: Params,
    pub(super) asked: Asked,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    family: Family,
    grid: AgeGrid,
    rate_terms: Vec<usize>,
    zero_terms: Vec<usize>,
    common_dispersion: bool,
    time_at_risk: bool,
    missing: Option<f64>,
    adequacy: bool,
    /// Logarithms of the shares, then the blocks of the groups, as the bits of each number: none gets lost, infinite
    /// ones included.
    parameters: Vec<u64>,
}

impl From<PassRequest> for Stored {
    fn from(request: PassRequest) -> Stored {
        Stored {
            version: PASS_VERSION,
            family: request.shape.family,
            grid: request.grid,
            common_dispersion: request.shape.common_dispersion,
            time_at_risk: request.asked.at_risk,
            missing: request.asked.missing,
            adequacy: request.asked.adequacy,
            parameters: request.parameters().map(f64::to_bits).collect(),
            rate_terms: request.shape.rate_terms,
            zero_terms: request.shape.zero_terms,
        }
    }
}

impl TryFrom<Stored> for PassRequest {
    type Error = Error;
    fn try_from(stored: Stored) -> Result<Self> {
        if stored.version != PASS_VERSION {
            return Err(Error::new(
                ErrorKind::InvalidModel,
                format!(
                    "a pass of version {} was asked for, but here it is version {PASS_VERSION}: use the same version of \
                     pleegprofiel on both sides",
                    stored.version
                ),
            ));
        }
        let unusable =
            || Error::new(ErrorKind::InvalidModel, "not a usable request for a pass: its sizes do not agree");
        let (rate, zero) = (&stored.rate_terms, &stored.zero_terms);
        if rate.is_empty()
            || rate.len() > MAX_GROUPS
            || zero.len() != rate.len()
            || check_family(stored.family).is_err()
        {
            return Err(unusable());
        }
        if rate.iter().any(|&n| !(1..=MAX_TERMS).contains(&n)) {
            return Err(unusable());
        }
        let degrees = |terms: &[usize]| -> Vec<usize> { terms.iter().map(|n| n.saturating_sub(1)).collect() };
        let shape = Shape::new(stored.family, stored.grid, &degrees(rate), &degrees(zero))
            .with_common_dispersion(stored.common_dispersion);
        let length = shape.groups() + (0..shape.groups()).map(|k| shape.block(k)).sum::<usize>();
        if shape.zero_terms != *zero || stored.parameters.len() != length {
            return Err(unusable());
        }
        let mut values = stored.parameters.into_iter().map(f64::from_bits);
        let log_share = values.by_ref().take(shape.groups()).collect();
        let blocks = (0..shape.groups()).map(|k| values.by_ref().take(shape.block(k)).collect()).collect();
        let asked = Asked { at_risk: stored.time_at_risk, missing: stored.missing, adequacy: stored.adequacy };
        Ok(PassRequest { grid: stored.grid, shape, params: Params { log_share, blocks }, asked })
    }
}

impl PassRequest {
    pub(super) fn new(grid: AgeGrid, shape: &Shape, params: &Params, asked: Asked) -> PassRequest {
        PassRequest { grid, shape: shape.clone(), params: params.clone(), asked }
    }

    /// The sums of one pass at a model: log-likelihood, weight of groups, cells by group and age, and how well people are
    /// placed. `time_at_risk` says whether anybody anywhere has time at risk of their own.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidOptions`] for a model that is not of counts with polynomial curves, or of a family that is not
    /// fitted by passes.
    pub fn at(model: &Model, time_at_risk: bool) -> Result<PassRequest> {
        let model = &*model.as_counts()?;
        check_family(model.family())?;
        let asked = Asked { at_risk: time_at_risk, missing: None, adequacy: true };
        Ok(PassRequest::new(model.grid(), model.shape(), model.params(), asked))
    }

    /// The ages that people's counts must have.
    pub fn grid(&self) -> AgeGrid {
        self.grid
    }

    /// A number that tells this request from others; sums carry it.
    pub fn fingerprint(&self) -> u64 {
        let mut print = Fingerprint::new();
        print.text(self.shape.family.key());
        print.grid(self.grid);
        for terms in [&self.shape.rate_terms, &self.shape.zero_terms] {
            print.number(terms.len() as u64);
            terms.iter().for_each(|&n| print.number(n as u64));
        }
        [self.shape.common_dispersion, self.asked.at_risk, self.asked.adequacy, self.asked.missing.is_some()]
            .iter()
            .for_each(|&flag| print.number(u64::from(flag)));
        print.real(self.asked.missing.unwrap_or(0.0));
        self.parameters().for_each(|value| print.number(value.to_bits()));
        print.value()
    }

    fn parameters(&self) -> impl Iterator<Item = f64> {
        self.params.log_share.iter().chain(self.params.blocks.iter().flatten()).copied()
    }

    /// Works out the sums of a chunk of people. Chunks are numbered from 0; a number stands for the same people at every
    /// request.
    ///
    /// # Errors
    /// Kind [`ErrorKind::InvalidInput`] when the people are on another age grid, or have time at risk of their own where
    /// the request says that nobody has.
    pub fn sums(&self, chunk: u64, people: &Cohort) -> Result<PassSums> {
        if people.grid() != self.grid {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("chunk {chunk}: its people are on another age grid than the model"),
            ));
        }
        self.sums_of(chunk, &people.histories, ChunkFacts::of(people))
    }

    /// As `sums`, of people on the right grid.
    pub(super) fn sums_of(&self, chunk: u64, histories: &Histories, facts: ChunkFacts) -> Result<PassSums> {
        if histories.exposure.is_some() && !self.asked.at_risk {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("chunk {chunk}: people with time at risk of their own, but the pass is of people without"),
            ));
        }
        let evaluator = Evaluator::new(histories);
        let evaluator = if self.asked.at_risk { evaluator.with_others_at_risk() } else { evaluator };
        let curves = self.params.curves(&self.shape);
        let layout = Layout::of(&self.shape, self.asked);
        let mut part = Part {
            persons: facts.persons,
            observations: facts.observations,
            events: facts.events,
            low_exposure: facts.low_exposure,
            members: vec![0; if self.asked.adequacy { self.shape.groups() } else { 0 }],
            row: vec![0.0; layout.len()],
        };
        let step = evaluator.pass(&self.shape, &self.params, &curves);
        layout.put(&step, evaluator.total_weight, &mut part.row);
        if let Some(negligible) = self.asked.missing {
            let mut missing = Square::zeros(self.shape.parameters());
            evaluator.add_missing(&self.shape, &self.params, &curves, negligible, &mut missing);
            part.row[layout.missing.clone()].copy_from_slice(missing.values());
        }
        if self.asked.adequacy {
            self.place(&evaluator, &mut part.members, &mut part.row[layout.adequacy.clone()]);
        }
        Ok(PassSums::of_chunk(self.fingerprint(), chunk, part))
    }

    /// How well people are placed, as `adequacy` has it.
    fn place(&self, evaluator: &Evaluator<'_>, members: &mut [u64], row: &mut [f64]) {
        let (groups, curves) = (self.shape.groups(), self.params.curves(&self.shape));
        let histories = evaluator.histories;
        let parts = evaluator.chunks(|range| {
            let (mut members, mut row) = (vec![0_u64; groups], vec![0.0; 2 * groups + 1]);
            evaluator.posteriors(&self.shape, &self.params, &curves, range, &mut |h, p, _| {
                let (w, k) = (histories.weight[h], most_likely(p.iter().copied()));
                members[k] += u64::from(histories.persons[h]);
                row[k] += w;
                row[groups + k] += w * p[k];
                row[2 * groups] -= w * p.iter().filter(|&&p| p > 0.0).map(|p| p * p.ln()).sum::<f64>();
            });
            (members, row)
        });
        for (of_part, sums) in parts {
            members.iter_mut().zip(of_part).for_each(|(to, from)| *to += from);
            row.iter_mut().zip(sums).for_each(|(to, from)| *to += from);
        }
    }
}

/// Refuses families that the engine of look-up tables does not know.
pub(super) fn check_family(family: Family) -> Result<()> {
    if family.is_plain() && !family.has_factor() {
        return Ok(());
    }
    Err(Error::options(format!(
        "the family {family} is not fitted by passes: poisson, zip, zip-tau, negbin and zinb are"
    )))
}
