// SPDX-License-Identifier: MIT
// The cost pass of an allocator lab: instrumented builds, and the simulated cycles of each trace as
// metrics.
#ifndef MMGRADE_LABS_COST_PASS_H
#define MMGRADE_LABS_COST_PASS_H

#include "harness/heap/session.h"
#include "harness/labs/lab.h"
#include "harness/measure/cost.h"

/// One side, the submission or the reference. Starts as {0}.
struct cost_pass {
    struct build_plan plan;
    struct build build;
    struct build_result result;
    struct ring_machine machine;
};

/// Starts the instrumented build, as `plan` says of the plain one. The plan's strings must live
/// until cost_pass_close. False with *error when there is nothing to compile, or no such machine.
bool cost_pass_start(struct cost_pass *pass, const struct lab_settings *settings,
                     const struct build_plan *plan, struct error *error);

/// Waits for the build of a submission. One whose cost cannot be counted gets *uncounted, and 0 as
/// its throughput.
void cost_pass_finish(struct cost_pass *pass, struct verdict **uncounted);

/// Waits for the build of the reference; false with *error when it failed.
bool cost_pass_finish_reference(struct cost_pass *pass, struct error *error);

/// Counts the submission over one trace that has passed. `session` is how it was tried, `pointers`
/// what it gave. False when it could not be counted: why is filed.
bool cost_pass_count(const struct cost_pass *pass, const struct session_plan *session,
                     const uint64_t *pointers, struct case_result *result, struct cost *cost);

/// Counts the reference over one trace; `session` is how a submission is tried. False when the user
/// has interrupted. Dies when the reference fails.
bool cost_pass_count_reference(const struct cost_pass *pass, const struct session_plan *session,
                               struct cost *cost);

/// Adds the metrics of a trace that was counted on both sides.
void cost_pass_compare(const struct cost *own, const struct cost *reference,
                       const struct trace *trace, struct case_result *result);

void cost_pass_close(struct cost_pass *pass);

#endif
