#!/bin/sh
# SPDX-License-Identifier: MIT
# `make install`: the installed program finds its rubrics, traces and worker from any folder.
set -eu
cd "$(dirname "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
submission=$PWD/reference/malloc/segregated.c
${MAKE:-make} --no-print-directory -s install PREFIX="$tmp/usr" VARIANT=release >"$tmp/log" 2>&1 || {
    cat "$tmp/log" >&2
    exit 1
}
cd /
"$tmp/usr/bin/mmgrade" grade --lab malloc "$submission" >"$tmp/log" 2>&1 || {
    cat "$tmp/log" >&2
    echo "install: the installed mmgrade failed" >&2
    exit 1
}
echo "1 passed, 0 failed"
