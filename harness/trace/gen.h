// SPDX-License-Identifier: MIT
// What the generators are written with. Internal to this stage.
//
// A kind asks gen_room before each step, so that what it leaves can still be freed within max_ops:
// an allocation takes 2 (itself and its free), a realloc 1.
#ifndef MMGRADE_TRACE_GEN_H
#define MMGRADE_TRACE_GEN_H

#include "harness/trace/builder.h"
#include "harness/trace/lifetimes.h"
#include "harness/trace/random.h"
#include "harness/trace/sizes.h"

struct gen {
    struct builder builder;
    struct random random;
    size_t max_ops;
    size_t live;     ///< what the kind's `live_means` says
    int64_t next_id; ///< ids are given out in order from 0
    struct sizes sizes;
    const struct lifetime_law *lifetimes;
};

/// Whether n more operations fit, and after them a free for each block that is live now.
bool gen_room(const struct gen *gen, size_t n);

/// The next request is for a fresh id, which is returned.
int64_t gen_alloc(struct gen *gen, uint64_t size);
void gen_realloc(struct gen *gen, int64_t id, uint64_t size);
void gen_free(struct gen *gen, int64_t id);

/// Any request, for special cases: an id used again, one never allocated, -1.
void gen_op(struct gen *gen, enum op_kind kind, int64_t id, uint64_t size);

uint64_t gen_between(struct gen *gen, uint64_t low, uint64_t high);
bool gen_chance(struct gen *gen, unsigned percent);

/// A size by the law that was asked for, otherwise by the kind itself.
uint64_t gen_size(struct gen *gen, uint64_t (*own)(struct gen *gen));

/// A bag of live blocks.
struct pool {
    int64_t *ids;
    size_t n;
    size_t capacity;
};

void pool_add(struct pool *pool, int64_t id);
int64_t pool_take_last(struct pool *pool);
int64_t pool_take_random(struct pool *pool, struct gen *gen);

/// Frees all blocks, the oldest first, and the pool's memory.
void pool_end(struct pool *pool, struct gen *gen);

void generate_short(struct gen *gen);
void generate_random(struct gen *gen);
void generate_small(struct gen *gen);
void generate_powers(struct gen *gen);
void generate_pages(struct gen *gen);
void generate_lifo(struct gen *gen);
void generate_fifo(struct gen *gen);
void generate_generational(struct gen *gen);
void generate_ramp(struct gen *gen);
void generate_phases(struct gen *gen);
void generate_binary(struct gen *gen);
void generate_coalesce(struct gen *gen);
void generate_realloc_grow(struct gen *gen);
void generate_string_build(struct gen *gen);
void generate_merge_split(struct gen *gen);
void generate_array_double(struct gen *gen);
void generate_first_fit_bad(struct gen *gen);
void generate_best_fit_bad(struct gen *gen);
void generate_robson(struct gen *gen);
void generate_edges(struct gen *gen);
void generate_zero_sizes(struct gen *gen);
void generate_huge_sizes(struct gen *gen);
void generate_many_ids(struct gen *gen);
void generate_few_ids(struct gen *gen);

#endif
