"""The package beside Rust, StepMix and R's flexmix: the same models on the same people, in one run.

    PLEEGPROFIEL_RUST_FIT=.../rust_fit python benches/compare.py

`rust_fit` is `examples/rust_fit.rs` of this folder; StepMix comes from PyPI (`stepmix`), flexmix from Debian
(`r-cran-flexmix`). Whatever is not there is left out and said to be.

What is timed: ours from the array in memory to the fit with its standard errors; StepMix its `fit`; flexmix the call of
`flexmix`, without starting R or laying out the data. The others climb from one start on one thread; ours is shown so, which
is what the ratio asked for is held against, and by its defaults (40 starts, every core). Ratios are of
wall clock and, in brackets, of processor time, which other work on the machine does not move. The log-likelihoods,
constants included, stand beside each other.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import pleegprofiel as pp

HERE = Path(__file__).resolve().parent
SIMULATED = HERE.parents[1] / "fixtures" / "sim" / "sim_poisson_n10000.csv"
PAIRS = int(os.environ.get("PAIRS", "15"))


def timed(work, times=1):
    """What the work gives, and the medians of its seconds by the clock and of the processor."""
    clock, processor = [], []
    for _ in range(times):
        begin, busy = time.perf_counter(), time.process_time()
        answer = work()
        clock.append(time.perf_counter() - begin)
        processor.append(time.process_time() - busy)
    return answer, statistics.median(clock), statistics.median(processor)


def against(what, asked, ours, mine, busy, likelihood, theirs, their_busy):
    """A line of the comparison; whether the ratio asked for is reached with a likelihood that is as good."""
    ratio, of_processor = theirs / mine, their_busy / busy
    good = ours.log_likelihood >= likelihood - 1e-3
    reached = good and (asked is None or ratio >= asked)
    word = "" if asked is None else ("reached" if ratio >= asked else "NOT REACHED")
    print(f"{what:<52} {mine:9.4f} s {theirs:9.3f} s  {ratio:6.0f} times [{of_processor:.0f}] {word}")
    same = "same or better" if good else "WORSE"
    print(f"{'':<52} log-likelihood {ours.log_likelihood:.4f} against {likelihood:.4f}: {same}")
    return reached


def with_rust(program, name, counts, ages, family, groups, degree, starts):
    """Pairs of runs in turn, so that what else the machine does falls on both."""
    counts = counts.astype(np.uint32)
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "counts.csv"
        np.savetxt(path, counts, delimiter=",", fmt="%d")
        arguments = [path, "-", *ages, family, groups, degree, starts, 1, 2, 1]
        for _ in range(PAIRS):
            done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=True)
            rust = json.loads(done.stdout)
            theirs += rust["seconds"]
            fit, second, _ = timed(
                lambda: pp.fit(counts, family, groups, degree=degree, starts=starts, seed=1, threads=2, ages=ages)
            )
            ours.append(second)
    bits = f"{np.float64(fit.log_likelihood).view(np.uint64):016x}"
    assert [bits] == rust["log_likelihood"], "not the same bits"
    mine, other = min(ours), min(theirs)
    middle = 100 * (statistics.median(ours) / statistics.median(theirs) - 1)
    word = "reached" if mine <= 1.05 * other else "NOT REACHED"
    print(f"Rust: {name:<46} {mine:9.4f} s {other:9.4f} s  {100 * (mine / other - 1):+.1f} % (5 asked) {word}")
    print(f"{'':<52} best of {PAIRS} pairs in turn, the same bits; medians {middle:+.1f} %")
    return mine <= 1.05 * other


def with_stepmix():
    try:
        from stepmix.stepmix import StepMix
    except ImportError:
        print("StepMix is not installed: left out")
        return True
    # 6 ages and curves of degree 5: a probability of its own at every age, as StepMix has it
    rng = np.random.default_rng(7)
    group = rng.choice(3, 10_000, p=[0.5, 0.3, 0.2])
    p = np.array([[0.05] * 6, [0.1, 0.3, 0.7, 0.8, 0.4, 0.1], [0.5, 0.6, 0.7, 0.8, 0.8, 0.7]])
    data = (rng.uniform(size=(10_000, 6)) < p[group]).astype(np.int64)
    model = StepMix(n_components=3, measurement="binary", n_init=1, random_state=1, verbose=0, progress_bar=0)
    _, theirs, their_busy = timed(lambda: model.fit(data), 3)
    likelihood = model.score(data) * len(data)
    what = "StepMix: binary, 10,000 x 6, 3 groups"
    one = timed(lambda: pp.fit(data, "bernoulli", 3, degree=5, ages=(15, 20), starts=1, neighbours=False, threads=1), 15)
    reached = against(f"{what}, one start", 50, *one, likelihood, theirs, their_busy)
    usual = timed(lambda: pp.fit(data, "bernoulli", 3, degree=5, ages=(15, 20)), 7)
    return against(f"{what}, 40 starts", None, *usual, likelihood, theirs, their_busy) and reached


def with_flexmix():
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("R is not installed: flexmix left out")
        return True
    table = np.loadtxt(SIMULATED, delimiter=",", skiprows=1, dtype=np.int64)[:, 1:]
    done = subprocess.run([rscript, str(HERE / "flexmix.R"), str(SIMULATED)], capture_output=True, text=True)
    if done.returncode != 0:
        print("flexmix (Debian: r-cran-flexmix) cannot be run: left out\n" + done.stderr)
        return True
    likelihood, theirs, their_busy = map(float, done.stdout.split())
    what = "flexmix: Poisson, 10,000 x 28, 4 groups"
    one = timed(lambda: pp.fit(table, "poisson", 4, degree=2, ages=(12, 39), starts=1, neighbours=False, threads=1), 15)
    reached = against(f"{what}, one start", 1000, *one, likelihood, theirs, their_busy)
    usual = timed(lambda: pp.fit(table, "poisson", 4, degree=2, ages=(12, 39)), 15)
    return against(f"{what}, 40 starts", None, *usual, likelihood, theirs, their_busy) and reached


def main() -> int:
    table = np.loadtxt(SIMULATED, delimiter=",", skiprows=1, dtype=np.int64)[:, 1:]
    print(f"pleegprofiel {pp.__version__}, numpy {np.__version__}, {os.cpu_count()} cores; ours | other")
    reached = []
    program = os.environ.get("PLEEGPROFIEL_RUST_FIT")
    if program is None:
        print("PLEEGPROFIEL_RUST_FIT names no program: Rust left out")
    else:
        reached.append(with_rust(program, "Poisson, 10,000 x 28", table, (12, 39), "poisson", 4, 2, 40))
        reached.append(with_rust(program, "ZIP, 1,000 x 28", table[:1000], (12, 39), "zip", 4, 2, 20))
    reached.append(with_stepmix())
    reached.append(with_flexmix())
    return 0 if all(reached) else 1


if __name__ == "__main__":
    sys.exit(main())
