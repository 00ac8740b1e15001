// SPDX-License-Identifier: MIT
// memlib as the worker's own code sees it. What submissions see (mem_sbrk and its kin) is declared
// in the public memlib.h and defined in memory.c.
#ifndef MMGRADE_WORKER_MEMORY_H
#define MMGRADE_WORKER_MEMORY_H

#include <stdbool.h>

#include "harness/worker/ring.h"

/// Maps the heap from RING_HEAP_FD at ring->heap_base and closes it; false when the address is
/// taken. A ring whose heap_max_bytes is 0 has none: mem_sbrk fails then without asking.
bool memory_open(struct ring *ring);

/// Back to an empty heap of which `grant_bytes` may be handed out without asking.
void memory_reset(uint64_t grant_bytes);

#endif
