//! Classifications and explanations a second, of complete 28-year histories: elapsed time on all threads. And the time
//! one person takes who was in custody or out of view at ages of their own, everyone at others: processor time of one
//! thread.

mod support;

use criterion::{Criterion, SamplingMode, Throughput};
use pleegprofiel::{Classifier, Definitions, Family, PersonRow, name_model, ndarray::ArrayView1};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::hint::black_box;
use std::time::Duration;
use support::cpu_time::{CpuTime, on_one_thread};
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

/// Counts and time at risk.
type Record = (Vec<Option<u32>>, Vec<f64>);

fn row((counts, exposure): &Record) -> PersonRow<'_> {
    PersonRow { exposure: Some(exposure), ..PersonRow::new(counts) }
}

/// Records with individual time at risk at a third of the ages or at every one, a gap of up to four years in every second,
/// and an end at any age from 18 on; all have an offence.
fn interrupted(people: usize, every_age: bool) -> Vec<Record> {
    let (counts, exposure) = matrices(KINDS[2], people);
    let exposure = exposure.expect("this kind has individual time at risk");
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let one = |(i, (counts, exposure)): (usize, (ArrayView1<'_, u32>, ArrayView1<'_, f64>))| {
        let end = rng.gen_range(7..=counts.len());
        let from = rng.gen_range(0..end);
        let gap = if i % 2 == 0 { from..from + rng.gen_range(1..5) } else { 0..0 };
        let at_risk = exposure.iter().map(|e| if every_age && *e == 1.0 { rng.gen_range(0.3..1.0) } else { *e });
        let at_risk = at_risk.collect();
        let seen = counts.iter().enumerate().map(|(t, y)| (t < end && !gap.contains(&t)).then_some(*y)).collect();
        (seen, at_risk)
    };
    let records = counts.rows().into_iter().zip(exposure.rows()).enumerate().map(one);
    records.filter(|(counts, _): &Record| counts.iter().flatten().any(|y| *y > 0)).collect()
}

fn interrupted_records(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("classify-interrupted");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_secs(3));
    for (family, every_age) in [(Family::Poisson, false), (Family::Poisson, true), (Family::Zip, false)] {
        let records = interrupted(800, every_age);
        let model = truth(family);
        let naming = name_model(&model, &Definitions::default()).expect("the curves are those of people");
        let classifier = Classifier::new(model, naming).expect("the groups have profiles");
        let name = if every_age { format!("{family}-every-age") } else { family.to_string() };
        group.throughput(Throughput::Elements(records.len() as u64));
        group.bench_function(format!("{name}/posterior-and-profile"), |b| {
            let mut posterior = [0.0; 4];
            let mut one = |record: &Record| {
                let placed = classifier.place(row(black_box(record)), &mut posterior);
                usize::from(placed.is_ok_and(|placed| placed.profile.is_some()))
            };
            b.iter(|| records.iter().map(&mut one).sum::<usize>());
        });
        group.bench_function(format!("{name}/everything"), |b| {
            let one = |record: &Record| {
                let answer = classifier.classify(row(black_box(record)));
                usize::from(answer.is_ok_and(|answer| black_box(answer).profile().is_some()))
            };
            b.iter(|| records.iter().map(one).sum::<usize>());
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    classify(&mut criterion);
    on_one_thread(interrupted_records);
    criterion.final_summary();
}
