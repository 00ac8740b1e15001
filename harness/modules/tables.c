// SPDX-License-Identifier: MIT
// A sorted array: a submission has hundreds of tables at most, and frees few.
#include "harness/modules/tables.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// More at once is a mistake in the submission, and a burden on the judge.
#define MAX_FRAMES_AT_ONCE (UINT64_C(1) << 18)
#define MAX_FRAMES (UINT64_C(1) << 20)
#define ROOMY_BITS 8

static bool is_roomy(const struct geometry *geometry)
{
    return geometry->pa_bits - geometry->page_bits > ROOMY_BITS;
}

uint64_t tables_capacity(const struct geometry *geometry)
{
    uint64_t half = UINT64_C(1) << (geometry->pa_bits - geometry->page_bits - 1);
    return (half < MAX_FRAMES ? half : MAX_FRAMES) - is_roomy(geometry);
}

void tables_open(struct tables *tables, const struct geometry *geometry, uint64_t seed)
{
    *tables = (struct tables){.geometry = geometry};
    tables->memory = physical_open(geometry->pa_bits, geometry->page_bits, seed);
    // Address 0 is a mistake more often than not: where there is room, nobody gets that frame.
    if (is_roomy(geometry)) {
        physical_alloc(tables->memory, 1);
    }
}

void tables_close(struct tables *tables)
{
    for (size_t i = 0; i < tables->n_blocks; i++) {
        free(tables->blocks[i].writers);
    }
    free(tables->blocks);
    physical_close(tables->memory);
}

/// How many blocks start at or below `pa`.
static size_t count_up_to(const struct tables *tables, uint64_t pa)
{
    size_t low = 0;
    size_t high = tables->n_blocks;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (tables->blocks[middle].pa <= pa) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct table_block *tables_find(const struct tables *tables, uint64_t pa)
{
    size_t n = count_up_to(tables, pa);
    struct table_block *block = n == 0 ? NULL : &tables->blocks[n - 1];
    bool covers =
        block != NULL && (pa - block->pa) >> tables->geometry->page_bits < block->n_frames;
    return covers ? block : NULL;
}

uint64_t tables_alloc(struct tables *tables, uint64_t n_frames, uint64_t root, uint64_t call)
{
    if (n_frames == 0 || n_frames > MAX_FRAMES_AT_ONCE ||
        tables->n_frames + n_frames > tables_capacity(tables->geometry)) {
        return GEOMETRY_NONE;
    }
    uint64_t pa = physical_alloc(tables->memory, n_frames);
    uint64_t half = UINT64_C(1) << (tables->geometry->pa_bits - 1);
    if (pa == GEOMETRY_NONE || pa + (n_frames << tables->geometry->page_bits) > half) {
        physical_free(tables->memory, pa);
        return GEOMETRY_NONE;
    }
    tables->blocks =
        array_grow(tables->blocks, &tables->capacity, tables->n_blocks, sizeof *tables->blocks);
    size_t at = count_up_to(tables, pa);
    memmove(&tables->blocks[at + 1], &tables->blocks[at],
            (tables->n_blocks - at) * sizeof *tables->blocks);
    size_t n_words = (size_t)(n_frames << tables->geometry->page_bits) / 8;
    tables->blocks[at] =
        (struct table_block){.pa = pa,
                             .n_frames = n_frames,
                             .root = root == GEOMETRY_NONE ? pa : root,
                             .call = call,
                             .writers = xcalloc(n_words, sizeof *tables->blocks[at].writers)};
    tables->n_blocks++;
    tables->n_frames += n_frames;
    if (tables->n_frames > tables->peak_frames) {
        tables->peak_frames = tables->n_frames;
    }
    return pa;
}

void tables_free(struct tables *tables, struct table_block *block)
{
    size_t at = (size_t)(block - tables->blocks);
    tables->n_frames -= block->n_frames;
    physical_free(tables->memory, block->pa);
    free(block->writers);
    tables->n_blocks--;
    memmove(block, block + 1, (tables->n_blocks - at) * sizeof *block);
}

uint32_t *tables_writer(const struct table_block *block, uint64_t pa)
{
    return &block->writers[(pa - block->pa) / 8];
}
