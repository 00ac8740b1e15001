// SPDX-License-Identifier: MIT
// What one record of a trace makes the machine do.
#include "harness/base/memory.h"
#include "harness/modules/twins.h"

#define FLAGS_OF_PTE (~(PTE_PPN_MASK << PTE_SHIFT) & ~PTE_PS)
#define N_PROBED 64 ///< entries looked up behind a flush

static uint64_t page_bytes(const struct pipeline *pipeline)
{
    return UINT64_C(1) << pipeline->geometry->page_bits;
}

static uint64_t cut(const struct pipeline *pipeline, uint64_t va)
{
    uint32_t bits = pipeline->geometry->va_bits;
    return bits >= 64 ? va : va & ((UINT64_C(1) << bits) - 1);
}

/// The machine has too little physical memory for this trace.
static bool give_up(struct pipeline *pipeline, const char *what)
{
    pipeline->failed = true;
    return error_at(pipeline->error, pipeline->plan->trace->name,
                    pipeline->access == NULL ? 0 : pipeline->access->line, 0,
                    "on the machine '%s' physical memory is too small for %s",
                    pipeline->config->name, what);
}

/// Lets a process run: its tables are made at its first access. NULL when that failed.
static struct space *enter(struct pipeline *pipeline, uint16_t process)
{
    if (process != pipeline->process) {
        uint16_t last = pipeline->process;
        pipeline->process = process;
        if (!pipeline->config->asids && pipeline->spaces[last] != NULL &&
            !twin_tlb_flush(pipeline, last)) {
            return NULL;
        }
    }
    if (pipeline->spaces[process] == NULL) {
        pipeline->spaces[process] = xcalloc(1, sizeof *pipeline->spaces[process]);
        if (!twin_pagetable_create(pipeline, pipeline->spaces[process])) {
            if (pipeline->failed) {
                give_up(pipeline, "the page tables");
            }
            return NULL;
        }
    }
    return pipeline->spaces[process];
}

// --- Demand paging ----------------------------------------------------------------------------

/// Takes a resident page out of its frame.
static bool evict(struct pipeline *pipeline, uint32_t frame)
{
    const struct page_place *place = &pipeline->frames[frame];
    struct page *page = pages_find(&pipeline->pages, place->process, place->vpn);
    struct space *space = pipeline->spaces[place->process];
    uint64_t va = geometry_join_virtual(pipeline->geometry, place->vpn, 0);
    page->frame = PAGES_NO_FRAME;
    struct walk walk = pagetable_walk(&space->golden, va, WALK_READ, false, false);
    pipeline->counts.n_writebacks += (walk.entry[walk.n_levels - 1] & PTE_D) != 0;
    return twin_pagetable_unmap(pipeline, space, va) &&
           twin_tlb_invalidate(pipeline, place->process, place->vpn);
}

/// A frame for the page at hand.
static bool find_frame(struct pipeline *pipeline, uint64_t *frame)
{
    uint32_t n_frames = pipeline->config->replacement.n_frames;
    uint32_t bits = pipeline->geometry->pa_bits - pipeline->geometry->page_bits;
    if (n_frames == 0 || pipeline->n_used_frames < n_frames) {
        *frame = pipeline->n_used_frames++;
        return bits > 32 || *frame < UINT64_C(1) << (bits - 1) ||
               give_up(pipeline, "the pages; say how many frames there are");
    }
    uint32_t victim;
    if (!twin_replace_victim(pipeline, &victim) || !evict(pipeline, victim)) {
        return false;
    }
    *frame = victim;
    return true;
}

static bool page_in(struct pipeline *pipeline, struct space *space, uint64_t va, bool write)
{
    uint64_t frame;
    bool done;
    if (!find_frame(pipeline, &frame)) {
        return false;
    }
    uint64_t base = va & ~(page_bytes(pipeline) - 1);
    uint64_t pa = pipeline_ppn(pipeline, frame) << pipeline->geometry->page_bits;
    if (!twin_pagetable_map(pipeline, space, base, pa, 0, PTE_P | PTE_W | PTE_U, &done)) {
        return false;
    }
    if (!done) {
        return give_up(pipeline, "the page tables");
    }
    pipeline->counts.n_faults++;
    if (pipeline->frames == NULL) {
        return true;
    }
    uint64_t vpn = va >> pipeline->geometry->page_bits;
    struct page *page = pages_find(&pipeline->pages, pipeline->process, vpn);
    page->frame = (uint32_t)frame;
    pipeline->frames[frame] = (struct page_place){pipeline->process, vpn};
    return twin_replace_loaded(pipeline, page, write);
}

