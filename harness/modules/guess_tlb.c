// SPDX-License-Identifier: MIT
// TLBs with one mistake each: a plain list of entries, searched from end to end.
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/modules/guess.h"

enum {
    OTHER_POLICY = 1 << 0, ///< LRU for FIFO and the reverse
    MOST_RECENT = 1 << 1,  ///< evicts the youngest
    TOP_INDEX = 1 << 2,    ///< the set comes from the VPN's upper bits
    NO_ASID = 1 << 3,      ///< the tag lacks the ASID
    NO_INVALIDATE = 1 << 4,
    NO_FLUSH = 1 << 5,
    FLUSH_ALL = 1 << 6,      ///< of other processes, too
    SPREAD = 1 << 7,         ///< invalidates the page in every address space
    DUPLICATE = 1 << 8,      ///< an insert does not look for the page first
    KEEP_OLD = 1 << 9,       ///< an insert of a page that is there changes nothing
    RENEW = 1 << 10,         ///< an insert of a page that is there makes it young, under FIFO
    OLD_ON_INSERT = 1 << 11, ///< and does not, under LRU
    NO_HOLES = 1 << 12,      ///< evicts although a place is empty
    FEWER_WAYS = 1 << 13,
    INDEX_BY_ASID = 1 << 14,
    ONE_SET = 1 << 15,   ///< the VPN is not reduced to a set
    WHOLE_SET = 1 << 16, ///< an invalidation empties the set
    NOT_LAST = 1 << 17,  ///< a search leaves the last way out
    IN_32_BITS = 1 << 18,
};

static const struct guess_kind kinds[] = {
    {"the other policy: LRU counts a hit as a use, FIFO counts insertions alone", OTHER_POLICY},
    {"a TLB that does not compare the ASID", NO_ASID},
    {"a TLB whose tlb_invalidate does nothing", NO_INVALIDATE},
    {"a TLB whose tlb_flush does nothing", NO_FLUSH},
    {"a TLB whose tlb_flush empties it of all processes", FLUSH_ALL},
    {"a TLB whose tlb_invalidate strikes the page in every address space", SPREAD},
    {"a TLB whose tlb_invalidate empties the whole set", WHOLE_SET},
    {"a search that leaves out the last way of the set", NOT_LAST},
    {"a TLB that keeps VPN, PPN and flags in 32 bits", IN_32_BITS},
    {"a TLB whose tlb_insert enters a page again that is there already: look for it "
     "first",
     DUPLICATE},
    {"a TLB whose tlb_insert leaves an entry of the same page as it is", KEEP_OLD},
    {"a TLB whose tlb_insert gives a page that is there already a new age", RENEW},
    {"a TLB whose tlb_insert does not count as a use of a page that is there "
     "already",
     OLD_ON_INSERT},
    {"a TLB that evicts although a place of the set is empty", NO_HOLES},
    {"evicting the youngest entry", MOST_RECENT},
    {"a set index taken from the upper end of the VPN", TOP_INDEX},
    {"a TLB that uses one set only", ONE_SET},
    {"a set index that the ASID is part of", INDEX_BY_ASID},
    {"a TLB of one way less", FEWER_WAYS},
    {NULL, 0}};

struct entry {
    bool valid;
    uint64_t asid, vpn, ppn, flags, order;
};

struct model {
    unsigned flags;
    uint32_t sets, ways, top_shift;
    bool lru;
    uint64_t clock;
    struct entry *entries;
};

static void *open_model(const struct module_config *config, unsigned flags)
{
    struct model *model = xcalloc(1, sizeof *model);
    uint32_t vpn_bits = config->geometry.va_bits - config->geometry.page_bits;
    uint32_t index_bits = (uint32_t)__builtin_ctz(config->tlb.sets);
    *model =
        (struct model){.flags = flags,
                       .sets = config->tlb.sets,
                       .ways = config->tlb.ways,
                       .top_shift = vpn_bits > index_bits ? vpn_bits - index_bits : 0,
                       .lru = (config->tlb.policy == TLB_LRU) != ((flags & OTHER_POLICY) != 0)};
    model->ways -= (flags & FEWER_WAYS) != 0 && model->ways > 1;
    model->entries = xcalloc((size_t)model->sets * model->ways, sizeof *model->entries);
    return model;
}

static void close_model(void *state)
{
    struct model *model = state;
    free(model->entries);
    free(model);
}

