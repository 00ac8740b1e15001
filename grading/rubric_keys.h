// SPDX-License-Identifier: MIT
// The table of a rubric's keys. For rubric.c only.
#ifndef MMGRADE_GRADING_RUBRIC_KEYS_H
#define MMGRADE_GRADING_RUBRIC_KEYS_H

#include "grading/rubric.h"
#include "harness/base/schema.h"

struct trace_entry; // grading/rubric_traces.h

/// What the table stores into: the rubric, and the entries of `traces` until they are taken.
struct rubric_draft {
    struct rubric rubric;
    struct trace_entry *entries;
    size_t n_entries;
};

/// Offset of a member of the lab's settings.
#define SETTING(member) offsetof(struct rubric_draft, rubric.settings.member)

extern const struct schema_key rubric_keys[];

/// Of `common` and of one entry of `grid`: sizes and policies of a machine (rubric_keys_machine.c).
extern const struct schema_key rubric_common_keys[];
extern const struct schema_key rubric_grid_keys[];

/// Of `late` (rubric_keys_late.c); the check runs once the whole rubric was read.
extern const struct schema_key rubric_late_keys[];
bool rubric_check_late(const struct schema_place *place, struct rubric *rubric);

/// The criteria's names by enum criterion_kind.
extern const struct schema_word rubric_criteria[];

/// Called after each entry of `criteria` was read.
bool rubric_check_criterion(const struct schema_place *place, void *draft, void *criterion);

#endif
