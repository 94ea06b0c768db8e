//! `pleegprofiel drift`: a stream of assessments, watched.

use crate::args_validate::DriftArgs;
use crate::failure::Failure;
use crate::screen;
use crate::validate::read;
use pleegprofiel::validation::{
    ColumnKind, ColumnRequest, Cusum, Predictions, Stability, flat_cusum, flat_stability, limit_for,
};
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader};

/// Equal parts of the risks of the first assessments, for the index of stability.
const CELLS: usize = 10;

pub(crate) fn run(args: &DriftArgs) -> Result<(), Failure> {
    if args.flat { flat(args) } else { watch(args) }
}

fn request(args: &DriftArgs, numbers: &[(&str, ColumnKind)]) -> ColumnRequest {
    ColumnRequest {
        numbers: numbers.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect(),
        delimiter: Some(args.delimiter),
        ..ColumnRequest::default()
    }
}

/// A table of counts or of a sequence, told apart by its header.
fn flat(args: &DriftArgs) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::Output(format!("{} cannot be read: {e}", args.stream.display()));
    let mut header = String::new();
    BufReader::new(File::open(&args.stream).map_err(failed)?).read_line(&mut header).map_err(failed)?;
    let counts = header.trim().split(char::from(args.delimiter)).any(|c| c.trim() == "reference");
    let flat = if counts {
        let columns = [("points", ColumnKind::Score), ("reference", ColumnKind::Count), ("current", ColumnKind::Count)];
        let table = read(&args.stream, &request(args, &columns))?;
        flat_stability(&table.numbers[0], &table.numbers[1], &table.numbers[2], args.merge)?
    } else {
        let (p, y) = stream(args)?;
        flat_cusum(&Predictions::new(p, y)?)?
    };
    screen::print(&flat.to_json())
}

fn stream(args: &DriftArgs) -> Result<(Vec<f64>, Vec<bool>), Failure> {
    let columns = [(args.probability.as_str(), ColumnKind::Probability), (args.outcome.as_str(), ColumnKind::Outcome)];
    let table = read(&args.stream, &request(args, &columns))?;
    let mut numbers = table.numbers.into_iter();
    let p = numbers.next().unwrap_or_default();
    Ok((p, numbers.next().unwrap_or_default().into_iter().map(|v| v == 1.0).collect()))
}

#[derive(Serialize)]
struct Period {
    period: usize,
    people: usize,
    observed: f64,
    expected: f64,
    cusum_more: f64,
    cusum_fewer: f64,
    stability: f64,
    stability_p: f64,
    alarms: Vec<&'static str>,
}

/// Everything by period of equally many assessments.
fn watch(args: &DriftArgs) -> Result<(), Failure> {
    let (p, y) = stream(args)?;
    let size: usize = args.period.parse().map_err(|_| {
        Failure::Usage(format!(
            "--period {} is not a number of assessments; calendar periods are not there yet",
            args.period
        ))
    })?;
    let first = args.reference.min(p.len());
    if size == 0 || first < 2 * CELLS || p.len() < first + size {
        return Err(Failure::Usage(format!(
            "{} assessments are too few for a reference of {} and periods of {size}; a reference needs at least {}",
            p.len(),
            args.reference,
            2 * CELLS
        )));
    }
    let limits = [2.0, 0.5].map(|r| limit_for(&p[..first], r, args.false_alarm_every));
    let [more, fewer] = limits;
    let (more, fewer) = (more?, fewer?);
    let mut charts = [Cusum::new(2.0)?, Cusum::new(0.5)?];
    let cuts = cuts(&p[..first]);
    let before = counts(&p[..first], &cuts);
    let level = (size as f64 / args.false_alarm_every).min(0.05);
    let mut periods = Vec::new();
    for (k, (p, y)) in p[first..].chunks_exact(size).zip(y[first..].chunks_exact(size)).enumerate() {
        let mut alarms = Vec::new();
        for (&p, &y) in p.iter().zip(y) {
            for (chart, (limit, name)) in charts.iter_mut().zip([(more, "more outcomes"), (fewer, "fewer outcomes")]) {
                if chart.push(p, y) > limit {
                    if !alarms.contains(&name) {
                        alarms.push(name);
                    }
                    chart.reset();
                }
            }
        }
        let stability = Stability::new(&before, &counts(p, &cuts))?;
        if stability.psi_p < level {
            alarms.push("scores moved");
        }
        periods.push(Period {
            period: k + 1,
            people: size,
            observed: y.iter().filter(|y| **y).count() as f64 / size as f64,
            expected: p.iter().sum::<f64>() / size as f64,
            cusum_more: charts[0].value(),
            cusum_fewer: charts[1].value(),
            stability: stability.psi_half_added,
            stability_p: stability.psi_p,
            alarms,
        });
    }
    if args.json {
        let lines: Result<Vec<String>, _> = periods.iter().map(serde_json::to_string).collect();
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let header = ["period", "people", "observed", "expected", "CUSUM more", "fewer", "PSI", "p", "alarms"];
    let rows: Vec<Vec<String>> = periods
        .iter()
        .map(|q| {
            let n = |v: f64| format!("{v:.3}");
            vec![
                q.period.to_string(),
                q.people.to_string(),
                n(q.observed),
                n(q.expected),
                n(q.cusum_more),
                n(q.cusum_fewer),
                n(q.stability),
                n(q.stability_p),
                q.alarms.join(", "),
            ]
        })
        .collect();
    let left = (p.len() - first) % size;
    let notes = [
        format!(
            "CUSUM limits {more:.2} (odds doubled) and {fewer:.2} (halved): each fires once in {} assessments while the risks are right; after an alarm a chart begins again.",
            args.false_alarm_every
        ),
        format!(
            "PSI against the first {first} assessments, a half added to every count; p is the chance of as much without change, an alarm below {level:.4}."
        ),
        format!("{left} assessments at the end fill no period and are not shown."),
    ];
    screen::print(&screen::grid(&header, &rows, &notes))
}

/// Upper ends of equal parts of the risks, without those that stand twice.
fn cuts(p: &[f64]) -> Vec<f64> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..CELLS).map(|k| sorted[k * sorted.len() / CELLS]).collect();
    cuts.dedup();
    cuts
}

fn counts(p: &[f64], cuts: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; cuts.len() + 1];
    for p in p {
        out[cuts.partition_point(|c| c < p)] += 1.0;
    }
    out
}
