// SPDX-License-Identifier: MIT
// The simulated memory that a submission keeps its page tables in: who got which frames, and which
// access wrote each word last.
#ifndef MMGRADE_MODULES_TABLES_H
#define MMGRADE_MODULES_TABLES_H

#include <stddef.h>
#include <stdint.h>

#include "harness/vm/geometry.h"
#include "harness/vm/physical.h"

/// What one frame_alloc gave.
struct table_block {
    uint64_t pa;
    uint64_t n_frames;
    uint64_t root;      ///< the address space it was made for; GEOMETRY_NONE: not known
    uint64_t call;      ///< number of the call that it was made in
    uint64_t n_entries; ///< words that are entries of tables which lead somewhere; 0: not known yet
    uint32_t *writers;  ///< by word: the record whose call wrote it last, from 1; 0: never written
};

struct tables {
    struct physical *memory;
    const struct geometry *geometry;
    struct table_block *blocks; ///< by address
    size_t n_blocks, capacity;
    uint64_t n_frames, peak_frames;
};

/// Memory of half the machine's physical addresses, the lower ones: pages have the upper half.
void tables_open(struct tables *tables, const struct geometry *geometry, uint64_t seed);
void tables_close(struct tables *tables);

/// How many frames there are for tables at most; golden tables must not need more.
uint64_t tables_capacity(const struct geometry *geometry);

/// The block that covers `pa`, or NULL. O(log blocks).
struct table_block *tables_find(const struct tables *tables, uint64_t pa);

/// frame_alloc: the address, or GEOMETRY_NONE.
uint64_t tables_alloc(struct tables *tables, uint64_t n_frames, uint64_t root, uint64_t call);

/// frame_free of a block that tables_find gave.
void tables_free(struct tables *tables, struct table_block *block);

/// The writer of the word at `pa`, which `block` covers.
uint32_t *tables_writer(const struct table_block *block, uint64_t pa);

#endif
