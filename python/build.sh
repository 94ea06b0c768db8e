#!/usr/bin/env bash
# Makes the wheel from nothing and tests it in a fresh environment, as someone who installs it would have it.
#
# usage: python/build.sh            builds, installs, tests; the wheel is in python/dist
#        BENCH=1 python/build.sh    and runs the comparison with Rust, StepMix and flexmix (minutes; R for the last)
#        SPARK=1 python/build.sh    and the test inside Spark in local mode (Java 17 or later)
#
# Needs: Rust (as the library), Python 3.10 or later with venv, and PyPI. Any other place for what is built is said by
# CARGO_TARGET_DIR, as for every crate.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
python=${PYTHON:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$python" -m venv "$work/build"
"$work/build/bin/pip" install --quiet 'maturin>=1.16,<2'
rm -rf dist
"$work/build/bin/maturin" build --release --locked --out dist
wheel=$(ls dist/*.whl)
echo "built $wheel ($(($(stat -c %s "$wheel") / 1024)) KiB)"

# the same fits in Rust, for tests of bits and times; the flag keeps the example from linking Python
PYO3_BUILD_EXTENSION_MODULE=1 cargo build --release --locked --example rust_fit
target=${CARGO_TARGET_DIR:-$here/target}
export PLEEGPROFIEL_RUST_FIT=$target/release/examples/rust_fit

"$python" -m venv "$work/bare"
"$work/bare/bin/pip" install --quiet "$wheel"
(cd "$work" && bare/bin/python -c 'import pleegprofiel, numpy; print(pleegprofiel.fit(numpy.eye(9, dtype=int), "poisson", 1, degree=0, ages=(12, 20)))')

extras=test
[ "${BENCH:-0}" = 1 ] && extras=$extras,bench
"$python" -m venv "$work/test"
"$work/test/bin/pip" install --quiet "$wheel[$extras]"
[ "${SPARK:-0}" = 1 ] && "$work/test/bin/pip" install --quiet 'pyspark>=4,<5'
# tests and README beside, not inside, this folder: what is imported is the wheel
mkdir "$work/run"
cp -r tests benches docs README.md pyproject.toml "$work/run/"
export PLEEGPROFIEL_FIXTURES=$here/../fixtures
(cd "$work/run" && ../test/bin/python -m pytest -q -o testpaths= tests README.md --pyargs pleegprofiel.errors pleegprofiel.mixture)
if [ "${BENCH:-0}" = 1 ]; then
    "$work/test/bin/python" benches/compare.py
fi
