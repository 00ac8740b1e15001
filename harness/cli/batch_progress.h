// SPDX-License-Identifier: MIT
// How far a batch is, on stderr: at a terminal one line, rewritten, with the time that is left;
// elsewhere a line for each submission.
#ifndef MMGRADE_CLI_BATCH_PROGRESS_H
#define MMGRADE_CLI_BATCH_PROGRESS_H

#include "grading/batch.h"

/// `row` is what has just been graded; NULL: only time has passed.
void batch_progress_show(const struct batch *batch, const struct gradebook_row *row);

/// Takes the line at the terminal away.
void batch_progress_end(void);

/// On standard output: how many of each status, what the harness failed on and why, where the
/// grades are.
void batch_progress_summarize(const struct batch *batch, struct gradebook *gradebook,
                              const char *folder);

#endif
