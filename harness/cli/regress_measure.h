// SPDX-License-Identifier: MIT
// `mmgrade regress`: one reference over all traces of a rubric.
#ifndef MMGRADE_CLI_REGRESS_MEASURE_H
#define MMGRADE_CLI_REGRESS_MEASURE_H

#include <stdbool.h>

#include "grading/rubric.h"
#include "reports/baseline.h"

/// Appends a row for each trace to *now. One that is slower than in `before` is measured a second
/// time, and the better speeds count. False with *error when the input is at fault.
///
/// Once interrupted (harness/base/interrupt.h) the rows mean nothing.
bool regress_measure(const struct rubric *rubric, const char *reference,
                     const struct baseline *before, struct baseline *now, struct error *error);

#endif