static struct entry *set_of(const struct model *model, uint64_t asid, uint64_t vpn)
{
    uint64_t index = (model->flags & TOP_INDEX) != 0 ? vpn >> model->top_shift : vpn;
    index += (model->flags & INDEX_BY_ASID) != 0 ? asid : 0;
    index = (model->flags & ONE_SET) != 0 ? 0 : index;
    return &model->entries[(index & (model->sets - 1)) * model->ways];
}

static struct entry *find(const struct model *model, uint64_t asid, uint64_t vpn)
{
    struct entry *set = set_of(model, asid, vpn);
    uint32_t n_searched = model->ways - ((model->flags & NOT_LAST) != 0);
    for (uint32_t i = 0; i < n_searched; i++) {
        bool same = set[i].asid == asid || (model->flags & NO_ASID) != 0;
        if (set[i].valid && set[i].vpn == vpn && same) {
            return &set[i];
        }
    }
    return NULL;
}

static struct entry *choose(const struct model *model, uint64_t asid, uint64_t vpn)
{
    struct entry *set = set_of(model, asid, vpn);
    struct entry *best = NULL;
    bool ever_full = true;
    for (uint32_t i = 0; i < model->ways; i++) {
        ever_full = ever_full && set[i].order != 0;
    }
    for (uint32_t i = 0; i < model->ways; i++) {
        bool is_hole = !set[i].valid && ((model->flags & NO_HOLES) == 0 || !ever_full);
        if (is_hole) {
            return &set[i];
        }
        bool younger = best != NULL && set[i].order > best->order;
        if (best == NULL || younger == ((model->flags & MOST_RECENT) != 0)) {
            best = &set[i];
        }
    }
    return best;
}

static void insert(struct model *model, const uint64_t *arguments)
{
    uint64_t asid = arguments[0];
    uint64_t vpn = arguments[1];
    struct entry *there = (model->flags & DUPLICATE) != 0 ? NULL : find(model, asid, vpn);
    struct entry *entry = there == NULL ? choose(model, asid, vpn) : there;
    if (there != NULL && (model->flags & KEEP_OLD) != 0) {
        return;
    }
    bool young = there == NULL || (model->flags & RENEW) != 0 ||
                 (model->lru && (model->flags & OLD_ON_INSERT) == 0);
    *entry = (struct entry){.valid = true,
                            .asid = asid,
                            .vpn = vpn,
                            .ppn = arguments[2],
                            .flags = arguments[3],
                            .order = young ? ++model->clock : entry->order};
}

static void strike(struct model *model, bool page, uint64_t asid, uint64_t vpn)
{
    bool every_asid = (model->flags & (page ? SPREAD | NO_ASID : FLUSH_ALL)) != 0;
    if (page && (model->flags & WHOLE_SET) != 0) {
        memset(set_of(model, asid, vpn), 0, model->ways * sizeof *model->entries);
        return;
    }
    for (size_t i = 0; i < (size_t)model->sets * model->ways; i++) {
        struct entry *entry = &model->entries[i];
        if ((every_asid || entry->asid == asid) && (!page || entry->vpn == vpn)) {
            entry->valid = false;
        }
    }
}

static void play(void *state, const struct module_call *call, uint64_t *results)
{
    struct model *model = state;
    uint64_t arguments[4];
    for (unsigned i = 0; i < 4; i++) {
        bool cut = (model->flags & IN_32_BITS) != 0;
        arguments[i] = cut ? (uint32_t)call->arguments[i] : call->arguments[i];
    }
    if (call->function == RING_TLB_LOOKUP) {
        struct entry *entry = find(model, arguments[0], arguments[1]);
        if (entry != NULL) {
            entry->order = model->lru ? ++model->clock : entry->order;
            results[0] = 1;
            results[1] = entry->ppn;
            results[2] = entry->flags;
        }
    } else if (call->function == RING_TLB_INSERT) {
        insert(model, arguments);
    } else if (call->function == RING_TLB_INVALIDATE && (model->flags & NO_INVALIDATE) == 0) {
        strike(model, true, arguments[0], arguments[1]);
    } else if (call->function == RING_TLB_FLUSH && (model->flags & NO_FLUSH) == 0) {
        strike(model, false, arguments[0], 0);
    }
}

static bool same(const struct module_call *call, const uint64_t *a, const uint64_t *b)
{
    (void)call;
    return (a[0] != 0) == (b[0] != 0) && (a[0] == 0 || (a[1] == b[1] && a[2] == b[2]));
}

const struct guess_family guess_tlb = {kinds, open_model, play, close_model, same};
