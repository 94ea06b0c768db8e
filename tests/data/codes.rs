//! Codes for missing values, which are missing in every cell, whatever its type and whatever the file.

use crate::parquet::{Group, table, texts, wholes};
use ::parquet::data_type::{DoubleType, FloatType, Int32Type};
use pleegprofiel::{
    Career, Result,
    cohort::{
        CohortWarning,
        table::{
            CareerTable, ParquetSource, TableOptions, TableSource, read_career_table, read_cohort, read_groups,
            read_starts,
        },
    },
};
use rstest::rstest;

fn csv(name: &'static str, text: &'static str) -> TableSource<'static> {
    TableSource::new(name, text.as_bytes())
}

fn careers(people: TableSource<'_>, offences: &'static str, options: &TableOptions) -> Result<CareerTable> {
    read_career_table(people, csv("offences.csv", offences), None, options)
}

const PEOPLE: &str = "id,birth,from,to\na,1980-05-05,2000-01-01,2099-12-31\nb,1981-05-05,2000-01-01,2015-01-01\n";
const OFFENCES: &str = "id,committed,offence\na,2001-03-01,property\n";

fn days(group: &mut Group<'_, '_>, values: &[i32]) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int32Type>().write_batch(values, None, None).unwrap();
    column.close().unwrap();
}

/// The same people as typed columns, the end of their windows of this type.
fn typed(end: &str, fill: impl FnOnce(&mut Group<'_, '_>)) -> TableSource<'static> {
    let schema = format!("required binary id (UTF8); required int32 birth (DATE); required int32 from (DATE); {end};");
    let bytes = table(&schema, |group| {
        texts(group, &["a", "b"]);
        days(group, &[3_777, 4_142]);
        days(group, &[10_957, 10_957]);
        fill(group);
    });
    ParquetSource::new("people.parquet", bytes).into()
}

/// Who they are, wherever they stand.
fn known(table: &CareerTable) -> Vec<(&str, &Career)> {
    table.careers.iter().map(|named| (named.id.as_str(), &named.career)).collect()
}

#[test]
fn a_day_that_is_a_code_is_missing_as_text_as_a_date_as_a_date_time_and_as_a_number() {
    let options = || TableOptions::new().register_end("2020-01-01".parse().unwrap());
    let coded = || options().missing(["2099-12-31"]);
    let expected = careers(csv("people.csv", PEOPLE), OFFENCES, &coded()).unwrap();
    assert_eq!(expected.careers.len(), 2);
    assert!(expected.warnings.iter().any(|told| matches!(told, CohortWarning::OpenEnds { windows: 1, .. })));
    let last = 47_481; // 31 December 2099, since 1970
    let dates = typed("required int32 to (DATE)", |group| days(group, &[last, 16_436]));
    assert_eq!(known(&careers(dates, OFFENCES, &coded()).unwrap()), known(&expected));
    let micros = |day: i32| Some(i64::from(day) * 86_400_000_000);
    let times = typed("optional int64 to (TIMESTAMP_MICROS)", |group| wholes(group, &[micros(last), micros(16_436)]));
    assert_eq!(known(&careers(times, OFFENCES, &coded()).unwrap()), known(&expected));
    // whole numbers, by a format that the code is written in too
    let numbers = typed("optional int64 to", |group| wholes(group, &[Some(20_991_231), Some(20_150_101)]));
    let format = || options().date_format("yyyymmdd".parse().unwrap());
    assert_eq!(known(&careers(numbers, OFFENCES, &format().missing(["20991231"])).unwrap()), known(&expected));
    let no_number = typed("required double to", |group| {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<DoubleType>().write_batch(&[f64::NAN, 20_150_101.0], None, None).unwrap();
        column.close().unwrap();
    });
    assert_eq!(known(&careers(no_number, OFFENCES, &format().missing(["NaN"])).unwrap()), known(&expected));
    // the day as another format writes it
    let other = csv("people.csv", "id,birth,from,to\na,5-5-1980,1-1-2000,31-12-2099\nb,5-5-1981,1-1-2000,1-1-2015\n");
    let dutch = options().date_format("d-m-yyyy".parse().unwrap()).missing(["2099-12-31"]);
    assert_eq!(known(&careers(other, OFFENCES, &dutch).unwrap()), known(&expected));
}

