// SPDX-License-Identifier: MIT
// Requests, dice and bags of blocks for the generators.
#include "harness/trace/gen.h"

#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/trace/reader.h"

bool gen_room(const struct gen *gen, size_t n)
{
    return gen->builder.trace->n_ops + gen->builder.n_live + n <= gen->max_ops;
}

void gen_op(struct gen *gen, enum op_kind kind, int64_t id, uint64_t size)
{
    struct error error;
    size_t line = gen->builder.trace->n_ops + HEADER_LINES + 1;
    struct op op = {.size = size, .line = line & TRACE_MAX_LINE, .kind = kind & 3};
    op.slot = id < 0 ? TRACE_NO_SLOT : builder_slot(&gen->builder, id);
    if (!builder_add(&gen->builder, op, &error)) {
        die("a generator broke the rules of traces: %s", error.text);
    }
}

int64_t gen_alloc(struct gen *gen, uint64_t size)
{
    gen_op(gen, OP_ALLOC, gen->next_id, size);
    return gen->next_id++;
}

void gen_realloc(struct gen *gen, int64_t id, uint64_t size)
{
    gen_op(gen, OP_REALLOC, id, size);
}

void gen_free(struct gen *gen, int64_t id)
{
    gen_op(gen, OP_FREE, id, 0);
}

uint64_t gen_between(struct gen *gen, uint64_t low, uint64_t high)
{
    return random_between(&gen->random, low, high);
}

bool gen_chance(struct gen *gen, unsigned percent)
{
    return random_below(&gen->random, 100) < percent;
}

uint64_t gen_size(struct gen *gen, uint64_t (*own)(struct gen *gen))
{
    return gen->sizes.law != NULL ? sizes_draw(&gen->sizes, &gen->random) : own(gen);
}

void pool_add(struct pool *pool, int64_t id)
{
    pool->ids = array_grow(pool->ids, &pool->capacity, pool->n, sizeof *pool->ids);
    pool->ids[pool->n++] = id;
}

int64_t pool_take_last(struct pool *pool)
{
    return pool->ids[--pool->n];
}

int64_t pool_take_random(struct pool *pool, struct gen *gen)
{
    size_t idx = (size_t)random_below(&gen->random, pool->n);
    int64_t id = pool->ids[idx];
    pool->ids[idx] = pool->ids[--pool->n];
    return id;
}

void pool_end(struct pool *pool, struct gen *gen)
{
    for (size_t i = 0; i < pool->n; i++) {
        gen_free(gen, pool->ids[i]);
    }
    free(pool->ids);
    *pool = (struct pool){0};
}
