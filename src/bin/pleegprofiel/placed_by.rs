//! What `pleegprofiel classify` places people by: a model in a file, of whatever kind, or the reference model.

use crate::args_people::ClassifyArgs;
use crate::failure::Failure;
use pleegprofiel::{
    Classifier, Cohort, Error, Model, Profile,
    ndarray::Array2,
    profile::{
        Naming,
        classify::{CareerClassifier, Classification, ClassifyOptions, CovariateClassifier, FileFit, IndexAge},
    },
    reference_model,
};
use std::ops::Range;
use std::path::Path;

/// What people are placed by.
pub(crate) enum By {
    Groups(Box<Classifier>),
    Covariates(Box<CovariateClassifier>),
    Careers(Box<CareerClassifier>),
}

/// What else is known of everybody, beside counts.
#[derive(Default)]
pub(crate) struct Known {
    index: Vec<IndexAge>,
    /// Persons x covariates of the model; no columns when it has none.
    covariates: Array2<f64>,
}

impl By {
    pub(crate) fn new(args: &ClassifyArgs, options: ClassifyOptions) -> Result<By, Failure> {
        let by = By::of(args, options)?;
        let needed = by.covariates();
        match (&args.covariates, needed.is_empty()) {
            (None, false) => Err(Failure::Usage(format!(
                "the model has covariates of membership: give the values of {} with --covariates FILE",
                quoted(needed)
            ))),
            (Some(_), true) => Err(Failure::Usage(
                "--covariates goes with a model that has covariates of membership; this one has none".into(),
            )),
            _ => Ok(by),
        }
    }

    fn of(args: &ClassifyArgs, options: ClassifyOptions) -> Result<By, Failure> {
        let several = || Failure::Usage("--outcome goes with a model of several outcomes".into());
        let Some(path) = &args.model.model else {
            // clap asks for one of the two, so without a file it is the reference model
            if args.outcome.is_some() {
                return Err(several());
            }
            let factor = args.rescale.unwrap_or(1.0);
            return Ok(By::Careers(Box::new(CareerClassifier::rescaled(&reference_model(), options, factor)?)));
        };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        crate::inputs::remember(path);
        let model = Model::load(path)?;
        if !model.groups().is_empty() {
            return match args.outcome {
                Some(_) => Err(several()),
                None => Ok(By::Groups(Box::new(Classifier::of_stored(model, options)?.named(name)))),
            };
        }
        let outcome = match &args.outcome {
            Some(outcome) => model.of_outcome(outcome)?,
            None => model.only_outcome().map_err(|error| Failure::Usage(format!("{error}, with --outcome NAME")))?,
        };
        Ok(By::Covariates(Box::new(CovariateClassifier::of_stored(&outcome, options)?.named(name))))
    }

    /// The covariates that have to be known.
    fn covariates(&self) -> &[String] {
        match self {
            By::Covariates(classifier) => classifier.covariates(),
            By::Groups(_) | By::Careers(_) => &[],
        }
    }

    /// Reads what has to be known beside counts.
    pub(crate) fn known(&self, args: &ClassifyArgs, cohort: &Cohort) -> Result<Known, Failure> {
        let mut known = Known { index: Vec::new(), covariates: Array2::zeros((cohort.persons(), 0)) };
        if let Some(file) = &args.index {
            let values = numbers(args, file, cohort, &["index_age".to_owned()])?;
            known.index = values.column(0).iter().map(|age| IndexAge::of_number(*age)).collect::<Result<_, _>>()?;
        }
        if let Some(file) = &args.covariates {
            known.covariates = numbers(args, file, cohort, self.covariates())?;
        }
        Ok(known)
    }

    /// Refuses where more has to be known than a table read in chunks has.
    pub(crate) fn can_stream(&self) -> Result<(), Failure> {
        match self.covariates().is_empty() {
            true => Ok(()),
            false => Err(Failure::Usage("people with covariates are held in memory: leave out --stream".into())),
        }
    }

    pub(crate) fn profiles(&self) -> Vec<Profile> {
        let naming: &Naming = match self {
            By::Groups(classifier) => classifier.naming(),
            By::Covariates(classifier) => classifier.naming(),
            By::Careers(classifier) => classifier.naming(),
        };
        Profile::ALL.into_iter().filter(|p| naming.groups.iter().any(|g| g.profile == Some(*p))).collect()
    }

    pub(crate) fn file_fit(&self, cohort: &Cohort, known: &Known) -> Result<Option<FileFit>, Error> {
        match self {
            By::Groups(classifier) => classifier.file_fit(cohort),
            By::Covariates(classifier) => classifier.file_fit(cohort, known.of(cohort).view()),
            By::Careers(classifier) => classifier.file_fit(cohort, &known.index),
        }
    }

    pub(crate) fn people(
        &self,
        cohort: &Cohort,
        known: &Known,
        people: Range<usize>,
    ) -> Result<Vec<Result<Classification, Error>>, Error> {
        Ok(match self {
            By::Groups(classifier) => classifier.classify_people(cohort, people),
            By::Covariates(classifier) => classifier.classify_people(cohort, known.of(cohort).view(), people)?,
            By::Careers(classifier) => classifier.classify_people(cohort, &known.index, people),
        })
    }
}

impl Known {
    /// Covariates of these people; in a stream there are none.
    fn of(&self, cohort: &Cohort) -> std::borrow::Cow<'_, Array2<f64>> {
        match self.covariates.ncols() {
            0 => std::borrow::Cow::Owned(Array2::zeros((cohort.persons(), 0))),
            _ => std::borrow::Cow::Borrowed(&self.covariates),
        }
    }
}

/// Columns of numbers of the people of a cohort, persons x columns.
fn numbers(args: &ClassifyArgs, file: &Path, cohort: &Cohort, names: &[String]) -> Result<Array2<f64>, Failure> {
    let table = args.input.read_covariates(&file.to_path_buf(), cohort, names, &[]).map_err(|error| {
        let of_categories: Vec<String> = names.iter().filter(|name| name.contains('=')).cloned().collect();
        match of_categories.is_empty() {
            true => Failure::from(error),
            false => Failure::Usage(format!(
                "{error}\n  {} are categories in the model: give each as a column of that name, 1 for its people and 0 for others",
                quoted(&of_categories)
            )),
        }
    })?;
    if table.names != names {
        return Err(Failure::Usage(format!(
            "{}: the values of {} have labels; --ignore-labels takes them as numbers",
            file.display(),
            names.join(" or ")
        )));
    }
    Ok(Array2::from_shape_fn((cohort.persons(), names.len()), |(i, j)| table.values[j][i]))
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
