//! Time to build a cohort from matrices and from CSV tables, per person: CPU time of one thread.

mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use pleegprofiel::Cohort;
use std::cell::LazyCell;
use std::hint::black_box;
use std::time::Duration;
use support::cpu_time::{CpuTime, on_one_thread};
use support::{KINDS, grid, matrices, sizes};

fn from_matrices(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("cohort");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for kind in KINDS {
        for n in sizes(&[378, 10_000, 100_000, 1_000_000]) {
            let data = LazyCell::new(|| matrices(kind, n));
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(kind.name(), n), |b| {
                let (counts, exposure) = &*data;
                b.iter(|| {
                    let exposure = exposure.as_ref().map(|e| e.view());
                    Cohort::from_matrices(grid(), black_box(counts.view()), exposure)
                });
            });
        }
    }
    group.finish();
}

#[cfg(feature = "csv")]
fn read_csv(c: &mut Criterion<CpuTime>) {
    use pleegprofiel::cohort::table::{TableOptions, TableSource, read_wide_with, write_wide, write_wide_exposure};
    let mut group = c.benchmark_group("read_csv");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(3));
    for kind in [KINDS[0], KINDS[2]] {
        for n in sizes(&[10_000, 100_000]) {
            let data = LazyCell::new(|| {
                let cohort = support::cohort(kind, n);
                let (mut counts, mut exposure) = (Vec::new(), Vec::new());
                write_wide(&cohort, &mut counts).expect("writing to memory does not fail");
                write_wide_exposure(&cohort, &mut exposure).expect("writing to memory does not fail");
                (counts, exposure)
            });
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(kind.name(), n), |b| {
                let (counts, exposure) = &*data;
                b.iter(|| {
                    let exposure = kind.exposure.then(|| TableSource::new("exposure", exposure.as_slice()));
                    read_wide_with(TableSource::new("counts", counts.as_slice()), exposure, &TableOptions::new())
                });
            });
        }
    }
    group.finish();
}

fn main() {
    on_one_thread(|criterion| {
        from_matrices(criterion);
        #[cfg(feature = "csv")]
        read_csv(criterion);
    });
}
