// SPDX-License-Identifier: MIT
// The golden TLB: sets x ways, by LRU or FIFO, entries tagged with an address-space id. What
// student_template/vm/tlb.h asks of students.
#ifndef MMGRADE_VM_TLB_H
#define MMGRADE_VM_TLB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/vm/associative.h"

/// Golden TLBs play no TLB_FREE: then the policy is the submission's.
enum tlb_policy { TLB_LRU, TLB_FIFO, TLB_FREE };

struct tlb_settings {
    uint32_t sets; ///< a power of two; 0: there is no such TLB
    uint32_t ways;
    enum tlb_policy policy;
    uint32_t cycles; ///< of a lookup
};

struct tlb_entry {
    bool valid;
    uint32_t asid;
    uint64_t vpn;
    uint64_t ppn;
    uint64_t flags;
    /// Of what tlb_set() gives: the smallest of a set goes first. By use (LRU) or insertion (FIFO).
    uint64_t order;
};

struct tlb {
    struct tlb_settings settings;
    struct associative slots;  ///< by ASID and VPN
    struct tlb_entry *entries; ///< by slot
    uint64_t n_hits, n_misses;
};

void tlb_open(struct tlb *tlb, const struct tlb_settings *settings);
void tlb_close(struct tlb *tlb);

/// The entry, NULL at a miss; counts, and under LRU makes it the youngest. Valid until the next
/// insert. The caller may change its flags.
static inline struct tlb_entry *tlb_lookup(struct tlb *tlb, uint32_t asid, uint64_t vpn)
{
    uint32_t slot = associative_find(&tlb->slots, asid, vpn);
    if (slot == ASSOCIATIVE_NONE) {
        tlb->n_misses++;
        return NULL;
    }
    tlb->n_hits++;
    if (tlb->settings.policy == TLB_LRU) {
        associative_touch(&tlb->slots, slot);
    }
    return &tlb->entries[slot];
}

/// The entry, NULL when there is none; changes and counts nothing.
const struct tlb_entry *tlb_peek(const struct tlb *tlb, uint32_t asid, uint64_t vpn);

/// Puts a translation in. *victim (or NULL) gets the entry that gave way, `valid` false when none
/// did.
void tlb_insert(struct tlb *tlb, uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags,
                struct tlb_entry *victim);

/// Whether such an entry was there.
bool tlb_invalidate(struct tlb *tlb, uint32_t asid, uint64_t vpn);
void tlb_flush(struct tlb *tlb, uint32_t asid);
void tlb_flush_all(struct tlb *tlb);

/// The first entry of the VPN's set: `ways` of them, for pictures. Fresh until the next call of any
/// function of this TLB.
const struct tlb_entry *tlb_set(const struct tlb *tlb, uint64_t vpn);

#endif