#[test]
fn cases_severities_ends_and_groups_may_be_codes() {
    let options = TableOptions::new().missing(["0", "999", "NA"]);
    let people =
        "id,birth,from,to,end\n1,1980-05-05,2000-01-01,2015-01-01,NA\n2,1980-05-05,2000-01-01,2015-01-01,died\n";
    let offences = "id,committed,offence,case,severity\n1,2001-03-01,property,0,999\n1,2001-04-01,property,NA,80\n\
                    2,2001-03-01,drugs,7.0,999.0\n";
    let found = careers(csv("people.csv", people), offences, &options).unwrap();
    let of = |i: usize| -> Vec<(Option<u32>, Option<f64>)> {
        let offences = found.careers[i].career.offences().iter();
        offences.map(|offence| (offence.case, offence.severity.map(|severity| severity.get()))).collect()
    };
    assert_eq!((of(0), of(1)), (vec![(None, None), (None, Some(80.0))], vec![(Some(7), None)]));
    assert!(
        found.warnings.iter().any(|told| matches!(told, CohortWarning::MissingCodes { cells: 4 })),
        "{:?}",
        found.warnings
    );
    let groups = |text| read_groups(csv("groups.csv", text), "sex", &TableOptions::new().missing(["9"]));
    let refused = groups("id,sex\n1,1\n9,9\n").unwrap_err().to_string();
    assert!(refused.contains("groups.csv, row 3, column sex: no group"), "{refused}");
    let starts = csv("starts.csv", "id,start,entry\n1,2000-01-01,NA\n");
    assert_eq!(read_starts(starts, &options).unwrap()["1"].entry, None);
}

#[test]
fn a_code_is_no_identifier_and_no_age_and_a_number_from_zero_on_is_somebody() {
    let read =
        |text: &'static str, code: &str| read_cohort(csv("t.csv", text), None, &TableOptions::new().missing([code]));
    let said = |text, code| read(text, code).unwrap_err().to_string();
    let refused = said("id,age_12,age_13\n1,0,2\nNA,1,0\n", "NA");
    assert!(refused.contains("row 3, column id: no identifier: the cell holds a code"), "{refused}");
    assert!(said("id,age,count\n1,12,0\n-9,12,0\n", "-9.0").contains("row 3, column id: no identifier"));
    // the ninth person is somebody, and has a count that is not known
    let found = read("id,age_12,age_13\n8,0,2\n9,1,9\n", "9").unwrap();
    assert_eq!((found.persons(), found.counts(1)), (2, vec![Some(1), None]));
    let refused = said("id,age,count\n1,12,0\n1,13,2\n2,12,0\n2,99,1\n", "99");
    assert!(refused.contains("row 5, column age: no age: \"99\" is named as a code for a missing value"), "{refused}");
}

fn singles(group: &mut Group<'_, '_>, values: &[f32]) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<FloatType>().write_batch(values, None, None).unwrap();
    column.close().unwrap();
}

#[rstest]
#[case::all_of_them(&[123_456_784.0, 1.0], 1)]
#[case::the_first_that_may_be_rounded(&[16_777_215.0, 16_777_216.0], 2)]
fn an_identifier_that_a_float_of_32_bits_may_have_rounded_is_refused(#[case] ids: &[f32], #[case] row: u64) {
    let read = |ids: &[f32]| {
        let bytes = table("required float id; optional int64 age_12; optional int64 age_13;", |group| {
            singles(group, ids);
            wholes(group, &[Some(0), Some(1)]);
            wholes(group, &[Some(2), Some(0)]);
        });
        read_cohort(ParquetSource::new("counts.parquet", bytes).into(), None, &TableOptions::new())
    };
    let refused = read(ids).unwrap_err().to_string();
    let expected = format!("counts.parquet, row {row}, column id: the identifier is stored as a 32-bit float");
    assert!(refused.contains(&expected) && refused.contains("long, double or text"), "{refused}");
    let found = read(&[16_777_215.0, 7.0]).unwrap();
    assert_eq!((found.id(0), found.id(1)), (Some("16777215"), Some("7")));
}

#[test]
fn days_and_cases_that_a_float_of_32_bits_may_have_rounded_are_refused() {
    let bytes = table(
        "required binary id (UTF8); required float committed; required binary offence (UTF8); required float case;",
        |group| {
            texts(group, &["a"]);
            singles(group, &[20_010_301.0]);
            texts(group, &["property"]);
            singles(group, &[123_456_789.0]);
        },
    );
    let options = TableOptions::new().date_format("yyyymmdd".parse().unwrap());
    let offences = ParquetSource::new("offences.parquet", bytes).into();
    let refused = read_career_table(csv("people.csv", PEOPLE), offences, None, &options).unwrap_err().to_string();
    for column in ["committed", "case"] {
        assert!(refused.contains(&format!("offences.parquet, row 1, column {column}: ")), "{refused}");
    }
    assert!(refused.contains("32-bit float (Stata's float), which rounds whole numbers from 16777216 on"), "{refused}");
}

#[cfg(feature = "stata")]
#[test]
fn identifiers_that_stata_generated_as_floats_are_refused() {
    let refused = read_cohort(crate::files::open("files/counts-float-id.dta"), None, &TableOptions::new()).unwrap_err();
    let refused = refused.to_string();
    assert!(
        refused.contains("row 1, column id: the identifier is stored as a 32-bit float (Stata's float)"),
        "{refused}"
    );
}
