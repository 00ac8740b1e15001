#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds simulated cycles against wall time:  tests/bench/calibrate.sh build/release [gcc|clang] [RUNS]
#
# Every reference over every shipped trace, RUNS times (3, some 2 minutes each, on a machine that is
# otherwise idle). Prints how well the weights of harness/measure/cost_machine.c agree with it, then
# what a fit on one half of the traces would give. harness/measure/README.md has the figures.
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build/release}
compiler=${2:-gcc}
runs=${3:-3}

rows=$(mktemp)
trap 'rm -f "$rows"' EXIT
for run in $(seq "$runs"); do
    "$build/tests/bench/cost_pass" --rows "$compiler" >>"$rows"
done
cycles=$("$build/tests/bench/cost_pass" --weights)
printf '%s, %s runs, weights %s\n' "$compiler" "$runs" "$cycles"
awk -v cycles="$cycles" -f tests/bench/calibrate.awk "$rows"
printf '\n'
awk -v cycles="$cycles" -v fit=1 -f tests/bench/calibrate.awk "$rows"
