// SPDX-License-Identifier: MIT
// What students must not learn of hidden tests is taken out of the tree before any format sees it,
// so that no format can forget to.
#ifndef MMGRADE_REPORTS_REDACT_H
#define MMGRADE_REPORTS_REDACT_H

#include <stddef.h>

#include "harness/base/result.h"

/// Leaves of each case whose trace matches one of the patterns (fnmatch(3)) the outcome and the
/// points: it is called "hidden test N" by its place in the result, and has no verdict, warnings,
/// metrics, samples, machine or output.
void redact_result(struct result *result, char *const *patterns, size_t n_patterns);

#endif
