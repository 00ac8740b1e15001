#!/bin/sh
# SPDX-License-Identifier: MIT
# `make gradescope` and `make autolab`:  tests/cli/autograders.sh BUILD   (build/release)
# What they pack, unpacked where the grader would, grades submissions there. Objects of BUILD are
# put beside the sources, newer than these, to save the time of compiling them once more; with
# FULL=1 everything is compiled.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$PWD/${1:?usage: tests/cli/autograders.sh BUILD}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n_passed=0
n_failed=0
gcc -std=c17 -D_GNU_SOURCE -Wall -Werror -o "$tmp/contract" tests/cli/contract.c -ljansson || exit 2
gcc -std=c17 -Wall -Werror -o "$tmp/json" tests/cli/json.c -ljansson || exit 2

check() { # REASON COMMAND...: the command must succeed
    reason=$1
    shift
    if "$@" >"$tmp/log" 2>&1; then n_passed=$((n_passed + 1)); else
        n_failed=$((n_failed + 1))
        printf 'FAILED: %s\n' "$reason"
        tail -n 12 "$tmp/log" | sed 's/^/    log: /'
    fi
}
is() { # REASON WANTED COMMAND...: what the command prints
    reason=$1
    wanted=$2
    shift 2
    check "$reason: '$("$@" 2>&1)', expected '$wanted'" [ "$("$@" 2>&1)" = "$wanted" ]
}
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
cat >"$tmp/null.c" <<'END'
#include <stddef.h>
int mm_init(void) { return 0; }
void *mm_malloc(size_t size) { (void)size; return NULL; }
void mm_free(void *block) { (void)block; }
void *mm_realloc(void *block, size_t size) { (void)block; (void)size; return NULL; }
END
echo 'int mm_init(void) { return 0 }' >"$tmp/broken.c"

# Gradescope. gradescope FILE: one submission.
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
check 'tests are packed' [ ! -e "$root/source/mmgrade/tests" ]
prebuilt "$root/source/mmgrade"
check 'setup.sh' "$root/source/setup.sh"
cp "$root/source/run_autograder" "$root/run_autograder"
check 'a good submission' gradescope reference/malloc/implicit.c
check 'contract' "$tmp/contract" gradescope "$results"
is 'points' 10 "$tmp/json" "$results" score
is 'tests' 3 "$tmp/json" "$results" tests
check 'a failing submission' gradescope "$tmp/null.c"
check 'contract' "$tmp/contract" gradescope "$results"
is 'points' 0 "$tmp/json" "$results" score
is 'status' failed "$tmp/json" "$results" tests 1 status
check 'one that cannot be built' gradescope "$tmp/broken.c"
is 'points' 0 "$tmp/json" "$results" score
is 'build' failed "$tmp/json" "$results" tests 0 status
echo 'lab: no-such' >"$root/source/mmgrade/grading/rubrics/packed.yaml"
check 'a harness at fault ends well' sh -c '! "$@"' sh env AUTOGRADER_ROOT="$root" "$root/run_autograder"
rm -f "$results"
gradescope "$tmp/null.c" >/dev/null 2>&1
check 'a harness at fault gives points' [ ! -e "$results" ]
check 'setup.sh bears a bad rubric' sh -c '! "$1"' sh "$root/source/setup.sh"

# Autolab. autolab FILE NAME: one submission, as it was handed in under that name.
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
is 'points' '{"scores":{"correctness":10.0},"scoreboard":[10.0]}' last_line
mkdir "$tmp/handin"
cp "$tmp/null.c" "$tmp/handin/mm.c"
tar -cf "$tmp/handin.tar" -C "$tmp" handin
check 'a tar' autolab "$tmp/handin.tar" "jane@example.edu_1_handin.tar"
is 'points' '{"scores":{"correctness":0.0},"scoreboard":[0.0]}' last_line
check 'one that cannot be built' autolab "$tmp/broken.c" mm.c
is 'points' '{"scores":{"correctness":0.0},"scoreboard":[0.0]}' last_line
check 'nothing handed in' sh -c '! "$@"' sh autolab "$tmp/null.c" notes.txt 2>/dev/null

check 'no such lab' sh -c '! "$@"' sh reports/autograder/pack.sh autolab "$build" no-such '' "$tmp/x"
[ -n "${FULL-}" ] || for lab in fit cache; do
    check "make autolab LAB=$lab" pack autolab LAB=$lab OUT="$tmp/$lab"
    tar -xf "$tmp/$lab/autograde.tar" -C "$tmp/$lab"
    is "options of $lab" "--lab $lab" cat "$tmp/$lab/mmgrade/reports/autograder/options"
done

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
