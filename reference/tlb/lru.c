// SPDX-License-Identifier: MIT
// A set-associative TLB that replaces the least recently used entry: CS:APP 3e, section 9.6.2.
//
//     VPN        |        TLBT        | TLBI |        TLBI picks the set, the VPN and the ASID are
//                                                     compared with every entry of it
//
//     entries    | set 0: way 0 | way 1 | .. | set 1: way 0 | way 1 | .. |
//
//     one entry  | valid | ASID | VPN | PPN | flags | last use |
//
// The whole VPN is kept where hardware keeps the tag: entries of one set have the same TLBI anyway.
//
// Policy: a clock counts uses; each entry remembers the clock at its last lookup that hit, or its
// insertion. The smallest of a full set gives way.
// Costs: each call looks at all ways of one set, tlb_flush at all entries. Hardware compares the
// ways at the same time, and approximates LRU: exact order among many ways is dear in gates.
#include "tlb.h"

#include <stdlib.h>

struct entry {
    bool valid;
    uint32_t asid;
    uint64_t vpn;
    uint64_t ppn;
    uint64_t flags;
    uint64_t last_use;
};

static struct entry *entries;
static uint32_t n_sets;
static uint32_t n_ways;
static uint64_t now; // in uses

void tlb_init(const struct tlb_config *config)
{
    free(entries);
    n_sets = config->sets;
    n_ways = config->ways;
    now = 0;
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
        if (entry->last_use < oldest->last_use)
            oldest = entry;
    }
    return oldest;
}

struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn)
{
    struct entry *entry = find(asid, vpn);
    if (entry == NULL)
        return (struct tlb_result){.hit = false};
    entry->last_use = ++now;
    return (struct tlb_result){.hit = true, .ppn = entry->ppn, .flags = entry->flags};
}

// The same page must not stand in two places: the stale one would be found one day.
void tlb_insert(uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags)
{
    struct entry *entry = find(asid, vpn);
    if (entry == NULL)
        entry = make_room(vpn);
    *entry = (struct entry){true, asid, vpn, ppn, flags, ++now};
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
