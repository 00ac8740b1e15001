// SPDX-License-Identifier: MIT
// The bytes that the whole machine moves: what an access gets in the end. A byte lies in memory at
// its physical address, in a write-back cache while its line is dirty, and on disk while its page
// is not in memory. Beside that, an oracle knows what was stored last at each address of each
// process, and nothing of frames and lines; a read that gets anything else shows a fault of the
// machine.
//
// Bytes are taken as they are used. Paging copies them as coherent DMA does: from the cache where
// they are newer there.
#ifndef MMGRADE_MODULES_DATA_H
#define MMGRADE_MODULES_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/vm/cache.h"
#include "harness/vm/geometry.h"
#include "harness/vm/machine.h"
#include "harness/vm/numbermap.h"

struct data {
    const struct geometry *geometry;
    const struct cache_settings *cache;
    const struct machine_contents *contents; ///< what memory holds at first; NULL: any bytes
    struct data_block *blocks;
    size_t n_blocks, capacity;
    struct numbermap in_memory; ///< blocks by physical address
    struct numbermap on_disk;   ///< blocks by the addresses that they belong to
    struct numbermap oracle;    ///< blocks of their own, by the same
};

/// One use of a byte, and what the machine made of it.
struct data_use {
    uint16_t process;
    uint64_t va; ///< cut to the machine's bits
    uint64_t pa;
    bool write;
    uint8_t value; ///< to be stored
    const struct cache_outcome *outcome;
};

/// All three stay the caller's.
void data_open(struct data *data, const struct geometry *geometry,
               const struct cache_settings *cache, const struct machine_contents *contents);
void data_close(struct data *data);

/// Moves a byte; a read's is in *byte. False when it is not what was stored there last.
bool data_move(struct data *data, const struct data_use *use, uint8_t *byte);

/// The page of 2^page_bits bytes leaves its frame at `pa`.
void data_page_out(struct data *data, uint16_t process, uint64_t va, uint64_t pa);

/// What a read must find, by the oracle.
uint8_t data_expected(const struct data *data, uint16_t process, uint64_t va);

#endif
