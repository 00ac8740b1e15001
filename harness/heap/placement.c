// SPDX-License-Identifier: MIT
// The blocks in one array by address: the heaps of this lab are small, and a search walks them all.
#include "harness/heap/placement.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

#define TAG_BYTES 4
#define OVERHEAD_BYTES 8
#define PROLOGUE 8 ///< offset of the prologue's payload
#define FIRST_BYTES 16
#define CHUNK_BYTES 4096
#define NO_INDEX SIZE_MAX

const struct placement_rule placement_rules[] = {
    {FIT_FIRST, "first fit"},
    {FIT_BEST, "best fit (of equal blocks the lowest)", .smallest = true},
    {FIT_BEST, "best fit (of equal blocks the highest)", .smallest = true, .last_of_equal = true},
    {FIT_NEXT, "next fit (going on at the block found last)", .from_rover = true},
    {FIT_NEXT, "next fit (going on at the block placed last)", .from_rover = true,
     .rover_follows_growth = true},
    {FIT_NEXT, "next fit (going on behind the block placed last)", .from_rover = true,
     .rover_follows_growth = true, .rover_behind = true},
    {.title = NULL},
};

static_assert(sizeof placement_rules / sizeof *placement_rules <= PLACEMENT_MAX_RULES + 1, "");

void placement_open(struct placement *placement, const struct heap_settings *settings)
{
    *placement =
        (struct placement){.policy = settings->fit_policy, .alignment = settings->alignment};
}

void placement_close(struct placement *placement)
{
    free(placement->blocks);
}

