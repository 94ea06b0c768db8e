//! Parquet tables in folders of files, columns of nothing but missing values, moments with a time zone; months and quarters
//! of Stata.

use crate::parquet::{table, texts, wholes};
use ::parquet::data_type::Int64Type;
#[cfg(feature = "stata")]
use pleegprofiel::{
    Result,
    cohort::table::{
        CareerTable, Incomplete, ParquetSource, TableOptions, TableSource, read_career_table, read_cohort,
    },
};
use std::path::{Path, PathBuf};

fn part(ids: &[&str], first: &[Option<i64>], second: &[Option<i64>]) -> Vec<u8> {
    table("required binary id (UTF8); optional int64 age_12; optional int64 age_13;", |group| {
        texts(group, ids);
        wholes(group, first);
        wholes(group, second);
    })
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path
}

fn read(folder: &Path, options: &TableOptions) -> Result<pleegprofiel::Cohort> {
    read_cohort(TableSource::open(folder)?, None, options)
}

#[test]
fn a_problem_in_a_folder_names_the_file_and_the_row_in_it() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "a.parquet", &part(&["p", "q"], &[Some(0), Some(1)], &[Some(2), Some(0)]));
    write(
        dir.path(),
        "b.parquet",
        &part(&["r", "p", "s"], &[Some(0), Some(1), Some(-3)], &[Some(2), Some(0), Some(1)]),
    );
    let error = read(dir.path(), &TableOptions::new()).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("b.parquet, row 2, column id: same id as row 1 of a.parquet"), "{said}");
    assert!(said.contains("b.parquet, row 3, column age_12: \"-3\" is negative"), "{said}");
    assert_eq!(error.issues()[0].part.as_deref(), Some("b.parquet"));
    // places of doubts as well
    write(dir.path(), "b.parquet", &part(&["r", "Totaal"], &[Some(0), Some(999)], &[Some(2), Some(0)]));
    let found = read(dir.path(), &TableOptions::new()).unwrap();
    let told: Vec<String> = found.warnings().iter().map(ToString::to_string).collect();
    assert!(told[0].contains("(first: row 2 of b.parquet, age 12)"), "{told:?}");
    assert!(told[1].contains("(row 2 of b.parquet)"), "{told:?}");
    // a damaged file of several is named with its own rows
    let mut damaged = part(&["t", "u"], &[Some(0), Some(1)], &[Some(2), Some(0)]);
    damaged[8..40].fill(0xFF);
    write(dir.path(), "c.parquet", &damaged);
    let said = read(dir.path(), &TableOptions::new()).unwrap_err().to_string();
    assert!(said.contains("c.parquet: from row 1 on"), "{said}");
}

#[test]
fn folders_called_key_and_value_are_parts_of_the_table_and_the_key_is_a_column() {
    let dir = tempfile::tempdir().unwrap();
    let one = part(&["p", "q"], &[Some(0), Some(1)], &[Some(2), Some(0)]);
    write(dir.path(), "sex=m/year=2020/x.parquet", &one);
    write(dir.path(), "sex=a%20b/year=2021/x.parquet", &part(&["r"], &[Some(4)], &[None]));
    write(dir.path(), "_SUCCESS", b"");
    let refused = read(dir.path(), &TableOptions::new()).unwrap_err().to_string();
    assert!(refused.contains("--ignore sex") && refused.contains("--ignore year"), "{refused}");
    let found = read(dir.path(), &TableOptions::new().ignore(["sex", "year"])).unwrap();
    assert_eq!((found.persons(), found.events(), found.id(0)), (3, 7, Some("r")));
    // read as any other column
    let weights = TableOptions::new().ignore(["sex"]).weight_column("year");
    assert_eq!(read(dir.path(), &weights).unwrap().weight(2), 2020.0);
    let covariates = pleegprofiel::cohort::table::read_person_table(
        TableSource::open(dir.path()).unwrap(),
        &found,
        &["sex".into()],
        &TableOptions::new().categorical(["sex"]),
    );
    let covariates = covariates.unwrap();
    assert_eq!((covariates.names, covariates.values), (vec!["sex=m".to_owned()], vec![vec![0.0, 1.0, 1.0]]));
    // a file of the table that lies elsewhere lacks the key
    write(dir.path(), "z.parquet", &part(&["s"], &[Some(0)], &[Some(0)]));
    let refused = read(dir.path(), &TableOptions::new()).unwrap_err().to_string();
    assert!(refused.contains("z.parquet: no folder sex=.., which sex="), "{refused}");
    std::fs::remove_file(dir.path().join("z.parquet")).unwrap();
    write(dir.path(), "sex=m/other/x.parquet", &one);
    let refused = read(dir.path(), &TableOptions::new()).unwrap_err().to_string();
    assert!(refused.contains("\"sex=m/other\"") && refused.contains("key=value are read"), "{refused}");
}

