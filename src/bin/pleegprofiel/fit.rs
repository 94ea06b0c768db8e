//! `pleegprofiel fit`: one model, and what it is worth.

use crate::args::FitArgs;
use crate::args_table::InputArgs;
use crate::failure::Failure;
use crate::membership::WithCovariates;
use crate::{json, outputs, progress, screen, streamed};
use pleegprofiel::{
    Definitions, Family, Fit, Panel, Spec,
    cohort::{CohortWarning, table::ValueTable},
    name_fit,
    report::Report,
    trajectory::{COUNTS, Data, Finding},
};

pub(crate) fn run(args: &FitArgs) -> Result<(), Failure> {
    if let Some(path) = &args.out {
        outputs::check_file(path)?;
    }
    let family = args.model.family();
    let bounds = match (args.floor, args.ceiling) {
        (None, None) => None,
        (floor, ceiling) => Some([floor.unwrap_or(f64::NEG_INFINITY), ceiling.unwrap_or(f64::INFINITY)]),
    };
    if matches!(family, Family::CensoredNormal | Family::Beta) {
        return values(args, bounds);
    }
    if bounds.is_some() {
        return Err(usage(&format!("--floor and --ceiling go with the family cnorm, not with {family}")));
    }
    if args.stream {
        return streamed::run(args);
    }
    let cohort = args.input.read()?;
    let spec = args.model.spec(COUNTS, None);
    match &args.covariates.file {
        Some(file) => {
            let people = WithCovariates::read(&args.input, &args.covariates, file, &cohort)?;
            show(args, &spec.membership(people.names), (&people.panel).into(), &people.warnings)
        }
        None => show(args, &spec, (&cohort).into(), &[]),
    }
}

/// Scale scores and fractions: no counts, so no profiles.
fn values(args: &FitArgs, bounds: Option<[f64; 2]>) -> Result<(), Failure> {
    if let Some(option) = args.input.for_counts_only() {
        return Err(usage(&format!(
            "{option} goes with counts, not with the values of the family {}",
            args.model.family()
        )));
    }
    if args.covariates.file.is_some() {
        return Err(usage("--covariates goes with counts on the command line"));
    }
    let table = args.input.read_values()?;
    let mut panel = Panel::new(table.grid).series(VALUES, table.values.view())?;
    if !table.weights.is_empty() {
        panel = panel.weights(&table.weights)?;
    }
    show(args, &args.model.spec(VALUES, bounds), (&panel).into(), &table.warnings)
        .map_err(|failure| placed(failure, &args.input, &table))
}

/// Name of the one series of a table of values.
const VALUES: &str = "values";

/// The library counts persons and names a series; who reads the complaint has a file with rows and columns.
fn placed(failure: Failure, input: &InputArgs, table: &ValueTable) -> Failure {
    let Failure::Library(error) = &failure else { return failure };
    if error.issues().is_empty() {
        return failure;
    }
    let text = error.to_string();
    let mut lines = vec![text.lines().next().unwrap_or_default().to_owned()];
    lines.extend(error.issues().iter().map(|issue| {
        let person = issue.row.and_then(|row| usize::try_from(row).ok()?.checked_sub(1));
        let row = person.and_then(|i| table.rows.get(i)).map_or(String::new(), |row| format!(", row {row}"));
        let column = issue.column.as_deref().and_then(|c| c.strip_prefix(VALUES)).map(str::trim);
        let column = column.filter(|c| !c.is_empty()).map_or(String::new(), |c| format!(", column age_{c}"));
        format!("  {}{row}{column}: {}", input.counts_name(), issue.message)
    }));
    let more = error.issue_count() - error.issues().len() as u64;
    if more > 0 {
        lines.push(format!("  ... and {more} more"));
    }
    Failure::Usage(lines.join("\n"))
}

/// Fits a model and shows it, with profiles where it is of counts.
fn show(args: &FitArgs, spec: &Spec, people: Data<'_>, warnings: &[CohortWarning]) -> Result<(), Failure> {
    let (fit, took) = progress::fit(spec, people)?;
    let mut fit = fit.checked(people)?;
    fit.findings.extend(warnings.iter().cloned().map(Finding::Data));
    let trusted = fit.best();
    // a curve that ran off has no name; the fit is shown all the same
    let naming = match args.model.family().counts_events() {
        true => name_fit(&fit, people, &Definitions::default()).ok(),
        false => None,
    };
    if let (Some(path), Ok(model)) = (&args.out, &trusted) {
        outputs::write_file(path, format!("{}\n", model.to_json()).as_bytes())?;
    }
    if args.json {
        screen::print(&json::object(&fit, naming.as_ref(), took, Some(&fit.grolts(people)?), None)?)?;
    } else if trusted.is_ok() {
        match naming {
            Some(naming) => {
                let report = Report::new(&fit, people, &naming)?;
                named(&report.show_small_cells(args.show_small_cells), &fit, args.show_small_cells)?;
            }
            None => screen::print(&plain(&fit, args.show_small_cells))?,
        }
    }
    trusted.map(|_| ()).map_err(Failure::from)
}

fn usage(message: &str) -> Failure {
    Failure::Usage(message.to_owned())
}

/// Shows groups that have names.
fn named(report: &Report<'_>, fit: &Fit, show_small_cells: bool) -> Result<(), Failure> {
    let table = screen::layout(&report.table(), &report.findings());
    screen::print(&format!("{}\n{table}\n\n{}", figures(fit), screen::intervals(fit, show_small_cells)))
}

/// The figures of the fit as a whole, in one paragraph.
pub(crate) fn figures(fit: &Fit) -> String {
    let entropy = fit.entropy.map_or(String::new(), |e| format!(", relative entropy {e:.3}"));
    format!(
        "{} groups, {}: log-likelihood {:.4}, {} parameters\nAIC {:.2}, BIC {:.2} (persons) or {:.2} (cells), ICL {:.2}{entropy}",
        fit.groups.len(),
        fit.model().spec().outcomes()[0].family(),
        fit.log_likelihood,
        fit.parameters,
        fit.aic,
        fit.bic_persons,
        fit.bic_observations,
        fit.icl,
    )
}

/// Groups that have no profile, the findings, and intervals.
pub(crate) fn plain(fit: &Fit, show_small_cells: bool) -> String {
    let groups = screen::plain_groups(fit, show_small_cells);
    format!("{}\n{groups}\n\n{}", figures(fit), screen::intervals(fit, show_small_cells))
}
