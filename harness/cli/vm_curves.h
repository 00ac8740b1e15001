// SPDX-License-Identifier: MIT
// What memory of each size under each policy would do, and the working sets: from uses of pages.
// LRU comes out of stack distances for all sizes at once, every other policy runs once a size.
#ifndef MMGRADE_CLI_VM_CURVES_H
#define MMGRADE_CLI_VM_CURVES_H

#include "harness/cli/vm_choice.h"
#include "harness/vm/stack_distance.h"
#include "harness/vm/working_set.h"

struct vm_curves; ///< opaque

struct vm_curves *vm_curves_open(const struct vm_choice *choice);
void vm_curves_close(struct vm_curves *curves); ///< takes NULL

/// The next records of the trace.
void vm_curves_take(struct vm_curves *curves, const struct access *records, size_t n);

/// After the whole trace, when vm_choice_needs_future(): the same records are to come again.
void vm_curves_second_pass(struct vm_curves *curves);

/// One policy with one number of frames.
struct vm_misses {
    uint64_t n_faults, n_writebacks;
    uint64_t n_windows, n_thrashing; ///< as harness/vm/paging.h counts them
};

struct vm_curves_figures {
    struct vm_misses *misses; ///< policy by policy, in each by the number of frames
    struct working_set_point *points;
    struct lru_curve lru; ///< for every number of frames
};

void vm_curves_figures(const struct vm_curves *curves, struct vm_curves_figures *figures);
void vm_curves_figures_free(struct vm_curves_figures *figures);

#endif
