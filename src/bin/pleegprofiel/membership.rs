//! Counts with covariates of membership, as `fit` and `profile` take them.

use crate::args::MembershipArgs;
use crate::args_table::InputArgs;
use crate::failure::Failure;
use pleegprofiel::{Cohort, Panel, cohort::CohortWarning};
use std::path::PathBuf;

/// People with their covariates.
pub(crate) struct WithCovariates {
    pub(crate) panel: Panel,
    /// Names of the covariates, as the model has them.
    pub(crate) names: Vec<String>,
    /// What there is to know of the data.
    pub(crate) warnings: Vec<CohortWarning>,
}

impl WithCovariates {
    pub(crate) fn read(
        input: &InputArgs,
        args: &MembershipArgs,
        file: &PathBuf,
        cohort: &Cohort,
    ) -> Result<WithCovariates, Failure> {
        let table = input.read_covariates(file, cohort, &args.membership, &args.categorical)?;
        let warnings = cohort.warnings().iter().cloned().chain(table.warnings).collect();
        let mut panel = Panel::from_cohort(cohort);
        for (name, values) in table.names.iter().zip(&table.values) {
            panel = panel.covariate(name, values)?;
        }
        Ok(WithCovariates { panel, names: table.names, warnings })
    }
}
