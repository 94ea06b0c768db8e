//! Broken tables of the long forms and what is said about them; the wide form is in `bad_input.rs`.

use pleegprofiel::{
    AgeGrid, Cohort, Error, ErrorKind, Result,
    cohort::table::{Observed, TableOptions, TableSource, read_cohort, read_offences, read_person_ages},
};
use rstest::rstest;

fn person_ages(table: &str) -> Result<Cohort> {
    read_person_ages(TableSource::new("l.csv", table.as_bytes()), &TableOptions::new())
}

fn offences(table: &str, persons: &str) -> Result<Cohort> {
    let persons = Observed::Persons(TableSource::new("p.csv", persons.as_bytes()));
    read_offences(TableSource::new("o.csv", table.as_bytes()), persons, &TableOptions::new())
}

/// The problems, one a line, of an input that must be refused.
fn problems(result: Result<Cohort>) -> String {
    let error = result.expect_err("this input must be refused");
    assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
    listed(&error)
}

fn listed(error: &Error) -> String {
    error.issues().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case::twice(
    "id,age,count\n1,12,0\n2,12,0\n1,12,1\n",
    "l.csv, row 4, column age: 12 is listed in row 2 for this person already"
)]
#[case::bad_ages(
    "id,age,count\n1,12.52,0\n2,-1,0\n3,151,0\n4,,0\n",
    "l.csv, row 2, column age: \"12.52\" is not an age between 0 and 150 years, in whole months\nl.csv, row 3, column age: \"-1\" is not an age between 0 and 150 years\nl.csv, row 4, column age: \"151\" is not an age between 0 and 150 years: if ages are in months, say so (--ages-in months)\nl.csv, row 5, column age: no age"
)]
#[case::uneven_ages(
    "id,age,count\n1,12,0\n2,12.5,0\n",
    "l.csv, row 3, column age: 6 months after 12, which is not a step of 12 months; intervals of another width are named by --age-step, such as --age-step 6"
)]
#[case::perhaps_months(
    "id,age,count\n1,120,0\n2,121,0\n",
    "l.csv, row 1, column age: ages 120 to 121 in years? If they are months, say so (--ages-in months); if they are years, say that (--ages-in years)"
)]
#[case::bad_count_and_exposure(
    "id,age,count,exposure\n1,12,x,2\n2,13,1,0\n",
    "l.csv, row 2, column count: \"x\" is not a number\nl.csv, row 2, column exposure: \"2\" is not a time at risk: the fraction of the age interval at liberty, above 0 and at most 1\nl.csv, row 3, column exposure: a time at risk of 0 where 1 is counted: a rate per year at liberty cannot explain that; an age without any time at liberty is not observed, so leave its count empty"
)]
#[case::nothing_observed(
    "id,age,count\n1,12,0\n2,12,\n2,13,\n",
    "l.csv, row 3: no age is observed: leave this person out (--leave-out-unobserved leaves out all such people)"
)]
#[case::no_rows("id,age,count\n", "l.csv, row 1: a header, but no persons")]
#[case::misspelt(
    "id,Aeg,count,expsure\n1,12,0,1\n",
    "l.csv, row 1: no column \"age\": another name is given by --age-column\nl.csv, row 1: \"Aeg\" is not a column of this table: leave it out with --ignore Aeg\nl.csv, row 1: \"expsure\" is not a column of this table: leave it out with --ignore expsure"
)]
#[case::column_twice(
    "id,age,count,count\n1,12,0,1\n",
    "l.csv, row 1, column count: stands twice: column 3 and column 4"
)]
#[case::no_header(
    "a7,12,0\n",
    "l.csv, row 1: no column \"id\": is the header missing, or is it to be named by --id?\nl.csv, row 1: no column \"age\": another name is given by --age-column\nl.csv, row 1: no column \"count\": another name is given by --count-column"
)]
#[case::dated(
    "id,date,count\n1,2001-02-03,1\n",
    "l.csv, row 1: dates are not read here: give the age in completed years in a column \"age\", or make careers of dated offences first\nl.csv, row 1: no column \"age\": another name is given by --age-column"
)]
fn a_bad_table_of_persons_by_age_is_told_in_full(#[case] table: &str, #[case] expected: &str) {
    assert_eq!(problems(person_ages(table)), expected);
}

#[rstest]
#[case::outside(
    "id,age,offence\n1,11,theft\n1,12,theft\n2,19,theft\n",
    "o.csv, row 2, column age: 11 is outside the ages 12 to 17 at which this person was observed (p.csv, row 2)\no.csv, row 4, column age: 19 is outside the ages 12 to 18 at which this person was observed (p.csv, row 3)"
)]
#[case::unknown_person("id,age,offence\n3,12,theft\n", "o.csv, row 2, column id: this id is not in p.csv")]
#[case::no_offence(
    "id,age,offence\n1,12,\n",
    "o.csv, row 2, column offence: no offence: a person without offences stands in the table of persons only"
)]
#[case::counts(
    "id,age,offence,count\n1,12,theft,2\n",
    "o.csv, row 1: \"count\": one row is one offence here; counts are read as one row per person and age"
)]
#[case::dated(
    "id,date,offence\n1,2001-02-03,theft\n",
    "o.csv, row 1: dates are not read here: give the age in completed years in a column \"age\", or make careers of dated offences first\no.csv, row 1: no column \"age\": another name is given by --age-column"
)]
fn a_bad_table_of_offences_is_told_in_full(#[case] table: &str, #[case] expected: &str) {
    assert_eq!(problems(offences(table, "id,from_age,to_age\n1,12,17\n2,12,18\n")), expected);
}

