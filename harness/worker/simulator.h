// SPDX-License-Identifier: MIT
// The simulated machine: two levels of TLBs, two of caches, a branch predictor; it counts what
// happens, the judge says what that costs. All of it stands in this header, since it runs once for
// each access and each basic block of a submission, up to half a billion times a trace; what the
// usual case does not need is not inlined.
//
//   address -> first TLB -miss-> second TLB -miss-> walk
//           -> L1 -miss-> L2 -miss-> memory
//
// Sets are least recently used, filled by loads and stores alike: what harness/vm's TLB and cache
// do, hit for hit. A second level of 0 sets is not there: each lookup misses. The first ones must
// be.
#ifndef MMGRADE_WORKER_SIMULATOR_H
#define MMGRADE_WORKER_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/worker/ring.h"

#define SIMULATOR_START (UINT64_C(1) << 41) // simulated addresses lie from here on, so that no tag
#define SIMULATOR_ADDRESS_BITS 43           // is 0, and have so many bits
#define SIMULATOR_WAYS 8                    // of a level, at most
#define SIMULATOR_SET_WORDS 12    // the tags of a set: its ways, the one pushed out, padding
#define SIMULATOR_BLOCK_BITS 12   // log2 of the predictor's entries by block
#define SIMULATOR_HISTORY_BITS 14 // the same by history
#define SIMULATOR_SURE 3          // a successor confirmed so often says nothing about the path

/// A set's tags stand from the most to the least recently used, then 0; 0 is an empty way. A tag is
/// the number of a line or page without the bits that choose the set.
struct simulator_level {
    uint32_t *tags; ///< by set, SIMULATOR_SET_WORDS each
    uint32_t set_mask, set_bits;
    uint32_t ways; ///< 0: there is no such level
};

/// Which block came after another, or after a path of them.
struct simulator_guess {
    uint32_t key, next, confidence;
};

/// Each block is predicted by the path of uncertain blocks that led to it, if that was seen before,
/// else by the block before it: a small two-level predictor with tags.
struct simulator_predictor {
    struct simulator_guess by_block[1 << SIMULATOR_BLOCK_BITS];
    struct simulator_guess by_history[1 << SIMULATOR_HISTORY_BITS];
    uint32_t history, last;
};

struct simulator {
    struct simulator_level tlbs[2], caches[2];
    uint32_t page_bits, line_bits;
    uint64_t last_line, last_page; ///< they hit everywhere; 0: none
    struct simulator_predictor predictor;
    uint64_t events[RING_EVENTS];
};

static inline bool simulator_level_fits(const struct ring_shape *shape, uint32_t unit_bits)
{
    uint32_t tag_bits = SIMULATOR_ADDRESS_BITS - unit_bits;
    return shape->sets == 0 || (shape->ways >= 1 && shape->ways <= SIMULATOR_WAYS &&
                                (shape->sets & (shape->sets - 1)) == 0 &&
                                tag_bits - (uint32_t)__builtin_ctz(shape->sets) <= 32);
}

/// Whether such a machine can be simulated: up to SIMULATOR_WAYS ways, so many sets that a tag
/// fits in 32 bits.
static inline bool simulator_fits(const struct ring_machine *machine)
{
    bool fits = machine->line_bits <= machine->page_bits && machine->page_bits <= 30;
    for (int i = 0; fits && i < 2; i++) {
        fits = simulator_level_fits(&machine->tlbs[i], machine->page_bits) &&
               simulator_level_fits(&machine->caches[i], machine->line_bits);
    }
    return fits && machine->tlbs[0].sets > 0 && machine->caches[0].sets > 0;
}

static inline size_t simulator_level_words(const struct ring_shape *shape)
{
    return SIMULATOR_SET_WORDS * (size_t)shape->sets;
}

/// How many words the tags of such a machine take.
static inline size_t simulator_words(const struct ring_machine *machine)
{
    size_t n_words = 0;
    for (int i = 0; i < 2; i++) {
        n_words += simulator_level_words(&machine->tlbs[i]);
        n_words += simulator_level_words(&machine->caches[i]);
    }
    return n_words;
}

static inline uint32_t *simulator_set_level(struct simulator_level *level,
                                            const struct ring_shape *shape, uint32_t *tags)
{
    *level = (struct simulator_level){.tags = tags};
    if (shape->sets > 0) {
        level->set_mask = shape->sets - 1;
        level->set_bits = (uint32_t)__builtin_ctz(shape->sets);
        level->ways = shape->ways;
    }
    return tags + simulator_level_words(shape);
}

/// A machine, one that fits, in which nothing has happened yet; `tags` are simulator_words() zeroed
/// words.
static inline void simulator_open(struct simulator *simulator, const struct ring_machine *machine,
                                  uint32_t *tags)
{
    memset(simulator, 0, sizeof *simulator);
    simulator->page_bits = machine->page_bits;
    simulator->line_bits = machine->line_bits;
    for (int i = 0; i < 2; i++) {
        tags = simulator_set_level(&simulator->tlbs[i], &machine->tlbs[i], tags);
        tags = simulator_set_level(&simulator->caches[i], &machine->caches[i], tags);
    }
}

