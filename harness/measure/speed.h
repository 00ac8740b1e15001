// SPDX-License-Identifier: MIT
// Wall-clock speed of a submission beside the reference's. On a shared machine an absolute figure
// moves by a factor; a ratio of two sides timed in turns, slice by slice, moves far less.
//
// Glossary of the stage `measure`:
//   side    the submission or the reference, each with its worker and heap
//   slice   RING_SLICE operations, timed as one
//   round   the whole trace once on each side, from mm_init on
#ifndef MMGRADE_MEASURE_SPEED_H
#define MMGRADE_MEASURE_SPEED_H

#include <stdint.h>

#include "harness/heap/session.h"

enum speed_side { SPEED_SUBMISSION, SPEED_REFERENCE, SPEED_SIDES };

struct speed_plan {
    const struct session_plan *sides[SPEED_SIDES]; ///< the reference may be NULL: no ratio then
    const uint64_t *expected;                      ///< the submission's pointers, by operation
    double budget_seconds;                         ///< timing stops after the round that passes it
};

struct speed {
    /// Operations a second, from the sum of each slice's median over the rounds.
    double ops_per_second[SPEED_SIDES];
    double ratio;  ///< submission / reference; NAN without a reference
    double spread; ///< half-width of the ratio's 95 % interval / ratio; NAN below 3 rounds
    unsigned n_rounds;
    uint64_t reference_heap_bytes; ///< final size of the reference's heap; 0 without one
    // What went wrong on the submission's side, if anything did.
    size_t stopped_op;       ///< first operation of the slice that did not come back; 0: none
    struct worker_news news; ///< how it stopped
    size_t differing_op;     ///< first operation with another pointer than expected; 0: none
    uint64_t differing_pointer;
};

/// Times both sides in turns; dies when the reference does not play its part.
void speed_measure(const struct speed_plan *plan, struct speed *speed);

#endif
