// SPDX-License-Identifier: MIT
// The heap's memory: a memfd that the worker maps at a fixed address and the judge maps anywhere.
// The judge alone changes its size, so that each touch past the break's page is a fault.
#ifndef MMGRADE_HEAP_ARENA_H
#define MMGRADE_HEAP_ARENA_H

#include <stdbool.h>
#include <stdint.h>

#include "harness/heap/settings.h"

struct arena {
    int fd;
    char *memory;  ///< the judge's mapping; valid up to file_bytes
    uint64_t base; ///< the worker's address of byte 0
    uint64_t max_bytes;
    uint64_t break_bytes; ///< the heap's size as the submission sees it
    uint64_t file_bytes;  ///< whole pages, all of them once filled with fresh contents
    enum heap_fresh fresh;
};

/// Makes an empty heap. Dies when the machine cannot.
void arena_open(struct arena *arena, const struct heap_settings *settings);
void arena_close(struct arena *arena);

/// Back to size 0; what mem_sbrk gives from now on holds `fresh` contents.
void arena_reset(struct arena *arena, enum heap_fresh fresh);

/// Moves the break up; false, with nothing changed, when that passes the maximum. O(increment).
bool arena_grow(struct arena *arena, uint64_t increment);

/// Writes fresh contents over the whole file.
void arena_refresh(struct arena *arena);

/// The offset of the first byte between the break and the end of its page that no longer holds
/// what the judge put there; UINT64_MAX when all do.
uint64_t arena_touched_past_break(const struct arena *arena);

#endif
