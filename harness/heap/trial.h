// SPDX-License-Identifier: MIT
// One submission over one trace: the check pass, the search for the operation at fault, and the
// plays under other conditions that find what a single play cannot.
#ifndef MMGRADE_HEAP_TRIAL_H
#define MMGRADE_HEAP_TRIAL_H

#include <stdio.h>

#include "harness/base/result.h"
#include "harness/heap/session.h"

/// Fills status, verdict, warnings, metrics, samples and output of *result. `pointers` gets what
/// each operation returned, for later passes to compare with (the caller frees it), and
/// `heap_bytes` the final size. False when the user has interrupted. Dies when the submission,
/// which has loaded before, does not load.
bool trial_run(const struct session_plan *plan, struct case_result *result, uint64_t **pointers,
               uint64_t *heap_bytes);

/// Lists the verdict codes of the lab, each with the rule that it stands for; those
/// of placement for the fit lab alone.
void trial_print_rules(FILE *file, bool of_fit_lab);

/// The verdict of a submission that could not be loaded: RING_LOAD_FAILED.
struct verdict *trial_load_failure(struct session *session);

#endif
