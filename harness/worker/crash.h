// SPDX-License-Identifier: MIT
// Signals that student code raises, reported through the ring before the worker exits.
#ifndef MMGRADE_WORKER_CRASH_H
#define MMGRADE_WORKER_CRASH_H

#include <stdbool.h>

#include "harness/worker/ring.h"

/// Handles SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP and SIGSYS on a stack of its own, so
/// that a stack overflow is reported too; notes the stack's bounds in the ring.
bool crash_open(struct ring *ring);

#endif
