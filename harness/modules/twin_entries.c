// SPDX-License-Identifier: MIT
// The entries in simulated memory on the way to one page: the submission's beside golden ones.
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

void twin_entries_note(struct table_block *block, const struct geometry *geometry, uint64_t va,
                       uint32_t level, uint64_t entry_pa)
{
    uint64_t idx = geometry_split_virtual(geometry, va).index[level];
    uint64_t end = (entry_pa - block->pa) / 8 - idx + (UINT64_C(1) << geometry->level_bits[level]);
    uint64_t n_words = (block->n_frames << geometry->page_bits) / 8;
    if (end > block->n_entries) {
        block->n_entries = end < n_words ? end : n_words;
    }
}

struct walk twin_entries_look(struct pipeline *pipeline, const struct space *space, uint64_t va,
                              bool *unowned)
{
    struct pagetable theirs = theirs_of(pipeline, space);
    struct walk walk = pagetable_walk(&theirs, va, WALK_READ, false, false);
    *unowned = false;
    for (uint32_t i = 0; i < walk.n_levels; i++) {
        struct table_block *block = tables_find(&pipeline->tables, walk.entry_pa[i]);
        if (block == NULL) {
            walk.n_levels = i + 1;
            walk.fault = WALK_MISSING;
            *unowned = true;
        } else {
            twin_entries_note(block, pipeline->geometry, va, i, walk.entry_pa[i]);
        }
    }
    return walk;
}

void twin_entries_begin(struct pipeline *pipeline, const struct space *space, uint64_t va)
{
    if (!judged(pipeline)) {
        return;
    }
    bool unowned;
    struct walk walk = twin_entries_look(pipeline, space, va, &unowned);
    pipeline->call_root = space->root;
    pipeline->n_path = walk.n_levels;
    pipeline->path_read = 0;
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
                              : (want ^ have) & (DIRECTORY_FLAGS | PTE_A | PTE_D | PTE_PS | PTE_XD);
    if (differ == 0) {
        return true;
    }
    bool bits_only = (differ & ~(PTE_A | PTE_D)) == 0;
    enum rule_id rule = !bits_only             ? RULE_WRONG_PTE
                        : (want & differ) != 0 ? RULE_BITS_NOT_SET
                                               : RULE_BITS_SET_WRONGLY;
    return wrong_entry(pipeline, rule, level, golden, theirs);
}

bool twin_entries_compare(struct pipeline *pipeline, const struct space *space, uint64_t va)
{
    if (!judged(pipeline)) {
        return true;
    }
    bool unowned;
    struct walk golden = pagetable_walk(&space->golden, va, WALK_READ, false, false);
    struct walk theirs = twin_entries_look(pipeline, space, va, &unowned);
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

bool twin_entries_unchanged(struct pipeline *pipeline, const struct space *space, uint64_t va,
                            const struct walk *before, uint64_t n_frames)
{
    bool unowned;
    struct walk after = twin_entries_look(pipeline, space, va, &unowned);
    for (uint32_t i = 0; i < before->n_levels && i < after.n_levels; i++) {
        if (((before->entry[i] ^ after.entry[i]) & PTE_DEFINED) != 0) {
            return wrong_entry(pipeline, RULE_WRONG_PTE, i, before, &after);
        }
    }
    if (pipeline->tables.n_frames > n_frames) {
        pipeline_break(pipeline, RULE_FRAME_LEAK, 0);
        pipeline->breach.n_frames = pipeline->tables.n_frames;
        pipeline->breach.n_golden_frames = n_frames;
        return false;
    }
    return true;
}
