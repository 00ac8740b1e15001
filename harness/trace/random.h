// SPDX-License-Identifier: MIT
// The generators' random numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom
// number generators", OOPSLA 2014; the constants are those of Vigna's public-domain version).
// Integers only, so the same seed gives the same bytes on every machine and compiler.
#ifndef MMGRADE_TRACE_RANDOM_H
#define MMGRADE_TRACE_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; ///< the seed at first; any value is good
};

/// SplitMix64's finalizer: a bijection in which each input bit changes half of the output bits.
uint64_t random_mix(uint64_t value);

uint64_t random_next(struct random *random);

/// Uniform in 0 .. n - 1, for 1 <= n <= 2^32.
uint64_t random_below(struct random *random, uint64_t n);

/// Uniform in low .. high, both included; at most 2^32 values.
uint64_t random_between(struct random *random, uint64_t low, uint64_t high);

/// Uniform in 0 .. n - 1 for any n >= 1.
uint64_t random_below_wide(struct random *random, uint64_t n);

/// Exponential with mean 1, as fixed point (harness/trace/fixed.h); 64 ln 2 at most.
uint64_t random_exponential(struct random *random);

/// The standard normal distribution, as fixed point.
int64_t random_normal(struct random *random);

#endif
