#!/bin/sh
# SPDX-License-Identifier: MIT
# What a course costs:  tests/bench/batch.sh build/release [SUBMISSIONS] [JOBS]
#
# 250 variants of the references, check and cost passes, over the eleven classic traces where they
# are at hand, else over the shipped ones. Wall time, and the peak memory of the largest process.
# Goals and figures: README.md beside this.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/release}
n_submissions=${2:-250}
jobs=${3:-$(nproc)}
traces=../shared/traces/malloc/classic11
[ -d "$traces" ] || traces=traces/malloc
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

mkdir "$work/subs"
i=0
while [ "$i" -lt "$n_submissions" ]; do
    for reference in reference/malloc/*.c; do
        [ "$i" -lt "$n_submissions" ] || break
        i=$((i + 1))
        { cat "$reference" && echo "/* variant $i */"; } \
            >"$work/subs/$(basename "$reference" .c)-$i.c"
    done
done
set -- --lab malloc --jobs "$jobs" --out "$work/out"
for trace in "$traces"/*.rep; do
    set -- "$@" --trace "$trace"
done
printf '%s submissions over %s, %s at a time, load %s\n' "$n_submissions" "$traces" "$jobs" \
    "$(cut -d ' ' -f 1 /proc/loadavg)"
format='%e s by the clock, %U s user, %S s system; largest process %M KiB'
command time -f "$format" "$build/mmgrade" batch "$@" "$work/subs" 2>"$work/err" | head -n 1
tail -n 1 "$work/err"
command time -f "again, nothing changed: $format" "$build/mmgrade" batch "$@" "$work/subs" >/dev/null
sqlite3 "$work/out/gradebook.sqlite" "SELECT printf('%-16s %5.1f s a submission',
    substr(name, 1, instr(name, '-') - 1), avg(seconds)) FROM grades GROUP BY 1" 2>/dev/null || true
