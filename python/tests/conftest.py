"""Data of the repository, and the library itself to hold numbers against."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

PYTHON = Path(__file__).resolve().parents[1]
FIXTURES = Path(os.environ.get("PLEEGPROFIEL_FIXTURES", PYTHON.parent / "fixtures"))


def wide(path: Path) -> tuple[np.ndarray, tuple[int, int]]:
    """A wide table as floats, NaN where a cell is empty, and its first and last age."""
    header = path.read_text().splitlines()[0].strip().split(",")
    ages = [int(name.strip('"').removeprefix("age_")) for name in header[1:]]
    table = np.genfromtxt(path, delimiter=",", skip_header=1)[:, 1:]
    return table, (ages[0], ages[-1])


@pytest.fixture(scope="session")
def toronto():
    """Counts and time at risk of 378 Toronto youths at ages 8 to 38."""
    counts, ages = wide(FIXTURES / "toronto" / "TO1adj.csv")
    risk, same = wide(FIXTURES / "toronto" / "TO1Risk.csv")
    assert ages == same
    return counts, risk, ages


@pytest.fixture(scope="session")
def fixtures() -> Path:
    return FIXTURES


@pytest.fixture(scope="session")
def rust(tmp_path_factory):
    """Runs the same fit in Rust and gives its numbers, which are bits in hexadecimal digits."""
    program = os.environ.get("PLEEGPROFIEL_RUST_FIT")
    if program is None:
        pytest.skip("PLEEGPROFIEL_RUST_FIT names no program: build.sh builds and sets it")
    folder = tmp_path_factory.mktemp("rust")

    def run(counts, exposure, ages, family, groups, degree, starts=40, seed=1, threads=2):
        np.savetxt(folder / "counts.csv", counts, delimiter=",", fmt="%d")
        risk = "-"
        if exposure is not None:
            risk = str(folder / "exposure.csv")
            np.savetxt(risk, exposure, delimiter=",", fmt="%.17g")
        args = [program, folder / "counts.csv", risk, *ages, family, groups, degree, starts, seed, threads, 1]
        done = subprocess.run([str(a) for a in args], capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return run


def bits(values) -> list[str]:
    """Numbers as the hexadecimal digits of their bits."""
    return [f"{word:016x}" for word in np.ascontiguousarray(values, dtype=np.float64).ravel().view(np.uint64)]
