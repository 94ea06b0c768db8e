//! The corpus that fuzzing left behind, run once by every reader of tables: read or refused, without a panic.

use pleegprofiel::{
    career::ArticleTable,
    cohort::table::{
        AgeInYear, DecimalMark, Incomplete, TableOptions, TableSource, Unlisted, read_articles, read_career_table,
        read_categories, read_cohort_of, read_groups, read_person_table, read_starts, read_values,
    },
};
use std::fs;
use std::path::Path;

/// Options by the first byte, as in `fuzz/src/lib.rs`.
fn options(how: u8) -> TableOptions {
    let mut options = TableOptions::new().max_persons(10_000);
    if how & 1 != 0 {
        options = options.missing(["NA", "999", "."]).ignore_others(true);
    }
    if how & 2 != 0 {
        options = options.decimal(DecimalMark::Comma).delimiter(b';');
    }
    if how & 4 != 0 {
        options = options.leave_out_unobserved(true);
    }
    if how & 8 != 0 {
        options = options.incomplete_dates(Incomplete::Middle).prior_record(true);
        options = options.register_end("2025-01-01".parse().unwrap());
    }
    if how & 16 != 0 {
        options = options.age_prefix("").weight_column("weight");
    }
    if how & 32 != 0 {
        options = options.date_format("d-m-yyyy".parse().unwrap());
    }
    if how & 128 != 0 {
        options = options.calendar_years("y", "born", AgeInYear::Middle).articles(ArticleTable::read_in_law());
    }
    options
}

/// How many files of a corpus are a cohort.
fn cohorts(target: &str) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut read = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let all = fs::read(entry.unwrap().path()).unwrap();
        let Some((how, bytes)) = all.split_first() else { continue };
        let options = options(*how);
        let source = || TableSource::from_bytes("table", bytes);
        if let Ok(cohort) = read_cohort_of(source(), None, None, &options) {
            assert!(cohort.persons() > 0 && cohort.observations() > 0);
            let _ = read_cohort_of(source(), Some(source()), None, &options);
            let _ = read_person_table(source(), &cohort, &["age_12".into()], &options);
            read += 1;
        }
        let _ = read_cohort_of(source(), None, None, &options.clone().unlisted(Unlisted::Zero));
        let _ = (read_values(source(), &options), read_groups(source(), "group", &options));
        let _ = read_articles(source(), &options);
        let _ = read_career_table(source(), source(), None, &options);
        let _ = (read_starts(source(), &options), read_categories(source(), &options));
    }
    read
}

#[test]
fn the_readers_survive_their_corpora() {
    for (target, least) in [("csv_reader", 15), ("parquet_reader", 5), ("stata_reader", 3)] {
        let found = cohorts(target);
        assert!(found >= least, "{target}: {found}");
    }
}
