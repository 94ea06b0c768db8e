//! Any bytes as a text table: counts, times at risk, people, offences, values and categories, by options that the first
//! byte chooses. Read or refused, never a panic, a hang or memory beyond the file's.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel_fuzz::{is_stata, read_all};

fuzz_target!(|data: &[u8]| {
    // what begins as another kind of file has a target of its own
    let text = |bytes: &[u8]| !bytes.starts_with(b"PAR1") && !is_stata(bytes);
    if let Some((how, bytes)) = data.split_first().filter(|(_, bytes)| text(bytes)) {
        read_all(*how, bytes);
    }
});
