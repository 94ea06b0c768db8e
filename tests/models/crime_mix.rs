//! Crime mix by group: one grouping over the ten offence types of fixtures/criminal_sim.

use crate::support::data::fixture;
use crate::support::general::formulas::Formulas;
use crate::support::general::table::{Rows, Table};
use crate::support::note;
use pleegprofiel::{AgeGrid, Family, OutcomeSpec, Spec};
use std::collections::BTreeMap;

/// Columns y1 to y10.
const TYPES: [&str; 10] =
    ["violence", "sexual", "burglary", "robbery", "theft", "fraud", "damage", "drugs", "motoring", "other"];
const BANDS: usize = 6;

/// Persons x bands, convicted or not, offence type after offence type.
fn convictions() -> Table {
    let text = std::fs::read_to_string(fixture("criminal_sim/criminal_sim_long.csv")).unwrap();
    let mut people: BTreeMap<u64, Vec<Vec<f64>>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        // id, sex, time, y1 .. y10
        let f: Vec<f64> = line.split(',').map(|x| x.trim_matches('"').parse().unwrap()).collect();
        let person = people.entry(f[0] as u64).or_insert_with(|| vec![vec![f64::NAN; BANDS]; TYPES.len()]);
        (0..TYPES.len()).for_each(|s| person[s][f[2] as usize - 1] = f[3 + s]);
    }
    let rows = |s: usize| -> Rows { people.values().map(|p| p[s].clone()).collect() };
    let mut table = Table::new(AgeGrid::years(1, BANDS as u32).unwrap(), TYPES[0], rows(0));
    for (s, name) in TYPES.iter().enumerate().skip(1) {
        table.series.push(((*name).to_owned(), rows(s)));
        table.exposure.push(None);
    }
    table
}

/// Convictions per person over the six bands, and the mix of each group. Nine in ten are hardly ever convicted, and
/// then mostly of theft; the more convictions, the less of them are for theft and the more for burglary, damage and
/// other offences. Simulated people: a check of the method, no finding.
///
/// | type | 89.7 % | 7.1 % | 3.1 % |
/// | --- | --- | --- | --- |
/// | violence | 0.017 (10.1 %) | 0.28 (10.6 %) | 0.70 (11.3 %) |
/// | sexual | 0.004 (2.5 %) | 0.05 (2.0 %) | 0.06 (1.0 %) |
/// | burglary | 0.012 (6.8 %) | 0.36 (13.8 %) | 0.98 (16.0 %) |
/// | robbery | 0.001 (0.3 %) | 0.03 (1.0 %) | 0.11 (1.8 %) |
/// | theft | 0.097 (57.2 %) | 0.92 (35.1 %) | 2.04 (33.2 %) |
/// | fraud | 0.013 (7.6 %) | 0.20 (7.4 %) | 0.38 (6.2 %) |
/// | damage | 0.012 (7.0 %) | 0.31 (11.6 %) | 0.70 (11.4 %) |
/// | drugs | 0.007 (4.3 %) | 0.16 (6.0 %) | 0.33 (5.4 %) |
/// | motoring | 0.000 (0.2 %) | 0.02 (0.9 %) | 0.07 (1.1 %) |
/// | other | 0.007 (4.0 %) | 0.30 (11.5 %) | 0.78 (12.7 %) |
#[test]
fn crime_mix_by_group_over_ten_offence_types() {
    let table = convictions();
    assert_eq!(table.persons(), 10_000);
    let mut spec = Spec::new(3).starts(12);
    for name in TYPES {
        spec = spec.outcome(OutcomeSpec::new(name, Family::Bernoulli).degree(2));
    }
    let fit = spec.fit(&table.panel()).unwrap();
    assert!(fit.converged && fit.best().is_ok(), "{:?}", fit.findings);
    let formulas = Formulas::of(fit.model()).evaluate(fit.model().parameters(), &table);
    assert!((fit.log_likelihood / formulas.log_likelihood - 1.0).abs() <= 1e-10, "{}", formulas.log_likelihood);
    let share: Vec<f64> = fit.groups.iter().map(|g| g.share).collect();
    // convictions per person over the six bands by type, and their mix, within group
    let level: Vec<Vec<f64>> =
        (0..3).map(|g| (0..TYPES.len()).map(|o| fit.model().curve(o, g).sum()).collect()).collect();
    let mix: Vec<Vec<f64>> = level.iter().map(|l| l.iter().map(|v| v / l.iter().sum::<f64>()).collect()).collect();
    note(format!("{:.3} {share:.4?} {:?}", fit.log_likelihood, fit.findings));
    for (o, name) in TYPES.iter().enumerate() {
        let of = |g: usize| format!("{:.4} ({:.1} %)", level[g][o], 100.0 * mix[g][o]);
        note(format!("{name}: {}, {}, {}", of(0), of(1), of(2)));
    }
    // at a maximum a logit with a constant in each group reproduces what its members did, by type
    let posteriors = fit.posteriors(&table.panel()).unwrap();
    for (o, (name, rows)) in table.series.iter().enumerate() {
        for (g, claimed) in level.iter().map(|l| l[o]).enumerate() {
            let weight = posteriors.column(g).sum();
            let of: f64 = rows.iter().zip(posteriors.column(g)).map(|(y, p)| p * y.iter().sum::<f64>()).sum();
            assert!((of / weight - claimed).abs() < 1e-5, "{name}, group {}: {}", g + 1, of / weight);
        }
    }
    // pins, to the digits of the table
    let theft = [0.572, 0.351, 0.332];
    let burglary = [0.068, 0.138, 0.160];
    for g in 0..3 {
        assert!((share[g] - [0.897, 0.071, 0.031][g]).abs() < 1e-3, "{share:?}");
        assert!((mix[g][4] - theft[g]).abs() < 1e-3 && (mix[g][2] - burglary[g]).abs() < 1e-3, "{mix:?}");
    }
}
