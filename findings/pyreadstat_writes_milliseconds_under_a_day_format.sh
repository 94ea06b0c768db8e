#!/usr/bin/env bash
# A column of dates from pandas, written as a Stata file with the format of days.
#
# Expected: `pyreadstat.write_dta(frame, path, variable_format={"day": "%td"})` writes days, since `%td` is Stata's format
# of days; or it refuses, since the column holds date-times.
#
# What happens: for a column of `datetime64` the number that is stored is milliseconds since 1960, as for `%tc`, and the
# format beside it says days. Stata's own rules make that a day some three thousand million years from now. pyreadstat
# cannot read its own file back (OverflowError); pandas reads it, without a word, as 24 January of the year 3,578,371,947.
# A column of `datetime.date` is written as days, under the same format, and is right. Seen in pyreadstat 1.3.7, pandas
# 3.1.1.
#
# Who is hurt: whoever hands over a register with its dates from pandas. This crate refuses such a file ("a day outside
# the years 1600 to 2399"); a reader that takes the difference of two such dates has follow-up times that are 86,400,000
# times too long. The way out: `frame["day"].dt.date` before writing, or no format at all, which gives `%tc`.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip install --quiet pyreadstat==1.3.7 pandas==3.1.1
cat > finding.py <<'PYTHON'
import datetime
import pandas as pd
import pyreadstat

frame = pd.DataFrame({"day": pd.to_datetime(["2001-06-01"])})
as_days = {"variable_format": {"day": "%td"}}
pyreadstat.write_dta(frame, "instants.dta", **as_days)
pyreadstat.write_dta(frame.assign(day=frame["day"].dt.date), "days.dta", **as_days)
pyreadstat.write_dta(frame, "plain.dta")

stored = {name: pd.read_stata(f"{name}.dta", convert_dates=False)["day"][0] for name in ("instants", "days", "plain")}
print("stored under %td, from datetime64:", stored["instants"])
print("stored under %td, from datetime.date:", stored["days"])
print("stored without a format, from datetime64:", stored["plain"])
since_1960 = datetime.date(2001, 6, 1) - datetime.date(1960, 1, 1)
assert stored["days"] == since_1960.days
assert stored["instants"] == stored["plain"] == since_1960.days * 86_400_000, "days are stored as days now"
print("pandas reads the first as", pd.read_stata("instants.dta")["day"][0])
try:
    pyreadstat.read_dta("instants.dta")
    raise SystemExit("pyreadstat reads its own file back now")
except OverflowError as why:
    print("pyreadstat reads it back as OverflowError:", why)
PYTHON
venv/bin/python finding.py
