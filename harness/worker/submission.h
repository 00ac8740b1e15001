// SPDX-License-Identifier: MIT
// The submission as the worker holds it: functions found in its shared object.
#ifndef MMGRADE_WORKER_SUBMISSION_H
#define MMGRADE_WORKER_SUBMISSION_H

#include <stddef.h>

#include "harness/worker/ring.h"

struct submission {
    int (*init)(void);
    void *(*malloc)(size_t);
    void (*free)(void *);
    void *(*realloc)(void *, size_t);
    int (*checkheap)(int);
};

/// Confines the worker with the ring's first seccomp program, loads the shared object (its
/// constructors run here), then confines it with the second. Fills *submission, ring->functions
/// and ring->module_functions; on failure returns a reason.
const char *submission_load(struct submission *submission, const char *path, struct ring *ring);

#endif