#[test]
fn a_column_of_nothing_but_missing_values_is_an_empty_one() {
    let bytes = |extra: &str| {
        table(
            &format!("required binary id (UTF8); optional int64 age_12; optional int32 {extra} (UNKNOWN);"),
            |group| {
                texts(group, &["p", "q"]);
                wholes(group, &[Some(3), Some(0)]);
                let mut column = group.next_column().unwrap().unwrap();
                column.typed::<::parquet::data_type::Int32Type>().write_batch(&[], Some(&[0, 0]), None).unwrap();
                column.close().unwrap();
            },
        )
    };
    let of =
        |extra: &str| read_cohort(ParquetSource::new("t", bytes(extra)).into(), None, &TableOptions::new()).unwrap();
    assert_eq!(of("age_13").counts(0), [Some(3), None]);
    let found = of("note");
    assert_eq!(found.counts(0), [Some(3)]);
    assert_eq!(found.warnings()[0].to_string(), "t: left out the column \"note\", which is empty");
}

fn dated(births: TableSource<'_>, options: &TableOptions) -> Result<CareerTable> {
    let offences = TableSource::from_bytes("offences.csv", "id,committed,offence\n");
    read_career_table(births, offences, None, options)
}

#[test]
fn a_moment_with_a_time_zone_is_a_day_at_midnight_in_utc_and_nowhere_else() {
    let day = 86_400_000_i64;
    let of = |from: i64, zone: bool| {
        let time = format!("required int64 from (TIMESTAMP(MILLIS,{zone}))");
        let schema =
            format!("required binary id (UTF8); required binary birth (UTF8); {time}; required binary to (UTF8);");
        let bytes = table(&schema, |group| {
            texts(group, &["1"]);
            texts(group, &["1980-05-01"]);
            let mut column = group.next_column().unwrap().unwrap();
            column.typed::<Int64Type>().write_batch(&[from], None, None).unwrap();
            column.close().unwrap();
            texts(group, &["2020-01-01"]);
        });
        dated(ParquetSource::new("people", bytes).into(), &TableOptions::new())
    };
    let first = |table: Result<CareerTable>| *table.unwrap().careers[0].career.window();
    assert_eq!(first(of(10_000 * day, true)), first(of(10_000 * day, false)));
    let refused = of(10_000 * day - 7_200_000, true).unwrap_err().to_string();
    assert!(refused.contains("row 1, column from: \"1997-05-18 and 79200 s\" is a moment in UTC"), "{refused}");
    assert!(refused.contains("hangs on the zone") && refused.contains("CAST(.. AS DATE)"), "{refused}");
    assert!(of(10_000 * day - 7_200_000, false).unwrap_err().to_string().contains("has a time of day"));
}

/// Written by pandas 3.1.1; births on 1 May 1980, 1 November 1981 and 1 January 1979.
#[cfg(feature = "stata")]
#[test]
fn months_quarters_half_years_and_weeks_of_stata_are_incomplete_dates() {
    for (format, first, last) in [
        ("tm", ["1980-05-01", "1981-11-01", "1979-01-01"], ["1980-05-31", "1981-11-30", "1979-01-31"]),
        ("tq", ["1980-04-01", "1981-10-01", "1979-01-01"], ["1980-06-30", "1981-12-31", "1979-03-31"]),
        ("th", ["1980-01-01", "1981-07-01", "1979-01-01"], ["1980-06-30", "1981-12-31", "1979-06-30"]),
        ("tw", ["1980-04-29", "1981-10-29", "1979-01-01"], ["1980-05-05", "1981-11-04", "1979-01-07"]),
        ("ty", ["1980-01-01", "1981-01-01", "1979-01-01"], ["1980-12-31", "1981-12-31", "1979-12-31"]),
    ] {
        let name = format!("files/people-{format}.dta");
        let refused = dated(crate::files::open(&name), &TableOptions::new()).unwrap_err().to_string();
        assert!(refused.contains("row 1, column birth") && refused.contains("--incomplete-dates middle"), "{refused}");
        for (rule, births) in [(Incomplete::Earliest, first), (Incomplete::Latest, last)] {
            let table = dated(crate::files::open(&name), &TableOptions::new().incomplete_dates(rule)).unwrap();
            let found: Vec<String> = table.careers.iter().map(|c| c.career.birth().unwrap().to_string()).collect();
            assert_eq!(found, births, "{format}, {rule}");
        }
    }
}

