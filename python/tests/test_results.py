"""Results are kept, shown and passed on."""

import json
import pickle
import xml.etree.ElementTree

import numpy as np
import pytest

import pleegprofiel as pp
from conftest import bits


@pytest.fixture(scope="module")
def fit(toronto):
    counts, _, ages = toronto
    return pp.fit(counts, "zip", 3, degree=2, starts=12, ages=ages)


def test_a_fit_shows_itself_as_a_table(fit):
    text = repr(fit)
    lines = text.splitlines()
    assert "zip with 3 groups, ages 8 to 38: 378 persons" in lines[0] and f"{fit.bic:.2f}" in lines[0]
    assert lines[1].split()[:3] == ["group", "profile", "share"]
    assert [line.split()[0] for line in lines[2:5]] == ["1", "2", "3"]
    assert all(finding in text for finding in fit.findings)
    html = fit._repr_html_()
    assert html.count("<tr>") == 4 and "<svg" in html


def test_a_picture_is_well_formed_and_kept(fit, tmp_path):
    picture = fit.plot()
    assert xml.etree.ElementTree.fromstring(picture._repr_svg_()).tag.endswith("svg")
    picture.save(tmp_path / "groups.svg")
    assert (tmp_path / "groups.svg").read_text() == picture.svg
    assert pickle.loads(pickle.dumps(picture)).svg == picture.svg
    with pytest.raises(OSError):
        picture.save(tmp_path / "no such folder" / "groups.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["groups.svg"]
    report = fit.report()
    assert report.startswith("<!") and "378" in report


def test_a_model_comes_back_with_the_same_bits(fit, toronto):
    counts, _, _ = toronto
    model = pp.Model.from_json(fit.to_json())
    assert model == fit.model == pickle.loads(pickle.dumps(fit.model))
    assert bits(model.posteriors(counts)) == bits(fit.posteriors)
    stored = json.loads(fit.to_json())
    assert stored["format"] == "pleegprofiel-trajectory-model" or "format" in stored
    with pytest.raises(pp.InvalidModel):
        pp.Model.from_json("{}")
    stored["version"] = 999
    with pytest.raises(pp.InvalidModel, match="999"):
        pp.Model.from_json(json.dumps(stored))
    with pytest.raises(pp.FileError):
        pp.Model.load("no such file.json")


def test_a_fit_that_was_pickled_tells_all_but_people(fit, toronto):
    counts, _, _ = toronto
    again = pickle.loads(pickle.dumps(fit))
    assert repr(again) == repr(fit) and again._repr_html_() == fit._repr_html_()
    assert again.plot().svg == fit.plot().svg
    for name in ["log_likelihood", "aic", "bic", "bic_observations", "icl", "entropy", "parameters", "gradient_norm"]:
        assert getattr(again, name) == getattr(fit, name), name
    for name in ["shares", "trajectories", "bands", "standard_errors", "members", "avepp", "occ", "optima", "ages"]:
        assert bits(getattr(again, name)) == bits(getattr(fit, name)), name
    assert again.estimates == fit.estimates and again.starts == fit.starts and again.findings == fit.findings
    assert bits(again.covariance()) == bits(fit.covariance())
    assert again.best() == fit.best()
    assert bits(again.model.posteriors(counts)) == bits(fit.posteriors)
    # a second time as well, and without anybody in it
    assert pickle.dumps(again) == pickle.dumps(fit)
    for of_people in ["posteriors", "profiles", "undecided", "cohort", "assigned"]:
        with pytest.raises(pp.Detached, match="fit again"):
            getattr(again, of_people)
    with pytest.raises(pp.Detached):
        again.checked()


def test_a_cohort_is_not_pickled():
    with pytest.raises(TypeError, match="pickle"):
        pickle.dumps(pp.Cohort([[0, 1]], ages=(12, 13)))


def test_profiles_are_named_or_it_is_said_why_not(fit):
    profiles, reasons = fit.profiles, fit.undecided
    assert len(profiles) == len(reasons) == 378
    assert set(profiles) <= {"incidental", "early-peak", "late-peak", "continuous", None}
    assert all((profile is None) == (reason is not None) for profile, reason in zip(profiles, reasons))
    assert any(profiles)
    assert len(fit.group_profiles) == 3 and len(fit.probabilities) == 378
    participation = pp.fit(fit.cohort.counts > 0, "bernoulli", 2, degree=1, starts=4, ages=(8, 38))
    with pytest.raises(pp.InvalidOptions, match="bernoulli"):
        participation.profiles
    assert "bernoulli with 2 groups" in repr(participation)
    with pytest.raises(pp.InvalidOptions, match="bernoulli"):
        participation.plot()


def test_a_fit_that_cannot_be_trusted_says_so():
    # five groups of people who are all alike
    data = np.tile([0, 1, 0, 1], (40, 1))
    fit = pp.fit(data, "poisson", 4, degree=1, starts=4, ages=(12, 15))
    assert not fit.trusted and fit.fatal_findings and "NOT TO BE TRUSTED" in repr(fit)
    with pytest.raises(pp.Untrusted):
        fit.best()
    with pytest.raises(pp.Untrusted):
        pickle.loads(pickle.dumps(fit)).best()
    assert fit.model.groups == 4


def test_a_choice_is_that_of_the_command(toronto):
    counts, _, ages = toronto
    choice = pp.choose(counts, (1, 3), degree=2, ages=ages)
    best = choice.candidates[0]
    assert best["distance"] == 0.0 and best["bic_persons"] == pytest.approx(choice.fit.bic)
    distances = [c["distance"] for c in choice.candidates if c["refused"] is None]
    assert distances == sorted(distances)
    assert choice.fit.groups <= 3 and len(choice.profiles) == 378
    # the model goes with its names, so that whoever is placed later gets the same
    assert choice.model.chosen_from == choice.candidates
    assert choice.model.profiles == choice.fit.group_profiles
    again = pickle.loads(pickle.dumps(choice))
    assert repr(again) == repr(choice) and again.candidates == choice.candidates
    assert "Chosen from" in repr(choice) and choice.plot().svg.startswith("<svg")
    one = pp.choose(counts, 2, degree=1, forms=["poisson", {"family": "negbin", "common_dispersion": True}], ages=ages)
    assert {c["groups"] for c in one.candidates} == {2} and len(one.candidates) == 2
    with pytest.raises(pp.InvalidOptions):
        pp.choose(counts, (3, 1), ages=ages)
    with pytest.raises(pp.InvalidOptions):
        pp.choose(counts, forms=["zap"], ages=ages)


def test_a_selection_ranks_its_models(toronto):
    counts, _, ages = toronto
    selection = pp.select(counts, ["poisson", "zip"], (1, 3), [1, 2], starts=4, neighbours=False, ages=ages)
    assert len(selection) == len(selection.candidates) == 12
    bics = [selection.candidates[i]["figures"]["bic_persons"] for i in selection.ranking]
    assert bics == sorted(bics) and selection.best == selection.ranking[0]
    best = selection.fit()
    assert best.bic == bics[0]
    assert selection.fit(selection.ranking[-1]).bic == bics[-1]
    assert repr(selection).splitlines()[1].endswith("best") and "no discovery" in repr(selection)
    assert selection.plot().svg.startswith("<svg")
    with pytest.raises(pp.InvalidOptions):
        selection.fit(99)
    with pytest.raises(pp.InvalidOptions, match="bic-persons"):
        pp.select(counts, "poisson", 2, 1, criterion="best", ages=ages)


def test_exceptions_can_be_pickled():
    try:
        pp.Cohort([[0, -1]], ages=(12, 13))
    except pp.InvalidInput as error:
        again = pickle.loads(pickle.dumps(error))
        assert str(again) == str(error) and again.issues == error.issues and again.issue_count == 1
    else:
        pytest.fail("a count below 0 was taken")
