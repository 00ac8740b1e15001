// SPDX-License-Identifier: MIT
// Frames by a key that changes with use: a binary heap that knows where each frame stands. The
// smallest key is first, of equal keys the smaller tie. 28 bytes a frame.
#ifndef MMGRADE_VM_FRAME_HEAP_H
#define MMGRADE_VM_FRAME_HEAP_H

#include <stdint.h>

struct frame_heap_entry {
    uint64_t key;
    uint64_t tie;
    uint32_t frame;
};

struct frame_heap {
    struct frame_heap_entry *entries;
    uint32_t *places; ///< frame -> its index in entries + 1, 0 when it is not in the heap
    uint32_t n_entries;
};

void frame_heap_open(struct frame_heap *heap, uint32_t n_frames);
void frame_heap_close(struct frame_heap *heap);

/// Puts the frame in, or gives it another key. O(log frames).
void frame_heap_set(struct frame_heap *heap, uint32_t frame, uint64_t key, uint64_t tie);

/// What frame_heap_set was last told of a frame that is in the heap.
const struct frame_heap_entry *frame_heap_entry(const struct frame_heap *heap, uint32_t frame);

/// The frame that is first; the heap is not empty.
uint32_t frame_heap_first(const struct frame_heap *heap);

#endif
