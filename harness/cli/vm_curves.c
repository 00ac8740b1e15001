// SPDX-License-Identifier: MIT
// From records to uses of pages, and those to each memory in turn.
#include "harness/cli/vm_curves.h"

#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/future.h"
#include "harness/vm/paging.h"

#define BATCH_USES 4096

/// LRU with some number of frames: only whether it thrashes, by the rule of harness/vm/paging.h;
/// its faults come out of the curve.
struct lru_size {
    uint64_t n_frames;
    uint64_t window_uses;
    uint64_t window_end; ///< the number of the use behind it
    uint64_t n_refaults; ///< in this window
    uint64_t n_windows, n_thrashing;
};

struct vm_curves {
    const struct vm_choice *choice;
    bool second_pass;
    struct paging **pagings; ///< NULL for LRU
    struct stack_distance *stack;
    struct lru_size *lru_sizes;
    uint64_t next_window_end; ///< of all sizes
    struct working_set *working_set;
    struct future *future; ///< NULL when nobody needs it
    uint64_t n_uses;
};

struct use {
    uint64_t page;
    bool write;
};

static size_t n_memories(const struct vm_choice *choice)
{
    return choice->n_policies * choice->frames.n_items;
}

static const struct policy *policy_at(const struct vm_choice *choice, size_t memory)
{
    return choice->policies[memory / choice->frames.n_items];
}

static void open_memories(struct vm_curves *curves)
{
    const struct vm_choice *choice = curves->choice;
    struct policy_settings settings = choice->policy_settings;
    curves->pagings = xcalloc(n_memories(choice), sizeof *curves->pagings);
    for (size_t i = 0; i < n_memories(choice); i++) {
        settings.n_frames = (uint32_t)choice->frames.items[i % choice->frames.n_items];
        if (policy_at(choice, i)->id != POLICY_LRU) {
            curves->pagings[i] = paging_open(policy_at(choice, i), &settings);
        }
    }
    curves->lru_sizes = xcalloc(choice->frames.n_items, sizeof *curves->lru_sizes);
    curves->next_window_end = UINT64_MAX;
    for (size_t i = 0; i < choice->frames.n_items; i++) {
        uint64_t n_frames = choice->frames.items[i];
        uint64_t window_uses = 4 * n_frames > PAGING_WINDOW ? 4 * n_frames : PAGING_WINDOW;
        curves->lru_sizes[i] = (struct lru_size){
            .n_frames = n_frames, .window_uses = window_uses, .window_end = window_uses};
        if (window_uses < curves->next_window_end) {
            curves->next_window_end = window_uses;
        }
    }
}

struct vm_curves *vm_curves_open(const struct vm_choice *choice)
{
    struct vm_curves *curves = xcalloc(1, sizeof *curves);
    curves->choice = choice;
    open_memories(curves);
    curves->stack = stack_distance_open();
    curves->working_set = working_set_open(choice->windows.items, choice->windows.n_items);
    curves->future = vm_choice_needs_future(choice) ? future_open() : NULL;
    return curves;
}

void vm_curves_close(struct vm_curves *curves)
{
    if (curves == NULL) {
        return;
    }
    for (size_t i = 0; i < n_memories(curves->choice); i++) {
        if (curves->pagings[i] != NULL) {
            paging_close(curves->pagings[i]);
        }
    }
    stack_distance_close(curves->stack);
    working_set_close(curves->working_set);
    future_close(curves->future);
    free(curves->lru_sizes);
    free(curves->pagings);
    free(curves);
}

static void close_window(struct lru_size *size, uint64_t n_uses)
{
    size->n_windows++;
    size->n_thrashing += 2 * size->n_refaults > n_uses;
    size->n_refaults = 0;
    size->window_end += size->window_uses;
}

static void close_windows(struct vm_curves *curves)
{
    uint64_t next = UINT64_MAX;
    for (size_t i = 0; i < curves->choice->frames.n_items; i++) {
        struct lru_size *size = &curves->lru_sizes[i];
        if (size->window_end == curves->n_uses) {
            close_window(size, size->window_uses);
        }
        next = size->window_end < next ? size->window_end : next;
    }
    curves->next_window_end = next;
}

