//! Time of the engine of cells: families that tables do not have, standard errors beside the fit they belong
//! to, covariates of membership.
//!
//! Figures are CPU time of one thread.

mod support;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput};
use pleegprofiel::{Family, OutcomeSpec, Panel, Spec};
use std::hint::black_box;
use std::time::Duration;
use support::cpu_time::{CpuTime, on_one_thread};
use support::{Kind, cohort, sizes};

const PERSONS: [usize; 3] = [378, 10_000, 100_000];
const STARTS: usize = 8;

/// Four groups, quadratic, counts drawn from a ZIP model.
fn families(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("general_fit");
    slow(&mut group);
    for family in [Family::NegBin, Family::Zinb] {
        for n in sizes(&PERSONS).into_iter().filter(|&n| family == Family::NegBin || n <= 10_000) {
            let data = cohort(Kind { family: Family::Zip, exposure: false }, n);
            let options = Spec::counts(family).groups(4).degree(2).starts(STARTS);
            group.throughput(Throughput::Elements(n as u64));
            group.bench_function(BenchmarkId::new(family.key(), n), |b| b.iter(|| options.fit(black_box(&data))));
        }
    }
    group.finish();
}

/// A fit (which includes its information standard errors) and the sandwich on top of it.
fn errors(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("standard_errors");
    slow(&mut group);
    for exposure in [false, true] {
        let kind = Kind { family: Family::Zip, exposure };
        let data = cohort(kind, 1_000);
        let options = Spec::counts(Family::Zip).groups(4).degree(2);
        group.bench_function(format!("fit/{}", kind.name()), |b| b.iter(|| options.fit(black_box(&data))));
        let fit = options.fit(&data).expect("the cohort can be fitted");
        group.bench_function(format!("sandwich/{}", kind.name()), |b| b.iter(|| fit.robust(black_box(&data))));
    }
    group.finish();
}

/// ZIP with individual time at risk and a covariate of membership: standard errors included.
fn covariates(c: &mut Criterion<CpuTime>) {
    let mut group = c.benchmark_group("covariates");
    slow(&mut group);
    let data = cohort(Kind { family: Family::Zip, exposure: true }, 1_000);
    let x: Vec<f64> = (0..1_000).map(|i| f64::from(i % 7)).collect();
    let panel = Panel::from_cohort(&data).covariate("x", &x).expect("a covariate of the right length");
    let spec = Spec::new(3).outcome(OutcomeSpec::counts(Family::Zip).degree(2)).membership(["x"]).starts(STARTS);
    group.bench_function("zip-exposure/1000", |b| b.iter(|| spec.fit(black_box(&panel))));
    group.finish();
}

fn slow(group: &mut criterion::BenchmarkGroup<'_, CpuTime>) {
    group
        .sample_size(10)
        .sampling_mode(SamplingMode::Flat)
        .warm_up_time(Duration::from_millis(1))
        .measurement_time(Duration::from_secs(1));
}

fn main() {
    on_one_thread(|criterion| {
        families(criterion);
        errors(criterion);
        covariates(criterion);
    });
}
