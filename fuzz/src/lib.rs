//! What the fuzz targets of tables share: every reader of tables on the same bytes.

use pleegprofiel::{Cohort, Error, ErrorKind, career::ArticleTable, cohort::table::{AgeInYear, DecimalMark, Incomplete, TableOptions, TableSource, Unlisted, for_each_chunk, read_articles, read_career_table, read_categories, read_cohort_of, read_groups, read_person_table, read_starts, read_values}};
use std::sync::Once;

/// Options by the bits of a byte.
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
        options = options.register_end("2025-01-01".parse().expect("a date"));
    }
    if how & 16 != 0 {
        options = options.age_prefix("").weight_column("weight");
    }
    if how & 32 != 0 {
        options = options.date_format("d-m-yyyy".parse().expect("a format"));
    }
    if how & 128 != 0 {
        options = options.calendar_years("y", "born", AgeInYear::Middle).articles(ArticleTable::read_in_law());
    }
    options
}

/// Reads the bytes as every kind of table; what is read must be whole.
pub fn read_all(how: u8, bytes: &[u8]) {
    let options = options(how);
    let source = || TableSource::from_bytes("table", bytes);
    if let Ok(cohort) = read_cohort_of(source(), None, None, &options) {
        assert!(cohort.persons() > 0 && cohort.observations() > 0);
        let again = read_cohort_of(source(), Some(source()), None, &options);
        // whoever has no time at risk at any age may be left out
        assert!(again.is_err() || again.is_ok_and(|c| c.persons() <= cohort.persons()));
        let categories = options.clone().categorical(["age_12"]);
        let _ = read_person_table(source(), &cohort, &["age_12".into()], &options);
        let _ = read_person_table(source(), &cohort, &["age_12".into()], &categories);
    }
    // of one row per person and age only
    let _ = read_cohort_of(source(), None, Some(source()), &options.clone().unlisted(Unlisted::Zero));
    if how & 64 != 0 {
        let _ = read_values(source(), &options);
        let _ = read_groups(source(), "group", &options);
        let _ = read_articles(source(), &options);
    } else {
        let _ = read_career_table(source(), source(), None, &options);
        let _ = read_starts(source(), &options);
        let _ = read_categories(source(), &options);
    }
}

/// Reads the bytes whole and in chunks: the same people, or the same number of problems.
pub fn read_in_both_ways(how: u8, bytes: &[u8]) {
    let options = options(how & !0x80);
    let source = || TableSource::from_bytes("table", bytes);
    let exposure = (how & 64 != 0).then(source);
    let mut chunks: Vec<Cohort> = Vec::new();
    let in_chunks = for_each_chunk(source(), exposure, &options, std::env::temp_dir(), &mut |chunk| {
        chunks.push(chunk);
        Ok::<(), Error>(())
    });
    let whole = read_cohort_of(source(), (how & 64 != 0).then(source), None, &options);
    match (in_chunks, whole) {
        (Ok(warnings), Ok(cohort)) => {
            let persons: usize = chunks.iter().map(Cohort::persons).sum();
            let observations: u64 = chunks.iter().map(Cohort::observations).sum();
            let events: u64 = chunks.iter().map(Cohort::events).sum();
            assert_eq!((persons, observations, events), (cohort.persons(), cohort.observations(), cohort.events()));
            assert_eq!(warnings.len(), cohort.warnings().len(), "{warnings:?} {:?}", cohort.warnings());
        }
        // another form, or another order of the times at risk
        (Err(error), _) if error.kind() == ErrorKind::InvalidOptions => {}
        // two tables that are out of step once are told so once more in chunks
        (Err(in_chunks), Err(whole)) => {
            assert!(how & 64 != 0 || in_chunks.issue_count() == whole.issue_count(), "{in_chunks} {whole}");
        }
        (Ok(_), Err(whole)) => panic!("refused only as a whole: {whole}"),
        (Err(in_chunks), Ok(_)) => panic!("refused only in chunks: {in_chunks}"),
    }
}

/// Panics of decoders that come back as errors are not worth a line each; the fuzzer's own hook would end the run.
pub fn quietly() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| std::panic::set_hook(Box::new(|_| {})));
}

/// Whether bytes begin as a Stata file does, of before version 13 or after.
pub fn is_stata(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<stata_dta>") || matches!(bytes, [0x66..=0x73, 1 | 2, 1, 0, ..])
}
