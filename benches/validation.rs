//! Validation of many predictions: `cargo bench --bench validation --features csv`.
//!
//! Half a million people and twice as many, so that the cost by size can be read off; risks all different, or of 40
//! values as a points score gives them.

#![allow(clippy::unwrap_used)] // a bench that cannot compute has to fail

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use pleegprofiel::validation::{ColumnKind, ColumnRequest, Predictions, Validation, read_columns};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::fmt::Write;
use std::hint::black_box;

const SIZES: [usize; 2] = [500_000, 1_000_000];

fn people(n: usize, values: Option<u32>) -> Predictions {
    let mut rng = ChaCha8Rng::seed_from_u64(13);
    let risk = |u: f64| values.map_or(u, |v| (u * f64::from(v)).floor() / f64::from(v) + 0.01);
    let p: Vec<f64> = (0..n).map(|_| risk(rng.r#gen::<f64>()) * 0.9 + 0.05).collect();
    let y = p.iter().map(|&p| rng.r#gen::<f64>() < p).collect();
    Predictions::new(p, y).unwrap()
}

fn figures(c: &mut Criterion) {
    let mut group = c.benchmark_group("validation");
    group.sample_size(10);
    for n in SIZES {
        group.throughput(Throughput::Elements(n as u64));
        for (name, values) in [("all different", None), ("40 values", Some(40))] {
            let people = people(n, values);
            group.bench_function(BenchmarkId::new(format!("AUC, calibration, Brier, tenths: {name}"), n), |b| {
                b.iter(|| {
                    let v = Validation::new(black_box(&people));
                    black_box((v.auc().unwrap(), v.recalibration(), v.brier(), v.risk_groups()))
                });
            });
        }
        let mut text = String::from("p,y\n");
        let drawn = people(n, None);
        for (p, y) in drawn.probabilities().iter().zip(drawn.outcomes()) {
            writeln!(text, "{p:.6},{}", u8::from(*y)).unwrap();
        }
        let request = ColumnRequest {
            numbers: vec![("y".into(), ColumnKind::Outcome), ("p".into(), ColumnKind::Probability)],
            ..ColumnRequest::default()
        };
        group.bench_function(BenchmarkId::new("reading a table", n), |b| {
            b.iter(|| read_columns(black_box(text.as_bytes()), "p.csv", &request).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, figures);
criterion_main!(benches);
