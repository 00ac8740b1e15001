// SPDX-License-Identifier: MIT
// The trail of one call: what it loaded from the heap, and who had stored that. A pointer that a
// call returns, or crashes at, is followed back along it to the header or link that led there.
#ifndef MMGRADE_WORKER_TRAIL_H
#define MMGRADE_WORKER_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/worker/sighting.h"
#include "harness/worker/writers.h"

struct trail_load {
    uint64_t address;
    uint64_t value; ///< up to 8 bytes of what was loaded
    struct writer writer;
};

/// Forgets what the last call has loaded.
void trail_begin(void);

/// Adds a load; of a long call the last thousand are kept.
void trail_add(const struct trail_load *load);

/// The newest load that answers the question about a pointer; NULL when none does. For
/// SIGHTING_TRUSTED_HEADER and _LINK only what was stored before operation `op` counts.
const struct trail_load *trail_find(enum sighting_question question, uint64_t pointer, uint32_t op);

/// For a value that was stored in operation `op` itself: the newest load of nearly the same value
/// that was stored before, from which it will have been computed; NULL when there is none, or when
/// the value is so small that sizes may be alike by chance.
const struct trail_load *trail_find_origin(uint64_t value, uint32_t op);

#endif
