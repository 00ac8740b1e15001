#!/bin/sh
# SPDX-License-Identifier: MIT
# One step of `make test`, with its heading and its time:  tests/step.sh HEADING COMMAND...
# Headings of steps that failed are added to the file FAILED_STEPS, where that is set.
heading=$1
shift
printf '== %s\n' "$heading"
started=$(date +%s)
if "$@"; then
    printf '   (%s s)\n' $(($(date +%s) - started))
else
    printf 'FAILED: %s\n' "$heading" | tee -a "${FAILED_STEPS:-/dev/null}" >&2
    exit 1
fi
