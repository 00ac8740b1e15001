#!/bin/sh
# SPDX-License-Identifier: MIT
# The reference allocators over all traces:  tests/references/references.sh [PROGRAM]
# Every case passes, and the utilization is what independent.c computes without the harness: strict
# rubric (64 bits, 16-byte alignment) and classic rubric (-m32, 8 bytes), both without the timing.
# PROGRAM is build/VARIANT/mmgrade; the independent programs lie in build/VARIANT/tests.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
programs=$(dirname "$mmgrade")/tests

# "NAME STATUS UTILIZATION" for each case of a result, in its order.
cases_of() { # FILE
    awk '
        function text(line) { sub(/^[^:]*: "?/, "", line); sub(/"?,?$/, "", line); return line }
        function finish() { if (name != "") print name, status, value; name = "" }
        $1 == "\"trace\":" { finish(); name = text($0); status = "?"; value = "?" }
        $1 == "\"status\":" && name != "" { status = text($0) }
        $1 == "\"utilization\":" && name != "" && value == "?" { getline; value = text($0) }
        $1 == "\"criteria\":" { finish() }
        END { finish() }' "$1"
}

# compare WHAT: the lines of $tmp/seen and $tmp/wanted, one pair a trace. Prints what differs, and
# last the two counts.
compare() {
    awk -v what="$1" '
        FILENAME == ARGV[1] { value[FNR] = $3; status[FNR] = $2; name[FNR] = $1; n = FNR; next }
        {
            n_wanted++
            difference = value[FNR] - $2
            if (name[FNR] == $1 && status[FNR] == "passed" && value[FNR] != "?" &&
                difference < 1e-9 && difference > -1e-9) {
                n_passed++
            } else {
                printf "FAILED: %s: %s %s %s, independently %s %s\n", what, name[FNR],
                    status[FNR], value[FNR], $1, $2
                n_failed++
            }
        }
        END {
            n_failed += n > n_wanted ? n - n_wanted : 0
            print n_passed + 0, n_failed + 0
        }' "$tmp/seen" "$tmp/wanted" >"$tmp/compared"
    sed '$d' "$tmp/compared"
    # shellcheck disable=SC2046 # two numbers
    set -- $(tail -n 1 "$tmp/compared")
    n_passed=$((n_passed + $1))
    n_failed=$((n_failed + $2))
}

# play REFERENCE RUBRIC INDEPENDENT TRACE...
play() {
    what="$1 with $2"
    source=reference/malloc/$1.c
    rubric=$tmp/$2
    independent=$3
    shift 3
    # Some allocators need more than 20 MB by their nature.
    sed '/^speed:/,/^$/s/enabled: yes/enabled: no/; /- name: throughput/,/^$/d; s/^  maximum: [0-9]* M[iB]*/  maximum: 100 MiB/' \
        "grading/rubrics/${rubric##*/}" >"$rubric"
    for trace; do
        set -- "$@" --trace "$trace"
        shift
    done
    : >"$tmp/wanted"
    "$mmgrade" grade --lab malloc --rubric "$rubric" "$@" --json - "$source" >"$tmp/json" \
        2>"$tmp/err"
    status=$?
    while [ $# -gt 0 ]; do
        "$independent" "$2" >>"$tmp/wanted" || echo "$2 none" >>"$tmp/wanted"
        shift 2
    done
    cases_of "$tmp/json" >"$tmp/seen"
    compare "$what"
    name=$what
    sed -n 's/^ *"message": "//p' "$tmp/json" | sort | uniq -c | head -n 5 >"$tmp/out"
    is 0 $status 'exit status'
}

set -- traces/malloc/*.rep traces/malloc/recorded/*.rep
if ls ../shared/traces/malloc/*/*.rep >/dev/null 2>&1; then
    set -- "$@" ../shared/traces/malloc/*/*.rep
else
    echo 'skipped: the classic and recorded traces, which are not here (../shared/traces/malloc)'
fi
for file in reference/malloc/*.c; do
    reference=$(basename "$file" .c)
    play "$reference" malloc.yaml "$programs/independent-$reference" "$@"
    if [ -x "${mmgrade}-worker32" ]; then
        play "$reference" malloc-classic.yaml "$programs/independent32-$reference" "$@"
    else
        echo "skipped: $reference with malloc-classic.yaml (no 32-bit worker)"
    fi
done
finish
