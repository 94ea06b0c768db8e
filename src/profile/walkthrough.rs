#![doc = include_str!("walkthrough.md")]
//!
#![doc = concat!("<div>", include_str!("walkthrough.svg"), "</div>")]
