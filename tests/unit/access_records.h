// SPDX-License-Identifier: MIT
// Records that a generator makes, in memory, and what tests count in them.
#ifndef MMGRADE_TESTS_UNIT_ACCESS_RECORDS_H
#define MMGRADE_TESTS_UNIT_ACCESS_RECORDS_H

#include "harness/access/generators.h"

struct records {
    struct access *all; ///< the test frees it
    size_t n;
    size_t capacity;
    size_t n_wanted; ///< what comes after so many is refused
};

/// A sink for `struct records`; fails the test when it is called after a refusal.
bool records_take(void *records, const struct access *more, size_t n);

/// Runs the kind with parameters given as pairs of id and value, the last of them N_PARAMETERS.
struct records records_make(const char *kind, const uint64_t (*given)[2]);
#define MAKE(kind, ...) records_make(kind, (const uint64_t[][2]){__VA_ARGS__, {N_PARAMETERS}})

size_t records_count(const struct records *records, enum access_kind kind);

/// Misses of a fully associative memory of n_places blocks of 2^block_bits bytes; the victim is the
/// block that was used last (`lru`) or loaded last (FIFO) the longest ago.
size_t records_misses(const struct records *records, unsigned block_bits, size_t n_places,
                      bool lru);

#endif
