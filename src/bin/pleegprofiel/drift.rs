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
        let stream = stream(args)?;
        flat_cusum(&Predictions::new(stream.p, stream.y)?)?
    };
    screen::print(&flat.to_json())
}

/// A stream in order of time.
struct Stream {
    p: Vec<f64>,
    y: Vec<bool>,
    /// Dates, when there is a column of them.
    dates: Vec<String>,
    /// What is watched by share: name, and whether each assessment counts.
    shares: Vec<(String, Vec<bool>)>,
}

fn stream(args: &DriftArgs) -> Result<Stream, Failure> {
    let columns = [(args.probability.as_str(), ColumnKind::Probability), (args.outcome.as_str(), ColumnKind::Outcome)];
    let mut request = request(args, &columns);
    request.texts.extend(args.date.iter().chain(&args.answer).chain(&args.r#override).cloned());
    let table = read(&args.stream, &request)?;
    let (mut numbers, mut texts) = (table.numbers.into_iter(), table.texts.into_iter());
    let p = numbers.next().unwrap_or_default();
    let y = numbers.next().unwrap_or_default().into_iter().map(|v| v == 1.0).collect();
    let dates = args.date.as_ref().and_then(|_| texts.next()).unwrap_or_default();
    let unknown = |t: &String| t.is_empty() || t == "NA" || t == "unknown";
    let mut shares: Vec<(String, Vec<bool>)> = args
        .answer
        .iter()
        .map(|name| (format!("{name} unknown"), texts.next().unwrap_or_default().iter().map(unknown).collect()))
        .collect();
    if let (Some(name), Some(column)) = (&args.r#override, texts.next()) {
        if let Some(row) = column.iter().position(|t| t != "0" && t != "1") {
            return Err(Failure::Usage(format!(
                "{}, row {}, column {name}: {} is not 0 or 1",
                args.stream.display(),
                row + 2,
                column[row]
            )));
        }
        shares.push(("overrides".into(), column.iter().map(|t| t == "1").collect()));
    }
    Ok(Stream { p, y, dates, shares })
}

/// Name of the period of each date; `None` when it is no date.
fn period_of(date: &str, length: &str) -> Option<String> {
    let mut parts = date.split('-');
    let (year, month) = (parts.next()?, parts.next()?);
    let number: u32 = month.parse().ok().filter(|m| (1..=12).contains(m) && month.len() == 2)?;
    year.parse::<u16>().ok().filter(|_| year.len() == 4)?;
    let day = parts.next().is_none_or(|d| d.len() == 2 && d.parse().is_ok_and(|d: u32| (1..=31).contains(&d)));
    if !day || parts.next().is_some() {
        return None;
    }
    match length {
        "month" => Some(format!("{year}-{month}")),
        "quarter" => Some(format!("{year} Q{}", number.div_ceil(3))),
        _ => Some(year.to_owned()),
    }
}

/// Periods after the first `first` assessments: name, from, to.
fn periods(args: &DriftArgs, stream: &Stream, first: usize) -> Result<Vec<(String, usize, usize)>, Failure> {
    let n = stream.p.len();
    if !["month", "quarter", "year"].contains(&args.period.as_str()) {
        let size: usize = args.period.parse().ok().filter(|s| *s > 0).ok_or_else(|| {
            Failure::Usage(format!("--period {} is not month, quarter, year or a number of assessments", args.period))
        })?;
        return Ok((0..(n - first) / size)
            .map(|k| ((k + 1).to_string(), first + k * size, first + (k + 1) * size))
            .collect());
    }
    if stream.dates.is_empty() {
        return Err(Failure::Usage(format!("--period {} needs --date, the column of dates", args.period)));
    }
    let mut out: Vec<(String, usize, usize)> = Vec::new();
    for (i, date) in stream.dates.iter().enumerate() {
        let place =
            || format!("{}, row {}, column {}", args.stream.display(), i + 2, args.date.as_deref().unwrap_or(""));
        let name = period_of(date, &args.period)
            .ok_or_else(|| Failure::Usage(format!("{}: {date} is not a date yyyy-mm-dd or yyyy-mm", place())))?;
        if i > 0 && *date < stream.dates[i - 1] {
            return Err(Failure::Usage(format!("{}: {date} comes before the row above; sort by date", place())));
        }
        match out.last_mut() {
            Some(last) if last.0 == name => last.2 = i + 1,
            _ => out.push((name, i, i + 1)),
        }
    }
    // a period that began within the reference is not whole
    out.retain(|p| p.1 >= first);
    Ok(out)
}

#[derive(Serialize)]
struct Period {
    period: String,
    people: usize,
    observed: f64,
    expected: f64,
    cusum_more: f64,
    cusum_fewer: f64,
    stability: f64,
    stability_p: f64,
    alarms: Vec<String>,
}

/// Everything by period.
fn watch(args: &DriftArgs) -> Result<(), Failure> {
    let stream = stream(args)?;
    let (p, y) = (&stream.p, &stream.y);
    let first = args.reference.min(p.len());
    let spans = if first < 2 * CELLS { Vec::new() } else { periods(args, &stream, first)? };
    if spans.is_empty() {
        return Err(Failure::Usage(format!(
            "{} assessments are too few for a reference of {} (at least {}) and a period of {} after it",
            p.len(),
            args.reference,
            2 * CELLS,
            args.period
        )));
    }
    let more = limit_for(&p[..first], 2.0, args.false_alarm_every)?;
    let fewer = limit_for(&p[..first], 0.5, args.false_alarm_every)?;
    let mut charts = [Cusum::new(2.0)?, Cusum::new(0.5)?];
    let cuts = cuts(&p[..first]);
    let before = counts(&p[..first], &cuts);
    let mut rows = Vec::new();
    for (name, from, to) in &spans {
        let (from, to) = (*from, *to);
        let size = to - from;
        let level = (size as f64 / args.false_alarm_every).min(0.05);
        let mut alarms: Vec<String> = Vec::new();
        for (&p, &y) in p[from..to].iter().zip(&y[from..to]) {
            for (chart, (limit, name)) in charts.iter_mut().zip([(more, "more outcomes"), (fewer, "fewer outcomes")]) {
                if chart.push(p, y) > limit {
                    if !alarms.iter().any(|a| a == name) {
                        alarms.push(name.to_owned());
                    }
                    chart.reset();
                }
            }
        }
        let stability = Stability::new(&before, &counts(&p[from..to], &cuts))?;
        if stability.psi_p < level {
            alarms.push("scores moved".into());
        }
        for (name, counted) in &stream.shares {
            let count = |part: &[bool]| {
                let yes = part.iter().filter(|c| **c).count();
                [yes as f64, (part.len() - yes) as f64]
            };
            let (a, b) = (count(&counted[..first]), count(&counted[from..to]));
            if Stability::new(&a, &b)?.chi_square.is_ok_and(|t| t.p < level) {
                alarms.push(format!(
                    "{name}: {:.1} % was {:.1} %",
                    100.0 * b[0] / size as f64,
                    100.0 * a[0] / first as f64
                ));
            }
        }
        rows.push(Period {
            period: name.clone(),
            people: size,
            observed: y[from..to].iter().filter(|y| **y).count() as f64 / size as f64,
            expected: p[from..to].iter().sum::<f64>() / size as f64,
            cusum_more: charts[0].value(),
            cusum_fewer: charts[1].value(),
            stability: stability.psi_half_added,
            stability_p: stability.psi_p,
            alarms,
        });
    }
    if args.json {
        let lines: Result<Vec<String>, _> = rows.iter().map(serde_json::to_string).collect();
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let seen: usize = rows.iter().map(|r| r.people).sum();
    let notes = [
        format!(
            "CUSUM limits {more:.2} (odds doubled) and {fewer:.2} (halved): each fires once in {} assessments while the risks are right; after an alarm a chart begins again.",
            args.false_alarm_every
        ),
        format!(
            "PSI against the first {first} assessments, a half added to every count; p is the chance of as much without change. Scores and shares alarm at a p below people / {} (at most 0.05): once in as many assessments.",
            args.false_alarm_every
        ),
        format!("{} assessments after the reference are in no whole period and are not shown.", p.len() - first - seen),
    ];
    let header = ["period", "people", "observed", "expected", "CUSUM more", "fewer", "PSI", "p", "alarms"];
    let n = |v: f64| format!("{v:.3}");
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|q| {
            vec![
                q.period.clone(),
                q.people.to_string(),
                n(q.observed),
                n(q.expected),
                n(q.cusum_more),
                n(q.cusum_fewer),
                n(q.stability),
                n(q.stability_p),
                q.alarms.join("; "),
            ]
        })
        .collect();
    screen::print(&screen::grid(&header, &cells, &notes))
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
