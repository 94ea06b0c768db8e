#!/usr/bin/env bash
# The figures of the page: measure.sh [PERSONS] [FOLDER]. Draws people, fits them standalone and on two executors, and
# prints seconds and the largest resident memory of each process. 10,000,000 people take 120 MB on the disk.
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

largest() { awk '/VmHWM/ { printf "%.0f MB", $2 / 1024 }' "/proc/$1/status"; }
show() { python3 -c '
import json, sys
answer = json.load(sys.stdin)
way = answer["way"]
print("%s: %d persons, %d distinct; %.1f s to count, %.1f s to fit, client %.0f MB; log-likelihood %r" % (
    sys.argv[1], way["persons"], way["distinct"], answer["count_seconds"], answer["fit_seconds"],
    answer["largest_memory_mb"] or 0, answer["fit"]["log_likelihood"]))' "$1"; }

for kind in offenders cohort; do
    people=$folder/$kind-$persons
    options=(--files 16 --ages 28 --rate 0.55)
    if [ "$kind" = cohort ]; then options+=(--everybody); fi
    test -d "$people" || "$bin/draw-people" "$people" "$persons" "${options[@]}"
    du -sh "$people"
    for family in poisson zip; do
        model=(--family "$family" --groups 4 --starts-only --json --partitions 16)
        "$bin/pleegprofiel-cluster" fit "$people" --standalone "${model[@]}" | show "$kind, $family, standalone"
    done
done

"$bin/pleegprofiel-cluster" scheduler --port 50150 --with-parent > /dev/null &
processes+=($!)
for executor in 1 2; do
    "$bin/pleegprofiel-cluster" executor --at "$at" --cores 1 --with-parent > /dev/null &
    processes+=($!)
done
"$bin/pleegprofiel-cluster" fit "$folder/offenders-$persons" --at "$at" "${model[@]/zip/poisson}" \
    --out "$folder/model.json" | show "offenders, poisson, two executors"
SECONDS=0
"$bin/pleegprofiel-cluster" classify "$folder/offenders-$persons" --at "$at" --model "$folder/model.json" \
    --out "$folder/profiles.parquet" --partitions 16
echo "classify, two executors: $SECONDS s, $(du -h "$folder/profiles.parquet" | cut -f1)"
echo "largest memory: scheduler $(largest "${processes[0]}"), executors $(largest "${processes[1]}"), $(largest "${processes[2]}")"
