//! One person whose identifier is written in two ways within a table.

use pleegprofiel::AgeGrid;
use pleegprofiel::{
    Cohort,
    cohort::{
        CohortWarning,
        table::{Observed, TableOptions, TableSource, read_cohort, read_offences, read_values},
    },
};
use rstest::rstest;

fn doubts(warnings: &[CohortWarning]) -> Vec<String> {
    warnings.iter().filter(|warning| warning.is_doubt()).map(ToString::to_string).collect()
}

fn read(text: &str) -> Cohort {
    read_cohort(TableSource::new("t.csv", text.as_bytes()), None, &TableOptions::new()).unwrap()
}

#[rstest]
#[case::zeros("007", "7", "leading zeros")]
#[case::case("A1", "a1", "capital letters")]
#[case::decimals("9.0", "9", "a .0 at its end")]
#[case::blanks("1 234", "1234", "blanks")]
fn a_person_written_in_two_ways_is_doubted_in_every_form(#[case] one: &str, #[case] two: &str, #[case] by: &str) {
    let told = |row: u64, first: u64| {
        format!(
            "1 identifier differs from another one by {by} alone (first: row {row}, and row {first}): the same person written in two ways?"
        )
    };
    let long = format!("id,age,count\n{one},12,0\nx,12,0\n{two},13,2\nx,13,1\n{two},14,0\n");
    assert_eq!(doubts(read(&long).warnings()), [told(4, 2)]);
    let wide = format!("id,age_12,age_13\n{one},0,2\nx,0,1\n{two},1,0\n");
    assert_eq!(doubts(read(&wide).warnings()), [told(4, 2)]);
    let values = read_values(TableSource::new("t.csv", wide.as_bytes()), &TableOptions::new()).unwrap();
    assert_eq!(doubts(&values.warnings), [told(4, 2)]);
    let offences = format!("id,age,offence\n{one},12,theft\nx,12,theft\n{two},13,theft\n");
    let observed = Observed::Throughout(AgeGrid::years(12, 14).unwrap());
    let found = read_offences(TableSource::new("t.csv", offences.as_bytes()), observed, &TableOptions::new()).unwrap();
    assert_eq!(doubts(found.warnings()), [told(4, 2)]);
}

#[test]
fn identifiers_that_differ_otherwise_are_of_different_people() {
    for ids in [["A1", "B1"], ["01", "02"], ["10", "1"], ["a-1", "a1"], ["1.5", "15"]] {
        let text = format!("id,age,count\n{},12,0\n{},12,1\n", ids[0], ids[1]);
        assert!(doubts(read(&text).warnings()).is_empty(), "{ids:?}");
    }
}
