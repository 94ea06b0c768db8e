#!/usr/bin/env bash
# The figures of the page: measure.sh [PERSONS] [FOLDER]. Draws people, fits them both ways, standalone and on two
# executors, and prints seconds by the clock, processor seconds, and the largest resident memory of each process.
# 10,000,000 people take 120 MB on the disk, and 1,000,000 with times at risk some 40 MB.
set -euo pipefail
cd "$(dirname "$0")"
persons=${1:-10000000}
folder=${2:-$(mktemp -d)}
cargo build --release --locked --quiet
bin=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$folder"
at=df://127.0.0.1:50150
processes=()
trap 'kill "${processes[@]}" 2> /dev/null; wait' EXIT
TIMEFORMAT="  in all %R s by the clock, %U + %S s of processors in the client"

largest() { awk '/VmHWM/ { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status"; }
worked() { for p in "${processes[@]}"; do awk '{ printf " %.1f", ($14 + $15) / 100 }' "/proc/$p/stat"; done; }
show() { python3 -c '
import json, sys
answer = json.load(sys.stdin)
way = answer["way"]
print("%s: %d persons, %s distinct; %.1f s to count or look, %.1f s to fit, client %.0f MB; log-likelihood %r" % (
    sys.argv[1], way["persons"], way.get("distinct", "?"), answer["count_seconds"], answer["fit_seconds"],
    answer["largest_memory_mb"] or 0, answer["fit"]["log_likelihood"]))
passes = way.get("pass_seconds")
if passes:
    print("  %d passes over %d chunks in %d runs; the first %.2f s, the others %.2f s each (%s)" % (
        len(passes), way["chunks"], way["runs"], passes[0], sum(passes[1:]) / (len(passes) - 1),
        " ".join("%.2f" % p for p in passes)))' "$1"; }
fit() { # WHAT PEOPLE ARGUMENTS..
    local what=$1 people=$2
    shift 2
    time "$bin/pleegprofiel-cluster" fit "$people" --groups 4 --starts-only --json --partitions 16 "$@" | show "$what"
}

offenders=$folder/offenders-$persons
cohort=$folder/cohort-$persons
risk=$folder/risk-$((persons / 10))
test -d "$offenders" || "$bin/draw-people" "$offenders" "$persons" --files 16 --ages 28 --rate 0.55
test -d "$cohort" || "$bin/draw-people" "$cohort" "$persons" --files 16 --ages 28 --rate 0.55 --everybody
test -d "$risk" || "$bin/draw-people" "$risk/counts" "$((persons / 10))" --files 16 --times "$risk/times"
du -sh "$offenders" "$cohort" "$risk"/*

for family in poisson zip; do
    fit "offenders, $family, standalone" "$offenders" --standalone --family "$family"
done
fit "cohort, poisson, standalone" "$cohort" --standalone

"$bin/pleegprofiel-cluster" scheduler --port 50150 --with-parent > /dev/null &
processes+=($!)
for executor in 1 2; do
    "$bin/pleegprofiel-cluster" executor --at "$at" --cores 1 --with-parent > /dev/null &
    processes+=($!)
done
sleep 2
fit "offenders, poisson, two executors" "$offenders" --at "$at" --out "$folder/model.json"
echo "  scheduler and executors worked$(worked) s so far"
for family in poisson zip; do
    "$bin/stream-people" "$offenders" "$family"
    fit "offenders, $family, by passes, two executors" "$offenders" --at "$at" --way passes --family "$family"
    echo "  scheduler and executors worked$(worked) s so far"
done
"$bin/stream-people" "$risk/counts" poisson "$risk/times"
fit "times at risk, poisson, by passes" "$risk/counts" --exposure "$risk/times" --at "$at" --way passes
echo "  scheduler and executors worked$(worked) s so far"
fit "times at risk, poisson, one job" "$risk/counts" --exposure "$risk/times" --at "$at" --way one-job
echo "  scheduler and executors worked$(worked) s so far"
time "$bin/pleegprofiel-cluster" classify "$offenders" --at "$at" --model "$folder/model.json" \
    --out "$folder/profiles.parquet" --partitions 16
du -h "$folder/profiles.parquet"
echo "  scheduler and executors worked$(worked) s so far"
echo "largest memory: scheduler $(largest "${processes[0]}"), executors $(largest "${processes[1]}"), $(largest "${processes[2]}")"
