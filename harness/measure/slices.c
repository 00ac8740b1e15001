// SPDX-License-Identifier: MIT
// Slices of RING_SLICE operations; the last one may be shorter.
#include "harness/measure/slices.h"

static uint32_t count_ops(const struct trace *trace, size_t slice)
{
    size_t left = trace->n_ops - slice * RING_SLICE;
    return left < RING_SLICE ? (uint32_t)left : RING_SLICE;
}

size_t slices_count(const struct trace *trace)
{
    return (trace->n_ops + RING_SLICE - 1) / RING_SLICE;
}

uint32_t slices_write(struct ring *ring, const struct trace *trace, size_t slice)
{
    uint32_t count = count_ops(trace, slice);
    const struct op *ops = &trace->ops[slice * RING_SLICE];
    for (uint32_t i = 0; i < count; i++) {
        ring->slice[i] =
            (struct ring_op){.kind = ops[i].kind, .slot = ops[i].slot, .size = ops[i].size};
    }
    return count;
}

void slices_note(const struct ring *ring, const struct trace *trace, size_t slice,
                 uint64_t *pointers)
{
    for (uint32_t i = 0; i < count_ops(trace, slice); i++) {
        pointers[slice * RING_SLICE + i] = ring->log[i];
    }
}

size_t slices_differ(const struct ring *ring, const struct trace *trace, size_t slice,
                     const uint64_t *expected, uint64_t *differing)
{
    for (uint32_t i = 0; i < count_ops(trace, slice); i++) {
        uint64_t pointer = ring->log[i];
        if (pointer != expected[slice * RING_SLICE + i]) {
            *differing = pointer;
            return slice * RING_SLICE + i + 1;
        }
    }
    return 0;
}
