#!/usr/bin/env bash
# CPU seconds of the same fits here and elsewhere; README.md says what is counted.
# usage: benches/peers/run.sh [COUNTS.csv]      OURS=15 (our runs a line)  PEER=1 (flexmix runs)
set -euo pipefail
cd "$(dirname "$0")/../.."
counts=${1:-fixtures/sim/sim_poisson_n10000.csv}
ours_runs=${OURS:-15}
peer_runs=${PEER:-1}
# numbers with a point, whatever the user's language
export LC_ALL=C
TIMEFORMAT='%U %S'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cargo build --quiet --release --features csv --example time_fit
program=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/release/examples/time_fit

# measure RUNS COMMAND..: prints the median of user + system seconds and the log-likelihood of the last run
measure() {
    local runs=$1 seconds i
    shift
    : > "$scratch/seconds"
    for ((i = 0; i < runs; i++)); do
        { time "$@" > "$scratch/out" 2> "$scratch/err"; } 2>> "$scratch/seconds" || { cat "$scratch/err" >&2; return 1; }
    done
    seconds=$(awk '{ print $1 + $2 }' "$scratch/seconds" | sort -n | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }')
    echo "$seconds $(awk '{ for (i = 1; i < NF; i++) if ($i == "log-likelihood") print $(i + 1) }' "$scratch/out")"
}

row() { # what, peer, peer seconds, peer log-likelihood, our seconds, our log-likelihood
    awk -v what="$1" -v peer="$2" -v s="$3" -v l="$4" -v ours="$5" -v ll="$6" 'BEGIN {
        printf "%-44s %-14s %9.2f %14.4f %9.3f %14.4f %8.0f\n", what, peer, s, l, ours, ll, s / (ours > 0 ? ours : 0.001) }'
}

printf '%-44s %-14s %9s %14s %9s %14s %8s\n' fit peer 'peer s' 'peer logL' 'ours s' 'our logL' ratio

if ! command -v Rscript > /dev/null || ! Rscript -e 'quit(status = !requireNamespace("flexmix", quietly = TRUE))' > /dev/null 2>&1; then
    echo "R or its package flexmix (Debian: r-cran-flexmix) is not installed: no comparison with flexmix"
else
    read -r ours ll < <(measure "$ours_runs" "$program" "$counts" poisson 4 2 1 1 1)
    read -r theirs peer_ll < <(measure "$peer_runs" Rscript benches/peers/flexmix.R "$counts" 4 2 1)
    row "$(basename "$counts" .csv), Poisson, k=4, 1 start" flexmix "$theirs" "$peer_ll" "$ours" "$ll"
fi

# crimCV is not run: its figures are those on record, from another day
while read -r groups starts; do
    read -r theirs peer_ll < <(awk -F, -v k="$groups" -v n="$starts" '
        $1 == "crimCV" && $3 == "TO1adj" && $6 == "ZIPt" && $7 == k && $9 == n && (best == "" || $15 < best) { best = $15; l = $10 }
        END { print best, l }' fixtures/reference/trajectory/fits.csv)
    read -r ours ll < <(measure "$ours_runs" "$program" fixtures/toronto/TO1adj.csv zip-tau "$groups" 3 "$starts" 1 1)
    row "TO1adj, ZIP(tau), cubic, k=$groups, $starts starts" "crimCV (record)" "$theirs" "$peer_ll" "$ours" "$ll"
done <<< $'3 60\n4 80'
