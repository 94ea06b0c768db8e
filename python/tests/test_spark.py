"""The page about Spark, run in local mode: what is on it is what is run."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pleegprofiel as pp

pyspark = pytest.importorskip("pyspark")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "spark.md"


@pytest.fixture(scope="module")
def spark():
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "50")
        .config("spark.driver.memory", "1g")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_what_the_page_says_gives_what_one_machine_gives(spark, toronto):
    counts, _, ages = toronto
    names = [f"age_{a}" for a in range(ages[0], ages[1] + 1)]
    frame = pd.DataFrame(counts, columns=names).astype("Int64")
    frame.iloc[3, 20:] = pd.NA
    frame.iloc[4] = 0
    frame.insert(0, "id", [f"p{i}" for i in range(len(frame))])
    choice = pp.choose(frame, (2, 4), degree=2)
    model = choice.fit.to_json()

    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S).group(1)
    rows = [tuple(None if pd.isna(v) else (v if isinstance(v, str) else int(v)) for v in row) for row in frame.itertuples(index=False)]
    schema = "id string, " + ", ".join(f"{name} {'tinyint' if i % 2 else 'bigint'}" for i, name in enumerate(names))
    # more partitions than people in some of them: two are empty
    people = spark.createDataFrame(rows, schema).coalesce(1).repartition(3, "id").union(spark.createDataFrame([], schema))
    space = {"people": people, "MODEL": model, "__name__": "page"}
    exec(code, space)
    answers = {row["id"]: row for row in space["answers"].collect()}

    placed = pp.Classifier(choice.model).place(frame)
    assert len(answers) == len(frame)
    for i, (group, probability, profile, refusal) in enumerate(
        zip(placed.group, placed.probability, placed.profile, placed.refusal)
    ):
        row = answers[f"p{i}"]
        assert (row["group"], row["profile"], row["refusal"]) == (group, profile, refusal)
        assert row["probability"] == probability or np.isnan(probability)


def test_a_bad_value_ends_the_job_with_its_place(spark):
    from pyspark.errors import PythonException

    model = pp.reference_model().model.to_json()
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.S).group(1)
    schema = "id string, " + ", ".join(f"age_{a} int" for a in range(12, 45))
    people = spark.createDataFrame([("a", *([0] * 32), -1)], schema)
    space = {"people": people, "MODEL": model, "__name__": "page"}
    exec(code, space)
    with pytest.raises(PythonException, match="age_44: -1 is negative"):
        space["answers"].collect()
