//! `pleegprofiel-cluster`: arguments, files and exit codes over the crate of the same name.

use clap::Parser;
use pleegprofiel_cluster::args::{
    ClassifyArgs, Cli, Command, EngineArgs, ExecutorArgs, FitArgs, SchedulerArgs, TableArgs,
};
use pleegprofiel_cluster::columns::ColumnOptions;
use pleegprofiel_cluster::engine::Address;
use pleegprofiel_cluster::failure::{Failure, Result};
use pleegprofiel_cluster::files::Files;
use pleegprofiel_cluster::output::Whole;
use pleegprofiel_cluster::servers::{self, ExecutorOptions, SchedulerOptions, Standalone};
use pleegprofiel_cluster::{classify, fit};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            eprintln!("no threads can be started: {cause}");
            return ExitCode::from(2);
        }
    };
    let done = runtime.block_on(async {
        match &cli.command {
            Command::Scheduler(args) => scheduler(args).await,
            Command::Executor(args) => executor(args).await,
            Command::Fit(args) => run_fit(args).await,
            Command::Classify(args) => run_classify(args).await,
        }
    });
    // servers of this process go with it, whatever they are waiting for
    runtime.shutdown_timeout(Duration::from_millis(200));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            failure.exit_code()
        }
    }
}

/// One line to standard output at once, for whoever waits for it.
fn say(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let told = writeln!(out, "{text}").and_then(|()| out.flush());
    told.map_err(|cause| Failure::Output(format!("standard output cannot be written: {cause}")))
}

async fn scheduler(args: &SchedulerArgs) -> Result<()> {
    let options = SchedulerOptions {
        bind: args.bind.clone(),
        external_host: args.external_host.clone(),
        port: args.port,
        executor_timeout: args.executor_timeout,
        keep_results: args.keep_results,
    };
    let ready = |address: &Address| drop(say(&format!("scheduler at {address}")));
    tokio::select! {
        ended = servers::scheduler(&options, ready) => ended,
        () = stop_asked(args.with_parent) => Ok(()),
    }
}

async fn executor(args: &ExecutorArgs) -> Result<()> {
    let options = ExecutorOptions {
        bind: args.bind.clone(),
        external_host: args.external_host.clone(),
        port: args.port,
        work_port: args.work_port,
        cores: args.cores,
        memory: args.work.bytes(),
        keep: args.keep << 20,
        work_dir: args.work.folder(),
        heartbeat: args.heartbeat,
        wait: args.wait,
        version: args.call_yourself.clone(),
        ..ExecutorOptions::new(args.at.clone())
    };
    if args.cores > 0 {
        // the arithmetic of a pass keeps to as many; it fails only where somebody has said so before
        let _ = rayon::ThreadPoolBuilder::new().num_threads(args.cores).build_global();
    }
    let at = args.at.clone();
    let ready =
        move |work: &std::path::Path| drop(say(&format!("executor for {at}, work directory {}", work.display())));
    tokio::select! {
        // ends by itself on a signal, after the task at hand
        ended = servers::executor(&options, ready) => ended,
        () = parent_gone(), if args.with_parent => Ok(()),
    }
}

async fn stop_asked(with_parent: bool) {
    tokio::select! {
        () = pleegprofiel_cluster::engine::stop_asked() => {}
        () = parent_gone(), if with_parent => {}
    }
}

/// Ends when the process that started this one has.
async fn parent_gone() {
    let parent = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// The scheduler to ask: another's, or one in this process.
async fn engine(args: &EngineArgs) -> Result<(Address, Option<Standalone>)> {
    match &args.at {
        Some(_) if args.work.memory.is_some() || args.work.work_dir.is_some() => Err(Failure::Usage(
            "--memory and --work-dir go with --standalone; other executors have been told theirs when they were started".into(),
        )),
        Some(at) => Ok((at.clone(), None)),
        None => {
            let started = Standalone::start(args.cores, args.work.bytes(), args.work.folder()).await?;
            Ok((started.address().clone(), Some(started)))
        }
    }
}

fn open(table: &TableArgs, counts: ColumnOptions) -> Result<(Files, Option<Files>)> {
    let of_times = ColumnOptions { times: true, weights: None, ..counts.clone() };
    let files = Files::open(&table.files, &counts);
    let times = table.exposure.as_ref().map(|path| Files::open(path, &of_times)).transpose();
    match (files, times) {
        (Ok(files), Ok(times)) => Ok((files, times)),
        // both are looked through, and both told
        (
            Err(Failure::Input { what, mut problems, count }),
            Err(Failure::Input { what: other, problems: more, count: and }),
        ) => {
            problems.push(other);
            problems.extend(more);
            Err(Failure::Input { what, problems, count: count + and + 1 })
        }
        (Err(failure), _) | (_, Err(failure)) => Err(failure),
    }
}

async fn run_fit(args: &FitArgs) -> Result<()> {
    let columns = ColumnOptions { weights: args.weights.clone(), ..args.table.columns() };
    let (files, times) = open(&args.table, columns)?;
    let file = args.out.as_deref().map(Whole::create).transpose()?;
    let (at, standalone) = engine(&args.engine).await?;
    let answer = fit::fit(&at, args.engine.job(), &files, times.as_ref(), &args.options(), &args.ways()).await;
    if let Some(standalone) = standalone {
        standalone.end().await;
    }
    let answer = answer?;
    let trusted = answer.fit.best().map(|_| ());
    if let (Some(file), Ok(())) = (file, &trusted) {
        answer.write_model(file)?;
    }
    if args.json {
        say(&answer.to_json())?;
    } else if trusted.is_ok() {
        say(&answer.text())?;
    }
    Ok(trusted?)
}

async fn run_classify(args: &ClassifyArgs) -> Result<()> {
    let model = std::fs::read_to_string(&args.model)
        .map_err(|cause| Failure::Usage(format!("{} cannot be read: {cause}", args.model.display())))?;
    let columns = ColumnOptions { needs_id: true, ..args.table.columns() };
    let (files, times) = open(&args.table, columns)?;
    let (at, standalone) = engine(&args.engine).await?;
    let job = args.engine.job();
    let written = classify::classify(&at, job, &files, times.as_ref(), &model, &args.out).await;
    if let Some(standalone) = standalone {
        standalone.end().await;
    }
    let written = written?;
    let (persons, refused, out) = (written.persons, written.refused, args.out.display());
    say(&format!("{persons} persons, {refused} of them without an offence and so without an answer, in {out}"))
}
