//! The corpus that fuzzing left behind, run once: files are loaded or refused, cases are read and scored or refused.

use pleegprofiel::risk::instrument::{Instrument, Mode, Population, bundled_files};
use std::fs;
use std::path::{Path, PathBuf};

fn corpus(target: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 5);
    files
}

#[test]
fn the_loader_survives_its_corpus() {
    for path in corpus("instrument_loader") {
        let bytes = fs::read(&path).unwrap();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        if let Ok(instrument) = Instrument::from_json(text) {
            instrument.assess(&instrument.case(), Mode::AsPublished).unwrap();
        }
    }
}

#[test]
fn the_case_reader_survives_its_corpus() {
    let ids: Vec<&str> = bundled_files().map(|(id, _)| id).collect();
    for path in corpus("case_reader") {
        let bytes = fs::read(&path).unwrap();
        let Some((first, rest)) = bytes.split_first() else { continue };
        let Ok(text) = std::str::from_utf8(rest) else { continue };
        let instrument = Instrument::bundled(ids[usize::from(*first) % ids.len()]).unwrap();
        let Ok(cases) = instrument.read_cases(text) else { continue };
        for case in cases.into_iter().take(4) {
            instrument.assess(&case, Mode::AsPublished).unwrap();
            let target = &instrument.card().population;
            let population = Population {
                jurisdiction: target.jurisdiction.clone(),
                legal_status: target.legal_status[0].clone(),
                age: Some(30),
                sex: None,
            };
            instrument.assess(&case.with_population(population), Mode::Strict).unwrap();
        }
    }
}
