//! Trajectory models in general: every family, curves by polynomial or spline, covariates, dropout, several
//! outcomes, two joined groupings.
//!
//! The engine next door (`trajectory`) is for plain counts and tables; this one evaluates whatever a
//! specification says, once per distinct cell, and agrees with it to rounding where both apply.
//!
//! # The model
//!
//! Person `i` belongs to class `c` with probability `pi_c(x_i)`, a multinomial logit of the person's
//! covariates. Given the class (and, for `negmult`, a person's
//! factor), cells are independent; cell `t` of outcome `o` has the density of its family at
//! linear predictors that are sums of basis functions of age and of covariates that change with age. The
//! likelihood of a person is the mixture over classes of the product over observed cells; what was not observed
//! drops out of it, which is right when it is missing at random given what was seen and the class.
//!
//! | family | predictors | for |
//! | --- | --- | --- |
//! | `poisson` | log rate | counts in time at risk |
//! | `zip`, `zip-tau` | log rate, logit of a structural zero (or `tau`) | counts with more zeros |
//! | `negbin` | log rate, log dispersion | counts with more spread than Poisson within a group |
//! | `zinb` | log rate, logit of a structural zero, log dispersion | both |
//! | `negmult` | log rate, log variance of a factor that each person keeps | people of a group who differ for good |
//! | `bernoulli` | logit | any event or none |
//! | `cnorm` | mean, log standard deviation | scale scores with a floor and a ceiling (Tobin 1958; Nagin 1999) |
//! | `beta` | logit of the mean, log precision | fractions strictly between 0 and 1 |
//!
//! With a standard deviation or precision of its own for each group, the likelihood of `cnorm` without bounds
//! and of `beta` has no upper bound: a group may shrink onto a few equal values (Day 1969). Such points are
//! refused as answers ([`crate::trajectory::StartStop::GroupCollapsed`]); `common_dispersion` rules them out.
//!
//! # Several outcomes
//!
//! Several outcomes in one [`spec::Spec`] share one grouping (multi-trajectory models; Nagin, Jones, Passos &
//! Tremblay 2018): outcomes are independent given the group. [`spec::Spec::dual`] gives two outcomes a
//! grouping each and every pair of groups a probability (Nagin & Tremblay 2001);
//! [`fit::Fit::transitions`] are the second grouping's probabilities given the first.
//!
//! # Dropout
//!
//! [`spec::Dropout`] gives each group a hazard of leaving for good (Haviland, Jones & Nagin 2011). Without it,
//! shares are those of the people who were seen long enough to be told apart; when leaving goes with the group,
//! that is not the population's mix.

pub(crate) mod cells;
pub(crate) mod check;
pub(crate) mod climb;
pub(crate) mod dispersion;
pub(crate) mod factor;
pub(crate) mod findings;
pub(crate) mod fit;
pub(crate) mod inference;
pub(crate) mod layout;
mod neighbour;
pub(crate) mod order;
pub(crate) mod pass;
mod quadratic;
pub(crate) mod record;
pub(crate) mod seed;
mod shares;
mod simulate;
pub(crate) mod spells;
mod start;

/// Classes a model may have.
pub(crate) const MAX_CLASSES: usize = 64;
