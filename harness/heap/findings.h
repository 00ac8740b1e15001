// SPDX-License-Identifier: MIT
// What is found in a submission that has passed its checks: by the plays under other conditions
// (trial.h), by the timed pass and by the cost pass.
#ifndef MMGRADE_HEAP_FINDINGS_H
#define MMGRADE_HEAP_FINDINGS_H

#include <stddef.h>
#include <stdio.h>

#include "harness/base/result.h"
#include "harness/heap/session.h"

/// Files a verdict, which belongs to the result then, as the failure of the case or as a warning.
void finding_file(struct case_result *result, struct verdict *verdict, enum finding_policy policy);

/// Files what the timed pass has found: the submission gave another pointer at `differing_op` than
/// in the check pass, or stopped in the slice that starts at `stopped_op`; the other one is 0.
void finding_file_timed(const struct session_plan *plan, struct case_result *result,
                        size_t differing_op, size_t stopped_op);

/// Files what the cost pass has found, the same way: a store to what is not the submission's fails
/// the case, an index that leaves its array is a warning, the rest is unobserved behaviour.
void finding_file_cost(const struct session_plan *plan, struct case_result *result,
                       size_t differing_op, size_t stopped_op, const struct worker_news *news);

/// Lists the codes that no other list has, each with the rule that it stands for.
void finding_print_rules(FILE *file);

#endif
