//! Any bytes as an instrument file: loaded or refused, never a panic, a hang or growing memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::risk::instrument::{Instrument, Mode};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(instrument) = Instrument::from_json(text) {
        // what loads can be used: a case without answers, and the instrument's own vectors
        let _ = instrument.assess(&instrument.case(), Mode::AsPublished);
        let _ = instrument.verify(text);
    }
});
