// SPDX-License-Identifier: MIT
// The part of the page map that hits do not need: new pages, and growth.
#include "harness/vm/page_map.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/memory.h"

#define FIRST_SHIFT 54 // 1024 entries

static void make_entries(struct page_map *map, unsigned shift)
{
    size_t n_entries = (size_t)1 << (64 - shift);
    map->entries = xreallocarray(NULL, n_entries, sizeof *map->entries);
    map->mask = n_entries - 1;
    map->shift = shift;
    for (size_t i = 0; i < n_entries; i++) {
        map->entries[i].page = PAGE_MAP_EMPTY;
    }
}

void page_map_open(struct page_map *map)
{
    map->n_pages = 0;
    make_entries(map, FIRST_SHIFT);
}

void page_map_close(struct page_map *map)
{
    free(map->entries);
}

static void grow(struct page_map *map)
{
    struct page_map old = *map;
    make_entries(map, old.shift - 1);
    for (size_t i = 0; i <= old.mask; i++) {
        if (old.entries[i].page != PAGE_MAP_EMPTY) {
            *page_map_entry(map, old.entries[i].page) = old.entries[i];
        }
    }
    free(old.entries);
}

uint64_t *page_map_add(struct page_map *map, struct page_map_entry *entry, uint64_t page,
                       uint64_t fresh)
{
    assert(page != PAGE_MAP_EMPTY);
    if (map->n_pages > map->mask / 2) {
        grow(map);
        entry = page_map_entry(map, page);
    }
    map->n_pages++;
    *entry = (struct page_map_entry){.page = page, .value = fresh};
    return &entry->value;
}
