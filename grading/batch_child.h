// SPDX-License-Identifier: MIT
// One try to grade one submission, in a child of the judge: what happens to the child happens to
// nobody else. The child has its own session, its own folder for temporary files, and dies with the
// judge; so do the workers and compilers that it starts.
#ifndef MMGRADE_GRADING_BATCH_CHILD_H
#define MMGRADE_GRADING_BATCH_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "grading/batch.h"

struct batch_child {
    pid_t pid; ///< 0: none
    int pidfd;
    struct batch_item *item;
    unsigned attempt; ///< from 1
    size_t place;     ///< among the plan's n_jobs; says which CPUs are the child's
    uint64_t start_ns;
    bool is_late; ///< was killed for taking too long
    char *folder; ///< holds result.json, stderr.txt and tmp/
    char *path;   ///< of result.json
};

/// Starts it. The caller has filled item, attempt, place and folder, which is made anew and becomes
/// the child's. Dies when it cannot.
void batch_child_start(struct batch_child *child, const struct batch_plan *plan);

/// Kills it with all that it started and frees what belongs to it, the folder included. Takes a
/// child without a process.
void batch_child_stop(struct batch_child *child);

/// Reaps a child that has ended. True when it says that the result is written.
bool batch_child_reap(struct batch_child *child);

/// The last line that a failed child wrote to stderr, made printable, or how it ended. The caller
/// frees it.
char *batch_child_reason(const struct batch_child *child);

#endif
