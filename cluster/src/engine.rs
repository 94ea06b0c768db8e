//! The way to a scheduler: connecting, running one job to its end, and leaving nothing of it behind.

use crate::failure::{Failure, Result};
use crate::functions::{self, Kind, version_failure};
use ballista::prelude::{SessionConfigExt, SessionContextExt};
use ballista_core::execution_plans::DistributedQueryExec;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{CancelJobParams, CleanJobDataParams};
use ballista_core::utils::create_grpc_client_endpoint;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::{LogicalPlanBuilder, lit};
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion_proto::protobuf::LogicalPlanNode;
use futures::StreamExt;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;

/// How long a scheduler may take to accept a connection: it may be being started.
const CONNECT: Duration = Duration::from_secs(5);

/// Where a scheduler listens, as `df://host:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl std::str::FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Address, String> {
        let bad = || format!("{text:?} is not of the form df://host:port, such as df://127.0.0.1:50050");
        let (host, port) = text.strip_prefix("df://").and_then(|rest| rest.rsplit_once(':')).ok_or_else(bad)?;
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(bad)?;
        let good = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']);
        if good { Ok(Address { host: host.to_owned(), port }) } else { Err(bad()) }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "df://{}:{}", self.host, self.port)
    }
}

/// How jobs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobOptions {
    /// Parts that the work is cut into; no answer hangs on it.
    pub partitions: usize,
    /// How long executors may be waited for before the first job.
    pub wait: Duration,
    /// How long one job may take. One that stands still, which was seen after an executor was killed, is run again then.
    pub limit: Duration,
}

impl Default for JobOptions {
    fn default() -> Self {
        JobOptions { partitions: 8, wait: Duration::from_secs(60), limit: Duration::from_secs(3600) }
    }
}

/// How often a job is run whose results were lost.
const TRIES: usize = 3;

/// What failed, as far as it matters for what to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Results could not be fetched, or not in time.
    Results,
    /// Anything else.
    Other,
}

/// A connection to a scheduler whose executors are of this version.
pub struct Engine {
    context: SessionContext,
    address: Address,
    limit: Duration,
}

impl Engine {
    /// Connects, and asks an executor for its version.
    ///
    /// # Errors
    /// Kind [`Failure::Engine`] when nobody listens there, it is no scheduler, or no executor takes the question within
    /// [`JobOptions::wait`]; kind [`Failure::Version`] when the executor is of another version.
    pub async fn connect(address: &Address, options: JobOptions) -> Result<Engine> {
        if options.partitions == 0 || options.partitions > 100_000 {
            return Err(Failure::Usage(format!("{} partitions asked for, not 1 to 100,000", options.partitions)));
        }
        reach(address).await?;
        let config = SessionConfig::new_with_ballista()
            .with_target_partitions(options.partitions)
            // asking again and again notices a scheduler that has gone; a stream may stay open for ever
            .set_bool("ballista.client.pull", true)
            // a part that is lost is worked out again by itself, and no part waits for another
            .set_u64("ballista.scheduler.max_partitions_per_task", 1)
            // how many histories there are is not to be guessed from footers
            .set_bool("datafusion.execution.collect_statistics", false);
        let state = SessionStateBuilder::new().with_default_features().with_config(config).build();
        let context = SessionContext::remote_with_state(&address.to_string(), state)
            .await
            .map_err(|cause| told(&cause, "the connection cannot be set up"))?;
        let state = context.state_ref();
        functions::register(&mut *state.write()).map_err(|cause| told(&cause, "the functions cannot be registered"))?;
        let engine = Engine { context, address: address.clone(), limit: options.limit };
        engine.ask_version(options.wait).await?;
        Ok(engine)
    }

    /// The context that plans are made in.
    pub(crate) fn context(&self) -> &SessionContext {
        &self.context
    }

