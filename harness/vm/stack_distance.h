// SPDX-License-Identifier: MIT
// LRU with every number of frames at once, in one pass. A page's stack distance is the number of
// distinct pages used since it was used last, itself included: the smallest memory in which this
// use hits (Mattson, Gecsei, Slutz and Traiger, "Evaluation techniques for storage hierarchies",
// IBM Systems Journal 9(2), 1970). It is counted in a tree over time (Bennett and Kruskal, "LRU
// stack processing", IBM Journal of R&D 19(4), 1975), O(log pages) a use. Memory grows with
// distinct pages alone.
#ifndef MMGRADE_VM_STACK_DISTANCE_H
#define MMGRADE_VM_STACK_DISTANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stack_distance; ///< opaque

struct stack_distance *stack_distance_open(void);
void stack_distance_close(struct stack_distance *stack); ///< takes NULL

/// One use of a page, of any but UINT64_MAX. Returns its stack distance, 0 at the page's first use.
/// Fewer than 2^29 distinct pages.
uint64_t stack_distance_use(struct stack_distance *stack, uint64_t page, bool write);

/// What LRU does with 1 .. n_pages frames; more frames change nothing.
struct lru_curve {
    uint64_t n_uses;
    uint64_t n_writes;
    size_t n_pages;       ///< distinct pages
    uint64_t *faults;     ///< faults[f]: with f frames; faults[0] is n_uses
    uint64_t *writebacks; ///< the same; writebacks[0] is n_writes. Dirty pages still in memory at
                          ///< the end are none
};

/// The curve of all uses so far, which may go on. lru_curve_free releases it.
void stack_distance_curve(const struct stack_distance *stack, struct lru_curve *curve);
void lru_curve_free(struct lru_curve *curve);

uint64_t lru_curve_faults(const struct lru_curve *curve, uint64_t n_frames);
uint64_t lru_curve_writebacks(const struct lru_curve *curve, uint64_t n_frames);

#endif
