//! Parquet tables: the same as CSV, read from other writers, refused whole when they are wrong or broken.

use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use ::parquet::record::Field;
use ::parquet::schema::parser::parse_message_type;
use pleegprofiel::{
    Cohort, Error, ErrorKind,
    career::CalendarDate,
    cohort::table::{
        ParquetSource, TableOptions, TableSource, read_cohort_parquet, read_cohort_parquet_with, read_wide_with,
    },
    reference_model,
    synthetic::{SyntheticCohort, TABLES},
};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn people() -> SyntheticCohort {
    SyntheticCohort::new(reference_model().career_model(), 9).unwrap()
}

fn parquet(numbers: std::ops::Range<u64>) -> [Vec<u8>; 7] {
    let mut tables: [Vec<u8>; 7] = Default::default();
    people().write_parquet(numbers, &mut tables).unwrap();
    tables
}

fn csv(numbers: std::ops::Range<u64>) -> [Vec<u8>; 7] {
    let mut tables: [Vec<u8>; 7] = Default::default();
    people().write_tables(numbers, &mut tables).unwrap();
    tables
}

/// A cell as CSV has it.
fn text(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Bool(flag) => u8::from(*flag).to_string(),
        Field::Int(number) => number.to_string(),
        Field::Long(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Str(text) => text.clone(),
        Field::Date(days) => CalendarDate::new(1970, 1, 1).unwrap().plus_days(i64::from(*days)).unwrap().to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_table_holds_what_its_csv_holds_cell_for_cell() {
    // more than a row group, and a first person who is not number 0
    let numbers = 500..33_600;
    let found = parquet(numbers.clone());
    for ((name, bytes), csv) in TABLES.iter().zip(found).zip(csv(numbers)) {
        let csv = String::from_utf8(csv).unwrap();
        let mut lines = csv.lines();
        let file = SerializedFileReader::new(::bytes::Bytes::from(bytes)).unwrap();
        assert_eq!(file.num_row_groups(), 2, "{name}");
        let columns = file.metadata().file_metadata().schema_descr().columns().to_vec();
        let header: Vec<&str> = columns.iter().map(|column| column.name()).collect();
        assert_eq!(lines.next(), Some(header.join(",").as_str()), "{name}");
        for row in file.get_row_iter(None).unwrap() {
            let cells: Vec<String> = row.unwrap().get_column_iter().map(|(_, field)| text(field)).collect();
            assert_eq!(lines.next(), Some(cells.join(",").as_str()), "{name}");
        }
        assert_eq!(lines.next(), None, "{name}");
    }
}

#[test]
fn files_are_the_same_bytes_on_any_number_of_threads() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| parquet(0..3000))
    };
    let one = on(1);
    assert_eq!(on(2), one);
    assert_eq!(on(16), one);
}

#[test]
fn nobody_is_an_empty_table_and_a_number_too_large_is_refused_before_anything_is_written() {
    let [.., counts, _, _] = parquet(5..5);
    let error = read_cohort_parquet_with(ParquetSource::new("c", counts), None, &TableOptions::new()).unwrap_err();
    assert!(error.to_string().ends_with("c: no persons"), "{error}");
    let mut tables: [Vec<u8>; 7] = Default::default();
    assert!(people().write_parquet(0..u64::MAX, &mut tables).is_err());
    assert_eq!(tables, <[Vec<u8>; 7]>::default());
}

#[test]
fn a_cohort_from_parquet_is_the_cohort_from_csv() {
    // more rows than are decoded at a time
    let [_, _, _, _, counts, exposure, _] = parquet(0..5000);
    let [_, _, _, _, csv_counts, csv_exposure, _] = csv(0..5000);
    let options = TableOptions::new();
    let read = |exposure: Option<Vec<u8>>| {
        let exposure = exposure.map(|bytes| ParquetSource::new("e", bytes));
        read_cohort_parquet_with(ParquetSource::new("c", counts.clone()), exposure, &options).unwrap()
    };
    let wide = |exposure: Option<&[u8]>| {
        let exposure = exposure.map(|bytes| TableSource::new("e", bytes));
        read_wide_with(TableSource::new("c", &csv_counts[..]), exposure, &options).unwrap()
    };
    assert_eq!(read(Some(exposure)), wide(Some(&csv_exposure)));
    assert_eq!(read(None), wide(None));
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/parquet").join(name)
}

