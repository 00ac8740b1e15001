// SPDX-License-Identifier: MIT
// One worker that holds a submission's modules, called one function at a time. Simulated physical
// memory stays with the judge: phys_read64 and its kin are questions that come back through the
// ring, as mem_sbrk does, so each reference is seen as it happens and none can be forged.
//
// Glossary of the stage `modules`:
//   module    a part of the machine that students write: translate, pagetable, tlb, cache, replace
//   call      one call of a module's function
//   question  what a module asks the judge within a call: physical memory, frames, randomness
#ifndef MMGRADE_MODULES_SESSION_H
#define MMGRADE_MODULES_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/sandbox/worker.h"

struct module_plan {
    const char *library; ///< the submission's shared object
    double call_seconds;
    double total_seconds;
    uint64_t output_bytes;
    bool echo_output;
};

/// A question in a call. `function` says which: enum ring_question, and nothing else. Outside of
/// calls, as in a constructor, the worker refuses questions itself: they give VM_NONE.
struct module_question {
    uint32_t function;
    uint64_t arguments[2];
};

/// Answers a question; false ends the call there: the submission broke a rule by asking. The
/// answer goes to *value.
typedef bool module_answer(void *context, const struct module_question *question, uint64_t *value);

struct module_session {
    struct worker worker;
    struct worker_news news;
    uint64_t functions; ///< bits by enum ring_function_number: which ones the submission has
    module_answer *answer;
    void *context;
    uint64_t results[RING_RESULTS]; ///< of the last call; words past its own mean nothing
    uint64_t n_calls;
};

/// Starts a worker and loads the submission. False when that failed: see `news`. To be closed in
/// either case.
bool module_open(struct module_session *session, const struct module_plan *plan,
                 module_answer *answer, void *context);

/// Calls a function that the submission has. Arguments and results are packed as
/// harness/worker/modules.h lists them. About 0.3 us with two CPUs, and as much for each question.
/// False when it did not come back: `news` says why, or an answer has ended it (news.event is
/// WORKER_REPLIED then).
bool module_call(struct module_session *session, enum ring_function_number function,
                 const uint64_t *arguments, unsigned n_arguments);

/// Ends the worker; its output stays readable until module_close.
void module_stop(struct module_session *session);
void module_close(struct module_session *session);

#endif
