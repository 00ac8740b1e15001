// SPDX-License-Identifier: MIT
// Page tables. After each call the judge walks the submission's tables itself and compares the
// entries on the way with golden ones.
#include "harness/modules/twins.h"

#define DIRECTORY_FLAGS (PTE_P | PTE_W | PTE_U)

static bool judged(const struct pipeline *pipeline)
{
    return pipeline_judges(pipeline, MODULE_PAGETABLE);
}

static struct pagetable theirs_of(const struct pipeline *pipeline, const struct space *space)
{
    return (struct pagetable){
        .geometry = pipeline->geometry, .physical = pipeline->tables.memory, .root = space->root};
}

/// The submission's entries for an address, down to the first that is absent or in no frame of its
/// own (*unowned).
static struct walk look(const struct pipeline *pipeline, const struct space *space, uint64_t va,
                        bool *unowned)
{
    struct pagetable theirs = theirs_of(pipeline, space);
    struct walk walk = pagetable_walk(&theirs, va, WALK_READ, false, false);
    *unowned = false;
    for (uint32_t i = 0; i < walk.n_levels; i++) {
        if (tables_find(&pipeline->tables, walk.entry_pa[i]) == NULL) {
            walk.n_levels = i + 1;
            walk.fault = WALK_MISSING;
            *unowned = true;
        }
    }
    return walk;
}

/// Gets ready for a call on one page: only the entries on its way may be written.
static void begin(struct pipeline *pipeline, const struct space *space, uint64_t va)
{
    if (!judged(pipeline)) {
        return;
    }
    bool unowned;
    struct walk walk = look(pipeline, space, va, &unowned);
    pipeline->call_root = space->root;
    pipeline->n_path = walk.n_levels;
    for (uint32_t i = 0; i < walk.n_levels; i++) {
        pipeline->path[i] = walk.entry_pa[i];
    }
    pipeline->n_reads = pipeline->n_writes = pipeline->n_idle_writes = 0;
}

static bool wrong_entry(struct pipeline *pipeline, enum rule_id rule, uint32_t level,
                        const struct walk *golden, const struct walk *theirs)
{
    struct breach *breach = &pipeline->breach;
    bool is_first = !breach->broken;
    pipeline_break(pipeline, rule, level);
    const struct table_block *block = tables_find(&pipeline->tables, theirs->entry_pa[level]);
    if (is_first) {
        breach->golden = *golden;
        breach->theirs = *theirs;
        breach->root = pipeline->call_root;
        breach->unowned = block == NULL;
        breach->writer = block == NULL ? 0 : *tables_writer(block, theirs->entry_pa[level]);
    }
    return false;
}

/// One level of a page that is mapped.
static bool compare_entry(struct pipeline *pipeline, uint32_t level, const struct walk *golden,
                          const struct walk *theirs)
{
    bool is_leaf = level + 1 == golden->n_levels;
    uint64_t want = golden->entry[level];
    uint64_t have = theirs->entry[level];
    uint64_t differ = is_leaf ? (want ^ have) & PTE_DEFINED
                              : (want ^ have) & (DIRECTORY_FLAGS | PTE_A | PTE_PS | PTE_XD);
    if (differ == 0) {
        return true;
    }
    bool bits_only = (differ & ~(PTE_A | PTE_D)) == 0;
    enum rule_id rule = !bits_only             ? RULE_WRONG_PTE
                        : (want & differ) != 0 ? RULE_BITS_NOT_SET
                                               : RULE_BITS_SET_WRONGLY;
    return wrong_entry(pipeline, rule, level, golden, theirs);
}

