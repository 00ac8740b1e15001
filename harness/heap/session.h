// SPDX-License-Identifier: MIT
// One worker with its heap and what the judge knows of it: opened for one trace, played once or
// several times, closed.
#ifndef MMGRADE_HEAP_SESSION_H
#define MMGRADE_HEAP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/heap/arena.h"
#include "harness/heap/layout.h"
#include "harness/heap/placement.h"
#include "harness/heap/settings.h"
#include "harness/sandbox/contract.h"
#include "harness/sandbox/worker.h"
#include "harness/trace/trace.h"

struct sources;

/// Heap offsets [from, to) of which a session with a shadow watches the stores; both 0: all. What a
/// call did last is noted of its first `patience` events; 0: of all.
struct session_watch {
    uint64_t from, to;
    uint32_t patience;
};

/// What every session of one submission over one trace shares.
struct session_plan {
    const struct trace *trace;
    const struct heap_settings *settings;
    const char *library; ///< the submission's shared object
    const struct contract *contract;
    double call_seconds;
    double total_seconds;
    uint64_t output_bytes;
    uint64_t storage_bytes; ///< see struct worker_plan; not with `watch`
    bool echo_output;
    struct sources *sources;           ///< to explain failures by lines of code; NULL: without
    const struct session_watch *watch; ///< keep a shadow of an instrumented library; NULL: no
};

struct session {
    const struct session_plan *plan;
    struct arena arena;
    struct layout layout;
    struct placement placement; ///< of the fit lab
    struct worker worker;
    uint32_t functions; ///< enum ring_function bits
    uint64_t stack_low, stack_high;
    int32_t healthy; ///< what mm_checkheap gave on the fresh heap, when it gives an int

    // The call at hand, as session_call leaves it.
    struct worker_news news;
    uint64_t grown_bytes;   ///< by mem_sbrk in this call
    uint64_t refused_bytes; ///< the last increment refused in this call; 0: none
    uint64_t n_sbrk;        ///< increments granted since session_begin
    bool stop_past_break;   ///< a write past the break ends the call
    uint64_t past_break;    ///< offset of the first byte found changed there; UINT64_MAX: none
};

/// Starts a worker and loads the submission. False when that failed: see `news`, and, when it is
/// RING_LOAD_FAILED, worker_text. The session must be closed in either case.
bool session_open(struct session *session, const struct session_plan *plan);

/// Empties the heap and the layout; fresh memory holds `fresh` from now on.
void session_begin(struct session *session, enum heap_fresh fresh);

/// Gives the worker one command and serves its calls of mem_sbrk until it replies. False when it
/// stopped instead: see `news`.
bool session_call(struct session *session, const struct worker_command *command);

/// What a session with a shadow saw, and, while the worker lives, an answer to a question about an
/// address; n_frames is 0 when there is none.
struct sighting session_sighting(const struct session *session, enum sighting_kind kind);
struct sighting session_latest(const struct session *session, enum sighting_kind kind);
struct sighting session_ask(struct session *session, enum sighting_question question,
                            uint64_t address);

/// Looks for writes past the break and notes the first in `past_break`.
bool session_is_past_break(struct session *session);

/// Whether an answer of mm_init, or of mm_checkheap, means that all is well.
bool session_init_is_fine(const struct session *session);
bool session_checkheap_is_fine(const struct session *session);

/// Ends the worker; layout, heap and output stay for the report until session_close.
void session_stop(struct session *session);
void session_close(struct session *session);

#endif
