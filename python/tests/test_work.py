"""Long work: options are checked, progress is told, others may run, and a key ends it."""

import os
import signal
import threading
import time

import numpy as np
import pytest

import pleegprofiel as pp


@pytest.fixture(scope="module")
def many():
    """So many people that a careful fit takes half a minute or more."""
    return pp.synthetic(30_000, seed=3).cohort


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"threads": 0}, "threads=0 is not 1 to 1024"),
        ({"threads": 1025}, "threads=1025 is not 1 to 1024"),
        ({"threads": -1}, "threads=-1 is not 1 to 1024"),
        ({"threads": 10**30}, "is not 1 to 1024"),
        ({"threads": 2.5}, "threads=2.5 is not a whole number"),
        ({"groups": 0}, "groups=0 is not 1 to 32"),
        ({"groups": 33}, "groups=33 is not 1 to 32"),
        ({"groups": 5}, "5 groups asked for, but the cohort has 4 persons"),
        ({"groups": True}, "groups=True is not a whole number"),
        ({"degree": 6}, "degree=6 is not 0 to 5"),
        ({"degree": [1, 1, 1]}, "3 degrees given for 2 groups"),
        ({"degree": 3}, "needs observations at 4 ages"),
        ({"family": "zap"}, "is not a family of counts: poisson, zip"),
        ({"family": "poisson", "zero_degree": 1}, "has no zero polynomial"),
        ({"family": "poisson", "common_dispersion": True}, "has none"),
        ({"starts": 0}, "starts=0 is not 1 to 100000"),
        ({"seed": -1}, "seed=-1 is not 0 to"),
        ({"progress": 3}, "progress=3 cannot be called"),
    ],
)
def test_options_are_refused_by_name(options, words):
    data = np.array([[0, 1, 0], [2, 0, 1], [0, 0, 0], [5, 3, 4]])
    with pytest.raises(pp.InvalidOptions) as caught:
        pp.fit(data, **{"family": "zip", "groups": 2, "degree": 1, "ages": (12, 14), **options})
    assert words in str(caught.value)


@pytest.mark.parametrize("after", [0.05, 0.5, 2.0])
def test_ctrl_c_ends_a_fit_within_a_second(many, after):
    timer = threading.Timer(after, lambda: os.kill(os.getpid(), signal.SIGINT))
    begin = time.monotonic()
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            pp.fit(many, "zip", 6, starts=200)
    finally:
        timer.join()
    assert time.monotonic() - begin < after + 1.0


def test_progress_is_told_and_may_stop_the_work(many):
    told = []
    pp.fit(many, "poisson", 2, degree=2, starts=8, progress=lambda done, total: told.append((done, total)))
    assert told and all(1 <= done <= total for done, total in told)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    with pytest.raises(pp.Cancelled):
        pp.fit(many, "zip", 4, progress=lambda done, total: False)
    with pytest.raises(ZeroDivisionError):
        pp.fit(many, "zip", 4, progress=lambda done, total: 1 / 0)


def test_other_threads_run_meanwhile(many):
    turns, over = 0, threading.Event()

    def count():
        nonlocal turns
        while not over.wait(0.001):
            turns += 1

    other = threading.Thread(target=count)
    other.start()
    begin = time.monotonic()
    pp.fit(many, "poisson", 3, degree=2, starts=8)
    took = time.monotonic() - begin
    over.set()
    other.join()
    # a thread that waits a millisecond at a time gets most of its turns
    assert turns > 0.2 * took / 0.001


def test_fits_from_several_threads_are_the_same(toronto):
    counts, _, ages = toronto
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(pp.fit(counts, "poisson", 3, degree=2, starts=8, ages=ages).bic))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
