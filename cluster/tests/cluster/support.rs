//! Servers that end with their test, people, and answers without what differs from run to run.

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_pleegprofiel-cluster");

/// Longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(180);

/// Tests with servers run one after another: time-outs are short, and machines small.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A process that is killed when its test ends, however it ends.
pub(crate) struct Process {
    child: Child,
    /// What it said first.
    pub(crate) said: String,
}

impl Process {
    fn start(arguments: &[&str]) -> Process {
        let mut command = Command::new(BINARY);
        command.args(arguments).arg("--with-parent").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let mut said = String::new();
        let out = child.stdout.take().expect("its output is piped");
        BufReader::new(out).read_line(&mut said).expect("it says something");
        assert!(!said.is_empty(), "{arguments:?} ended without a word");
        Process { child, said }
    }

    /// Ends it as an operating system that has no memory left does.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn end(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
        until(LONG, "a server ends when asked", || self.child.try_wait().expect("it can be asked").is_some());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A scheduler with short time-outs.
pub(crate) fn scheduler(port: u16) -> (Process, String) {
    let port = port.to_string();
    let process = Process::start(&["scheduler", "--port", &port, "--executor-timeout", "6", "--keep-results", "2"]);
    let at = process.said.trim().strip_prefix("scheduler at ").expect("where it is").to_owned();
    (process, at)
}

/// An executor of one task at a time with its shuffle files in this folder.
pub(crate) fn executor(at: &str, work: &Path, more: &[&str]) -> Process {
    let work = work.to_str().expect("a path");
    let mut arguments = vec!["executor", "--at", at, "--work-dir", work, "--cores", "1", "--heartbeat", "1"];
    arguments.extend(more);
    Process::start(&arguments)
}

/// A scheduler with two executors, and the folders of their shuffle files.
pub(crate) struct Cluster {
    pub(crate) at: String,
    pub(crate) work: [TempDir; 2],
    pub(crate) executors: Vec<Process>,
    pub(crate) scheduler: Process,
}

pub(crate) fn cluster() -> Cluster {
    cluster_with(&[])
}

/// The same with more arguments to its executors.
pub(crate) fn cluster_with(more: &[&str]) -> Cluster {
    let (scheduler, at) = scheduler(0);
    let work = [folder(), folder()];
    let executors = work.iter().map(|work| executor(&at, work.path(), more)).collect();
    Cluster { at, work, executors, scheduler }
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Waits until something holds.
pub(crate) fn until(most: Duration, what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < most, "not within {most:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs the binary to its end, which it comes to in bounded time.
pub(crate) fn run(arguments: &[&str]) -> Output {
    client(arguments).output()
}

/// A client that runs.
pub(crate) struct Client {
    child: Option<Child>,
    arguments: String,
}

pub(crate) fn client(arguments: &[&str]) -> Client {
    let mut command = Command::new(BINARY);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Client { child: Some(command.spawn().expect("the binary runs")), arguments: arguments.join(" ") }
}

impl Client {
    pub(crate) fn runs(&mut self) -> bool {
        self.child.as_mut().expect("a child").try_wait().expect("it can be asked").is_none()
    }

    /// What a keyboard sends for Ctrl-C.
    pub(crate) fn interrupt(&self) {
        let id = self.child.as_ref().expect("a child").id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().expect("kill runs").success());
    }

    pub(crate) fn kill(mut self) {
        let mut child = self.child.take().expect("a child");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
    }

    pub(crate) fn output(mut self) -> Output {
        let mut child = self.child.take().expect("a child");
        // pipes are read while it runs, so that a long answer does not hold it up
        let (out, err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let read = |mut from: Box<dyn std::io::Read + Send>| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                from.read_to_end(&mut text).expect("read");
                text
            })
        };
        let (out, err) = (read(Box::new(out)), read(Box::new(err)));
        let started = Instant::now();
        let status = loop {
            match child.try_wait().expect("it can be asked") {
                Some(status) => break status,
                None if started.elapsed() > LONG => {
                    child.kill().expect("it can be killed");
                    panic!("not done within {LONG:?}: {}", self.arguments);
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        };
        Output { status, stdout: out.join().expect("read"), stderr: err.join().expect("read") }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// Draws people into a folder.
pub(crate) fn draw(folder: &Path, persons: u64, more: &[&str]) {
    let drawn = Command::new(env!("CARGO_BIN_EXE_draw-people"))
        .arg(folder)
        .arg(persons.to_string())
        .args(more)
        .status()
        .expect("it runs");
    assert!(drawn.success());
}

/// The fit of an answer: every number in it, as the shortest text that reads back to the same bits.
pub(crate) fn fit_of(output: &Output) -> String {
    let answer = answer_of(output);
    serde_json::to_string(&answer["fit"]).expect("JSON")
}

pub(crate) fn answer_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("an answer in JSON")
}

/// What a run that has to fail says.
pub(crate) fn refusal(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    text(&output.stderr)
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Jobs of which there are files below the work directories in a folder.
pub(crate) fn jobs(folder: &Path) -> Vec<String> {
    let job = |(path, _): (PathBuf, u64)| {
        let below = path.strip_prefix(folder).expect("in the folder");
        // the work directory, then the job
        below.iter().nth(1).map(|name| name.to_string_lossy().into_owned())
    };
    shuffle_files(folder).into_iter().filter_map(job).collect()
}

/// Files of jobs below the work directories in a folder, with their sizes.
pub(crate) fn shuffle_files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        // what is removed while it is looked at is not there
        for entry in fs::read_dir(next).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(about) if about.is_dir() => folders.push(entry.path()),
                Ok(about) if entry.path().extension().is_none_or(|e| e != "lock") => {
                    found.push((entry.path(), about.len()))
                }
                _ => {}
            }
        }
    }
    found
}

/// A file system of so many kilobytes, taken down when dropped; none where this user may not make one.
pub(crate) struct Tiny(pub(crate) TempDir);

impl Tiny {
    pub(crate) fn of(kilobytes: u32) -> Option<Tiny> {
        let place = folder();
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs", place.path().to_str().expect("a path")])
            .output();
        if mounted.is_ok_and(|done| done.status.success()) {
            return Some(Tiny(place));
        }
        println!("skipped: this user may not mount a file system, so no disk can be filled");
        None
    }
}

impl Drop for Tiny {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", self.0.path().to_str().expect("a path")]).status();
    }
}
