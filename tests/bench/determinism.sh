#!/bin/sh
# SPDX-License-Identifier: MIT
# Whether simulated cycles ever move:  tests/bench/determinism.sh PROGRAM [RUNS]
# Every reference over every shipped trace, RUNS times (20), by turns with the machine left alone,
# beside four busy loops, without ASLR, with a large environment, from another folder, as another
# user. Every figure of each run must be that of the first, to the last digit. Takes a quarter of an
# hour; tests/cli/cost.sh does a part of it in `make test`.
set -u
cd "$(dirname "$0")/../.." || exit 2
mmgrade=$PWD/${1:?usage: tests/bench/determinism.sh PROGRAM [RUNS]}
n_runs=${2:-20}
root=$PWD
tmp=$(mktemp -d)
busy=
trap 'for pid in $busy; do kill "$pid"; done 2>/dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$tmp"
mkdir -m 777 "$tmp/out"
folder="$tmp/another folder with a longer name"
mkdir "$folder"
n_failed=0

cat >"$tmp/all.yaml" <<END
lab: malloc
traces:
  - file: traces/malloc/*.rep
  - file: traces/malloc/recorded/*.rep
criteria:
  - name: correctness
    points: 50
  - name: throughput
    points: 50
END

# Each condition grades the source $1 into $tmp/out/json.
grade() {
    "$@" >"$tmp/log" 2>&1
}
alone() {
    grade "$mmgrade" grade --rubric "$tmp/all.yaml" --json "$tmp/out/json" "$1"
}
beside_busy_loops() {
    for i in 1 2 3 4; do
        while :; do :; done &
        busy="$busy $!"
    done
    alone "$1"
    for pid in $busy; do kill "$pid"; done
    busy=
}
without_ASLR() {
    grade setarch -R "$mmgrade" grade --rubric "$tmp/all.yaml" --json "$tmp/out/json" "$1"
}
another_environment() {
    grade env FILLER="$(head -c 20000 /dev/zero | tr '\0' x)" "$mmgrade" grade \
        --rubric "$tmp/all.yaml" --json "$tmp/out/json" "$1"
}
another_folder() {
    cp "$1" "$folder/mm.c"
    grade "$mmgrade" grade --rubric "$tmp/all.yaml" --json "$tmp/out/json" "$folder/mm.c"
}
another_user() {
    grade su -s /bin/sh nobody -c "cd '$root' && '$mmgrade' grade --rubric '$tmp/all.yaml' \
        --json '$tmp/out/json' '$root/$1'"
}

set -- alone beside_busy_loops without_ASLR another_environment another_folder
if [ "$(id -u)" = 0 ] && su -s /bin/sh nobody -c "test -x '$mmgrade'" 2>/dev/null; then
    set -- "$@" another_user
else
    echo 'left out: another user (needs root, and a checkout that others can read)'
fi
run=0
while [ "$run" -lt "$n_runs" ]; do
    run=$((run + 1))
    condition=$1
    shift
    set -- "$@" "$condition"
    n_figures=0
    started=$(date +%s)
    for source in reference/malloc/*.c; do
        first=$tmp/$(basename "$source" .c)
        rm -f "$tmp/out/json"
        "$condition" "$source"
        grep -A1 -E '"(trace|cycles_|[a-z]+_cycles_|throughput)' "$tmp/out/json" >"$tmp/figures"
        [ -e "$first" ] || cp "$tmp/figures" "$first"
        n_figures=$((n_figures + $(grep -c '"value"' "$tmp/figures")))
        if [ ! -s "$tmp/figures" ] || ! diff "$first" "$tmp/figures" >"$tmp/difference"; then
            n_failed=$((n_failed + 1))
            echo "DIFFERS: $source, run $run ($condition)"
            head -n 6 "$tmp/difference" "$tmp/log"
        fi
    done
    echo "run $run, $condition: $n_figures figures, $(($(date +%s) - started)) s"
done
echo "$n_runs runs, $n_failed references with other figures"
[ "$n_failed" = 0 ]
