//! Any bytes as a Parquet table, by options that the first byte chooses. Read or refused; what the parquet crate panics
//! on comes back as an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel_fuzz::{quietly, read_all};

fuzz_target!(|data: &[u8]| {
    quietly();
    if let Some((how, bytes)) = data.split_first().filter(|(_, bytes)| bytes.starts_with(b"PAR1")) {
        read_all(*how, bytes);
    }
});
