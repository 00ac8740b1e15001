// SPDX-License-Identifier: MIT
// The table of a rubric's keys. For rubric.c only.
#ifndef MMGRADE_GRADING_RUBRIC_KEYS_H
#define MMGRADE_GRADING_RUBRIC_KEYS_H

#include "grading/rubric.h"
#include "harness/base/schema.h"

/// What the table stores into: the rubric, and the trace patterns until they are expanded.
struct rubric_draft {
    struct rubric rubric;
    struct trace_choice *patterns;
    size_t n_patterns;
};

extern const struct schema_key rubric_keys[];

/// The criteria's names by enum criterion_kind.
extern const struct schema_word rubric_criteria[];

/// Called after each entry of `traces` and `criteria` was read.
bool rubric_check_pattern(const struct schema_place *place, void *draft, void *pattern);
bool rubric_check_criterion(const struct schema_place *place, void *draft, void *criterion);

#endif
