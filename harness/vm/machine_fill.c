// SPDX-License-Identifier: MIT
// What is in a machine at first: TLB entries, pages and lines that a preset has from a book.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/machine_parts.h"

#define PAGE_FLAGS (PTE_P | PTE_W | PTE_U)

/// The frames of the contents are taken, the others free.
static void take_frames(struct machine *machine, const struct machine_contents *contents)
{
    const struct geometry *geometry = &machine->settings.geometry;
    uint64_t n_frames = UINT64_C(1) << (geometry->pa_bits - geometry->page_bits);
    bool *taken = xcalloc(n_frames, sizeof *taken);
    for (size_t i = 0; i < contents->n_pages; i++) {
        taken[contents->pages[i].ppn] = true;
    }
    for (uint64_t frame = 0; frame < n_frames; frame++) {
        physical_alloc(machine->frames, 1);
    }
    for (uint64_t frame = 0; frame < n_frames; frame++) {
        if (!taken[frame]) {
            physical_free(machine->frames, frame << geometry->page_bits);
        }
    }
    free(taken);
}

/// All are put in, so that each comes into its way; then those go that are not valid.
static void fill_tlb(struct tlb *tlb, const struct tlb_entry *entries)
{
    uint32_t n = tlb->settings.sets * tlb->settings.ways;
    for (uint32_t i = 0; i < n; i++) {
        tlb_insert(tlb, 0, entries[i].vpn, entries[i].ppn, entries[i].flags, NULL);
    }
    for (uint32_t i = 0; i < n; i++) {
        if (!entries[i].valid) {
            tlb_invalidate(tlb, 0, entries[i].vpn);
        }
    }
}

static void fill_cache(struct cache *cache, const struct machine_line *lines)
{
    struct associative_victim none;
    for (uint32_t set = 0; set < cache->settings.sets; set++) {
        uint64_t number = lines[set].tag * cache->settings.sets + set;
        uint32_t slot = associative_take(&cache->slots, 0, number, &none);
        if (!lines[set].valid) {
            associative_drop(&cache->slots, slot);
        }
    }
}

void machine_fill(struct machine *machine)
{
    const struct machine_contents *contents = machine->settings.contents;
    const struct geometry *geometry = &machine->settings.geometry;
    take_frames(machine, contents);
    for (size_t i = 0; i < contents->n_pages; i++) {
        const struct machine_page *page = &contents->pages[i];
        pagetable_map(&machine->space->table, geometry_join_virtual(geometry, page->vpn, 0),
                      geometry_join_physical(geometry, page->ppn, 0), 0, PAGE_FLAGS);
    }
    fill_tlb(&machine->tlbs[MACHINE_DTLB], contents->tlb);
    fill_cache(&machine->caches[MACHINE_L1D], contents->lines);
}
