// SPDX-License-Identifier: MIT
// The first broken rule of a play, as facts: which check, at which operation, what was there and
// what should have been. No text: explain.h makes sentences of it.
#ifndef MMGRADE_HEAP_BREACH_H
#define MMGRADE_HEAP_BREACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/heap/layout.h"
#include "harness/heap/placement.h"
#include "harness/sandbox/worker.h"

struct check;

#define BREACH_BYTES 16 ///< of a changed payload that are shown

/// Operations count from 1; 0 is mm_init, or the loading before it.
struct breach {
    const struct check *check; ///< NULL: no rule was broken
    size_t op;
    bool loading;            ///< before mm_init: a constructor of the submission ran
    bool in_checkheap;       ///< in the call of mm_checkheap after `op`
    uint64_t pointer;        ///< what the call returned
    uint64_t wanted_pointer; ///< what the same call returned in an earlier play
    uint32_t slot;           ///< the block at fault, LAYOUT_NO_SLOT when there is none
    struct block before;     ///< that block before the call
    uint32_t other;          ///< the block that it collides with
    uint64_t first_bad;      ///< index in the payload of the first changed byte
    size_t n_shown;
    uint8_t expected[BREACH_BYTES], seen[BREACH_BYTES];
    size_t intact_op;  ///< the last operation after which the payload is known to be whole
    size_t changed_op; ///< the operation that changed it; 0: not found out
    struct worker_news news;
    uint64_t refused_bytes; ///< by mem_sbrk in the call
    uint64_t grown_bytes;
    uint64_t past_break;        ///< offset of the byte changed there, UINT64_MAX when none was
    struct placement_step step; ///< what the fit lab's policy wants for the request
    struct placement_difference difference; ///< from its model of the blocks
    uint32_t damaged; ///< a block whose payload was found changed when the worker stopped
};

/// No rule broken, no block involved: what a play starts from.
static inline struct breach breach_none(void)
{
    return (struct breach){.slot = LAYOUT_NO_SLOT,
                           .other = LAYOUT_NO_SLOT,
                           .damaged = LAYOUT_NO_SLOT,
                           .past_break = UINT64_MAX};
}

#endif
