//! Classifying people by a model with covariates of membership: everyone beside groups of the shares that these have among
//! people with the same covariates.
//!
//! The groups are the same for all, with their curves, names and people drawn of each; only shares differ. So what takes
//! long is done once, and nothing has to be kept by values, however many there are: 10,000 people of as many different values
//! take 3.4 seconds of one processor, of one value 2.0. (In the family `negmult`, whose people are drawn anew for each record,
//! some fifteen milliseconds each.)
//!
//! Does not belong here: what is said of a person (`classifier`).

use super::classification::Classification;
use super::classifier::Classifier;
use super::file_fit::FileFit;
use super::limitation::Limitation;
use super::options::ClassifyOptions;
use crate::cohort::data::Cohort;
use crate::error::{Error, Result};
use crate::numeric::parallel::Parallel;
use crate::profile::decision::{Decision, of_outcome};
use crate::profile::definitions::Definitions;
use crate::profile::model::name_model;
use crate::profile::naming::Naming;
use crate::trajectory::model::Model;
use crate::trajectory::model::outcome::ModelOutcome;
use ndarray::ArrayView2;
use std::ops::Range;

/// Places people beside the profiles of one outcome of a general model, by their counts and, where the model has them, by
/// their covariates of membership.
///
/// What a covariate stands for takes part in the answer. Where that is a protected attribute or a proxy of one (sex, income,
/// a neighbourhood), whoever made the model chose so; every answer repeats the covariates and their values
/// ([`ModelUsed::covariates`](crate::profile::classify::ModelUsed::covariates), [`Limitation::OwnShares`]).
///
/// ```
/// use pleegprofiel::{AgeGrid, Definitions, Family, OutcomeSpec, Panel, PersonRow, Profile, Spec, ndarray::Array2, profile::classify::{ClassifyOptions, CovariateClassifier}, name_fit};
/// // one in four offends every year at 16 to 19, and most of those are of the town
/// let counts = Array2::from_shape_fn((200, 20), |(i, t)| Some(f64::from(u8::from(i % 4 == 0 && (4..8).contains(&t) || (i + 7 * t) % 41 == 0))));
/// let town: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 4 == 0 && i % 20 > 0 || i % 9 == 0))).collect();
/// let panel = Panel::new(AgeGrid::years(12, 31)?).series("theft", counts.view())?.covariate("town", &town)?;
/// let spec = Spec::new(2).outcome(OutcomeSpec::new("theft", Family::Poisson).degree(2)).membership(["town"]);
/// let fit = spec.starts(4).fit(&panel)?;
/// let naming = name_fit(&fit, &panel, &Definitions::default())?;
/// let theft = fit.model().of_outcome("theft")?;
/// let options = ClassifyOptions { people: 400, ..ClassifyOptions::default() };
/// let classifier = CovariateClassifier::new(&theft, naming, options)?;
/// let record: Vec<Option<u32>> = (0..20).map(|t| Some(u32::from(t == 4))).collect();
/// let of = |town| classifier.for_people_with(&[("town", town)])?.classify(PersonRow::new(&record));
/// let (inside, outside) = (of(1.0)?, of(0.0)?);
/// assert!(inside.probability(Profile::EarlyPeak) > outside.probability(Profile::EarlyPeak));
/// assert_eq!(inside.model.covariates, [("town".to_owned(), 1.0)]);
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateClassifier {
    model: Model,
    outcome: String,
    /// Of people at the mean of the covariates: nobody is answered by it unless there are none.
    base: Classifier,
}

impl CovariateClassifier {
    /// A classifier of one outcome, by the names of its groups.
    ///
    /// # Errors
    /// Kind [`InvalidOptions`](crate::ErrorKind::InvalidOptions) when counts of the outcome alone do not place people
    /// ([`ModelOutcome::for_people_with`]), and as [`Classifier::with`]. The shares of the naming are not held against the
    /// model's when it has covariates of membership: those of a fit are the mean of everyone's.
    pub fn new(outcome: &ModelOutcome<'_>, naming: Naming, options: ClassifyOptions) -> Result<CovariateClassifier> {
        outcome.by_counts_alone()?;
        let model = outcome.model();
        let typical = outcome.for_people_at(model.typical_covariates())?;
        if !of_outcome(&naming, outcome) {
            return Err(Error::options("the naming is not that of the model: other groups, shares or ages"));
        }
        let mut base = Classifier::bare(typical, naming, options)?;
        let others: Vec<String> =
            model.outcome_names().into_iter().filter(|n| *n != outcome.name()).map(str::to_owned).collect();
        if !others.is_empty() {
            base.of_model.push(Limitation::OtherOutcomes(others));
        }
        if model.spec().membership_names().is_empty() {
            base.whole = base.drawn();
        }
        Ok(CovariateClassifier { model: model.clone(), outcome: outcome.name().to_owned(), base })
    }

    /// A classifier of one outcome as it was decided about when it was stored ([`Decision::kept_with`]): the same names,
    /// and names withheld that hang on the model. An outcome that nothing was kept of is named by its curves and the default
    /// definitions, and nothing is withheld.
    ///
    /// # Errors
    /// As [`CovariateClassifier::new`], [`Decision::of`] and [`crate::name_model`].
    pub fn of_stored(outcome: &ModelOutcome<'_>, options: ClassifyOptions) -> Result<CovariateClassifier> {
        let kept = match outcome.model().outcome_names().len() {
            1 => Decision::of(outcome.model())?,
            // names were kept of models of one outcome only
            _ => None,
        };
        let Some(decision) = kept else {
            return CovariateClassifier::new(outcome, name_model(outcome, &Definitions::default())?, options);
        };
        let mut made = CovariateClassifier::new(outcome, decision.naming.clone(), options)?;
        made.base.decision = Some(decision);
        Ok(made)
    }

