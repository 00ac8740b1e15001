// SPDX-License-Identifier: MIT
// Taking what Slurm's tasks have left, and tidying up after them. Only the batch that holds the
// course's folder does this: the gradebook has one writer, on one machine.
//
// Runs may overlap. An outcome counts only if it is that of what is handed in now, by the grader
// of now, and only once: what comes twice, late, or from a run that was given up changes nothing.
#ifndef MMGRADE_GRADING_SLURM_COLLECT_H
#define MMGRADE_GRADING_SLURM_COLLECT_H

#include <stddef.h>

#include "grading/batch.h"

/// Gives each outcome that lies in a run below `folder` (OUT/slurm; maybe not there) and belongs to
/// a pending item to plan->take. Outcomes of older submissions, of students who had another id, of
/// items that are not pending, and what cannot be read are put aside; those of another grader are
/// left for the batch that asked for them.
void slurm_collect(const char *folder, struct batch *batch, const struct batch_plan *plan);

/// The names of the runs below `folder`, oldest first; *n of them. The caller frees each and the
/// list.
char **slurm_runs(const char *folder, size_t *n);

/// Removes a run that has come to its end, unless outcomes of another grader lie there.
void slurm_run_remove(const char *folder, const char *run);

#endif
