// SPDX-License-Identifier: MIT
// Kinds that go to the limits of sizes and ids.
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/gen.h"

/// Every request that the C standard or tradition treats specially, once a round.
static void edges_round(struct gen *gen, uint64_t size)
{
    int64_t id = gen_alloc(gen, 0); // malloc(0), then used like any block
    int64_t never = gen->next_id++;
    int64_t grown = gen->next_id++;
    int64_t empty = gen->next_id++;
    gen_realloc(gen, id, size);
    gen_free(gen, id);
    gen_free(gen, -1);
    gen_free(gen, never); // free(NULL) by an id that has no block, twice
    gen_free(gen, never);
    gen_realloc(gen, grown, size); // realloc(NULL, size)
    gen_realloc(gen, grown, size); // to the same size
    gen_realloc(gen, grown, 2 * size);
    gen_realloc(gen, grown, 1);
    gen_realloc(gen, grown, 0);        // realloc(p, 0), then on from what it returned
    gen_realloc(gen, grown, size / 2); // or from NULL
    gen_free(gen, grown);
    gen_op(gen, OP_ALLOC, grown, size + 1); // the id again
    gen_realloc(gen, grown, 0);
    gen_free(gen, grown);
    gen_realloc(gen, empty, 0); // realloc(NULL, 0)
    gen_free(gen, empty);
    gen_free(gen, gen_alloc(gen, 1));
    gen_free(gen, gen_alloc(gen, 0)); // malloc(0), free
}

void generate_edges(struct gen *gen)
{
    enum { ROUND_OPS = 24 };
    struct pool neighbours = {0}; // blocks that must not change meanwhile
    while (gen_room(gen, ROUND_OPS + 2)) {
        pool_add(&neighbours, gen_alloc(gen, gen_between(gen, 1, 64)));
        edges_round(gen, gen_between(gen, 2, 600));
        if (neighbours.n == 8) {
            pool_end(&neighbours, gen);
        }
    }
    pool_end(&neighbours, gen);
}

/// A block of no bytes is kept, grown or freed; another one is shrunk to nothing, and what realloc
/// then returned is freed, grown again or forgotten. Blocks of some bytes must stand all that.
void generate_zero_sizes(struct gen *gen)
{
    struct pool blocks = {0};
    while (gen_room(gen, 3)) {
        uint64_t size = gen_chance(gen, 50) ? 0 : gen_between(gen, 1, 256);
        if (blocks.n < gen->live && gen_chance(gen, 50)) {
            pool_add(&blocks, gen_alloc(gen, size));
            continue;
        }
        if (blocks.n == 0) {
            gen_realloc(gen, gen->next_id++, 0);
            continue;
        }
        int64_t id = pool_take_random(&blocks, gen);
        if (gen_chance(gen, 50)) {
            gen_realloc(gen, id, size);
        }
        switch (gen_between(gen, 0, 2)) {
        case 0:
            gen_free(gen, id);
            break;
        case 1:
            gen_realloc(gen, id, gen_between(gen, 1, 256));
            pool_add(&blocks, id);
            break;
        default:
            gen_realloc(gen, id, 0);
        }
    }
    pool_end(&blocks, gen);
}

/// Each slot holds one block at most, of a size of its own range. In powers of two, header
/// included, they sum up to 32 MiB: a buddy system and lists of size classes stay below the 100 MiB
/// of the default rubric, and so do the holes of the others.
static const struct {
    uint64_t low;
    uint64_t high;
} huge_slots[] = {
    {(uint64_t)11 << 20, ((uint64_t)16 << 20) - 64}, {(uint64_t)9 << 20, (uint64_t)12 << 20},
    {(uint64_t)3 << 20, ((uint64_t)4 << 20) - 64},   {(uint64_t)3 << 20, ((uint64_t)4 << 20) - 64},
    {(uint64_t)1 << 20, ((uint64_t)2 << 20) - 64},   {(uint64_t)1 << 20, ((uint64_t)2 << 20) - 64},
};
enum { HUGE_SLOTS = sizeof huge_slots / sizeof huge_slots[0] };

void generate_huge_sizes(struct gen *gen)
{
    int64_t ids[HUGE_SLOTS];
    memset(ids, -1, sizeof ids);
    while (gen_room(gen, 2)) {
        size_t i = (size_t)gen_between(gen, 0, HUGE_SLOTS - 1);
        uint64_t size = gen_between(gen, huge_slots[i].low, huge_slots[i].high);
        if (ids[i] < 0) {
            ids[i] = gen_alloc(gen, size);
        } else if (i > 0 && gen_chance(gen, 25)) {
            gen_realloc(gen, ids[i], size); // a copy of the largest would need its room twice
        } else {
            gen_free(gen, ids[i]);
            ids[i] = -1;
        }
    }
    for (size_t i = 0; i < HUGE_SLOTS; i++) {
        if (ids[i] >= 0) {
            gen_free(gen, ids[i]);
        }
    }
}

/// Half of the operations allocate a block of a new id; all are alive at the top.
void generate_many_ids(struct gen *gen)
{
    struct pool blocks = {0};
    while (gen_room(gen, 2)) {
        pool_add(&blocks, gen_alloc(gen, gen_between(gen, 1, 64)));
    }
    while (blocks.n > 0) {
        gen_free(gen, pool_take_random(&blocks, gen));
    }
    pool_end(&blocks, gen);
}

/// An id is allocated, reallocated or freed, and allocated again.
void generate_few_ids(struct gen *gen)
{
    bool *is_live = xcalloc(gen->live, sizeof *is_live);
    while (gen_room(gen, 2)) {
        size_t id = (size_t)gen_between(gen, 0, gen->live - 1);
        uint64_t size = gen_between(gen, 1, 1024);
        if (!is_live[id]) {
            gen_op(gen, OP_ALLOC, (int64_t)id, size);
            is_live[id] = true;
        } else if (gen_chance(gen, 25)) {
            gen_realloc(gen, (int64_t)id, size);
        } else {
            gen_free(gen, (int64_t)id);
            is_live[id] = false;
        }
    }
    for (size_t id = 0; id < gen->live; id++) {
        if (is_live[id]) {
            gen_free(gen, (int64_t)id);
        }
    }
    free(is_live);
}
