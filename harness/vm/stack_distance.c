// SPDX-License-Identifier: MIT
// Stack distances. Each page stands at the position of its last use; a distance is the number of
// pages that stand further to the right:
//
//   positions   0 1 2 3 4 5 6 7 ...    one a use, packed together when they run out
//   live        0 1 1 0 0 1 0 0        a bit for each position where a page stands
//   tree        live bits in words, and a Fenwick tree (Fenwick, "A new data structure for
//               cumulative frequency tables", Software: Practice and Experience 24(3), 1994) over
//               the words' counts, small enough to stay in the processor's cache
//
// Write-backs: after a write a page is dirty in memories of every size. Each later use at distance
// d shows that memories smaller than d have evicted it meanwhile; so it stays dirty from the
// largest such d on (Thompson and Smith, "Efficient (stack) algorithms for analysis of write-back
// and sector memories", ACM TOCS 7(1), 1989).
#include "harness/vm/stack_distance.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/vm/page_map.h"

#define FIRST_POSITIONS 4096u
#define CLEAN UINT32_MAX

struct page {
    uint32_t position;
    uint32_t dirty_from; ///< the smallest memory in which the page is dirty, or CLEAN
};

struct stack_distance {
    struct page_map map; ///< page number -> index in pages
    struct page *pages;
    size_t n_pages, pages_capacity;
    uint64_t n_uses, n_writes;
    uint64_t *hits;      ///< [d]: uses at distance d
    int64_t *writebacks; ///< [f] minus [f - 1]: write-backs with f frames

    uint32_t n_positions; ///< a multiple of 64
    uint32_t now;         ///< the next free position
    uint32_t *page_at;    ///< position -> index in pages, where live
    uint64_t *live;       ///< words of 64 positions
    uint32_t *tree;       ///< entry i covers words (i & (i - 1)) .. i - 1
};

static void add_word(struct stack_distance *stack, uint32_t position, uint32_t change)
{
    uint32_t n_words = stack->n_positions / 64;
    for (uint32_t i = position / 64 + 1; i <= n_words; i += i & (0 - i)) {
        stack->tree[i] += change;
    }
}

static void stand_at(struct stack_distance *stack, uint32_t idx, uint32_t position)
{
    stack->pages[idx].position = position;
    stack->page_at[position] = idx;
    stack->live[position / 64] |= UINT64_C(1) << position % 64;
    add_word(stack, position, 1);
}

static void leave(struct stack_distance *stack, uint32_t position)
{
    stack->live[position / 64] &= ~(UINT64_C(1) << position % 64);
    add_word(stack, position, UINT32_MAX);
}

/// Pages that stand at `position` or to its left.
static uint32_t count_to(const struct stack_distance *stack, uint32_t position)
{
    uint64_t word = stack->live[position / 64] << (63 - position % 64);
    uint32_t n = (uint32_t)__builtin_popcountll(word);
    for (uint32_t i = position / 64; i > 0; i &= i - 1) {
        n += stack->tree[i];
    }
    return n;
}

static void make_positions(struct stack_distance *stack, uint32_t n_positions)
{
    uint32_t n_words = n_positions / 64;
    stack->n_positions = n_positions;
    stack->page_at = xreallocarray(stack->page_at, n_positions, sizeof *stack->page_at);
    stack->live = xreallocarray(stack->live, n_words, sizeof *stack->live);
    stack->tree = xreallocarray(stack->tree, (size_t)n_words + 1, sizeof *stack->tree);
}

/// The positions have run out: pages move together to the left, in their order. There are at least
/// three free positions for each page then, so a use pays O(1) for it.
static void pack(struct stack_distance *stack)
{
    uint32_t n_live = 0;
    for (uint32_t i = 0; i < stack->now; i++) {
        if (stack->live[i / 64] >> i % 64 & 1) {
            stack->page_at[n_live++] = stack->page_at[i];
        }
    }
    assert(n_live < UINT32_MAX / 8);
    uint32_t n_positions = stack->n_positions;
    while (n_positions / 4 < n_live) {
        n_positions *= 2;
    }
    make_positions(stack, n_positions);
    memset(stack->live, 0, n_positions / 64 * sizeof *stack->live);
    memset(stack->tree, 0, ((size_t)n_positions / 64 + 1) * sizeof *stack->tree);
    for (uint32_t i = 0; i < n_live; i++) {
        stand_at(stack, stack->page_at[i], i);
    }
    stack->now = n_live;
}

struct stack_distance *stack_distance_open(void)
{
    struct stack_distance *stack = xcalloc(1, sizeof *stack);
    stack->n_positions = FIRST_POSITIONS;
    page_map_open(&stack->map);
    pack(stack);
    return stack;
}

