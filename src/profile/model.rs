//! Naming the groups of a fitted model.
//!
//! Does not belong here: the naming itself (`naming`), which knows curves only.

use super::curve::GroupCurve;
use super::definitions::Definitions;
use super::naming::{Naming, name_groups};
use crate::error::Result;
use crate::trajectory::model::TrajectoryModel;

/// Names the groups of a model by their shares and expected rates: [`name_groups`] of its curves.
///
/// # Errors
/// As [`name_groups`]; and when a rate is beyond [`MAX_RATE`](super::curve::MAX_RATE), as that of a curve
/// that ran off is.
///
/// ```
/// use pleegprofiel::{AgeGrid, Definitions, Family, Group, Profile, TrajectoryModel, name_model};
/// let group = |share, c: [f64; 3]| Group { share, coefficients: c.to_vec(), zero_coefficients: vec![], tau: None, dispersion: None };
/// let groups = vec![group(0.7, [-3.5, 0.0, -0.5]), group(0.3, [-1.5, -3.0, -3.0])];
/// let model = TrajectoryModel::new(Family::Poisson, AgeGrid::years(12, 39)?, groups)?;
/// let naming = name_model(&model, &Definitions::default())?;
/// assert_eq!(naming.profile_of(0), Some(Profile::Incidental));
/// assert_eq!(naming.profile_of(1), Some(Profile::EarlyPeak));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
pub fn name_model(model: &TrajectoryModel, definitions: &Definitions) -> Result<Naming> {
    let grid = model.grid();
    let ages: Vec<f64> = (0..grid.len()).map(|j| grid.mid_age(j)).collect();
    let curves = model
        .groups()
        .iter()
        .enumerate()
        .map(|(k, group)| GroupCurve::new(group.share, ages.clone(), model.rates(k), grid.width_years()))
        .collect::<Result<Vec<_>>>()?;
    name_groups(&curves, definitions)
}
