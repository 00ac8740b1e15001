// SPDX-License-Identifier: MIT
// Logarithms and powers of two with integers only: libm's last bits differ from one machine to the
// next, and a trace's bytes must not.
#ifndef MMGRADE_TRACE_FIXED_H
#define MMGRADE_TRACE_FIXED_H

#include <stdint.h>

/// Fixed point: a value v stands as v * FIXED_ONE in a 64-bit integer.
#define FIXED_BITS 31
#define FIXED_ONE (UINT64_C(1) << FIXED_BITS)

/// The logarithm to base 2 of a whole number >= 1, as fixed point; wrong by 2^-29 at most.
uint64_t fixed_log2(uint64_t number);

/// 2 to the power of a fixed-point number below 63, rounded down to a whole number; its relative
/// error before that is 2^-27 at most.
uint64_t fixed_exp2(uint64_t exponent);

#endif
