//! The replay: on simulated assessments, each of three faults of 2018 is made, and each alarm is timed.
//!
//! The table that comes out stands in `src/validation/replay.md`.

use super::closed_form::uniform;
use pleegprofiel::validation::{Cusum, Stability, limit_for, run_length};

/// Assessments a year, and the mean number until a false alarm: ten years.
const YEAR: f64 = 44_000.0;
const FALSE_ALARM: f64 = 10.0 * YEAR;
const MONTH: usize = 3_667;
/// Months until the outcome of an assessment is known.
const HORIZON_MONTHS: f64 = 24.0;
const REFERENCE: usize = 20_000;
const REPEATS: u64 = 21;
const CELLS: usize = 10;

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    Swapped,
    Coefficient,
    UnknownAsAbsent,
}

/// One simulated assessment: the risk given, what came of it, and what was known.
struct Seen {
    prisoner: bool,
    given: f64,
    outcome: bool,
    illness_unknown: bool,
}

/// Made-up formulas for suspects and prisoners; no figure of any instrument.
fn logit(prisoner: bool, age: f64, priors: f64, drugs: bool, illness: bool, drug_weight: f64) -> f64 {
    let (base, by_age, by_prior) = if prisoner { (-0.2, -0.035, 0.12) } else { (-1.1, -0.025, 0.18) };
    base + by_age * (age - 30.0)
        + by_prior * priors
        + if drugs { drug_weight } else { 0.0 }
        + if illness { 0.5 } else { 0.0 }
}

fn assess(seed: u64, i: u64, fault: Fault) -> Seen {
    let u = |k: u64| uniform(seed.wrapping_mul(0x1000_0000).wrapping_add(16 * i + k));
    let prisoner = u(0) < 0.3;
    let age = 18.0 + 42.0 * u(1) * u(2).sqrt();
    let priors = (-(1.0 - u(3)).ln() * 2.5).floor().min(12.0);
    let (drugs, illness) = (u(4) < 0.35, u(5) < 0.12);
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    let truth = expit(logit(prisoner, age, priors, drugs, illness, 0.7));
    // before, 4 % of answers on illness are unknown and left at the instrument's range; given here as absent
    let illness_unknown = fault == Fault::UnknownAsAbsent || u(6) < 0.04;
    let known_illness = illness && fault != Fault::UnknownAsAbsent;
    let as_prisoner = prisoner != (fault == Fault::Swapped);
    let drug_weight = if fault == Fault::Coefficient { 0.07 } else { 0.7 };
    let given = expit(logit(as_prisoner, age, priors, drugs, known_illness, drug_weight));
    Seen { prisoner, given, outcome: u(7) < truth, illness_unknown }
}

/// Assessments until each alarm, `None` when it is silent for ten years.
struct Alarms {
    everybody: Option<usize>,
    by_population: Option<usize>,
    scores: Option<usize>,
    unknowns: Option<usize>,
}

struct Setting {
    limits: [f64; 2],
    by_population: [[f64; 2]; 2],
    cuts: Vec<f64>,
    before: Vec<f64>,
    /// Unknown and known answers on illness before.
    unknown: [f64; 2],
}

const RATIOS: [f64; 2] = [1.25, 0.8];

fn setting() -> Setting {
    let before: Vec<Seen> = (0..REFERENCE as u64).map(|i| assess(1, i, Fault::None)).collect();
    let risks = |which: Option<bool>| -> Vec<f64> {
        before.iter().filter(|s| which.is_none_or(|w| s.prisoner == w)).map(|s| s.given).collect()
    };
    // two charts share one false alarm in ten years, four too
    let all = risks(None);
    let limits = RATIOS.map(|r| limit_for(&all, r, 2.0 * FALSE_ALARM).unwrap());
    let by_population = [(false, 0.7), (true, 0.3)]
        .map(|(which, share)| RATIOS.map(|r| limit_for(&risks(Some(which)), r, 4.0 * FALSE_ALARM * share).unwrap()));
    let mut sorted = all.clone();
    sorted.sort_by(f64::total_cmp);
    let cuts: Vec<f64> = (1..CELLS).map(|k| sorted[k * sorted.len() / CELLS]).collect();
    let before_counts = counts(all.iter().copied(), &cuts);
    let unknown = before.iter().filter(|s| s.illness_unknown).count() as f64;
    let unknown = [unknown, REFERENCE as f64 - unknown];
    Setting { limits, by_population, cuts, before: before_counts, unknown }
}

fn counts(risks: impl Iterator<Item = f64>, cuts: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; cuts.len() + 1];
    risks.for_each(|p| out[cuts.partition_point(|c| *c < p)] += 1.0);
    out
}

