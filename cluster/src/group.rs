//! The first way: the engine counts people by their whole history, the client fits the distinct histories.
//!
//! Counting is in whole numbers, and the histories are sorted when they have come, so neither the number of partitions
//! nor which executor did what, nor in what order it came, shows in the answer.

use crate::engine::Engine;
use crate::failure::{Failure, Result};
use crate::files::Files;
use crate::functions::{self, Form, Kind};
use crate::history::{self, Decoded};
use crate::problems::Problems;
use datafusion::arrow::array::{Array, AsArray, BinaryArray, Int64Array};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::dataframe::DataFrame;
use datafusion::functions_aggregate::expr_fn::{count, sum};
use datafusion::logical_expr::{Expr, ident, lit, try_cast};
use datafusion::prelude::ParquetReadOptions;
use pleegprofiel::{Cohort, PersonRow, cohort::CohortBuilder};

/// People counted by history.
#[derive(Debug)]
pub struct Counted {
    /// The cohort, people in the order of their histories.
    pub cohort: Cohort,
    /// Rows that were counted.
    pub rows: u64,
    /// Persons among them: rows, or the sum of their weights.
    pub persons: u64,
}

/// Counts people by history.
///
/// # Errors
/// Kind [`Failure::Engine`], [`Failure::Version`] or [`Failure::Stopped`] when the job ends so; kind
/// [`Failure::Input`], with every problem by column, when rows hold something else than counts, times at risk or weights;
/// and when files changed meanwhile, or executors read others.
pub async fn count_histories(engine: &Engine, files: &Files, times: Option<&Files>) -> Result<Counted> {
    let question = question(engine, files, times).await?;
    let done = engine.collect(question).await;
    // a file that changed is why a job failed, or why it should have
    files.unchanged()?;
    times.map_or(Ok(()), Files::unchanged)?;
    let other = || Failure::Engine("the engine returned other columns".into());
    let parts = done?.iter().map(|batch| Part::of(batch).ok_or_else(other)).collect::<Result<Vec<_>>>()?;
    tokio::task::block_in_place(|| assemble(&parts, files, times))
}

/// What the engine is asked: keys, with rows and persons of each.
async fn question(engine: &Engine, files: &Files, times: Option<&Files>) -> Result<DataFrame> {
    let (people, columns) = people(engine, files, times).await?;
    let form = form(files, times);
    let mut arguments = vec![lit(crate::VERSION), lit(form.written())];
    arguments.extend(columns);
    let key = functions::function(Kind::History, crate::VERSION).call(arguments).alias("history");
    // a weight that does not survive this is one that the key has told of
    let persons = match &files.columns().weight {
        Some(name) => sum(try_cast(ident(name), DataType::Int64)),
        None => count(lit(1_i64)),
    };
    let planned = people.aggregate(vec![key], vec![count(lit(1_i64)).alias("rows"), persons.alias("persons")]);
    planned.map_err(|cause| Failure::Engine(format!("the job cannot be planned: {cause}")))
}

/// Which columns follow the fixed arguments of a call.
pub(crate) fn form(files: &Files, times: Option<&Files>) -> Form {
    Form { ages: files.columns().ages.len(), at_risk: times.is_some(), weight: files.columns().weight.is_some() }
}

/// The rows of the files, joined to their times at risk, and the columns of a call in their order.
pub(crate) async fn people(engine: &Engine, files: &Files, times: Option<&Files>) -> Result<(DataFrame, Vec<Expr>)> {
    let planned = |cause| Failure::Engine(format!("the job cannot be planned: {cause}"));
    let counts = table(engine, files).await?;
    let columns = files.columns();
    let mut arguments: Vec<Expr> = columns.ages.iter().map(ident).collect();
    let Some(times) = times else {
        arguments.extend(columns.weight.iter().map(ident));
        return Ok((counts, arguments));
    };
    let beside = times.columns();
    if beside.grid != columns.grid {
        return Err(Failure::Usage("counts and times at risk are on different ages".into()));
    }
    let (Some(id), Some(other)) = (&columns.id, &beside.id) else {
        return Err(Failure::Usage("times at risk are found by identifier: both tables need one".into()));
    };
    let type_of =
        |files: &Files, name: &str| files.read_schema().field_with_name(name).map(|f| f.data_type().clone()).ok();
    let types = (type_of(files, id), type_of(times, other));
    if let ((Some(own), Some(others)), true) = (&types, types.0 != types.1) {
        return Err(Failure::Usage(format!(
            "identifiers are {own} in the counts and {others} in the times at risk: they are found by being the same"
        )));
    }
    // under names of their own, so that a column of counts and one of times can stand side by side
    let renamed: Vec<Expr> = std::iter::once(ident(other).alias(RISK_ID))
        .chain(beside.ages.iter().enumerate().map(|(age, name)| ident(name).alias(format!("{RISK}{age}"))))
        .collect();
    let beside_counts = table(engine, times).await?.select(renamed).map_err(planned)?;
    let same = ident(id).eq(ident(RISK_ID));
    let joined = counts.join_on(beside_counts, datafusion::common::JoinType::Full, [same]).map_err(planned)?;
    arguments.extend((0..columns.ages.len()).map(|age| ident(format!("{RISK}{age}"))));
    arguments.push(ident(id).is_not_null());
    arguments.push(ident(RISK_ID).is_not_null());
    arguments.extend(columns.weight.iter().map(ident));
    Ok((joined, arguments))
}

