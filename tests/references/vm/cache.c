// SPDX-License-Identifier: MIT
// The reference of the lab `cache`: figure 9.20 of the book, a sequence worked out by hand, then
// random accesses against lists of lines in the order in which they will give way.
#include "cache.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct held {
    uint64_t address; // of the line's first byte
    bool dirty;
};

// One set: the least recently used line first.
struct list {
    struct held *at;
    uint32_t n;
};

static struct cache_config shape;
static struct list *lists;

static void append(struct list *list, struct held held)
{
    list->at[list->n++] = held;
}

static struct held take_out(struct list *list, uint32_t i)
{
    struct held taken = list->at[i];
    list->n--;
    memmove(list->at + i, list->at + i + 1, (list->n - i) * sizeof *list->at);
    return taken;
}

static struct cache_result expect_access(uint64_t pa, bool write)
{
    uint64_t address = pa - pa % shape.line_bytes;
    struct list *list = &lists[pa / shape.line_bytes % shape.sets];
    struct held held = {.address = address};
    struct cache_result result = {.hit = false};
    for (uint32_t i = 0; i < list->n && !result.hit; i++) {
        if (list->at[i].address == address) {
            held = take_out(list, i);
            result.hit = true;
        }
    }
    if (!result.hit && write && !shape.write_allocate)
        return result;
    if (!result.hit && list->n == shape.ways) {
        struct held victim = take_out(list, 0);
        result.evicted = true;
        result.written_back = victim.dirty;
        result.victim = victim.address;
    }
    held.dirty = held.dirty || (write && shape.write_back);
    append(list, held);
    return result;
}

static bool equal(struct cache_result a, struct cache_result b)
{
    return a.hit == b.hit && a.evicted == b.evicted && a.written_back == b.written_back &&
           a.victim == b.victim;
}

static void check_random_accesses(void)
{
    uint64_t range = (uint64_t)shape.sets * shape.ways * shape.line_bytes * 3 / 2 + 8;
    cache_init(&shape);
    lists = calloc(shape.sets, sizeof *lists);
    for (uint32_t i = 0; i < shape.sets; i++)
        lists[i].at = calloc(shape.ways, sizeof *lists[i].at);
    for (int i = 0; i < 4000; i++) {
        uint64_t pa = check_random(range) + (check_random(5) == 0 ? UINT64_C(1) << 40 : 0);
        bool write = check_random(3) == 0;
        check(equal(cache_access(pa, write), expect_access(pa, write)),
              "%ux%ux%u %s, %s: %s of %" PRIx64, shape.sets, shape.ways, shape.line_bytes,
              shape.write_back ? "write-back" : "write-through",
              shape.write_allocate ? "allocate" : "no allocate", write ? "write" : "read", pa);
    }
    for (uint32_t i = 0; i < shape.sets; i++)
        free(lists[i].at);
    free(lists);
}

// 16 sets, direct mapped, lines of 4 bytes; the physical addresses of the worked examples.
static void check_small_system(void)
{
    static const struct {
        uint64_t tag, index;
    } valid[] = {{0x19, 0}, {0x1b, 2},   {0x32, 4},   {0x0d, 5},  {0x16, 7},
                 {0x24, 8}, {0x2d, 0xa}, {0x16, 0xd}, {0x13, 0xe}};
    static const struct {
        uint64_t pa;
        bool hit;
    } accesses[] = {{0x354, true}, {0x357, true}, {0x5fc, false}, {0x469, false}, {0xa20, false}};

    cache_init(&(struct cache_config){16, 1, 4, true, true});
    for (size_t i = 0; i < sizeof valid / sizeof valid[0]; i++)
        cache_access(valid[i].tag << 6 | valid[i].index << 2, false);
    for (size_t i = 0; i < sizeof accesses / sizeof accesses[0]; i++)
        check(cache_access(accesses[i].pa, false).hit == accesses[i].hit, "figure 9.20: %" PRIx64,
              accesses[i].pa);
}

// One set of two lines of 16 bytes, worked out by hand.
static void check_by_hand(void)
{
    static const struct {
        uint64_t pa;
        bool write;
        struct cache_result back, through; // with allocation; without
    } steps[] = {
        {0x00, true, {false, false, false, 0}, {false, false, false, 0}},
        {0x14, false, {false, false, false, 0}, {false, false, false, 0}},
        {0x0f, false, {true, false, false, 0}, {false, false, false, 0}},
        {0x20, false, {false, true, false, 0x10}, {false, true, false, 0x10}},
        {0x30, true, {false, true, true, 0x00}, {false, false, false, 0}},
        {0x10, false, {false, true, false, 0x20}, {false, true, false, 0x00}},
        {0x20, true, {false, true, true, 0x30}, {true, false, false, 0}},
    };
    for (int through = 0; through <= 1; through++) {
        cache_init(&(struct cache_config){1, 2, 16, !through, !through});
        for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
            check(equal(cache_access(steps[i].pa, steps[i].write),
                        through ? steps[i].through : steps[i].back),
                  "by hand, %s, step %zu", through ? "write-through" : "write-back", i + 1);
    }
}

void check_reference(const char *name)
{
    static const uint32_t shapes[][3] = {{1, 1, 1},   {1, 1, 64}, {1, 7, 16},  {16, 1, 4},
                                         {64, 8, 64}, {8, 3, 32}, {1, 64, 64}, {256, 2, 128}};
    (void)name;
    check_small_system();
    check_by_hand();
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int writes = 0; writes < 4; writes++) {
            shape = (struct cache_config){shapes[i][0], shapes[i][1], shapes[i][2], writes & 1,
                                          writes & 2};
            check_random_accesses();
        }
}
