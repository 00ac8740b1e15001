// SPDX-License-Identifier: MIT
// `mmgrade batch --engine slurm`: what is pending goes to a cluster, in chunks; what its tasks have
// left is taken by this command when it waits, or by a job of its own after them.
//
// A course has one run at a time: while one is queued, nothing more is submitted. What a lost run
// has not graded is pending again for the next command.
#ifndef MMGRADE_CLI_BATCH_SLURM_H
#define MMGRADE_CLI_BATCH_SLURM_H

#include <stdbool.h>
#include <stddef.h>

#include "grading/batch.h"
#include "grading/gradebook.h"
#include "harness/base/error.h"

/// What the command line says; starts as {0}.
struct batch_slurm_options {
    size_t chunk_size; ///< submissions a task; 0: by what they cost
    size_t n_at_once;  ///< tasks; 0: as many as Slurm likes
    const char *site;  ///< more options for sbatch, separated by blanks; NULL: none
    bool waits;
};

struct batch_slurm {
    const struct batch_slurm_options *options;
    char *const *arguments; ///< the words after `mmgrade batch`, which tasks are given, too; a NULL
    const char *folder;     ///< OUT/slurm, absolute
    size_t n_cpus;          ///< for one task
    double seconds;         ///< about what a submission takes
};

/// Seconds that a submission of this course takes: the mean of those with a grade; without any, a
/// guess for the default rubric.
double batch_slurm_estimate(struct gradebook *gradebook);

/// Submits what is pending and says so on standard output; waits for it when asked to, or until
/// interrupted. False with *error when Slurm is missing or refuses.
bool batch_slurm_grade(const struct batch_slurm *slurm, struct batch *batch,
                       const struct batch_plan *plan, struct error *error);

#endif
