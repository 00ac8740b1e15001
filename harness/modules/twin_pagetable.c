// SPDX-License-Identifier: MIT
// Page tables. After each call the judge walks the submission's tables itself and compares the
// entries on the way with golden ones.
#include "harness/modules/twins.h"

static bool judged(const struct pipeline *pipeline)
{
    return pipeline_judges(pipeline, MODULE_PAGETABLE);
}

/// Frames of the submission beyond those that golden tables take.
static int64_t excess(const struct pipeline *pipeline)
{
    return (int64_t)pipeline->tables.n_frames -
           (int64_t)physical_used_frames(pipeline->golden_memory);
}

/// A call broke a rule; how many frames are in use says why.
static bool miscounted(struct pipeline *pipeline, enum rule_id rule)
{
    struct breach *breach = &pipeline->breach;
    pipeline_break(pipeline, rule, 0);
    breach->n_frames = pipeline->tables.n_frames;
    breach->n_golden_frames = physical_used_frames(pipeline->golden_memory);
    return false;
}

/// False when golden tables need more memory than there is for tables.
static bool count_frames(struct pipeline *pipeline)
{
    uint64_t used = physical_used_frames(pipeline->golden_memory);
    if (used > pipeline->counts.peak_golden_frames) {
        pipeline->counts.peak_golden_frames = used;
    }
    return used <= tables_capacity(pipeline->geometry);
}

/// Whether another living process has this root.
static bool is_taken(const struct pipeline *pipeline, const struct space *own, uint64_t root,
                     uint16_t *process)
{
    for (unsigned i = 0; i <= UINT16_MAX; i++) {
        const struct space *space = pipeline->spaces[i];
        if (space != NULL && space != own && !space->destroyed && space->root == root) {
            *process = (uint16_t)i;
            return true;
        }
    }
    return false;
}

bool twin_pagetable_open(struct pipeline *pipeline)
{
    const struct geometry *g = pipeline->geometry;
    pipeline->call_root = GEOMETRY_NONE;
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_INIT, g->va_bits, g->pa_bits, g->page_bits,
                  g->n_levels, g->level_bits[0], g->level_bits[1], g->level_bits[2],
                  g->level_bits[3], g->level_bits[4], g->tlb_sets, g->cache_sets, g->line_bytes) ||
        !ASK(pipeline, true)) {
        return false;
    }
    return !judged(pipeline) || pipeline->session->results[0] != 0 ||
           pipeline_break(pipeline, RULE_UNSUPPORTED, 0);
}

bool twin_pagetable_create(struct pipeline *pipeline, struct space *space)
{
    pipeline->call_root = GEOMETRY_NONE;
    pipeline->n_path = 0;
    if (!pipeline_announce(pipeline, MODULE_PAGETABLE, RING_PT_CREATE, NULL, 0)) {
        return false;
    }
    pagetable_create(&space->golden, pipeline->geometry, pipeline->golden_memory);
    if (space->golden.root == GEOMETRY_NONE || !count_frames(pipeline)) {
        pipeline->failed = true;
        return false;
    }
    if (!ASK(pipeline, space->golden.root) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    uint64_t root = pipeline->session->results[0];
    struct table_block *block = tables_find(&pipeline->tables, root);
    struct breach *breach = &pipeline->breach;
    breach->root_taken = is_taken(pipeline, space, root, &breach->root_owner);
    if (block == NULL || block->pa != root || breach->root_taken) {
        return miscounted(pipeline, RULE_MAP_FAILED);
    }
    space->root = root;
    twin_entries_note(block, pipeline->geometry, 0, 0, root);
    for (size_t i = 0; i < pipeline->tables.n_blocks; i++) {
        struct table_block *made = &pipeline->tables.blocks[i];
        made->root = made->call == pipeline->n_calls ? space->root : made->root;
    }
    return true;
}

/// Once a trace: the same call while frame_alloc has too few tables to give, none at first. It must
/// fail and change nothing; *mapped when the submission had tables of its own instead.
static bool map_refused(struct pipeline *pipeline, const struct space *space,
                        const uint64_t *arguments, uint64_t n_needed, bool *mapped)
{
    uint64_t va = arguments[1];
    pipeline->may_map_refused = false;
    for (uint64_t n_given = 0; n_given < n_needed && !*mapped; n_given++) {
        bool unowned;
        struct walk before = twin_entries_look(pipeline, space, va, &unowned);
        uint64_t n_frames = pipeline->tables.n_frames;
        twin_entries_begin(pipeline, space, va);
        pipeline->breach.without_frames = true;
        pipeline->n_allocs_left = n_given;
        bool fine = pipeline_announce(pipeline, MODULE_PAGETABLE, RING_PT_MAP, arguments, 5) &&
                    ASK(pipeline, false);
        pipeline->n_allocs_left = UINT64_MAX;
        *mapped = fine && pipeline->session->results[0] != 0;
        if (!fine ||
            (!*mapped && !twin_entries_unchanged(pipeline, space, va, &before, n_frames))) {
            return false;
        }
        pipeline->breach.without_frames = false;
    }
    return true;
}

/// Tables that golden pt_map would make.
static uint64_t count_needed(const struct pipeline *pipeline, const struct space *space,
                             uint64_t va, uint32_t height)
{
    struct walk walk = pagetable_walk(&space->golden, va, WALK_READ, false, false);
    return pipeline->geometry->n_levels - height - walk.n_levels;
}

bool twin_pagetable_map(struct pipeline *pipeline, struct space *space, uint64_t va, uint64_t pa,
                        uint32_t height, uint64_t flags, bool *done)
{
    uint64_t arguments[] = {space->root, va, pa, height, flags};
    uint64_t n_needed = count_needed(pipeline, space, va, height);
    bool mapped = false;
    if (judged(pipeline) && pipeline->may_map_refused && n_needed > 0 &&
        !map_refused(pipeline, space, arguments, n_needed, &mapped)) {
        return false;
    }
    twin_entries_begin(pipeline, space, va);
    if (!pipeline_announce(pipeline, MODULE_PAGETABLE, RING_PT_MAP, arguments, 5)) {
        return false;
    }
    *done = pagetable_map(&space->golden, va, pa, height, flags) && count_frames(pipeline);
    if (!*done) {
        return true;
    }
    if (!mapped && !ASK(pipeline, true)) {
        return false;
    }
    return (!judged(pipeline) || pipeline->session->results[0] != 0 ||
            miscounted(pipeline, RULE_MAP_FAILED)) &&
           twin_entries_compare(pipeline, space, va);
}

bool twin_pagetable_unmap(struct pipeline *pipeline, struct space *space, uint64_t va)
{
    twin_entries_begin(pipeline, space, va);
    int64_t excess_before = excess(pipeline);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_UNMAP, space->root, va)) {
        return false;
    }
    pagetable_unmap(&space->golden, va);
    if (!ASK(pipeline, true) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    return (pipeline->session->results[0] != 0 || miscounted(pipeline, RULE_UNMAP_FAILED)) &&
           twin_entries_compare(pipeline, space, va) &&
           (excess(pipeline) <= excess_before || miscounted(pipeline, RULE_FRAME_LEAK));
}

