#!/usr/bin/env bash
# Everything of this folder, from nothing: form, lints, docs, tests. The first run builds some 420 crates, which takes
# minutes. All servers listen on 127.0.0.1 alone, and end with their tests. Filling a disk needs the right to mount.
set -euo pipefail
cd "$(dirname "$0")"
export CARGO_TERM_COLOR=never

echo "== format"; cargo fmt --check
echo "== tests";  cargo test --release --locked --quiet
echo "== clippy"; cargo clippy --release --locked --all-targets --quiet -- -D warnings
echo "== docs";   RUSTDOCFLAGS="-D warnings" cargo doc --release --locked --no-deps --quiet
echo "== one version of the engine in the lock file"
for crate in datafusion ballista-core arrow parquet ndarray; do
    test "$(grep -c "^name = \"$crate\"$" Cargo.lock)" -eq 1 || { echo "$crate stands more than once" >&2; exit 1; }
done
