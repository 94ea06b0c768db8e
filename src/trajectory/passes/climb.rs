//! The climb that asks for passes: starts from optima of a sample, and ends at the top of everybody.

use crate::cohort::data::Cohort;
use crate::cohort::warning::CohortWarning;
use crate::error::{Error, ErrorKind, Result};
use crate::numeric::linalg::Square;
use crate::trajectory::answer::by_tables::{Looked, concluded};
use crate::trajectory::fit::Fit;
use crate::trajectory::fit::adequacy::Adequacy;
use crate::trajectory::model::counts::CountModel;
use crate::trajectory::passes::layout::{Asked, LOG_LIKELIHOOD, Layout, WEIGHT};
use crate::trajectory::passes::request::{PassRequest, check_family};
use crate::trajectory::passes::sums::{Part, PassSums};
use crate::trajectory::progress::{Progress, Ticker};
use crate::trajectory::search::by_tables::ladder::{self, Top};
use crate::trajectory::search::by_tables::newton::Point;
use crate::trajectory::spec::Spec;
use crate::trajectory::tables::count_spec::CountSpec;
use crate::trajectory::tables::information::{EXACT, information};
use crate::trajectory::tables::pass::{Evaluator, Passes};
use crate::trajectory::tables::shape::{Curve, Params, Shape};
use crate::trajectory::tables::sums::EStep;
use std::cell::{Cell, RefCell};

/// What a fit by passes has to know of people whom it does not see.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// People drawn from all, with their weights, among whom the search is made: some 40,000 are plenty, all when there
    /// are fewer.
    pub sample: Cohort,
    /// Number of chunks, which are numbered from 0.
    pub chunks: u64,
    /// Whether anybody has time at risk of their own.
    pub time_at_risk: bool,
    /// What there was to tell of the people as a whole.
    pub warnings: Vec<CohortWarning>,
}

type Ask<'a> = &'a mut dyn FnMut(&PassRequest) -> Result<PassSums>;

/// People elsewhere, as the climb sees them.
struct Elsewhere<'a> {
    overview: &'a Overview,
    ask: RefCell<Ask<'a>>,
    /// Whether the information is going to be wanted of where a pass is made.
    climbing: Cell<bool>,
    weight: Cell<f64>,
    /// The missing information worked out with the last pass, and where.
    missing: RefCell<Option<(Params, Square)>>,
    problem: RefCell<Option<Error>>,
    ticker: &'a Ticker<'a>,
}

impl Elsewhere<'_> {
    fn sums(&self, shape: &Shape, params: &Params, missing: bool, adequacy: bool) -> Result<(Part, Layout)> {
        if !self.ticker.tick() {
            return Err(Error::new(ErrorKind::Cancelled, "the fit was stopped"));
        }
        let grid = self.overview.sample.grid();
        let asked = Asked { at_risk: self.overview.time_at_risk, missing: missing.then_some(EXACT), adequacy };
        let request = PassRequest::new(grid, shape, params, asked);
        let sums = (self.ask.borrow_mut())(&request)?;
        if sums.fingerprint() != request.fingerprint() {
            return Err(Error::new(ErrorKind::InvalidInput, "the sums of a pass answer another request than was made"));
        }
        let layout = Layout::of(shape, asked);
        let part = sums.total(self.overview.chunks, layout.len())?;
        self.weight.set(part.row[WEIGHT]);
        Ok((part, layout))
    }

    /// As `sums`, of the whole climb: after a problem nothing is asked any more, and every step fails.
    fn tried(&self, shape: &Shape, params: &Params, missing: bool) -> Option<(Part, Layout)> {
        if self.problem.borrow().is_some() {
            return None;
        }
        match self.sums(shape, params, missing, false) {
            Ok(found) => Some(found),
            Err(problem) => {
                *self.problem.borrow_mut() = Some(problem);
                None
            }
        }
    }
}

impl Passes for Elsewhere<'_> {
    fn total_weight(&self) -> f64 {
        self.weight.get()
    }

    fn pass(&self, shape: &Shape, params: &Params, _: &[Curve]) -> EStep {
        let climbing = self.climbing.get();
        match self.tried(shape, params, climbing) {
            Some((part, layout)) => {
                let missing = climbing.then(|| (params.clone(), missing_of(shape, &part, &layout)));
                *self.missing.borrow_mut() = missing;
                layout.step(&part.row)
            }
            None => {
                let asked = Asked { at_risk: self.overview.time_at_risk, missing: None, adequacy: false };
                let layout = Layout::of(shape, asked);
                let mut row = vec![0.0; layout.len()];
                row[LOG_LIKELIHOOD] = f64::NAN;
                layout.step(&row)
            }
        }
    }

    fn add_missing(&self, shape: &Shape, params: &Params, _: &[Curve], _: f64, to: &mut Square) {
        if let Some((_, missing)) = self.missing.borrow().as_ref().filter(|(at, _)| at == params) {
            return to.add_all(missing);
        }
        if let Some((part, layout)) = self.tried(shape, params, true) {
            to.add_all(&missing_of(shape, &part, &layout));
        }
    }

    fn stopped(&self) -> bool {
        self.problem.borrow().is_some()
    }
}

fn missing_of(shape: &Shape, part: &Part, layout: &Layout) -> Square {
    Square::from_values(shape.parameters(), &part.row[layout.missing.clone()])
}

