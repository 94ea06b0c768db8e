//! `pleegprofiel profile` with covariates of membership: the same job, by the model that was asked for.

use crate::args::ProfileArgs;
use crate::failure::Failure;
use crate::membership::WithCovariates;
use crate::profile::{place, publish, shown, unnamed};
use crate::{json, outputs, progress, screen};
use pleegprofiel::{Definitions, Language, name_fit, profile::Settled, report::Report, trajectory::Finding};
use std::path::PathBuf;

pub(crate) fn run(args: &ProfileArgs, file: &PathBuf) -> Result<(), Failure> {
    // before anything is read, whether it can be done at all
    let _ = args.model.with_membership(&args.covariates.membership).map_err(Failure::Usage)?;
    let cohort = args.input.read()?;
    let people = WithCovariates::read(&args.input, &args.covariates, file, &cohort)?;
    let spec = args.model.with_membership(&people.names).map_err(Failure::Usage)?;
    outputs::check_directory(&args.out)?;
    let (fit, took) = progress::fit(&spec, &people.panel)?;
    let mut fit = fit.checked(&people.panel)?;
    fit.findings.extend(people.warnings.iter().cloned().map(Finding::Data));
    let model = fit.best()?.clone();
    let naming = name_fit(&fit, &people.panel, &Definitions::default()).map_err(unnamed)?;
    let settled = Settled::of_fit(&fit, &cohort)?;
    // everyone with the shares of their own covariates
    let answers = place(&cohort, &fit.posteriors(&people.panel)?, &naming, &settled)?;
    let stored = settled.decision(&naming).kept_with(model)?;
    let placed = answers.iter().filter(|(person, _)| person.profile.is_some()).count();
    let report = Report::new(&fit, &people.panel, &naming)?.settled(&settled);
    let report = report.language(Language::from(args.lang));
    let report = report.show_small_cells(args.show_small_cells).placed(placed as u64);
    publish(args, &cohort, &stored.to_json(), &answers, &report)?;
    if args.json {
        let grolts = fit.grolts(&people.panel)?;
        return screen::print(&json::object(&fit, Some(&naming), took, Some(&grolts), None)?);
    }
    shown(args, &report)
}
