// SPDX-License-Identifier: MIT
// What MAP, UNMAP and PROTECT make the machine do, page by page; and what it holds before a trace.
#include "harness/modules/flow.h"

#include "harness/modules/twins.h"

#define FIRST_FLAGS (PTE_P | PTE_W | PTE_U)

static uint64_t flags_of(const struct access *event)
{
    return PTE_P | ((event->flags & ACCESS_MAY_WRITE) != 0 ? PTE_W : 0) |
           ((event->flags & ACCESS_MAY_USER) != 0 ? PTE_U : 0) |
           ((event->flags & ACCESS_MAY_FETCH) != 0 ? 0 : PTE_XD);
}

static struct walk peek(const struct pipeline *pipeline, const struct space *space, uint64_t va)
{
    (void)pipeline;
    return pagetable_walk(&space->golden, va, WALK_READ, false, false);
}

/// A large page fits where it is asked for, aligned, inside the area, and no table is in its way.
static bool fits_large(const struct pipeline *pipeline, const struct space *space,
                       const struct access *event, uint64_t va, uint64_t end)
{
    const struct geometry *geometry = pipeline->geometry;
    if ((event->flags & ACCESS_LARGE) == 0 || geometry->n_levels < 2) {
        return false;
    }
    uint64_t bytes = UINT64_C(1) << geometry_page_bits(geometry, 1);
    struct walk walk = peek(pipeline, space, va);
    return va % bytes == 0 && end - va >= bytes && walk.fault == WALK_MISSING &&
           walk.n_levels < geometry->n_levels &&
           geometry->pa_bits > geometry_page_bits(geometry, 1) + 1;
}

/// The frame for the next page, or GEOMETRY_NONE. Small ones count up, large ones down from the
/// top.
static uint64_t take_frame(struct pipeline *pipeline, bool large)
{
    const struct geometry *geometry = pipeline->geometry;
    uint64_t top = UINT64_C(1) << geometry->pa_bits;
    uint64_t half = top / 2;
    uint64_t large_bytes = geometry->n_levels < 2 || geometry_page_bits(geometry, 1) >= 63
                               ? half
                               : UINT64_C(1) << geometry_page_bits(geometry, 1);
    uint64_t small = pipeline->n_mapped_pages << geometry->page_bits;
    uint64_t taken = pipeline->n_mapped_large * large_bytes;
    uint64_t bytes = large ? large_bytes : flow_page_bytes(pipeline);
    if (small + taken + bytes > half) {
        return GEOMETRY_NONE;
    }
    if (large) {
        pipeline->n_mapped_large++;
        return top - taken - large_bytes;
    }
    pipeline->n_mapped_pages++;
    return half + small;
}

bool flow_map(struct pipeline *pipeline, struct space *space, const struct access *event)
{
    const struct geometry *geometry = pipeline->geometry;
    uint64_t va = flow_cut(pipeline, event->address) & ~(flow_page_bytes(pipeline) - 1);
    uint64_t end = flow_cut(pipeline, event->address) + event->bytes;
    while (va < end && flow_cut(pipeline, va) == va) {
        bool large = fits_large(pipeline, space, event, va, end);
        uint64_t bytes = UINT64_C(1) << geometry_page_bits(geometry, large);
        if (peek(pipeline, space, va).fault == WALK_MISSING) {
            uint64_t pa = take_frame(pipeline, large);
            bool done = false;
            if (pa == GEOMETRY_NONE) {
                return true;
            }
            if (!twin_pagetable_map(pipeline, space, va, pa, large, flags_of(event), &done)) {
                return false;
            }
            if (!done) {
                return flow_give_up(pipeline, "the page tables");
            }
        }
        va += bytes;
    }
    return true;
}

/// Every ordinary page of one that is mapped; others may be in the TLB under any of them.
/// The bytes of a page that is mapped no more.
static void page_out(struct pipeline *pipeline, uint64_t va, uint64_t pa, uint64_t bytes)
{
    for (uint64_t at = 0; pipeline->plan->moves_data && at < bytes;
         at += flow_page_bytes(pipeline)) {
        data_page_out(&pipeline->data, pipeline->process, va + at, pa + at);
    }
}

static bool invalidate(struct pipeline *pipeline, uint64_t va, uint64_t bytes)
{
    uint32_t page_bits = pipeline->geometry->page_bits;
    for (uint64_t page = va; page < va + bytes; page += flow_page_bytes(pipeline)) {
        if (!twin_tlb_invalidate(pipeline, pipeline->process, page >> page_bits)) {
            return false;
        }
    }
    return true;
}

bool flow_change(struct pipeline *pipeline, struct space *space, const struct access *event)
{
    const struct geometry *geometry = pipeline->geometry;
    uint64_t va = flow_cut(pipeline, event->address) & ~(flow_page_bytes(pipeline) - 1);
    uint64_t end = flow_cut(pipeline, event->address) + event->bytes;
    while (va < end && flow_cut(pipeline, va) == va) {
        struct walk walk = peek(pipeline, space, va);
        bool mapped = walk.fault != WALK_MISSING;
        uint64_t bytes = UINT64_C(1) << geometry_page_bits(geometry, mapped ? walk.height : 0);
        uint64_t base = va & ~(bytes - 1);
        bool fine = !mapped || (event->kind == ACCESS_UNMAP
                                    ? twin_pagetable_unmap(pipeline, space, va)
                                    : twin_pagetable_protect(pipeline, space, va, flags_of(event)));
        if (mapped && event->kind == ACCESS_UNMAP) {
            page_out(pipeline, base, walk.pa & ~(bytes - 1), bytes);
        }
        if (!fine || (mapped && !invalidate(pipeline, base, bytes))) {
            return false;
        }
        va = base + bytes;
    }
    return true;
}

bool flow_fill(struct pipeline *pipeline)
{
    const struct machine_contents *contents = pipeline->contents;
    const struct geometry *geometry = pipeline->geometry;
    struct space *space = flow_enter(pipeline, 0);
    for (size_t i = 0; space != NULL && i < contents->n_pages; i++) {
        const struct machine_page *page = &contents->pages[i];
        bool done;
        if (!twin_pagetable_map(pipeline, space, geometry_join_virtual(geometry, page->vpn, 0),
                                geometry_join_physical(geometry, page->ppn, 0), 0, FIRST_FLAGS,
                                &done)) {
            return false;
        }
    }
    uint32_t n_entries = pipeline->config->tlb.sets * pipeline->config->tlb.ways;
    for (uint32_t i = 0; space != NULL && i < n_entries; i++) {
        const struct tlb_entry *entry = &contents->tlb[i];
        if (entry->valid && !twin_tlb_insert(pipeline, 0, entry->vpn, entry->ppn, entry->flags)) {
            return false;
        }
    }
    for (uint32_t set = 0; space != NULL && set < pipeline->config->cache.sets; set++) {
        uint64_t line = contents->lines[set].tag * pipeline->config->cache.sets + set;
        struct cache_outcome outcome;
        if (contents->lines[set].valid &&
            !twin_cache_access(pipeline, line * pipeline->config->cache.line_bytes, false,
                               &outcome)) {
            return false;
        }
    }
    pipeline->counts =
        (struct pipeline_counts){.peak_golden_frames = pipeline->counts.peak_golden_frames};
    return space != NULL;
}