// --- Accesses ---------------------------------------------------------------------------------

/// What a use of memory is, and where it led.
struct use {
    struct space *space;
    uint64_t va; ///< cut to the machine's bits
    enum walk_access kind;
    bool user;
    bool loaded; ///< the page was brought in for it
    bool skipped;
    uint64_t pa;
};

/// Whether the TLB's entry answers this use; a write through a clean one must set D in memory.
static bool entry_serves(const struct use *use, uint64_t flags)
{
    uint64_t pte = flags | PTE_P;
    return pagetable_judge(pte, use->kind, use->user) == WALK_FINE &&
           (use->kind != WALK_WRITE || (flags & PTE_D) != 0);
}

/// Walks, brings the page in if that is all that is missing, and fills the TLB.
static bool walk(struct pipeline *pipeline, struct use *use)
{
    struct walk found;
    if (!twin_pagetable_walk(pipeline, use->space, use->va, use->kind, use->user, &found)) {
        return false;
    }
    if (found.fault == WALK_MISSING && pipeline->demand) {
        use->loaded = true;
        if (!page_in(pipeline, use->space, use->va, use->kind == WALK_WRITE) ||
            !twin_pagetable_walk(pipeline, use->space, use->va, use->kind, use->user, &found)) {
            return false;
        }
    }
    use->skipped = found.fault != WALK_FINE;
    if (use->skipped) {
        pipeline->counts.n_faults++;
        return true;
    }
    use->pa = found.pa;
    uint32_t page_bits = pipeline->geometry->page_bits;
    return twin_tlb_insert(pipeline, pipeline->process, use->va >> page_bits, use->pa >> page_bits,
                           found.entry[found.n_levels - 1] & FLAGS_OF_PTE);
}

static bool translate(struct pipeline *pipeline, struct use *use)
{
    uint32_t page_bits = pipeline->geometry->page_bits;
    uint64_t vpn = use->va >> page_bits;
    uint64_t ppn = 0;
    uint64_t flags = 0;
    bool hit;
    if (!twin_tlb_lookup(pipeline, pipeline->process, vpn, &hit, &ppn, &flags)) {
        return false;
    }
    if (hit && entry_serves(use, flags)) {
        use->pa =
            geometry_join_physical(pipeline->geometry, ppn, use->va & (page_bytes(pipeline) - 1));
    } else if (!walk(pipeline, use)) {
        return false;
    }
    if (use->loaded || use->skipped || pipeline->frames == NULL) {
        return true;
    }
    struct page *page = pages_find(&pipeline->pages, pipeline->process, vpn);
    return twin_replace_touched(pipeline, page, use->kind == WALK_WRITE);
}

static bool use_memory(struct pipeline *pipeline, const struct access *access,
                       enum walk_access kind)
{
    struct use use = {.space = enter(pipeline, access->process),
                      .va = cut(pipeline, access->address),
                      .kind = kind,
                      .user = (access->flags & ACCESS_MAY_USER) != 0};
    pipeline->counts.n_accesses++;
    if (use.space == NULL || !twin_virtual(pipeline, access->address) ||
        !translate(pipeline, &use)) {
        return false;
    }
    return use.skipped || (twin_physical(pipeline, use.pa) &&
                           twin_cache_access(pipeline, use.pa, kind == WALK_WRITE));
}

// --- Events -----------------------------------------------------------------------------------

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
    uint64_t bytes = large ? large_bytes : page_bytes(pipeline);
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

/// Maps what is not mapped yet, as far as there are frames.
static bool map(struct pipeline *pipeline, struct space *space, const struct access *event)
{
    const struct geometry *geometry = pipeline->geometry;
    uint64_t va = cut(pipeline, event->address) & ~(page_bytes(pipeline) - 1);
    uint64_t end = cut(pipeline, event->address) + event->bytes;
    while (va < end && cut(pipeline, va) == va) {
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
                return give_up(pipeline, "the page tables");
            }
        }
        va += bytes;
    }
    return true;
}

