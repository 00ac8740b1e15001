// SPDX-License-Identifier: MIT
// The logarithm bit by bit, the power by its series.
#include "harness/trace/fixed.h"

#include <assert.h>

#define LN_2 UINT64_C(1488522236) // ln 2 as fixed point

/// Squaring a mantissa doubles its logarithm, whose next bit is 1 when the square passes 2.
uint64_t fixed_log2(uint64_t number)
{
    assert(number >= 1);
    unsigned whole = 63 - (unsigned)__builtin_clzll(number);
    uint64_t mantissa =
        whole > FIXED_BITS ? number >> (whole - FIXED_BITS) : number << (FIXED_BITS - whole);
    uint64_t log = whole;
    for (unsigned i = 0; i < FIXED_BITS; i++) {
        mantissa = mantissa * mantissa >> FIXED_BITS;
        log <<= 1;
        if (mantissa >= 2 * FIXED_ONE) {
            mantissa >>= 1;
            log |= 1;
        }
    }
    return log;
}

/// 2^f = e^(f ln 2) = the sum of (f ln 2)^k / k!, for the fraction f; the rest is a shift.
uint64_t fixed_exp2(uint64_t exponent)
{
    unsigned whole = (unsigned)(exponent >> FIXED_BITS);
    assert(whole < 63);
    uint64_t power = (exponent & (FIXED_ONE - 1)) * LN_2 >> FIXED_BITS;
    uint64_t sum = 0;
    uint64_t term = FIXED_ONE;
    for (uint64_t k = 1; term != 0; k++) {
        sum += term;
        term = (term * power >> FIXED_BITS) / k;
    }
    return whole > FIXED_BITS ? sum << (whole - FIXED_BITS) : sum >> (FIXED_BITS - whole);
}
