// SPDX-License-Identifier: MIT
// Whose memory an address is. Instrumented code may store to the heap, to its own variables and to
// the stack below whoever called it; a store to anything else is refused before it happens, so that
// a submission cannot write the worker's counters, its ring or its code's tables.
#ifndef MMGRADE_WORKER_TERRITORY_H
#define MMGRADE_WORKER_TERRITORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/worker/ring.h"

struct territory_range {
    uintptr_t start;
    size_t n_bytes;
};

struct territory {
    struct territory_range heap;   ///< up to its maximum
    struct territory_range module; ///< all of the submission's shared object
    struct territory_range data;   ///< of that the variables; without what the linker protects
    struct territory_range thread; ///< its thread-local variables, once they are used
    struct territory_range stack;  ///< below the frame that called the submission
};

extern struct territory territory;

/// Takes heap and stack from the ring and the caller's frame; `library` is where the submission
/// will be loaded from: its module is found by its first unusual store, or by
/// territory_find_module.
void territory_open(struct ring *ring, const char *library);

/// Finds the loaded submission; does nothing before it is there.
void territory_find_module(void);

/// To be called first in a function that calls the submission and is itself not inlined: what lies
/// on the stack above this point is out of the submission's reach.
#define TERRITORY_GUARD_STACK()                                                                    \
    (territory.stack.n_bytes = (uintptr_t)__builtin_alloca(16) - territory.stack.start)

static inline bool territory_holds(const struct territory_range *range, uintptr_t address,
                                   size_t n_bytes)
{
    uintptr_t offset = address - range->start;
    return offset < range->n_bytes && n_bytes <= range->n_bytes - offset;
}

/// Whether instrumented code may store there; slow when it is none of the usual places.
bool territory_allows(uintptr_t address, size_t n_bytes);

/// Ends the worker: the judge is told of a store that was refused.
_Noreturn void territory_refuse(uintptr_t address, const void *code);

/// The offset of the submission's code at `code` in its shared object.
static inline uint64_t territory_code(const void *code)
{
    return (uintptr_t)code - territory.module.start;
}

#endif
