// SPDX-License-Identifier: MIT
// Pages in frames: one memory under one policy, fed with page numbers. Memory grows with distinct
// pages. OPT needs to know the future: see future.h, which keeps it in a file.
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
void paging_close(struct paging *paging);

/// One use of a page. Under OPT `next_use` is the number (from 0) of the next use of the same page,
/// UINT64_MAX for never; other policies ignore it.
struct paging_outcome paging_use(struct paging *paging, uint64_t page, bool write,
                                 uint64_t next_use);

struct paging_counts {
    uint64_t n_uses, n_faults, n_writebacks; ///< dirty pages still resident are no write-backs
};
struct paging_counts paging_counts(const struct paging *paging);

/// The page in a frame, UINT64_MAX when it is free; its dirty bit in *dirty (or NULL).
uint64_t paging_page(const struct paging *paging, uint32_t frame, bool *dirty);

/// The policy's state, for describe() and hand().
const void *paging_state(const struct paging *paging);

#endif
