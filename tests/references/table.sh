#!/bin/sh
# SPDX-License-Identifier: MIT
# Measures the references and writes the table of figures into reference/README.md, and prints it:
#   tests/references/table.sh [PROGRAM]      PROGRAM: build/release/mmgrade
# Over the eleven classic traces (../shared/traces/malloc/classic11) and the recorded ones of this
# project, as the strict rubric says, 16-byte alignment. A minute or two; the machine should be idle.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
readme=reference/README.md
# buddy needs more than the rubric's heap; slow ones are cut off by the budget, 50 ms a trace.
rubric=$tmp/malloc.yaml
sed 's/^  maximum: [0-9]* M[iB]*/  maximum: 100 MiB/' grading/rubrics/malloc.yaml >"$rubric"

# Mean utilization, operations a second of all traces together, and the geometric mean of the
# ratios to the reference, as the end of a table's row.
figures_of() { # RESULT
    awk '
        function number(line) { sub(/^[^:]*: /, "", line); return line + 0 }
        $1 == "\"score\":" { metric = "" }
        $1 == "\"status\":" && $2 != "\"passed\"," { failed = 1 }
        $2 == "{" { metric = $1 }
        $1 == "\"value\":" && metric == "\"utilization\":" { n++; utilization += number($0) }
        $1 == "\"value\":" && metric == "\"ops\":" { n_ops = number($0); all_ops += n_ops }
        $1 == "\"value\":" && metric == "\"ops_per_second\":" { seconds += n_ops / number($0) }
        $1 == "\"value\":" && metric == "\"speed_ratio\":" { n_timed++; logs += log(number($0)) }
        END {
            if (failed || n == 0 || n_timed < n) { printf " failed | | |"; exit }
            speed = all_ops / seconds / 1e6
            printf " %.1f %% | %.*f M/s | %.2f |", 100 * utilization / n, speed < 9.95, speed,
                exp(logs / n_timed)
        }' "$1"
}

# measure SOURCE TRACE...
measure() {
    source=$1
    shift
    for trace; do
        shift
        set -- "$@" --trace "$trace"
    done
    "$mmgrade" grade --lab malloc --rubric "$rubric" "$@" --json - "$source" >"$tmp/result" 2>/dev/null
    figures_of "$tmp/result"
}

table() {
    echo '| file | classic: utilization | operations | to `segregated.c` | recorded: utilization | operations | to `segregated.c` |'
    echo '|---|---|---|---|---|---|---|'
    for source in reference/malloc/*.c; do
        printf '| `malloc/%s` |' "$(basename "$source")"
        # shellcheck disable=SC2046 # our file names hold no spaces
        measure "$source" $(ls ../shared/traces/malloc/classic11/*.rep | grep -v /short)
        measure "$source" traces/malloc/recorded/*.rep
        echo
    done
}

[ -d ../shared/traces/malloc/classic11 ] || {
    echo 'table.sh: no classic traces in ../shared/traces/malloc/classic11' >&2
    exit 2
}
table >"$tmp/table"
awk -v table="$tmp/table" '
    /^<!-- end of figures -->/ { inside = 0 }
    !inside { print }
    /^<!-- figures: / { inside = 1; while ((getline line <table) > 0) print line }' "$readme" >"$tmp/readme" &&
    cat "$tmp/readme" >"$readme" && cat "$tmp/table"
