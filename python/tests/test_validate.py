"""Validation of predicted probabilities, against other software and by its refusals."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

import pleegprofiel as pp

RNG = np.random.default_rng(4)
P = RNG.uniform(0.02, 0.95, 500)
Y = RNG.uniform(size=500) < P


def test_figures_are_those_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    validation = pp.validate(P, Y)
    assert validation["auc"] == pytest.approx(metrics.roc_auc_score(Y, P), rel=1e-12)
    assert validation["brier"] == pytest.approx(metrics.brier_score_loss(Y, P), rel=1e-12)
    assert validation["auc"] == validation["probability.auc"] == validation.figures["probability.auc"]
    with pytest.raises(KeyError):
        validation["no such figure"]


def test_columns_come_from_anywhere():
    one = pp.validate(P, Y).figures
    assert pp.validate(pd.Series(P), pd.Series(Y)).figures == one
    assert pp.validate(pl.Series(P), pl.Series(Y)).figures == one
    assert pp.validate(P.tolist(), Y.astype(int).tolist()).figures == one


def test_groups_and_two_scores_are_compared():
    groups = np.where(np.arange(500) % 3 == 0, "a", "b")
    validation = pp.validate({"first": P, "second": np.sqrt(P)}, Y, groups={"sex": groups}, threshold=0.4)
    assert any(key.startswith("delong") for key in validation.figures)
    assert any("sex" in key or "a" in key for key in validation.figures)
    assert "Validation:" in repr(validation) and validation.tables
    assert validation.report().startswith("<!") and "srcdoc" in validation._repr_html_()
    assert validation.plot().svg.startswith("<svg")


def test_weights_stand_for_people():
    weights = RNG.integers(1, 4, 500)
    repeated = np.repeat(np.arange(500), weights)
    one = pp.validate(P, Y, weights=weights)["auc"]
    assert one == pytest.approx(pp.validate(P[repeated], Y[repeated])["auc"], rel=1e-12)


def test_every_problem_is_listed():
    with pytest.raises(pp.InvalidInput) as caught:
        pp.validate(np.array([0.1, 1.2, -0.1, np.nan]), [0, 1, 0, 1])
    assert caught.value.issue_count == 3 and [i.row for i in caught.value.issues] == [2, 3, 4]
    with pytest.raises(pp.InvalidInput) as caught:
        pp.validate([0.1, 0.2, 0.3], [0, 2, None])
    assert [i.row for i in caught.value.issues] == [2, 3]
    with pytest.raises(pp.InvalidInput, match='"x" is not a number|"x" is'):
        pp.validate(["x", 0.2], [0, 1])
    with pytest.raises(pp.InvalidOptions, match="with one outcome"):
        pp.validate([0.1, 0.2], [1, 1])
    with pytest.raises(pp.InvalidOptions, match="2 probabilities but 3 outcomes"):
        pp.validate([0.1, 0.2], [1, 0, 1])
