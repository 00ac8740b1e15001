// SPDX-License-Identifier: MIT
// The lab `tlb`: a set-associative cache of translations (CS:APP 3e, section 9.6.2).
//
// Set VPN mod sets; the tag is the rest of the VPN together with the ASID. The policy says which
// entry of a full set gives way: the least recently used one (found by a lookup, or inserted), or
// the one inserted first. Empty places are filled first. A lookup that misses changes nothing.
#ifndef TLB_H
#define TLB_H

#include "vm.h"

enum tlb_policy { TLB_LRU, TLB_FIFO, TLB_FREE /* yours: hits count */ };

struct tlb_config {
    uint32_t sets; ///< a power of two
    uint32_t ways; ///< at least 1; 1 set: fully associative
    enum tlb_policy policy;
};

struct tlb_result {
    bool hit;
    uint64_t ppn;   ///< as it was inserted, when hit
    uint64_t flags; ///< as they were inserted, when hit
};

/// Called before each trace; all entries are empty then.
void tlb_init(const struct tlb_config *config);

struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn);

/// Puts a translation in; one of the same page and ASID that is there is replaced, in its place,
/// and nothing gives way. That is a use under LRU; in FIFO order its age stays.
void tlb_insert(uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags);

/// The page was unmapped or its entry has changed: a lookup must not find it any more.
void tlb_invalidate(uint32_t asid, uint64_t vpn);

/// An address space has ended: none of its entries may be found any more.
void tlb_flush(uint32_t asid);

#endif
