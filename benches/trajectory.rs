//! Time of one pass over a cohort and of a whole fit, per person: flat when cost is linear.
//!
//! Figures are CPU time of one thread. `cargo bench --bench trajectory e_step` runs the passes only.

mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use pleegprofiel::Spec;
use std::cell::LazyCell;
use std::hint::black_box;
use std::time::Duration;
use support::cpu_time::{CpuTime, on_one_thread};
use support::{KINDS, cohort, sizes, truth};

const PERSONS: [usize; 4] = [378, 10_000, 100_000, 1_000_000];
/// A zero-inflated fit with individual time at risk evaluates every cell: minutes at a million persons.
const PERSONS_AT_RISK: usize = 100_000;

/// `log_likelihood` is exactly one pass: tables, posterior probabilities, weighted sums.
fn e_step(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("e_step");
    for kind in KINDS {
        for n in sizes(&PERSONS) {
            let data = LazyCell::new(|| (cohort(kind, n), truth(kind.family)));
            group
                .throughput(Throughput::Elements(n as u64))
                .sample_size(if n < 100_000 { 50 } else { 10 })
                .warm_up_time(Duration::from_millis(500))
                .measurement_time(Duration::from_secs(3))
                .sampling_mode(if n < 100_000 { SamplingMode::Auto } else { SamplingMode::Flat });
            group.bench_function(BenchmarkId::new(kind.name(), n), |b| {
                let (cohort, model) = &*data;
                b.iter(|| model.log_likelihood(black_box(cohort)));
            });
        }
    }
    group.finish();
}

/// Four groups, quadratic, default number of starts.
fn fit(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("fit");
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_secs(1));
    for kind in KINDS {
        let slow = kind.exposure && kind.family != pleegprofiel::Family::Poisson;
        for n in sizes(&PERSONS).into_iter().filter(|&n| !slow || n <= PERSONS_AT_RISK) {
            let data = LazyCell::new(|| cohort(kind, n));
            let options = Spec::counts(kind.family).groups(4).degree(2);
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(kind.name(), n), |b| {
                let cohort = &*data;
                b.iter(|| options.fit(black_box(cohort)));
            });
        }
    }
    group.finish();
}

fn main() {
    on_one_thread(|criterion| {
        e_step(criterion);
        fit(criterion);
    });
}
