// SPDX-License-Identifier: MIT
// What an entry of a rubric's `traces` may say, and its checks. For rubric.c and rubric_keys.c
// only; what others do with a rubric's traces stands in rubric.h.
#ifndef MMGRADE_GRADING_RUBRIC_TRACES_H
#define MMGRADE_GRADING_RUBRIC_TRACES_H

#include "grading/rubric_keys.h"

/// One entry as it is written; numbers that were left out are 0.
struct trace_entry {
    char *file;
    char *generate;
    double ops;
    double live;
    char *sizes;
    char *lifetimes;
    char *seed;
    bool hidden;
    double weight;
};

extern const struct schema_key rubric_trace_keys[];

/// Called after each entry was read: adds the traces that it chooses.
bool rubric_check_trace(const struct schema_place *place, void *draft, void *element);

/// All together, once the lab is known.
bool rubric_check_traces(const struct schema_place *place, const struct rubric *rubric);

#endif
