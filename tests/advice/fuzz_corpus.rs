//! The corpus that fuzzing left behind, run once: dossiers are refused or become drafts that read back, records are
//! verified, and any bytes in a line of their own are found when that line is changed.

use pleegprofiel::{
    Language,
    advice::{
        Assembler, Dossier, Draft, Overrides,
        record::{Chain, verify},
    },
    profile::classify::ClassifyOptions,
    reference_model,
};
use serde_json::{Value, json};
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
fn the_dossier_reader_survives_its_corpus() {
    let options = ClassifyOptions { people: 200, ..ClassifyOptions::default() };
    let assembler = Assembler::with(&reference_model(), options).unwrap();
    let mut drafted = 0;
    for path in corpus("dossier_reader") {
        let bytes = fs::read(&path).unwrap();
        let Ok(text) = std::str::from_utf8(&bytes) else { continue };
        let Ok(dossier) = Dossier::from_json(text) else { continue };
        let draft = assembler.draft(&dossier, Language::Dutch).unwrap();
        assert_eq!(Draft::from_json(&draft.to_json()).unwrap(), draft, "{}", path.display());
        drafted += 1;
    }
    assert!(drafted >= 6, "{drafted}");
}

#[test]
fn the_log_verifier_survives_its_corpus() {
    for path in corpus("log_verifier") {
        let bytes = fs::read(&path).unwrap();
        let found = verify(&bytes[..]).unwrap();
        let _ = Overrides::new().add(&bytes[..]);
        if let Some(mut chain) = found.chain() {
            let mut more = bytes[..found.whole_bytes as usize].to_vec();
            more.extend(chain.line(&json!({"kind": "note"})).bytes());
            assert!(verify(&more[..]).unwrap().is_whole(), "{}", path.display());
        }
        // the same entries in a chain of their own, without each line in turn but the last
        let mut chain = Chain::new();
        let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
        let entries = lines.map(|value| value.get("entry").cloned().unwrap_or(value));
        let lines: Vec<String> = entries.take(40).map(|entry| chain.line(&entry)).collect();
        let mut overrides = Overrides::new();
        overrides.add(lines.concat().as_bytes()).unwrap();
        let _ = (overrides.rows(true), overrides.rows(false));
        for at in 0..lines.len().saturating_sub(1) {
            let mut left = lines.clone();
            left.remove(at);
            assert!(!verify(left.concat().as_bytes()).unwrap().is_whole(), "{} {at}", path.display());
        }
    }
}
