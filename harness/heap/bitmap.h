// SPDX-License-Identifier: MIT
// One bit a granule of the heap: does a live payload lie there? Overlap in O(size / 64 granules),
// however many blocks live.
#ifndef MMGRADE_HEAP_BITMAP_H
#define MMGRADE_HEAP_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitmap {
    uint64_t *words;
    size_t n_words;
};

void bitmap_open(struct bitmap *bitmap, size_t n_bits);
void bitmap_close(struct bitmap *bitmap);

/// Ranges are [from, to) and must lie within the bits.
bool bitmap_any(const struct bitmap *bitmap, size_t from, size_t to);
void bitmap_set(struct bitmap *bitmap, size_t from, size_t to);
void bitmap_clear(struct bitmap *bitmap, size_t from, size_t to);

/// The first bit at or after `from` that equals `value`; `to` when there is none below it.
size_t bitmap_next(const struct bitmap *bitmap, size_t from, size_t to, bool value);

#endif
