// SPDX-License-Identifier: MIT
// What students must not learn of hidden tests is taken out of the tree before any format sees it,
// so that no format can forget to. Formats for students never get anything else (format_print).
//
// Of a hidden case students see "hidden test N", by its place in the result, the outcome and the
// points. Not the verdict's code, nor anything that the submission did or printed: it was told
// every operation, and would hand them on in its output, in the address of a crash, in the text of
// an assertion, in the line of code, in the size of its heap.
#ifndef MMGRADE_REPORTS_REDACT_H
#define MMGRADE_REPORTS_REDACT_H

#include <stddef.h>

#include "harness/base/result.h"

/// Makes hidden each case whose trace matches one of the patterns (fnmatch(3)).
void redact_hide(struct result *result, char *const *patterns, size_t n_patterns);

/// Takes out of the tree what students must not see of it.
void redact_result(struct result *result);

/// What students may see of a result, which stays as it is; of one without hidden cases all. When
/// there are any, then also the means over all cases are left out (`metrics`, `value` of criteria),
/// the commands that reproduce a fault, and the folder of the rubric, which is where hidden traces
/// may lie.
///
/// The view borrows the result's texts and must not outlive it: redact_view_free, never
/// result_free.
struct result redact_view(const struct result *result);
void redact_view_free(struct result *view);

#endif
