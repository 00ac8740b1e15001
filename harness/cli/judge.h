// SPDX-License-Identifier: MIT
// What `mmgrade grade` and `mmgrade plots` share: the way from --lab, --rubric, --trace and a
// submission to a result with points. What becomes of the result is left to the commands.
#ifndef MMGRADE_CLI_JUDGE_H
#define MMGRADE_CLI_JUDGE_H

#include <stdbool.h>

#include "grading/rubric.h"
#include "harness/base/result.h"
#include "harness/cli/names.h"
#include "harness/labs/lab.h"

/// What the command line says. Starts as {0}; the caller calls judge_choice_free.
struct judge_choice {
    const char *lab;     ///< NULL: the rubric's own; without a rubric malloc
    const char *rubric;  ///< a path; NULL: the project's grading/rubrics/LAB.yaml
    struct names traces; ///< paths, instead of the rubric's; empty: the rubric's
    struct names hidden; ///< folders of hidden traces, besides those
};

void judge_choice_free(struct judge_choice *choice);

struct judge {
    struct rubric rubric;
    char *reproduce_prefix;       ///< "mmgrade grade --lab fit": grades as this judge does
    struct cost *reference_costs; ///< by trace, once judge_count_reference was called; or NULL
};

/// Reads the rubric and puts the chosen traces into it. False, with a note on stderr and nothing to
/// close, when there is no such lab, the rubric is at fault, it is one of another lab, or a hidden
/// trace would not be safe from submissions here. On success the caller calls judge_close; *choice
/// is not needed any longer.
bool judge_open(struct judge *judge, const struct judge_choice *choice);

/// Counts what is the same for all submissions, for judge_run to use: worth it from the second one
/// on, and before a fork. False, with a note on stderr, when the reference or a trace is at fault.
bool judge_count_reference(struct judge *judge);

/// Builds, plays and scores one submission. Of `job` the caller chooses submission, student,
/// echo_output and progress; the rest is filled in here. False, with a note on stderr and nothing
/// to free, when the input is at fault (a bad trace, no such submission). On success, which a
/// submission that fails is too, the caller frees *result with result_free.
///
/// Once interrupted (harness/base/interrupt.h) what was not judged counts as skipped.
bool judge_run(const struct judge *judge, struct job job, struct result *result);

void judge_close(struct judge *judge);

#endif
