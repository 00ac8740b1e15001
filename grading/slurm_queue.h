// SPDX-License-Identifier: MIT
// Slurm's own programs: sbatch submits, squeue tells what is waiting or running. They are started
// without a shell; their messages go to stderr.
#ifndef MMGRADE_GRADING_SLURM_QUEUE_H
#define MMGRADE_GRADING_SLURM_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

/// A job to submit. It may be started again after its node was lost.
struct slurm_job {
    const char *name;
    const char *script; ///< a path; it redirects its own output
    size_t n_minutes;   ///< it is stopped then
    size_t n_cpus;
    size_t n_tasks;      ///< of a job array, numbered from 0; 0: no array
    size_t n_at_once;    ///< of those; 0: as many as Slurm likes
    const char *after;   ///< the job ID that must have ended, well or not; NULL: none
    const char *options; ///< of the site, separated by blanks; may change minutes and CPUs
};

/// Whether Slurm answers. False with *error, which says in plain words when its programs are
/// missing.
bool slurm_answers(struct error *error);

/// Submits it; *id is the job's number, which the caller frees. False with *error.
bool slurm_submit(const struct slurm_job *job, char **id, struct error *error);

/// Whether a job of that name is waiting or running. False with *error when Slurm does not tell.
bool slurm_is_queued(const char *name, bool *is_queued, struct error *error);

#endif