/// Whether the tag is in the set. All ways at once: most searches find nothing.
static inline bool simulator_has(const uint32_t *set, uint32_t tag)
{
    typedef uint32_t four_tags __attribute__((vector_size(16), aligned(4), may_alias));
    typedef uint64_t halves __attribute__((vector_size(16)));
    const four_tags *tags = (const four_tags *)set;
    halves same = (halves)(tags[0] == tag) | (halves)(tags[1] == tag);
    return (same[0] | same[1]) != 0;
}

/// Puts the tag first; the others up to the place that it had move on.
static inline void simulator_move_up(uint32_t *set, uint32_t tag)
{
    uint32_t pushed = tag;
    do {
        uint32_t next = *set;
        *set++ = pushed;
        pushed = next;
    } while (pushed != tag);
}

/// Whether the line or page is there; it is afterwards.
static inline bool simulator_look(const struct simulator_level *level, uint64_t number)
{
    if (level->ways == 0) {
        return false;
    }
    uint32_t *set = level->tags + (number & level->set_mask) * SIMULATOR_SET_WORDS;
    uint32_t tag = (uint32_t)(number >> level->set_bits);
    if (set[0] == tag) {
        return true;
    }
    if (simulator_has(set, tag)) {
        simulator_move_up(set, tag);
        return true;
    }
    memmove(set + 1, set, SIMULATOR_WAYS * sizeof *set);
    set[0] = tag;
    set[level->ways] = 0;
    return false;
}

/// Goes on to another line than the last.
static __attribute__((noinline)) void simulator_move(struct simulator *simulator, uint64_t line)
{
    simulator->last_line = line;
    uint64_t page = line >> (simulator->page_bits - simulator->line_bits);
    if (page != simulator->last_page) {
        simulator->last_page = page;
        if (!simulator_look(&simulator->tlbs[0], page)) {
            simulator->events[RING_EVENT_TLB_MISS]++;
            simulator->events[RING_EVENT_WALK] += !simulator_look(&simulator->tlbs[1], page);
        }
    }
    if (!simulator_look(&simulator->caches[0], line)) {
        simulator->events[RING_EVENT_L1_MISS]++;
        simulator->events[RING_EVENT_L2_MISS] += !simulator_look(&simulator->caches[1], line);
    }
}

/// One line is loaded from or stored to.
static inline void simulator_touch(struct simulator *simulator, uint64_t line)
{
    if (line != simulator->last_line) {
        simulator_move(simulator, line);
    }
}

/// Touches all lines of `n_bytes` from `address` on; returns how many there are.
static inline uint64_t simulator_range(struct simulator *simulator, uint64_t address,
                                       size_t n_bytes)
{
    uint64_t first = address >> simulator->line_bits;
    uint64_t last = (address + n_bytes - 1) >> simulator->line_bits;
    for (uint64_t line = first; line <= last; line++) {
        simulator_touch(simulator, line);
    }
    return last - first + 1;
}

static inline void simulator_learn(struct simulator_guess *guess, uint32_t key, uint32_t next)
{
    if (guess->key == key && guess->next == next) {
        guess->confidence += guess->confidence < SIMULATOR_SURE;
    } else if (guess->key == key && guess->confidence > 1) {
        guess->confidence--;
    } else {
        *guess = (struct simulator_guess){key, next, 1};
    }
}

/// Whether this successor was expected, and nothing is left to learn about it.
static inline bool simulator_is_sure(const struct simulator_guess *guess, uint32_t key,
                                     uint32_t next)
{
    return guess->key == key && guess->next == next && guess->confidence == SIMULATOR_SURE;
}

/// A successor that was not expected for sure: counts it, and learns.
static __attribute__((noinline)) void simulator_doubt(struct simulator *simulator,
                                                      struct simulator_guess *by_block,
                                                      struct simulator_guess *by_path, uint32_t key,
                                                      uint32_t path, uint32_t block)
{
    struct simulator_predictor *predictor = &simulator->predictor;
    const struct simulator_guess *guess = by_path->key == path ? by_path : by_block;
    bool known = guess == by_path || by_block->key == key;
    simulator->events[RING_EVENT_MISPREDICTED] += !known || guess->next != block;
    simulator_learn(by_block, key, block);
    simulator_learn(by_path, path, block);
    if (by_block->confidence < SIMULATOR_SURE) {
        uint32_t mixed = (block * UINT32_C(2654435761)) >> 27;
        predictor->history = (predictor->history << 3 ^ mixed) & 0xffffff;
    }
}

/// A basic block is entered; `block` is its code's offset.
static inline void simulator_block(struct simulator *simulator, uint32_t block)
{
    struct simulator_predictor *predictor = &simulator->predictor;
    uint32_t key = predictor->last * UINT32_C(2654435761);
    uint32_t path = predictor->history * UINT32_C(0x9e3779b1) ^ key;
    struct simulator_guess *by_block = &predictor->by_block[key >> (32 - SIMULATOR_BLOCK_BITS)];
    struct simulator_guess *by_path = &predictor->by_history[path >> (32 - SIMULATOR_HISTORY_BITS)];
    simulator->events[RING_EVENT_BLOCK]++;
    predictor->last = block;
    if (!simulator_is_sure(by_path, path, block) || !simulator_is_sure(by_block, key, block)) {
        simulator_doubt(simulator, by_block, by_path, key, path, block);
    }
}

#endif
