//! Any bytes as a record: verified without a panic; what verifies can be gone on with, and lines of a chain always do.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pleegprofiel::advice::Overrides;
use pleegprofiel::advice::record::{Chain, verify};
use serde_json::json;

fuzz_target!(|data: &[u8]| {
    let found = verify(data).expect("bytes in memory can be read");
    let _ = Overrides::new().add(data).map(|_| ());
    if let Some(mut chain) = found.chain() {
        let mut more = data[..found.whole_bytes as usize].to_vec();
        more.extend(chain.line(&json!({"kind": "note"})).bytes());
        assert!(verify(&more[..]).expect("bytes in memory can be read").is_whole());
    }
    // the bytes as text in a line of their own, and that line changed
    let text = String::from_utf8_lossy(data);
    let mut chain = Chain::new();
    let mut log = chain.line(&json!({"kind": "note", "text": text})) + &chain.line(&json!({"kind": "note"}));
    assert!(verify(log.as_bytes()).expect("bytes in memory can be read").is_whole());
    let at = log.find("note").expect("it stands there");
    log.replace_range(at..at + 4, "mote");
    assert!(!verify(log.as_bytes()).expect("bytes in memory can be read").is_whole());
});
