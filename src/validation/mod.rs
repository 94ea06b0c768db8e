//! Is the number right for these people? Validation of predicted probabilities, whatever they come from.
//!
//! Belongs here: discrimination, calibration, usefulness, recalibration maps, fairness by group, drift, and their
//! intervals, from plain probabilities, outcomes, weights, groups and times. Does not belong here: models and
//! instruments, files, pages.
//!
//! Where two well-known programs disagree, the definition used is stated with the reason beside the figure. A figure
//! that does not exist is an [`Undefined`] with its reason, never 0; nothing breaks ties by chance; nothing is dropped.
//!
#![doc = include_str!("replay.md")]
#![doc = include_str!("compas.md")]

pub(crate) mod binary;
pub(crate) mod calibration;
#[cfg(feature = "csv")]
pub(crate) mod cells;
pub(crate) mod classes;
#[cfg(feature = "csv")]
pub(crate) mod csv_lines;
#[cfg(feature = "csv")]
pub(crate) mod csv_rows;
#[cfg(feature = "csv")]
pub(crate) mod csv_table;
pub(crate) mod discrimination;
pub(crate) mod drift;
pub(crate) mod fairness;
pub(crate) mod flat;
pub(crate) mod follow_up;
pub(crate) mod parts;
pub(crate) mod predictions;
pub(crate) mod runs;
// what may be printed is asked by reports
#[cfg_attr(not(feature = "report"), allow(dead_code))]
pub(crate) mod small_cells;
pub(crate) mod undefined;
pub(crate) mod usefulness;

pub use binary::Validation;
pub use calibration::fitted::{FittedRecalibration, RecalibrationFit, RecalibrationMethod};
pub use calibration::groups::{HosmerLemeshow, RiskGroup};
pub use calibration::isotonic::Isotonic;
pub use calibration::logistic::Recalibration;
pub use calibration::scores::{Brier, MeanCalibration, Murphy, Spiegelhalter};
pub use calibration::smooth::CalibrationDistance;
#[cfg(feature = "csv")]
pub use cells::ColumnCells;
pub use classes::{ClassFigures, ClassPredictions, StatedGroup};
#[cfg(feature = "csv")]
pub use csv_table::{ColumnKind, ColumnRequest, ColumnTable, OutcomeWords, read_columns};
pub use discrimination::auc::Auc;
pub use discrimination::compare::{AucDifference, compare_auc};
pub use discrimination::curve::RocPoint;
pub use drift::binomial::{ShareSeen, ShareWatch};
pub use drift::cusum::Cusum;
pub use drift::run_length::{limit_for, run_length};
pub use drift::stability::{ChiSquare, Stability};
pub use drift::watch::{Drift, DriftAlarm, DriftOptions, DriftPeriod};
pub use fairness::arithmetic::{Tension, implied_fpr, tension};
pub use fairness::attribute::{MAX_LEVELS, ProtectedAttribute, UNKNOWN};
pub use fairness::compared::{Compared, Gap, compare_groups, equalized_odds, gap};
pub use fairness::groups::{Confusion, GroupFigures, RateKind, by_group};
pub use fairness::rate::{Contrast, Rate};
pub use flat::binary::flat_binary;
pub use flat::drift::{flat_cusum, flat_stability};
pub use flat::times::flat_times;
pub use flat::{Flat, FlatValue};
pub use follow_up::concordance::{Concordance, harrell, harrell_by, uno};
pub use follow_up::horizon::{AtHorizon, HorizonFigures, at_horizon};
pub use follow_up::horizon_auc::HorizonAuc;
pub use follow_up::horizon_groups::{HorizonGroup, horizon_groups};
#[cfg(feature = "report")]
pub(crate) use follow_up::horizon_groups::{ends_of_tenths, horizon_groups_from};
pub use follow_up::kaplan_meier::{Median, SurvivalAt};
pub use predictions::Predictions;
pub use small_cells::SMALL_GROUP;
#[cfg(feature = "report")]
pub(crate) use small_cells::classes::ToldClasses;
#[cfg(feature = "report")]
pub(crate) use small_cells::groups::{Told, told as told_of_groups};
pub use small_cells::periods::{ShownDrift, ShownPeriod};
#[cfg(feature = "report")]
pub(crate) use small_cells::times::Times;
#[cfg(feature = "report")]
pub(crate) use small_cells::{cuts, may_be_told};
pub use undefined::{Defined, Measured, Undefined};
pub use usefulness::NetBenefit;
