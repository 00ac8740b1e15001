// SPDX-License-Identifier: MIT
// The heap of frames (Williams' heap; Cormen et al., "Introduction to Algorithms", chapter 6): a
// changed entry moves up or down along one path.
#include "harness/vm/frame_heap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "harness/base/memory.h"

void frame_heap_open(struct frame_heap *heap, uint32_t n_frames)
{
    *heap = (struct frame_heap){
        .entries = xcalloc(n_frames, sizeof *heap->entries),
        .places = xcalloc(n_frames, sizeof *heap->places),
    };
}

void frame_heap_close(struct frame_heap *heap)
{
    free(heap->entries);
    free(heap->places);
}

static bool is_before(const struct frame_heap_entry *a, const struct frame_heap_entry *b)
{
    return a->key < b->key || (a->key == b->key && a->tie < b->tie);
}

static void place(struct frame_heap *heap, uint32_t idx, const struct frame_heap_entry *entry)
{
    heap->entries[idx] = *entry;
    heap->places[entry->frame] = idx + 1;
}

/// The hole at `idx` moves up until `entry` fits into it.
static uint32_t move_up(struct frame_heap *heap, uint32_t idx, const struct frame_heap_entry *entry)
{
    while (idx > 0 && is_before(entry, &heap->entries[(idx - 1) / 2])) {
        place(heap, idx, &heap->entries[(idx - 1) / 2]);
        idx = (idx - 1) / 2;
    }
    return idx;
}

static uint32_t move_down(struct frame_heap *heap, uint32_t idx,
                          const struct frame_heap_entry *entry)
{
    for (uint64_t child = 2 * (uint64_t)idx + 1; child < heap->n_entries; child = 2 * child + 1) {
        if (child + 1 < heap->n_entries &&
            is_before(&heap->entries[child + 1], &heap->entries[child])) {
            child++;
        }
        if (!is_before(&heap->entries[child], entry)) {
            break;
        }
        place(heap, idx, &heap->entries[child]);
        idx = (uint32_t)child;
    }
    return idx;
}

void frame_heap_set(struct frame_heap *heap, uint32_t frame, uint64_t key, uint64_t tie)
{
    struct frame_heap_entry entry = {.key = key, .tie = tie, .frame = frame};
    if (heap->places[frame] == 0) {
        heap->places[frame] = ++heap->n_entries;
    }
    uint32_t idx = move_up(heap, heap->places[frame] - 1, &entry);
    place(heap, move_down(heap, idx, &entry), &entry);
}

const struct frame_heap_entry *frame_heap_entry(const struct frame_heap *heap, uint32_t frame)
{
    assert(heap->places[frame] > 0);
    return &heap->entries[heap->places[frame] - 1];
}

uint32_t frame_heap_first(const struct frame_heap *heap)
{
    assert(heap->n_entries > 0);
    return heap->entries[0].frame;
}