impl Spec {
    /// Fits the model to people who are asked for sums, pass by pass, and never for themselves. The search is made on a
    /// sample; its best optima then climb on everybody.
    ///
    /// Sums of the same chunks give the same bits, wherever they were worked out. Against [`Spec::fit`] of the same
    /// people in memory, the optimum is the same and its last digits are not, as sums are added in another order.
    ///
    /// `ask` gives the sums of everybody; some ten to twenty passes are asked for. What it gave before may be kept in a
    /// [`PassJournal`](crate::trajectory::passes::PassJournal), to go on from.
    ///
    /// ```
    /// use pleegprofiel::{AgeGrid, Cohort, Family, Spec, ndarray::Array2, trajectory::passes::{Overview, PassSums}};
    /// // a hundred people: fifty with an offence at every age, fifty with none
    /// let counts = Array2::from_shape_fn((100, 10), |(i, _)| u32::from(i < 50));
    /// let people = Cohort::from_counts(AgeGrid::years(12, 21)?, counts.view())?;
    /// let options = Spec::counts(Family::Poisson).groups(2).degree(0);
    /// // four chunks of twenty-five, wherever they are
    /// let overview = Overview { sample: people.clone(), chunks: 4, time_at_risk: false, warnings: vec![] };
    /// let fit = options.fit_by_passes::<pleegprofiel::Error>(
    ///     &overview,
    ///     &mut |request| {
    ///         let chunk = |c: u64| request.sums(c, &people.chunk(25 * c as usize..25 * (c as usize + 1))?);
    ///         (0..4).try_fold(PassSums::none(request.fingerprint()), |sum, c| sum.merge(chunk(c)?))
    ///     },
    ///     &|_| true,
    /// )?;
    /// let whole = options.fit(&people)?;
    /// assert!((fit.log_likelihood - whole.log_likelihood).abs() < 1e-9);
    /// # Ok::<(), pleegprofiel::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Spec::fit_with_progress`]; whatever `ask` fails with, after which nothing is asked any more; and when
    /// sums lack people, count some twice, or answer another request.
    pub fn fit_by_passes<E: From<Error>>(
        &self,
        overview: &Overview,
        ask: &mut dyn FnMut(&PassRequest) -> std::result::Result<PassSums, E>,
        progress: &(dyn Fn(Progress) -> bool + Sync),
    ) -> std::result::Result<Fit, E> {
        let mut failed = None;
        let mut asked = |request: &PassRequest| {
            ask(request).map_err(|failure| {
                failed = Some(failure);
                Error::new(ErrorKind::Cancelled, "a pass failed")
            })
        };
        let fit = climb_by_passes(&self.of_counts()?, overview, &mut asked, progress);
        failed.map_or_else(|| Ok(fit?), Err)
    }

    /// The same of counts with polynomial curves.
    pub(super) fn of_counts(&self) -> Result<CountSpec> {
        CountSpec::of(self).ok_or_else(|| {
            Error::options(
                "by passes counts are fitted, with polynomial curves: no other outcomes, covariates, splines, shared zero \
                 parts or dropout",
            )
        })
    }
}

fn climb_by_passes(
    spec: &CountSpec,
    overview: &Overview,
    ask: &mut dyn FnMut(&PassRequest) -> Result<PassSums>,
    progress: &(dyn Fn(Progress) -> bool + Sync),
) -> Result<Fit> {
    check_family(spec.family)?;
    let shape = spec.check(&overview.sample)?;
    if overview.sample.has_exposure() && !overview.time_at_risk {
        return Err(Error::options("people of the sample have time at risk of their own, but nobody has it"));
    }
    let ticker = Ticker::new(progress);
    let sample = Evaluator::new(&overview.sample.histories).watched(&ticker);
    let candidates = ladder::candidates(spec, &overview.sample, &sample, &shape, &[], &ticker);
    let elsewhere = Elsewhere {
        overview,
        ask: RefCell::new(ask),
        climbing: Cell::new(true),
        weight: Cell::new(0.0),
        missing: RefCell::new(None),
        problem: RefCell::new(None),
        ticker: &ticker,
    };
    let climbed = ladder::climb_on(&elsewhere, &shape, candidates, &ticker);
    if let Some(problem) = elsewhere.problem.borrow_mut().take() {
        return Err(problem);
    }
    if ticker.stopped() {
        return Err(Error::new(ErrorKind::Cancelled, "the fit was stopped"));
    }
    concluded(spec, overview.sample.grid(), &shape, climbed, |model| elsewhere.look(model))
}

impl Elsewhere<'_> {
    /// Everything a conclusion needs of everybody, in one pass at the stored model.
    fn look(&self, model: &CountModel) -> Result<Looked> {
        let (shape, params) = (model.shape(), model.params());
        let (part, layout) = self.sums(shape, params, true, true)?;
        *self.missing.borrow_mut() = Some((params.clone(), missing_of(shape, &part, &layout)));
        let point = Point { params: params.clone(), curves: params.curves(shape), pass: layout.step(&part.row) };
        let information = information(self, shape, &point.params, &point.curves, &point.pass, EXACT);
        let groups = shape.groups();
        let [weight, sure] = [0, groups].map(|from| &part.row[layout.adequacy.clone()][from..from + groups]);
        let entropy = part.row[layout.adequacy.end - 1];
        Ok(Looked {
            adequacy: Adequacy::of(model, &part.members, weight, sure, entropy, part.row[WEIGHT]),
            top: Top::of(shape, &point, information),
            persons: usize::try_from(part.persons).unwrap_or(usize::MAX),
            observations: part.observations,
            total_weight: part.row[WEIGHT],
            low_exposure_cells: part.low_exposure,
            warnings: self.overview.warnings.clone(),
        })
    }
}