#[rstest]
#[case::backwards("1,17,12\n", "p.csv, row 2, column to_age: 12 is below from_age, 17")]
#[case::twice("1,12,17\n1,12,17\n", "p.csv, row 3, column id: same id as row 2")]
#[case::open("1,12,\n", "p.csv, row 2, column to_age: no age")]
#[case::empty("", "p.csv, row 1: a header, but no persons")]
fn a_bad_table_of_persons_is_told_in_full(#[case] rows: &str, #[case] expected: &str) {
    let result = offences("id,age,offence\n1,12,theft\n", &format!("id,from_age,to_age\n{rows}"));
    assert_eq!(problems(result), expected);
}

#[test]
fn offences_over_a_grid_that_is_given_count_everyone_as_observed_throughout() {
    let table = "id,age,offence,note\nb,13,theft,\"first\nline\"\na,12,theft,\nb,13,fraud,\n";
    let grid = AgeGrid::years(12, 14).unwrap();
    let read = |table: &str, grid| {
        let table = TableSource::new("o.csv", table.as_bytes());
        read_offences(table, Observed::Throughout(grid), &TableOptions::new())
    };
    let cohort = read(table, grid).unwrap();
    assert_eq!((cohort.id(0), cohort.id(1)), (Some("b"), Some("a")));
    assert_eq!(
        (cohort.counts(0), cohort.counts(1)),
        (vec![Some(0), Some(2), Some(0)], vec![Some(1), Some(0), Some(0)])
    );
    let outside = table.replace("a,12", "a,15");
    assert_eq!(problems(read(&outside, grid)), "o.csv, row 4, column age: 15 is outside the ages 12 to 14");
    let error = read(table, AgeGrid::months(144, 6, 4).unwrap()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidOptions);
}

#[test]
fn the_form_of_a_table_is_known_by_its_header() {
    let read =
        |table: &str, options: &TableOptions| read_cohort(TableSource::new("t.csv", table.as_bytes()), None, options);
    let plain = TableOptions::new();
    let on_grid = TableOptions::new().grid(AgeGrid::years(12, 13).unwrap());
    let wide = read("id,age_12,age_13\na,0,1\n", &plain).unwrap();
    assert_eq!(read("id,age,count\na,13,1\na,12,0\n", &plain).unwrap(), wide);
    assert_eq!(read("id,age,offence\na,13,theft\n", &on_grid).unwrap(), wide);
    assert_eq!(
        problems(read("id,age,offence\na,13,theft\n", &plain)),
        "t.csv, row 1: one row per offence does not say who was observed at which ages: give the ages at which everybody in the table was (--ages 12-24), or a file of everyone (--people, with the columns id, from_age and to_age)"
    );
    let exposure = TableSource::new("e.csv", "id,age_12\n".as_bytes());
    let offences = TableSource::new("t.csv", "id,age,offence\n".as_bytes());
    let error = read_cohort(offences, Some(exposure), &on_grid).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidOptions);
}

#[test]
fn a_person_has_one_weight_in_all_rows() {
    let read = |rows: &str| {
        let table = format!("id,age,count,w\n{rows}");
        read_person_ages(TableSource::new("l.csv", table.as_bytes()), &TableOptions::new().weight_column("w"))
    };
    let cohort = read("a,12,0,2\nb,12,1,0.5\na,13,1,2\n").unwrap();
    assert_eq!((cohort.weight(0), cohort.weight(1)), (2.0, 0.5));
    assert_eq!(
        problems(read("a,12,0,2\na,13,1,1\nb,12,1,\n")),
        "l.csv, row 3, column w: another weight than in the first row of this person\nl.csv, row 4, column w: no weight"
    );
    // of people in another table, those without a row have none
    let of = |people: &'static str| {
        let options = TableOptions::new().weight_column("w").unlisted(pleegprofiel::cohort::table::Unlisted::Zero);
        let table = TableSource::new("l.csv", "id,age,count,w\na,12,1,2\na,13,1,2\n".as_bytes());
        pleegprofiel::cohort::table::read_person_ages_of(
            table,
            Some(TableSource::new("p.csv", people.as_bytes())),
            &options,
        )
    };
    assert_eq!(of("id\na\n").unwrap().weight(0), 2.0);
    assert_eq!(problems(of("id\na\nb\n")), "l.csv, column w: 1 people without a row have no weight");
}
