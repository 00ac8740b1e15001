// SPDX-License-Identifier: MIT
// Who owns which bytes of the heap, as the judge knows from the pointers that came back.
#ifndef MMGRADE_HEAP_LAYOUT_H
#define MMGRADE_HEAP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/heap/bitmap.h"

/// Operations are counted from 1; 0 means never.
struct block {
    uint64_t offset; ///< of the payload in the heap
    uint64_t size;   ///< bytes asked for
    uint64_t seed;   ///< of the payload's pattern
    uint32_t born;   ///< operation that allocated it
    uint32_t moved;  ///< last operation that reallocated it
    uint32_t died;   ///< operation that freed it
    bool live;       ///< it has a pointer; a block of NULL is not live
};

struct layout {
    struct block *blocks; ///< by slot
    size_t n_slots;
    struct bitmap owned; ///< by granule
    unsigned alignment;
    uint64_t payload_bytes; ///< of all live blocks
    size_t n_live;
};

#define LAYOUT_NO_SLOT UINT32_MAX

void layout_open(struct layout *layout, size_t n_slots, uint64_t max_bytes, unsigned alignment);
void layout_close(struct layout *layout);
void layout_reset(struct layout *layout);

/// Whether [offset, offset + size) shares a granule with a live block; a size of 0 counts as 1.
bool layout_is_taken(const struct layout *layout, uint64_t offset, uint64_t size);

/// Makes the block of `slot` live there.
void layout_add(struct layout *layout, uint32_t slot, uint64_t offset, uint64_t size);

/// Ends the life of a live block; its history stays.
void layout_remove(struct layout *layout, uint32_t slot);

/// A live block other than `except` that shares a byte (or, of size 0, its place) with the range;
/// LAYOUT_NO_SLOT if none. O(n_slots): for messages only.
uint32_t layout_find(const struct layout *layout, uint64_t offset, uint64_t size, uint32_t except);

/// The block, live or freed last, whose bytes hold the offset; for messages only.
uint32_t layout_find_history(const struct layout *layout, uint64_t offset);

/// The live block nearest below or above an offset, not `except`; for pictures.
uint32_t layout_neighbour(const struct layout *layout, uint64_t offset, bool above,
                          uint32_t except);

/// How the heap's bytes that hold no payload split up, seen from outside: gaps of up to 32 bytes,
/// the smallest gap's share of larger ones and the padding of payloads are internal (headers,
/// footers, rounding), the rest is external (holes and the unused top).
void layout_fragmentation(const struct layout *layout, uint64_t heap_bytes,
                          uint64_t *internal_bytes, uint64_t *external_bytes);

#endif
