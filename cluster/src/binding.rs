//! Which executor gets which part of a job: the one that had it in the job before, when it is free.
//!
//! Every pass of a fit is cut into the same parts, and an executor keeps the histories of those that it has read. An
//! executor that has none of its own left takes somebody else's, which is its own from then on; so nobody waits, and no
//! figure hangs on who did what.

use ballista_core::JobId;
use ballista_core::serde::protobuf::{AvailableVcores, job_status};
use ballista_core::serde::scheduler::TaskKey;
use ballista_scheduler::cluster::{BoundTask, DistributionPolicy};
use ballista_scheduler::state::execution_graph::{TaskDescription, create_task_info};
use ballista_scheduler::state::execution_stage::RunningStage;
use ballista_scheduler::state::task_manager::JobInfoCache;
use datafusion::physical_plan::ExecutionPlan;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Remembers who had a part last: by the number of parts, and the part.
#[derive(Debug, Default)]
pub(crate) struct SameExecutor {
    last: Mutex<HashMap<(usize, usize), String>>,
}

/// So many parts are remembered; then all are forgotten, which costs a pass.
const REMEMBERED: usize = 1 << 20;

#[async_trait::async_trait]
impl DistributionPolicy for SameExecutor {
    async fn bind_tasks(
        &self,
        mut budgets: Vec<&mut AvailableVcores>,
        running_jobs: Arc<HashMap<JobId, JobInfoCache>>,
    ) -> datafusion::error::Result<Vec<BoundTask>> {
        let mut bound = Vec::new();
        for (job_id, job) in running_jobs.iter() {
            if !matches!(job.status, Some(job_status::Status::Running(_))) {
                continue;
            }
            let mut graph = job.execution_graph.write().await;
            let session_id = graph.session_id().to_owned();
            let mut done = Vec::new();
            while let Some(stage) = graph.fetch_running_stage(&done) {
                // whoever has most free goes first
                while let Some(budget) = budgets.iter_mut().filter(|b| b.vcores > 0).max_by_key(|b| b.vcores)
                    && let Some(task) = self.bind(stage, &session_id, job_id, budget)
                {
                    bound.push(task);
                }
                done.push(stage.stage_id);
            }
        }
        Ok(bound)
    }

    fn name(&self) -> &str {
        "pleegprofiel-same-executor"
    }
}

impl SameExecutor {
    /// One task of a stage for an executor; none when none is left.
    fn bind(
        &self,
        stage: &mut RunningStage,
        session_id: &str,
        job_id: &JobId,
        budget: &mut AvailableVcores,
    ) -> Option<BoundTask> {
        let mut waiting = stage.pending.next_slice(usize::MAX);
        if waiting.is_empty() {
            return None;
        }
        let partitions = if collapses(&stage.plan) {
            // what is put together has to be together
            waiting
        } else {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            // what failed is nobody's own: another may fare better
            let had = |part: usize| match stage.task_failure_numbers[part] {
                0 => last.get(&(stage.partitions, part)).map(String::as_str),
                _ => None,
            };
            let place = choose(&waiting, &budget.executor_id, had);
            let part = waiting.remove(place);
            if last.len() >= REMEMBERED {
                last.clear();
            }
            last.insert((stage.partitions, part), budget.executor_id.clone());
            stage.pending.reschedule(waiting);
            vec![part]
        };
        let task_id = stage.task_infos.len();
        let task_attempt = partitions.iter().map(|&part| stage.task_failure_numbers[part]).max().unwrap_or(0);
        let mut info = create_task_info(budget.executor_id.clone(), task_id);
        info.global_input_partition_ids.clone_from(&partitions);
        info.vcores_consumed = 1;
        stage.task_infos.push(info);
        budget.vcores -= 1;
        let task = TaskDescription {
            session_id: session_id.to_owned(),
            key: TaskKey { job_id: job_id.clone(), stage_id: stage.stage_id, task_id },
            stage_attempt_num: stage.stage_attempt_num,
            task_attempt,
            global_input_partition_ids: partitions,
            vcores_consumed: 1,
            plan: Arc::clone(&stage.plan),
            session_config: Arc::clone(&stage.session_config),
        };
        Some((budget.executor_id.clone(), task))
    }
}

/// The place, among the parts that wait, of the one for this executor: one that it had, or nobody, or else the last.
fn choose<'a>(waiting: &[usize], executor: &str, last: impl Fn(usize) -> Option<&'a str>) -> usize {
    let first = |is: &dyn Fn(Option<&str>) -> bool| waiting.iter().position(|&part| is(last(part)));
    first(&|had| had == Some(executor)).or_else(|| first(&|had| had.is_none())).unwrap_or(waiting.len() - 1)
}

/// Whether a stage puts all of its input into one part, as the scheduler's own policies find it.
fn collapses(root: &Arc<dyn ExecutionPlan>) -> bool {
    use ballista_core::execution_plans::{RangeShuffleReaderExec, ShuffleReaderExec};
    let mut node = Arc::clone(root);
    loop {
        let below = match node.children().as_slice() {
            [child] => Arc::clone(child),
            _ => return false,
        };
        if below.downcast_ref::<ShuffleReaderExec>().is_some()
            || below.downcast_ref::<RangeShuffleReaderExec>().is_some()
        {
            return false;
        }
        if below.properties().output_partitioning().partition_count() == 1 {
            return true;
        }
        node = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executor_gets_what_it_had_then_what_nobody_had_then_what_another_had() {
        let had = |part: usize| match part {
            0 => Some("a"),
            1 | 4 => Some("b"),
            _ => None,
        };
        assert_eq!(choose(&[0, 1, 2, 3, 4], "a", had), 0);
        assert_eq!(choose(&[0, 1, 2, 3, 4], "b", had), 1);
        assert_eq!(choose(&[0, 1, 2, 3, 4], "c", had), 2);
        assert_eq!(choose(&[0, 1, 4], "c", had), 2);
        assert_eq!(choose(&[1, 4], "a", had), 1);
    }
}
