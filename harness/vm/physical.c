// SPDX-License-Identifier: MIT
// Words in chunks of 4 KiB that exist once they are written to, whatever the page size is; frames
// in a bitmap that grows up to the highest one in use.
#include "harness/vm/physical.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/bitmap.h"
#include "harness/trace/random.h"
#include "harness/vm/geometry.h"
#include "harness/vm/numbermap.h"

#define CHUNK_BITS 12
#define CHUNK_BYTES (UINT64_C(1) << CHUNK_BITS)
#define CHUNK_WORDS (CHUNK_BYTES / 8)
#define N_RECENT 256

struct chunk {
    uint64_t number; ///< address / CHUNK_BYTES
    uint64_t words[CHUNK_WORDS];
};

struct physical {
    uint32_t page_bits;
    uint64_t seed;
    uint64_t n_frames;
    struct chunk **chunks;
    size_t n_chunks, chunk_capacity;
    struct numbermap chunk_of;      ///< a chunk's number -> its index in `chunks`
    struct chunk *recent[N_RECENT]; ///< by a chunk's number mod N_RECENT, or NULL
    struct bitmap used;             ///< by frame, for those that it has bits for
    uint64_t lowest;                ///< every frame below is in use
    struct numbermap starts;        ///< an allocation's first frame -> number of frames
    uint64_t largest;               ///< frames of the largest allocation so far
    uint64_t n_used;
};

struct physical *physical_open(uint32_t pa_bits, uint32_t page_bits, uint64_t seed)
{
    struct physical *physical = xcalloc(1, sizeof *physical);
    physical->page_bits = page_bits;
    physical->seed = random_mix(seed);
    physical->n_frames = UINT64_C(1) << (pa_bits - page_bits);
    return physical;
}

void physical_close(struct physical *physical)
{
    if (physical == NULL) {
        return;
    }
    for (size_t i = 0; i < physical->n_chunks; i++) {
        free(physical->chunks[i]);
    }
    free(physical->chunks);
    numbermap_close(&physical->chunk_of);
    numbermap_close(&physical->starts);
    bitmap_close(&physical->used);
    free(physical);
}

/// What a word holds that nobody has written.
static uint64_t junk(const struct physical *physical, uint64_t pa)
{
    return random_mix(physical->seed ^ pa);
}

/// The chunk around `pa`, or NULL while it does not exist.
static struct chunk *chunk_find(struct physical *physical, uint64_t pa)
{
    uint64_t number = pa >> CHUNK_BITS;
    struct chunk **recent = &physical->recent[number % N_RECENT];
    uint64_t index = 0;
    if (*recent != NULL && (*recent)->number == number) {
        return *recent;
    }
    if (!numbermap_find(&physical->chunk_of, number, &index)) {
        return NULL;
    }
    return *recent = physical->chunks[index];
}

static struct chunk *chunk_make(struct physical *physical, uint64_t pa)
{
    struct chunk *chunk = xcalloc(1, sizeof *chunk);
    chunk->number = pa >> CHUNK_BITS;
    for (uint64_t i = 0; i < CHUNK_WORDS; i++) {
        chunk->words[i] = junk(physical, chunk->number << CHUNK_BITS | i * 8);
    }
    physical->chunks = array_grow(physical->chunks, &physical->chunk_capacity, physical->n_chunks,
                                  sizeof(struct chunk *));
    numbermap_put(&physical->chunk_of, chunk->number, physical->n_chunks);
    physical->chunks[physical->n_chunks++] = chunk;
    return chunk;
}

uint64_t physical_read(struct physical *physical, uint64_t pa)
{
    const struct chunk *chunk = chunk_find(physical, pa);
    return chunk == NULL ? junk(physical, pa) : chunk->words[pa % CHUNK_BYTES / 8];
}

void physical_write(struct physical *physical, uint64_t pa, uint64_t value)
{
    struct chunk *chunk = chunk_find(physical, pa);
    chunk = chunk == NULL ? chunk_make(physical, pa) : chunk;
    chunk->words[pa % CHUNK_BYTES / 8] = value;
}

/// The part of a chunk that lies in [from, to).
static void spoil_chunk(const struct physical *physical, struct chunk *chunk, uint64_t from,
                        uint64_t to)
{
    uint64_t base = chunk->number << CHUNK_BITS;
    for (uint64_t i = 0; i < CHUNK_WORDS; i++) {
        uint64_t pa = base + i * 8;
        if (pa >= from && pa < to) {
            chunk->words[i] = junk(physical, pa);
        }
    }
}

