// SPDX-License-Identifier: MIT
// Ids of a trace file -> dense slots, given out in order of first mention.
//
//   id 0 .. n_dense - 1     an array, indexed by the id
//   any other id            an open-addressing table, at most two thirds full
//
// So a trace with dense ids pays one array access an operation, and one whose ids are addresses or
// random numbers still costs O(1). Negative ids do not belong here.
#ifndef MMGRADE_TRACE_IDMAP_H
#define MMGRADE_TRACE_IDMAP_H

#include <stddef.h>
#include <stdint.h>

/// One place of the table for sparse ids.
struct idmap_entry {
    int64_t id;
    uint32_t slot_plus_1; ///< 0: the place is empty
};

struct idmap {
    uint32_t *dense; ///< id -> slot + 1, 0 where the id is new; `n_dense_made` of them exist
    size_t n_dense;  ///< ids below it go into the array
    size_t n_dense_made;
    struct idmap_entry *entries; ///< a power of two of them, or NULL
    size_t n_entries;
    size_t n_used;
    size_t n_expected; ///< what the table is made for at first
    uint32_t n_slots;  ///< slots given out so far
};

/// `n_dense` bounds the array's memory: 4 bytes for each id below it, allocated as ids appear.
/// `n_expected` ids, 16 to 48 bytes each, have room in the table when the first sparse id comes.
void idmap_init(struct idmap *map, size_t n_dense, size_t n_expected);
void idmap_free(struct idmap *map);

/// The slot of `id` >= 0; a new id gets the slot `n_slots`. Amortised O(1). At most 2^32 - 2 ids.
uint32_t idmap_slot(struct idmap *map, int64_t id);

/// Starts to load what idmap_slot will touch for this id: a miss costs 150 ns alone and 15 ns among
/// others.
void idmap_prefetch(const struct idmap *map, int64_t id);

#endif
