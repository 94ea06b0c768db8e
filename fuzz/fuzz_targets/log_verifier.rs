//! Any bytes as a record: verified without a panic; what verifies can be gone on with, and lines of a chain always do.
//! The same bytes as entries, one a line, are put into a chain of their own, so that what reads verified lines is
//! reached; of that chain a line is taken away, moved and changed, and each has to be found.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::advice::{Overrides, record::{Chain, verify}};
use serde_json::{Value, json};

fn is_whole(log: &[u8]) -> bool {
    verify(log).expect("bytes in memory can be read").is_whole()
}

/// The entries of the data, chained: a line's entry if it is a line of a record, else the line itself.
fn chained(data: &[u8]) -> Vec<String> {
    let mut chain = Chain::new();
    let lines = data.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let entries = lines.map(|value| value.get("entry").cloned().unwrap_or(value));
    entries.take(40).map(|entry| chain.line(&entry)).collect()
}

fuzz_target!(|data: &[u8]| {
    let found = verify(data).expect("bytes in memory can be read");
    let _ = Overrides::new().add(data).map(|_| ());
    if let Some(mut chain) = found.chain() {
        let mut more = data[..found.whole_bytes as usize].to_vec();
        more.extend(chain.line(&json!({"kind": "note"})).bytes());
        assert!(is_whole(&more));
    }
    let lines = chained(data);
    let log = lines.concat();
    assert!(is_whole(log.as_bytes()));
    let mut overrides = Overrides::new();
    overrides.add(log.as_bytes()).expect("a log that verifies can be counted");
    let _ = (overrides.rows(true), overrides.rows(false));
    // cut off anywhere, it verifies up to its last whole line
    let cut = data.iter().fold(0usize, |sum, byte| sum + usize::from(*byte)) % (log.len() + 1);
    assert!(is_whole(&log.as_bytes()[..cut]));
    if lines.len() > 1 {
        let at = data.len() % (lines.len() - 1);
        let mut without = lines.clone();
        without.remove(at);
        assert!(!is_whole(without.concat().as_bytes()));
        let mut moved = lines.clone();
        moved.swap(at, at + 1);
        assert!(!is_whole(moved.concat().as_bytes()));
    }
    if let Some(first) = lines.first() {
        let changed = log.replacen("\"seq\":1,", "\"seq\":1 ,", 1);
        assert!(first.contains("\"seq\":1,") && !is_whole(changed.as_bytes()));
    }
});