fn run(setting: &Setting, seed: u64, fault: Fault) -> Alarms {
    let charts = || RATIOS.map(|r| Cusum::new(r).unwrap());
    let (mut everybody, mut apart) = (charts(), [charts(), charts()]);
    let mut found = Alarms { everybody: None, by_population: None, scores: None, unknowns: None };
    // a month's false alarm rate: one in ten years of twelve months
    let level = 1.0 / 120.0;
    for month in 0..120 {
        let seen: Vec<Seen> = (0..MONTH).map(|i| assess(seed, (month * MONTH + i) as u64, fault)).collect();
        for (i, s) in seen.iter().enumerate() {
            let at = month * MONTH + i + 1;
            for (chart, limit) in everybody.iter_mut().zip(setting.limits) {
                if chart.push(s.given, s.outcome) > limit {
                    found.everybody.get_or_insert(at);
                }
            }
            let which = usize::from(s.prisoner);
            for (chart, limit) in apart[which].iter_mut().zip(setting.by_population[which]) {
                if chart.push(s.given, s.outcome) > limit {
                    found.by_population.get_or_insert(at);
                }
            }
        }
        let end = (month + 1) * MONTH;
        let now = counts(seen.iter().map(|s| s.given), &setting.cuts);
        if Stability::new(&setting.before, &now).unwrap().psi_p < level {
            found.scores.get_or_insert(end);
        }
        let unknown = seen.iter().filter(|s| s.illness_unknown).count() as f64;
        let now = [unknown, MONTH as f64 - unknown];
        // both shares are counted, so neither is taken as known
        if Stability::new(&setting.unknown, &now).unwrap().chi_square.unwrap().p < level {
            found.unknowns.get_or_insert(end);
        }
        let done = |a: &Option<usize>| a.is_some();
        if done(&found.everybody) && done(&found.by_population) && done(&found.scores) && done(&found.unknowns) {
            break;
        }
    }
    found
}

/// Median over repeats; silence is longer than anything.
fn median(mut values: Vec<Option<usize>>) -> Option<usize> {
    values.sort_by_key(|v| v.unwrap_or(usize::MAX));
    values[values.len() / 2]
}

fn cell(alarm: Option<usize>, wait: f64) -> String {
    match alarm {
        None => "silent for ten years".into(),
        Some(n) => format!("{n} ({:.1} months)", n as f64 / YEAR * 12.0 + wait),
    }
}

fn table() -> String {
    let setting = setting();
    let mut lines = vec![
        "| fault | golden vectors | scores by month (PSI) | unknown answers by month | outcomes, everybody (CUSUM) | outcomes, by population (CUSUM) |"
            .to_owned(),
        "| --- | --- | --- | --- | --- | --- |".to_owned(),
    ];
    for (name, fault, golden) in [
        ("none", Fault::None, "silent"),
        ("two formulas swapped", Fault::Swapped, "before the first"),
        ("one coefficient a tenth", Fault::Coefficient, "before the first"),
        ("unknown scored as absent", Fault::UnknownAsAbsent, "silent: the formula is right"),
    ] {
        let runs: Vec<Alarms> = (0..REPEATS).map(|r| run(&setting, 100 + r, fault)).collect();
        let of = |f: fn(&Alarms) -> Option<usize>| median(runs.iter().map(f).collect());
        lines.push(format!(
            "| {name} | {golden} | {} | {} | {} | {} |",
            cell(of(|a| a.scores), 0.0),
            cell(of(|a| a.unknowns), 0.0),
            cell(of(|a| a.everybody), HORIZON_MONTHS),
            cell(of(|a| a.by_population), HORIZON_MONTHS),
        ));
    }
    lines.join("\n")
}

#[test]
fn the_table_of_the_page_is_what_the_replay_gives() {
    let page = include_str!("../../src/validation/replay.md");
    let table = table();
    assert!(page.contains(&table), "the page has another table than:\n{table}");
}

#[test]
fn a_chart_set_to_a_run_length_runs_that_long_while_the_risks_are_right() {
    let risks: Vec<f64> = (0..500).map(|i| assess(3, i, Fault::None).given).collect();
    for ratio in [2.0, 0.5] {
        let limit = limit_for(&risks, ratio, 2_000.0).unwrap();
        assert!((run_length(&risks, ratio, limit).unwrap() / 2_000.0 - 1.0).abs() < 1e-3);
        let runs = 600u64;
        let mut total = 0u64;
        for run in 0..runs {
            let mut chart = Cusum::new(ratio).unwrap();
            for i in 0.. {
                let u = |k: u64| uniform(0x9999_0000_0000 + run * 4_000_003 + 2 * i + k);
                let p = risks[(u(0) * 500.0) as usize];
                total += 1;
                if chart.push(p, u(1) < p) > limit {
                    break;
                }
            }
        }
        // run lengths are near exponential: the mean of 600 has a standard error of 4 %
        let mean = total as f64 / runs as f64;
        assert!((mean / 2_000.0 - 1.0).abs() < 0.16, "{ratio}: {mean}");
    }
}
