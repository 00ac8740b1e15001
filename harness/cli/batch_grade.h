// SPDX-License-Identifier: MIT
// What a batch does with one submission: judge it in a child, read its result back in the parent.
#ifndef MMGRADE_CLI_BATCH_GRADE_H
#define MMGRADE_CLI_BATCH_GRADE_H

#include <stdbool.h>
#include <stddef.h>

#include "grading/gradebook.h"
#include "grading/intake.h"
#include "harness/cli/judge.h"

/// A hash of all that may change a raw score, but the submission and the machine: what the rubric
/// says (not its comments, nor its late policy, which is applied afterwards), the traces, this
/// program and its workers, templates, references, the compiler. The caller frees it. False with
/// *error when the rubric or one of the traces cannot be read.
bool batch_grade_hash(const struct judge *judge, char **hash, struct error *error);

/// Judges one submission and writes its result tree as JSON to `path`. What was refused, or holds
/// nothing that can be built, gets a result that was not built, with the verdict REFUSED, or
/// NOT_HANDED_IN when a roster names what is not there. False, with a note on stderr, when the
/// harness failed.
bool batch_grade_entry(const struct judge *judge, const struct submission_entry *entry,
                       const char *path);

/// For struct batch_plan.
bool batch_grade_read(const char *json, size_t n_bytes, struct gradebook_row *row,
                      struct error *error);

/// Seconds that no submission can take, however slow it is: more is the harness's fault.
double batch_grade_max_seconds(const struct judge *judge);

#endif
