// SPDX-License-Identifier: MIT
// A hash map from numbers to numbers: chunks of simulated memory, allocations of frames.
#ifndef MMGRADE_VM_NUMBERMAP_H
#define MMGRADE_VM_NUMBERMAP_H

#include <stdbool.h>
#include <stdint.h>

/// Zeroed memory is an empty map. Keys are any but UINT64_MAX.
struct numbermap {
    struct numbermap_entry {
        uint64_t key_plus_1; ///< 0: empty
        uint64_t value;
    } * entries;
    uint64_t n_entries; ///< a power of two, or 0
    uint64_t n_used;    ///< at most half
};

void numbermap_close(struct numbermap *map);

/// False when the key is not there; else its value in *value.
bool numbermap_find(const struct numbermap *map, uint64_t key, uint64_t *value);

/// Stores a value for a key, in place of one that it had.
void numbermap_put(struct numbermap *map, uint64_t key, uint64_t value);

/// The key must be there.
void numbermap_remove(struct numbermap *map, uint64_t key);

#endif
