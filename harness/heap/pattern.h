// SPDX-License-Identifier: MIT
// What the judge stores in payloads: bytes that depend on the block, on when it was filled and on
// the place in it, so that lost, shifted, exchanged and stale data all show.
#ifndef MMGRADE_HEAP_PATTERN_H
#define MMGRADE_HEAP_PATTERN_H

#include <stdint.h>

/// A seed for the block in `slot`, filled at operation `op_idx`.
uint64_t pattern_seed(uint32_t slot, uint64_t op_idx);

/// Writes bytes [from, to) of the pattern to payload[from .. to). About 0.1 ns a byte.
void pattern_fill(char *payload, uint64_t from, uint64_t to, uint64_t seed);

/// The index of the first byte of payload[0 .. size) that differs from the pattern; size if none.
uint64_t pattern_verify(const char *payload, uint64_t size, uint64_t seed);

/// The pattern's byte at a place.
uint8_t pattern_byte(uint64_t seed, uint64_t at);

#endif
