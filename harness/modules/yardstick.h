// SPDX-License-Identifier: MIT
// What LRU and OPT make of the same accesses: the scale for replacement policies of one's own.
#ifndef MMGRADE_MODULES_YARDSTICK_H
#define MMGRADE_MODULES_YARDSTICK_H

#include "harness/modules/pipeline.h"

struct yardstick {
    uint64_t n_lru_faults, n_opt_faults;
};

/// Plays the pages of a demand-paged trace alone. O(records).
struct yardstick yardstick_measure(const struct pipeline_plan *plan);

#endif
