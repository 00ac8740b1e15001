// SPDX-License-Identifier: MIT
// What one record of a trace makes the machine do.
#include "harness/modules/flow.h"

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/modules/twins.h"
#include "harness/trace/random.h"

#define FLAGS_OF_PTE (~(PTE_PPN_MASK << PTE_SHIFT) & ~PTE_PS)
#define N_PROBED 64 ///< entries looked up behind a flush

bool flow_give_up(struct pipeline *pipeline, const char *what)
{
    pipeline->failed = true;
    return error_at(pipeline->error, pipeline->plan->trace->name,
                    pipeline->access == NULL ? 0 : pipeline->access->line, 0,
                    "on the machine '%s' physical memory is too small for %s",
                    pipeline->config->name, what);
}

/// Flushes a process out of the TLB. Nothing that it had there may be found; all of the others
/// must.
static bool flush(struct pipeline *pipeline, uint16_t process)
{
    struct page_place probed[N_PROBED];
    size_t n = 0;
    const struct tlb_settings *settings = &pipeline->tlb.settings;
    for (uint32_t set = 0; set < settings->sets; set++) {
        const struct tlb_entry *entries = tlb_set(&pipeline->tlb, set);
        for (uint32_t way = 0; way < settings->ways && n < N_PROBED; way++) {
            if (entries[way].valid) {
                probed[n++] = (struct page_place){(uint16_t)entries[way].asid, entries[way].vpn};
            }
        }
    }
    struct pipeline_counts counts = pipeline->counts; // probes are no accesses
    bool fine = twin_tlb_flush(pipeline, process);
    for (size_t i = 0; fine && i < n; i++) {
        uint64_t ppn;
        uint64_t flags;
        bool hit;
        fine = twin_tlb_lookup(pipeline, probed[i].process, probed[i].vpn, &hit, &ppn, &flags);
    }
    pipeline->counts = counts;
    return fine;
}

struct space *flow_enter(struct pipeline *pipeline, uint16_t process)
{
    if (process != pipeline->process) {
        uint16_t last = pipeline->process;
        pipeline->process = process;
        if (!pipeline->config->asids && pipeline->spaces[last] != NULL && !flush(pipeline, last)) {
            return NULL;
        }
    }
    if (pipeline->spaces[process] == NULL) {
        pipeline->spaces[process] = xcalloc(1, sizeof *pipeline->spaces[process]);
        if (!twin_pagetable_create(pipeline, pipeline->spaces[process])) {
            if (pipeline->failed) {
                flow_give_up(pipeline, "the page tables");
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
    if (pipeline->plan->moves_data) {
        data_page_out(&pipeline->data, place->process, va, walk.pa);
    }
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
               flow_give_up(pipeline, "the pages; say how many frames there are");
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
    uint64_t base = va & ~(flow_page_bytes(pipeline) - 1);
    uint64_t pa = pipeline_ppn(pipeline, frame) << pipeline->geometry->page_bits;
    if (!twin_pagetable_map(pipeline, space, base, pa, 0, PTE_P | PTE_W | PTE_U, &done)) {
        return false;
    }
    if (!done) {
        return flow_give_up(pipeline, "the page tables");
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
        use->pa = geometry_join_physical(pipeline->geometry, ppn,
                                         use->va & (flow_page_bytes(pipeline) - 1));
    } else if (!walk(pipeline, use)) {
        return false;
    }
    if (use->loaded || use->skipped || pipeline->frames == NULL) {
        return true;
    }
    struct page *page = pages_find(&pipeline->pages, pipeline->process, vpn);
    return twin_replace_touched(pipeline, page, use->kind == WALK_WRITE);
}

static uint8_t stored_byte(const struct pipeline *pipeline)
{
    return (uint8_t)random_mix(pipeline->counts.n_accesses);
}

/// The end of the access: a byte. Every answer on the way was golden, so that a wrong one is the
/// golden machine's fault.
static bool move_byte(struct pipeline *pipeline, const struct use *use,
                      const struct cache_outcome *outcome)
{
    uint8_t byte;
    struct data_use moved = {.process = pipeline->process,
                             .va = use->va,
                             .pa = use->pa,
                             .write = use->kind == WALK_WRITE,
                             .value = stored_byte(pipeline),
                             .outcome = outcome};
    if (!data_move(&pipeline->data, &moved, &byte)) {
        die("%s, access %zu: the golden machine '%s' returned a byte that was not stored there",
            pipeline->plan->trace->name, pipeline->record + 1, pipeline->config->name);
    }
    return true;
}

static bool use_memory(struct pipeline *pipeline, const struct access *access,
                       enum walk_access kind)
{
    struct use use = {.space = flow_enter(pipeline, access->process),
                      .va = flow_cut(pipeline, access->address),
                      .kind = kind,
                      .user = (access->flags & ACCESS_MAY_USER) != 0};
    pipeline->counts.n_accesses++;
    pipeline->use_kind = kind;
    if (use.space == NULL || !twin_virtual(pipeline, access->address) ||
        !translate(pipeline, &use)) {
        return false;
    }
    struct cache_outcome outcome;
    return use.skipped || (twin_physical(pipeline, use.pa) &&
                           twin_cache_access(pipeline, use.pa, kind == WALK_WRITE, &outcome) &&
                           (!pipeline->plan->moves_data || move_byte(pipeline, &use, &outcome)));
}

bool flow_expects_byte(struct pipeline *pipeline, uint8_t *byte)
{
    const struct access *access = pipeline->access;
    const struct space *space = pipeline->spaces[access->process];
    bool user = (access->flags & ACCESS_MAY_USER) != 0;
    uint64_t va = flow_cut(pipeline, access->address);
    if (!pipeline->demand &&
        (space == NULL ||
         pagetable_walk(&space->golden, va, pipeline->use_kind, user, false).fault != WALK_FINE)) {
        return false;
    }
    *byte = pipeline->use_kind == WALK_WRITE ? stored_byte(pipeline)
                                             : data_expected(&pipeline->data, access->process, va);
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
    struct space *space = flow_enter(pipeline, access->process);
    if (space == NULL || access->kind == ACCESS_SWITCH) {
        return space != NULL;
    }
    return access->kind == ACCESS_MAP ? flow_map(pipeline, space, access)
                                      : flow_change(pipeline, space, access);
}

// --- The end ----------------------------------------------------------------------------------

bool flow_end(struct pipeline *pipeline)
{
    for (unsigned process = 0; process <= UINT16_MAX; process++) {
        struct space *space = pipeline->spaces[process];
        if (space != NULL &&
            (!flush(pipeline, (uint16_t)process) || !twin_pagetable_destroy(pipeline, space))) {
            return false;
        }
    }
    return twin_tlb_end(pipeline);
}
