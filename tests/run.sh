#!/bin/sh
# SPDX-License-Identifier: MIT
# `make test`: every test that needs nothing but this machine, step by step (tests/steps.mk). All
# are run, whatever fails; what failed stands at the end.
set -u
cd "$(dirname "$0")/.." || exit 2
started=$(date +%s)
FAILED_STEPS=$(mktemp)
export FAILED_STEPS
trap 'rm -f "$FAILED_STEPS"' EXIT

# make's options come through MAKEFLAGS, the number of jobs with them.
case ${MAKEFLAGS-} in
*-j*) jobs= ;;
*) jobs=-j$(nproc) ;;
esac
# shellcheck disable=SC2086 # none or one
if ${MAKE:-make} $jobs --no-print-directory --keep-going --output-sync=target -f tests/steps.mk all
then
    printf '== all tests passed in %s s\n' $(($(date +%s) - started))
else
    printf '== make test, after %s s:\n' $(($(date +%s) - started)) >&2
    cat "$FAILED_STEPS" >&2
    exit 1
fi
