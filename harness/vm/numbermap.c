// SPDX-License-Identifier: MIT
// Open addressing, linear probing, removal by moving the rest of a run up.
#include "harness/vm/numbermap.h"

#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"

void numbermap_close(struct numbermap *map)
{
    free(map->entries);
    *map = (struct numbermap){0};
}

/// The key's entry, or the empty one where its search ends.
static struct numbermap_entry *entry_of(const struct numbermap *map, uint64_t key)
{
    uint64_t i = random_mix(key) & (map->n_entries - 1);
    while (map->entries[i].key_plus_1 != 0 && map->entries[i].key_plus_1 != key + 1) {
        i = (i + 1) & (map->n_entries - 1);
    }
    return &map->entries[i];
}

bool numbermap_find(const struct numbermap *map, uint64_t key, uint64_t *value)
{
    if (map->n_entries == 0) {
        return false;
    }
    const struct numbermap_entry *entry = entry_of(map, key);
    *value = entry->value;
    return entry->key_plus_1 != 0;
}

static void grow(struct numbermap *map)
{
    struct numbermap larger = {.n_entries = map->n_entries == 0 ? 64 : 2 * map->n_entries,
                               .n_used = map->n_used};
    larger.entries = xcalloc(larger.n_entries, sizeof *larger.entries);
    for (uint64_t i = 0; i < map->n_entries; i++) {
        if (map->entries[i].key_plus_1 != 0) {
            *entry_of(&larger, map->entries[i].key_plus_1 - 1) = map->entries[i];
        }
    }
    free(map->entries);
    *map = larger;
}

void numbermap_put(struct numbermap *map, uint64_t key, uint64_t value)
{
    if (2 * map->n_used >= map->n_entries) {
        grow(map);
    }
    struct numbermap_entry *entry = entry_of(map, key);
    map->n_used += entry->key_plus_1 == 0;
    *entry = (struct numbermap_entry){key + 1, value};
}

void numbermap_remove(struct numbermap *map, uint64_t key)
{
    uint64_t mask = map->n_entries - 1;
    uint64_t gap = (uint64_t)(entry_of(map, key) - map->entries);
    for (uint64_t i = (gap + 1) & mask; map->entries[i].key_plus_1 != 0; i = (i + 1) & mask) {
        uint64_t home = random_mix(map->entries[i].key_plus_1 - 1) & mask;
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            map->entries[gap] = map->entries[i];
            gap = i;
        }
    }
    map->entries[gap] = (struct numbermap_entry){0};
    map->n_used--;
}
