//! Every bundled instrument, against its published pairs.

use pleegprofiel::risk::instrument::{Instrument, bundled_files};

#[test]
fn every_bundled_instrument_loads() {
    let mut bad = Vec::new();
    for (id, text) in bundled_files() {
        let loaded = Instrument::from_json(text);
        match loaded {
            Ok(loaded) => assert!(loaded.id() == id && loaded.golden_vectors() > 0),
            Err(e) => bad.push(format!("{id}: {e}")),
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
