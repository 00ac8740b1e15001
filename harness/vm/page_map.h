// SPDX-License-Identifier: MIT
// Page number -> a 64-bit value, for machines that look a page up at each use: one cache line a
// hit. Open addressing with linear probing, at most half full, nothing is ever removed. 32 to 64
// bytes a page. Any page number but UINT64_MAX, which marks an empty entry.
#ifndef MMGRADE_VM_PAGE_MAP_H
#define MMGRADE_VM_PAGE_MAP_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_MAP_EMPTY UINT64_MAX

struct page_map_entry {
    uint64_t page;
    uint64_t value;
};

struct page_map {
    struct page_map_entry *entries; ///< a power of two of them, never none
    size_t mask;                    ///< their number - 1
    unsigned shift;                 ///< 64 - log2 of their number
    size_t n_pages;
};

void page_map_open(struct page_map *map);
void page_map_close(struct page_map *map);

/// Of page_map_at, for a page that is new; `entry` is where it belongs.
uint64_t *page_map_add(struct page_map *map, struct page_map_entry *entry, uint64_t page,
                       uint64_t fresh);

/// The entry of `page`, or the empty one where it belongs. Multiplicative hashing (Knuth, "The Art
/// of Computer Programming" 3, section 6.4) spreads runs of pages evenly; high and low half are
/// mixed first, because a multiple of 2^32 has only zeros to multiply.
static inline struct page_map_entry *page_map_entry(const struct page_map *map, uint64_t page)
{
    uint64_t hash = (page ^ page >> 32) * UINT64_C(0x9e3779b97f4a7c15);
    size_t idx = (size_t)(hash >> map->shift);
    while (map->entries[idx].page != page && map->entries[idx].page != PAGE_MAP_EMPTY) {
        idx = (idx + 1) & map->mask;
    }
    return &map->entries[idx];
}

/// Where the page's value stands, which is `fresh` if the page is new. Valid until the next new
/// page. Amortised O(1).
static inline uint64_t *page_map_at(struct page_map *map, uint64_t page, uint64_t fresh)
{
    struct page_map_entry *entry = page_map_entry(map, page);
    return entry->page == page ? &entry->value : page_map_add(map, entry, page, fresh);
}

#endif
