// SPDX-License-Identifier: MIT
// The timed loop: a slice of operations without the judge in between.
#ifndef MMGRADE_WORKER_REPLAY_H
#define MMGRADE_WORKER_REPLAY_H

#include <stdbool.h>

#include "harness/trace/trace.h"
#include "harness/worker/submission.h"

/// Makes the pointer table for `n_slots` slots; false when there is no memory.
bool replay_open(uint32_t n_slots);

/// Forgets all pointers, as before the first slice.
void replay_reset(void);

/// The pointers by slot, for replay_op.
void **replay_table(void);

/// Replays ring->slice[0 .. count) and fills ring->log.
void replay_slice(const struct submission *submission, struct ring *ring, uint32_t count);

/// One operation; the pointer that it gave, 0 for a free. Inline, so that no frame lies between its
/// caller and the submission.
__attribute__((always_inline)) static inline uint64_t
replay_op(const struct submission *submission, void **table, const struct ring_op *op)
{
    void *none = NULL;
    void **place = op->slot == TRACE_NO_SLOT ? &none : &table[op->slot];
    if (op->kind == OP_ALLOC) {
        *place = submission->malloc((size_t)op->size);
    } else if (op->kind == OP_FREE) {
        submission->free(*place);
        *place = NULL;
    } else {
        *place = submission->realloc(*place, (size_t)op->size);
    }
    return (uint64_t)(uintptr_t)*place;
}

#endif
