// SPDX-License-Identifier: MIT
// The golden cache: sets x ways of lines, LRU, physically addressed, without the bytes. What
// student_template/vm/cache.h asks of students.
#ifndef MMGRADE_VM_CACHE_H
#define MMGRADE_VM_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/vm/associative.h"

struct cache_settings {
    uint32_t sets; ///< a power of two; 0: there is no such cache
    uint32_t ways;
    uint32_t line_bytes; ///< a power of two
    bool write_back;
    bool write_allocate;
    uint32_t cycles; ///< of a hit
};

/// What cache_set() shows.
struct cache_line {
    bool valid, dirty;
    uint64_t number; ///< address / line_bytes
    uint64_t order;  ///< by use: the smallest of a set goes first
};

struct cache {
    struct cache_settings settings;
    struct associative slots;   ///< by line number
    bool *dirty;                ///< by slot
    uint32_t line_bits;         ///< log2(line_bytes)
    struct cache_line *picture; ///< what cache_set() has drawn last
    uint64_t n_hits, n_misses, n_evictions, n_writebacks, n_write_throughs;
};

struct cache_outcome {
    bool hit, evicted, written_back;
    uint64_t victim; ///< the address of its first byte, when evicted; else 0
};

void cache_open(struct cache *cache, const struct cache_settings *settings);
void cache_close(struct cache *cache);

/// The part of cache_access for lines that are not there; `number` is the line's.
struct cache_outcome cache_miss(struct cache *cache, uint64_t number, bool write);

static inline struct cache_outcome cache_access(struct cache *cache, uint64_t pa, bool write)
{
    uint64_t number = pa >> cache->line_bits;
    uint32_t slot = associative_find(&cache->slots, 0, number);
    if (slot == ASSOCIATIVE_NONE) {
        return cache_miss(cache, number, write);
    }
    cache->n_hits++;
    associative_touch(&cache->slots, slot);
    if (write) {
        cache->dirty[slot] |= cache->settings.write_back;
        cache->n_write_throughs += !cache->settings.write_back;
    }
    return (struct cache_outcome){.hit = true};
}

/// Whether the line is there; changes and counts nothing.
bool cache_peek(const struct cache *cache, uint64_t pa);

/// Dirty lines that are still there. O(sets * ways).
uint64_t cache_count_dirty(const struct cache *cache);

/// The first line of the address's set: `ways` of them, for pictures. Until the next call.
const struct cache_line *cache_set(const struct cache *cache, uint64_t pa);

#endif