    /// The same with a name of the model, which every result repeats.
    #[must_use]
    pub fn named(self, name: impl Into<String>) -> CovariateClassifier {
        CovariateClassifier { base: self.base.named(name), ..self }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The names of the groups, and with them the shares over everyone.
    pub fn naming(&self) -> &Naming {
        self.base.naming()
    }

    /// Names of the covariates that have to be known of a person, in the model's order.
    pub fn covariates(&self) -> &[String] {
        self.model.spec().membership_names()
    }

    /// The classifier of people with these values of the covariates.
    ///
    /// # Errors
    /// As [`ModelOutcome::shares_for`].
    pub fn for_people_with(&self, covariates: &[(&str, f64)]) -> Result<Classifier> {
        let outcome = self.model.of_outcome(&self.outcome)?;
        // refuses what is missing or of another name
        outcome.shares_for(covariates)?;
        let of = |name: &String| covariates.iter().find(|(n, _)| n == name).map_or(f64::NAN, |(_, value)| *value);
        self.at(&outcome, &self.covariates().iter().map(of).collect::<Vec<f64>>())
    }

    fn at(&self, outcome: &ModelOutcome<'_>, values: &[f64]) -> Result<Classifier> {
        if values.is_empty() {
            return Ok(self.base.clone());
        }
        let model = outcome.for_people_at(values)?;
        let cells = self.base.cells.with_shares(model.groups().iter().map(|g| g.share));
        let covariates: Vec<(String, f64)> = self.covariates().iter().cloned().zip(values.iter().copied()).collect();
        let mut made = Classifier { model, cells, ..self.base.clone() };
        made.of_model.push(Limitation::OwnShares(covariates.clone()));
        made.covariates = covariates;
        made.whole = made.pooled();
        Ok(made)
    }

    /// These people of a cohort, in its order, as [`Classifier::classify_people`]. `values` holds the covariates of everyone
    /// of the cohort, persons x covariates, in the order of [`CovariateClassifier::covariates`].
    ///
    /// # Errors
    /// Kind [`InvalidInput`](crate::ErrorKind::InvalidInput) when the values are of another number of people or covariates,
    /// or one is not a finite number (the message says whose, counted from 1, and of which covariate).
    ///
    /// # Panics
    /// When the range passes the end of the cohort.
    pub fn classify_people(
        &self,
        cohort: &Cohort,
        values: ArrayView2<'_, f64>,
        people: Range<usize>,
    ) -> Result<Vec<Result<Classification>>> {
        self.check(cohort, values)?;
        let outcome = self.model.of_outcome(&self.outcome)?;
        let (mut known, mut of): (Vec<Vec<f64>>, Vec<usize>) = (Vec::new(), Vec::with_capacity(people.len()));
        let mut place = std::collections::HashMap::new();
        for i in people.clone() {
            // 0 and -0 are the same
            let row: Vec<f64> = values.row(i).iter().map(|v| v + 0.0).collect();
            let at = *place.entry(row.iter().map(|v| v.to_bits()).collect::<Vec<u64>>()).or_insert_with(|| {
                known.push(row);
                known.len() - 1
            });
            of.push(at);
        }
        let mut answers: Vec<Option<Result<Classification>>> = people.clone().map(|_| None).collect();
        // few classifiers at a time: each is some hundred kilobytes
        for from in (0..known.len()).step_by(AT_ONCE) {
            let upto = (from + AT_ONCE).min(known.len());
            let made: Vec<Result<Classifier>> = (from..upto).map_in_parallel(|v| self.at(&outcome, &known[v]));
            let made: Vec<Classifier> = made.into_iter().collect::<Result<_>>()?;
            let theirs: Vec<usize> = (0..of.len()).filter(|&p| (from..upto).contains(&of[p])).collect();
            let one = |&p: &usize| {
                let i = people.start + p;
                made[of[p] - from].classify_people(cohort, i..i + 1).pop()
            };
            let found = theirs.as_slice().map_in_parallel(one);
            theirs.iter().zip(found).for_each(|(&p, answer)| answers[p] = answer);
        }
        Ok(answers.into_iter().flatten().collect())
    }

    /// Compares the people of a cohort with the model, everyone with the shares of their own covariates; see
    /// [`Classifier::file_fit`].
    ///
    /// # Errors
    /// As [`CovariateClassifier::classify_people`]; and when the cohort is on other ages that do not meet the model's.
    pub fn file_fit(&self, cohort: &Cohort, values: ArrayView2<'_, f64>) -> Result<Option<FileFit>> {
        self.check(cohort, values)?;
        let outcome = self.model.of_outcome(&self.outcome)?;
        let prior = |i: usize| {
            let shares = outcome.shares_at(&values.row(i).to_vec());
            self.base.cells.with_shares(shares.into_iter()).prior()
        };
        self.base.file_fit_with(cohort, &prior)
    }

    fn check(&self, cohort: &Cohort, values: ArrayView2<'_, f64>) -> Result<()> {
        let names = self.covariates();
        let (rows, columns) = values.dim();
        if (rows, columns) != (cohort.persons(), names.len()) {
            let persons = cohort.persons();
            return Err(Error::value(format!(
                "covariates of {rows} people, {columns} each, for {persons} people and the {} of the model",
                names.len()
            )));
        }
        if let Some(((i, j), v)) = values.indexed_iter().find(|(_, v)| !v.is_finite()) {
            return Err(Error::value(format!("`{}` of person {} is {v}, not a finite number", names[j], i + 1)));
        }
        Ok(())
    }
}

/// Classifiers that are held at once.
const AT_ONCE: usize = 64;
