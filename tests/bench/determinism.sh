#!/bin/sh
# SPDX-License-Identifier: MIT
# Whether simulated cycles ever move:  tests/bench/determinism.sh PROGRAM [RUNS]
# Every reference over every shipped trace, RUNS times (20), by turns with the machine left alone,
# beside four busy loops, without ASLR, with a large environment, from another folder, as another
# user. Every figure of each run must be that of the first, to the last digit. Takes half an
# hour; tests/cli/cost.sh does a part of it in `make test`.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
. tests/cli/conditions.sh
n_runs=${2:-20}
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$tmp"
mkdir -m 777 "$tmp/open"
folder="$tmp/another folder with a longer name"
mkdir "$folder"

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

grade() { # CONDITION SOURCE
    case $1 in
    from_another_folder) cp "$2" "$folder/mm.c" && grade alone "$folder/mm.c" ;;
    *)
        "$1" "$mmgrade" grade --rubric "$tmp/all.yaml" --json "$tmp/open/json" "$2" \
            >"$tmp/out" 2>&1
        ;;
    esac
}

set -- alone beside_busy_loops without_aslr in_a_large_environment from_another_folder
if can_be_another_user "$mmgrade" reference/malloc/*.c; then
    set -- "$@" as_another_user
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
        rm -f "$tmp/open/json"
        grade "$condition" "$source"
        grep -A1 -E '"(trace|cycles_|[a-z]+_cycles_|throughput)' "$tmp/open/json" >"$tmp/figures"
        [ -e "$first" ] || cp "$tmp/figures" "$first"
        n_figures=$((n_figures + $(grep -c '"value"' "$tmp/figures")))
        if [ ! -s "$tmp/figures" ] || ! diff "$first" "$tmp/figures" >"$tmp/difference"; then
            n_failed=$((n_failed + 1))
            echo "DIFFERS: $source, run $run ($condition)"
            head -n 6 "$tmp/difference" "$tmp/out"
        fi
    done
    echo "run $run, $condition: $n_figures figures, $(($(date +%s) - started)) s"
done
echo "$n_runs runs, $n_failed references with other figures"
[ "$n_failed" = 0 ]
