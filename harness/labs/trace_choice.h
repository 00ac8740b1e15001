// SPDX-License-Identifier: MIT
// One trace that a rubric, or the command line, has chosen for a lab: a file, or what a generator
// makes from a seed, in memory. Who may learn of it is decided here, too.
//
//   hidden   students are told the outcome and the points, nothing else (reports/redact.h)
#ifndef MMGRADE_LABS_TRACE_CHOICE_H
#define MMGRADE_LABS_TRACE_CHOICE_H

#include <stdbool.h>

#include "harness/base/error.h"
#include "harness/trace/generators.h"

struct trace_choice {
    char *path; ///< of the file; of a generated one its name: "random-7.rep"
    double weight;
    bool hidden;
    const struct generator *generator; ///< NULL: it is a file. For labs on allocators alone
    struct generator_options options;  ///< of the generator; its seed is never 0
    char *arguments;                   ///< the same for `mmgrade trace gen`, but the seed; or NULL
    bool per_student;                  ///< the seed is yet to be made (grading/rubric.h)
};

/// The name of what is generated: "random-7.rep". The caller frees it.
char *trace_choice_name(const struct generator *generator, uint64_t seed);

/// The seed of what is generated, else 0.
uint64_t trace_choice_seed(const struct trace_choice *choice);

/// Reads or generates a trace of requests; false with *error. The caller calls trace_free.
bool trace_choice_read(const struct trace_choice *choice, struct trace *trace, struct error *error);

/// A hash of the file, or of the text of what was generated; the caller frees it. NULL when the
/// file cannot be read.
char *trace_choice_hash(const struct trace_choice *choice, const struct trace *trace);

/// The command that plays this trace alone: `prefix`, --trace and the submission, after the one
/// that makes the trace where that is needed. The caller frees it.
char *trace_choice_command(const struct trace_choice *choice, const char *prefix,
                           const char *submission);

#endif
