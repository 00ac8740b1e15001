// SPDX-License-Identifier: MIT
// The explain pass: plays the prefix of a trace that led to a verdict again, with the submission
// instrumented, and names the line of code that broke the rule first.
#ifndef MMGRADE_HEAP_EXPLAIN_SOURCE_H
#define MMGRADE_HEAP_EXPLAIN_SOURCE_H

#include "harness/base/result.h"
#include "harness/heap/breach.h"
#include "harness/heap/session.h"

/// Fills `source` and `places` of the verdict, and its hint where the code tells more. `pointers`
/// are those of the graded run, up to the breach. Never changes what is judged: when the
/// instrumented submission cannot be built, or behaves differently, `source` says so. Does nothing
/// when the plan has no sources, or when no line of code can be at fault.
void explain_source(const struct session_plan *plan, const struct breach *breach,
                    const uint64_t *pointers, struct verdict *verdict);

#endif
