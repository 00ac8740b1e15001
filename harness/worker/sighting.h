// SPDX-License-Identifier: MIT
// What the worker saw an instrumented submission do: one access of memory, or one call, with the
// places in the code that led to it. Part of the ring: the judge includes ring.h, and believes a
// sighting no more than any other word of it.
#ifndef MMGRADE_WORKER_SIGHTING_H
#define MMGRADE_WORKER_SIGHTING_H

#include <stdint.h>

#define SIGHTING_FRAMES 6

enum sighting_kind {
    SIGHTING_STORE_PAYLOAD, ///< a store into a live payload, in the range that the judge watches
    SIGHTING_LOAD_PAYLOAD,  ///< a load from a live payload
    SIGHTING_LOAD_FRESH,    ///< a load of heap bytes that nobody has written since mem_sbrk
    SIGHTING_LOAD_STALE,    ///< a load of what the program left in a block that it has freed
    SIGHTING_OUTSIDE,       ///< an access beside the heap: below it or past the break
    SIGHTING_DEAD_STACK,    ///< a load from a stack slot that this call has not written
    SIGHTING_LOST,          ///< a copy of payload bytes that the call had overwritten before
    SIGHTING_WILD,          ///< a store to memory that is none of the submission's
    SIGHTING_LEAK,          ///< the largest block that a call gave up without touching it
    SIGHTING_SBRK,          ///< the last call of mem_sbrk
    SIGHTING_LAST,          ///< the last access before a signal
    SIGHTING_LAST_BLOCK,    ///< the basic block entered last
    SIGHTING_BLOCK_BEFORE,  ///< the one before that: all `return`s of a function may share the last
    SIGHTING_TRACED,        ///< the answer to RING_TRACE
    N_SIGHTINGS
};

/// The store, as far as it is known, of the pointer or size that an address was computed from; of
/// SIGHTING_LOST the store that had overwritten the bytes.
struct sighting_cause {
    uint32_t n_frames; ///< 0: not known
    uint32_t op;
    uint32_t code[SIGHTING_FRAMES];
    uint64_t address; ///< where it was stored
    uint64_t value;   ///< what was loaded from there
};

/// Of most kinds the first since mm_init. Operations count from 1; 0 is mm_init.
struct sighting {
    uint32_t n_frames; ///< 0: nothing of that kind was seen
    uint32_t op;
    uint32_t code[SIGHTING_FRAMES]; ///< offsets in the shared object, the innermost first
    uint32_t bytes;
    uint32_t is_store;
    uint64_t address;
    uint64_t value; ///< loads: up to 8 bytes of what was loaded; SBRK: the increment
    uint64_t order; ///< of what was seen, the lower the earlier
    struct sighting_cause cause;
};

/// What the judge wants traced: `count` of a RING_TRACE.
enum sighting_question {
    SIGHTING_LAST_STORE = 1, ///< the last store that touched the word at `pointer`
    SIGHTING_TRUSTED_HEADER, ///< the store of the header that led this call to return `pointer`
    SIGHTING_TRUSTED_LINK,   ///< the store of the link, in the heap, that did
    SIGHTING_LED_TO,         ///< the store of a link or size that `pointer` was computed from
};

#endif
