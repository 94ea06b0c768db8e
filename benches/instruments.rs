//! Scores a second of processor time: `cargo bench --bench instruments`.
//!
//! The static all-reoffending predictor has 24 terms, one of them a table of 24 offences; the dynamic one has 43.

#![allow(clippy::unwrap_used)] // a bench that cannot load has to fail

#[path = "support/cpu_time.rs"]
mod cpu_time;

use cpu_time::{CpuTime, on_one_thread};
use criterion::{Criterion, Throughput};
use pleegprofiel::risk::instrument::{Case, Instrument, Mode, bundled_files};
use std::hint::black_box;

/// The inputs of the instrument's own vectors that have a score.
fn cases(instrument: &Instrument) -> Vec<Case> {
    let text = bundled_files().find(|(id, _)| *id == instrument.id()).unwrap().1;
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    let set = file["golden"][0].to_string();
    let published = instrument.read_cases(&set).unwrap();
    // so many that one round is some milliseconds: the clock of processor time is coarse
    published.iter().cycle().take(20_000).cloned().collect()
}

fn scores(c: &mut Criterion<CpuTime>) {
    for id in ["all-reoffending-static", "all-reoffending-dynamic", "combined-serious-reoffending", "ovp"] {
        let instrument = Instrument::bundled(id).unwrap();
        let cases = cases(&instrument);
        let at = instrument.output_index("percent_2y").unwrap();
        let mut group = c.benchmark_group(id);
        group.throughput(Throughput::Elements(cases.len() as u64));
        let mut scorer = instrument.scorer(Mode::AsPublished);
        group.bench_function("score", |b| {
            b.iter(|| {
                for case in &cases {
                    black_box(scorer.number(black_box(case), at).unwrap());
                }
            });
        });
        group.bench_function("score with every term", |b| {
            b.iter(|| {
                for case in &cases {
                    let score = scorer.score(black_box(case)).unwrap();
                    black_box(score.number(at));
                    for part in score.parts() {
                        black_box(part);
                    }
                }
            });
        });
        group.bench_function("assessment to keep", |b| {
            b.iter(|| {
                for case in &cases {
                    black_box(instrument.assess(black_box(case), Mode::AsPublished).unwrap());
                }
            });
        });
    }
}

fn main() {
    on_one_thread(scores);
}
