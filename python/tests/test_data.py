"""Whatever Python calls data becomes the same people, or is refused with every problem and its place."""

import decimal
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import pleegprofiel as pp

AGES = (12, 17)
NAMES = [f"age_{age}" for age in range(12, 18)]
COUNTS = np.random.default_rng(1).poisson(0.7, (50, 6))
BASE = pp.Cohort(COUNTS, ages=AGES)
HOLES = COUNTS.astype(float)
HOLES[0, 0] = HOLES[7, 3] = np.nan
WITH_HOLES = pp.Cohort(HOLES, ages=AGES)
NULLABLE = pd.DataFrame(HOLES, columns=NAMES).astype("Int64")


def refused(data, *args, **kwargs):
    with pytest.raises(pp.InvalidInput) as caught:
        pp.Cohort(data, *args, **kwargs)
    assert isinstance(caught.value, ValueError)
    assert caught.value.issue_count >= len(caught.value.issues) >= 1
    return caught.value


def places(error):
    return [(issue.row, issue.column) for issue in error.issues]


@pytest.mark.parametrize(
    "dtype",
    "int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 longdouble >i4 >u8 >f8 object".split(),
)
def test_arrays_of_every_type_are_the_same_people(dtype):
    assert pp.Cohort(COUNTS.astype(dtype), ages=AGES) == BASE


def test_arrays_of_every_layout_are_the_same_people():
    raw = bytearray(8 * COUNTS.size + 1)
    unaligned = np.frombuffer(raw, dtype="i8", offset=1, count=COUNTS.size).reshape(COUNTS.shape)
    unaligned[:] = COUNTS
    assert not unaligned.flags.aligned
    read_only = COUNTS.copy()
    read_only.flags.writeable = False
    layouts = {
        "fortran": np.asfortranarray(COUNTS),
        "every second column": np.repeat(COUNTS, 2, axis=1)[:, ::2],
        "backwards": np.ascontiguousarray(COUNTS[::-1, ::-1])[::-1, ::-1],
        "unaligned": unaligned,
        "read only": read_only,
        "list of lists": COUNTS.tolist(),
    }
    for name, array in layouts.items():
        assert pp.Cohort(array, ages=AGES) == BASE, name


def test_what_was_not_observed_is_said_in_many_ways():
    mask = np.isnan(HOLES)
    whole = np.where(mask, 77, COUNTS)
    objects = HOLES.astype(object)
    objects[0, 0], objects[7, 3] = None, pd.NA
    nothing = {
        "NaN": HOLES,
        "NaN of 32 bits": HOLES.astype(np.float32),
        "masked": np.ma.masked_array(whole, mask),
        "masked objects": np.ma.masked_array(whole.astype(object), mask),
        "None and NA": objects,
        "a list with None": [[None if np.isnan(v) else int(v) for v in row] for row in HOLES],
    }
    for name, data in nothing.items():
        assert pp.Cohort(data, ages=AGES) == WITH_HOLES, name
    assert np.isnan(WITH_HOLES.counts[0, 0]) and WITH_HOLES.exposure[0, 0] == 0.0


def frames():
    polars = pl.DataFrame({name: [None if pd.isna(v) else int(v) for v in NULLABLE[name]] for name in NAMES})
    table = polars.to_arrow()
    decimals = pa.table(
        {n: pa.array([None if v is None else decimal.Decimal(v) for v in table[n].to_pylist()], pa.decimal128(20, 0)) for n in NAMES}
    )
    return {
        "pandas float": pd.DataFrame(HOLES, columns=NAMES),
        "pandas Int64": NULLABLE,
        "pandas UInt8": NULLABLE.astype("UInt8"),
        "pandas Float32": NULLABLE.astype("Float32"),
        "pandas on Arrow": NULLABLE.astype("int32[pyarrow]"),
        "pandas objects": NULLABLE.astype(object),
        "pandas, columns the other way round": NULLABLE[NAMES[::-1]],
        "pandas, names in capitals": NULLABLE.rename(columns=str.upper),
        "pandas, with identifiers and an empty column": NULLABLE.assign(id=range(50), remark=None),
        "polars": polars,
        "polars UInt8": polars.cast(pl.UInt8),
        "polars Float64": polars.cast(pl.Float64),
        "pyarrow": table,
        "pyarrow in pieces": pa.concat_tables([table[:7], table[7:7], table[7:]]),
        "pyarrow batch": pa.RecordBatch.from_pandas(NULLABLE),
        "pyarrow decimals": decimals,
    }


