// SPDX-License-Identifier: MIT
// SplitMix64: a counter in steps of the golden ratio, run through a mixing function.
#include "harness/trace/random.h"

#include <assert.h>

#include "harness/trace/fixed.h"

uint64_t random_mix(uint64_t value)
{
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

uint64_t random_next(struct random *random)
{
    random->state += UINT64_C(0x9e3779b97f4a7c15);
    return random_mix(random->state);
}

uint64_t random_below(struct random *random, uint64_t n)
{
    assert(n >= 1 && n <= UINT64_C(1) << 32);
    return ((random_next(random) >> 32) * n) >> 32;
}

uint64_t random_between(struct random *random, uint64_t low, uint64_t high)
{
    return low + random_below(random, high - low + 1);
}

/// The values past the last multiple of n would favour the small remainders.
uint64_t random_below_wide(struct random *random, uint64_t n)
{
    uint64_t end = UINT64_MAX - UINT64_MAX % n;
    uint64_t value = random_next(random);
    while (value >= end) {
        value = random_next(random);
    }
    return value % n;
}

/// -ln(u) for a uniform u in (0, 1]. ln 2 has five bits less than fixed point, so that the product
/// fits 64 bits.
uint64_t random_exponential(struct random *random)
{
    const uint64_t ln_2 = 46516319;
    return (64 * FIXED_ONE - fixed_log2(random_next(random) | 1)) * ln_2 >> (FIXED_BITS - 5);
}

/// Rejection from the exponential (Devroye, "Non-uniform random variate generation", 1986): x is
/// kept with probability exp(-(x - 1)^2 / 2), that is, when another exponential y is larger than
/// (x - 1)^2 / 2. The square is taken with 20 bits behind the point.
int64_t random_normal(struct random *random)
{
    for (;;) {
        uint64_t x = random_exponential(random);
        uint64_t y = random_exponential(random);
        uint64_t distance = (x > FIXED_ONE ? x - FIXED_ONE : FIXED_ONE - x) >> (FIXED_BITS - 20);
        if (distance * distance / 2 <= y << (40 - FIXED_BITS)) {
            return random_below(random, 2) == 0 ? (int64_t)x : -(int64_t)x;
        }
    }
}
