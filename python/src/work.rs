//! Long work: the interpreter is free meanwhile, Ctrl-C ends it, and progress is told.

use crate::errors;
use pleegprofiel::{Error, Family};
use pyo3::prelude::*;
use pyo3::types::PyBool;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Between two looks at signals and progress: a key pressed is felt at once, and an idle look costs microseconds.
const PAUSE: Duration = Duration::from_millis(20);

/// Stack of the thread that works: that of a main thread.
const STACK: usize = 8 << 20;

/// What long work is told with: (done, total), and whether it may go on.
pub(crate) type Tick<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// Does `work` on a thread of its own with the interpreter released. `progress` is called as `progress(done, total)`
/// when something was done since; what it raises ends the work and is raised here, and so does Ctrl-C; when it returns
/// False the work ends as `Cancelled`.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(Tick<'_>) -> Result<T, Error> + Send,
) -> PyResult<T> {
    if let Some(progress) = progress.filter(|progress| !progress.is_callable()) {
        let shown = progress.repr()?.to_string();
        return Err(errors::options(
            py,
            format!("progress={shown:.40} cannot be called: progress(done, total) is needed"),
        ));
    }
    let (stop, done, total) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    let tick = |now: usize, of: usize| {
        done.store(now, Ordering::Relaxed);
        total.store(of, Ordering::Relaxed);
        !stop.load(Ordering::Relaxed)
    };
    let mut raised: Option<PyErr> = None;
    let mut told = (0, 0);
    let mut tell = |raised: &mut Option<PyErr>| {
        if raised.is_some() {
            return;
        }
        if let Err(signal) = py.check_signals() {
            *raised = Some(signal);
        }
        let (now, of) = (done.load(Ordering::Relaxed), total.load(Ordering::Relaxed));
        // threads tell in any order: of one piece of work never less than before
        let more = now > 0 && (now, of) != told && (of != told.1 || now > told.0);
        if let Some(progress) = progress.filter(|_| raised.is_none() && more) {
            told = (now, of);
            match progress.call1((now, of)) {
                Ok(answer) if answer.cast::<PyBool>().is_ok_and(|go_on| !go_on.is_true()) => {
                    stop.store(true, Ordering::Relaxed);
                }
                Ok(_) => {}
                Err(error) => *raised = Some(error),
            }
        }
        if raised.is_some() {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let outcome = std::thread::scope(|scope| {
        let (send, receive) = sync_channel(1);
        let receive = Mutex::new(receive);
        let tick = &tick;
        let worker =
            std::thread::Builder::new().name("pleegprofiel".into()).stack_size(STACK).spawn_scoped(scope, move || {
                // nobody waits any more when this fails
                let _ = send.send(work(tick));
            });
        let worker = match worker {
            Ok(worker) => worker,
            Err(cause) => return Err(errors::options(py, format!("a thread cannot be started: {cause}"))),
        };
        loop {
            let next = py.detach(|| match receive.lock() {
                Ok(receive) => receive.recv_timeout(PAUSE),
                Err(_) => Err(RecvTimeoutError::Disconnected),
            });
            match next {
                Ok(outcome) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) => tell(&mut raised),
                Err(RecvTimeoutError::Disconnected) => {
                    if let Err(panic) = py.detach(|| worker.join()) {
                        std::panic::resume_unwind(panic);
                    }
                    return Err(errors::options(py, "the work ended without an answer"));
                }
            }
        }
    })?;
    if raised.is_none() {
        tell(&mut raised);
    }
    match (raised, outcome) {
        // what was finished when the key was pressed is not thrown away, but the key was pressed
        (Some(raised), _) => Err(raised),
        (None, outcome) => outcome.map_err(|error| errors::exception(py, &error)),
    }
}

/// A whole number of an option, between two limits.
pub(crate) fn whole(value: &Bound<'_, PyAny>, name: &str, low: u64, high: u64) -> PyResult<u64> {
    let py = value.py();
    let number = match value.is_instance_of::<PyBool>() {
        true => None,
        false => value.call_method0("__index__").ok(),
    };
    let Some(number) = number else {
        let shown = value.repr()?.to_string();
        return Err(errors::options(py, format!("{name}={shown:.40} is not a whole number")));
    };
    match number.extract::<u64>() {
        Ok(number) if (low..=high).contains(&number) => Ok(number),
        _ => Err(errors::options(py, format!("{name}={:.40} is not {low} to {high}", number.str()?.to_string()))),
    }
}

/// One whole number or a list of them, such as degrees.
pub(crate) fn wholes(value: &Bound<'_, PyAny>, name: &str, low: u64, high: u64) -> PyResult<Vec<usize>> {
    if value.hasattr("__index__")? {
        return Ok(vec![whole(value, name, low, high)? as usize]);
    }
    let Ok(list) = value.try_iter() else {
        return Err(errors::options(value.py(), format!("{name} is neither a whole number nor a list of them")));
    };
    list.map(|one| Ok(whole(&one?, name, low, high)? as usize)).collect()
}

/// The number of threads, if it was given.
pub(crate) fn threads(value: Option<&Bound<'_, PyAny>>) -> PyResult<Option<usize>> {
    value.map(|value| Ok(whole(value, "threads", 1, 1024)? as usize)).transpose()
}

/// A family by its key.
pub(crate) fn family(py: Python<'_>, name: &str) -> PyResult<Family> {
    let written = name.trim().to_lowercase().replace('_', "-");
    let known: Vec<Family> = Family::ALL.into_iter().filter(|f| f.counts_events() || *f == Family::Bernoulli).collect();
    known.iter().copied().find(|family| family.key() == written).ok_or_else(|| {
        let keys: Vec<&str> = known.iter().map(|family| family.key()).collect();
        errors::options(py, format!("{name:?} is not a family of counts: {}", keys.join(", ")))
    })
}
