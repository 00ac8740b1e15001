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

#define REGION_BYTES 4096
#define MAX_PIECES 32

struct region {
    int64_t pieces[MAX_PIECES];
    size_t n_pieces;
};

/// The same room again, in 1, 2, 4 ... or 32 equal blocks; 8 bytes of each are for its header.
static void region_cut(struct region *region, struct gen *gen, size_t n_pieces)
{
    for (size_t i = 0; i < n_pieces; i++) {
        region->pieces[i] = gen_alloc(gen, REGION_BYTES / n_pieces - 8);
    }
    region->n_pieces = n_pieces;
}

static void region_free(struct region *region, struct gen *gen)
{
    while (region->n_pieces > 0) {
        size_t i = (size_t)gen_between(gen, 0, region->n_pieces - 1);
        gen_free(gen, region->pieces[i]);
        region->pieces[i] = region->pieces[--region->n_pieces];
    }
}

void generate_merge_split(struct gen *gen)
{
    struct region *regions = xcalloc(gen->live, sizeof *regions);
    for (;;) {
        struct region *region = &regions[gen_between(gen, 0, gen->live - 1)];
        size_t n_pieces = (size_t)1 << gen_between(gen, 0, 5);
        if (!gen_room(gen, 2 * n_pieces)) {
            break;
        }
        region_free(region, gen);
        region_cut(region, gen, n_pieces);
    }
    for (size_t i = 0; i < gen->live; i++) {
        region_free(&regions[i], gen);
    }
    free(regions);
}

struct array {
    int64_t id;
    uint64_t bytes; ///< 0: there is none
    struct pool items;
};

/// The old array lives until its elements are copied. So all old ones together are never large
/// enough for the next, and items come to lie between them.
static void array_double(struct array *array, struct gen *gen)
{
    int64_t old = array->id;
    array->id = gen_alloc(gen, 2 * array->bytes);
    gen_free(gen, old);
    array->bytes *= 2;
    pool_add(&array->items, gen_alloc(gen, gen_between(gen, 16, 128)));
}

static void array_drop(struct array *array, struct gen *gen)
{
    gen_free(gen, array->id);
    pool_end(&array->items, gen);
    *array = (struct array){0};
}

void generate_array_double(struct gen *gen)
{
    enum { FIRST_BYTES = 16, MAX_BYTES = 1 << 16 };
    struct array *arrays = xcalloc(gen->live, sizeof *arrays);
    while (gen_room(gen, 4)) {
        struct array *array = &arrays[gen_between(gen, 0, gen->live - 1)];
        if (array->bytes == 0) {
            *array = (struct array){.id = gen_alloc(gen, FIRST_BYTES), .bytes = FIRST_BYTES};
        } else if (array->bytes == MAX_BYTES) {
            array_drop(array, gen);
        } else {
            array_double(array, gen);
        }
    }
    for (size_t i = 0; i < gen->live; i++) {
        if (arrays[i].bytes != 0) {
            array_drop(&arrays[i], gen);
        }
    }
    free(arrays);
}
