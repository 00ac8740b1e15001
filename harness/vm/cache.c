// SPDX-License-Identifier: MIT
// The golden cache: dirty bits beside the slots of harness/vm/associative.h.
#include "harness/vm/cache.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/memory.h"

void cache_open(struct cache *cache, const struct cache_settings *settings)
{
    assert(settings->line_bytes > 0 && (settings->line_bytes & (settings->line_bytes - 1)) == 0);
    *cache = (struct cache){.settings = *settings,
                            .line_bits = (uint32_t)__builtin_ctz(settings->line_bytes)};
    associative_open(&cache->slots, settings->sets, settings->ways);
    cache->dirty = xcalloc((size_t)settings->sets * settings->ways, sizeof *cache->dirty);
    cache->picture = xcalloc(settings->ways, sizeof *cache->picture);
}

void cache_close(struct cache *cache)
{
    associative_close(&cache->slots);
    free(cache->dirty);
    free(cache->picture);
    cache->dirty = NULL;
    cache->picture = NULL;
}

static struct cache_outcome fill(struct cache *cache, uint64_t number, bool write)
{
    struct associative_victim victim;
    struct cache_outcome outcome = {0};
    uint32_t slot = associative_take(&cache->slots, 0, number, &victim);
    if (victim.valid) {
        outcome = (struct cache_outcome){.evicted = true,
                                         .written_back = cache->dirty[slot],
                                         .victim = victim.key << cache->line_bits};
        cache->n_evictions++;
        cache->n_writebacks += cache->dirty[slot];
    }
    cache->dirty[slot] = write && cache->settings.write_back;
    return outcome;
}

struct cache_outcome cache_miss(struct cache *cache, uint64_t number, bool write)
{
    bool passes = write && !cache->settings.write_allocate;
    cache->n_misses++;
    cache->n_write_throughs += passes || (write && !cache->settings.write_back);
    return passes ? (struct cache_outcome){0} : fill(cache, number, write);
}

bool cache_peek(const struct cache *cache, uint64_t pa)
{
    return associative_find(&cache->slots, 0, pa >> cache->line_bits) != ASSOCIATIVE_NONE;
}

uint64_t cache_count_dirty(const struct cache *cache)
{
    uint64_t n = 0;
    uint32_t ways = cache->settings.ways;
    for (uint32_t set = 0; set < cache->settings.sets; set++) {
        for (uint32_t way = 0; way < cache->slots.n_begun[set]; way++) {
            n += cache->dirty[set * ways + way];
        }
    }
    return n;
}

const struct cache_line *cache_set(const struct cache *cache, uint64_t pa)
{
    uint32_t first = associative_set(&cache->slots, pa >> cache->line_bits);
    for (uint32_t way = 0; way < cache->settings.ways; way++) {
        uint32_t slot = first + way;
        bool valid = cache->slots.owners[slot] != 0;
        cache->picture[way] = (struct cache_line){
            .valid = valid,
            .dirty = valid && cache->dirty[slot],
            .number = cache->slots.keys[slot],
            .order = valid ? associative_rank(&cache->slots, slot) : 0,
        };
    }
    return cache->picture;
}
