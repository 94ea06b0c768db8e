#!/usr/bin/env bash
# A table of people in two Parquet files, of which one has a column less: pyarrow, DuckDB, DataFusion and polars.
#
# Expected: a register that comes in parts is one table. Where one part lacks a column (a year that had not been delivered
# yet), a reader says so, or fills it up in a way that can be told from data; and what it does does not hang on what the
# files are called.
#
# What happens: pyarrow's dataset takes the columns of the file whose name comes first. If that is the shorter one, the
# other's extra age is gone for everybody, without a word; if it is the longer one, the age is null for the people of the
# other file. DuckDB refuses the second and, like pyarrow, says nothing of the first. DataFusion takes all columns of all
# files and fills up with null in either order. polars refuses both. Seen in pyarrow 26.0.1, DuckDB 2.0.1, DataFusion
# 55.0.0 and polars 2.1.0.
#
# Who is hurt: in a table of counts by age null means "not observed", and a column that is not there means that nobody was
# observed at that age. Either way a fit runs through, on fewer years of some people's lives or of everybody's. So compare
# the columns of all footers before the first row is read (this crate and its engine for clusters do, and name both files).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pyarrow==26.0.1 duckdb==2.0.1 datafusion==55.0.0 polars==2.1.0
cat > seen.py <<'PYTHON'
import os
import datafusion, duckdb, polars, pyarrow as pa, pyarrow.dataset as ds, pyarrow.parquet as pq

whole = pa.table({"id": [1, 2], "age_15": [0, 1], "age_16": [2, 0], "age_17": [1, 4]})
short = pa.table({"id": [3, 4], "age_15": [1, 0], "age_16": [0, 3]})
for folder, first, second in (("whole_first", whole, short), ("short_first", short, whole)):
    os.makedirs(folder)
    pq.write_table(first, f"{folder}/a.parquet")
    pq.write_table(second, f"{folder}/b.parquet")


def by_datafusion(folder):
    return datafusion.SessionContext().read_parquet(folder).to_pydict()


def by_duckdb(folder):
    return duckdb.sql(f"select * from '{folder}/*.parquet'").to_arrow_table().to_pydict()


readers = {
    "pyarrow": lambda folder: ds.dataset(folder).to_table().to_pydict(),
    "duckdb": by_duckdb,
    "datafusion": by_datafusion,
    "polars": lambda folder: polars.read_parquet(f"{folder}/*.parquet").to_dict(as_series=False),
}


def seen(name, folder):
    try:
        table = readers[name](folder)
    except Exception:
        return "refused"
    ages = table.get("age_17")
    return "lost" if ages is None else "null" if None in ages else "kept"


answers = {name: (seen(name, "whole_first"), seen(name, "short_first")) for name in readers}
for name, answer in answers.items():
    print(f"{name:<11} age_17 with the whole file first: {answer[0]}, with the short file first: {answer[1]}")
assert answers == {
    "pyarrow": ("null", "lost"),
    "duckdb": ("refused", "lost"),
    "datafusion": ("null", "null"),
    "polars": ("refused", "refused"),
}, answers
PYTHON
venv/bin/python seen.py
