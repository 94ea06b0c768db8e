//! Any bytes as cases of a bundled instrument: read or refused, and what is read can be scored in both modes.
//! The first byte chooses the instrument.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::risk::instrument::{Instrument, Mode, Population, bundled_files};
use std::sync::{Arc, OnceLock};

fn instruments() -> &'static [Arc<Instrument>] {
    static ALL: OnceLock<Vec<Arc<Instrument>>> = OnceLock::new();
    ALL.get_or_init(|| bundled_files().filter_map(|(id, _)| Instrument::bundled(id).ok()).collect())
}

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let all = instruments();
    let instrument = &all[usize::from(*first) % all.len()];
    let Ok(cases) = instrument.read_cases(text) else { return };
    for case in cases.into_iter().take(4) {
        let _ = instrument.assess(&case, Mode::AsPublished);
        let target = &instrument.card().population;
        let population = Population {
            jurisdiction: target.jurisdiction.clone(),
            legal_status: target.legal_status[0].clone(),
            age: Some(30),
            sex: None,
        };
        let _ = instrument.assess(&case.with_population(population), Mode::Strict);
    }
});
