// SPDX-License-Identifier: MIT
// The lab `cache`: a set-associative, physically addressed cache with LRU replacement (CS:APP 3e,
// section 6.4). It keeps track of lines, not of the bytes in them.
//
// Write-back: a write makes its line dirty, and memory learns of it when the line is evicted.
// Write-through: memory learns of each write at once, no line is ever dirty. Without write-allocate
// a write that misses goes to memory and changes nothing in the cache. Every hit, and every line
// that is filled, is a use for LRU.
#ifndef CACHE_H
#define CACHE_H

#include "vm.h"

struct cache_config {
    uint32_t sets;       ///< a power of two
    uint32_t ways;       ///< at least 1; 1 set: fully associative
    uint32_t line_bytes; ///< a power of two
    bool write_back;     ///< else write-through
    bool write_allocate;
};

struct cache_result {
    bool hit;
    bool evicted;      ///< a valid line gave way
    bool written_back; ///< it was dirty and went to memory; never under write-through
    uint64_t victim;   ///< the address of its first byte, when evicted; else 0
};

/// Called before each trace; all lines are invalid then.
void cache_init(const struct cache_config *config);

/// One read or write of the line that holds `pa`. An invalid line is filled before any is evicted.
struct cache_result cache_access(uint64_t pa, bool write);

#endif
