//! Any bytes as one of the JSON files that the crate writes: models, results to go on from, passes. Read or refused; what
//! is read is written and read again as the same, and can be used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::{Model, PersonRow, profile::reference::ReferenceModel, trajectory::{forms::FormState, passes::{PassJournal, PassRequest, PassSums}, selection::SelectionState}};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(model) = Model::from_json(text) {
        assert!(Model::from_json(&model.to_json()).expect("a model that was written") == model);
        let ages = model.grid().len();
        (0..model.groups().len()).for_each(|k| assert_eq!(model.rates(k).len(), ages));
        // a model with covariates of persons has to be told them
        if let Ok(posterior) = model.posterior(PersonRow::new(&vec![Some(1); ages])) {
            assert_eq!(posterior.len(), model.groups().len());
        }
    }
    if let Ok(model) = Model::from_json(text) {
        let written = model.to_json();
        assert!(Model::from_json(&written).expect("a model that was written").to_json() == written);
    }
    let _ = ReferenceModel::from_json(text);
    if let Ok(state) = SelectionState::from_json(text) {
        let written = state.to_json();
        assert!(SelectionState::from_json(&written).expect("a state that was written").to_json() == written);
    }
    if let Ok(state) = FormState::from_json(text) {
        let written = state.to_json();
        assert!(FormState::from_json(&written).expect("a state that was written").to_json() == written);
    }
    let _ = PassJournal::new("fuzzed").read(text);
    let _ = serde_json::from_str::<PassRequest>(text);
    let sums = serde_json::from_str::<PassSums>(text);
    if let (Ok(one), Ok(two)) = (sums, serde_json::from_str::<PassSums>(text)) {
        // the same chunks twice are no sum
        assert!(one.chunks() == 0 || one.merge(two).is_err());
    }
});
