// SPDX-License-Identifier: MIT
// A set-associative TLB that replaces the entry inserted first: CS:APP 3e, section 9.6.2, with the
// cheaper policy.
//
//     one set    | way 0 | way 1 | way 2 | way 3 |     an entry: | valid | ASID | VPN | PPN | flags
//     | inserted       7       4       9       5                   | number of its insertion |
//                            ^ victim
//
// Policy: insertions are numbered; the smallest number of a full set gives way. A lookup changes
// nothing, which is why hardware likes FIFO: a hit, the common case, writes no state. A translation
// that is inserted again while it is there keeps its place and its number.
// Costs: each call looks at all ways of one set, tlb_flush at all entries. A round-robin counter a
// set would do instead of numbers if entries were never invalidated out of turn.
#include "tlb.h"

#include <stdlib.h>

struct entry {
    bool valid;
    uint32_t asid;
    uint64_t vpn;
    uint64_t ppn;
    uint64_t flags;
    uint64_t insertion;
};

static struct entry *entries;
static uint32_t n_sets;
static uint32_t n_ways;
static uint64_t n_insertions;

void tlb_init(const struct tlb_config *config)
{
    free(entries);
    n_sets = config->sets;
    n_ways = config->ways;
    n_insertions = 0;
    entries = calloc((size_t)n_sets * n_ways, sizeof *entries);
    if (entries == NULL)
        abort();
}

static struct entry *set_of(uint64_t vpn)
{
    return entries + (size_t)(vpn & (n_sets - 1)) * n_ways;
}

static struct entry *find(uint32_t asid, uint64_t vpn)
{
    struct entry *set = set_of(vpn);
    for (struct entry *entry = set; entry < set + n_ways; entry++)
        if (entry->valid && entry->vpn == vpn && entry->asid == asid)
            return entry;
    return NULL;
}

// An empty place of the VPN's set, else the victim.
static struct entry *make_room(uint64_t vpn)
{
    struct entry *set = set_of(vpn);
    struct entry *oldest = set;
    for (struct entry *entry = set; entry < set + n_ways; entry++) {
        if (!entry->valid)
            return entry;
        if (entry->insertion < oldest->insertion)
            oldest = entry;
    }
    return oldest;
}

struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn)
{
    const struct entry *entry = find(asid, vpn);
    if (entry == NULL)
        return (struct tlb_result){.hit = false};
    return (struct tlb_result){.hit = true, .ppn = entry->ppn, .flags = entry->flags};
}

void tlb_insert(uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags)
{
    struct entry *entry = find(asid, vpn);
    if (entry == NULL) {
        entry = make_room(vpn);
        *entry = (struct entry){.valid = true, .asid = asid, .vpn = vpn};
        entry->insertion = ++n_insertions;
    }
    entry->ppn = ppn;
    entry->flags = flags;
}

void tlb_invalidate(uint32_t asid, uint64_t vpn)
{
    struct entry *entry = find(asid, vpn);
    if (entry != NULL)
        entry->valid = false;
}

void tlb_flush(uint32_t asid)
{
    for (size_t i = 0; i < (size_t)n_sets * n_ways; i++)
        if (entries[i].asid == asid)
            entries[i].valid = false;
}
