// SPDX-License-Identifier: MIT
// The golden TLB: entries beside the slots of harness/vm/associative.h.
#include "harness/vm/tlb.h"

#include <stdlib.h>

#include "harness/base/memory.h"

void tlb_open(struct tlb *tlb, const struct tlb_settings *settings)
{
    *tlb = (struct tlb){.settings = *settings};
    associative_open(&tlb->slots, settings->sets, settings->ways);
    tlb->entries = xcalloc((size_t)settings->sets * settings->ways, sizeof *tlb->entries);
}

void tlb_close(struct tlb *tlb)
{
    associative_close(&tlb->slots);
    free(tlb->entries);
    tlb->entries = NULL;
}

const struct tlb_entry *tlb_peek(const struct tlb *tlb, uint32_t asid, uint64_t vpn)
{
    uint32_t slot = associative_find(&tlb->slots, asid, vpn);
    return slot == ASSOCIATIVE_NONE ? NULL : &tlb->entries[slot];
}

void tlb_insert(struct tlb *tlb, uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags,
                struct tlb_entry *victim)
{
    struct tlb_entry gone = {0};
    struct associative_victim evicted = {0};
    uint32_t slot = associative_find(&tlb->slots, asid, vpn);
    if (slot == ASSOCIATIVE_NONE) {
        slot = associative_take(&tlb->slots, asid, vpn, &evicted);
        if (evicted.valid) {
            gone = tlb->entries[slot];
        }
    } else if (tlb->settings.policy == TLB_LRU) {
        associative_touch(&tlb->slots, slot);
    }
    tlb->entries[slot] =
        (struct tlb_entry){.valid = true, .asid = asid, .vpn = vpn, .ppn = ppn, .flags = flags};
    if (victim != NULL) {
        *victim = gone;
    }
}

static void drop(struct tlb *tlb, uint32_t slot)
{
    associative_drop(&tlb->slots, slot);
    tlb->entries[slot].valid = false;
}

bool tlb_invalidate(struct tlb *tlb, uint32_t asid, uint64_t vpn)
{
    uint32_t slot = associative_find(&tlb->slots, asid, vpn);
    if (slot == ASSOCIATIVE_NONE) {
        return false;
    }
    drop(tlb, slot);
    return true;
}

static void flush(struct tlb *tlb, bool all, uint32_t asid)
{
    for (uint32_t slot = 0; slot < tlb->settings.sets * tlb->settings.ways; slot++) {
        if (tlb->entries[slot].valid && (all || tlb->entries[slot].asid == asid)) {
            drop(tlb, slot);
        }
    }
}

void tlb_flush(struct tlb *tlb, uint32_t asid)
{
    flush(tlb, false, asid);
}

void tlb_flush_all(struct tlb *tlb)
{
    flush(tlb, true, 0);
}

const struct tlb_entry *tlb_set(const struct tlb *tlb, uint64_t vpn)
{
    uint32_t first = associative_set(&tlb->slots, vpn);
    for (uint32_t slot = first; slot < first + tlb->settings.ways; slot++) {
        struct tlb_entry *entry = &tlb->entries[slot];
        entry->order = entry->valid ? associative_rank(&tlb->slots, slot) : 0;
    }
    return &tlb->entries[first];
}
