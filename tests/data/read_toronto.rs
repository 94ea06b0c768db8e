//! Reading the Toronto data: figures of the README beside them, which come from the source package.

use pleegprofiel::{
    Cohort,
    cohort::table::{TableOptions, TableSource, read_wide, read_wide_with, write_wide, write_wide_exposure},
};
use std::path::{Path, PathBuf};

fn toronto(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/toronto").join(file)
}

fn with_time_at_risk() -> Cohort {
    read_wide(toronto("TO1.csv"), Some(&toronto("TO1Risk.csv"))).expect("the fixtures hold a cohort")
}

#[test]
fn the_toronto_cohort_has_the_published_margins() {
    let cohort = with_time_at_risk();
    assert_eq!((cohort.persons(), cohort.observations(), cohort.events()), (378, 11_718, 5_682));
    assert_eq!((cohort.grid().len(), cohort.grid().start_age(0)), (31, 8.0));
    assert_eq!((cohort.id(0), cohort.id(377)), (Some("1"), Some("378")));
    assert!(cohort.has_exposure());
    let adjusted = read_wide(toronto("TO1adj.csv"), None).unwrap();
    assert_eq!((adjusted.persons(), adjusted.observations(), adjusted.events()), (378, 11_718, 10_094));
    assert!(!adjusted.has_exposure());
}

#[test]
fn tiny_times_at_risk_are_kept_and_counted() {
    let cohort = with_time_at_risk();
    assert_eq!(cohort.low_exposure_cells(), 38);
    let smallest = (0..cohort.persons()).flat_map(|person| cohort.exposure(person)).fold(1.0, f64::min);
    assert!((1.55e-16..1.65e-16).contains(&smallest), "{smallest:e}");
}

#[test]
fn adjusted_counts_are_contacts_divided_by_the_time_at_risk_that_was_read() {
    // Not a test of arithmetic: it ties every cell of three files together, so a shifted column shows.
    let (cohort, adjusted) = (with_time_at_risk(), read_wide(toronto("TO1adj.csv"), None).unwrap());
    for person in 0..cohort.persons() {
        let (counts, exposure) = (cohort.counts(person), cohort.exposure(person));
        for (j, adjusted) in adjusted.counts(person).into_iter().enumerate() {
            let rate = f64::from(counts[j].unwrap()) / exposure[j];
            assert_eq!(adjusted, Some(rate.round_ties_even().min(25.0) as u32), "person {person}, interval {j}");
        }
    }
}

#[test]
fn the_toronto_cohort_survives_writing_and_reading_bit_by_bit() {
    let cohort = with_time_at_risk();
    let (mut counts, mut exposure) = (Vec::new(), Vec::new());
    write_wide(&cohort, &mut counts).unwrap();
    write_wide_exposure(&cohort, &mut exposure).unwrap();
    assert_eq!(counts, std::fs::read(toronto("TO1.csv")).unwrap());
    let back = read_wide_with(
        TableSource::new("counts", counts.as_slice()),
        Some(TableSource::new("exposure", exposure.as_slice())),
        &TableOptions::new(),
    );
    assert_eq!(back.unwrap(), cohort);
}
