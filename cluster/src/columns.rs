//! The columns of a table: counts by age, and beside them identifiers, weights and times at risk.

use crate::values::{COUNT_TYPES, TIME_TYPES, holds_counts, holds_times};
use datafusion::arrow::datatypes::{DataType, Schema};
use pleegprofiel::AgeGrid;

/// What the columns of a table are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOptions {
    /// The column of identifiers; it may be missing where nobody is looked up by it.
    pub id: String,
    /// Whether the column of identifiers has to be there.
    pub needs_id: bool,
    /// What the names of columns by age begin with.
    pub age_prefix: String,
    /// Width of an age interval, in months.
    pub age_step: u32,
    /// The column of weights: whole numbers of persons that a row stands for.
    pub weights: Option<String>,
    /// Whether columns of other names are left out; without it they are refused.
    pub ignore_others: bool,
    /// Whether the columns by age hold times at risk, not counts.
    pub times: bool,
}

impl Default for ColumnOptions {
    fn default() -> Self {
        ColumnOptions {
            id: "id".into(),
            needs_id: false,
            age_prefix: "age_".into(),
            age_step: 12,
            weights: None,
            ignore_others: false,
            times: false,
        }
    }
}

/// The columns found in a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// The age axis.
    pub grid: AgeGrid,
    /// Names of the columns by age, in order of age.
    pub ages: Vec<String>,
    /// The column of identifiers.
    pub id: Option<String>,
    /// The column of weights.
    pub weight: Option<String>,
}

impl Columns {
    /// Names of all of them.
    pub(crate) fn names(&self) -> impl Iterator<Item = &String> {
        self.id.iter().chain(&self.ages).chain(&self.weight)
    }

    /// Finds the columns; every problem otherwise.
    pub(crate) fn of(schema: &Schema, options: &ColumnOptions) -> Result<Columns, Vec<String>> {
        let mut problems = Vec::new();
        let mut ages: Vec<(u32, String)> = Vec::new();
        let (mut id, mut weight) = (None, None);
        for field in schema.fields() {
            let (name, data_type) = (field.name(), field.data_type());
            if *name == options.id {
                if !is_identifier(data_type) {
                    problems.push(format!("column {name} is {data_type}; identifiers are whole numbers or text"));
                }
                if id.replace(name.clone()).is_some() {
                    problems.push(format!("two columns {name}"));
                }
            } else if Some(name) == options.weights.as_ref() {
                if !holds_counts(data_type) {
                    problems.push(format!("column {name} is {data_type}; weights are {COUNT_TYPES}"));
                }
                weight = Some(name.clone());
            } else if let Some(label) = name.strip_prefix(&options.age_prefix) {
                match months(label) {
                    Some(months) => ages.push((months, name.clone())),
                    None => problems.push(format!(
                        "column {name}: {label:?} is no age in years between 0 and 150 that is a whole number of months"
                    )),
                }
                let (good, accepted) = match options.times {
                    true => (holds_times(data_type), TIME_TYPES),
                    false => (holds_counts(data_type), COUNT_TYPES),
                };
                if !good {
                    let what = if options.times { "times at risk" } else { "counts" };
                    problems.push(format!("column {name} is {data_type}; {what} are {accepted}"));
                }
            } else if !options.ignore_others {
                problems.push(format!(
                    "column {name} is neither identifiers ({}), nor counts by age ({}12, ..), nor weights (--weights): \
                     --ignore-others leaves such columns out",
                    options.id, options.age_prefix
                ));
            }
        }
        if id.is_none() && options.needs_id {
            problems.push(format!("no column {}: answers are told apart by it (--id names another)", options.id));
        }
        if let (Some(name), None) = (&options.weights, &weight) {
            problems.push(format!("no column {name}, which --weights names"));
        }
        ages.sort();
        let grid = on_a_grid(&ages, options, &mut problems);
        match grid {
            Some(grid) if problems.is_empty() => {
                Ok(Columns { grid, ages: ages.into_iter().map(|(_, name)| name).collect(), id, weight })
            }
            _ => Err(problems),
        }
    }
}

fn is_identifier(data_type: &DataType) -> bool {
    data_type.is_integer()
        || matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
        || matches!(data_type, DataType::Dictionary(_, value) if is_identifier(value))
}

/// Months of an age in years, such as `12` or `12.5`: four decimals tell months apart.
fn months(label: &str) -> Option<u32> {
    let plain = !label.is_empty() && label.len() <= 8 && label.chars().all(|c| c.is_ascii_digit() || c == '.');
    let months = 12.0 * label.parse::<f64>().ok().filter(|_| plain)?;
    let whole = months.round();
    ((months - whole).abs() < 1e-3 && whole <= 1800.0).then_some(whole as u32)
}

/// The grid of ages that stand in equal steps.
fn on_a_grid(ages: &[(u32, String)], options: &ColumnOptions, problems: &mut Vec<String>) -> Option<AgeGrid> {
    let (first, _) = ages.first().or_else(|| {
        let prefix = &options.age_prefix;
        problems.push(format!("no columns by age ({prefix}12, {prefix}13, ..): --age-prefix names another beginning"));
        None
    })?;
    for pair in ages.windows(2) {
        let ((before, earlier), (age, later)) = (&pair[0], &pair[1]);
        if age == before {
            problems.push(format!("columns {earlier} and {later} are of one age"));
        } else if age - before != options.age_step {
            problems.push(format!(
                "{later} is {} months after {earlier}, not {}: ages stand without gaps, and --age-step gives their width \
                 in months",
                age - before,
                options.age_step
            ));
        }
    }
    match AgeGrid::months(*first, options.age_step, ages.len()) {
        Ok(grid) => Some(grid),
        Err(error) => {
            problems.push(error.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::arrow::datatypes::Field;

    fn schema(columns: &[(&str, DataType)]) -> Schema {
        Schema::new(columns.iter().map(|(name, t)| Field::new(*name, t.clone(), true)).collect::<Vec<_>>())
    }

    #[test]
    fn columns_are_found_wherever_they_stand() {
        let weights = ColumnOptions { weights: Some("n".into()), ..ColumnOptions::default() };
        let columns =
            [("age_13", DataType::Int64), ("n", DataType::Int32), ("id", DataType::Utf8), ("age_12", DataType::UInt8)];
        let found = Columns::of(&schema(&columns), &weights).expect("columns");
        assert_eq!(
            (found.ages, found.grid),
            (vec!["age_12".to_owned(), "age_13".to_owned()], AgeGrid::years(12, 13).expect("a grid"))
        );
        assert_eq!((found.id.as_deref(), found.weight.as_deref()), (Some("id"), Some("n")));
    }

    #[test]
    fn every_problem_of_a_header_is_told_at_once() {
        let columns = [
            ("age_12", DataType::Utf8),
            ("age_14", DataType::UInt8),
            ("age_x", DataType::UInt8),
            ("income", DataType::Float64),
        ];
        let options = ColumnOptions { needs_id: true, weights: Some("w".into()), ..ColumnOptions::default() };
        let problems = Columns::of(&schema(&columns), &options).expect_err("problems");
        for part in
            ["age_12 is Utf8", "age_14 is 24 months after age_12", "age_x", "income", "no column id", "no column w"]
        {
            assert!(problems.iter().any(|problem| problem.contains(part)), "{part}: {problems:#?}");
        }
        assert_eq!(problems.len(), 6);
    }
}
