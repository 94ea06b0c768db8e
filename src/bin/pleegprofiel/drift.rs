//! `pleegprofiel drift`: a stream of assessments, watched.

use crate::args_validate::DriftArgs;
use crate::failure::Failure;
use crate::outputs::{self, Outputs};
use crate::predictions::{header_of, read, read_with_days};
use crate::screen;
use pleegprofiel::{
    report::DriftReport,
    validation::{
        ColumnKind, ColumnRequest, Drift, DriftAlarm, DriftOptions, Predictions, ShownDrift, ShownPeriod, flat_cusum,
        flat_stability,
    },
};
use serde::Serialize;
use std::io::Write;

/// Assessments that a reference has at least.
const FEWEST: usize = 20;

pub(crate) fn run(args: &DriftArgs) -> Result<(), Failure> {
    if args.flat { flat(args) } else { watch(args) }
}

fn request(numbers: &[(&str, ColumnKind)]) -> ColumnRequest {
    ColumnRequest { numbers: numbers.iter().map(|(n, k)| ((*n).to_owned(), *k)).collect(), ..ColumnRequest::default() }
}

/// A table of counts or of a sequence, told apart by its header.
fn flat(args: &DriftArgs) -> Result<(), Failure> {
    let options = args.values.options();
    let counts = header_of(&args.stream, &options)?.iter().any(|name| name == "reference");
    let flat = if counts {
        let columns = [("points", ColumnKind::Score), ("reference", ColumnKind::Count), ("current", ColumnKind::Count)];
        let table = read(&args.stream, &options, &request(&columns))?;
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
    /// Where these stand in the file.
    rows: Vec<u64>,
    /// What is watched by share: name, and whether each assessment counts.
    shares: Vec<(String, Vec<bool>)>,
}

fn stream(args: &DriftArgs) -> Result<Stream, Failure> {
    let mut columns =
        vec![(args.probability.as_str(), ColumnKind::Probability), (args.outcome.as_str(), ColumnKind::Outcome)];
    columns.extend(args.r#override.iter().map(|name| (name.as_str(), ColumnKind::Mark)));
    let mut request = request(&columns);
    request.texts.extend(args.date.iter().chain(&args.answer).cloned());
    request.drop_missing = args.outcomes_are.drop_missing;
    request.outcomes = args.outcomes_are.words()?;
    let mut options = args.values.options();
    if let Some(format) = &args.date_format {
        options = options.date_format(format.clone());
    }
    let table = read_with_days(&args.stream, &options, &request, args.date.as_deref())?;
    // only days are held against each other
    let days = if args.date.is_some() { table.numbers.first().map_or(0, Vec::len) } else { 0 };
    let rows = (0..days).map(|i| table.row_of(i)).collect();
    let left_out = table.missing;
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
    if args.r#override.is_some() {
        let column = numbers.next().unwrap_or_default();
        shares.push(("overrides".into(), column.iter().map(|mark| *mark == 1.0).collect()));
    }
    if left_out > 0 {
        let s = if left_out == 1 { "" } else { "s" };
        screen::note(&format!("{left_out} row{s} with a missing value left out, as asked for"));
    }
    Ok(Stream { p, y, dates, rows, shares })
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
        let place = || {
            format!("{}, row {}, column {}", args.stream.display(), stream.rows[i], args.date.as_deref().unwrap_or(""))
        };
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
    people: Option<usize>,
    observed: Option<f64>,
    expected: Option<f64>,
    cusum_more: Option<f64>,
    cusum_fewer: Option<f64>,
    stability: Option<f64>,
    stability_p: Option<f64>,
    alarms: Vec<String>,
}

/// Everything by period.
fn watch(args: &DriftArgs) -> Result<(), Failure> {
    if let Some(directory) = &args.out {
        outputs::check_directory(directory)?;
    }
    let stream = stream(args)?;
    let n = stream.p.len();
    let first = args.reference.min(n);
    let spans = if first < FEWEST { Vec::new() } else { periods(args, &stream, first)? };
    if spans.is_empty() {
        return Err(Failure::Usage(format!(
            "{n} assessments are too few for a reference of {} (at least {FEWEST}) and a period of {} after it",
            args.reference, args.period
        )));
    }
    let options = DriftOptions { reference: first, false_alarm_every: args.false_alarm_every };
    let drift = Drift::watch(&Predictions::new(stream.p, stream.y)?, &stream.shares, &spans, options)?;
    let seen: usize = drift.periods.iter().map(|p| p.people).sum();
    let report = DriftReport::new(&drift, n - first - seen, args.lang.into(), args.show_small_cells);
    if let Some(directory) = &args.out {
        let html = report.html()?;
        let mut files = Outputs::open(directory)?;
        files.add("report.html", |out| out.write_all(html.as_bytes()))?;
        files.publish()?;
    }
    if args.json {
        let shown = drift.shown(args.show_small_cells);
        if shown.hidden {
            screen::note(&"figures of fewer than 10 people are null (--show-small-cells shows them)");
        }
        let lines: Result<Vec<String>, _> =
            shown.periods.iter().map(|p| serde_json::to_string(&line(&drift, &shown, p))).collect();
        return screen::print(&lines.map_err(|e| Failure::Output(e.to_string()))?.join("\n"));
    }
    let table = report.table();
    let header: Vec<&str> = table.header.iter().map(String::as_str).collect();
    screen::print(&screen::grid(&header, &table.rows, &table.notes))
}

fn line(drift: &Drift, shown: &ShownDrift, period: &ShownPeriod) -> Period {
    let alarms = period.alarms.iter().map(|alarm| match alarm {
        DriftAlarm::MoreOutcomes => "more outcomes".to_owned(),
        DriftAlarm::FewerOutcomes => "fewer outcomes".to_owned(),
        DriftAlarm::ShareMoved(i) => {
            let name = &drift.shares[*i].0;
            match (period.shares[*i], shown.shares[*i]) {
                (Some(now), Some(was)) => format!("{name}: {:.1} % was {:.1} %", 100.0 * now, 100.0 * was),
                (Some(now), None) => format!("{name}: {:.1} %", 100.0 * now),
                (None, _) => format!("{name}: moved"),
            }
        }
        _ => "scores moved".to_owned(),
    });
    Period {
        period: period.name.clone(),
        people: period.people,
        observed: period.observed(),
        expected: period.expected,
        cusum_more: period.cusum.map(|charts| charts[0]),
        cusum_fewer: period.cusum.map(|charts| charts[1]),
        stability: period.stability.map(|index| index[0]),
        stability_p: period.stability.map(|index| index[1]),
        alarms: alarms.collect(),
    }
}
