// SPDX-License-Identifier: MIT
// Where in the submission's code a callback was called from: the chain of frame pointers, cut to
// the frames that lie in the submission. Submissions that are watched are compiled with frame
// pointers; the C library is not, so that a chain may end there.
#ifndef MMGRADE_WORKER_BACKTRACE_H
#define MMGRADE_WORKER_BACKTRACE_H

#include <stdint.h>

#include "harness/worker/sighting.h"

/// Where a callback returns to, its caller's frame, and its own, where the used stack ends.
struct call_site {
    uintptr_t code;
    const uintptr_t *frame; ///< [0] the next frame, [1] the return address
    uintptr_t end;
};

/// Of the function in which this stands, which must not be inlined.
#define CALL_SITE_HERE                                                                             \
    ((struct call_site){(uintptr_t)__builtin_return_address(0),                                    \
                        *(const uintptr_t *const *)__builtin_frame_address(0),                     \
                        (uintptr_t)__builtin_frame_address(0)})

/// Fills code[] with offsets in the submission's shared object, of the instructions that made the
/// calls, the innermost first, the rest with 0; returns how many there are. About 5 ns.
uint32_t backtrace_take(struct call_site site, uint32_t code[SIGHTING_FRAMES]);

/// A number for a chain, the same for equal chains; 0 when there are more than fit.
uint32_t backtrace_number(const uint32_t code[SIGHTING_FRAMES]);

/// The chain of a number: fills code[], returns the frames; 0 for number 0.
uint32_t backtrace_find(uint32_t number, uint32_t code[SIGHTING_FRAMES]);

#endif
