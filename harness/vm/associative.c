// SPDX-License-Identifier: MIT
// Sets of slots in order of age: linked lists, so that a use, an eviction and an invalidation take
// the same time in sets of 2 ways and of 100,000.
#include "harness/vm/associative.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"

#define INDEX_PLACES 1024 // at first

void associative_open(struct associative *slots, uint32_t sets, uint32_t ways)
{
    assert(sets > 0 && (sets & (sets - 1)) == 0 && ways > 0);
    assert((uint64_t)sets * ways <= ASSOCIATIVE_MAX_SLOTS);
    size_t n = (size_t)sets * ways;
    *slots = (struct associative){
        .sets = sets,
        .ways = ways,
        .keys = xcalloc(n, sizeof *slots->keys),
        .owners = xcalloc(n, sizeof *slots->owners),
        .older = xcalloc(n, sizeof *slots->older),
        .younger = xcalloc(n, sizeof *slots->younger),
        .oldest = xcalloc(sets, sizeof *slots->oldest),
        .youngest = xcalloc(sets, sizeof *slots->youngest),
        .spare = xcalloc(sets, sizeof *slots->spare),
        .n_begun = xcalloc(sets, sizeof *slots->n_begun),
        .set_bits = (uint32_t)__builtin_ctz(sets),
    };
    if (ways > ASSOCIATIVE_SCAN_WAYS) {
        slots->index = xcalloc(INDEX_PLACES, sizeof *slots->index);
        slots->index_mask = INDEX_PLACES - 1;
    } else {
        slots->n_words = (ways + 7) / 8;
        slots->signatures = xcalloc((size_t)sets * slots->n_words, sizeof *slots->signatures);
    }
}

void associative_close(struct associative *slots)
{
    free(slots->keys);
    free(slots->owners);
    free(slots->signatures);
    free(slots->older);
    free(slots->younger);
    free(slots->oldest);
    free(slots->youngest);
    free(slots->spare);
    free(slots->n_begun);
    free(slots->index);
    *slots = (struct associative){0};
}

static uint32_t set_of(const struct associative *slots, uint64_t key)
{
    return (uint32_t)key & (slots->sets - 1);
}

static bool slot_holds(const struct associative *slots, uint32_t slot, uint64_t owner, uint64_t key)
{
    return slots->keys[slot] == key && slots->owners[slot] == owner;
}

static uint64_t index_home(const struct associative *slots, uint64_t owner, uint64_t key)
{
    return random_mix(key ^ owner << 40) & slots->index_mask;
}

/// The place of the key's slot in the index, or the empty place where its search ends.
static uint64_t index_place(const struct associative *slots, uint64_t owner, uint64_t key)
{
    uint64_t place = index_home(slots, owner, key);
    while (slots->index[place] != 0 && !slot_holds(slots, slots->index[place] - 1, owner, key)) {
        place = (place + 1) & slots->index_mask;
    }
    return place;
}

static void index_put(struct associative *slots, uint32_t slot)
{
    slots->index[index_place(slots, slots->owners[slot], slots->keys[slot])] = slot + 1;
}

static void index_add(struct associative *slots, uint32_t slot)
{
    if (2 * ++slots->n_indexed > slots->index_mask) {
        uint32_t *old = slots->index;
        uint64_t n_old = slots->index_mask + 1;
        slots->index = xcalloc(2 * n_old, sizeof *slots->index);
        slots->index_mask = 2 * n_old - 1;
        for (uint64_t i = 0; i < n_old; i++) {
            if (old[i] != 0) {
                index_put(slots, old[i] - 1);
            }
        }
        free(old);
    }
    index_put(slots, slot);
}

/// Moves later slots of the same run up, so that no search ends too early at the gap.
static void index_remove(struct associative *slots, uint32_t slot)
{
    uint64_t mask = slots->index_mask;
    uint64_t gap = index_place(slots, slots->owners[slot], slots->keys[slot]);
    slots->n_indexed--;
    for (uint64_t i = (gap + 1) & mask; slots->index[i] != 0; i = (i + 1) & mask) {
        uint32_t other = slots->index[i] - 1;
        uint64_t home = index_home(slots, slots->owners[other], slots->keys[other]);
        if (((i - home) & mask) >= ((i - gap) & mask)) {
            slots->index[gap] = slots->index[i];
            gap = i;
        }
    }
    slots->index[gap] = 0;
}

/// What the ways of a set are compared by first; never 0, which an empty way has.
static uint64_t signature_of(const struct associative *slots, uint64_t key)
{
    return (key >> slots->set_bits & 0x7f) | 0x80;
}

