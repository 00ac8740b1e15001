// SPDX-License-Identifier: MIT
// What passes between the batch that submits to Slurm and the tasks that grade: lists of
// submissions one way, outcomes the other. Both are files of strings that end in a NUL each, since
// names of submissions may hold any other byte.
//
// The folder OUT/slurm holds them on a file system that all nodes share:
//
//   RUN/chunks/C        the submissions of task C
//   RUN/results/C.I     the outcome of the I-th of them, renamed into place: whole or not there
//   RUN/taken/C.I       an outcome that a batch has dealt with; the task knows that it is done
//   RUN/task.sh, collect.sh, *.txt    the jobs and their messages
//
// Glossary:
//   run       one submission to Slurm: a job array and its folder
//   chunk     the submissions that one task of the array grades, one after another
//   outcome   the result of one submission, or why the harness failed on it
//   grader    all that may change a grade, but the submission (struct batch_plan)
#ifndef MMGRADE_GRADING_SLURM_RECORDS_H
#define MMGRADE_GRADING_SLURM_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "grading/batch.h"
#include "grading/intake.h"
#include "harness/base/error.h"

struct slurm_chunk {
    char *grader_hash;
    struct intake intake; ///< the chunk's submissions, in its order
    struct batch batch;   ///< the same; all are pending
};

/// Writes the list of `n_items` submissions. Whether it arrived, the stream says.
void slurm_chunk_write(FILE *stream, const char *grader_hash, struct batch_item *const *items,
                       size_t n_items);

/// False with *error, and nothing to free, when the file is missing or no such list.
bool slurm_chunk_read(const char *path, struct slurm_chunk *chunk, struct error *error);

void slurm_chunk_free(struct slurm_chunk *chunk);

/// An outcome, and whose it is.
struct slurm_outcome {
    const char *grader_hash;
    const char *submission_hash;
    const char *name;
    const char *student_id; ///< never NULL; some traces are the student's own
    struct batch_outcome batch;
    char *text; ///< holds all the strings
};

/// Writes the outcome of one submission. Whether it arrived, the stream says.
void slurm_outcome_write(FILE *stream, const char *grader_hash, const struct batch_item *item,
                         const struct batch_outcome *outcome);

/// False with *error, and nothing to free, when the file is missing or no such record.
bool slurm_outcome_read(const char *path, struct slurm_outcome *outcome, struct error *error);

void slurm_outcome_free(struct slurm_outcome *outcome);

#endif
