//! Time on the processor instead of time on the wall, so that other programs on the machine disturb less.

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use std::time::{Duration, Instant};

/// CPU time of the current thread, from the kernel's own account of it; elapsed time where there is none
/// (only Linux has it).
pub(crate) struct CpuTime {
    began: Instant,
    nanoseconds: WallTime,
}

impl CpuTime {
    pub(crate) fn new() -> Self {
        CpuTime { began: Instant::now(), nanoseconds: WallTime }
    }

    fn now(&self) -> Duration {
        let used = || {
            let account = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
            account.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        };
        used().unwrap_or_else(|| self.began.elapsed())
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        self.now()
    }

    fn end(&self, start: Duration) -> Duration {
        self.now().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        self.nanoseconds.formatter()
    }
}

/// Runs benchmarks on a single thread, which is the one that is measured.
///
/// # Panics
/// When the thread cannot be started.
pub(crate) fn on_one_thread(benchmarks: impl FnOnce(&mut criterion::Criterion<CpuTime>) + Send) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("one more thread can be started");
    pool.install(|| {
        let mut criterion = criterion::Criterion::default().with_measurement(CpuTime::new()).configure_from_args();
        benchmarks(&mut criterion);
        criterion.final_summary();
    });
}
