//! Cleveland's lowess without robust steps: local lines, fitted at places a hundredth of the range apart and joined.
//!
//! # References
//! Cleveland (1979), Journal of the American Statistical Association 74, 829-836.

use super::super::runs::Run;

/// Part of the people each line is fitted to.
const SPAN: f64 = 2.0 / 3.0;
/// Between fitted places, as a part of the range.
const STEP: f64 = 0.01;
/// Distances up to this part of the width count in full, beyond its complement not at all.
const FLAT: f64 = 0.001;

/// The smooth at each run.
pub(crate) fn lowess(runs: &[Run]) -> Vec<f64> {
    let k = runs.len();
    if k == 0 {
        return Vec::new();
    }
    // people before each run; whole numbers
    let mut start = Vec::with_capacity(k + 1);
    start.push(0usize);
    for r in runs {
        start.push(start[start.len() - 1] + r.size() as usize);
    }
    let n = start[k];
    if n < 2 {
        return runs.iter().map(|r| r.case / r.size()).collect();
    }
    let within = ((SPAN * n as f64 + 1e-7) as usize).clamp(2, n);
    let range = runs[k - 1].value - runs[0].value;
    let delta = STEP * range;
    let run_of = |person: usize| start.partition_point(|&s| s <= person) - 1;
    let mut out = vec![0.0; k];
    let (mut left, mut right) = (0usize, within - 1);
    let (mut at, mut last): (usize, Option<usize>) = (0, None);
    loop {
        let x = runs[at].value;
        // the window moves up while the next person is nearer than the first
        while right + 1 < n {
            let (first, next) = (run_of(left), run_of(right + 1));
            if x - runs[first].value <= runs[next].value - x {
                break;
            }
            let step = (start[first + 1] - left).min(start[next + 1] - right - 1);
            left += step;
            right += step;
        }
        out[at] = line_at(runs, x, run_of(left), run_of(right), range).unwrap_or(runs[at].case / runs[at].size());
        if let Some(last) = last.filter(|&l| l + 1 < at) {
            let (x0, y0, y1) = (runs[last].value, out[last], out[at]);
            for j in last + 1..at {
                let part = (runs[j].value - x0) / (x - x0);
                out[j] = part * y1 + (1.0 - part) * y0;
            }
        }
        last = Some(at);
        if at + 1 >= k {
            return out;
        }
        let reach = at + 1 + runs[at + 1..].partition_point(|r| r.value <= x + delta);
        at = (at + 1).max(reach - 1);
    }
}

/// The local line at `x`, from the people of a window and those beyond it who are as near as its end.
///
/// When the window begins inside a run, that run is the farthest and has no weight, so runs count whole.
fn line_at(runs: &[Run], x: f64, left: usize, right: usize, range: f64) -> Option<f64> {
    let h = (x - runs[left].value).max(runs[right].value - x);
    let (none, full) = ((1.0 - FLAT) * h, FLAT * h);
    let inside = || {
        runs[left..].iter().take_while(|r| r.value <= x || r.value - x <= none).filter_map(|r| {
            let d = (r.value - x).abs();
            if d > none {
                return None;
            }
            let kernel = if d > full { (1.0 - (d / h).powi(3)).powi(3) } else { 1.0 };
            Some((r.value, kernel * r.size(), kernel * r.case))
        })
    };
    let (total, first) = inside().fold((0.0, 0.0), |(w, m), t| (w + t.1, m + t.1 * t.0));
    if total <= 0.0 {
        return None;
    }
    let mean = first / total;
    let spread = inside().map(|t| t.1 * (t.0 - mean) * (t.0 - mean)).sum::<f64>() / total;
    let tilt = if h > 0.0 && spread.sqrt() > FLAT * range { (x - mean) / spread } else { 0.0 };
    Some(inside().map(|(v, _, y)| (1.0 + tilt * (v - mean)) * y).sum::<f64>() / total)
}