static void sign(struct associative *slots, uint32_t set, uint32_t slot, uint64_t signature)
{
    uint32_t way = slot - set * slots->ways;
    uint64_t *word = &slots->signatures[(size_t)set * slots->n_words + way / 8];
    *word = (*word & ~(UINT64_C(0xff) << way % 8 * 8)) | signature << way % 8 * 8;
}

/// Searches a set eight ways at a time: a byte of `differs` is zero where a signature is the same.
static uint32_t scan(const struct associative *slots, uint32_t set, uint64_t owner, uint64_t key)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t *words = &slots->signatures[(size_t)set * slots->n_words];
    uint64_t wanted = signature_of(slots, key) * ones;
    for (uint32_t i = 0; i < slots->n_words; i++) {
        uint64_t differs = words[i] ^ wanted;
        // The top bit of each zero byte, and of some above one: the keys decide.
        uint64_t found = (differs - ones) & ~differs & ones << 7;
        for (; found != 0; found &= found - 1) {
            uint32_t way = i * 8 + (uint32_t)__builtin_ctzll(found) / 8;
            if (slot_holds(slots, set * slots->ways + way, owner, key)) {
                return set * slots->ways + way;
            }
        }
    }
    return ASSOCIATIVE_NONE;
}

uint32_t associative_search(const struct associative *slots, uint32_t space, uint64_t key)
{
    uint64_t owner = (uint64_t)space + 1;
    if (slots->index == NULL) {
        return scan(slots, set_of(slots, key), owner, key);
    }
    uint32_t found = slots->index[index_place(slots, owner, key)];
    return found == 0 ? ASSOCIATIVE_NONE : found - 1;
}

static void unlink_slot(struct associative *slots, uint32_t set, uint32_t slot)
{
    uint32_t older = slots->older[slot];
    uint32_t younger = slots->younger[slot];
    *(older == 0 ? &slots->oldest[set] : &slots->younger[older - 1]) = younger;
    *(younger == 0 ? &slots->youngest[set] : &slots->older[younger - 1]) = older;
}

static void link_youngest(struct associative *slots, uint32_t set, uint32_t slot)
{
    uint32_t older = slots->youngest[set];
    slots->older[slot] = older;
    slots->younger[slot] = 0;
    *(older == 0 ? &slots->oldest[set] : &slots->younger[older - 1]) = slot + 1;
    slots->youngest[set] = slot + 1;
}

void associative_refresh(struct associative *slots, uint32_t slot)
{
    uint32_t set = set_of(slots, slots->keys[slot]);
    unlink_slot(slots, set, slot);
    link_youngest(slots, set, slot);
}

uint32_t associative_take(struct associative *slots, uint32_t space, uint64_t key,
                          struct associative_victim *victim)
{
    uint32_t set = set_of(slots, key);
    uint32_t slot = 0;
    *victim = (struct associative_victim){0};
    if (slots->spare[set] != 0) {
        slot = slots->spare[set] - 1;
        slots->spare[set] = slots->older[slot];
    } else if (slots->n_begun[set] < slots->ways) {
        slot = set * slots->ways + slots->n_begun[set]++;
    } else {
        slot = slots->oldest[set] - 1;
        *victim = (struct associative_victim){true, (uint32_t)(slots->owners[slot] - 1),
                                              slots->keys[slot]};
        if (slots->index != NULL) {
            index_remove(slots, slot);
        }
        unlink_slot(slots, set, slot);
    }
    slots->keys[slot] = key;
    slots->owners[slot] = (uint64_t)space + 1;
    link_youngest(slots, set, slot);
    if (slots->index != NULL) {
        index_add(slots, slot);
    } else {
        sign(slots, set, slot, signature_of(slots, key));
    }
    return slot;
}

void associative_drop(struct associative *slots, uint32_t slot)
{
    uint32_t set = set_of(slots, slots->keys[slot]);
    if (slots->index != NULL) {
        index_remove(slots, slot);
    } else {
        sign(slots, set, slot, 0);
    }
    unlink_slot(slots, set, slot);
    slots->owners[slot] = 0;
    slots->older[slot] = slots->spare[set];
    slots->spare[set] = slot + 1;
}

uint32_t associative_set(const struct associative *slots, uint64_t key)
{
    return set_of(slots, key) * slots->ways;
}

uint32_t associative_rank(const struct associative *slots, uint32_t slot)
{
    uint32_t rank = 0;
    while (slots->older[slot] != 0) {
        slot = slots->older[slot] - 1;
        rank++;
    }
    return rank;
}
