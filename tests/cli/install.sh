#!/bin/sh
# SPDX-License-Identifier: MIT
# `make install`: the installed program finds its rubrics, traces and worker from any folder.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
submission=$PWD/reference/malloc/segregated.c
installed_grades() {
    ${MAKE:-make} --no-print-directory -s install PREFIX="$tmp/usr" VARIANT=release && cd / &&
        "$tmp/usr/bin/mmgrade" grade --lab malloc "$submission"
}
name='an installed copy'
check 'does not grade' installed_grades
finish
