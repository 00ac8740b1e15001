#!/bin/sh
# SPDX-License-Identifier: MIT
# The fit lab's references:  tests/references/fit.sh [PROGRAM]
# Each policy's find_fit passes every trace of the rubric (and the classic ones, when they are here)
# under its own policy, at both alignments, and fails under the others at the operation, and with
# the two addresses, that were worked out by hand (traces/fit/README.md).
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"

# expect WHAT STATUS TEXT: of the last grade.
expect() {
    name=$1
    check "status $status, expected $2 and '$3'" ended_with "$2" "$3"
}
ended_with() {
    [ "$status" = "$1" ] && grep -qF -- "$2" "$tmp/out"
}

# grade POLICY ALIGNMENT REQUIRES SUBMISSION [ARGUMENT...]
grade() {
    sed "s/^  policy: .*/  policy: $1/; s/^  alignment: [0-9]*/  alignment: $2/
        s/^  requires: .*/  requires: $3/" grading/rubrics/fit.yaml >"$tmp/fit.yaml"
    submission=$4
    shift 4
    "$mmgrade" grade --lab fit --rubric "$tmp/fit.yaml" "$@" "$submission" >"$tmp/out" 2>&1
    status=$?
}

for policy in first next best; do
    for alignment in 8 16; do
        grade $policy $alignment either reference/fit/${policy}_fit.c
        expect "$policy fit at $alignment" 0 '100.0 / 100'
        grade any $alignment either reference/fit/${policy}_fit.c
        expect "$policy fit at $alignment where any is right" 0 '100.0 / 100'
    done
done
if [ -d ../shared/traces/malloc/classic11 ]; then
    for trace in amptjp cccp coalescing realloc; do
        for policy in first next best; do
            grade $policy 8 either reference/fit/${policy}_fit.c \
                --trace ../shared/traces/malloc/classic11/$trace-bal.rep
            expect "$policy fit over $trace" 0 '100.0 / 100'
        done
    done
else
    echo 'skipped: the classic traces, which are not here (../shared/traces/malloc)'
fi

# wrong POLICY REFERENCE ITS-PLACE RIGHT-PLACE: at operation 16 of holes.rep.
wrong() {
    grade "$1" 8 either "reference/fit/$2_fit.c" --trace traces/fit/holes.rep
    expect "$2 fit judged as $1 fit: operation" 1 'WRONG_FIT at operation 16 (holes.rep:20: a 10 64)'
    tr '\n' ' ' <"$tmp/out" | sed 's/  */ /g' >"$tmp/line" && mv "$tmp/line" "$tmp/out"
    expect "$2 fit judged as $1 fit: its place" 1 "placed its block at $3;"
    expect "$2 fit judged as $1 fit: the right place" 1 "puts it at $4."
}
wrong first next heap+0x208 heap+0x58
wrong first best heap+0xe0 heap+0x58
wrong next first heap+0x58 heap+0x208
wrong next best heap+0xe0 heap+0x208
wrong best first heap+0x58 heap+0xe0
wrong best next heap+0x208 heap+0xe0

# What is handed in: one function, the other, both, the template's folder as it is.
grade first 8 either reference/fit/place.c
expect 'place alone' 0 '100.0 / 100'
grade first 8 find_fit reference/fit/place.c
expect 'place alone where find_fit is required' 1 'place.c does not define find_fit.'
grade first 8 both reference/fit/first_fit.c
expect 'find_fit alone where both are required' 1 'first_fit.c does not define place.'
grade first 8 either reference/fit/coalesce.c
expect 'neither' 1 'coalesce.c defines neither find_fit nor place.'
cat reference/fit/first_fit.c reference/fit/place.c reference/fit/coalesce.c \
    reference/fit/extend_heap.c >"$tmp/fit.c"
grade first 8 both "$tmp/fit.c"
expect 'all four in one file' 0 '100.0 / 100'
cp -r student_template/fit "$tmp/folder"
printf '#include "fit.h"\n#include "rest.c"\n' >"$tmp/folder/fit.c"
cp "$tmp/fit.c" "$tmp/folder/rest.c"
echo 'int place = "not compiled";' >>"$tmp/folder/core.c"
grade first 8 both "$tmp/folder"
expect 'a folder whose fit.c includes the functions' 0 '100.0 / 100'
rm "$tmp/folder/fit.c"
echo '#include "fit.h"' >"$tmp/folder/fit.c"
grade first 8 both "$tmp/folder"
expect 'a folder whose fit.c forgets to include them' 1 'rest.c (has a function of the answer'

# What the sandbox shows to the compiler does not hold the answer.
printf '#include "fit.h"\n#include "mmgrade_find_fit.c"\n' >"$tmp/fit.c"
sed -n '/^void place/,$p' reference/fit/place.c >>"$tmp/fit.c"
printf 'void *find_fit(size_t asize);\n#ifdef NEVER\nvoid *find_fit(size_t asize) { return 0; }\n#endif\n' >>"$tmp/fit.c"
grade first 8 both "$tmp/fit.c"
expect 'the reference cannot be included' 1 'BUILD_FAILED'
sed 's/^  policy: first/  policy: worst/' grading/rubrics/fit.yaml >"$tmp/bad.yaml"
"$mmgrade" grade --lab fit --rubric "$tmp/bad.yaml" reference/fit/place.c >"$tmp/out" 2>&1
status=$?
expect 'an unknown policy' 2 "unknown policy 'worst' (one of any, first, next, best)"
finish
