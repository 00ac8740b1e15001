// SPDX-License-Identifier: MIT
// The steps of the flow that accesses and events share; for flow*.c.
#ifndef MMGRADE_MODULES_FLOW_H
#define MMGRADE_MODULES_FLOW_H

#include "harness/modules/pipeline.h"

static inline uint64_t flow_page_bytes(const struct pipeline *pipeline)
{
    return UINT64_C(1) << pipeline->geometry->page_bits;
}

/// An address without the bits that the machine does not have.
static inline uint64_t flow_cut(const struct pipeline *pipeline, uint64_t va)
{
    uint32_t bits = pipeline->geometry->va_bits;
    return bits >= 64 ? va : va & ((UINT64_C(1) << bits) - 1);
}

/// The machine has too little physical memory for this trace. Returns false.
bool flow_give_up(struct pipeline *pipeline, const char *what);

/// Lets a process run: its tables are made at its first access. NULL when that failed.
struct space *flow_enter(struct pipeline *pipeline, uint16_t process);

// flow_events.c

/// MAP: what is not mapped yet, as far as there are frames.
bool flow_map(struct pipeline *pipeline, struct space *space, const struct access *event);

/// UNMAP and PROTECT: each page of the area that is mapped, a large one as a whole.
bool flow_change(struct pipeline *pipeline, struct space *space, const struct access *event);

#endif
