// SPDX-License-Identifier: MIT
// The fit lab's golden model: the implicit list of student_template/fit/fit.h as it must look after
// each operation, if find_fit, place, coalesce and extend_heap keep to the rubric's policy.
//
// A policy may be read in more than one honest way (does next fit go on at the block that it has
// found, or behind it?). Each reading is a rule. A submission must follow one of its policy's rules
// from the first operation to the last: a choice that contradicts a rule rules it out, and one that
// no rule left allows is wrong.
#ifndef MMGRADE_HEAP_PLACEMENT_H
#define MMGRADE_HEAP_PLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/heap/settings.h"

#define PLACEMENT_MAX_RULES 8
#define PLACEMENT_MIN_BLOCK 16 ///< bytes: header, footer, and a payload

/// A block of the heap: its payload starts at `offset`, its header 4 bytes before.
struct placement_block {
    uint64_t offset;
    uint64_t size; ///< bytes with header and footer
    bool allocated;
};

struct placement_rule {
    enum fit_policy policy;
    const char *title;  ///< "best fit (of equal blocks the lowest)"
    bool from_rover;    ///< the search starts at the rover, else at the heap's start
    bool smallest;      ///< the smallest block that fits, else the first one met
    bool last_of_equal; ///< of equally small ones the last one met
    // Where the rover goes: to the block found last, or to the one placed last, for which the heap
    // may have grown, or behind that one.
    bool rover_follows_growth;
    bool rover_behind;
};

extern const struct placement_rule placement_rules[]; ///< title NULL at the end

struct placement {
    enum fit_policy policy; ///< FIT_ANY: no model is kept
    unsigned alignment;
    struct placement_block *blocks; ///< by address; the prologue is not among them
    size_t n_blocks;
    size_t capacity;
    uint64_t break_bytes;
    uint64_t rovers[PLACEMENT_MAX_RULES]; ///< by rule: offset where the next search starts
    bool possible[PLACEMENT_MAX_RULES];   ///< by rule: not ruled out yet
};

/// What the core's mm_malloc must do for a request.
struct placement_step {
    uint64_t asize;       ///< bytes of the block
    uint64_t grows_bytes; ///< by mem_sbrk; 0: a free block fits
    uint64_t offset;      ///< where the block lies, by the first rule that is still possible
};

/// The first place where the heap's tags are not as they must be.
struct placement_difference {
    struct placement_block wanted;
    uint32_t seen_header, seen_footer;
    bool epilogue; ///< it is the end mark that differs
};

void placement_open(struct placement *placement, const struct heap_settings *settings);
void placement_close(struct placement *placement);

/// The empty heap, and the first block, as after mm_init.
void placement_reset(struct placement *placement);

/// The size of the block that a payload needs.
uint64_t placement_asize(const struct placement *placement, uint64_t payload);

/// Changes nothing. O(blocks).
struct placement_step placement_expect(const struct placement *placement, uint64_t payload);

/// Which block a rule chooses: its offset, or 0 when none fits.
uint64_t placement_choice(const struct placement *placement, size_t rule, uint64_t asize);

/// Whether some possible rule puts a block of `asize` bytes at `offset`.
bool placement_allows(const struct placement *placement, uint64_t offset, uint64_t asize);

/// Places a block where placement_allows says yes and rules out the rules that say otherwise.
void placement_allocate(struct placement *placement, uint64_t offset, uint64_t asize);

/// Frees the allocated block at `offset` and merges it with its free neighbours.
void placement_free(struct placement *placement, uint64_t offset);

/// The block at `offset`, NULL when none starts there.
const struct placement_block *placement_find(const struct placement *placement, uint64_t offset);

/// Compares every tag of the heap at `memory`, which has `break_bytes` bytes, with the model's;
/// true when one differs. O(blocks).
bool placement_differs(const struct placement *placement, const char *memory, uint64_t break_bytes,
                       struct placement_difference *difference);

#endif