fn four_persons() -> Cohort {
    let counts = "id,age_12,age_13,age_14\na,0,1,\nb,2,300,0\nç,,0,7\nd,1,,0\n";
    let exposure = "id,age_12,age_13,age_14\na,1,1,\nb,0.5,1,0.75\nç,,0.1,1\nd,0.25,0,1\n";
    let exposure = TableSource::new("e", exposure.as_bytes());
    read_wide_with(TableSource::new("c", counts.as_bytes()), Some(exposure), &TableOptions::new()).unwrap()
}

#[test]
fn tables_of_other_writers_are_read_whatever_their_encodings() {
    for (counts, exposure) in [
        ("pyarrow_counts.parquet", "pyarrow_exposure.parquet"),
        ("delta_counts.parquet", "split_exposure.parquet"),
        ("polars_counts.parquet", "polars_exposure.parquet"),
    ] {
        let found = read_cohort_parquet(fixture(counts), Some(&fixture(exposure)), &TableOptions::new());
        assert_eq!(found.unwrap(), four_persons(), "{counts}");
    }
}

#[test]
fn whole_decimals_are_counts_and_zstd_is_read() {
    let plain = TableOptions::new();
    let expected = read_cohort_parquet(fixture("pyarrow_counts.parquet"), None, &plain).unwrap();
    for name in ["decimal_counts.parquet", "zstd_counts.parquet"] {
        assert_eq!(read_cohort_parquet(fixture(name), None, &plain).unwrap(), expected, "{name}");
    }
}

