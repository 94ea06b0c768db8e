//! Relating groups to something else after the fit, without pretending that everyone's group is known.
//!
//! A trajectory model gives each person probabilities of groups, not a group. The usual next step is to put
//! everyone in the most likely group and compare the groups: their later convictions, their schooling, the
//! covariates that predict membership. **That comparison comes out too small.** Among the persons assigned to
//! a group are some of every other, so each group's mean is a mixture of the true means and is drawn towards
//! the others. Weighting by posterior probability does not repair this but makes it worse: the
//! weights mix the groups once more. A larger cohort does not help either: the error stays and the interval
//! around it shrinks.
//!
//! Start with [`Membership::new`](classification::Membership::new), from the posterior probabilities of a
//! model of this crate or of any other; ask for
//! [`outcome`](classification::Membership::outcome) or [`predictors`](classification::Membership::predictors).
//!
//! # Which method
//!
//! | question | use | because |
//! | --- | --- | --- |
//! | mean of a later outcome by group | BCH, modal or proportional | right on average whatever the outcome's distribution |
//! | the same, and the outcome is 0 or 1 | either correction | they give the same proportions inside (0, 1); likelihood never leaves it |
//! | the same, and the outcome is surely normal within groups | maximum likelihood | slightly shorter intervals; but badly wrong for skewed outcomes, see below |
//! | what predicts membership | maximum likelihood | as right as BCH in the cohorts below, and no negative weights that may leave it without a maximum |
//! | to show what the usual practice gives | hard assignment | only beside a corrected one, labelled as attenuated |
//!
//! Both corrections use the classification-error matrix `D[t][s]`, the probability that a person of group `t`
//! is assigned to `s`, which follows from the posterior probabilities. BCH weighs persons by the inverse of
//! `D`, so that the weights are right on average; some are negative, and with little information a corrected
//! variance can be negative or a proportion leave [0, 1]. That is reported, not clipped: it says that the
//! groups overlap too much for the question. Maximum likelihood treats the assigned group as an imperfect
//! measurement of the true one, with `D` fixed. When groups cannot be told apart, both are refused with the
//! names of the groups.
//!
//! # What was measured
//!
//! Cohorts of 1000 persons, three overlapping Poisson trajectories (relative entropy 0.55), posteriors of the
//! true model; 2000 cohorts, so coverage is known to 0.5 percentage points (`tests/inference/three_step`
//! repeats 1000 of them):
//!
//! | quantity (truth) | hard | posterior-weighted | BCH, modal | likelihood, modal |
//! | --- | --- | --- | --- | --- |
//! | difference of normal means, groups 1 and 3 (1.50) | -0.250, 34 % | -0.380, 1 % | -0.003, 96.2 % | -0.004, 96.3 % |
//! | difference of proportions, groups 1 and 3 (0.45) | -0.078, 51 % | -0.116, 6 % | +0.001, 95.6 % | +0.001, 95.6 % |
//! | log odds ratio of a covariate (0.80) | -0.356, 31 % | -0.496, 0 % | +0.007, 95.1 % | +0.008, 95.0 % |
//!
//! Each cell is the bias and how often the 95 % interval holds the truth. With an exponential outcome (means
//! 1, 1.5 and 2.5; 300 cohorts) BCH is off by at most 0.014, normal maximum likelihood by -0.50, +0.14 and +0.67; a result
//! then carries [`DisagreesWithBch`](method::RelateFinding::DisagreesWithBch).
//!
//! # What standard errors leave out
//!
//! They take step 1, the fitted model, as known (Bakk, Oberski & Vermunt 2014), so they are **too small** for
//! a model that was estimated on the same persons. In the cohorts above with the model estimated each time
//! (400 cohorts, coverage known to 1.1 points): intervals of differences hold the truth in 92 to 95 %, of means in
//! 91 to 96 %, of covariate effects in 93.5 to 96 %; but **of constants in a membership model in 68 to 88 %**,
//! as they say how large groups are, which is what step 1 is uncertain about. Take group sizes from
//! the fit, not from these constants. Given the true model it is the other way round: intervals of constants are too wide
//! (97 to 99 %), since the shares are then known better than fixed classification errors allow.
//!
//! All of it assumes that outcome or covariates have to do with the trajectories only by way of the groups,
//! that an unknown outcome is unknown for no reason related to group or outcome, and that the model's
//! posterior probabilities are calibrated.
//!
//! # References
//! - Bolck, Croon & Hagenaars (2004), Estimating latent structure models with categorical variables, Political
//!   Analysis 12, 3-27.
//! - Vermunt (2010), Latent class modeling with covariates: two improved three-step approaches, Political
//!   Analysis 18, 450-469.
//! - Bakk, Tekle & Vermunt (2013), Estimating the association between latent class membership and external
//!   variables using bias-adjusted three-step approaches, Sociological Methodology 43, 272-311.
//! - Bakk, Oberski & Vermunt (2014), Relating latent class assignments to external variables: standard errors
//!   for correct inference, Political Analysis 22, 520-540.
//!
//! Does not belong here: fitting with covariates in the model itself.

pub(crate) mod classification;
pub(crate) mod distal;
mod distal_ml;
pub(crate) mod logit;
pub(crate) mod method;
mod ml;
pub(crate) mod predictors;
pub(crate) mod separation;

pub use classification::{ClassificationErrors, MAX_INVERSE_NORM, Membership};
pub use distal::{GroupDifference, GroupMean, OutcomeByGroup, OutcomeKind};
pub use method::{Assignment, OverallTest, RelateFinding, RelateMethod, StandardErrors, WaldEstimate};
pub use predictors::{CovariateTest, MembershipCoefficient, MembershipModel};
