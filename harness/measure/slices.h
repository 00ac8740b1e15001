// SPDX-License-Identifier: MIT
// A trace cut into slices for the ring, and what came back held against what should.
#ifndef MMGRADE_MEASURE_SLICES_H
#define MMGRADE_MEASURE_SLICES_H

#include <stddef.h>
#include <stdint.h>

#include "harness/trace/trace.h"
#include "harness/worker/ring.h"

/// How many slices the trace has.
size_t slices_count(const struct trace *trace);

/// Writes slice `slice` into ring->slice; returns how many operations it has.
uint32_t slices_write(struct ring *ring, const struct trace *trace, size_t slice);

/// Copies the pointers of the slice just run to their places in `pointers`, by operation.
void slices_note(const struct ring *ring, const struct trace *trace, size_t slice,
                 uint64_t *pointers);

/// The first operation, from 1, of the slice just run that gave another pointer than
/// `expected[operation - 1]`, with that pointer in *differing; 0: none.
size_t slices_differ(const struct ring *ring, const struct trace *trace, size_t slice,
                     const uint64_t *expected, uint64_t *differing);

#endif
