// SPDX-License-Identifier: MIT
// The prefix of a trace played again with the submission instrumented, in lockstep as the first
// time, with a shadow of who owns each byte.
#ifndef MMGRADE_HEAP_RERUN_H
#define MMGRADE_HEAP_RERUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/heap/play.h"
#include "harness/heap/session.h"

struct rerun_plan {
    const struct session_plan *graded; ///< of the run to be repeated; has sources that were built
    size_t n_ops;                      ///< play so many operations
    const struct breach *breach;       ///< how it ended; NULL: no rule was broken
    const uint64_t *pointers;          ///< that came back, of all but the last of these operations;
                                       ///< NULL: not known
    struct session_watch watch;
    bool stop_past_break; ///< a write past the break ends it
    bool is_endless;      ///< it ends by the time limit
};

struct rerun {
    struct session_plan plan;
    struct session_watch watch;
    struct session session;
    struct play play;
};

/// Plays; true when the submission did the same as before, only then is what was seen worth
/// telling. rerun_close in either case.
bool rerun_open(struct rerun *rerun, const struct rerun_plan *plan);
void rerun_close(struct rerun *rerun);

#endif
