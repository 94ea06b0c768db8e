//! Any bytes as a table read in chunks: what is read, refused and warned of is what reading it whole gives.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel_fuzz::{quietly, read_in_both_ways};

fuzz_target!(|data: &[u8]| {
    quietly();
    if let Some((how, bytes)) = data.split_first() {
        read_in_both_ways(*how, bytes);
    }
});
