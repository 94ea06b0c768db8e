#![doc = include_str!("lib.md")]

pub mod advice;
pub mod career;
pub mod cohort;
pub mod error;
pub mod monitor;
pub(crate) mod numeric;
pub mod papers;
pub mod profile;
#[cfg(feature = "report")]
pub mod report;
pub mod risk;
pub(crate) mod survival;
pub mod synthetic;
pub mod trajectory;
pub mod units;
pub mod validation;

pub use career::articles::{ArticleCategory, ArticleTable};
pub use career::builder::{CareerBuilder, MAX_OFFENCES, MAX_STAYS};
pub use career::category::{Category, CategoryLabel, CategorySet};
pub use career::custody::{Custody, Moment};
pub use career::date::CalendarDate;
pub use career::escalation::Escalation;
pub use career::measures::{CareerMeasures, CareerSpan, Frequency, IndexOffence, Period, StreetTime};
pub use career::offence::{Offence, OffencesInCustody, Severity, When};
pub use career::participation::{AgeParticipation, Participation, ParticipationShare};
pub use career::person::{Career, TimeBasis};
pub use career::specialisation::{CategorySpecialisation, Specialisation, TransitionMatrix};
pub use career::versatility::Versatility;
pub use career::window::{Window, WindowEnd};
pub use cohort::builder::{CohortBuilder, MAX_COUNT, PersonRow};
pub use cohort::careers::{CareerOptions, FromCareers, LeftOut, OutsideGrid};
pub use cohort::chunked::{CHUNK_PEOPLE, PeopleInChunks};
#[cfg(feature = "csv")]
pub use cohort::csv::{write_wide, write_wide_exposure};
pub use cohort::data::{Cohort, LOW_EXPOSURE};
pub use cohort::grid::AgeGrid;
#[cfg(feature = "parquet")]
pub use cohort::parquet::{ParquetSource, read_cohort_parquet, read_cohort_parquet_with};
pub use cohort::recidivism::builder::RecidivismBuilder;
pub use cohort::recidivism::criteria::{RecidivismCriteria, RecidivismCriterion};
pub use cohort::recidivism::figures::{
    FrequencyAfter, GroupRecidivism, MeanOf, NewCases, Recidivism, ShareByYear, ShareFigures, ShareOf,
};
pub use cohort::recidivism::follow_up::Reoffence;
pub use cohort::recidivism::options::RecidivismOptions;
#[cfg(feature = "csv")]
pub use cohort::table::{
    AgeInYear, AgeUnit, CareerTable, CellKind, CellTable, Cells, CsvOptions, CsvSource, DateFormat, DecimalMark,
    FollowedFrom, Incomplete, NamedCareer, Observed, PersonTable, TableOptions, TableSource, Unlisted, ValueTable,
    for_each_chunk, read_articles, read_career_table, read_careers, read_categories, read_cohort, read_cohort_of,
    read_criteria, read_groups, read_in_chunks, read_offences, read_person_ages, read_person_ages_of,
    read_person_table, read_starts, read_values, read_wide, read_wide_with,
};
pub use cohort::warning::{CellPlace, CohortWarning};
pub use error::{Error, ErrorKind, Issue, Result};
pub use ndarray;
pub use profile::classify::at_index::age::IndexAge;
pub use profile::classify::at_index::classifier::CareerClassifier;
pub use profile::classify::classification::{Classification, ModelUsed, Placed, ProfileProbability, WhatIf};
pub use profile::classify::classifier::Classifier;
pub use profile::classify::covariates::CovariateClassifier;
pub use profile::classify::explanation::{AgeContribution, Explanation, PathStep, Term};
pub use profile::classify::file_fit::{AgeCount, FEWEST_ROWS, FileFit};
pub use profile::classify::forecast::{Forecast, ForecastAge, Predicted};
pub use profile::classify::limitation::Limitation;
pub use profile::classify::options::ClassifyOptions;
pub use profile::classify::prediction::{CalibrationSource, PredictionSet, ProfileEvidence};
pub use profile::classify::record::Refusal;
pub use profile::classify::resolution::{GroupResolution, Resolution};
pub use profile::classify::typicality::{PValue, Typicality};
#[cfg(feature = "parquet")]
pub use profile::classify::write_parquet::ClassificationWriter;
pub use profile::criterion::{Criterion, Limit, Measure, Unseen};
pub use profile::curve::GroupCurve;
pub use profile::decision::{Decision, KeepsNames, NamedModel};
pub use profile::definitions::{AgeSpan, Definitions};
pub use profile::descriptors::{Descriptors, Peak};
pub use profile::fit::ProfileFit;
pub use profile::kind::{PROFILES_SOURCE, Profile};
pub use profile::language::Language;
pub use profile::model::{FitToName, ModelToName, name_fit, name_model};
pub use profile::naming::{GroupNaming, Naming, name_groups};
pub use profile::person::{Candidate, Indistinct, PersonProfile, Undecided};
pub use profile::reason::{Absent, Ambiguity, Unnamed};
pub use profile::reference::card::{
    AnswerMove, Assumption, CardFigure, Move, REFERENCE_NAME, Recognition, ReferenceCard,
};
pub use profile::reference::career_model::{CareerModel, OffenceKind, ProfileCareer};
pub use profile::reference::factors::{Factor, FactorShares};
pub use profile::reference::published::{FigureSource, PUBLISHED, PublishedFigure};
pub use profile::reference::{ReferenceModel, reference_model};
pub use profile::settled::{OtherModel, Settled};
pub use survival::aalen_johansen::AalenJohansen;
pub use survival::event_share::{EventShare, KaplanMeier};
pub use survival::mean_count::{MeanAt, MeanCount, Recurring};
pub use synthetic::margins::{Margins, Simulated};
pub use synthetic::person::{Sex, SyntheticPerson};
pub use synthetic::population::{MAX_PERSONS, SyntheticCohort};
pub use synthetic::power::{MAX_REPLICATES, PowerOptions, PowerPoint, persons_needed, power};
pub use trajectory::basis::{Basis, MAX_KNOTS};
pub use trajectory::family::Family;
pub use trajectory::finding::Finding;
pub use trajectory::fit::{Fit, GroupFit};
pub use trajectory::forms::form::Form;
pub use trajectory::forms::{
    ABOUT_AS_WELL, Alternative, FORMS_FORMAT, FORMS_VERSION, FormCandidate, FormChoice, FormOptions, FormProgress,
    FormState, Sureness,
};
pub use trajectory::grolts::{GROLTS_QUESTIONS, GROLTS_SOURCE, Grolts, GroltsItem, GroltsStatus};
pub use trajectory::inference::bootstrap::{Bootstrap, BootstrapInterval, MIN_REPLICATES};
pub use trajectory::inference::folds::{FoldScores, Folds};
pub use trajectory::inference::group_test::{GroupTest, GroupTestOptions};
pub use trajectory::inference::leave_out::{LeaveOneOut, LeaveOutMethod};
pub use trajectory::inference::likelihood_ratio::LikelihoodRatioTest;
pub use trajectory::inference::one_population::{OnePopulation, OnePopulationOptions, PopulationCandidate, Verdict};
pub use trajectory::inference::resample::{BootstrapOptions, FailedReplicate, Replicate, Resampling};
pub use trajectory::inference::stability::{DISSOLVED_TO, FOUND_FROM, GroupStability, Stability};
pub use trajectory::inference::wald::WaldTest;
pub use trajectory::linfa::{TrajectoryEstimate, TrajectoryParams, TrajectoryValidParams};
pub use trajectory::mixture::dispersion::TotalsSpread;
pub use trajectory::mixture::fit::{ClassFit, ModelFit};
pub use trajectory::mixture::fit_outcome::FitOutcome;
pub use trajectory::mixture::inference::{Errors, Estimate, Interval};
pub use trajectory::mixture::layout::{Parameter, Part};
pub use trajectory::mixture::model::GeneralModel;
pub use trajectory::mixture::outcome::ModelOutcome;
pub use trajectory::mixture::panel::{COUNTS, Panel};
pub use trajectory::mixture::seed::Seeding;
pub use trajectory::mixture::spec::{Dropout, ModelSpec, OutcomeSpec};
pub use trajectory::mixture::spells::SpellStarts;
pub use trajectory::model::{Group, MODEL_FORMAT, MODEL_VERSION, TrajectoryModel, rescale};
pub use trajectory::observed::ObservedRates;
pub use trajectory::one_curve::OneCurve;
pub use trajectory::options::{FitOptions, Progress};
pub use trajectory::pass::MAX_GROUPS;
pub use trajectory::passes::{
    JOURNAL_FORMAT, JOURNAL_VERSION, Overview, PASS_VERSION, PassJournal, PassRequest, PassSums,
};
pub use trajectory::relate::classification::{ClassificationErrors, MAX_INVERSE_NORM, Membership};
pub use trajectory::relate::distal::{GroupDifference, GroupMean, OutcomeByGroup, OutcomeKind};
pub use trajectory::relate::method::{
    Assignment, OverallTest, RelateFinding, RelateMethod, StandardErrors, WaldEstimate,
};
pub use trajectory::relate::predictors::{CovariateTest, MembershipCoefficient, MembershipModel};
pub use trajectory::search::{StartRecord, StartStop};
pub use trajectory::selection::candidate::{Aside, CandidateFigures, CandidateFit, CandidateModel};
pub use trajectory::selection::criterion::{Evidence, SelectionCriterion};
pub use trajectory::selection::options::{
    DEFAULT_WITHIN, MAX_CANDIDATES, SelectionOptions, SelectionProgress, SelectionWatch,
};
pub use trajectory::selection::result::{NO_DISCOVERY, Selection};
pub use trajectory::selection::state::{SELECTION_FORMAT, SELECTION_VERSION, SelectionState};
pub use trajectory::shape::MAX_DEGREE;
pub use trajectory::start::StartKind;
pub use trajectory::stored::StoredModel;
pub use units::{Age, Exposure, Probability, Rate};

// what a newcomer copies has to run
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
#[cfg(doctest)]
#[doc = include_str!("../docs/guide.md")]
struct Guide;
