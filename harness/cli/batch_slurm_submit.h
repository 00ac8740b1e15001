// SPDX-License-Identifier: MIT
// A run of Slurm: its folder with the chunks and the scripts of the jobs, and submitting them.
#ifndef MMGRADE_CLI_BATCH_SLURM_SUBMIT_H
#define MMGRADE_CLI_BATCH_SLURM_SUBMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "grading/batch.h"
#include "harness/base/error.h"
#include "harness/cli/batch_slurm.h"

struct batch_slurm_run {
    char *name;     ///< of its folder
    char *job_name; ///< as squeue has it
    char *job_id;
    char *collecting_job_id; ///< NULL: nobody asked for one
    size_t n_submissions;
    size_t n_tasks;
    size_t chunk_size;   ///< of all tasks but the last
    double task_seconds; ///< about what one takes
};

/// The name that the jobs of a run have; the caller frees it.
char *batch_slurm_job_name(const char *run);

/// Makes a run of all that is pending and submits it: a job array and, unless this command waits,
/// a job after it that takes the outcomes. False with *error, and nothing to free, when Slurm
/// refuses; dies when the disk does.
bool batch_slurm_submit(const struct batch_slurm *slurm, const struct batch *batch,
                        const struct batch_plan *plan, struct batch_slurm_run *run,
                        struct error *error);

void batch_slurm_run_free(struct batch_slurm_run *run);

#endif
