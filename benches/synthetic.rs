//! Time to draw synthetic people, per person, on all threads.

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use pleegprofiel::{reference_model, synthetic::SyntheticCohort};
use std::hint::black_box;
use std::time::Duration;

fn careers(c: &mut Criterion) {
    let cohort = SyntheticCohort::new(reference_model().career_model(), 1).expect("the shipped model draws careers");
    let mut group = c.benchmark_group("synthetic");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for n in [10_000_u64, 100_000] {
        group.throughput(Throughput::Elements(n));
        group.bench_function(BenchmarkId::new("careers", n), |b| {
            b.iter(|| {
                let mut offences = 0;
                let counted = cohort.for_each_chunk(0..n, |people| {
                    offences += people.iter().map(|p| p.career.offences().len()).sum::<usize>();
                    Ok(())
                });
                black_box((counted, offences))
            });
        });
        #[cfg(feature = "csv")]
        group.bench_function(BenchmarkId::new("tables", n), |b| {
            b.iter(|| cohort.write_tables(0..black_box(n), &mut std::array::from_fn(|_| std::io::sink())));
        });
    }
    group.finish();
}

criterion_group!(benches, careers);
criterion_main!(benches);