    async fn ask_version(&self, wait: Duration) -> Result<()> {
        let ask = functions::function(Kind::Version, crate::VERSION).call(vec![lit(crate::VERSION)]);
        let plan = LogicalPlanBuilder::empty(true).project(vec![ask.alias("version")]).and_then(|plan| plan.build());
        let plan = plan.map_err(|cause| told(&cause, "the version cannot be asked for"))?;
        let asked = self.collect(DataFrame::new(self.context.state(), plan));
        match tokio::time::timeout(wait, asked).await {
            Ok(answer) => answer.map(drop),
            Err(_) => Err(Failure::Engine(format!(
                "no executor of the scheduler at {} took the first question within {} s: start executors with \
                 pleegprofiel-cluster executor --at {}",
                self.address,
                wait.as_secs(),
                self.address
            ))),
        }
    }

    /// Runs a job and hands over what it returns, batch by batch; afterwards nothing of it is left on the executors,
    /// whether it ended well or not.
    ///
    /// # Errors
    /// Kind [`Failure::Engine`] with what scheduler or executors said, kind [`Failure::Version`], kind
    /// [`Failure::Stopped`] after a signal, and whatever `each` returns.
    pub(crate) async fn run(
        &self,
        question: DataFrame,
        each: &mut (dyn FnMut(RecordBatch) -> Result<()> + Send),
    ) -> Result<()> {
        self.once(question, each).await.map_err(|(failure, _)| failure)
    }

    /// Runs a job and returns everything it returns. Results lie on the executors until they are fetched: when one of
    /// these is gone by then, the job is run again; so is one that took longer than it may.
    ///
    /// # Errors
    /// As [`Engine::run`].
    pub(crate) async fn collect(&self, question: DataFrame) -> Result<Vec<RecordBatch>> {
        let mut tries = 1;
        loop {
            let mut batches = Vec::new();
            let mut keep = |batch| {
                batches.push(batch);
                Ok(())
            };
            let done = self.once(question.clone(), &mut keep).await;
            match done {
                Ok(()) => return Ok(batches),
                Err((_, Fault::Results)) if tries < TRIES => tries += 1,
                Err((failure, _)) => return Err(failure),
            }
        }
    }

    async fn once(
        &self,
        question: DataFrame,
        each: &mut (dyn FnMut(RecordBatch) -> Result<()> + Send),
    ) -> std::result::Result<(), (Failure, Fault)> {
        let plan = question.create_physical_plan().await;
        let plan = plan.map_err(|cause| (told(&cause, "the job cannot be planned"), Fault::Other))?;
        let mut job = Job { plan: Arc::clone(&plan), address: self.address.clone(), ended: false };
        let mut late = false;
        let done = tokio::select! {
            done = self.stream(plan, each) => done,
            () = stop_asked() => Err(Failure::Stopped),
            () = tokio::time::sleep(self.limit) => {
                late = true;
                let limit = self.limit.as_secs();
                Err(Failure::Engine(format!("a job at {} took more than {limit} s (--job-limit)", self.address)))
            }
        };
        job.ended = true;
        job.clean(done.is_err()).await;
        done.map_err(|failure| {
            if late {
                return (failure, Fault::Results);
            }
            // a job that failed says so with its number; what fails otherwise, once it had one, is the fetching
            let fetching = match (&failure, job.id()) {
                (Failure::Engine(text), Some(id)) => !text.contains(&format!("Job {id} failed")),
                _ => false,
            };
            (failure, if fetching { Fault::Results } else { Fault::Other })
        })
    }

    async fn stream(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        each: &mut (dyn FnMut(RecordBatch) -> Result<()> + Send),
    ) -> Result<()> {
        let what = || format!("the job at {} failed", self.address);
        let mut batches = execute_stream(plan, self.context.task_ctx()).map_err(|cause| told(&cause, &what()))?;
        while let Some(batch) = batches.next().await {
            each(batch.map_err(|cause| told(&cause, &what()))?)?;
        }
        Ok(())
    }
}

