#!/bin/sh
# SPDX-License-Identifier: MIT
# `make test`: every test that needs nothing but this machine, step by step. The first failure
# stops it. How to run one step alone stands in CONTRIBUTING.md.
set -u
cd "$(dirname "$0")/.." || exit 2
started=$(date +%s)

# step HEADING COMMAND...
step() {
    heading=$1
    shift
    printf '== %s\n' "$heading"
    step_started=$(date +%s)
    if ! "$@"; then
        printf '\nmake test: FAILED at: %s\n' "$heading" >&2
        exit 1
    fi
    printf '   (%s s)\n' $(($(date +%s) - step_started))
}

# make's options come through MAKEFLAGS, the number of jobs with them.
build() {
    case ${MAKEFLAGS-} in
    *-j*) ${MAKE:-make} --no-print-directory -s "$@" ;;
    *) ${MAKE:-make} --no-print-directory -s "-j$(nproc)" "$@" ;;
    esac
}

# Check's own processes would hide a leak from valgrind. Large samples of pure arithmetic (tag
# statistics) take it many minutes and own no memory.
unit_under_valgrind() {
    CK_FORK=no CK_EXCLUDE_TAGS=statistics valgrind -q --error-exitcode=1 --leak-check=full \
        --errors-for-leak-kinds=definite,indirect build/release/tests/unit/unit
}

step 'structure: include direction, headers, licence lines' tests/structure/structure.sh
step 'build with gcc' build VARIANT=release programs unit independents vm-references \
    build/release/tests/mutants build/release/tests/policies build/release/tests/hostile
step 'unit tests' build/release/tests/unit/unit
step 'command line' tests/cli/cli.sh build/release/mmgrade
step 'grading a course, being stopped, being killed' tests/cli/batch.sh build/release/mmgrade
step 'report folders and pictures' tests/cli/plots.sh build/release/mmgrade
step 'recording programs' tests/cli/record.sh build/release/mmgrade
step 'traces of memory accesses' tests/cli/vmtrace.sh build/release/mmgrade
step 'the simulated machine' tests/cli/vm.sh build/release/mmgrade
step 'simulated cycles never move' tests/cli/cost.sh build/release/mmgrade
step 'stored results in every format' tests/cli/report.sh build/release/mmgrade
step 'autograders for Gradescope and Autolab' tests/cli/autograders.sh build/release
step 'the address labs: references, templates, wrong modules' \
    tests/cli/modules.sh build/release/mmgrade
step 'an installed copy' tests/cli/install.sh
step 'builds without bubblewrap' tests/cli/fallback.sh build/release/mmgrade
step 'mutants: broken allocators and their verdicts' \
    build/release/tests/mutants build/release/mmgrade
step 'mutants: the line of code at fault, with clang' \
    build/release/tests/mutants build/release/mmgrade --clang
step 'attacks: what nobody may get' build/release/tests/hostile build/release/mmgrade
step 'attacks: a course full of them' tests/hostile/course.sh build/release/mmgrade
step 'references: every trace, and utilization computed a second time' \
    tests/references/references.sh build/release/mmgrade
step 'references: each places blocks as its policy says' build/release/tests/policies
step 'references of the fit lab: each policy, and the others judged by it' \
    tests/references/fit.sh build/release/mmgrade
step 'references and templates of the address labs, natively' \
    tests/references/vm/vm.sh build/release/tests/vm
step 'command line of the regression' tests/cli/regress.sh build/release/mmgrade
step 'regression of the references' build/release/mmgrade regress
step 'existing coursework' tests/coursework/coursework.sh build/release/mmgrade
step 'build with ASan and UBSan' build VARIANT=asan programs unit sanitized
step 'unit tests under ASan and UBSan' build/asan/tests/unit/unit
step 'references under ASan and UBSan: every trace, and damaged heaps' \
    tests/references/sanitized.sh build/asan/tests
step 'references of the address labs under ASan and UBSan' \
    tests/references/vm/vm.sh build/asan/tests/vm
step 'command line under ASan and UBSan' tests/cli/cli.sh build/asan/mmgrade
step 'unit tests under valgrind' unit_under_valgrind
step 'build with clang' build VARIANT=clang programs unit
step 'unit tests with clang' build/clang/tests/unit/unit
printf '== all tests passed in %s s\n' $(($(date +%s) - started))
