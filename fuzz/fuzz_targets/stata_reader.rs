//! Any bytes as a Stata file, old or new, by options that the first byte chooses.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel_fuzz::{is_stata, quietly, read_all};

fuzz_target!(|data: &[u8]| {
    quietly();
    if let Some((how, bytes)) = data.split_first().filter(|(_, bytes)| is_stata(bytes)) {
        read_all(*how, bytes);
    }
});
