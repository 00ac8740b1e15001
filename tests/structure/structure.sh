#!/bin/sh
# SPDX-License-Identifier: MIT
# The rules of the source tree that a compiler does not know: include direction, headers that
# compile alone, a licence line in each file. Also that this test can fail: planted faults in a
# temporary tree must be found.
set -u
cd "$(dirname "$0")/../.." || exit 2
here=$PWD/tests/structure
n_passed=0
n_failed=0

# result NAME STATUS OUTPUT
result() {
    if [ "$2" = 0 ]; then
        n_passed=$((n_passed + 1))
    else
        n_failed=$((n_failed + 1))
        printf 'FAILED: %s\n%s\n' "$1" "$3"
    fi
}

code_files() {
    find harness grading reports reference student_template tests -name '*.[ch]' 2>/dev/null | sort
}

includes() {
    # shellcheck disable=SC2046 # our file names hold no spaces
    awk -f "$here/includes.awk" $(code_files) </dev/null
}

header_alone() { # COMPILER HEADER
    printf '#include "%s"\n' "$2" |
        "$1" -std=c17 -Wall -Wextra -Werror -D_GNU_SOURCE -I. \
            -idirafter student_template/malloc -fsyntax-only -x c - 2>&1
}

licences() {
    find Makefile .ci harness grading reports reference student_template traces tests -type f \
        \( -name '*.[ch]' -o -name '*.sh' -o -name '*.awk' -o -name '*.py' -o -name '*.yaml' \
        -o -name Makefile -o -path '.ci/*' \) 2>/dev/null |
        while read -r file; do
            head -n 2 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
                echo "$file:1: no line SPDX-License-Identifier: MIT"
        done | grep . && return 1
    return 0
}

# expect_offence NAME FILE LINE: a tree with that one file must be refused.
expect_offence() {
    tree=$(mktemp -d) && mkdir -p "$tree/$(dirname "$2")" && printf '%s\n' "$3" >"$tree/$2"
    if output=$(cd "$tree" && "$4"); then
        result "$1" 1 "the planted fault in $2 was not found"
    else
        case $output in
        *"$2:1"*) result "$1" 0 '' ;;
        *) result "$1" 1 "$output" ;;
        esac
    fi
    rm -rf "$tree"
}

# A tree without faults must pass, else the tests below prove nothing.
expect_clean() {
    tree=$(mktemp -d) && mkdir -p "$tree/harness/heap" &&
        printf '%s\n' '// SPDX-License-Identifier: MIT' '#include "harness/base/error.h"' \
            >"$tree/harness/heap/layout.c"
    output=$(cd "$tree" && includes && licences)
    result 'a clean tree passes' $? "$output"
    rm -rf "$tree"
}

output=$(includes)
result 'include direction' $? "$output"
output=$(licences)
result 'licence lines' $? "$output"
for header in $(code_files | grep '\.h$'); do
    for compiler in gcc clang; do
        output=$(header_alone $compiler "$header")
        result "$header compiles alone with $compiler" $? "$output"
    done
done

expect_clean
expect_offence 'planted: a stage to the right' harness/heap/bad.c \
    '#include "grading/score.h"' includes
expect_offence 'planted: a header to the right' harness/base/bad.h \
    '  #  include "harness/trace/trace.h"' includes
expect_offence "planted: the worker's insides" harness/sandbox/bad.c \
    '#include "harness/worker/memory.h"' includes
expect_offence 'planted: the worker reaches for the judge' harness/worker/bad.c \
    '#include "harness/sandbox/build.h"' includes
expect_offence 'planted: a reference uses the harness' reference/malloc/bad.c \
    '#include "harness/base/error.h"' includes
expect_offence 'planted: an unknown stage' harness/misc/bad.c '' includes
expect_offence 'planted: no licence line' harness/base/bad.c 'int x;' licences
tree=$(mktemp -d) && echo 'struct a { size_t n; };' >"$tree/bad.h"
if (cd "$tree" && header_alone gcc bad.h >/dev/null); then
    result 'planted: a header that needs another' 1 'it was not found'
else
    result 'planted: a header that needs another' 0 ''
fi
rm -rf "$tree"

echo "$n_passed passed, $n_failed failed"
[ "$n_failed" = 0 ]
