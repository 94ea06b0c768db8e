//! Any bytes as a dossier: read or refused, and what is read becomes a draft that reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::{Language, advice::{Assembler, Dossier, Draft}, profile::classify::ClassifyOptions, reference_model};
use std::sync::OnceLock;

fn assembler() -> &'static Assembler {
    static ONE: OnceLock<Assembler> = OnceLock::new();
    ONE.get_or_init(|| {
        let options = ClassifyOptions { people: 200, ..ClassifyOptions::default() };
        Assembler::with(&reference_model(), options).expect("the options are those allowed")
    })
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(dossier) = Dossier::from_json(text) else { return };
    let draft = assembler().draft(&dossier, Language::Dutch).expect("what was read can be drafted");
    let again = Draft::from_json(&draft.to_json()).expect("what was written reads back");
    assert_eq!(draft, again);
});
