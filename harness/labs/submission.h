// SPDX-License-Identifier: MIT
// What all labs say about a submission that lacks something, and about a case that failed.
#ifndef MMGRADE_LABS_SUBMISSION_H
#define MMGRADE_LABS_SUBMISSION_H

#include "harness/base/result.h"
#include "harness/labs/lab.h"

/// The verdict MISSING_FUNCTION: `files` define no `functions`.
struct verdict *submission_lacks(const char *files, const char *functions);

/// The verdict of a program that the loader refuses; `text` is dlerror's.
struct verdict *submission_does_not_load(const char *text);

/// Adds to a verdict on a missing function what else may be behind it: files that were not
/// compiled, and where the compiler saw a function used without a declaration.
void submission_add_side_notes(const struct build *build, const struct build_result *result,
                               struct verdict *verdict);

/// Adds the command that grades this trace alone, if the case failed.
void submission_tell_command(const struct job *job, const struct trace_choice *trace,
                             struct case_result *one);

#endif
