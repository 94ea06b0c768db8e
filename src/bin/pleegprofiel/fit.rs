//! `pleegprofiel fit`: one model, and what it is worth.

use crate::args::FitArgs;
use crate::failure::Failure;
use crate::{json, outputs, progress, screen};
use pleegprofiel::report::Report;
use pleegprofiel::{Definitions, Fit, name_model};

pub(crate) fn run(args: &FitArgs) -> Result<(), Failure> {
    let cohort = args.input.read()?;
    if let Some(path) = &args.out {
        outputs::check_file(path)?;
    }
    let (fit, took) = progress::fit(&args.model.options(), &cohort)?;
    let trusted = fit.best();
    // a curve that ran off has no name; the fit is shown all the same
    let naming = name_model(fit.model(), &Definitions::default());
    if let (Some(path), Ok(model)) = (&args.out, &trusted) {
        outputs::write_file(path, format!("{}\n", model.to_json()).as_bytes())?;
    }
    if args.json {
        screen::print(&json::object(&fit, naming.as_ref().ok(), took)?)?;
    } else if trusted.is_ok() {
        let naming = naming.map_err(|error| Failure::Untrusted(error.to_string()))?;
        let report = Report::new(&fit, &cohort, &naming)?.show_small_cells(args.show_small_cells);
        screen::print(&format!("{}\n{}", figures(&fit), screen::layout(&report.table(), &report.findings())))?;
    }
    trusted.map(|_| ()).map_err(Failure::from)
}

/// The figures of the fit as a whole, in one paragraph.
fn figures(fit: &Fit) -> String {
    let entropy = fit.entropy.map_or(String::new(), |e| format!(", relative entropy {e:.3}"));
    format!(
        "{} groups, {}: log-likelihood {:.4}, {} parameters\nAIC {:.2}, BIC {:.2} (persons) or {:.2} (cells), ICL {:.2}{entropy}",
        fit.groups.len(),
        fit.family(),
        fit.log_likelihood,
        fit.parameters,
        fit.aic,
        fit.bic_persons,
        fit.bic_observations,
        fit.icl,
    )
}
