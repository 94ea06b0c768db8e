"""scikit-learn's conventions, kept without needing it."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import pleegprofiel as pp
from conftest import bits

X = np.vstack([np.random.default_rng(2).poisson([0.1] * 8, (60, 8)), np.random.default_rng(3).poisson([2.0] * 8, (40, 8))])


def small(**params):
    return pp.TrajectoryMixture(**{"family": "poisson", "n_groups": 2, "degree": 1, "starts": 4, **params})


def test_it_fits_predicts_and_scores():
    mixture = small().fit(X)
    assert mixture.n_features_in_ == 8 and mixture.classes_.tolist() == [0, 1]
    probabilities = mixture.predict_proba(X)
    assert probabilities.shape == (100, 2) and np.allclose(probabilities.sum(axis=1), 1)
    assert (mixture.predict(X) == probabilities.argmax(axis=1)).all()
    assert (mixture.predict(X)[60:] == 1).mean() > 0.95
    assert mixture.score(X) == pytest.approx(mixture.fit_.log_likelihood / 100)
    assert mixture.bic(X) == pytest.approx(mixture.fit_.bic)
    assert (small().fit_predict(X) == mixture.predict(X)).all()
    assert bits(small().fit(X.astype(np.float32)).predict_proba(X)) == bits(probabilities)


def test_parameters_are_read_set_and_cloned():
    mixture = small(ages=(12, 19), seed=7)
    assert mixture.get_params()["n_groups"] == 2 and mixture.get_params()["ages"] == (12, 19)
    assert mixture.set_params(n_groups=3) is mixture and mixture.n_groups == 3
    with pytest.raises(ValueError, match="Invalid parameter 'groups'"):
        mixture.set_params(groups=3)
    assert repr(mixture) == "TrajectoryMixture(family='poisson', n_groups=3, degree=1, ages=(12, 19), starts=4, seed=7)"
    again = pickle.loads(pickle.dumps(small().fit(X)))
    assert (again.predict(X) == small().fit(X).predict(X)).all()


def test_wrong_data_are_refused_in_the_usual_words():
    with pytest.raises(pp.NotFittedError, match="not fitted yet"):
        small().predict(X)
    mixture = small().fit(X)
    with pytest.raises(ValueError, match="X has 7 features, but TrajectoryMixture is expecting 8"):
        mixture.predict(X[:, :7])
    with pytest.raises(ValueError, match="Expected 2D array"):
        small().fit(X[0])
    with pytest.raises(ValueError, match="0 sample"):
        small().fit(X[:0])
    with pytest.raises(pp.InvalidInput):
        small().fit(-X)
    frame = pd.DataFrame(X, columns=[f"age_{a}" for a in range(12, 20)])
    named = small().fit(frame)
    assert list(named.feature_names_in_) == list(frame.columns)
    assert named.fit_.ages[0] == 12.0
    with pytest.raises(ValueError, match="feature names"):
        named.predict(frame.rename(columns={"age_12": "age_11"}))


def test_scikit_learn_takes_it_for_one_of_its_own():
    base = pytest.importorskip("sklearn.base")
    mixture = small(seed=3)
    clone = base.clone(mixture)
    assert clone is not mixture and clone.get_params() == mixture.get_params()
    from sklearn.exceptions import NotFittedError
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.utils.validation import check_is_fitted

    with pytest.raises(NotFittedError):
        check_is_fitted(mixture)
    with pytest.raises(NotFittedError) as caught:
        mixture.predict(X)
    assert isinstance(caught.value, pp.NotFittedError)
    check_is_fitted(small().fit(X))
    search = GridSearchCV(small(), {"n_groups": [1, 2]}, cv=3).fit(X)
    assert search.best_params_ == {"n_groups": 2}
    piped = make_pipeline(FunctionTransformer(np.round), small()).fit(X)
    assert (piped.predict(X) == small().fit(X).predict(X)).all()


def test_the_checks_of_scikit_learn_pass_as_far_as_counts_allow():
    checks = pytest.importorskip("sklearn.utils.estimator_checks")
    results = checks.check_estimator(small(degree=0), on_fail=None, on_skip=None)
    failed = {r["check_name"]: repr(r["exception"]) for r in results if r["status"] == "failed"}
    no_counts = {name for name, why in failed.items() if "is not a whole number" in why or "is negative" in why}
    others = {name: why for name, why in failed.items() if name not in no_counts}
    passed = [r for r in results if r["status"] == "passed"]
    print(f"{len(passed)} passed; {len(no_counts)} give data that are no counts; others: {others}")
    assert not others
    assert len(passed) >= 15


def test_it_works_without_scikit_learn():
    code = (
        "import sys; sys.modules['sklearn'] = None\n"
        "import numpy as np, pleegprofiel as pp\n"
        "m = pp.TrajectoryMixture('poisson', 2, degree=0, starts=2)\n"
        "try:\n    m.predict(np.zeros((2, 3)))\nexcept pp.NotFittedError:\n    print('ok')\n"
        "m.fit(np.array([[0, 0, 0], [3, 2, 1], [0, 0, 1]]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "ok", done.stderr
