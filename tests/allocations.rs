//! Scoring allocates nothing: no memory is asked for from the second case on, with or without every term.

#![allow(clippy::unwrap_used)] // panics are how tests fail

use pleegprofiel::risk::instrument::{Case, Instrument, Mode, bundled_files};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::hint::black_box;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The cases of the instrument's own vectors that have a score.
fn cases(instrument: &Instrument) -> Vec<Case> {
    let text = bundled_files().find(|(id, _)| *id == instrument.id()).unwrap().1;
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    let sets = file["golden"].as_array().unwrap();
    let mut scorer = instrument.scorer(Mode::AsPublished);
    let all = sets.iter().flat_map(|set| instrument.read_cases(&set.to_string()).unwrap());
    all.filter(|case| scorer.score(case).is_ok()).collect()
}

// one test only: another one beside it would be counted too
#[test]
fn no_score_of_any_instrument_allocates() {
    for (id, _) in bundled_files() {
        let instrument = Instrument::bundled(id).unwrap();
        let cases = cases(&instrument);
        assert!(cases.len() > 3, "{id}");
        let mut scorer = instrument.scorer(Mode::AsPublished);
        let region = Region::new(COUNTED);
        for case in &cases {
            let score = scorer.score(black_box(case)).unwrap();
            for part in score.parts() {
                black_box(part);
            }
            black_box(score.number(0));
            black_box(scorer.number(case, 0).unwrap());
        }
        let change = region.change();
        assert_eq!((change.allocations, change.reallocations), (0, 0), "{id}: {} cases", cases.len());
        let region = Region::new(COUNTED);
        black_box(instrument.assess(&cases[0], Mode::AsPublished).unwrap());
        assert!(region.change().allocations > 0, "the counter counts");
    }
}
