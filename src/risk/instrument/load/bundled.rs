//! The instruments that come with the crate, as files.
//!
//! Written by `fixtures/reference/instruments/build_bundled.py` from tables and golden files with their origin;
//! no coefficient is typed by hand.

/// Short name and file.
pub(crate) const FILES: [(&str, &str); 13] = [
    ("all-reoffending-static", include_str!("../bundled/all-reoffending-static.json")),
    ("all-reoffending-dynamic", include_str!("../bundled/all-reoffending-dynamic.json")),
    ("violent-reoffending-static", include_str!("../bundled/violent-reoffending-static.json")),
    ("violent-reoffending-dynamic", include_str!("../bundled/violent-reoffending-dynamic.json")),
    ("serious-violent-reoffending-static", include_str!("../bundled/serious-violent-reoffending-static.json")),
    ("serious-violent-reoffending-dynamic", include_str!("../bundled/serious-violent-reoffending-dynamic.json")),
    ("direct-contact-sexual-reoffending", include_str!("../bundled/direct-contact-sexual-reoffending.json")),
    ("indirect-contact-sexual-reoffending", include_str!("../bundled/indirect-contact-sexual-reoffending.json")),
    ("combined-serious-reoffending", include_str!("../bundled/combined-serious-reoffending.json")),
    ("ogrs3", include_str!("../bundled/ogrs3.json")),
    ("ovp", include_str!("../bundled/ovp.json")),
    ("ogp", include_str!("../bundled/ogp.json")),
    ("psa", include_str!("../bundled/psa.json")),
];

/// Short name and file of every bundled instrument, in order.
pub fn bundled_files() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.into_iter()
}
