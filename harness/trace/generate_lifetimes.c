// SPDX-License-Identifier: MIT
// Kinds that differ in how long blocks live and in which order they go.
#include "harness/trace/gen.h"

static uint64_t mixed_size(struct gen *gen)
{
    return gen_chance(gen, 90) ? gen_between(gen, 8, 512) : gen_between(gen, 513, 8192);
}

/// Calls go deeper and come back by a coin; a deep call needs few bytes, now and then many.
void generate_lifo(struct gen *gen)
{
    struct pool pool = {0};
    while (gen_room(gen, 2)) {
        if (pool.n == 0 || (pool.n < gen->live && gen_chance(gen, 55))) {
            pool_add(&pool, gen_alloc(gen, gen_size(gen, mixed_size)));
        } else {
            gen_free(gen, pool_take_last(&pool));
        }
    }
    while (pool.n > 0) {
        gen_free(gen, pool_take_last(&pool));
    }
    pool_end(&pool, gen);
}

/// Ids come in order, so those of a queue are the numbers from `oldest` on.
void generate_fifo(struct gen *gen)
{
    int64_t oldest = 0;
    while (gen_room(gen, 2)) {
        size_t n_queued = (size_t)(gen->next_id - oldest);
        if (n_queued == 0 || (n_queued < gen->live && gen_chance(gen, 55))) {
            gen_alloc(gen, gen_size(gen, mixed_size));
        } else {
            gen_free(gen, oldest++);
        }
    }
    while (oldest < gen->next_id) {
        gen_free(gen, oldest++);
    }
}

/// A nursery of 64 blocks; when it is full, one in eight is kept for long and the others die.
/// When too many are old, half of them die at random.
void generate_generational(struct gen *gen)
{
    enum { NURSERY = 64 };
    struct pool young = {0};
    struct pool old = {0};
    while (gen_room(gen, 2)) {
        pool_add(&young, gen_alloc(gen, gen_size(gen, mixed_size)));
        if (young.n < NURSERY) {
            continue;
        }
        while (young.n > 0) {
            int64_t id = pool_take_random(&young, gen);
            if (gen_between(gen, 0, 7) == 0) {
                pool_add(&old, id);
            } else {
                gen_free(gen, id);
            }
        }
        if (old.n >= gen->live) {
            for (size_t target = old.n / 2; old.n > target;) {
                gen_free(gen, pool_take_random(&old, gen));
            }
        }
    }
    pool_end(&young, gen);
    pool_end(&old, gen);
}

/// Tops are torn down in turn from the oldest, from the youngest and at random.
void generate_ramp(struct gen *gen)
{
    for (unsigned round = 0; gen_room(gen, 2); round++) {
        struct pool pool = {0};
        while (gen_room(gen, 2) && pool.n < gen->live) {
            pool_add(&pool, gen_alloc(gen, gen_size(gen, mixed_size)));
        }
        while (pool.n > 0 && round % 3 != 0) {
            gen_free(gen, round % 3 == 1 ? pool_take_last(&pool) : pool_take_random(&pool, gen));
        }
        pool_end(&pool, gen);
    }
}

/// A phase asks for blocks of nearly one size and frees all but one in sixteen of them, in places
/// that the next phase's other size cannot use well. Every fourth phase drops all leftovers.
void generate_phases(struct gen *gen)
{
    struct pool leftovers = {0};
    for (unsigned phase = 1; gen_room(gen, 2); phase++) {
        struct pool pool = {0};
        uint64_t size = UINT64_C(1) << gen_between(gen, 4, 11);
        while (gen_room(gen, 2) && pool.n < gen->live) {
            pool_add(&pool, gen_alloc(gen, size + gen_between(gen, 0, size / 4)));
        }
        while (pool.n > gen->live / 16) {
            gen_free(gen, pool_take_random(&pool, gen));
        }
        while (pool.n > 0) {
            pool_add(&leftovers, pool_take_last(&pool));
        }
        pool_end(&pool, gen);
        if (phase % 4 == 0) {
            pool_end(&leftovers, gen);
        }
    }
    pool_end(&leftovers, gen);
}
