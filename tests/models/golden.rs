//! Golden answers: what fits of every kind gave when this was written down, to the last bit.
//!
//! A change of the engine that moves a number shows here, line by line, and stands under **Numbers** in the changelog.
//! `GOLDEN=write` writes the file anew. Numbers are compared to 1e-9; with `GOLDEN=bits` to the last bit, which holds on
//! processors with the same vector instructions only.

use crate::support::data::toronto;
use crate::support::general::cases::{covariate, drawn, everywhere, spec, with_gaps};
use crate::support::note;
use crate::support::simulate::{four_groups, simulate, throughout};
use pleegprofiel::{
    Cohort, Family, Fit, OutcomeSpec, Spec,
    trajectory::{Dropout, Finding},
};
use std::fmt::Write as _;
use std::path::PathBuf;

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/models/golden.txt")
}

/// A fit as lines of `name = number bits` and of words.
fn lines(name: &str, fit: &Fit, posteriors: &[f64], to: &mut String) {
    let mut number = |what: &str, value: f64| {
        // writing to a String does not fail
        let _ = writeln!(to, "{name} {what} = {value:.12e} {:016x}", value.to_bits());
    };
    number("logL", fit.log_likelihood);
    fit.model().parameters().iter().enumerate().for_each(|(i, value)| number(&format!("parameter {i}"), *value));
    posteriors.iter().enumerate().for_each(|(k, p)| number(&format!("first person, group {}", k + 1), *p));
    let counted = (fit.parameters, fit.starts.len(), fit.optima.len(), fit.converged);
    let kind = |finding: &Finding| serde_json::to_value(finding).unwrap()["finding"].as_str().unwrap().to_owned();
    let findings: Vec<String> = fit.findings.iter().map(kind).collect();
    let _ = writeln!(
        to,
        "{name} free parameters, starts, optima, converged: {counted:?}; findings: {}",
        findings.join(" ")
    );
}

fn of_cohort(name: &str, options: &Spec, cohort: &Cohort, to: &mut String) {
    let fit = options.clone().seed(7).fit(cohort).unwrap();
    let posteriors = fit.model().posteriors(cohort).unwrap();
    lines(name, &fit, &posteriors.row(0).to_vec(), to);
}

/// Fits of all kinds, in a fixed order.
fn answers() -> String {
    let mut to = String::new();
    let (plain, risk) = (toronto("TO1").cohort(), toronto("TO1risk").cohort());
    let simulated = simulate(&four_groups(Family::Poisson), 300, 5, &throughout).table.cohort();
    for family in [Family::Poisson, Family::Zip, Family::ZipTau, Family::NegBin, Family::Zinb, Family::NegMultinomial] {
        let mut options = Spec::counts(family).groups(3).degree(2).starts(10);
        if family.has_zero_curve() {
            options = options.zero_degree(1);
        }
        of_cohort(&format!("{family} simulated"), &options, &simulated, &mut to);
        if family != Family::NegMultinomial {
            of_cohort(&format!("{family} TO1"), &options, &plain, &mut to);
        }
        if matches!(family, Family::Poisson | Family::Zip) {
            of_cohort(&format!("{family} TO1 at risk"), &options, &risk, &mut to);
        }
    }
    let mut weighted = toronto("TO1");
    weighted.people.iter_mut().enumerate().for_each(|(i, person)| person.weight = 0.5 + (i % 3) as f64);
    of_cohort("poisson weighted", &Spec::counts(Family::Poisson).groups(3).starts(10), &weighted.cohort(), &mut to);

    for family in [Family::Bernoulli, Family::CensoredNormal, Family::Beta, Family::Poisson, Family::Zip] {
        let (table, _) = drawn(family, &spec(family), &with_gaps(160, family, 3), 11);
        let fit = spec(family).fit(&table.panel()).unwrap();
        let first = fit.model().posteriors(&table.panel()).unwrap().row(0).to_vec();
        lines(&format!("{family} general"), &fit, &first, &mut to);
    }
    let (table, _) = drawn(Family::Poisson, &spec(Family::Poisson), &everywhere(200), 21);
    let x = covariate(200, 4);
    let panel = table.panel().covariate("x", &x).unwrap();
    let leaving = with_gaps(200, Family::Poisson, 8);
    let leaving = drawn(Family::Poisson, &spec(Family::Poisson), &leaving, 22).0;
    let outcome = || OutcomeSpec::new("y", Family::Poisson).degree(1);
    for (name, spec, panel) in [
        ("membership", spec(Family::Poisson).membership(["x".to_owned()]), &panel),
        ("dropout", Spec::new(2).outcome(outcome()).dropout(Dropout::new("y", 1)).starts(8), &leaving.panel()),
    ] {
        let fit = spec.fit(panel).unwrap();
        let first = fit.model().posteriors(panel).unwrap().row(0).to_vec();
        lines(name, &fit, &first, &mut to);
    }
    to
}

/// The name of a line, its number and the bits of it; or the whole line.
fn parted(line: &str) -> (&str, Option<(f64, &str)>) {
    let Some((name, rest)) = line.split_once(" = ") else { return (line, None) };
    let (value, bits) = rest.split_once(' ').unwrap();
    (name, Some((value.parse().unwrap(), bits)))
}

#[test]
fn every_fit_gives_what_it_gave() {
    let found = answers();
    let how = std::env::var("GOLDEN").unwrap_or_default();
    if how == "write" {
        std::fs::write(file(), &found).unwrap();
    }
    let written = std::fs::read_to_string(file()).unwrap();
    let (mut moved, mut bits) = (Vec::new(), 0);
    for (old, new) in written.lines().zip(found.lines()) {
        let ((old_name, old_value), (new_name, new_value)) = (parted(old), parted(new));
        let same = match (old_value, new_value) {
            (Some((a, old_bits)), Some((b, new_bits))) => {
                bits += usize::from(old_bits != new_bits);
                old_name == new_name
                    && (a - b).abs() <= 1e-9 * a.abs().max(1.0)
                    && (how != "bits" || old_bits == new_bits)
            }
            _ => old == new,
        };
        if !same {
            moved.push(format!("- {old}\n+ {new}"));
        }
    }
    note(format!("{bits} numbers with other bits"));
    assert_eq!(written.lines().count(), found.lines().count());
    assert!(moved.is_empty(), "{} moved:\n{}", moved.len(), moved[..moved.len().min(30)].join("\n"));
}
