#!/bin/sh
# SPDX-License-Identifier: MIT
# What mmgrade itself costs:  tests/bench/bench.sh build/release     (`make bench`)
#
#   BENCH_TRACES   folder of .rep files for the whole grade; default: the classic ones, where they
#                  are at hand, else the shipped ones
#
# First the programs tests/bench/*.c, one after the other, then the wall time and the peak memory
# of a whole grade, the build of the submission included. Goals and figures: README.md beside this.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/release}
classic=../shared/traces/malloc/classic11
[ -d "$classic" ] || classic=traces/malloc
traces=${BENCH_TRACES:-$classic}
submission=reference/malloc/segregated.c

printf 'machine: %s, %s CPUs, %s MiB, Linux %s, %s, load %s\n' \
    "$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" "$(nproc)" \
    "$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)" "$(uname -r)" \
    "$(gcc --version | head -n 1)" "$(cut -d ' ' -f 1 /proc/loadavg)"

for source in tests/bench/*.c; do
    [ -e "$source" ] || continue
    printf '\n== %s\n' "$source"
    "$build/${source%.c}"
done

set -- "$build/mmgrade" grade --lab malloc --rubric grading/rubrics/malloc-classic.yaml
for trace in "$traces"/*.rep; do
    set -- "$@" --trace "$trace"
done
printf '\n== loading a trace of 10 million operations\n'
big=$(mktemp)
trap 'rm -f "$big"' EXIT
"$build/mmgrade" trace gen random --ops 10000000 -o "$big"
hyperfine --style basic --warmup 1 --runs 5 -N "$build/mmgrade trace check $big"

printf '\n== a whole grade over %s\n' "$traces"
hyperfine --style basic --warmup 1 --runs 5 -N "$* $submission"
printf '\n== the reference timed against itself (geometric mean over the traces; 1.00 is fair)\n'
for run in 1 2 3; do
    "$@" "$submission" | sed -n "s/^throughput.*geo-mean \([0-9.]*x\).*/run $run: \1/p"
done
# Of all processes of the run the largest: the compiler, a worker or the judge.
command time -f 'peak memory of the largest process: %M KiB' "$@" "$submission" >/dev/null
