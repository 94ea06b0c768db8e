//! Times a validation of ten million predictions held in memory; prints seconds by part and the peak of memory.
//!
//! `cargo run --release --example time_validation -- 10000000`

use pleegprofiel::validation::{Predictions, ProtectedAttribute, Validation, by_group};
use std::time::Instant;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), pleegprofiel::Error> {
    let n: u64 = std::env::args().nth(1).and_then(|a| a.parse().ok()).unwrap_or(10_000_000);
    // splitmix64, so that the same people come out everywhere
    let mix = |i: u64| {
        let mut z = i.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) as f64 / u64::MAX as f64
    };
    let p: Vec<f64> = (0..n).map(|i| 0.02 + 0.96 * mix(3 * i) * mix(3 * i + 1)).collect();
    let y: Vec<bool> = (0..n).map(|i| mix(3 * i + 2) < p[i as usize]).collect();
    let names: Vec<String> = (0..10).map(|g| format!("g{g}")).collect();
    let group = ProtectedAttribute::new("group", (0..n).map(|i| Some(names[(i % 10) as usize].as_str())))?;
    let people = Predictions::new(p, y)?;
    let all = Instant::now();
    let mut last = all;
    let mut lap = |what: &str| {
        println!("{what:<28}{:>8.2} s", last.elapsed().as_secs_f64());
        last = Instant::now();
    };
    let v = Validation::new(&people);
    lap("in order");
    let auc = v.auc();
    lap("AUC with variance");
    let recal = v.recalibration();
    lap("intercept and slope");
    let brier = v.brier();
    lap("Brier");
    let mean = v.mean_calibration();
    let groups = v.risk_groups();
    lap("observed beside expected");
    drop(v);
    let by = by_group(&people, &group, 0.3)?;
    lap("ten groups");
    println!("{:<28}{:>8.2} s", "all", all.elapsed().as_secs_f64());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    println!("{peak}");
    let area = auc.map(|a| (a.area, a.delong.map(|d| d.se)));
    println!("{area:?} {:?} {} {} {} {}", recal.slope, brier.value, mean.ratio, groups.len(), by.len());
    Ok(())
}