bool twin_pagetable_protect(struct pipeline *pipeline, struct space *space, uint64_t va,
                            uint64_t flags)
{
    twin_entries_begin(pipeline, space, va);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_PROTECT, space->root, va, flags)) {
        return false;
    }
    pagetable_protect(&space->golden, va, flags);
    if (!ASK(pipeline, true) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    return (pipeline->session->results[0] != 0 || miscounted(pipeline, RULE_PROTECT_FAILED)) &&
           twin_entries_compare(pipeline, space, va);
}

/// Whether it faulted, and where it led.
static bool compare_answer(struct pipeline *pipeline, const struct walk *golden)
{
    const uint64_t *seen = pipeline->session->results;
    const uint64_t *want = pipeline->call.expected;
    if (seen[0] != want[0]) {
        enum rule_id rule = golden->fault == WALK_FINE ? RULE_FALSE_FAULT
                            : seen[0] == WALK_FINE     ? RULE_MISSED_FAULT
                                                       : RULE_WRONG_FAULT;
        return pipeline_break(pipeline, rule, 0);
    }
    if (golden->fault == WALK_FINE && seen[1] != want[1]) {
        return pipeline_break(pipeline, RULE_WRONG_PA, 1);
    }
    return true;
}

/// The entry that it returned. What stands in memory is looked at before: it explains more.
static bool compare_pte(struct pipeline *pipeline)
{
    uint64_t differ = pipeline->session->results[2] ^ pipeline->call.expected[2];
    return (differ & PTE_DEFINED) == 0 || pipeline_break(pipeline, RULE_WRONG_PTE, 2);
}

/// A walk that is right without having looked has its answers from somewhere else.
static bool check_reads(struct pipeline *pipeline)
{
    for (unsigned i = 0; i < pipeline->n_path; i++) {
        if ((pipeline->path_read & 1u << i) == 0) {
            pipeline_break(pipeline, RULE_SKIPPED_REFERENCES, i);
            pipeline->breach.address = pipeline->path[i];
            return false;
        }
    }
    return true;
}

static void count_references(struct pipeline *pipeline, const struct walk *golden)
{
    struct pipeline_counts *counts = &pipeline->counts;
    counts->n_walks++;
    counts->n_walk_references += pipeline->n_reads;
    counts->n_golden_references += golden->n_levels;
    if (counts->extra_record == 0 &&
        (pipeline->n_reads > golden->n_levels || pipeline->n_idle_writes > 0)) {
        counts->extra_record = pipeline->record + 1;
        counts->extra_reads = pipeline->n_reads;
        counts->extra_writes = pipeline->n_idle_writes;
    }
}

bool twin_pagetable_walk(struct pipeline *pipeline, struct space *space, uint64_t va,
                         enum walk_access access, bool user, struct walk *walk)
{
    twin_entries_begin(pipeline, space, va);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_WALK, space->root, va, access, user)) {
        return false;
    }
    *walk = pagetable_walk(&space->golden, va, access, user, true);
    uint64_t pte = walk->fault == WALK_MISSING ? 0 : walk->entry[walk->n_levels - 1];
    if (!ASK(pipeline, walk->fault, walk->fault == WALK_FINE ? walk->pa : 0, pte)) {
        return false;
    }
    if (!judged(pipeline)) {
        return true;
    }
    count_references(pipeline, walk);
    return compare_answer(pipeline, walk) && twin_entries_compare(pipeline, space, va) &&
           compare_pte(pipeline) && check_reads(pipeline);
}

bool twin_pagetable_destroy(struct pipeline *pipeline, struct space *space)
{
    pipeline->call_root = space->root;
    pipeline->n_path = 0;
    pipeline->may_write_all = true;
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_DESTROY, space->root)) {
        return false;
    }
    pagetable_destroy(&space->golden);
    space->destroyed = true;
    if (!pipeline_ask(pipeline, NULL, 0) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    pipeline->may_write_all = false;
    for (size_t i = 0; i < pipeline->tables.n_blocks; i++) {
        if (pipeline->tables.blocks[i].root == space->root) {
            return miscounted(pipeline, RULE_FRAME_LEAK);
        }
    }
    return true;
}
