//! Classifications and explanations a second, of complete 28-year histories: elapsed time on all threads.

#[allow(dead_code)] // elapsed time, not that of one thread
mod support;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pleegprofiel::{Classifier, Definitions, Family, PersonRow, name_model};
use rayon::prelude::*;
use std::hint::black_box;
use std::time::Duration;
use support::{KINDS, matrices, truth};

/// People of one measurement; only those with an offence can be classified.
const PEOPLE: usize = 100_000;

fn classify(c: &mut Criterion) {
    let (counts, _) = matrices(KINDS[0], PEOPLE);
    let rows: Vec<Vec<Option<u32>>> = counts
        .rows()
        .into_iter()
        .filter(|row| row.iter().any(|y| *y > 0))
        .map(|row| row.iter().map(|y| Some(*y)).collect())
        .collect();
    let mut group = c.benchmark_group("classify");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for family in [Family::Poisson, Family::Zip] {
        let model = truth(family);
        let naming = name_model(&model, &Definitions::default()).expect("the curves are those of people");
        let classifier = Classifier::new(model, naming).expect("the groups have profiles");
        group.throughput(Throughput::Elements(rows.len() as u64));
        group.bench_function(format!("{family}/posterior-and-profile"), |b| {
            b.iter(|| {
                let placed = |chunk: &[Vec<Option<u32>>]| -> usize {
                    let mut posterior = [0.0; 4];
                    let one = |row: &Vec<Option<u32>>| {
                        let placed = classifier.place(PersonRow::new(black_box(row)), &mut posterior);
                        usize::from(placed.is_ok_and(|placed| placed.profile.is_some()))
                    };
                    chunk.iter().map(one).sum()
                };
                rows.par_chunks(1000).map(placed).sum::<usize>()
            });
        });
        group.bench_function(format!("{family}/explanation"), |b| {
            b.iter(|| {
                let explained = |row: &Vec<Option<u32>>| {
                    classifier.explain(PersonRow::new(black_box(row))).map_or(0, |e| black_box(e).path.len())
                };
                rows.par_chunks(1000).map(|chunk| chunk.iter().map(explained).sum::<usize>()).sum::<usize>()
            });
        });
        // an answer with forecast, sets and typicality
        group.throughput(Throughput::Elements(1000));
        group.bench_function(format!("{family}/everything"), |b| {
            b.iter(|| {
                let one = |row: &Vec<Option<u32>>| {
                    let answer = classifier.classify(PersonRow::new(black_box(&row[..])));
                    usize::from(answer.is_ok_and(|answer| black_box(answer).profile().is_some()))
                };
                rows[..1000].par_chunks(100).map(|chunk| chunk.iter().map(one).sum::<usize>()).sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, classify);
criterion_main!(benches);
