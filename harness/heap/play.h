// SPDX-License-Identifier: MIT
// The check pass: a trace played in lockstep, each operation judged before the next is sent.
#ifndef MMGRADE_HEAP_PLAY_H
#define MMGRADE_HEAP_PLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/result.h"
#include "harness/heap/breach.h"
#include "harness/heap/session.h"

struct play_plan {
    enum heap_fresh fresh;
    bool observe;             ///< fill and verify payloads
    size_t n_ops;             ///< play the first so many
    const uint64_t *expected; ///< pointers of an earlier play that must come back; or NULL
    uint32_t watch;           ///< verify this slot's payload after each operation; LAYOUT_NO_SLOT
    bool sample;              ///< take heap samples
};

struct play {
    const struct play_plan *plan;
    struct session *session;
    const struct trace *trace;
    uint64_t *pointers; ///< by operation: what came back, 0 for a free
    struct breach breach;
    struct heap_sample *samples;
    size_t n_samples;
    uint64_t internal_at_peak, external_at_peak, heap_at_peak;

    // The operation at hand, for checks.
    const struct op *op;
    size_t op_number; ///< from 1
    uint64_t pointer; ///< what came back
    uint64_t offset;  ///< the same in the heap; huge when it lies below
    struct block before;
    uint32_t suspect;     ///< the slot whose payload is looked at
    bool after_free_null; ///< the payloads are verified because free(NULL) came back
    bool has_peaked;
    size_t past_break_op; ///< the operation at which a write past the break was first seen
    bool by_watch;        ///< the breach was found by looking at the watched block
};

/// Calls mm_init on an empty heap, then plays. True when no rule was broken; otherwise
/// play->breach tells the first. `pointers` and `samples` are the caller's to free.
bool play_trace(struct play *play, struct session *session, const struct play_plan *plan);

void play_free(struct play *play);

#endif
