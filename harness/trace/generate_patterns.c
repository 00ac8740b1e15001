// SPDX-License-Identifier: MIT
// Kinds with one deliberate pattern that some allocators serve badly.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/gen.h"

#define MAX_BUFFER (UINT64_C(1) << 20)

/// Small enough to draw; block 3 fits the hole that block 1 leaves.
void generate_short(struct gen *gen)
{
    while (gen_room(gen, 12)) {
        int64_t first = gen_alloc(gen, 32);
        int64_t hole = gen_alloc(gen, 64);
        int64_t mover = gen_alloc(gen, 48);
        gen_free(gen, hole);
        int64_t filler = gen_alloc(gen, 60);
        gen_realloc(gen, mover, 200);
        int64_t last = gen_alloc(gen, 16);
        gen_free(gen, first);
        gen_realloc(gen, last, 24);
        gen_free(gen, filler);
        gen_free(gen, mover);
        gen_free(gen, last);
    }
}

/// small big small big ...; all big ones are freed; then as many that are an eighth bigger. No hole
/// between two small blocks takes them, so a plain free list ends with half its heap in holes.
static void binary_round(struct gen *gen, size_t n_pairs)
{
    struct pool blocks = {0};
    uint64_t small = 16 * gen_between(gen, 1, 8);
    uint64_t big = 64 * gen_between(gen, 4, 16);
    int64_t first = gen->next_id;
    for (size_t i = 0; i < n_pairs; i++) {
        pool_add(&blocks, gen_alloc(gen, small));
        gen_alloc(gen, big);
    }
    for (size_t i = 0; i < n_pairs; i++) {
        gen_free(gen, first + 2 * (int64_t)i + 1);
    }
    for (size_t i = 0; i < n_pairs; i++) {
        pool_add(&blocks, gen_alloc(gen, big + big / 8));
    }
    pool_end(&blocks, gen);
}

void generate_binary(struct gen *gen)
{
    while (gen_room(gen, 6)) {
        size_t left = (gen->max_ops - gen->builder.trace->n_ops) / 6;
        binary_round(gen, left < gen->live ? left : gen->live);
    }
}

/// Two to eight neighbours are freed in any order; their sum fits only if all were joined. A small
/// block behind each group keeps it from growing into free heap.
void generate_coalesce(struct gen *gen)
{
    struct pool fences = {0};
    for (;;) {
        size_t n_blocks = (size_t)gen_between(gen, 2, 8);
        if (!gen_room(gen, 2 * n_blocks + 4)) {
            break;
        }
        struct pool group = {0};
        uint64_t sum = 0;
        for (size_t i = 0; i < n_blocks; i++) {
            uint64_t size = 16 * gen_between(gen, 2, 128);
            sum += size;
            pool_add(&group, gen_alloc(gen, size));
        }
        pool_add(&fences, gen_alloc(gen, 16));
        while (group.n > 0) {
            gen_free(gen, pool_take_random(&group, gen));
        }
        pool_end(&group, gen);
        gen_free(gen, gen_alloc(gen, sum));
        if (fences.n == 64) {
            pool_end(&fences, gen);
        }
    }
    pool_end(&fences, gen);
}

/// One of the buffers grows, a small block comes right behind it, the small block before goes. A
/// buffer of 1 MiB starts again, so that long traces need no larger heap.
void generate_realloc_grow(struct gen *gen)
{
    size_t n = gen->live;
    if (!gen_room(gen, 2 * n + 2)) {
        return;
    }
    uint64_t *sizes = xcalloc(n, sizeof *sizes);
    for (size_t i = 0; i < n; i++) {
        sizes[i] = gen_between(gen, 64, 1024);
        gen_alloc(gen, sizes[i]);
    }
    int64_t spacer = gen_alloc(gen, 128);
    while (gen_room(gen, 3)) {
        size_t i = (size_t)gen_between(gen, 0, n - 1);
        sizes[i] = sizes[i] < MAX_BUFFER ? sizes[i] + gen_between(gen, 16, 256) : 64;
        gen_realloc(gen, (int64_t)i, sizes[i]);
        int64_t next = gen_alloc(gen, gen_between(gen, 16, 256));
        gen_free(gen, spacer);
        spacer = next;
    }
    gen_free(gen, spacer);
    for (size_t i = 0; i < n; i++) {
        gen_free(gen, (int64_t)i);
    }
    free(sizes);
}

struct string {
    int64_t id;
    uint64_t length;
    uint64_t capacity;
};

/// Appends: a full string doubles its room. Long ones are cut to their length and then dropped.
static void string_step(struct gen *gen, struct string *string)
{
    if (string->capacity == 0) {
        *string = (struct string){.id = gen_alloc(gen, 16), .capacity = 16};
    } else if (string->capacity == string->length) {
        gen_free(gen, string->id);
        *string = (struct string){0};
    } else if (string->length > gen_between(gen, 64, 8192)) {
        gen_realloc(gen, string->id, string->length);
        string->capacity = string->length;
    } else {
        string->length += gen_between(gen, 1, 64);
        if (string->length >= string->capacity) {
            string->capacity = 2 * string->capacity + 64;
            gen_realloc(gen, string->id, string->capacity);
        }
    }
}

void generate_string_build(struct gen *gen)
{
    struct string *strings = xcalloc(gen->live, sizeof *strings);
    while (gen_room(gen, 2)) {
        string_step(gen, &strings[gen_between(gen, 0, gen->live - 1)]);
    }
    for (size_t i = 0; i < gen->live; i++) {
        if (strings[i].capacity != 0) {
            gen_free(gen, strings[i].id);
        }
    }
    free(strings);
}

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
