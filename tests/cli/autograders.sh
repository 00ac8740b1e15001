#!/bin/sh
# SPDX-License-Identifier: MIT
# `make gradescope` and `make autolab`:  tests/cli/autograders.sh BUILD   (build/release)
# What they pack, unpacked where the grader would, grades submissions there. Objects of BUILD are
# put beside the sources, newer than these, to save the time of compiling them once more; with
# FULL=1 everything is compiled.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$PWD/${1:?usage: tests/cli/autograders.sh BUILD}
. tests/cli/lib.sh
use_tool contract
use_tool json

pack() { # TARGET ARGUMENT...
    ${MAKE:-make} --no-print-directory -s VARIANT=release "$@"
}
prebuilt() { # FOLDER: as if it had been compiled there
    [ -n "${FULL-}" ] || {
        mkdir -p "$1/build" && cp -a "$build" "$1/build/" && find "$1/build" -type f -exec touch {} +
    }
}

# A rubric of two short traces, and submissions: good, failing, not to be built.
rubric=$tmp/two.yaml
printf '%s\n' 'lab: malloc' 'traces:' '  - file: traces/malloc/fifo.rep' \
    '  - file: traces/malloc/lifo.rep' 'criteria:' '  - name: correctness' '    points: 10' >"$rubric"
null_allocator >"$tmp/null.c"
broken_source >"$tmp/broken.c"

name=Gradescope
# gradescope FILE: one submission.
root=$tmp/autograder
results=$root/results/results.json
mkdir -p "$root/source"
gradescope() {
    rm -rf "$root/submission" "$results"
    mkdir "$root/submission"
    cp "$1" "$root/submission/mm.c"
    AUTOGRADER_ROOT=$root "$root/run_autograder" </dev/null
}
check 'make gradescope' pack gradescope RUBRIC="$rubric" OUT="$tmp/grader.zip"
check 'unzip' unzip -q "$tmp/grader.zip" -d "$root/source"
is_gone "$root/source/mmgrade/tests"
prebuilt "$root/source/mmgrade"
check 'setup.sh' "$root/source/setup.sh"
cp "$root/source/run_autograder" "$root/run_autograder"
check 'a good submission' gradescope reference/malloc/implicit.c
check 'contract' "$tmp/contract" gradescope "$results"
json_is 10 "$results" score
json_is 3 "$results" tests
check 'a failing submission' gradescope "$tmp/null.c"
check 'contract' "$tmp/contract" gradescope "$results"
json_is 0 "$results" score
json_is failed "$results" tests 1 status
check 'one that cannot be built' gradescope "$tmp/broken.c"
json_is 0 "$results" score
json_is failed "$results" tests 0 status
echo 'lab: no-such' >"$root/source/mmgrade/grading/rubrics/packed.yaml"
check 'a harness at fault ends well' sh -c '! "$@"' sh env AUTOGRADER_ROOT="$root" "$root/run_autograder"
rm -f "$results"
gradescope "$tmp/null.c" >/dev/null 2>&1
is_gone "$results" # a harness at fault gives no points
check 'setup.sh bears a bad rubric' sh -c '! "$1"' sh "$root/source/setup.sh"

name=Autolab
# autolab FILE NAME: one submission, as it was handed in under that name.
check 'make autolab' pack autolab RUBRIC="$rubric" OUT="$tmp/autolab"
autolab() {
    rm -rf "$tmp/job"
    mkdir "$tmp/job"
    cp "$tmp/autolab/autograde.tar" "$tmp/job"
    cp "$tmp/autolab/autograde-Makefile" "$tmp/job/Makefile"
    cp "$1" "$tmp/job/$2"
    ${MAKE:-make} --no-print-directory -C "$tmp/job" >"$tmp/output" 2>"$tmp/errors" </dev/null
}
last_line() {
    tail -n 1 "$tmp/output"
}
check 'a good submission' autolab reference/malloc/implicit.c mm.c
check 'contract' "$tmp/contract" autolab "$tmp/output"
is '{"scores":{"correctness":10.0},"scoreboard":[10.0]}' "$(last_line)" 'the last line'
mkdir "$tmp/handin"
cp "$tmp/null.c" "$tmp/handin/mm.c"
tar -cf "$tmp/handin.tar" -C "$tmp" handin
check 'a tar' autolab "$tmp/handin.tar" "jane@example.edu_1_handin.tar"
is '{"scores":{"correctness":0.0},"scoreboard":[0.0]}' "$(last_line)" 'the last line'
check 'one that cannot be built' autolab "$tmp/broken.c" mm.c
is '{"scores":{"correctness":0.0},"scoreboard":[0.0]}' "$(last_line)" 'the last line'
check 'nothing handed in' sh -c '! "$@"' sh autolab "$tmp/null.c" notes.txt 2>/dev/null

check 'no such lab' sh -c '! "$@"' sh reports/autograder/pack.sh autolab "$build" no-such '' "$tmp/x"
[ -n "${FULL-}" ] || for lab in fit cache; do
    check "make autolab LAB=$lab" pack autolab LAB=$lab OUT="$tmp/$lab"
    tar -xf "$tmp/$lab/autograde.tar" -C "$tmp/$lab"
    is "--lab $lab" "$(cat "$tmp/$lab/mmgrade/reports/autograder/options")" 'what it is packed with'
done

# Where they go when nobody says: to a place of their own, not to that of `make batch`.
name='without OUT'
would_pack() { # TARGET
    exits 0 env -u OUT -u MAKEFLAGS "${MAKE:-make}" --no-print-directory -n "$1"
}
would_pack gradescope
shows out "'reports/out/gradescope.zip'"
would_pack autolab
shows out "'reports/out/autolab'"

finish