void stack_distance_close(struct stack_distance *stack)
{
    if (stack != NULL) {
        page_map_close(&stack->map);
        free(stack->pages);
        free(stack->hits);
        free(stack->writebacks);
        free(stack->page_at);
        free(stack->live);
        free(stack->tree);
        free(stack);
    }
}

/// Distances go up to the number of pages: the histograms have one entry more than that.
static void add_page(struct stack_distance *stack)
{
    size_t old = stack->pages_capacity;
    stack->pages =
        array_grow(stack->pages, &stack->pages_capacity, stack->n_pages, sizeof *stack->pages);
    size_t n = stack->pages_capacity;
    if (n != old) {
        size_t made = old == 0 ? 0 : old + 1;
        stack->hits = xreallocarray(stack->hits, n + 1, sizeof *stack->hits);
        stack->writebacks = xreallocarray(stack->writebacks, n + 1, sizeof *stack->writebacks);
        memset(stack->hits + made, 0, (n + 1 - made) * sizeof *stack->hits);
        memset(stack->writebacks + made, 0, (n + 1 - made) * sizeof *stack->writebacks);
    }
    stack->pages[stack->n_pages++].dirty_from = CLEAN;
}

/// Memories of dirty_from .. distance - 1 frames have evicted the page, which was dirty there.
static void count_writebacks(int64_t *writebacks, uint32_t dirty_from, uint32_t distance)
{
    if (distance > dirty_from) {
        writebacks[dirty_from]++;
        writebacks[distance]--;
    }
}

/// The distance of a page that was used before, which then stands rightmost.
static uint32_t move_right(struct stack_distance *stack, uint32_t idx)
{
    uint32_t position = stack->pages[idx].position;
    if (position == stack->now - 1) {
        return 1;
    }
    uint32_t distance = (uint32_t)stack->n_pages - count_to(stack, position) + 1;
    leave(stack, position);
    stand_at(stack, idx, stack->now++);
    return distance;
}

uint64_t stack_distance_use(struct stack_distance *stack, uint64_t page, bool write)
{
    if (stack->now == stack->n_positions) {
        pack(stack);
    }
    uint32_t idx = (uint32_t)*page_map_at(&stack->map, page, stack->n_pages);
    uint32_t distance = 0;
    if (idx == stack->n_pages) {
        add_page(stack);
        stand_at(stack, idx, stack->now++);
    } else {
        distance = move_right(stack, idx);
        stack->hits[distance]++;
    }
    struct page *used = &stack->pages[idx];
    if (used->dirty_from < distance) {
        count_writebacks(stack->writebacks, used->dirty_from, distance);
        used->dirty_from = distance;
    }
    if (write) {
        used->dirty_from = 1;
    }
    stack->n_uses++;
    stack->n_writes += write;
    return distance;
}

/// What memories have evicted since the last use of each page: those smaller than its distance from
/// the right end.
static void count_last_writebacks(const struct stack_distance *stack, int64_t *writebacks)
{
    uint32_t distance = 0;
    for (uint32_t i = stack->now; i-- > 0;) {
        if (stack->live[i / 64] >> i % 64 & 1) {
            distance++;
            count_writebacks(writebacks, stack->pages[stack->page_at[i]].dirty_from, distance);
        }
    }
}

void stack_distance_curve(const struct stack_distance *stack, struct lru_curve *curve)
{
    size_t n = stack->n_pages + 1;
    int64_t *steps = xcalloc(n, sizeof *steps);
    *curve = (struct lru_curve){
        .n_uses = stack->n_uses,
        .n_writes = stack->n_writes,
        .n_pages = stack->n_pages,
        .faults = xcalloc(n, sizeof *curve->faults),
        .writebacks = xcalloc(n, sizeof *curve->writebacks),
    };
    if (stack->n_pages > 0) {
        memcpy(steps, stack->writebacks, n * sizeof *steps);
    }
    count_last_writebacks(stack, steps);
    curve->faults[0] = stack->n_uses;
    curve->writebacks[0] = stack->n_writes;
    int64_t writebacks = 0;
    for (size_t f = 1; f < n; f++) {
        writebacks += steps[f];
        curve->faults[f] = curve->faults[f - 1] - stack->hits[f];
        curve->writebacks[f] = (uint64_t)writebacks;
    }
    free(steps);
}

void lru_curve_free(struct lru_curve *curve)
{
    free(curve->faults);
    free(curve->writebacks);
}

uint64_t lru_curve_faults(const struct lru_curve *curve, uint64_t n_frames)
{
    return curve->faults[n_frames < curve->n_pages ? n_frames : curve->n_pages];
}

uint64_t lru_curve_writebacks(const struct lru_curve *curve, uint64_t n_frames)
{
    return curve->writebacks[n_frames < curve->n_pages ? n_frames : curve->n_pages];
}
