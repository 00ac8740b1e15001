// SPDX-License-Identifier: MIT
// Ranges of bits, a word at a time.
#include "harness/heap/bitmap.h"

#include <stdlib.h>

#include "harness/base/memory.h"

void bitmap_open(struct bitmap *bitmap, size_t n_bits)
{
    bitmap->n_words = n_bits / 64 + 1;
    bitmap->words = xcalloc(bitmap->n_words, sizeof *bitmap->words);
}

void bitmap_close(struct bitmap *bitmap)
{
    free(bitmap->words);
}

/// The bits of word `word_idx` that lie in [from, to).
static uint64_t mask(size_t word_idx, size_t from, size_t to)
{
    uint64_t bits = ~UINT64_C(0);
    if (word_idx == from / 64) {
        bits &= ~UINT64_C(0) << from % 64;
    }
    if (word_idx == to / 64) {
        bits &= ~(~UINT64_C(0) << to % 64);
    }
    return bits;
}

bool bitmap_any(const struct bitmap *bitmap, size_t from, size_t to)
{
    for (size_t i = from / 64; i * 64 < to; i++) {
        if ((bitmap->words[i] & mask(i, from, to)) != 0) {
            return true;
        }
    }
    return false;
}

void bitmap_set(struct bitmap *bitmap, size_t from, size_t to)
{
    for (size_t i = from / 64; i * 64 < to; i++) {
        bitmap->words[i] |= mask(i, from, to);
    }
}

void bitmap_clear(struct bitmap *bitmap, size_t from, size_t to)
{
    for (size_t i = from / 64; i * 64 < to; i++) {
        bitmap->words[i] &= ~mask(i, from, to);
    }
}

size_t bitmap_next(const struct bitmap *bitmap, size_t from, size_t to, bool value)
{
    for (size_t i = from / 64; i * 64 < to; i++) {
        uint64_t bits = (value ? bitmap->words[i] : ~bitmap->words[i]) & mask(i, from, to);
        if (bits != 0) {
            return i * 64 + (size_t)__builtin_ctzll(bits);
        }
    }
    return to;
}
