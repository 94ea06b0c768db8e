//! What client, scheduler and executors have to agree on, in one line.

/// The version of this build: of this crate, of the engine, and of the keys that histories travel as.
///
/// Raised in its last number whenever a key or a function comes to mean something else.
pub const VERSION: &str =
    concat!("pleegprofiel-cluster ", env!("CARGO_PKG_VERSION"), " (DataFusion 55.2.0, Ballista 55.0.0, histories 2)");
