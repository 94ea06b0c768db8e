//! What is kept of a search: every start and how it ended.

use crate::numeric::json::number;
use crate::trajectory::family::Family;
use serde::{Deserialize, Serialize};

/// Where a start came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StartKind {
    /// Partition by k-means on log counts (linfa-clustering).
    KMeans,
    /// Everyone joined to the most alike of as many random persons as there are groups.
    Persons,
    /// Random curves, mild zero parts.
    Curves,
    /// Random curves, zero parts that may be near 0 or 1 at any age.
    ExtremeCurves,
    /// People parted by their level at random cuts.
    Levels,
    /// One group's curves replaced by another optimum of that group alone.
    Neighbour,
}

/// Why a start ended where it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StartStop {
    /// Behind the others after a few EM steps, or (a neighbour) climbing too slowly to reach the best known; not
    /// followed further.
    Screened,
    /// Climbed to a local maximum.
    Converged,
    /// A group lost all its members.
    GroupEmptied,
    /// A group's spread shrank onto a few equal values, where a density has no bound: no maximum but a hole.
    GroupCollapsed,
    /// Climbed, but not to a maximum within the limit of steps.
    StepLimit,
}

/// One start and its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StartRecord {
    /// Seed of the fit.
    pub seed: u64,
    /// Number of the start: its random stream of that seed.
    pub number: usize,
    /// Where it came from.
    pub kind: StartKind,
    /// EM and Newton steps made.
    pub steps: usize,
    /// Log-likelihood where it ended (of the screening sample when [`StartStop::Screened`] on one; where time at risk is
    /// everybody's own the search rounds it, and only of the best optima the log-likelihood is that of the time as it is).
    #[serde(with = "number")]
    pub log_likelihood: f64,
    /// Why it ended.
    pub stop: StartStop,
}

/// A search for a simpler model of the same counts, from whose answer a model was sought.
///
/// ```
/// use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Panel, Spec, ndarray::Array2};
/// let counts = Array2::from_shape_fn((60, 8), |(i, t)| Some(((i % 3) * ((i + t) % 3)) as f64));
/// let panel = Panel::new(AgeGrid::years(12, 19)?).series("theft", counts.view())?;
/// let fit = Spec::new(1).outcome(OutcomeSpec::new("theft", Family::NegBin).degree(1)).starts(4).fit(&panel)?;
/// // the starts of the negative binomial are its own; beside them stands the search for the Poisson model
/// assert_eq!(fit.seeding.map(|seeding| seeding.family), Some(Family::Poisson));
/// # Ok::<(), pleegprofiel::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Seeding {
    /// Family of the simpler model: without a dispersion, or without a zero part of its own.
    pub family: Family,
    /// Every start of that search; log-likelihoods are of the simpler model.
    pub starts: Vec<StartRecord>,
}

/// Optima closer than this in log-likelihood are one: along a ridge that runs off to a boundary climbs end a
/// little short of one another; true optima of the Toronto data lie 0.13 apart or more.
pub(crate) const SAME: f64 = 1e-2;
