// SPDX-License-Identifier: MIT
// Which key lies in which way of which set, and which entry goes next: what a TLB and a cache have
// in common. Entries are slots, numbered set by set; what else belongs to one is kept by the
// caller, in arrays indexed by slot.
//
// Memory is taken as sets are used. Up to ASSOCIATIVE_SCAN_WAYS ways are compared eight at a time,
// by a byte of each one's key; more are found through a hash table. So each call is O(1) however
// wide the sets are.
#ifndef MMGRADE_VM_ASSOCIATIVE_H
#define MMGRADE_VM_ASSOCIATIVE_H

#include <stdbool.h>
#include <stdint.h>

#define ASSOCIATIVE_NONE UINT32_MAX
#define ASSOCIATIVE_SCAN_WAYS 16
#define ASSOCIATIVE_MAX_SLOTS (UINT32_C(1) << 26) ///< sets * ways

/// Slots in the arrays below are stored plus 1, so that zeroed memory says "none".
struct associative {
    uint32_t sets, ways;
    uint64_t *keys;       ///< by slot; stays when the slot is given up
    uint64_t *owners;     ///< by slot: the space that the key is of, plus 1; 0: the slot is empty
    uint64_t *signatures; ///< by set, `n_words` each: a byte for each way; 0: empty. Or NULL
    uint32_t n_words, set_bits;
    /// By slot: a set's used slots from the oldest to the youngest; `older` also links its empty
    /// ones, from `spare` on.
    uint32_t *older, *younger;
    uint32_t *oldest, *youngest, *spare; ///< by set
    uint32_t *n_begun;                   ///< by set: ways that have ever been used
    uint32_t *index;                     ///< a hash table of slots, or NULL
    uint64_t index_mask, n_indexed;
};

struct associative_victim {
    bool valid;
    uint32_t space;
    uint64_t key;
};

void associative_open(struct associative *slots, uint32_t sets, uint32_t ways);
void associative_close(struct associative *slots);

/// The two below without their short cuts: not to be called from elsewhere.
uint32_t associative_search(const struct associative *slots, uint32_t space, uint64_t key);
void associative_refresh(struct associative *slots, uint32_t slot);

/// The slot of a key, or ASSOCIATIVE_NONE. Its set is key mod sets.
static inline uint32_t associative_find(const struct associative *slots, uint32_t space,
                                        uint64_t key)
{
    uint32_t slot = slots->youngest[(uint32_t)key & (slots->sets - 1)] - 1;
    bool found = slot != ASSOCIATIVE_NONE && slots->keys[slot] == key &&
                 slots->owners[slot] == (uint64_t)space + 1;
    return found ? slot : associative_search(slots, space, key);
}

/// Makes a used slot the youngest of its set.
static inline void associative_touch(struct associative *slots, uint32_t slot)
{
    if (slots->younger[slot] != 0) {
        associative_refresh(slots, slot);
    }
}

/// A slot for a key that is not there, as the youngest: an empty one, else the oldest one's, which
/// *victim tells of.
uint32_t associative_take(struct associative *slots, uint32_t space, uint64_t key,
                          struct associative_victim *victim);

void associative_drop(struct associative *slots, uint32_t slot);

/// The first slot of the key's set.
uint32_t associative_set(const struct associative *slots, uint64_t key);

/// How many of its set are older than a used slot. O(ways).
uint32_t associative_rank(const struct associative *slots, uint32_t slot);

#endif
