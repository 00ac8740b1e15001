// SPDX-License-Identifier: MIT
// Which access, of all that an instrumented run has seen, is at the root of a verdict, and what is
// said about it. For the explain pass only (explain_source.h).
#ifndef MMGRADE_HEAP_INQUIRY_H
#define MMGRADE_HEAP_INQUIRY_H

#include <stdio.h>

#include "harness/base/result.h"
#include "harness/heap/breach.h"
#include "harness/heap/session.h"
#include "harness/heap/sources.h"

struct inquiry;

/// How one kind of sighting is told.
struct tale {
    void (*tell)(FILE *file, const struct inquiry *inquiry);
    const char *hint; ///< the likely cause; NULL: the verdict's own is better
    bool draws;       ///< a picture helps, if the verdict has none
    bool has_cause;   ///< the sighting's cause is told
};

struct inquiry {
    struct session *session;     ///< of the instrumented run, as the breach has left it
    const struct breach *breach; ///< of the graded run
    struct sighting sighting;    ///< the one to blame
    const struct tale *tale;
};

extern const struct tale tale_store_payload, tale_load_payload, tale_load_fresh, tale_load_stale,
    tale_load_lost, tale_outside, tale_wild, tale_dead_stack, tale_dead_pointer, tale_leak,
    tale_sbrk, tale_crash, tale_stopped, tale_returned, tale_header, tale_link, tale_led_to,
    tale_last_store, tale_copy_end, tale_tag, tale_index;

#define INQUIRY_WIDEST_ACCESS 16 ///< bytes; a wider one is a copy or a fill

/// Looks for one kind of cause; true when `sighting` and `tale` are set.
typedef bool inquiry_search(struct inquiry *inquiry);

#define INQUEST_SEARCHES 6

/// What is looked for, in order, to explain a verdict of one code.
struct inquest {
    const char *code;
    inquiry_search *searches[INQUEST_SEARCHES]; ///< NULL at the end, if there are fewer
    bool compared; ///< the verdict stems from a comparison of runs: one alone breaks no rule
};

/// The inquest for a code; NULL when no line of code can explain it.
const struct inquest *inquest_find(const char *code);

/// Takes the first sighting of a kind, if there is one up to the operation of the breach.
bool inquiry_take(struct inquiry *inquiry, enum sighting_kind kind, const struct tale *tale);

/// The access that a signal has ended; false when it was none.
bool inquiry_crash(struct inquiry *inquiry);

/// The heap offset of the sighting's address; huge when it lies below the heap.
uint64_t inquiry_offset(const struct inquiry *inquiry);

/// The block whose bytes, now or before, the access hit; LAYOUT_NO_SLOT: none.
uint32_t inquiry_block(const struct inquiry *inquiry);

/// The sighting's cause as a sighting of its own; without frames when none is known.
struct sighting inquiry_cause(const struct inquiry *inquiry);

/// A value as a place in or beside the heap, or as a number.
void tell_value(FILE *file, const struct inquiry *inquiry, uint64_t value);

/// Where something was stored: "heap+0x20" or "a variable".
void tell_stored_place(FILE *file, const struct inquiry *inquiry, uint64_t address);

/// Writes what is known about the sighting into the verdict: places, source, hint. False, with
/// nothing written, when it belongs to no line of the submission, or to a closing brace.
bool inquiry_tell(const struct inquiry *inquiry, const struct sources *sources,
                  struct verdict *verdict);

#endif
