// SPDX-License-Identifier: MIT
// The golden cache: sets x ways of lines, LRU, physically addressed, without the bytes. What
// student_template/vm/cache.h asks of students.
#ifndef MMGRADE_VM_CACHE_H
#define MMGRADE_VM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

struct cache_settings {
    uint32_t sets; ///< a power of two; 0: there is no such cache
    uint32_t ways;
    uint32_t line_bytes;
    bool write_back;
    bool write_allocate;
    uint32_t cycles; ///< of a hit
};

struct cache_line {
    bool valid, dirty;
    uint64_t number; ///< address / line_bytes
    uint64_t order;  ///< when it was used: the smallest of a set goes first
};

struct cache {
    struct cache_settings settings;
    struct cache_line *lines; ///< set by set
    uint64_t clock;
    uint64_t n_hits, n_misses, n_evictions, n_writebacks, n_write_throughs;
};

struct cache_outcome {
    bool hit, evicted, written_back;
    uint64_t victim; ///< the address of its first byte, when evicted; else 0
};

void cache_open(struct cache *cache, const struct cache_settings *settings);
void cache_close(struct cache *cache);

struct cache_outcome cache_access(struct cache *cache, uint64_t pa, bool write);

/// Dirty lines that are still there.
uint64_t cache_count_dirty(const struct cache *cache);

/// The first line of the address's set: `ways` of them, for pictures.
const struct cache_line *cache_set(const struct cache *cache, uint64_t pa);

#endif