@pytest.mark.parametrize("name", list(frames()))
def test_frames_of_every_kind_are_the_same_people(name):
    cohort = pp.Cohort(frames()[name], ignore=["remark"] if "remark" in name else ())
    assert np.array_equal(cohort.counts, WITH_HOLES.counts, equal_nan=True)
    assert cohort.ages.tolist() == [12.0, 13.0, 14.0, 15.0, 16.0, 17.0]


def test_identifiers_and_weights_come_from_columns_or_beside():
    frame = pd.DataFrame(COUNTS, columns=NAMES)
    ids, weights = [f"p{i}" for i in range(50)], np.linspace(0.5, 2.0, 50)
    beside = pp.Cohort(frame, ids=ids, weights=weights)
    columns = pp.Cohort(frame.assign(nr=ids, gewicht=weights), id="nr", weight="gewicht")
    polars = pp.Cohort(pl.from_pandas(frame.assign(nr=ids, gewicht=weights)), id="nr", weight="gewicht")
    assert beside == columns == polars
    assert beside.ids == ids and beside.weights.tolist() == weights.tolist()
    assert pp.Cohort(frame.assign(id=np.arange(50))).ids[49] == "49"
    assert BASE.ids is None


def test_ages_are_a_pair_a_range_a_list_or_in_the_names():
    for ages in [(12, 17), range(12, 18), [12, 13, 14, 15, 16, 17], np.arange(12, 18)]:
        assert pp.Cohort(COUNTS, ages=ages) == BASE
    halves = pp.Cohort(COUNTS, ages=(12, 14.5), age_step=6)
    assert halves.ages.tolist() == [12.0, 12.5, 13.0, 13.5, 14.0, 14.5]
    named = pd.DataFrame(COUNTS, columns=[f"age_{a}" for a in (12, 12.5, 13, 13.5, 14, 14.5)])
    assert pp.Cohort(named, age_step=6) == halves
    assert pp.Cohort(pd.DataFrame(COUNTS, columns=list("abcdef")), ages=AGES) == BASE
    bare = pd.DataFrame(COUNTS, columns=range(12, 18))
    assert pp.Cohort(bare, age_prefix="") == BASE
    with pytest.raises(pp.InvalidOptions, match="ages="):
        pp.Cohort(COUNTS)
    with pytest.raises(pp.InvalidOptions, match="age_12"):
        pp.Cohort(named, ages=AGES)
    with pytest.raises(pp.InvalidOptions, match="without gaps"):
        pp.Cohort(COUNTS, ages=[12, 13, 14, 15, 16, 18])
    assert "6 columns, but the ages 12 to 18" in str(refused(COUNTS, ages=(12, 18)))


def test_every_bad_cell_is_named_with_its_place():
    bad = COUNTS.astype(object)
    bad[1, 1], bad[2, 2], bad[3, 3], bad[4, 4], bad[5, 5] = -1, 2.5, "x", 2_000_000, True
    error = refused(pd.DataFrame(bad, columns=NAMES))
    assert places(error) == [(2, "age_13"), (3, "age_14"), (4, "age_15"), (5, "age_16"), (6, "age_17")]
    words = [issue.message for issue in error.issues]
    assert words[0] == "-1 is negative: a count is 0 or more"
    assert words[1] == "2.5 is not a whole number"
    assert words[2] == '"x" is a text, not a whole number'
    assert words[3] == "2000000 is above the limit of 1000000"
    assert "bool" in words[4]
    error = refused(-1 - COUNTS, ages=AGES)
    assert error.issue_count == 300 and len(error.issues) == 5 and error.issues[0].alike == 300
    # no cast makes a count of what is none: 2147483648 is what NaN becomes as a whole number of 32 bits
    for value in [np.inf, -np.inf, 1e300, 2.0**31]:
        far = COUNTS.astype(float)
        far[0, 0] = value
        assert places(refused(far, ages=AGES)) == [(1, "12")]
    assert refused(COUNTS.astype("u8") + np.uint64(2**63), ages=AGES).issue_count == 300


