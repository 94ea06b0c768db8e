//! The functions that read runs of chunks: what comes as an argument, and how it is answered.

use crate::chunks::{Run, Shape};
use crate::failure::{Failure, Result};
use crate::functions::{self, Kind};
use crate::look::look;
use crate::pass::pass;
use datafusion::arrow::array::{ArrayRef, AsArray, StringBuilder};
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::logical_expr::{ColumnarValue, LogicalPlan, LogicalPlanBuilder, ScalarFunctionArgs, Union, ident, lit};
use datafusion::prelude::SessionContext;
use pleegprofiel::trajectory::passes::PassRequest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The column that comes back.
pub(crate) const ANSWER: &str = "answer";
const RUN: &str = "run";

/// The question of each of these runs, as one job with a partition a run.
///
/// What all runs have in common stands in it once, so a plan is as long as the files are many, and no longer.
pub(crate) fn question(
    context: &SessionContext,
    kind: Kind,
    shape: &Shape,
    asked: &impl Serialize,
    runs: &[Run],
) -> Result<DataFrame> {
    let planned = |cause: DataFusionError| Failure::Engine(format!("the job cannot be planned: {cause}"));
    let named = |run: &Run| -> Result<Arc<LogicalPlan>> {
        let row = LogicalPlanBuilder::empty(true).project(vec![lit(json(run)?).alias(RUN)]);
        row.and_then(LogicalPlanBuilder::build).map(Arc::new).map_err(planned)
    };
    let mut inputs = runs.iter().map(named).collect::<Result<Vec<_>>>()?;
    let all = match inputs.len() {
        1 => inputs.remove(0),
        _ => Arc::new(LogicalPlan::Union(Union::try_new(inputs).map_err(planned)?)),
    };
    let arguments = vec![lit(crate::VERSION), lit(json(shape)?), lit(json(asked)?), ident(RUN)];
    let answer = functions::function(kind, crate::VERSION).call(arguments).alias(ANSWER);
    let plan = LogicalPlanBuilder::from(all).project(vec![answer]).and_then(LogicalPlanBuilder::build);
    Ok(DataFrame::new(context.state(), plan.map_err(planned)?))
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|cause| Failure::Engine(format!("an argument cannot be written: {cause}")))
}

/// The answer about the run in each row of a call.
pub(crate) fn answer(kind: Kind, args: &ScalarFunctionArgs) -> Result<ArrayRef> {
    let text = |at: usize, what: &str| functions::text(args.args.get(at), what);
    let of_engine = |cause: DataFusionError| Failure::Engine(cause.to_string());
    let shape: Shape = read(&text(1, "the shape of the tables").map_err(of_engine)?)?;
    let asked = text(2, "what is asked of a run").map_err(of_engine)?;
    let runs = match args.args.get(3) {
        Some(ColumnarValue::Array(runs)) => Arc::clone(runs),
        Some(scalar) => scalar.to_array(args.number_rows).map_err(of_engine)?,
        None => return Err(Failure::Engine("the run did not come with the call".into())),
    };
    let runs = runs.as_string_opt::<i32>().ok_or_else(|| Failure::Engine("the run is no text".into()))?;
    let mut answers = StringBuilder::new();
    for run in runs.iter().flatten() {
        let run: Run = read(run)?;
        answers.append_value(match kind {
            Kind::Look => json(&look(&shape, &run, &read(&asked)?)?)?,
            _ => {
                let request: PassRequest = read(&asked)?;
                json(&pass(&shape, &run, &request)?)?
            }
        });
    }
    Ok(Arc::new(answers.finish()))
}

/// An argument, or an answer, from its text.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|cause| Failure::Engine(format!("client and executor do not understand each other: {cause}")))
}
