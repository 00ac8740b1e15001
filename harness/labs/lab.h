// SPDX-License-Identifier: MIT
// A lab ties template, replay, checks and metrics together. lab_list[] is the list of them all.
//
// Adding a lab: one file harness/labs/lab_NAME.c with a `const struct lab`, one line in lab_list[].
#ifndef MMGRADE_LABS_LAB_H
#define MMGRADE_LABS_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "harness/base/result.h"
#include "harness/heap/settings.h"
#include "harness/labs/trace_choice.h"
#include "harness/measure/cost.h"
#include "harness/modules/config.h"
#include "harness/sandbox/build.h"

struct limit_settings {
    double operation_seconds; ///< one call of a submission's function
    double trace_seconds;     ///< one run of one trace
    double build_seconds;
    uint64_t output_bytes;   ///< of what the submission prints
    uint64_t static_bytes;   ///< of an allocator's variables outside of the heap
    unsigned library_memory; ///< whether an allocator may call malloc, mmap, ... of the C library
};

/// What a machine must offer before it may judge by a rubric.
enum isolation_demand { DEMAND_ANY_ISOLATION, DEMAND_FULL_ISOLATION };

/// What throughput is measured in; unset in a rubric, it is cycles where they can be counted.
enum throughput_metric { THROUGHPUT_UNSET, THROUGHPUT_CYCLES, THROUGHPUT_WALL };

/// Unset, only a rubric that scores wall time has it measured.
enum speed_wish { SPEED_UNSET, SPEED_YES, SPEED_NO };

/// The wall-clock pass: submission and reference interleaved.
struct speed_settings {
    enum speed_wish wish;  ///< as the rubric says
    bool enabled;          ///< what follows from it
    char *reference;       ///< "segregated": reference/malloc/segregated.c
    double budget_seconds; ///< how long one trace may be timed, both sides together
};

/// What a submission of the fit lab must define: bits in the order of find_fit, place.
enum fit_requires {
    FIT_REQUIRES_EITHER = 0,
    FIT_REQUIRES_FIND_FIT = 1,
    FIT_REQUIRES_PLACE = 2,
    FIT_REQUIRES_BOTH = 3
};

/// All that a lab needs to know; the rubric fills it in.
struct lab_settings {
    struct build_settings build;
    struct limit_settings limits;
    enum isolation_demand isolation;
    struct heap_settings heap;
    struct speed_settings speed;
    enum throughput_metric throughput; ///< of the score; unset: throughput is not scored
    enum fit_requires fit_requires;
    struct module_settings modules; ///< of the labs on addresses
    struct trace_choice *traces;
    size_t n_traces;
};

/// Whether a submission's throughput is compared with the reference's, in cycles or by the clock.
static inline bool lab_compares_throughput(const struct lab_settings *settings)
{
    return settings->speed.enabled || settings->throughput == THROUGHPUT_CYCLES;
}

/// One submission to be judged.
struct job {
    const char *submission;       ///< a folder, or one C file
    const char *student;          ///< whose it is, for seeds of their own; NULL: its name says so
    const char *reproduce_prefix; ///< "mmgrade grade --rubric R": what --trace T SUB completes
    const struct lab_settings *settings;
    /// By trace, from lab.count_reference with these settings. Where it has no cycles, or NULL: to
    /// be counted for this job.
    const struct cost *reference_costs;
    bool echo_output; ///< show what the submission prints as it comes (one trace, at a terminal)
    void (*progress)(const struct result *result, size_t n_done, size_t n_cases); ///< or NULL
};

struct lab {
    const char *name;
    const char *title;
    unsigned modules;   ///< of the labs on addresses: which may be handed in, a mask; else 0
    const char *folder; ///< where the templates and public headers lie: "student_template/malloc"
    /// Reads what a rubric names, traces above all, as `run` will. False with *error, file and
    /// line, when it is broken: asked once for a course, not with each submission.
    bool (*check)(const struct lab_settings *settings, struct error *error);
    /// Builds and judges; fills build, cases and metrics of *result, no points. False with *error
    /// when the job cannot be done (bad trace, no such file): a fault of the input, not of the
    /// submission.
    bool (*run)(const struct job *job, struct result *result, struct error *error);
    /// What the reference costs over each trace of the settings that is the same for all students:
    /// who judges many submissions counts it once. NULL in *costs when the settings count no cycles,
    /// else the caller frees it. False with *error as `run`. Maybe NULL.
    bool (*count_reference)(const struct lab_settings *settings, struct cost **costs,
                            struct error *error);
    /// Lists the verdict codes, each with the rule that it stands for.
    void (*print_rules)(FILE *file);
};

extern const struct lab *const lab_list[]; ///< NULL at the end (`labs` is a function of stdlib.h)

/// The lab of that name, or NULL.
const struct lab *lab_find(const char *name);

#endif
