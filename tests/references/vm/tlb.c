// SPDX-License-Identifier: MIT
// The references of the lab `tlb`: figure 9.20 of the book, then random calls against lists that
// are kept in the order in which entries will give way.
#include "tlb.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct translation {
    uint32_t asid;
    uint64_t vpn, ppn, flags;
};

// One set: first the entry that gives way next.
struct list {
    struct translation *at;
    uint32_t n;
};

static struct tlb_config shape;
static struct list *lists;

static void open_lists(void)
{
    lists = calloc(shape.sets, sizeof *lists);
    for (uint32_t i = 0; i < shape.sets; i++)
        lists[i].at = calloc(shape.ways, sizeof *lists[i].at);
}

static void close_lists(void)
{
    for (uint32_t i = 0; i < shape.sets; i++)
        free(lists[i].at);
    free(lists);
}

// n: it is not there.
static uint32_t place_of(const struct list *list, uint32_t asid, uint64_t vpn)
{
    uint32_t i = 0;
    while (i < list->n && (list->at[i].asid != asid || list->at[i].vpn != vpn))
        i++;
    return i;
}

static struct translation take_out(struct list *list, uint32_t i)
{
    struct translation taken = list->at[i];
    list->n--;
    memmove(list->at + i, list->at + i + 1, (list->n - i) * sizeof *list->at);
    return taken;
}

static void append(struct list *list, struct translation translation)
{
    list->at[list->n++] = translation;
}

static void look_up(uint32_t asid, uint64_t vpn)
{
    struct list *list = &lists[vpn % shape.sets];
    uint32_t i = place_of(list, asid, vpn);
    struct tlb_result result = tlb_lookup(asid, vpn);
    check(result.hit == (i < list->n), "%ux%u: VPN %" PRIx64 " %s", shape.sets, shape.ways, vpn,
          result.hit ? "hits" : "misses");
    if (!result.hit || i == list->n)
        return;
    check(result.ppn == list->at[i].ppn && result.flags == list->at[i].flags,
          "VPN %" PRIx64 ": another translation", vpn);
    if (shape.policy == TLB_LRU)
        append(list, take_out(list, i));
}

static void insert(struct translation new)
{
    struct list *list = &lists[new.vpn % shape.sets];
    uint32_t i = place_of(list, new.asid, new.vpn);
    tlb_insert(new.asid, new.vpn, new.ppn, new.flags);
    if (i < list->n && shape.policy == TLB_FIFO) {
        list->at[i] = new;
        return;
    }
    if (i < list->n)
        take_out(list, i);
    else if (list->n == shape.ways)
        take_out(list, 0);
    append(list, new);
}

static void invalidate(uint32_t asid, uint64_t vpn)
{
    struct list *list = &lists[vpn % shape.sets];
    uint32_t i = place_of(list, asid, vpn);
    tlb_invalidate(asid, vpn);
    if (i < list->n)
        take_out(list, i);
}

static void flush(uint32_t asid)
{
    tlb_flush(asid);
    for (uint32_t set = 0; set < shape.sets; set++)
        for (uint32_t i = lists[set].n; i-- > 0;)
            if (lists[set].at[i].asid == asid)
                take_out(&lists[set], i);
}

static void check_random_calls(void)
{
    // Half as many pages again as there are entries: all sets overflow, and pages come back.
    uint64_t n_pages = (uint64_t)shape.sets * shape.ways * 3 / 2 + 2;
    uint64_t n_calls = n_pages * 10 + 500;
    tlb_init(&shape);
    open_lists();
    for (uint64_t i = 0; i < n_calls; i++) {
        uint32_t asid = (uint32_t)check_random(2);
        uint64_t vpn = check_random(n_pages) + (check_random(8) == 0 ? UINT64_C(1) << 40 : 0);
        uint64_t kind = check_random(100);
        if (kind < 60)
            look_up(asid, vpn);
        else if (kind < 92)
            insert((struct translation){asid, vpn, check_random(1 << 20), check_random(128)});
        else if (kind < 99 || check_random(10) > 0)
            invalidate(asid, vpn);
        else
            flush(asid);
    }
    close_lists();
}

// Figure 9.20 as it stands, and the seven addresses of the worked examples.
static void check_small_system(void)
{
    static const struct {
        uint64_t set, tag, ppn;
    } valid[] = {{0, 9, 0x0d}, {0, 7, 0x02}, {1, 3, 0x2d}, {3, 3, 0x0d}, {3, 10, 0x34}};
    static const struct {
        uint64_t vpn, ppn; // ppn 0: a miss
    } lookups[] = {{0x0f, 0x0d}, {0x0f, 0x0d}, {0x09, 0}, {0x0e, 0}, {0x01, 0}, {0x2e, 0}, {0, 0}};

    tlb_init(&(struct tlb_config){.sets = 4, .ways = 4, .policy = shape.policy});
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        tlb_insert(1, valid[i].tag * 4 + valid[i].set, valid[i].ppn, VM_P);
    for (size_t i = 0; i < sizeof lookups / sizeof lookups[0]; i++) {
        struct tlb_result result = tlb_lookup(1, lookups[i].vpn);
        check(result.hit == (lookups[i].ppn != 0), "figure 9.20: VPN %" PRIx64, lookups[i].vpn);
        check(!result.hit || result.ppn == lookups[i].ppn, "figure 9.20: another PPN");
    }
    check(!tlb_lookup(2, 0x0f).hit, "found for another address space");
}

void check_reference(const char *name)
{
    static const uint32_t shapes[][2] = {{1, 1},  {1, 2},  {1, 5},   {1, 64},  {2, 1},  {4, 4},
                                         {16, 4}, {64, 1}, {32, 12}, {1, 300}, {128, 3}};
    shape.policy = strcmp(name, "fifo") == 0 ? TLB_FIFO : TLB_LRU;
    check_small_system();
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        shape.sets = shapes[i][0];
        shape.ways = shapes[i][1];
        check_random_calls();
    }
}