#[test]
fn a_folder_that_says_something_else_of_a_column_than_its_files_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let rows = |age: i64| {
        table("required binary id (UTF8); optional int64 age; optional int64 count;", |group| {
            texts(group, &["p", "q"]);
            wholes(group, &[Some(age), Some(age)]);
            wholes(group, &[Some(0), Some(2)]);
        })
    };
    write(dir.path(), "age=12/x.parquet", &rows(12));
    write(dir.path(), "age=13/x.parquet", &rows(13));
    assert_eq!(read(dir.path(), &TableOptions::new()).unwrap().counts(1), [Some(2), Some(2)]);
    write(dir.path(), "age=13/x.parquet", &rows(34));
    let refused = read(dir.path(), &TableOptions::new()).unwrap_err().to_string();
    assert!(
        refused.contains("age=13/x.parquet: the folder says age=13, and the column \"age\" in the file"),
        "{refused}"
    );
    // whether the column is asked for or not
    write(dir.path(), "age=13/x.parquet", &rows(13));
    write(dir.path(), "count=2/x.parquet", &rows(12));
    std::fs::remove_dir_all(dir.path().join("age=12")).unwrap();
    std::fs::remove_dir_all(dir.path().join("age=13")).unwrap();
    let groups =
        pleegprofiel::cohort::table::read_groups(TableSource::open(dir.path()).unwrap(), "age", &TableOptions::new());
    assert!(groups.unwrap_err().to_string().contains("the folder says count=2"));
}

#[test]
fn a_page_that_is_not_what_its_checksum_says_is_damaged() {
    let path = crate::files::fixture("files/counts-checksums.parquet");
    let good = std::fs::read(&path).unwrap();
    let of = |bytes: Vec<u8>| read_cohort(ParquetSource::new("t.parquet", bytes).into(), None, &TableOptions::new());
    assert_eq!(of(good.clone()).unwrap().persons(), 20);
    let mut damaged = good;
    // among the identifiers of the first page, none of which is told from another by its type
    damaged[100] ^= 1;
    let refused = of(damaged).unwrap_err().to_string();
    assert!(refused.to_lowercase().contains("crc"), "{refused}");
}

#[test]
fn types_that_are_not_read_are_called_by_their_names() {
    let refused = |column: &str| {
        let schema = format!("required binary id (UTF8); optional int64 age_12; {column};");
        let bytes = table(&schema, |group| {
            texts(group, &[]);
            wholes(group, &[]);
            group.next_column().unwrap().unwrap().close().unwrap();
        });
        let source = ParquetSource::new("t.parquet", bytes);
        read_cohort(source.into(), None, &TableOptions::new()).unwrap_err().to_string()
    };
    for (column, said) in [
        ("required fixed_len_byte_array(17) age_13 (DECIMAL(40,0))", "decimal256), which are not read: cast it"),
        ("required fixed_len_byte_array(2) age_13 (FLOAT16)", "16-bit floats, which are not read: cast it"),
        ("required fixed_len_byte_array(16) age_13 (UUID)", "UUIDs as 16 bytes, which are not read: cast it"),
        ("required fixed_len_byte_array(16) age_13", "bytes of a fixed length"),
    ] {
        let refused = refused(column);
        assert!(
            refused.contains("column age_13: holds") && refused.contains(said) && !refused.contains("--missing"),
            "{refused}"
        );
    }
}
