"""The figures of `examples/time_validate.rs` by pandas, scikit-learn and a DeLong variance in Python, on the same file.

    python validation.py make FILE        writes ten million predictions
    python validation.py FILE [loop]      validates them; with `loop` midranks go value by value, as most scripts have it,
                                          without by whole arrays of numpy

Made with pandas, scikit-learn and numpy as `pip install scikit-learn pandas` gives them."""
import sys
import time

import numpy as np


def make(path, n=10_000_000):
    rng = np.random.default_rng(5)
    risk = np.round(rng.random(n) * 0.9 + 0.05, 6)
    outcome = (rng.random(n) < risk).astype(int)
    with open(path, "w") as out:
        out.write("p,y\n")
        for at in range(0, n, 1_000_000):
            part = zip(risk[at : at + 1_000_000], outcome[at : at + 1_000_000])
            out.write("\n".join(f"{p:.6f},{y}" for p, y in part) + "\n")


def midranks_by_array(x):
    order = np.argsort(x, kind="stable")
    rising = x[order]
    border = np.flatnonzero(np.r_[True, rising[1:] != rising[:-1], True])
    ranks = np.empty(len(x))
    ranks[order] = np.repeat((border[:-1] + border[1:] - 1) / 2 + 1, np.diff(border))
    return ranks


def midranks_by_value(x):
    order = np.argsort(x)
    rising = x[order]
    found = np.zeros(len(x))
    at = 0
    while at < len(x):
        end = at
        while end < len(x) and rising[end] == rising[at]:
            end += 1
        found[at:end] = (at + end - 1) / 2 + 1
        at = end
    ranks = np.empty(len(x))
    ranks[order] = found
    return ranks


def delong(risk, outcome, midranks):
    cases, controls = risk[outcome == 1], risk[outcome == 0]
    m, n = len(cases), len(controls)
    own_cases, own_controls, all_ranks = midranks(cases), midranks(controls), midranks(np.r_[cases, controls])
    of_cases = (all_ranks[:m] - own_cases) / n
    of_controls = 1 - (all_ranks[m:] - own_controls) / m
    return np.sqrt(of_cases.var(ddof=1) / m + of_controls.var(ddof=1) / n)


def validate(path, midranks):
    import pandas as pd
    from sklearn.calibration import calibration_curve
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score

    begin = time.time()
    table = pd.read_csv(path)
    risk, outcome = table.p.values, table.y.values
    print("AUC", roc_auc_score(outcome, risk), "se", delong(risk, outcome, midranks))
    print("Brier", brier_score_loss(outcome, risk))
    logit = np.log(risk / (1 - risk)).reshape(-1, 1)
    fit = LogisticRegression(C=np.inf, solver="newton-cholesky").fit(logit, outcome)
    print("intercept", fit.intercept_[0], "slope", fit.coef_[0, 0])
    print("tenths", calibration_curve(outcome, risk, n_bins=10, strategy="quantile"))
    print(f"{time.time() - begin:.1f} s")


if sys.argv[1] == "make":
    make(sys.argv[2])
else:
    validate(sys.argv[1], midranks_by_value if "loop" in sys.argv else midranks_by_array)
