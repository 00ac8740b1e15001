// SPDX-License-Identifier: MIT
// What a page table asks within a call: simulated memory and its frames. Each reference is judged
// as it happens; the first that is wrong ends the call.
#include "harness/modules/twins.h"

static bool stray(struct pipeline *pipeline, enum rule_id rule, uint64_t address, uint64_t before,
                  uint64_t after)
{
    struct breach *breach = &pipeline->breach;
    pipeline_break(pipeline, rule, 0);
    breach->address = address;
    breach->before = before;
    breach->after = after;
    return false;
}

/// The block that the word at `pa` lies in, or NULL when there is no such word for the submission.
static struct table_block *word_block(const struct pipeline *pipeline, uint64_t pa)
{
    return pa % 8 != 0 ? NULL : tables_find(&pipeline->tables, pa);
}

static bool read_word(struct pipeline *pipeline, uint64_t pa, uint64_t *value)
{
    const struct table_block *block = word_block(pipeline, pa);
    pipeline->n_reads++;
    if (block == NULL) {
        return stray(pipeline, RULE_STRAY_READ, pa, 0, 0);
    }
    if (*tables_writer(block, pa) == 0) {
        return stray(pipeline, RULE_UNINIT_READ, pa, block->pa, 0);
    }
    for (unsigned i = 0; i < pipeline->n_path; i++) {
        pipeline->path_read |= pipeline->path[i] == pa ? 1u << i : 0;
    }
    *value = physical_read(pipeline->tables.memory, pa);
    return true;
}

/// Whether the call at hand may change that word: in tables that it has made, behind a table's
/// entries, on the way to its page, or bits that mean nothing.
static bool may_write(const struct pipeline *pipeline, const struct table_block *block, uint64_t pa,
                      uint64_t before, uint64_t after)
{
    if (pipeline->may_write_all || block->call == pipeline->n_calls ||
        (pa - block->pa) / 8 >= block->n_entries || ((before | after) & PTE_P) == 0 ||
        ((before ^ after) & PTE_DEFINED) == 0) {
        return true;
    }
    for (unsigned i = 0; i < pipeline->n_path; i++) {
        if (pipeline->path[i] == pa) {
            return true;
        }
    }
    return false;
}

static bool write_word(struct pipeline *pipeline, uint64_t pa, uint64_t after)
{
    struct table_block *block = word_block(pipeline, pa);
    pipeline->n_writes++;
    if (block == NULL) {
        return stray(pipeline, RULE_STRAY_WRITE, pa, 0, after);
    }
    uint32_t *writer = tables_writer(block, pa);
    uint64_t before = *writer == 0 ? 0 : physical_read(pipeline->tables.memory, pa);
    if (!may_write(pipeline, block, pa, before, after)) {
        return stray(pipeline, RULE_STRAY_WRITE, pa, before, after);
    }
    pipeline->n_idle_writes += *writer != 0 && before == after;
    *writer = (uint32_t)pipeline->record + 1;
    physical_write(pipeline->tables.memory, pa, after);
    return true;
}

/// Entries of the block that still map something other than the call's page.
static uint64_t count_live(const struct pipeline *pipeline, const struct table_block *block)
{
    uint64_t n_live = 0;
    for (uint64_t i = 0; i < block->n_entries; i++) {
        uint64_t pa = block->pa + 8 * i;
        if (block->writers[i] == 0 || (physical_read(pipeline->tables.memory, pa) & PTE_P) == 0) {
            continue;
        }
        bool on_path = false;
        for (unsigned j = 0; j < pipeline->n_path; j++) {
            on_path = on_path || pipeline->path[j] == pa;
        }
        n_live += !on_path;
    }
    return n_live;
}

static bool free_frames(struct pipeline *pipeline, uint64_t pa)
{
    struct table_block *block = tables_find(&pipeline->tables, pa);
    if (block == NULL || block->pa != pa) {
        return stray(pipeline, RULE_BAD_FREE, pa, 0, 0);
    }
    bool is_kept_root = pa == pipeline->call_root && !pipeline->may_write_all;
    bool is_own = pipeline->call_root == GEOMETRY_NONE || block->root == pipeline->call_root ||
                  block->call == pipeline->n_calls;
    uint64_t n_live = pipeline->may_write_all ? 0 : count_live(pipeline, block);
    if (!is_own || is_kept_root || n_live > 0) {
        return stray(pipeline, RULE_BAD_FREE, pa, n_live,
                     is_own && !is_kept_root ? 0 : block->root);
    }
    tables_free(&pipeline->tables, block);
    return true;
}

bool twin_memory_answer(struct pipeline *pipeline, const struct module_question *question,
                        uint64_t *value)
{
    *value = 0;
    switch (question->function) {
    case RING_PHYS_READ:
        return read_word(pipeline, question->arguments[0], value);
    case RING_PHYS_WRITE:
        return write_word(pipeline, question->arguments[0], question->arguments[1]);
    case RING_FRAME_ALLOC:
        if (pipeline->n_allocs_left == 0) {
            *value = GEOMETRY_NONE;
            return true;
        }
        pipeline->n_allocs_left--;
        *value = tables_alloc(&pipeline->tables, question->arguments[0], pipeline->call_root,
                              pipeline->n_calls);
        return true;
    case RING_FRAME_FREE:
        return free_frames(pipeline, question->arguments[0]);
    default:
        return pipeline_break(pipeline, RULE_FORGED_REPLY, 0);
    }
}
