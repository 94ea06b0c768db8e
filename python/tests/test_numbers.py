"""The numbers are the library's, bit for bit."""

import numpy as np
import pytest

import pleegprofiel as pp
from conftest import bits


@pytest.mark.parametrize("family", ["poisson", "zip", "negbin"])
@pytest.mark.parametrize("at_risk", [False, True], ids=["throughout", "with time at risk"])
def test_a_fit_has_the_bits_of_the_library(toronto, rust, family, at_risk):
    counts, risk, ages = toronto
    exposure = risk if at_risk else None
    groups, degree, starts = (3, 2, 8) if at_risk else (4, 2, 40)
    if at_risk:
        counts = np.where(risk > 0, counts, 0)
    fit = pp.fit(counts, family, groups, degree=degree, starts=starts, seed=1, ages=ages, exposure=exposure)
    same = rust(counts, exposure, ages, family, groups, degree, starts)
    assert bits([fit.log_likelihood]) == same["log_likelihood"]
    assert bits([fit.bic]) == same["bic"]
    assert bits(fit.shares) == same["shares"]
    assert bits(np.concatenate(fit.model.coefficients)) == same["coefficients"]
    assert bits(np.concatenate(fit.model.zero_coefficients)) == same["zero_coefficients"]
    assert bits(fit.trajectories) == same["trajectories"]
    assert bits(fit.posteriors) == same["posteriors"]
    own = np.array(bits(fit.standard_errors))
    theirs = np.array(same["standard_errors"])
    known = ~np.isnan(fit.standard_errors)
    assert (own[known] == theirs[known]).all() and known.sum() > fit.groups
    assert fit.to_json() == same["model"]


def test_the_answer_hangs_neither_on_threads_nor_on_the_type_of_the_array(toronto):
    counts, _, ages = toronto
    one = pp.fit(counts.astype(np.uint8), "zip", 3, degree=2, starts=8, ages=ages, threads=1)
    two = pp.fit(np.asfortranarray(counts), "zip", 3, degree=2, starts=8, ages=ages, threads=2)
    assert bits(one.posteriors) == bits(two.posteriors) and bits([one.bic]) == bits([two.bic])


def test_posteriors_of_the_model_are_those_of_the_fit_and_sum_to_one(toronto):
    counts, _, ages = toronto
    fit = pp.fit(counts, "poisson", 4, degree=2, ages=ages)
    posteriors = fit.posteriors
    assert posteriors.shape == (378, 4)
    assert np.allclose(posteriors.sum(axis=1), 1.0, atol=1e-12)
    assert bits(fit.model.posteriors(counts)) == bits(posteriors)
    # the people's log-likelihood under the model is the fit's
    assert fit.model.log_likelihood(counts) == pytest.approx(fit.log_likelihood, rel=1e-12)
    assert (fit.assigned == posteriors.argmax(axis=1)).all()
    # bands hold the curve
    low, high = fit.bands[..., 0], fit.bands[..., 1]
    known = ~np.isnan(low)
    assert known.any() and (low[known] <= fit.trajectories[known]).all() and (fit.trajectories[known] <= high[known]).all()


def test_a_person_who_counts_twice_is_two_people(toronto):
    counts, _, ages = toronto
    twice = np.vstack([counts, counts[:50]])
    weights = np.ones(len(counts))
    weights[:50] = 2
    one = pp.fit(twice, "poisson", 2, degree=2, starts=4, ages=ages)
    other = pp.fit(counts, "poisson", 2, degree=2, starts=4, ages=ages, weights=weights)
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-9)
    assert np.allclose(one.trajectories, other.trajectories, rtol=1e-4)


def test_sandwich_errors_come_with_a_look_at_the_people(toronto):
    counts, _, ages = toronto
    fit = pp.fit(counts, "poisson", 3, degree=2, starts=8, ages=ages)
    assert fit.covariance("sandwich") is None and np.isnan(fit.robust_standard_errors).all()
    checked = fit.checked()
    sandwich = checked.covariance("sandwich")
    assert np.allclose(np.sqrt(np.diag(sandwich)), checked.robust_standard_errors)
    assert np.allclose(np.sqrt(np.diag(fit.covariance())), fit.standard_errors)
    # counts of these youths spread wider than a Poisson allows
    assert (checked.robust_standard_errors > fit.standard_errors).mean() > 0.5
    assert len(checked.findings) > len(fit.findings)
