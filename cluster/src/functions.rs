//! The functions that executors know besides those of the engine, and the one call that makes them known.
//!
//! Everything a function needs comes as an argument, so a new model or another grid registers nothing anew. Each is told
//! the version of the client and says so when its own is another.

use crate::by_run;
use crate::failure::Failure;
use crate::history::{self, BAD, Fault, NOT_OBSERVED, Wrong};
use crate::place;
use crate::values;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::FunctionRegistry;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use std::sync::Arc;

/// Rows that are read at once: their counts stay in the cache of a core.
const ROWS: usize = 512;

/// Begins what an executor of another version says; behind it stand the two versions.
const OTHER_VERSION: &str = "versions-differ";

/// Makes the functions known to a client, a scheduler or an executor.
///
/// ```
/// use datafusion::prelude::SessionContext;
/// let context = SessionContext::new();
/// let state = context.state_ref();
/// pleegprofiel_cluster::register(&mut *state.write())?;
/// assert!(context.state().scalar_functions().contains_key("pleegprofiel_history"));
/// # Ok::<(), datafusion::error::DataFusionError>(())
/// ```
///
/// # Errors
/// When the registry takes no functions.
pub fn register(registry: &mut dyn FunctionRegistry) -> Result<()> {
    register_as(registry, crate::VERSION)
}

/// The same under another version: how a test has an executor that is not of this one.
#[doc(hidden)]
pub fn register_as(registry: &mut dyn FunctionRegistry, version: &str) -> Result<()> {
    for kind in [Kind::Version, Kind::History, Kind::Place, Kind::Look, Kind::Pass] {
        registry.register_udf(Arc::new(function(kind, version)))?;
    }
    Ok(())
}

/// A function of a kind, as the client calls it.
pub(crate) fn function(kind: Kind, version: &str) -> ScalarUDF {
    // what hangs on who is asked, or on files, may not be worked out beforehand by whoever plans the question
    let volatility = match kind {
        Kind::Version | Kind::Look | Kind::Pass => Volatility::Volatile,
        Kind::History | Kind::Place => Volatility::Immutable,
    };
    ScalarUDF::from(Function { kind, version: version.to_owned(), signature: Signature::variadic_any(volatility) })
}

/// Which function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// `pleegprofiel_version(client)`: the version of the executor.
    Version,
    /// `pleegprofiel_history(client, form, columns..)`: the key of the history of each row.
    History,
    /// `pleegprofiel_place(client, form, model, columns..)`: the profile of each row, and posterior probabilities.
    Place,
    /// `pleegprofiel_look(client, shape, drawing, run)`: whether the rows of a run are sound, and some of its people.
    Look,
    /// `pleegprofiel_pass(client, shape, request, run)`: the sums of one pass over the people of a run.
    Pass,
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    kind: Kind,
    version: String,
    signature: Signature,
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        match self.kind {
            Kind::Version => "pleegprofiel_version",
            Kind::History => "pleegprofiel_history",
            Kind::Place => "pleegprofiel_place",
            Kind::Look => "pleegprofiel_look",
            Kind::Pass => "pleegprofiel_pass",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.kind {
            Kind::Version | Kind::Look | Kind::Pass => DataType::Utf8,
            Kind::History => DataType::Binary,
            Kind::Place => place::answer_type(),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let client = text(args.args.first(), "the version of the client")?;
        if client != self.version {
            return Err(DataFusionError::Execution(format!("{OTHER_VERSION}[{client}][{}]", self.version)));
        }
        if self.kind == Kind::Version {
            let own = StringArray::from(vec![self.version.as_str(); args.number_rows]);
            return Ok(ColumnarValue::Array(Arc::new(own)));
        }
        if matches!(self.kind, Kind::Look | Kind::Pass) {
            return Ok(ColumnarValue::Array(by_run::answer(self.kind, &args).map_err(told)?));
        }
        let form = Form::read(&text(args.args.get(1), "the form of the columns")?)?;
        let before = if self.kind == Kind::Place { 3 } else { 2 };
        let columns = args.args.iter().skip(before);
        let columns: Vec<ArrayRef> = columns.map(|c| c.to_array(args.number_rows)).collect::<Result<_>>()?;
        let answer = match self.kind {
            Kind::Place => {
                let model = text(args.args.get(2), "the model")?;
                place::place(&model, &form, &columns, args.number_rows)
            }
            _ => keys(&form, &columns, args.number_rows),
        };
        Ok(ColumnarValue::Array(answer.map_err(told)?))
    }
}

/// What an executor says as the engine passes it on.
fn told(failure: Failure) -> DataFusionError {
    DataFusionError::Execution(failure.to_string())
}

/// The failure behind a message that came through the engine, when it is one of versions.
pub(crate) fn version_failure(message: &str) -> Option<Failure> {
    let rest = &message[message.find(OTHER_VERSION)? + OTHER_VERSION.len()..];
    let mut versions = rest.split(['[', ']']).filter(|part| !part.is_empty());
    Some(Failure::Version { client: versions.next()?.to_owned(), executor: versions.next()?.to_owned() })
}

/// An argument that is one text for all rows.
pub(crate) fn text(argument: Option<&ColumnarValue>, what: &str) -> Result<String> {
    match argument {
        Some(ColumnarValue::Scalar(ScalarValue::Utf8(Some(text)))) => Ok(text.clone()),
        // some optimisers hand a constant over as a column
        Some(ColumnarValue::Array(array)) if array.data_type() == &DataType::Utf8 && !array.is_empty() => {
            Ok(array.as_string::<i32>().value(0).to_owned())
        }
        _ => Err(DataFusionError::Execution(format!("{what} did not come with the call"))),
    }
}

