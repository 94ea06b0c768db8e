//! Scheduler and executors, in a process of their own each or all in one.

use crate::binding::SameExecutor;
use crate::engine::Address;
use crate::failure::{Failure, Result};
use crate::functions;
use crate::kept;
use crate::workdir::WorkDir;
use ballista_core::extension::SessionConfigExt;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::health::ExecutorHealth;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::{SchedulerConfig, TaskDistributionPolicy};
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion::prelude::SessionConfig;
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// The largest message between the servers: plans name every file.
const LARGEST_MESSAGE: u32 = 256 << 20;

/// How a scheduler is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulerOptions {
    /// Address to listen on.
    pub bind: String,
    /// Name under which executors reach it.
    pub external_host: Option<String>,
    /// Port; 0 for any that is free.
    pub port: u16,
    /// After so many seconds without a word an executor counts as lost, and its work is given to others.
    pub executor_timeout: u64,
    /// Files of a finished job are removed after so many seconds when the client that asked for it has not done so.
    pub keep_results: u64,
}

impl Default for SchedulerOptions {
    fn default() -> Self {
        SchedulerOptions {
            bind: "127.0.0.1".into(),
            external_host: None,
            port: 50050,
            executor_timeout: 60,
            keep_results: 600,
        }
    }
}

/// Runs a scheduler until it fails; `ready` is told where it listens.
///
/// # Errors
/// Kind [`Failure::Engine`] when the port is taken or the scheduler stops.
pub async fn scheduler(options: &SchedulerOptions, ready: impl FnOnce(&Address)) -> Result<()> {
    if options.executor_timeout == 0 {
        return Err(Failure::Usage("an executor time-out of 0 s would lose every executor at once".into()));
    }
    let wanted = format!("{}:{}", options.bind, options.port);
    let failed =
        |cause: &dyn std::fmt::Display| Failure::Engine(format!("no scheduler can be run at {wanted}: {cause}"));
    let listener = TcpListener::bind(&wanted).await.map_err(|cause| failed(&cause))?;
    let port = listener.local_addr().map_err(|cause| failed(&cause))?.port();
    let host = options.external_host.clone().unwrap_or_else(|| options.bind.clone());
    let look = (options.executor_timeout / 4).clamp(1, 15);
    let config = Arc::new(SchedulerConfig {
        external_host: host.clone(),
        bind_host: options.bind.clone(),
        bind_port: port,
        executor_timeout_seconds: options.executor_timeout,
        expire_dead_executor_interval_seconds: look,
        no_executors_grace_period_seconds: options.executor_timeout,
        finished_job_data_clean_up_interval_seconds: options.keep_results,
        grpc_server_max_decoding_message_size: LARGEST_MESSAGE,
        grpc_server_max_encoding_message_size: LARGEST_MESSAGE,
        grpc_client_max_message_size: LARGEST_MESSAGE,
        override_session_builder: Some(Arc::new(session)),
        task_distribution: TaskDistributionPolicy::Custom(Arc::new(SameExecutor::default())),
        ..SchedulerConfig::default()
    });
    let cluster = BallistaCluster::new_from_config(&config).await.map_err(|cause| failed(&cause))?;
    let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config);
    let scheduler = scheduler.await.map_err(|cause| failed(&cause))?;
    ready(&Address { host, port });
    start_grpc_service_with_listener(listener, scheduler).await.map_err(|cause| failed(&cause))
}

/// A session of a scheduler, which plans with our functions.
fn session(config: SessionConfig) -> datafusion::error::Result<datafusion::execution::SessionState> {
    session_as(config, crate::VERSION)
}

fn session_as(config: SessionConfig, version: &str) -> datafusion::error::Result<datafusion::execution::SessionState> {
    let mut state = default_session_builder(config)?;
    functions::register_as(&mut state, version)?;
    Ok(state)
}

/// How an executor is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecutorOptions {
    /// Its scheduler.
    pub at: Address,
    /// Address to listen on.
    pub bind: String,
    /// Name under which the others reach it.
    pub external_host: Option<String>,
    /// Port for results; 0 for any that is free.
    pub port: u16,
    /// Port for work; 0 for any that is free.
    pub work_port: u16,
    /// Tasks at once; 0 for one a processor.
    pub cores: usize,
    /// Memory for counting, in bytes, shared between the cores; what does not fit is written to the work directory.
    /// Seven tenths of the machine's without it.
    pub memory: Option<u64>,
    /// Memory for histories that are kept from one pass of a fit to the next, in bytes.
    pub keep: u64,
    /// Folder in which it makes its work directory.
    pub work_dir: PathBuf,
    /// Seconds between two words to the scheduler.
    pub heartbeat: u64,
    /// Seconds that the scheduler is waited for at the start.
    pub wait: u16,
    /// The version it calls itself; another than ours only in tests.
    #[doc(hidden)]
    pub version: String,
}

impl ExecutorOptions {
    /// Options with their defaults.
    pub fn new(at: Address) -> ExecutorOptions {
        ExecutorOptions {
            at,
            bind: "127.0.0.1".into(),
            external_host: None,
            port: 0,
            work_port: 0,
            cores: 0,
            memory: None,
            keep: 2 << 30,
            work_dir: std::env::temp_dir(),
            heartbeat: 10,
            wait: 30,
            version: crate::VERSION.into(),
        }
    }
}

