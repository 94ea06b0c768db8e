#!/usr/bin/env bash
# A function that Spark calls by `mapInArrow` gives back batches whose columns have names.
#
# Expected: Spark finds the columns of its schema by these names, as it does for the frames of `mapInPandas`, or refuses a
# batch whose names are not those of the schema.
#
# What happens: `mapInArrow` takes columns by their place and looks at no name. A batch with the columns `high` and `low`
# under the schema `low double, high double` becomes a table in which low is high and high is low, without a word.
# `mapInPandas`, beside it and with the same schema, puts them right. Names that stand nowhere in the schema are not
# noticed either. Seen in PySpark 4.3.0.
#
# Who is hurt: whoever moves a function from pandas to Arrow because it is faster, or adds a column in the middle: two
# probabilities of one person change places, and nothing in the job says so. `python/docs/spark.md` builds its batches in
# the order of the schema for that.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet pyspark==4.3.0 pyarrow==26.0.1 pandas==3.1.1
java -version 2>&1 | head -1
cat > finding.py <<'PYTHON'
import os
import sys

os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
import pandas as pd
import pyarrow as pa
import pyspark
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("OFF")
print("pyspark", pyspark.__version__)
schema = "low double, high double"


def arrow(names):
    def one(batches):
        for batch in batches:
            n = batch.num_rows
            yield pa.RecordBatch.from_arrays([pa.array([0.9] * n), pa.array([0.1] * n)], names=names)

    return one


def pandas(frames):
    for frame in frames:
        yield pd.DataFrame({"high": [0.9] * len(frame), "low": [0.1] * len(frame)})


one = spark.range(1)
by_pandas = one.mapInPandas(pandas, schema).first()
by_arrow = one.mapInArrow(arrow(["high", "low"]), schema).first()
unknown = one.mapInArrow(arrow(["no", "such"]), schema).first()
print("mapInPandas:", by_pandas)
print("mapInArrow, the same names:", by_arrow)
print("mapInArrow, names of nothing:", unknown)
assert (by_pandas.low, by_pandas.high) == (0.1, 0.9)
assert (by_arrow.low, by_arrow.high) == (0.9, 0.1), "names are looked at now"
assert (unknown.low, unknown.high) == (0.9, 0.1), "unknown names are refused now"
spark.stop()
PYTHON
venv/bin/python finding.py 2> spark.log || { tail -5 spark.log >&2; exit 1; }