def test_frames_that_cannot_be_read_are_refused_by_column():
    frame = pd.DataFrame(COUNTS, columns=NAMES)
    twice = pd.concat([frame, frame[["age_12", "age_15"]]], axis=1)
    assert [i.column for i in refused(twice).issues] == ["age_12", "age_15"]
    assert "age_14 is missing before it" in str(refused(frame.drop(columns="age_14")))
    assert "ignore=foo" in str(refused(frame.assign(foo=1)))
    assert pp.Cohort(frame.assign(foo=1), ignore=["foo"]) == BASE
    dates = frame.assign(age_14=pd.Timestamp("2020-01-01"), age_16=frame.age_16.astype("category"))
    assert [i.column for i in refused(dates).issues] == ["age_14", "age_16"]
    wrong = pl.from_pandas(frame).with_columns(pl.lit("a").alias("age_13"), pl.Series("age_15", [[1]] * 50))
    assert [i.column for i in refused(wrong).issues] == ["age_15"]
    assert refused(wrong.drop("age_15").with_columns(age_15=0)).issues[0].column == "age_13"
    for empty in [frame.iloc[:0], pl.from_pandas(frame)[:0], np.zeros((0, 6), dtype=int)]:
        assert "at least one person" in str(refused(empty, ages=AGES if isinstance(empty, np.ndarray) else None))
    for nothing in [pd.DataFrame(), pl.DataFrame()]:
        assert "no columns of ages" in str(refused(nothing))
    assert "--" not in str(refused(frame.rename(columns=lambda name: name.replace("age_", "leeftijd_"))))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (COUNTS[0], "1 dimension, not 2"),
        (COUNTS[None], "3 dimensions, not 2"),
        ([[1, 2], [1]], "rows of one length"),
        (COUNTS.astype(complex), "complex128"),
        (COUNTS.astype(str), "values of type str"),
        (None, "0 dimensions"),
        (pd.Series(COUNTS[0]), "not a table of columns"),
    ],
)
def test_what_is_no_table_is_refused(data, words):
    assert words in str(refused(data, ages=AGES))


def test_a_person_of_whom_nothing_is_known_is_refused_but_may_be_asked_about():
    data = COUNTS.astype(float)
    data[4] = np.nan
    assert places(refused(data, ages=AGES)) == [(5, None)]
    fit = pp.fit(COUNTS, "poisson", 2, degree=0, starts=4, ages=AGES)
    assert np.allclose(fit.model.posteriors(data)[4], fit.shares)


def test_time_at_risk_is_checked_cell_by_cell():
    risk = np.full(COUNTS.shape, 0.5)
    frame = pd.DataFrame(COUNTS, columns=NAMES)
    base = pp.Cohort(COUNTS, ages=AGES, exposure=risk)
    assert base.exposure[0].tolist() == [0.5] * 6
    assert pp.Cohort(frame, exposure=pl.DataFrame(risk, schema=NAMES)) == base
    risk[0, 0], risk[1, 1], risk[2, 2], risk[3, 3] = np.nan, -1, 2, 0
    counts = COUNTS.copy()
    counts[3, 3] = 2
    error = refused(counts, ages=AGES, exposure=risk)
    assert places(error) == [(1, "12"), (2, "13"), (3, "14"), (4, "15")]
    assert "4 persons" in str(refused(COUNTS, ages=AGES, exposure=risk[:4])) or "of 4" in str(
        refused(COUNTS, ages=AGES, exposure=risk[:4])
    )
    # nothing counted in no time is not observed
    counts[3, 3], risk[0, 0], risk[1, 1], risk[2, 2] = 0, 1, 1, 1
    assert np.isnan(pp.Cohort(counts, ages=AGES, exposure=risk).counts[3, 3])
    other = frame.assign(id=range(50))
    with pytest.raises(pp.InvalidInput, match="another identifier"):
        pp.Cohort(other, exposure=other.iloc[::-1].assign(**{n: 1.0 for n in NAMES}))


def test_no_message_holds_an_identifier():
    frame = pd.DataFrame(COUNTS, columns=NAMES).assign(id="J. Jansen")
    text = str(refused(frame))
    assert "same id as row 1" in text and "Jansen" not in text
    assert "no identifier" in str(refused(frame.assign(id=None)))


def test_weights_are_above_zero():
    error = refused(COUNTS, ages=AGES, weights=np.where(np.arange(50) % 2, 1.0, -1.0))
    assert error.issue_count == 25 and error.issues[0].row == 1


def test_counts_that_look_like_codes_are_warned_of():
    data = COUNTS.copy()
    data[3, 3] = 999
    with pytest.warns(pp.DataWarning, match="999"):
        cohort = pp.Cohort(data, ages=AGES)
    assert any("999" in warning for warning in cohort.warnings)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pp.Cohort(COUNTS, ages=AGES)


def test_a_cohort_is_taken_as_it_is():
    fit = pp.fit(BASE, "poisson", 2, degree=1, starts=4)
    assert fit.persons == 50 and fit.cohort == BASE
    with pytest.raises(pp.InvalidOptions, match="Cohort has its ages"):
        pp.fit(BASE, "poisson", 2, ages=AGES)
    with pytest.raises(pp.InvalidOptions, match="ages|grid|intervals"):
        pp.fit(pp.Cohort(COUNTS[:, :5], ages=(12, 16)), "poisson", 2, degree=1).model.posteriors(BASE)
