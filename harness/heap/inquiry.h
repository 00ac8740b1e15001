// SPDX-License-Identifier: MIT
// Which access, of all that an instrumented run has seen, is at the root of a verdict. For
// explain_source.c and tell_source.c only.
#ifndef MMGRADE_HEAP_INQUIRY_H
#define MMGRADE_HEAP_INQUIRY_H

#include <stdio.h>

#include "harness/heap/breach.h"
#include "harness/heap/session.h"

struct inquiry;

/// How one kind of sighting is told.
struct tale {
    void (*tell)(FILE *file, const struct inquiry *inquiry);
    const char *hint; ///< the likely cause; NULL: the verdict's own is better
    bool draws;       ///< a picture helps, if the verdict has none
};

struct inquiry {
    struct session *session;     ///< of the instrumented run, as the breach has left it
    const struct breach *breach; ///< of the graded run
    struct sighting sighting;    ///< the one to blame
    const struct tale *tale;
};

extern const struct tale tale_store_payload, tale_load_payload, tale_load_fresh, tale_load_stale,
    tale_outside, tale_dead_stack, tale_leak, tale_sbrk, tale_crash, tale_last_block, tale_header,
    tale_link, tale_last_store, tale_copy_end, tale_tag;

/// The heap offset of the sighting's address; huge when it lies below the heap.
uint64_t inquiry_offset(const struct inquiry *inquiry);

/// The block whose bytes, now or before, the sighting's address hit; LAYOUT_NO_SLOT: none.
uint32_t inquiry_block(const struct inquiry *inquiry);

#endif