/// Index of the first block at or behind `offset`; n_blocks when there is none.
static size_t index_from(const struct placement *placement, uint64_t offset)
{
    size_t low = 0;
    size_t high = placement->n_blocks;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (placement->blocks[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static size_t index_of(const struct placement *placement, uint64_t offset)
{
    size_t idx = index_from(placement, offset);
    bool found = idx < placement->n_blocks && placement->blocks[idx].offset == offset;
    return found ? idx : NO_INDEX;
}

const struct placement_block *placement_find(const struct placement *placement, uint64_t offset)
{
    size_t idx = index_of(placement, offset);
    return idx == NO_INDEX ? NULL : &placement->blocks[idx];
}

static void insert(struct placement *placement, size_t idx, struct placement_block block)
{
    placement->blocks = array_grow(placement->blocks, &placement->capacity, placement->n_blocks,
                                   sizeof *placement->blocks);
    memmove(&placement->blocks[idx + 1], &placement->blocks[idx],
            (placement->n_blocks - idx) * sizeof *placement->blocks);
    placement->blocks[idx] = block;
    placement->n_blocks++;
}

static void erase(struct placement *placement, size_t idx)
{
    placement->n_blocks--;
    memmove(&placement->blocks[idx], &placement->blocks[idx + 1],
            (placement->n_blocks - idx) * sizeof *placement->blocks);
}

/// Joins a free block with the next one; a rover that pointed to that one moves to the start.
static void merge_with_next(struct placement *placement, size_t idx)
{
    struct placement_block *block = &placement->blocks[idx];
    for (size_t rule = 0; rule < PLACEMENT_MAX_RULES; rule++) {
        if (placement->rovers[rule] == block[1].offset) {
            placement->rovers[rule] = block->offset;
        }
    }
    block->size += block[1].size;
    erase(placement, idx + 1);
}

/// Returns the index of the merged block.
static size_t coalesce(struct placement *placement, size_t idx)
{
    if (idx + 1 < placement->n_blocks && !placement->blocks[idx + 1].allocated) {
        merge_with_next(placement, idx);
    }
    if (idx > 0 && !placement->blocks[idx - 1].allocated) {
        merge_with_next(placement, --idx);
    }
    return idx;
}

static size_t grow(struct placement *placement, uint64_t bytes)
{
    struct placement_block block = {.offset = placement->break_bytes, .size = bytes};
    insert(placement, placement->n_blocks, block);
    placement->break_bytes += bytes;
    return coalesce(placement, placement->n_blocks - 1);
}

void placement_reset(struct placement *placement)
{
    placement->n_blocks = 0;
    placement->break_bytes = FIRST_BYTES;
    for (size_t rule = 0; placement_rules[rule].title != NULL; rule++) {
        placement->rovers[rule] = PROLOGUE;
        placement->possible[rule] = placement_rules[rule].policy == placement->policy;
    }
    grow(placement, CHUNK_BYTES);
}

uint64_t placement_asize(const struct placement *placement, uint64_t payload)
{
    uint64_t unit = placement->alignment;
    uint64_t size = (payload + OVERHEAD_BYTES + unit - 1) / unit * unit;
    return size < PLACEMENT_MIN_BLOCK ? PLACEMENT_MIN_BLOCK : size;
}

/// Whether a block met later is taken in place of the one found so far.
static bool is_better(const struct placement_rule *rule, const struct placement_block *block,
                      const struct placement_block *best)
{
    return best == NULL || (rule->smallest && (block->size < best->size ||
                                               (rule->last_of_equal && block->size == best->size)));
}

uint64_t placement_choice(const struct placement *placement, size_t rule, uint64_t asize)
{
    const struct placement_rule *one = &placement_rules[rule];
    size_t n = placement->n_blocks;
    size_t start = one->from_rover ? index_from(placement, placement->rovers[rule]) : 0;
    const struct placement_block *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct placement_block *block = &placement->blocks[(start + i) % n];
        if (!block->allocated && block->size >= asize && is_better(one, block, best)) {
            best = block;
            if (!one->smallest) {
                break;
            }
        }
    }
    return best == NULL ? 0 : best->offset;
}

/// Where the block lies for which the heap must grow: at the end, in the last one if that is free.
static uint64_t grown_offset(const struct placement *placement)
{
    size_t n = placement->n_blocks;
    bool joins = n > 0 && !placement->blocks[n - 1].allocated;
    return joins ? placement->blocks[n - 1].offset : placement->break_bytes;
}

struct placement_step placement_expect(const struct placement *placement, uint64_t payload)
{
    struct placement_step step = {.asize = placement_asize(placement, payload)};
    for (size_t rule = 0; placement_rules[rule].title != NULL && step.offset == 0; rule++) {
        if (placement->possible[rule]) {
            step.offset = placement_choice(placement, rule, step.asize);
        }
    }
    if (step.offset == 0) {
        step.grows_bytes = step.asize > CHUNK_BYTES ? step.asize : CHUNK_BYTES;
        step.offset = grown_offset(placement);
    }
    return step;
}

/// Where a rule places a block: the one that it chooses, or one at the end.
static uint64_t place_of(const struct placement *placement, size_t rule, uint64_t asize)
{
    uint64_t choice = placement_choice(placement, rule, asize);
    return choice != 0 ? choice : grown_offset(placement);
}

bool placement_allows(const struct placement *placement, uint64_t offset, uint64_t asize)
{
    for (size_t rule = 0; placement_rules[rule].title != NULL; rule++) {
        if (placement->possible[rule] && place_of(placement, rule, asize) == offset) {
            return true;
        }
    }
    return false;
}

/// Makes the first `asize` bytes of a free block an allocated one.
static void split(struct placement *placement, size_t idx, uint64_t asize)
{
    struct placement_block *block = &placement->blocks[idx];
    uint64_t rest = block->size - asize;
    block->allocated = true;
    if (rest >= PLACEMENT_MIN_BLOCK) {
        block->size = asize;
        insert(placement, idx + 1,
               (struct placement_block){.offset = block->offset + asize, .size = rest});
    }
}

static void move_rovers(struct placement *placement, const struct placement_block *block,
                        bool grown)
{
    for (size_t rule = 0; placement_rules[rule].title != NULL; rule++) {
        const struct placement_rule *one = &placement_rules[rule];
        if (!grown || one->rover_follows_growth) {
            placement->rovers[rule] = block->offset + (one->rover_behind ? block->size : 0);
        }
    }
}

void placement_allocate(struct placement *placement, uint64_t offset, uint64_t asize)
{
    for (size_t rule = 0; placement_rules[rule].title != NULL; rule++) {
        placement->possible[rule] =
            placement->possible[rule] && place_of(placement, rule, asize) == offset;
    }
    size_t idx = index_of(placement, offset);
    bool grown = idx == NO_INDEX || placement->blocks[idx].size < asize;
    if (grown) {
        idx = grow(placement, asize > CHUNK_BYTES ? asize : CHUNK_BYTES);
    }
    split(placement, idx, asize);
    move_rovers(placement, &placement->blocks[idx], grown);
}

void placement_free(struct placement *placement, uint64_t offset)
{
    size_t idx = index_of(placement, offset);
    assert(idx != NO_INDEX && placement->blocks[idx].allocated);
    placement->blocks[idx].allocated = false;
    coalesce(placement, idx);
}

static uint32_t tag_at(const char *memory, uint64_t offset)
{
    uint32_t tag;
    memcpy(&tag, memory + offset, sizeof tag);
    return tag;
}

static bool block_differs(const struct placement_block *block, const char *memory,
                          struct placement_difference *difference)
{
    uint32_t wanted = (uint32_t)block->size | (uint32_t)block->allocated;
    *difference = (struct placement_difference){
        .wanted = *block,
        .seen_header = tag_at(memory, block->offset - TAG_BYTES),
        .seen_footer = tag_at(memory, block->offset + block->size - OVERHEAD_BYTES),
    };
    return difference->seen_header != wanted || difference->seen_footer != wanted;
}

bool placement_differs(const struct placement *placement, const char *memory, uint64_t break_bytes,
                       struct placement_difference *difference)
{
    assert(break_bytes >= placement->break_bytes);
    struct placement_block prologue = {
        .offset = PROLOGUE, .size = OVERHEAD_BYTES, .allocated = true};
    if (block_differs(&prologue, memory, difference)) {
        return true;
    }
    for (size_t i = 0; i < placement->n_blocks; i++) {
        if (block_differs(&placement->blocks[i], memory, difference)) {
            return true;
        }
    }
    *difference = (struct placement_difference){
        .wanted = {.offset = placement->break_bytes, .allocated = true},
        .seen_header = tag_at(memory, placement->break_bytes - TAG_BYTES),
        .epilogue = true,
    };
    return difference->seen_header != 1;
}