/// Junk into [from, to), as far as anything was written there.
static void spoil(struct physical *physical, uint64_t from, uint64_t to)
{
    if ((to - from) >> CHUNK_BITS > physical->n_chunks) {
        for (size_t i = 0; i < physical->n_chunks; i++) {
            spoil_chunk(physical, physical->chunks[i], from, to);
        }
        return;
    }
    for (uint64_t pa = from; pa < to; pa = ((pa >> CHUNK_BITS) + 1) << CHUNK_BITS) {
        struct chunk *chunk = chunk_find(physical, pa);
        if (chunk != NULL) {
            spoil_chunk(physical, chunk, from, to);
        }
    }
}

static uint64_t n_mapped(const struct physical *physical)
{
    return physical->used.n_words * 64;
}

static void map_frames(struct physical *physical, uint64_t n_frames)
{
    uint64_t n_old = physical->used.n_words;
    uint64_t n_words = n_old == 0 ? 64 : n_old;
    while (n_words * 64 < n_frames) {
        n_words *= 2;
    }
    if (n_words > n_old) {
        physical->used.words = xreallocarray(physical->used.words, n_words, sizeof(uint64_t));
        memset(physical->used.words + n_old, 0, (n_words - n_old) * sizeof(uint64_t));
        physical->used.n_words = n_words;
    }
}

/// The lowest of n free frames side by side at a multiple of `step`, or GEOMETRY_NONE.
static uint64_t find_frames(const struct physical *physical, uint64_t n, uint64_t step)
{
    uint64_t first = physical->lowest;
    for (;;) {
        first = bitmap_next(&physical->used, first, n_mapped(physical), false);
        first = (first + step - 1) / step * step;
        if (n > physical->n_frames || first > physical->n_frames - n) {
            return GEOMETRY_NONE;
        }
        uint64_t end = first + n < n_mapped(physical) ? first + n : n_mapped(physical);
        uint64_t taken = first < end ? bitmap_next(&physical->used, first, end, true) : end;
        if (taken >= end) {
            return first;
        }
        first = taken;
    }
}

static uint64_t alloc(struct physical *physical, uint64_t n, uint64_t step)
{
    if (n == 0) {
        return GEOMETRY_NONE;
    }
    map_frames(physical, physical->lowest + 1);
    uint64_t first = find_frames(physical, n, step);
    if (first == GEOMETRY_NONE) {
        return GEOMETRY_NONE;
    }
    map_frames(physical, first + n);
    bitmap_set(&physical->used, first, first + n);
    numbermap_put(&physical->starts, first, n);
    physical->n_used += n;
    physical->largest = n > physical->largest ? n : physical->largest;
    if (n == 1 || first == physical->lowest) {
        physical->lowest = first + n;
    }
    spoil(physical, first << physical->page_bits, (first + n) << physical->page_bits);
    return first << physical->page_bits;
}

uint64_t physical_alloc(struct physical *physical, uint64_t n_frames)
{
    return alloc(physical, n_frames, 1);
}

uint64_t physical_alloc_aligned(struct physical *physical, uint64_t n_frames)
{
    return alloc(physical, n_frames, n_frames);
}

uint64_t physical_free(struct physical *physical, uint64_t pa)
{
    uint64_t first = pa >> physical->page_bits;
    uint64_t n = 0;
    if (first << physical->page_bits != pa || !numbermap_find(&physical->starts, first, &n)) {
        return 0;
    }
    numbermap_remove(&physical->starts, first);
    bitmap_clear(&physical->used, first, first + n);
    physical->n_used -= n;
    physical->lowest = first < physical->lowest ? first : physical->lowest;
    return n;
}

uint64_t physical_owner(const struct physical *physical, uint64_t pa, uint64_t *n_frames)
{
    uint64_t frame = pa >> physical->page_bits;
    if (frame >= n_mapped(physical) ||
        bitmap_next(&physical->used, frame, frame + 1, true) != frame) {
        return GEOMETRY_NONE;
    }
    // Allocations do not overlap: the nearest start at or below a used frame is its own.
    for (uint64_t first = frame; frame - first < physical->largest; first--) {
        if (numbermap_find(&physical->starts, first, n_frames)) {
            return first << physical->page_bits;
        }
    }
    return GEOMETRY_NONE;
}

uint64_t physical_used_frames(const struct physical *physical)
{
    return physical->n_used;
}
