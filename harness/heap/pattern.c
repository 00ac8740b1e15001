// SPDX-License-Identifier: MIT
// Payload patterns, eight bytes at a time: word i is seed + i * STEP, a sum that compilers turn
// into vector instructions.
#include "harness/heap/pattern.h"

#include <string.h>

#define STEP 0x9e3779b97f4a7c15ull
#define BLOCK_WORDS 32 // verified at once before looking closer

uint64_t pattern_seed(uint32_t slot, uint64_t op_idx)
{
    // SplitMix64's finalizer (Steele, Lea, Flood 2014) over both numbers.
    uint64_t x = ((uint64_t)slot << 32 ^ op_idx) + STEP;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ x >> 27) * 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

uint8_t pattern_byte(uint64_t seed, uint64_t at)
{
    return (uint8_t)((seed + at / 8 * STEP) >> 8 * (at % 8));
}

void pattern_fill(char *payload, uint64_t from, uint64_t to, uint64_t seed)
{
    for (; from < to && from % 8 != 0; from++) {
        payload[from] = (char)pattern_byte(seed, from);
    }
    for (; from + 8 <= to; from += 8) {
        uint64_t word = seed + from / 8 * STEP;
        memcpy(payload + from, &word, 8);
    }
    for (; from < to; from++) {
        payload[from] = (char)pattern_byte(seed, from);
    }
}

/// Whether BLOCK_WORDS words hold the pattern that starts with `word`.
static int block_is_intact(const char *payload, uint64_t word)
{
    uint64_t difference = 0;
    for (uint64_t i = 0; i < BLOCK_WORDS; i++) {
        uint64_t seen;
        memcpy(&seen, payload + 8 * i, 8);
        difference |= seen ^ (word + i * STEP);
    }
    return difference == 0;
}

uint64_t pattern_verify(const char *payload, uint64_t size, uint64_t seed)
{
    uint64_t at = 0;
    while (at + 8 * BLOCK_WORDS <= size && block_is_intact(payload + at, seed + at / 8 * STEP)) {
        at += 8 * BLOCK_WORDS;
    }
    for (; at + 8 <= size; at += 8) {
        uint64_t seen;
        memcpy(&seen, payload + at, 8);
        if (seen != seed + at / 8 * STEP) {
            break;
        }
    }
    while (at < size && (uint8_t)payload[at] == pattern_byte(seed, at)) {
        at++;
    }
    return at;
}
