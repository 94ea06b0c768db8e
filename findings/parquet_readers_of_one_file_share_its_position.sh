#!/usr/bin/env bash
# The parquet crate, two columns of one file read side by side.
#
# Expected: a reader made from a `std::fs::File` can be used for several columns at once. `SerializedFileReader` takes
# its file by way of `ChunkReader`, which hands out a reader for every column chunk, and everything is `Send` and `Sync`:
# a table of many columns invites one thread a column.
#
# What happens: for a `File` these readers are `try_clone`s, which are one open file with one position for the operating
# system. Each page is sought and then read, so columns that are read on two threads move the position under each other.
# Alone, or in turn on one thread, a column has its values; on two threads it has other bytes: an error, or whatever
# those bytes happen to say. The same file as `bytes::Bytes` has no position and is right on any number of threads. Seen
# in 59.3.2; not said in the documentation of `ChunkReader`.
#
# Who is hurt: whoever reads a cohort from Parquet column by column to have it faster. The way out is a `ChunkReader` of
# one's own that locks, seeks and reads, or the file in memory.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
mkdir src
cat > Cargo.toml <<'TOML'
[package]
name = "finding"
version = "0.0.0"
edition = "2021"
[dependencies]
parquet = { version = "=59.3.2", default-features = false }
bytes = "=1.11.1"
TOML
cat > src/main.rs <<'RUST'
use parquet::column::reader::ColumnReader;
use parquet::data_type::Int64Type;
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};
use parquet::file::{properties::WriterProperties, writer::SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use std::{fs::File, sync::Arc};

const ROWS: i64 = 60_000;
const ROUNDS: usize = 500;

fn write() {
    let schema = Arc::new(parse_message_type("message table { required int64 a; required int64 b; }").unwrap());
    let properties = WriterProperties::builder().set_dictionary_enabled(false).set_data_page_row_count_limit(1000);
    let properties = properties.set_write_batch_size(1000).build();
    let mut writer = SerializedFileWriter::new(File::create("t.parquet").unwrap(), schema, Arc::new(properties)).unwrap();
    let mut group = writer.next_row_group().unwrap();
    for sign in [1, -1] {
        let values: Vec<i64> = (0..ROWS).map(|i| sign * i).collect();
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<Int64Type>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    writer.close().unwrap();
}

/// Reads a column and counts how many of its values are right.
fn column<R: ChunkReader + 'static>(reader: &SerializedFileReader<R>, i: usize) -> Result<usize, String> {
    let group = reader.get_row_group(0).map_err(|e| e.to_string())?;
    let ColumnReader::Int64ColumnReader(mut column) = group.get_column_reader(i).map_err(|e| e.to_string())? else {
        unreachable!()
    };
    let mut values: Vec<i64> = Vec::new();
    column.read_records(ROWS as usize, None, None, &mut values).map_err(|e| e.to_string())?;
    let sign = if i == 0 { 1 } else { -1 };
    Ok(values.iter().zip(0..).filter(|(v, i)| **v == sign * i).count())
}

/// How many of so many rounds gave both columns, read on a thread each, with all their values; and one that did not.
fn side_by_side<R: ChunkReader + 'static>(file: R) -> (usize, String) {
    let reader = SerializedFileReader::new(file).unwrap();
    let (mut right, mut example) = (0, String::new());
    for _ in 0..ROUNDS {
        let both = std::thread::scope(|scope| {
            let other = scope.spawn(|| column(&reader, 1));
            [column(&reader, 0), other.join().unwrap_or_else(|_| Err("a panic".into()))]
        });
        if both.iter().all(|c| *c == Ok(ROWS as usize)) { right += 1 } else { example = format!("{both:?}") }
    }
    (right, example)
}

fn main() {
    write();
    let file = side_by_side(File::open("t.parquet").unwrap());
    let bytes = side_by_side(bytes::Bytes::from(std::fs::read("t.parquet").unwrap()));
    println!("parquet 59.3.2, two columns of {ROWS} values on a thread each, {ROUNDS} rounds");
    println!("from bytes in memory: right in {}", bytes.0);
    println!("from a File: right in {}; for instance {}", file.0, file.1);
    assert_eq!(bytes.0, ROUNDS);
    assert!(file.0 < ROUNDS, "columns of one File no longer disturb each other");
}
RUST
cargo run --quiet 2>/dev/null
