// SPDX-License-Identifier: MIT
// Pages in frames: one memory under one policy, fed with page numbers. Memory grows with distinct
// pages. OPT needs to know the future: see future.h, which keeps it in a file.
//
// Thrashing (Denning, "Thrashing: its causes and prevention", AFIPS Fall Joint Computer Conference
// 1968), as it is counted here: the uses are cut into windows of PAGING_WINDOW uses, or of 4 for
// each frame if that is more. A window thrashes when more than half of its uses fault on pages that
// had been in memory before: on the average each frame has then changed its page more than twice,
// only to fetch back what had been thrown out. First uses of pages never count. The last window may
// be cut short; it needs as many such faults as a full one, unless it is the only one.
#ifndef MMGRADE_VM_PAGING_H
#define MMGRADE_VM_PAGING_H

#include "harness/vm/replacement.h"

struct paging_outcome {
    bool fault;
    bool evicted;      ///< `victim` left its frame
    bool written_back; ///< it was dirty
    uint32_t frame;    ///< where the page is now
    uint64_t victim;   ///< a page number
};

struct paging; ///< opaque

struct paging *paging_open(const struct policy *policy, const struct policy_settings *settings);
void paging_close(struct paging *paging); ///< takes NULL

/// One use of a page, of any but UINT64_MAX. Under OPT `next_use` is the number (from 0) of the
/// next use of the same page, UINT64_MAX for never; other policies ignore it.
struct paging_outcome paging_use(struct paging *paging, uint64_t page, bool write,
                                 uint64_t next_use);

#define PAGING_WINDOW 1000

struct paging_counts {
    uint64_t n_uses, n_faults, n_writebacks; ///< dirty pages still resident are no write-backs
    uint64_t n_refaults;                     ///< faults on pages that had been in memory before
    uint64_t n_windows, n_thrashing;         ///< windows, and those of them that thrash
};
struct paging_counts paging_counts(const struct paging *paging);

/// Whether any window thrashes; n_thrashing / n_windows says how much of the trace does.
bool paging_thrashes(const struct paging *paging);

/// The page in a frame, UINT64_MAX when it is free; its dirty bit in *dirty (or NULL).
uint64_t paging_page(const struct paging *paging, uint32_t frame, bool *dirty);

/// The policy's state, for describe() and hand().
const void *paging_state(const struct paging *paging);

#endif
