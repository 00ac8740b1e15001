// SPDX-License-Identifier: MIT
// The cost pass of an allocator lab: instrumented builds of both sides, and the simulated cycles of
// each trace as metrics.
#ifndef MMGRADE_LABS_COST_PASS_H
#define MMGRADE_LABS_COST_PASS_H

#include "harness/heap/session.h"
#include "harness/labs/lab.h"

struct cost_pass {
    struct build_plan plans[2]; ///< submission, reference
    struct build builds[2];
    struct build_result results[2];
    struct ring_machine machine;
    bool started[2];
};

/// Starts both instrumented builds, as `submission` and `reference` plan the plain ones. The plans'
/// strings must live until cost_pass_close. False with *error when there is nothing to compile, or
/// no such machine.
bool cost_pass_start(struct cost_pass *pass, const struct lab_settings *settings,
                     const struct build_plan *submission, const struct build_plan *reference,
                     struct error *error);

/// Waits for the builds. False with *error when the reference was not built; a submission whose
/// cost cannot be counted gets *uncounted, and 0 as its throughput.
bool cost_pass_finish(struct cost_pass *pass, struct verdict **uncounted, struct error *error);

/// Counts one trace that has passed. `session` is how the submission was tried, `pointers` what
/// it gave. Adds the metrics, or files why it could not be counted.
void cost_pass_run(struct cost_pass *pass, const struct session_plan *session,
                   const uint64_t *pointers, struct case_result *result);

void cost_pass_close(struct cost_pass *pass);

#endif