/// Every ordinary page of one that is mapped; others may be in the TLB under any of them.
static bool invalidate(struct pipeline *pipeline, uint64_t va, uint64_t bytes)
{
    uint32_t page_bits = pipeline->geometry->page_bits;
    for (uint64_t page = va; page < va + bytes; page += page_bytes(pipeline)) {
        if (!twin_tlb_invalidate(pipeline, pipeline->process, page >> page_bits)) {
            return false;
        }
    }
    return true;
}

/// UNMAP and PROTECT: each page of the area that is mapped, a large one as a whole.
static bool change(struct pipeline *pipeline, struct space *space, const struct access *event)
{
    const struct geometry *geometry = pipeline->geometry;
    uint64_t va = cut(pipeline, event->address) & ~(page_bytes(pipeline) - 1);
    uint64_t end = cut(pipeline, event->address) + event->bytes;
    while (va < end && cut(pipeline, va) == va) {
        struct walk walk = peek(pipeline, space, va);
        bool mapped = walk.fault != WALK_MISSING;
        uint64_t bytes = UINT64_C(1) << geometry_page_bits(geometry, mapped ? walk.height : 0);
        uint64_t base = va & ~(bytes - 1);
        bool fine = !mapped || (event->kind == ACCESS_UNMAP
                                    ? twin_pagetable_unmap(pipeline, space, va)
                                    : twin_pagetable_protect(pipeline, space, va, flags_of(event)));
        if (!fine || (mapped && !invalidate(pipeline, base, bytes))) {
            return false;
        }
        va = base + bytes;
    }
    return true;
}

bool flow_record(struct pipeline *pipeline, const struct access *access)
{
    static const enum walk_access kinds[] = {
        [ACCESS_FETCH] = WALK_FETCH, [ACCESS_READ] = WALK_READ, [ACCESS_WRITE] = WALK_WRITE};
    if (access->kind < ACCESS_MODIFY) {
        return use_memory(pipeline, access, kinds[access->kind]);
    }
    if (access->kind == ACCESS_MODIFY) {
        return use_memory(pipeline, access, WALK_READ) && use_memory(pipeline, access, WALK_WRITE);
    }
    struct space *space = enter(pipeline, access->process);
    if (space == NULL || access->kind == ACCESS_SWITCH) {
        return space != NULL;
    }
    return access->kind == ACCESS_MAP ? map(pipeline, space, access)
                                      : change(pipeline, space, access);
}

// --- The end ----------------------------------------------------------------------------------

/// Flushes a process out of the TLB; nothing that was in there may be found.
static bool flush(struct pipeline *pipeline, uint16_t process)
{
    uint64_t vpns[N_PROBED];
    size_t n = 0;
    const struct tlb_settings *settings = &pipeline->tlb.settings;
    for (uint32_t set = 0; set < settings->sets; set++) {
        const struct tlb_entry *entries = tlb_set(&pipeline->tlb, set);
        for (uint32_t way = 0; way < settings->ways && n < N_PROBED; way++) {
            if (entries[way].valid && entries[way].asid == process) {
                vpns[n++] = entries[way].vpn;
            }
        }
    }
    if (!twin_tlb_flush(pipeline, process)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t ppn;
        uint64_t flags;
        bool hit;
        if (!twin_tlb_lookup(pipeline, process, vpns[i], &hit, &ppn, &flags)) {
            return false;
        }
    }
    return true;
}

bool flow_end(struct pipeline *pipeline)
{
    uint64_t n_lookups = pipeline->counts.n_lookups;
    uint64_t n_hits = pipeline->counts.n_hits;
    for (unsigned process = 0; process <= UINT16_MAX; process++) {
        struct space *space = pipeline->spaces[process];
        if (space != NULL &&
            (!flush(pipeline, (uint16_t)process) || !twin_pagetable_destroy(pipeline, space))) {
            return false;
        }
    }
    pipeline->counts.n_lookups = n_lookups;
    pipeline->counts.n_hits = n_hits;
    return twin_tlb_end(pipeline);
}
