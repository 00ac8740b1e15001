// SPDX-License-Identifier: MIT
// The timed loop: a slice of operations without the judge in between.
#ifndef MMGRADE_WORKER_REPLAY_H
#define MMGRADE_WORKER_REPLAY_H

#include <stdbool.h>

#include "harness/worker/submission.h"

/// Makes the pointer table for `n_slots` slots; false when there is no memory.
bool replay_open(uint32_t n_slots);

/// Forgets all pointers, as before the first slice.
void replay_reset(void);

/// Replays ring->slice[0 .. count) and fills ring->log.
void replay_slice(const struct submission *submission, struct ring *ring, uint32_t count);

#endif
