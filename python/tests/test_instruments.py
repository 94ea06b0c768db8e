"""Instruments are scored exactly as in the library: published pairs, unknown answers, refusals."""

import datetime
import json
import pickle

import numpy as np
import pandas as pd
import pytest

import pleegprofiel as pp

PSA = {
    "age_at_current_arrest": 43,
    "current_violent_offense": True,
    "pending_charge": True,
    "prior_misdemeanor_conviction": True,
    "prior_felony_conviction": True,
    "prior_violent_convictions": 1,
    "prior_fta_past_2_years": 1,
    "prior_fta_older_than_2_years": True,
    "prior_sentence_to_incarceration": True,
}
SUSPECT = {"jurisdiction": "united-states", "legal_status": "suspect", "age": 43}


@pytest.mark.parametrize("name", pp.Instrument.names())
def test_every_golden_pair_comes_out(fixtures, name):
    instrument = pp.Instrument(name)
    assert instrument.golden_vectors > 0
    path = fixtures / "reference" / "instruments" / f"golden-{name}.json"
    if not path.exists():
        pytest.skip("its pairs are those of the parts")
    golden = json.loads(path.read_text())
    relative = golden["tolerance"]["probability_relative"]
    checked = 0
    cases = [vector["inputs"] for vector in golden["vectors"]]
    for vector, result in zip(golden["vectors"], instrument.assess_many(cases, as_published=True)):
        for field, value in vector["expected"].items():
            if field not in result:
                continue
            if isinstance(value, float):
                assert result[field] == pytest.approx(value, rel=relative, abs=1e-12), (vector["id"], field)
            else:
                assert result[field] == value, (vector["id"], field)
            checked += 1
    assert checked > 0


def test_a_score_carries_what_it_rests_on():
    result = pp.Instrument("psa").score(PSA, SUSPECT)
    assert (result["fta_scaled"], result["nca_scaled"]) == (5, 6)
    assert result.scored and result.unknown == [] and result.contributions[0]["source"]
    assert pickle.loads(pickle.dumps(result)) == result == pp.Assessment.from_json(result.to_json())
    assert result.to_dict()["instrument"] == "psa" and "fta_scaled: 5" in repr(result)
    with pytest.raises(KeyError):
        result["no such field"]


@pytest.mark.parametrize("nothing", [None, float("nan"), np.nan, pd.NA, pd.NaT, "unknown"])
def test_an_unknown_answer_gives_a_range_and_is_never_no(nothing):
    instrument = pp.Instrument("psa")
    unknown = instrument.score({**PSA, "prior_felony_conviction": nothing, "prior_fta_past_2_years": nothing}, SUSPECT)
    absent = {k: v for k, v in PSA.items() if k not in ("prior_felony_conviction", "prior_fta_past_2_years")}
    assert unknown == instrument.score(absent, SUSPECT)
    assert sorted(unknown.unknown) == ["prior_felony_conviction", "prior_fta_past_2_years"]
    low, high = unknown.ranges["fta_scaled"]["low"], unknown.ranges["fta_scaled"]["high"]
    every = [
        instrument.score({**PSA, "prior_felony_conviction": felony, "prior_fta_past_2_years": fta}, SUSPECT)["fta_scaled"]
        for felony in (True, False)
        for fta in (0, 1, 2)
    ]
    assert (low, high) == (min(every), max(every)) and unknown["fta_scaled"] is None


def test_a_refusal_lists_why_and_carries_the_result():
    instrument = pp.Instrument("psa")
    with pytest.raises(pp.Refused) as caught:
        instrument.score(PSA, {"jurisdiction": "netherlands", "legal_status": "custody", "age": 43})
    assert len(caught.value.issues) == 2 or caught.value.issue_count >= 1
    assert not caught.value.assessment.scored and caught.value.assessment.error
    text = str(caught.value)
    assert "netherlands" in text and "custody" in text
    # without a population nobody is scored, unless as the published implementation does
    with pytest.raises(pp.Refused):
        instrument.score(PSA)
    assert instrument.score(PSA, as_published=True)["fta_scaled"] == 5
    assert instrument.assess(PSA).scored is False and instrument.assess(PSA).refusal
    passed = instrument.score(
        PSA,
        {"jurisdiction": "netherlands", "legal_status": "suspect", "age": 43},
        population_override={"author": "A. Author", "reason": "a test"},
    )
    assert passed["fta_scaled"] == 5


def test_every_answer_that_cannot_be_read_is_listed():
    instrument = pp.Instrument("psa")
    with pytest.raises(pp.InvalidInput) as caught:
        instrument.score({"age_at_current_arrest": "old", "no_such_item": 1, "pending_charge": 3}, SUSPECT)
    assert caught.value.issue_count == 3
    with pytest.raises(pp.InvalidInput, match=r"\$\.pending_charge"):
        instrument.score({"pending_charge": object()}, SUSPECT)
    with pytest.raises(pp.InvalidInput, match="inf"):
        instrument.score({"age_at_current_arrest": float("inf")}, SUSPECT)
    with pytest.raises(pp.InvalidOptions):
        instrument.score([PSA], SUSPECT)
    with pytest.raises(pp.InvalidValue, match="is not a bundled instrument"):
        pp.Instrument("no such")


def test_answers_come_as_python_numpy_and_pandas_have_them(fixtures):
    instrument = pp.Instrument("psa")
    one = instrument.score(PSA, SUSPECT)
    numpy = {k: np.bool_(v) if isinstance(v, bool) else np.int32(v) for k, v in PSA.items()}
    assert instrument.score(numpy, SUSPECT) == one
    # one frame of many cases, whose numbers gaps have made floating-point ones
    frame = pd.DataFrame([PSA, {**PSA, "prior_violent_convictions": None}])
    first, second = instrument.assess_many(frame, SUSPECT)
    assert first["fta_scaled"] == 5 and second.unknown == ["prior_violent_convictions"]
    golden = json.loads((fixtures / "reference" / "instruments" / "golden-ogrs3.json").read_text())["vectors"][0]
    dated = {
        k: datetime.date.fromisoformat(v) if k.startswith("date_") else v for k, v in golden["inputs"].items()
    }
    moments = {k: pd.Timestamp(v) if k.startswith("date_") else v for k, v in golden["inputs"].items()}
    ogrs = pp.Instrument("ogrs3")
    for answers in (golden["inputs"], dated, moments):
        assert ogrs.score(answers, as_published=True)["percent_2y"] == golden["expected"]["percent_2y"]
    with pytest.raises(pp.InvalidInput, match="time of day"):
        ogrs.score({**dated, "date_of_birth": datetime.datetime(1991, 7, 17, 3)}, as_published=True)


def test_an_instrument_is_its_file(tmp_path):
    with pytest.raises(pp.InvalidInput):
        pp.Instrument.from_json('{"format": "pleegprofiel-instrument"}')
    with pytest.raises(pp.FileError):
        pp.Instrument.load(tmp_path / "none.json")
    instrument = pp.Instrument("ogrs3")
    assert pickle.loads(pickle.dumps(instrument)) == instrument
    assert instrument.card["id"] == "ogrs3" and len(instrument.content_hash) == 64
    assert "golden vectors came out" in repr(instrument)