/// Runs an executor until it is told to end or has lost its scheduler; `ready` is told its work directory once the
/// scheduler knows it. The directory is gone when this returns.
///
/// # Errors
/// Kind [`Failure::Engine`] when the scheduler is not there or refuses it; kind [`Failure::Output`] when the work
/// directory cannot be made.
pub async fn executor(options: &ExecutorOptions, ready: impl FnOnce(&Path) + Send) -> Result<()> {
    await_scheduler(options).await?;
    let work = WorkDir::inside(&options.work_dir)?;
    kept::at_most(options.keep);
    let health = ExecutorHealth::new();
    let config = executor_config(options, &work, health.clone())?;
    let running = start_executor_process(Arc::new(config));
    tokio::pin!(running);
    let mut ready = Some(ready);
    let ended = loop {
        tokio::select! {
            ended = &mut running => break ended,
            () = tokio::time::sleep(Duration::from_millis(50)), if ready.is_some() => {
                if health.is_ready() && let Some(ready) = ready.take() {
                    ready(work.path());
                }
            }
        }
    };
    let at = &options.at;
    ended.map_err(|cause| Failure::Engine(format!("no executor can be run for the scheduler at {at}: {cause}")))
}

/// Waits until anybody listens where the scheduler should be. Ballista 55.0 has a time-out of its own for that, which never
/// comes.
async fn await_scheduler(options: &ExecutorOptions) -> Result<()> {
    let at = &options.at;
    let end = tokio::time::Instant::now() + Duration::from_secs(options.wait.into());
    loop {
        let cause = match tokio::time::timeout_at(end, TcpStream::connect((at.host.as_str(), at.port))).await {
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(cause)) => cause.to_string(),
            Err(_) => "no answer".into(),
        };
        if tokio::time::Instant::now() >= end {
            let wait = options.wait;
            return Err(Failure::Engine(format!(
                "no executor can be run for the scheduler at {at}: nobody answered there within {wait} s ({cause})"
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn executor_config(options: &ExecutorOptions, work: &WorkDir, health: ExecutorHealth) -> Result<ExecutorProcessConfig> {
    let path = work.path().to_str();
    let path = path.ok_or_else(|| Failure::Usage("the path of the work directory is no text".into()))?.to_owned();
    let free = |wanted: u16| if wanted == 0 { free_port(&options.bind) } else { Ok(wanted) };
    let state = session_as(SessionConfig::new_with_ballista(), &options.version)
        .map_err(|cause| Failure::Engine(format!("the functions cannot be registered: {cause}")))?;
    Ok(ExecutorProcessConfig {
        bind_host: options.bind.clone(),
        external_host: Some(options.external_host.clone().unwrap_or_else(|| options.bind.clone())),
        port: free(options.port)?,
        grpc_port: free(options.work_port)?,
        scheduler_host: options.at.host.clone(),
        scheduler_port: options.at.port,
        scheduler_connect_timeout_seconds: options.wait,
        vcores: options.cores,
        work_dir: Some(path),
        memory_pool_size: options.memory,
        // whatever the scheduler was not there to have removed
        job_data_ttl_seconds: 24 * 3600,
        job_data_clean_up_interval_seconds: 600,
        executor_heartbeat_interval_seconds: options.heartbeat.max(1),
        grpc_max_decoding_message_size: LARGEST_MESSAGE,
        grpc_max_encoding_message_size: LARGEST_MESSAGE,
        override_function_registry: Some(Arc::new(BallistaFunctionRegistry::from(&state))),
        health,
        ..ExecutorProcessConfig::default()
    })
}

/// A port that nobody has. The executor wants to know it beforehand, so it is given back for a moment.
fn free_port(bind: &str) -> Result<u16> {
    let bound = std::net::TcpListener::bind((bind, 0)).and_then(|listener| listener.local_addr());
    bound.map(|address| address.port()).map_err(|cause| Failure::Engine(format!("no port of {bind} is free: {cause}")))
}

/// Scheduler and one executor in this process, for one machine.
pub struct Standalone {
    address: Address,
    servers: Vec<tokio::task::JoinHandle<()>>,
}

impl Standalone {
    /// Starts both; the executor has `cores` tasks at once, and makes its work directory inside `work_dir`.
    ///
    /// # Errors
    /// As [`scheduler`] and [`executor`].
    pub async fn start(cores: usize, memory: Option<u64>, work_dir: PathBuf) -> Result<Standalone> {
        let (told, address) = tokio::sync::oneshot::channel();
        let options = SchedulerOptions { port: 0, ..SchedulerOptions::default() };
        let scheduling = tokio::spawn(async move {
            let ready = |address: &Address| drop(told.send(address.clone()));
            if let Err(failure) = scheduler(&options, ready).await {
                eprintln!("{failure}");
            }
        });
        let gone = || Failure::Engine("the scheduler in this process did not start".into());
        let address = address.await.map_err(|_| gone())?;
        let options = ExecutorOptions { cores, memory, work_dir, ..ExecutorOptions::new(address.clone()) };
        let (told, started) = tokio::sync::oneshot::channel();
        let (failed, failure) = tokio::sync::oneshot::channel();
        let executing = tokio::spawn(async move {
            if let Err(failure) = executor(&options, |_| told.send(()).unwrap_or_default()).await {
                let _ = failed.send(failure);
            }
        });
        let standalone = Standalone { address, servers: vec![executing, scheduling] };
        match started.await {
            Ok(()) => Ok(standalone),
            Err(_) => Err(failure.await.unwrap_or_else(|_| gone())),
        }
    }

    /// Where its scheduler listens.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Ends both; the work directory is gone then.
    pub async fn end(mut self) {
        for server in self.servers.drain(..) {
            server.abort();
            let _ = server.await;
        }
    }
}
