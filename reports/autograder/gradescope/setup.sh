#!/bin/sh
# SPDX-License-Identifier: MIT
# Gradescope runs this once, as root, when it builds the image: packages, programs, and a first
# submission as a trial, so that a bad rubric fails here and not at each student's submission.
set -eu
cd "$(dirname "$0")/mmgrade"
.ci/setup grade
make -s "-j$(nproc)" programs
build/release/mmgrade doctor
TRIAL=1 reports/autograder/autograde gradescope "$(cat reports/autograder/template)" >/dev/null
echo 'mmgrade is ready'