/// Whether somebody listens there; one that is just being started is waited for.
async fn reach(address: &Address) -> Result<()> {
    let mut why = "nobody accepts the connection".to_owned();
    let trying = async {
        loop {
            match TcpStream::connect((address.host.as_str(), address.port)).await {
                Ok(_) => return,
                Err(cause) => why = cause.to_string(),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let reached = tokio::time::timeout(CONNECT, trying).await;
    let seconds = CONNECT.as_secs();
    reached.map_err(|_| Failure::Engine(format!("no scheduler answers at {address} within {seconds} s: {why}")))
}

/// A job that may have left files with histories in them on the executors.
struct Job {
    plan: Arc<dyn ExecutionPlan>,
    address: Address,
    ended: bool,
}

impl Job {
    fn id(&self) -> Option<String> {
        let plan: &dyn Any = self.plan.as_ref();
        plan.downcast_ref::<DistributedQueryExec<LogicalPlanNode>>()?.job_id().map(|id| id.to_string())
    }

    /// Has its files removed, and first what still runs of it stopped.
    async fn clean(&self, running: bool) {
        let Some(id) = self.id() else { return };
        clean(&self.address, id, running).await;
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // the future was dropped half-way, by a time-out
        if !self.ended
            && let (Some(id), Ok(runtime)) = (self.id(), tokio::runtime::Handle::try_current())
        {
            let address = self.address.clone();
            runtime.spawn(async move { clean(&address, id, true).await });
        }
    }
}

/// As far as it goes: whoever cleans up after a failure has that failure to tell, and executors remove old files of
/// their own accord.
async fn clean(address: &Address, job_id: String, running: bool) {
    let url = format!("http://{}:{}", address.host, address.port);
    let Ok(endpoint) = create_grpc_client_endpoint(url, None) else { return };
    let connecting = tokio::time::timeout(CONNECT, endpoint.connect());
    let Ok(Ok(connection)) = connecting.await else { return };
    let mut scheduler = SchedulerGrpcClient::new(connection);
    if running {
        let _ = tokio::time::timeout(CONNECT, scheduler.cancel_job(CancelJobParams { job_id: job_id.clone() })).await;
    }
    let asked = CleanJobDataParams { job_id, remove_stage_ids: Vec::new() };
    let _ = tokio::time::timeout(CONNECT, scheduler.clean_job_data(asked)).await;
}

/// Ends when a signal asks the process to.
pub async fn stop_asked() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupted), Ok(mut ended)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupted.recv() => {}
        _ = ended.recv() => {}
    }
}

/// An error of the engine in words of ours: its own are layers of other errors, quoted over and over.
fn told(cause: &DataFusionError, what: &str) -> Failure {
    let text = cause.to_string();
    if let Some(failure) = version_failure(&text) {
        return failure;
    }
    let unknown = ["There is no UDF named", "Invalid function", "LogicalExtensionCodec is not provided"];
    if text.contains("pleegprofiel_") && unknown.iter().any(|words| text.contains(words)) {
        return Failure::Engine(format!(
            "{what}: a scheduler or executor does not know the functions of {}; all of them have to be started by this \
             program",
            crate::VERSION
        ));
    }
    Failure::Engine(format!("{what}: {}", shortened(&text)))
}

/// The message without escaped copies of itself.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 1500;
    let plain = text.replace("\\\\", "\\").replace("\\\"", "\"").replace("\\n", "\n");
    let mut lines: Vec<&str> = Vec::new();
    for line in plain.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    let mut short = lines.join("; ");
    if short.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&at| short.is_char_boundary(at)).unwrap_or(0);
        short.truncate(end);
        short.push_str(" ...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_or_refused_with_the_form_it_has_to_have() {
        let good: Address = "df://127.0.0.1:50050".parse().expect("an address");
        assert_eq!(
            (good.host.as_str(), good.port, good.to_string().as_str()),
            ("127.0.0.1", 50050, "df://127.0.0.1:50050")
        );
        for bad in
            ["127.0.0.1:50050", "df://127.0.0.1", "df://:1", "df://a:0", "df://a:70000", "df://a/b:1", "http://a:1"]
        {
            assert!(bad.parse::<Address>().expect_err(bad).contains("df://host:port"), "{bad}");
        }
    }
}
