// SPDX-License-Identifier: MIT
// What `mmgrade batch` says of late submissions.
#ifndef MMGRADE_CLI_BATCH_LATE_H
#define MMGRADE_CLI_BATCH_LATE_H

#include "grading/gradebook.h"
#include "grading/late_rules.h"

/// On standard output: how many were late or refused, and of how many nobody said when they were
/// handed in. Nothing without a policy.
void batch_late_summarize(const struct late_rules *rules, struct gradebook *gradebook);

#endif
