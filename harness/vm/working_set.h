// SPDX-License-Identifier: MIT
// The working-set curve: how many pages a program uses within windows of so many uses, and how
// often it faults when exactly those stay in memory (Denning, "The working set model for program
// behavior", CACM 11(5), 1968). All windows come out of one pass, exactly, from the distances
// between uses of the same page (Denning and Slutz, "Generalized working sets for segment reference
// strings", CACM 21(9), 1978). Memory grows with distinct pages alone.
//
// The working set after use t is the set of pages used in uses t - window + 1 .. t, as far as these
// exist. A use faults when its page is not in the working set after the use before.
#ifndef MMGRADE_VM_WORKING_SET_H
#define MMGRADE_VM_WORKING_SET_H

#include <stddef.h>
#include <stdint.h>

struct working_set; ///< opaque

struct working_set_point {
    uint64_t window;   ///< in uses
    double mean_pages; ///< of the working set, over all uses; 0 for an empty trace
    uint64_t n_faults; ///< n_faults / uses is the fault rate
};

/// For these windows, each at least 1, ascending, no two alike.
struct working_set *working_set_open(const uint64_t *windows, size_t n_windows);
void working_set_close(struct working_set *set); ///< takes NULL

/// One use of a page, of any but UINT64_MAX.
void working_set_use(struct working_set *set, uint64_t page);

/// One point for each window, in the order of working_set_open: of all uses so far, which may go
/// on.
void working_set_points(const struct working_set *set, struct working_set_point *points);

#endif
