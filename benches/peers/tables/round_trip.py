#!/usr/bin/env python3
"""One cohort written by other programs, read by this one: everything must come back equal.

    round_trip.py BINARY [FOLDER]

Writes the same invented people (ages 12 to 18, a missing count here and there) with pandas, polars, pyarrow, DuckDB,
fastparquet, pyreadstat and base R, by their defaults and usual options, and runs `BINARY fit` on each file. A file
counts as read when persons, cells and log-likelihood are those of the plain CSV file. SPSS files must be refused with the
command that converts them, and come back equal when PSPP is there to run it. Packages and programs that are not there
are named and skipped. Nothing here runs in the gate.
"""
import json
import math
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

warnings.filterwarnings("ignore")
FIT = ["--family", "poisson", "--groups", "1", "--degree", "2", "--starts", "1", "--json"]


def cohort():
    rng = np.random.default_rng(7)
    counts = rng.poisson(rng.gamma(0.7, 1.0, 80)[:, None] * np.linspace(0.4, 1.2, 7)[None]).astype(float)
    counts[rng.random(counts.shape) < 0.06] = np.nan
    counts[np.isnan(counts).all(1), 0] = 0
    ids = [f"{i:03d}" for i in range(1, len(counts) + 1)]
    frame = pd.DataFrame(counts, columns=[f"age_{a}" for a in range(12, 19)])
    frame.insert(0, "id", ids)
    return frame


def whole(frame):
    return frame.assign(**{c: frame[c].astype("Int64") for c in frame.columns[1:]})


def long_of(frame):
    long = frame.melt(id_vars="id", var_name="age", value_name="count")
    return long.assign(age=long["age"].str[4:].astype(int)).dropna().sort_values(["id", "age"])