/// Which columns follow the fixed arguments of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Form {
    /// So many columns of counts.
    pub(crate) ages: usize,
    /// As many columns of time at risk behind them; then two that say whether a row of each of the two tables is there.
    pub(crate) at_risk: bool,
    /// A column of weights behind those.
    pub(crate) weight: bool,
}

impl Form {
    /// The form as an argument of a call.
    pub(crate) fn written(self) -> String {
        format!("{} {} {}", self.ages, u8::from(self.at_risk), u8::from(self.weight))
    }

    fn read(text: &str) -> Result<Form> {
        let parts: Vec<&str> = text.split(' ').collect();
        match parts[..] {
            [ages, at_risk, weight] if ages.parse::<usize>().is_ok_and(|ages| ages > 0) => {
                Ok(Form { ages: ages.parse().unwrap_or_default(), at_risk: at_risk == "1", weight: weight == "1" })
            }
            _ => Err(DataFusionError::Execution(format!("{text:?} is no form of columns"))),
        }
    }

    fn columns(self) -> usize {
        self.ages * (1 + usize::from(self.at_risk)) + 2 * usize::from(self.at_risk) + usize::from(self.weight)
    }
}

/// One row, read and checked.
pub(crate) struct Row<'a> {
    /// Counts by age, [`NOT_OBSERVED`] where there are none.
    pub(crate) counts: &'a [u32],
    /// Time at risk by age.
    pub(crate) at_risk: Option<&'a [f64]>,
    /// What is wrong with it; nothing of a history.
    pub(crate) wrong: &'a [Wrong],
}

/// Calls `each` with every row in turn.
pub(crate) fn rows(
    form: &Form,
    columns: &[ArrayRef],
    number: usize,
    mut each: impl FnMut(Row<'_>) -> std::result::Result<(), Failure>,
) -> std::result::Result<(), Failure> {
    if columns.len() != form.columns() {
        let (given, wanted) = (columns.len(), form.columns());
        return Err(Failure::Engine(format!("{given} columns came with a call that has {wanted}")));
    }
    let ages = form.ages;
    let (mut counts, mut times, mut wrong) = (vec![0; ROWS * ages], vec![1.0; ROWS * ages], Vec::new());
    for from in (0..number).step_by(ROWS) {
        let upto = (from + ROWS).min(number);
        for (age, column) in columns[..ages].iter().enumerate() {
            values::counts(column, from..upto, ages, &mut counts[age..])?;
        }
        if form.at_risk {
            for (age, column) in columns[ages..2 * ages].iter().enumerate() {
                values::floats(column, from..upto, ages, &mut times[age..])?;
            }
        }
        for row in from..upto {
            let place = (row - from) * ages..(row - from + 1) * ages;
            let (own, own_times) = (&mut counts[place.clone()], &mut times[place]);
            wrong.clear();
            if form.at_risk {
                match_tables(&columns[2 * ages..2 * ages + 2], row, &mut wrong);
                hold(own, own_times, &mut wrong);
            }
            if own.contains(&BAD) {
                for age in (0..ages).filter(|&age| own[age] == BAD) {
                    let value = values::float_at(&columns[age], row)?;
                    wrong.push(Wrong { fault: Fault::Count, age: age as u16, value });
                }
            }
            if form.weight {
                let value = values::float_at(&columns[form.columns() - 1], row)?;
                if !((1.0..=values::MAX_WEIGHT).contains(&value) && value.fract() == 0.0) {
                    wrong.push(Wrong { fault: Fault::Weight, age: 0, value });
                }
            }
            each(Row { counts: own, at_risk: form.at_risk.then_some(&*own_times), wrong: &wrong })?;
        }
    }
    Ok(())
}

/// Whether a row came from both tables.
fn match_tables(present: &[ArrayRef], row: usize, wrong: &mut Vec<Wrong>) {
    for (which, column) in present.iter().enumerate() {
        if !column.as_boolean_opt().is_some_and(|there| there.value(row)) {
            wrong.push(Wrong { fault: Fault::Unmatched, age: 0, value: which as f64 });
        }
    }
}

/// Holds times at risk against counts, as the library does: a count of 0 without any is not observed.
fn hold(counts: &mut [u32], times: &mut [f64], wrong: &mut Vec<Wrong>) {
    if wrong.iter().any(|w| w.fault == Fault::Unmatched) {
        return;
    }
    for (age, (count, time)) in counts.iter_mut().zip(times).enumerate() {
        let place = age as u16;
        match *count {
            NOT_OBSERVED if (0.0..=1.0).contains(time) || time.is_nan() => *time = 0.0,
            0 if *time == 0.0 => *count = NOT_OBSERVED,
            BAD => {}
            seen if *time == 0.0 => {
                wrong.push(Wrong { fault: Fault::NoTimeAtRisk, age: place, value: f64::from(seen) });
            }
            _ if *time > 0.0 && *time <= 1.0 => {}
            _ => wrong.push(Wrong { fault: Fault::TimeAtRisk, age: place, value: *time }),
        }
    }
}

/// The key of every row.
fn keys(form: &Form, columns: &[ArrayRef], number: usize) -> std::result::Result<ArrayRef, Failure> {
    let mut keys = BinaryBuilder::with_capacity(number, 16 * number);
    let mut key = Vec::new();
    rows(form, columns, number, |row| {
        key.clear();
        match row.wrong {
            [] => history::encode(row.counts, row.at_risk, &mut key),
            wrong => history::encode_wrong(wrong, &mut key),
        }
        keys.append_value(&key);
        Ok(())
    })?;
    Ok(Arc::new(keys.finish()))
}
