// SPDX-License-Identifier: MIT
// The two tables behind idmap_slot. Linear probing; the hash is the finalizer of SplitMix64, so
// ids that are addresses (multiples of 16) spread as well as random ones.
#include "harness/trace/idmap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/huge.h"
#include "harness/trace/random.h"

#define FIRST_ENTRIES 1024

void idmap_init(struct idmap *map, size_t n_dense, size_t n_expected)
{
    *map = (struct idmap){.n_dense = n_dense, .n_expected = n_expected};
}

void idmap_free(struct idmap *map)
{
    free(map->dense);
    free(map->entries);
    *map = (struct idmap){0};
}

static uint32_t new_slot(struct idmap *map)
{
    assert(map->n_slots < UINT32_MAX - 1);
    return ++map->n_slots;
}

static void grow_dense(struct idmap *map, size_t at_least)
{
    size_t made = map->n_dense_made * 2;
    made = made < at_least ? at_least : made;
    made = made < FIRST_ENTRIES ? FIRST_ENTRIES : made;
    map->dense = xreallocarray(map->dense, made, sizeof *map->dense);
    huge_pages(map->dense, made * sizeof *map->dense);
    memset(map->dense + map->n_dense_made, 0, (made - map->n_dense_made) * sizeof *map->dense);
    map->n_dense_made = made;
}

static size_t first_place(const struct idmap *map, int64_t id)
{
    return (size_t)random_mix((uint64_t)id) & (map->n_entries - 1);
}

/// The place where `id` stands, or the empty one where it belongs.
static struct idmap_entry *find_entry(const struct idmap *map, int64_t id)
{
    size_t mask = map->n_entries - 1;
    size_t idx = first_place(map, id);
    while (map->entries[idx].slot_plus_1 != 0 && map->entries[idx].id != id) {
        idx = (idx + 1) & mask;
    }
    return &map->entries[idx];
}

static bool is_full(const struct idmap *map)
{
    return map->n_used >= map->n_entries / 3 * 2;
}

static void grow_entries(struct idmap *map)
{
    struct idmap old = *map;
    map->n_entries = old.n_entries == 0 ? FIRST_ENTRIES : 2 * old.n_entries;
    while (map->n_entries / 3 * 2 <= map->n_expected) {
        map->n_entries *= 2;
    }
    map->entries = xcalloc(map->n_entries, sizeof *map->entries);
    huge_pages(map->entries, map->n_entries * sizeof *map->entries);
    for (size_t i = 0; i < old.n_entries; i++) {
        if (old.entries[i].slot_plus_1 != 0) {
            *find_entry(map, old.entries[i].id) = old.entries[i];
        }
    }
    free(old.entries);
}

uint32_t idmap_slot(struct idmap *map, int64_t id)
{
    assert(id >= 0);
    size_t idx = (size_t)id;
    if (idx < map->n_dense) {
        if (idx >= map->n_dense_made) {
            grow_dense(map, idx + 1);
        }
        if (map->dense[idx] == 0) {
            map->dense[idx] = new_slot(map);
        }
        return map->dense[idx] - 1;
    }
    if (is_full(map)) {
        grow_entries(map);
    }
    struct idmap_entry *entry = find_entry(map, id);
    if (entry->slot_plus_1 == 0) {
        *entry = (struct idmap_entry){.id = id, .slot_plus_1 = new_slot(map)};
        map->n_used++;
    }
    return entry->slot_plus_1 - 1;
}

void idmap_prefetch(const struct idmap *map, int64_t id)
{
    size_t idx = (size_t)id;
    if (idx < map->n_dense_made) {
        __builtin_prefetch(&map->dense[idx], 1);
    } else if (map->n_entries > 0) {
        __builtin_prefetch(&map->entries[first_place(map, id)], 1);
    }
}