def main():
    binary, folder = sys.argv[1], Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp())
    frame, cases, skipped = cohort(), [], []
    ints, long = whole(frame), long_of(frame)
    plain = folder / "plain.csv"
    ints.to_csv(plain, index=False)

    def case(what, name, write, *options):
        try:
            write(folder / name)
            cases.append((what, folder / name, list(options)))
        except ImportError as why:
            skipped.append(f"{what}: {why}")

    case("pandas, floats with NaN", "pandas_float.csv", lambda p: frame.to_csv(p, index=False))
    case("pandas, with its index", "pandas_index.csv", lambda p: ints.to_csv(p))
    case("pandas, ; and decimal comma", "pandas_comma.csv",
         lambda p: frame.to_csv(p, index=False, sep=";", decimal=","), "--decimal", "comma")
    case("pandas, NA written out", "pandas_na.csv", lambda p: ints.to_csv(p, index=False, na_rep="NA"), "--missing", "NA")
    case("pandas, tabs and a byte order mark", "pandas_tab.txt",
         lambda p: ints.to_csv(p, index=False, sep="\t", encoding="utf-8-sig"))
    case("pandas, 3 decimals", "pandas_3.csv", lambda p: frame.to_csv(p, index=False, float_format="%.3f"),
         "--decimal", "point")
    case("pandas, pivoted", "pandas_pivot.csv",
         lambda p: long.pivot(index="id", columns="age", values="count").to_csv(p), "--age-prefix", "")
    case("pandas, long", "pandas_long.csv", lambda p: long.to_csv(p, index=False))
    case("pandas, long, other names", "pandas_names.csv",
         lambda p: long.rename(columns={"age": "leeftijd", "count": "n"}).to_csv(p),
         "--age-column", "leeftijd", "--count-column", "n")
    for engine in ("pyarrow", "fastparquet"):
        for codec in ("snappy", "gzip", "zstd", "brotli", "lz4", None):
            case(f"pandas, Parquet by {engine}, {codec}, floats", f"{engine}_{codec}.parquet",
                 lambda p, e=engine, c=codec: frame.to_parquet(p, engine=e, compression=c))
    case("pandas, Parquet, nullable integers, index kept", "pandas_ints.parquet",
         lambda p: ints[ints.id != ""].to_parquet(p, index=True))
    case("pandas, Parquet, id as index", "pandas_id.parquet", lambda p: ints.set_index("id").to_parquet(p))
    case("pandas, Parquet, id as category", "pandas_category.parquet",
         lambda p: ints.assign(id=ints["id"].astype("category")).to_parquet(p))
    case("pandas, Parquet, long", "pandas_long.parquet", lambda p: long.to_parquet(p, index=False))

    def polars(p, **how):
        import polars as pl
        pl.from_pandas(ints).write_parquet(p, **how)

    for codec in ("zstd", "lz4", "gzip", "brotli", "snappy", "uncompressed"):
        case(f"polars, Parquet, {codec}", f"polars_{codec}.parquet", lambda p, c=codec: polars(p, compression=c))
    case("polars, Parquet, small row groups", "polars_groups.parquet", lambda p: polars(p, row_group_size=11))

    def polars_csv(p):
        import polars as pl
        pl.from_pandas(ints).write_csv(p)

    case("polars, CSV", "polars.csv", polars_csv)

    def arrow(p, number, **how):
        import pyarrow as pa
        import pyarrow.parquet as pq
        names = [c for c in ints.columns if c != "id"]
        schema = pa.schema([("id", pa.string())] + [(n, number) for n in names])
        columns = [pa.array(frame["id"])] + [
            pa.array([None if math.isnan(v) else int(v) for v in frame[n]], pa.int32()).cast(number) for n in names]
        pq.write_table(pa.table(columns, schema=schema), p, **how)

    try:
        import pyarrow as pa
        kinds = {"int8": pa.int8(), "uint64": pa.uint64(), "float32": pa.float32(), "decimal128(20,0)": pa.decimal128(20),
                 "decimal128(30,2)": pa.decimal128(30, 2)}
        for name, number in kinds.items():
            case(f"pyarrow, {name}", f"arrow_{name}.parquet", lambda p, n=number: arrow(p, n))
        case("pyarrow, data pages of version 2, zstd", "arrow_v2.parquet",
             lambda p: arrow(p, pa.int32(), data_page_version="2.0", compression="zstd", use_dictionary=False))
        case("pyarrow, decimals as integers", "arrow_decimal_int.parquet",
             lambda p: arrow(p, pa.decimal128(12), store_decimal_as_integer=True))

        def parts(p):
            import pyarrow.parquet as pq
            p.mkdir(exist_ok=True)
            table = pa.Table.from_pandas(ints, preserve_index=False)
            for k in range(4):
                pq.write_table(table.slice(20 * k, 20), p / f"part-{k}.parquet")

        case("pyarrow, a folder", "parts", parts)
    except ImportError as why:
        skipped.append(f"pyarrow: {why}")

    def duck(p, how=""):
        import duckdb
        people = ints  # noqa: F841, read by DuckDB
        duckdb.sql(f"COPY (SELECT * FROM people) TO '{p}' {how}")

    def duck_sums(p):
        import duckdb
        rows = long  # noqa: F841
        duckdb.sql(f"COPY (SELECT id, age, sum(count::INT) AS count FROM rows GROUP BY ALL ORDER BY ALL) TO '{p}'")

    case("DuckDB, CSV", "duck.csv", duck)
    case("DuckDB, Parquet", "duck.parquet", duck)
    case("DuckDB, Parquet, zstd", "duck_zstd.parquet", lambda p: duck(p, "(FORMAT parquet, COMPRESSION zstd)"))
    case("DuckDB, sums of integers, Parquet", "duck_sums.parquet", duck_sums)

    def stata(p, **how):
        import pyreadstat
        pyreadstat.write_dta(frame, p, **how)

    for version in (8, 10, 12, 13, 14, 15):
        case(f"pyreadstat, Stata {version}", f"stata_{version}.dta", lambda p, v=version: stata(p, version=v))
    for version in (114, 117, 118, 119):
        case(f"pandas, Stata format {version}", f"pandas_{version}.dta",
             lambda p, v=version: frame.to_stata(p, write_index=False, version=v))

    def r(p, call):
        if shutil.which("Rscript") is None:
            raise ImportError("no Rscript")
        text = f"x <- read.csv('{plain}', colClasses = c(id = 'character')); {call.format(p=p)}"
        done = subprocess.run(["Rscript", "-e", text], capture_output=True, text=True)
        if done.returncode != 0:
            raise ImportError(done.stderr.strip())

    case("R, write.csv", "r.csv", lambda p: r(p, "write.csv(x, '{p}')"), "--missing", "NA")
    case("R, write.csv2", "r2.csv", lambda p: r(p, "write.csv2(x, '{p}', row.names = FALSE, na = '')"))
    case("R, write.table", "r.txt", lambda p: r(p, "write.table(x, '{p}', sep = ',', row.names = FALSE)"), "--missing", "NA")
    case("R, haven, Stata", "haven.dta", lambda p: r(p, "haven::write_dta(x, '{p}')"))
    case("R, foreign::write.dta", "r.dta", lambda p: r(p, "foreign::write.dta(x, '{p}')"))

    def spss(p, **how):
        import pyreadstat
        pyreadstat.write_sav(frame, p, **how)

    def by_pspp(p):
        if shutil.which("pspp") is None:
            raise ImportError("no pspp")
        spss(folder / "spss.sav")
        # as the refusal prints it
        text = (f"GET FILE='{folder / 'spss.sav'}'. SAVE TRANSLATE /OUTFILE='{p}' /TYPE=CSV /FIELDNAMES /CELLS=VALUES "
                "/MISSING=RECODE.")
        subprocess.run(["pspp"], input=text, text=True, check=True, capture_output=True)

    case("PSPP, CSV of an SPSS file", "pspp.csv", by_pspp)
    case("R, haven, CSV of an SPSS file", "haven_sav.csv",
         lambda p: (spss(folder / "haven.sav"),
                    r(p, f"write.csv(haven::read_sav('{folder / 'haven.sav'}', user_na = FALSE), '{{p}}', na = '', "
                         "row.names = FALSE)")))

    def answer(path, options):
        done = subprocess.run([binary, "fit", str(path), *options, *FIT], capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr
        found = json.loads(done.stdout)
        return (found["persons"], found["observations"], found["log_likelihood"]), ""

    expected, why = answer(plain, [])
    assert expected is not None, why
    bad = equal = 0
    for what, path, options in cases:
        found, why = answer(path, options)
        equal += found == expected
        if found != expected:
            bad += 1
            print(f"NOT {what} {' '.join(options)}: {found or why.strip()}")
    spss_files = 0
    for name, how in (("plain.sav", {}), ("compressed.zsav", {"compress": True})):
        try:
            spss(folder / name, **how)
        except ImportError as why:
            skipped.append(f"pyreadstat, {name}: {why}")
            continue
        spss_files += 1
        found, why = answer(folder / name, [])
        if found is not None or "SPSS" not in why or "/MISSING=RECODE" not in why or "read_sav" not in why:
            bad += 1
            print(f"NOT refused with the command that converts it: {name}: {found or why.strip()}")
    for what in skipped:
        print("skipped", what)
    print(f"{spss_files} SPSS files refused with the command that converts them")
    print(f"{equal} of {len(cases)} files came back equal: {expected}")
    sys.exit(bad != 0)


main()