/// The entries of a page in both memories, after a call.
static bool compare(struct pipeline *pipeline, const struct space *space, uint64_t va)
{
    if (!judged(pipeline)) {
        return true;
    }
    bool unowned;
    struct walk golden = pagetable_walk(&space->golden, va, WALK_READ, false, false);
    struct walk theirs = look(pipeline, space, va, &unowned);
    if (golden.fault != WALK_FINE) {
        return theirs.fault != WALK_FINE ||
               wrong_entry(pipeline, RULE_WRONG_PTE, theirs.n_levels - 1, &golden, &theirs);
    }
    for (uint32_t i = 0; i < golden.n_levels && i < theirs.n_levels; i++) {
        if (unowned && i + 1 == theirs.n_levels) {
            return wrong_entry(pipeline, RULE_WRONG_PTE, i, &golden, &theirs);
        }
        if (!compare_entry(pipeline, i, &golden, &theirs)) {
            return false;
        }
    }
    return golden.n_levels == theirs.n_levels ||
           wrong_entry(pipeline, RULE_WRONG_PTE, theirs.n_levels - 1, &golden, &theirs);
}

/// Frames of the submission beyond those that golden tables take.
static int64_t excess(const struct pipeline *pipeline)
{
    return (int64_t)pipeline->tables.n_frames -
           (int64_t)physical_used_frames(pipeline->golden_memory);
}

static bool leak(struct pipeline *pipeline)
{
    struct breach *breach = &pipeline->breach;
    pipeline_break(pipeline, RULE_FRAME_LEAK, 0);
    breach->n_frames = pipeline->tables.n_frames;
    breach->n_golden_frames = physical_used_frames(pipeline->golden_memory);
    return false;
}

static bool refused(struct pipeline *pipeline, enum rule_id rule)
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
    space->root = pipeline->session->results[0];
    const struct table_block *block = tables_find(&pipeline->tables, space->root);
    if (block == NULL || block->pa != space->root) {
        return refused(pipeline, RULE_MAP_FAILED);
    }
    for (size_t i = 0; i < pipeline->tables.n_blocks; i++) {
        struct table_block *made = &pipeline->tables.blocks[i];
        made->root = made->call == pipeline->n_calls ? space->root : made->root;
    }
    return true;
}

bool twin_pagetable_map(struct pipeline *pipeline, struct space *space, uint64_t va, uint64_t pa,
                        uint32_t height, uint64_t flags, bool *done)
{
    begin(pipeline, space, va);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_MAP, space->root, va, pa, height, flags)) {
        return false;
    }
    *done = pagetable_map(&space->golden, va, pa, height, flags) && count_frames(pipeline);
    if (!*done) {
        return true;
    }
    if (!ASK(pipeline, true)) {
        return false;
    }
    return (!judged(pipeline) || pipeline->session->results[0] != 0 ||
            refused(pipeline, RULE_MAP_FAILED)) &&
           compare(pipeline, space, va);
}

bool twin_pagetable_unmap(struct pipeline *pipeline, struct space *space, uint64_t va)
{
    begin(pipeline, space, va);
    int64_t excess_before = excess(pipeline);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_UNMAP, space->root, va)) {
        return false;
    }
    pagetable_unmap(&space->golden, va);
    if (!ASK(pipeline, true) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    return (pipeline->session->results[0] != 0 || refused(pipeline, RULE_UNMAP_FAILED)) &&
           compare(pipeline, space, va) && (excess(pipeline) <= excess_before || leak(pipeline));
}

bool twin_pagetable_protect(struct pipeline *pipeline, struct space *space, uint64_t va,
                            uint64_t flags)
{
    begin(pipeline, space, va);
    if (!ANNOUNCE(pipeline, MODULE_PAGETABLE, RING_PT_PROTECT, space->root, va, flags)) {
        return false;
    }
    pagetable_protect(&space->golden, va, flags);
    if (!ASK(pipeline, true) || !judged(pipeline)) {
        return !pipeline->breach.broken;
    }
    return (pipeline->session->results[0] != 0 || refused(pipeline, RULE_PROTECT_FAILED)) &&
           compare(pipeline, space, va);
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
    begin(pipeline, space, va);
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
    return compare_answer(pipeline, walk) && compare(pipeline, space, va) && compare_pte(pipeline);
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
            return leak(pipeline);
        }
    }
    return true;
}
