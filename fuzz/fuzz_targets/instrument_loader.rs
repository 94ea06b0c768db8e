//! Any bytes as an instrument file: loaded or refused, never a panic, a hang or growing memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::risk::instrument::{GoldenReport, Instrument, Library, Mode, Population};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = GoldenReport::of_file(text);
    let _ = Library::load_all(&[text, text]);
    if let Ok(instrument) = Instrument::from_json(text) {
        // what loads can be used: a case without answers in both modes (all ranges at once), and its own vectors
        let _ = instrument.assess(&instrument.case(), Mode::AsPublished);
        let target = &instrument.card().population;
        let population = Population {
            jurisdiction: target.jurisdiction.clone(),
            legal_status: target.legal_status.first().cloned().unwrap_or_default(),
            age: Some(30),
            sex: None,
        };
        let _ = instrument.assess(&instrument.case().with_population(population), Mode::Strict);
        let _ = instrument.verify(text);
    }
});
