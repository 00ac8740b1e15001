// SPDX-License-Identifier: MIT
// Where a submission loses most points: what its author should look at first.
#ifndef MMGRADE_REPORTS_ADVICE_H
#define MMGRADE_REPORTS_ADVICE_H

#include "harness/base/result.h"

/// One sentence computed from the tree alone: the failing case that is worth most, else the case
/// and criterion where most points are lost. NULL when less than a tenth of a point is. The caller
/// frees it; it may quote the submission, so it must go through printable().
char *advice_text(const struct result *result);

#endif