const RISK: &str = "pleegprofiel_risk_";
const RISK_ID: &str = "pleegprofiel_risk_of";

/// The files as a table of the columns that are read.
async fn table(engine: &Engine, files: &Files) -> Result<DataFrame> {
    let schema = files.read_schema();
    let options = ParquetReadOptions::default().schema(&schema).file_extension("");
    let read = engine.context().read_parquet(files.urls()?, options).await;
    read.map_err(|cause| Failure::Engine(format!("the files cannot be given to the engine: {cause}")))
}

/// A batch that came back.
struct Part {
    keys: BinaryArray,
    rows: Int64Array,
    persons: Int64Array,
}

impl Part {
    fn of(batch: &datafusion::arrow::record_batch::RecordBatch) -> Option<Part> {
        let keys = batch.column_by_name("history")?.as_binary_opt::<i32>()?.clone();
        let number = |name| batch.column_by_name(name)?.as_primitive_opt::<Int64Type>().cloned();
        Some(Part { keys, rows: number("rows")?, persons: number("persons")? })
    }
}

/// The cohort of what came back.
fn assemble(parts: &[Part], files: &Files, times: Option<&Files>) -> Result<Counted> {
    let mut order: Vec<(u64, u32, u32)> = Vec::with_capacity(parts.iter().map(|part| part.keys.len()).sum());
    for (p, part) in parts.iter().enumerate() {
        order.extend((0..part.keys.len()).map(|i| (head(part.keys.value(i)), p as u32, i as u32)));
    }
    let key = |&(_, p, i): &(u64, u32, u32)| parts[p as usize].keys.value(i as usize);
    // the first eight bytes decide nearly always
    order.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| key(a).cmp(key(b))));

    let grid = files.columns().grid;
    let mut builder = CohortBuilder::new(grid);
    let (mut counts, mut at_risk) = (vec![None; grid.len()], vec![0.0; grid.len()]);
    let mut problems = Problems::new(files, times);
    let mut unobserved = vec![0_u64; grid.len()];
    let (mut rows, mut persons) = (0_u64, 0_u64);
    for entry in &order {
        let part = &parts[entry.1 as usize];
        let of = |numbers: &Int64Array| u64::try_from(numbers.value(entry.2 as usize)).unwrap_or(0);
        let (own_rows, own_persons) = (of(&part.rows), of(&part.persons));
        rows += own_rows;
        match history::decode(key(entry), &mut counts, &mut at_risk)? {
            Decoded::Wrong(wrong) => problems.add(&wrong, own_rows),
            Decoded::History { at_risk: own } => {
                if counts.iter().all(Option::is_none) {
                    problems.never_observed(own_rows);
                    continue;
                }
                let seen = counts.iter().zip(&mut unobserved);
                seen.filter(|(count, _)| count.is_none()).for_each(|(_, sum)| *sum += own_rows);
                persons += own_persons;
                // nothing is kept of what will be no cohort
                if problems.is_empty() {
                    let of = u32::try_from(own_persons).map_err(|_| too_many(own_persons))?;
                    let row = PersonRow { exposure: own.then_some(at_risk.as_slice()), ..PersonRow::new(&counts) };
                    builder.push_persons(row, of)?;
                }
            }
        }
    }
    problems.into_result()?;
    same_rows(rows, files, times)?;
    if times.is_none() {
        same_nulls(&unobserved, files)?;
    }
    Ok(Counted { cohort: builder.finish(), rows, persons })
}

fn head(key: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    let length = key.len().min(8);
    bytes[..length].copy_from_slice(&key[..length]);
    u64::from_be_bytes(bytes)
}

fn too_many(persons: u64) -> Failure {
    Failure::Usage(format!("{persons} persons have one history; a cohort holds at most 4,294,967,294 in all"))
}

/// Whether executors read the rows that the footers have.
pub(crate) fn same_rows(read: u64, files: &Files, times: Option<&Files>) -> Result<()> {
    let wanted = files.rows();
    if let Some(times) = times.filter(|times| times.rows() != wanted || read != wanted) {
        let beside = times.rows();
        return Err(Failure::input(
            "counts and times at risk do not go together",
            vec![format!(
                "{wanted} rows of counts and {beside} of times at risk make {read} pairs of one identifier: every \
                 identifier stands once in each table"
            )],
        ));
    }
    if read != wanted {
        return Err(Failure::Engine(format!(
            "executors read {read} rows, the files here have {wanted}: every executor has to see the same files under the \
             same paths"
        )));
    }
    Ok(())
}

/// Whether as many cells were not observed as the footers have nulls: a column that an executor did not find would be
/// read as if nobody had been observed.
pub(crate) fn same_nulls(unobserved: &[u64], files: &Files) -> Result<()> {
    let Some(nulls) = files.nulls() else { return Ok(()) };
    let names = &files.columns().ages;
    let differ = names.iter().zip(unobserved.iter().zip(&nulls)).filter(|(_, (read, told))| read != told);
    let problems: Vec<String> = differ
        .map(|(name, (read, told))| {
            format!("column {name}: executors read {read} empty cells, the files here have {told}")
        })
        .collect();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Failure::input("executors read other files than are here", problems)),
    }
}