#[test]
fn types_that_do_not_serve_are_refused_by_name() {
    let refusal = |name: &str| {
        let error = read_cohort_parquet(fixture(name), None, &TableOptions::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        error.to_string()
    };
    let list = refusal("list_counts.parquet");
    assert!(list.contains("age_12.list.element") && list.contains("is not a column"), "{list}");
    let missing = read_cohort_parquet(fixture("nowhere.parquet"), None, &TableOptions::new()).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
}

/// A table written by hand: its schema and one row group.
pub(crate) fn table(schema: &str, fill: impl FnOnce(&mut SerializedRowGroupWriter<'_, &mut Vec<u8>>)) -> Vec<u8> {
    let schema = parse_message_type(&format!("message schema {{ {schema} }}")).unwrap();
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, Arc::new(schema), Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    fill(&mut group);
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

pub(crate) type Group<'a, 'b> = SerializedRowGroupWriter<'a, &'b mut Vec<u8>>;

pub(crate) fn texts(group: &mut Group<'_, '_>, values: &[&str]) {
    let values: Vec<ByteArray> = values.iter().map(|value| ByteArray::from(*value)).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
}

pub(crate) fn wholes(group: &mut Group<'_, '_>, rows: &[Option<i64>]) {
    let values: Vec<i64> = rows.iter().flatten().copied().collect();
    let levels: Vec<i16> = rows.iter().map(|row| i16::from(row.is_some())).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&values, Some(&levels), None).unwrap();
    column.close().unwrap();
}

fn decimals(group: &mut Group<'_, '_>, values: &[f64]) {
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<DoubleType>().write_batch(values, None, None).unwrap();
    column.close().unwrap();
}

fn problems(counts: Vec<u8>, exposure: Option<Vec<u8>>, options: &TableOptions) -> Error {
    let exposure = exposure.map(|bytes| ParquetSource::new("exposure", bytes));
    read_cohort_parquet_with(ParquetSource::new("counts", counts), exposure, options).unwrap_err()
}

#[test]
fn every_problem_is_listed_by_file_row_and_column_and_no_identifier_is_shown() {
    let counts = table("required binary id (UTF8); optional int64 age_12; optional int64 age_13;", |group| {
        texts(group, &["Jan", "Jan", " ", "Piet", "Kees"]);
        wholes(group, &[Some(-1), Some(1), Some(0), None, Some(0)]);
        wholes(group, &[Some(1), Some(0), Some(1_000_001), None, Some(2)]);
    });
    let exposure = table("required binary id (UTF8); required double age_12; required double age_13;", |group| {
        texts(group, &["Jan", "Jan", "x", "Kees", "Kees", "Over"]);
        decimals(group, &[1.0, 1.5, 1.0, 0.0, 0.0, 1.0]);
        decimals(group, &[1.0, 0.5, 1.0, f64::NAN, -0.5, 1.0]);
    });
    let error = problems(counts, Some(exposure), &TableOptions::new());
    let found: Vec<String> = error.issues().iter().map(ToString::to_string).collect();
    let expected = [
        "counts, row 1, column age_12: \"-1\" is negative: a count is 0 or more",
        "counts, row 2, column id: same id as row 1",
        "counts, row 3, column id: no identifier",
        "counts, row 3, column age_13: \"1000001\" is above the limit of 1000000",
        "counts, row 4: no age is observed",
        "exposure, row 2, column id: same id as row 1",
        "exposure, row 2, column age_12: \"1.5\" is not a time at risk",
        "exposure, row 4, column age_13: \"NaN\" is not a number",
        "exposure, row 5, column id: same id as row 4",
        "exposure, row 5, column age_13: \"-0.5\" is not a time at risk",
    ];
    assert_eq!(found.len(), expected.len(), "{error}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(found.starts_with(expected), "{found} / {expected}");
    }
    for name in ["Jan", "Piet", "Kees", "Over"] {
        assert!(!error.to_string().contains(name));
    }
}

#[test]
fn columns_options_and_shapes_are_checked_as_in_csv() {
    let counts = |schema: &str| {
        table(schema, |group| {
            texts(group, &["a"]);
            wholes(group, &[Some(1)]);
            wholes(group, &[Some(0)]);
        })
    };
    let good = || counts("required binary id (UTF8); optional int64 age_12; optional int64 age_13;");
    let options = TableOptions::new();
    let says = |error: Error, part: &str| assert!(error.to_string().contains(part), "{part}: {error}");
    let gap = counts("required binary id (UTF8); optional int64 age_12; optional int64 age_14;");
    says(problems(gap, None, &options), "counts, column age_14: age_13 is missing before it");
    let no_id = counts("required binary who (UTF8); optional int64 age_12; optional int64 age_13;");
    says(problems(no_id, None, &options), "no column \"id\"");
    let dates = table("required binary id (UTF8); required int32 age_12 (DATE);", |group| {
        texts(group, &["a"]);
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int32Type>().write_batch(&[1], None, None).unwrap();
        column.close().unwrap();
    });
    says(problems(dates, None, &options), "counts, row 1, column age_12: \"1970-01-02\" is a date, not a count");
    let longer = table("required binary id (UTF8); required double age_12;", |group| {
        texts(group, &["a"]);
        decimals(group, &[1.0]);
    });
    says(problems(good(), Some(longer), &options), "exposure: ages 12 to 12, but counts has ages 12 to 13");
    let shorter = table("required binary id (UTF8); required double age_12; required double age_13;", |group| {
        texts(group, &[]);
        decimals(group, &[]);
        decimals(group, &[]);
    });
    says(problems(good(), Some(shorter), &options), "exposure: no time at risk for the person of row 1 of counts");
    says(problems(good(), None, &TableOptions::new().max_persons(0)), "more than 0 persons");
    let weighted = counts("required binary id (UTF8); optional int64 age_12; optional int64 w;");
    says(problems(weighted.clone(), None, &options), "\"w\" is not a column of an age");
    says(problems(weighted, None, &TableOptions::new().weight_column("w")), "\"0\" is not a weight");
    says(problems(b"id,age_12\na,1\n".to_vec(), None, &options), "this cannot be read as Parquet");
    says(problems(Vec::new(), None, &options), "this cannot be read as Parquet");
}

#[test]
fn columns_are_read_beside_each_other_from_an_open_file() {
    // many row groups of few rows, again and again: threads that shared one place to read from would mix them up
    let [_, _, _, _, counts, _, _] = parquet(0..3000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("counts.parquet");
    std::fs::write(&path, &counts).unwrap();
    let expected = read_cohort_parquet_with(ParquetSource::new("c", counts), None, &TableOptions::new()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    for _ in 0..20 {
        let found = pool.install(|| read_cohort_parquet(&path, None, &TableOptions::new())).unwrap();
        assert_eq!(found, expected);
    }
}

#[test]
fn a_folder_is_one_table_whose_files_must_have_the_same_columns() {
    let folder = tempfile::tempdir().unwrap();
    let read = || read_cohort_parquet(folder.path(), None, &TableOptions::new());
    assert_eq!(read().unwrap_err().kind(), ErrorKind::Io);
    let part = |ids: &[&str], columns: &str, counts: &[Option<i64>]| {
        table(&format!("required binary id (UTF8); {columns}"), |group| {
            texts(group, ids);
            wholes(group, counts);
            wholes(group, counts);
        })
    };
    let ages = "optional int64 age_12; optional int64 age_13;";
    std::fs::write(folder.path().join("1.parquet"), part(&["a", "b"], ages, &[Some(0), Some(2)])).unwrap();
    let other = "optional int64 age_13; optional int64 age_12;";
    std::fs::write(folder.path().join("2.parquet"), part(&["c"], other, &[Some(7)])).unwrap();
    std::fs::write(folder.path().join("_SUCCESS"), b"").unwrap();
    let cohort = read().unwrap();
    assert_eq!((cohort.persons(), cohort.id(2), cohort.counts(2)), (3, Some("c"), vec![Some(7); 2]));
    let missing = "optional int64 age_12; optional int64 age_14;";
    for other in ["4.pq", "4.csv", "4.parquet.gzip"] {
        std::fs::write(folder.path().join(other), b"x").unwrap();
        let refused = read().unwrap_err().to_string();
        assert!(refused.contains(&format!("holds {other:?}: name a file so")), "{refused}");
        std::fs::remove_file(folder.path().join(other)).unwrap();
    }
    std::fs::create_dir(folder.path().join("within")).unwrap();
    assert!(read().unwrap_err().to_string().contains("\"within\""));
    std::fs::remove_dir(folder.path().join("within")).unwrap();
    std::fs::write(folder.path().join("3.parquet"), part(&["d"], missing, &[Some(0)])).unwrap();
    let error = read().unwrap_err().to_string();
    assert!(error.contains("3.parquet: a column \"age_14\" that 1.parquet does not have"), "{error}");
}

#[test]
fn a_file_cut_anywhere_is_an_error_and_one_with_a_bad_byte_never_a_panic() {
    let options = TableOptions::new();
    let read = |bytes: &[u8]| read_cohort_parquet_with(ParquetSource::new("c", bytes), None, &options);
    let mut files: Vec<Vec<u8>> = ["pyarrow_counts.parquet", "delta_counts.parquet", "zstd_counts.parquet"]
        .map(|name| std::fs::read(fixture(name)).unwrap())
        .into();
    files.push(parquet(0..12)[4].clone());
    // what the parquet crate panics on, caught
    let mut damaged = 0;
    for file in files {
        let whole = read(&file).unwrap();
        // the last has 34 columns: a few places of it
        let step = 1 + file.len() / 2500;
        for end in (0..file.len()).step_by(step) {
            assert!(read(&file[..end]).is_err(), "cut at {end}");
        }
        let mut unlike = 0;
        // two bits of one place, two others of the next
        let flips = |(i, at): (usize, usize)| [[0x01, 0x80], [0x02, 0xFF]][i % 2].map(|flip| (at, flip));
        for (at, flip) in (0..file.len()).step_by(step).enumerate().flat_map(flips) {
            let mut bad = file.clone();
            bad[at] ^= flip;
            match read(&bad) {
                // a changed count is a count: what a byte spoils may be no more than that
                Ok(cohort) => unlike += usize::from(cohort != whole),
                Err(error) => {
                    unlike += 1;
                    damaged += usize::from(error.to_string().contains("a page is damaged"));
                }
            }
        }
        assert!(unlike > file.len() / step, "{unlike}");
    }
    assert!(damaged > 0);
}