static void use_in_lru(struct vm_curves *curves, const struct use *use)
{
    uint64_t distance = stack_distance_use(curves->stack, use->page, use->write);
    for (size_t i = 0; i < curves->choice->frames.n_items; i++) {
        if (curves->lru_sizes[i].n_frames >= distance) {
            break;
        }
        curves->lru_sizes[i].n_refaults++;
    }
    if (++curves->n_uses == curves->next_window_end) {
        close_windows(curves);
    }
}

static void use_in_memories(struct vm_curves *curves, const struct use *uses, size_t n)
{
    uint64_t next_uses[BATCH_USES] = {0};
    for (size_t i = 0; curves->second_pass && i < n; i++) {
        next_uses[i] = future_next(curves->future);
    }
    for (size_t memory = 0; memory < n_memories(curves->choice); memory++) {
        struct paging *paging = curves->pagings[memory];
        if (paging == NULL ||
            policy_at(curves->choice, memory)->needs_future != curves->second_pass) {
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            (void)paging_use(paging, uses[i].page, uses[i].write, next_uses[i]);
        }
    }
}

static void use_pages(struct vm_curves *curves, const struct use *uses, size_t n)
{
    use_in_memories(curves, uses, n);
    for (size_t i = 0; !curves->second_pass && i < n; i++) {
        use_in_lru(curves, &uses[i]);
        working_set_use(curves->working_set, uses[i].page);
        if (curves->future != NULL) {
            future_add(curves->future, uses[i].page);
        }
    }
}

/// Pages of different processes are different pages. Bits 47 and up of a page number repeat those
/// below for addresses of 48 bits, so that the process can be laid over them without a clash; bit
/// 63 stays clear.
static uint64_t page_of(const struct vm_choice *choice, const struct access *record)
{
    return (record->address >> choice->access.page_bits) ^ (uint64_t)record->process << 47;
}

void vm_curves_take(struct vm_curves *curves, const struct access *records, size_t n)
{
    struct use uses[BATCH_USES];
    size_t n_uses = 0;
    for (size_t i = 0; i < n; i++) {
        const struct access *record = &records[i];
        if (record->kind > ACCESS_MODIFY) {
            continue;
        }
        if (n_uses + 2 > BATCH_USES) {
            use_pages(curves, uses, n_uses);
            n_uses = 0;
        }
        uint64_t page = page_of(curves->choice, record);
        if (record->kind == ACCESS_MODIFY) {
            uses[n_uses++] = (struct use){.page = page};
        }
        uses[n_uses++] = (struct use){
            .page = page,
            .write = record->kind == ACCESS_WRITE || record->kind == ACCESS_MODIFY,
        };
    }
    use_pages(curves, uses, n_uses);
}

void vm_curves_second_pass(struct vm_curves *curves)
{
    future_ready(curves->future);
    curves->second_pass = true;
}

static struct vm_misses misses_of(const struct vm_curves *curves, const struct lru_curve *lru,
                                  size_t memory)
{
    if (curves->pagings[memory] != NULL) {
        struct paging_counts counts = paging_counts(curves->pagings[memory]);
        return (struct vm_misses){counts.n_faults, counts.n_writebacks, counts.n_windows,
                                  counts.n_thrashing};
    }
    struct lru_size size = curves->lru_sizes[memory % curves->choice->frames.n_items];
    if (size.n_windows == 0 && curves->n_uses > 0) {
        close_window(&size, curves->n_uses);
    }
    return (struct vm_misses){lru_curve_faults(lru, size.n_frames),
                              lru_curve_writebacks(lru, size.n_frames), size.n_windows,
                              size.n_thrashing};
}

void vm_curves_figures(const struct vm_curves *curves, struct vm_curves_figures *figures)
{
    const struct vm_choice *choice = curves->choice;
    stack_distance_curve(curves->stack, &figures->lru);
    figures->misses = xcalloc(n_memories(choice), sizeof *figures->misses);
    for (size_t i = 0; i < n_memories(choice); i++) {
        figures->misses[i] = misses_of(curves, &figures->lru, i);
    }
    figures->points = xcalloc(choice->windows.n_items, sizeof *figures->points);
    working_set_points(curves->working_set, figures->points);
}

void vm_curves_figures_free(struct vm_curves_figures *figures)
{
    free(figures->misses);
    free(figures->points);
    lru_curve_free(&figures->lru);
}
