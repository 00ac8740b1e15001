// SPDX-License-Identifier: MIT
// The simulated machine: two levels of TLBs, two of caches, a branch predictor; it counts what
// happens, the judge says what that costs. All of it is inline, since it runs once for each access
// and each basic block of a submission.
//
//   address -> first TLB -miss-> second TLB -miss-> walk
//           -> L1 -miss-> L2 -miss-> memory
//
// Sets are least recently used, filled by loads and stores alike: what harness/vm's TLB and cache
// do, hit for hit. A second level of
// 0 sets is not there: each lookup misses. The first ones must be.
#ifndef MMGRADE_WORKER_SIMULATOR_H
#define MMGRADE_WORKER_SIMULATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "harness/worker/ring.h"

#define SIMULATOR_BLOCK_BITS 12   // log2 of the predictor's entries by block
#define SIMULATOR_HISTORY_BITS 14 // the same by history
#define SIMULATOR_SURE 3          // a successor confirmed so often says nothing about the path

struct simulator_level {
    uint64_t *tags; ///< by set, each from the most to the least recently used; 0: empty
    uint32_t sets, ways;
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
    uint64_t last_line; ///< it hits everywhere; 0: none
    struct simulator_predictor predictor;
    uint64_t events[RING_EVENTS];
};

/// How many words the tags of such a machine take.
static inline size_t simulator_tags(const struct ring_machine *machine)
{
    size_t n_tags = 0;
    for (int i = 0; i < 2; i++) {
        n_tags += (size_t)machine->tlbs[i].sets * machine->tlbs[i].ways;
        n_tags += (size_t)machine->caches[i].sets * machine->caches[i].ways;
    }
    return n_tags;
}

static inline uint64_t *simulator_set_level(struct simulator_level *level,
                                            const struct ring_shape *shape, uint64_t *tags)
{
    *level = (struct simulator_level){tags, shape->sets, shape->ways};
    return tags + (size_t)shape->sets * shape->ways;
}

/// A machine in which nothing has happened yet; `tags` are simulator_tags() zeroed words.
static inline void simulator_open(struct simulator *simulator, const struct ring_machine *machine,
                                  uint64_t *tags)
{
    memset(simulator, 0, sizeof *simulator);
    simulator->page_bits = machine->page_bits;
    simulator->line_bits = machine->line_bits;
    for (int i = 0; i < 2; i++) {
        tags = simulator_set_level(&simulator->tlbs[i], &machine->tlbs[i], tags);
        tags = simulator_set_level(&simulator->caches[i], &machine->caches[i], tags);
    }
}

/// Whether `tag`, which is not 0, is there; it is afterwards.
static inline bool simulator_look(const struct simulator_level *level, uint64_t tag)
{
    if (level->sets == 0) {
        return false;
    }
    uint64_t *tags = level->tags + ((uint32_t)tag & (level->sets - 1)) * (size_t)level->ways;
    if (tags[0] == tag) {
        return true;
    }
    uint32_t way = 1;
    while (way < level->ways && tags[way] != tag) {
        way++;
    }
    bool hit = way < level->ways;
    for (uint32_t i = hit ? way : level->ways - 1; i > 0; i--) {
        tags[i] = tags[i - 1];
    }
    tags[0] = tag;
    return hit;
}

/// One line is loaded from or stored to.
static inline void simulator_touch(struct simulator *simulator, uint64_t line)
{
    if (line == simulator->last_line) {
        return;
    }
    simulator->last_line = line;
    uint64_t page = line >> (simulator->page_bits - simulator->line_bits);
    if (!simulator_look(&simulator->tlbs[0], page)) {
        simulator->events[RING_EVENT_TLB_MISS]++;
        simulator->events[RING_EVENT_WALK] += !simulator_look(&simulator->tlbs[1], page);
    }
    if (!simulator_look(&simulator->caches[0], line)) {
        simulator->events[RING_EVENT_L1_MISS]++;
        simulator->events[RING_EVENT_L2_MISS] += !simulator_look(&simulator->caches[1], line);
    }
}

/// Touches all lines of `n_bytes` from `address` on; returns how many there are. Addresses of the
/// first page are no addresses.
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

/// A basic block is entered; `block` is its code's offset.
static inline void simulator_block(struct simulator *simulator, uint32_t block)
{
    struct simulator_predictor *predictor = &simulator->predictor;
    uint32_t key = predictor->last * UINT32_C(2654435761);
    uint32_t path = predictor->history * UINT32_C(0x9e3779b1) ^ key;
    struct simulator_guess *by_block = &predictor->by_block[key >> (32 - SIMULATOR_BLOCK_BITS)];
    struct simulator_guess *by_path = &predictor->by_history[path >> (32 - SIMULATOR_HISTORY_BITS)];
    const struct simulator_guess *guess = by_path->key == path ? by_path : by_block;
    bool known = guess == by_path || by_block->key == key;
    simulator->events[RING_EVENT_BLOCK]++;
    simulator->events[RING_EVENT_MISPREDICTED] += !known || guess->next != block;
    simulator_learn(by_block, key, block);
    simulator_learn(by_path, path, block);
    if (by_block->confidence < SIMULATOR_SURE) {
        uint32_t mixed = (block * UINT32_C(2654435761)) >> 27;
        predictor->history = (predictor->history << 3 ^ mixed) & 0xffffff;
    }
    predictor->last = block;
}

#endif
