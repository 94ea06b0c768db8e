#![doc = include_str!("walkthrough.md")]
#![doc = include_str!("walkthrough.svg")]
//! </div>
