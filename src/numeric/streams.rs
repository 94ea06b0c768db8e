//! Seeded random streams: one seed, many independent streams, the same on every machine and thread count.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Stream number `stream` of `seed`. ChaCha8 is value-stable across versions and has 2^64 streams a seed.
pub(crate) fn stream(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}
