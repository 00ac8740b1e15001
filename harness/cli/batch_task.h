// SPDX-License-Identifier: MIT
// One task of a job array: grades the submissions of its chunk (grading/slurm_records.h). It reads
// the list, the submissions, rubric and traces; it writes outcomes; it never sees the gradebook.
#ifndef MMGRADE_CLI_BATCH_TASK_H
#define MMGRADE_CLI_BATCH_TASK_H

#include <stdbool.h>

#include "grading/batch.h"
#include "harness/base/error.h"

/// Grades what chunk C of a run has no outcome for yet; `task` is "RUN/C". Of the plan it uses what
/// judges and how: grader_hash, n_jobs, n_tries, max_seconds, grade, context. A submission that is
/// not, or not all the time, what the list says becomes a harness error; so do all when this
/// machine's grader is another. False with *error when there is no such list. Dies when an outcome
/// cannot be written.
bool batch_task_run(const char *task, const struct batch_plan *plan, struct error *error);

#endif
