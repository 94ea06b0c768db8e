//! Every bundled instrument, against its published pairs.

use pleegprofiel::risk::instrument::{Instrument, bundled_files};

#[test]
fn every_bundled_instrument_loads() {
    for (id, text) in bundled_files() {
        let loaded = Instrument::from_json(text).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(loaded.id(), id);
        assert!(loaded.golden_vectors() > 0);
    }
}
