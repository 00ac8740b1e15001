// SPDX-License-Identifier: MIT
// SplitMix64: a counter in steps of the golden ratio, run through a mixing function.
#include "harness/trace/random.h"

#include <assert.h>

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
