"""People beside a model: classification, the reference model, people who do not exist."""

import pickle

import numpy as np
import pandas as pd
import pytest

import pleegprofiel as pp


@pytest.fixture(scope="module")
def choice(toronto):
    counts, _, ages = toronto
    return pp.choose(counts, (2, 4), degree=2, ages=ages)


def test_placing_in_short_and_in_full_agree(choice, toronto):
    counts, _, _ = toronto
    classifier = pp.Classifier(choice.fit)
    people = counts[:60].copy()
    people[5] = 0
    placed, full = classifier.place(people), classifier.classify(people)
    assert len(placed) == len(full) == 60
    for i, answer in enumerate(full):
        if isinstance(answer, pp.Refused):
            assert i == 5 and "no-adjudicated-case" in str(answer)
            assert placed.group[i] == -1 and placed.profile[i] is None and "no offence" in placed.refusal[i]
            assert np.isnan(placed.posteriors[i]).all() and np.isnan(placed.probability[i])
            continue
        assert answer.profile == placed.profile[i]
        assert np.array_equal(answer.groups, placed.posteriors[i])
        assert (answer.undecided is None) == (answer.profile is not None)
    assert isinstance(full[5], pp.Refused)


def test_a_classifier_and_its_answers_come_back(choice, toronto):
    counts, _, _ = toronto
    classifier = pp.Classifier(choice.model, coverage=0.8, name="toronto")
    again = pickle.loads(pickle.dumps(classifier))
    first, second = classifier.classify(counts[:1])[0], again.classify(counts[:1])[0]
    assert first.prediction_set == second.prediction_set and first.posterior == second.posterior
    assert pickle.loads(pickle.dumps(first)) == first == pp.Classification.from_json(first.to_json())
    assert sum(first.posterior.values()) == pytest.approx(1.0) and first.to_dict()["offences"] == int(counts[0].sum())
    assert "Classification:" in repr(first)


def test_a_record_may_end_before_the_ages_of_the_model(choice, toronto):
    counts, _, ages = toronto
    classifier = pp.Classifier(choice.fit)
    young = classifier.classify(pp.Cohort(counts[:3, :12], ages=(ages[0], ages[0] + 11)))
    assert all(answer.to_dict()["age"] == ages[0] + 12 for answer in young if isinstance(answer, pp.Classification))
    with pytest.raises(pp.InvalidInput, match="the model has 31 ages"):
        classifier.place(counts[:, :12])


def test_whoever_misuses_a_classifier_is_told(choice, toronto):
    counts, _, _ = toronto
    with pytest.raises(pp.InvalidOptions, match="coverage"):
        pp.Classifier(choice.model, coverage=1.5)
    with pytest.raises(pp.InvalidOptions, match="Model or a Fit"):
        pp.Classifier("model.json")
    with pytest.raises(pp.InvalidOptions, match="index_age"):
        pp.Classifier(choice.model).classify(counts, index_age=np.full(len(counts), 20.0))
    with pytest.raises(pp.Cancelled):
        pp.reference_model().classifier().classify(pp.synthetic(20_000).cohort, progress=lambda done, total: False)


def test_the_reference_model_knows_the_index_offence():
    reference = pp.reference_model()
    assert reference.name == "brede-blik-2024-reconstruction"
    assert reference.model.profiles == ["incidental", "early-peak", "late-peak", "continuous"]
    assert reference.model.shares.round(2).tolist() == [0.36, 0.28, 0.21, 0.15]
    assert pickle.loads(pickle.dumps(reference)).to_json() == reference.to_json()
    people = pp.synthetic(300, seed=5)
    classifier = reference.classifier()
    placed = classifier.place(people.cohort, index_age=people.index_ages)
    given = [(p, t) for p, t in zip(placed.profile, people.profiles) if p is not None]
    # whoever gets a name mostly gets the right one
    assert len(given) > 150 and np.mean([p == t for p, t in given]) > 0.85
    fit = classifier.file_fit(pp.synthetic(1000, seed=6).cohort, index_age=pp.synthetic(1000, seed=6).index_ages)
    assert fit["fits"] and "File and model fit" in fit["text"]
    again = pickle.loads(pickle.dumps(classifier)).place(people.cohort, index_age=people.index_ages)
    assert np.array_equal(again.posteriors, placed.posteriors, equal_nan=True)
    with pytest.raises(pp.InvalidInput, match="299 ages, but 300 persons"):
        classifier.place(people.cohort, index_age=people.index_ages[:299])
    with pytest.raises(pp.InvalidInput):
        classifier.place(people.cohort, index_age=-people.index_ages)


def test_synthetic_people_hang_on_seed_and_number_alone():
    few, many = pp.synthetic(20, seed=7), pp.synthetic(50, seed=7, threads=1)
    assert np.array_equal(few.cohort.counts, many.cohort.counts[:20], equal_nan=True)
    assert few.profiles == many.profiles[:20] and few.sex == many.sex[:20]
    assert few.profiles != pp.synthetic(20, seed=8).profiles
    assert few.cohort.ids == [str(i) for i in range(20)]
    assert (few.index_ages >= 12).all() and set(few.sex) <= {"man", "woman"}
    for persons in [0, -1, 2.5]:
        with pytest.raises(pp.InvalidOptions, match="persons="):
            pp.synthetic(persons)


def test_a_frame_of_people_is_placed_as_its_array(choice, toronto):
    counts, _, ages = toronto
    frame = pd.DataFrame(counts, columns=[f"age_{a}" for a in range(ages[0], ages[1] + 1)])
    classifier = pp.Classifier(choice.fit)
    assert classifier.place(frame).profile == classifier.place(counts).profile
