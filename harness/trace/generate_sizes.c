// SPDX-License-Identifier: MIT
// Kinds that differ in the sizes they ask for; the lifetimes are random.
#include "harness/trace/gen.h"

#define PAGE_BYTES 4096

/// The number of live blocks wanders to one target after another below `live`, three steps ahead
/// for one back; the block that is freed is a random one.
static void random_walk(struct gen *gen, uint64_t (*size)(struct gen *gen))
{
    struct pool pool = {0};
    size_t target = gen->live;
    for (;;) {
        if (pool.n == target) {
            target = (size_t)gen_between(gen, 0, gen->live);
        }
        bool grow = pool.n == 0 || (pool.n < gen->live && gen_chance(gen, 75) == (pool.n < target));
        if (grow && !gen_room(gen, 2)) {
            break;
        }
        if (grow) {
            pool_add(&pool, gen_alloc(gen, size(gen)));
        } else {
            gen_free(gen, pool_take_random(&pool, gen));
        }
    }
    pool_end(&pool, gen);
}

static uint64_t uniform_size(struct gen *gen)
{
    return gen_between(gen, 1, 4 * PAGE_BYTES);
}

void generate_random(struct gen *gen)
{
    random_walk(gen, uniform_size);
}

/// Half of the sizes are in 1..8, a quarter in 9..16, an eighth in 17..32 and so on.
static uint64_t skewed_size(struct gen *gen)
{
    uint64_t top = 8;
    while (top < 2 * PAGE_BYTES && gen_chance(gen, 50)) {
        top *= 2;
    }
    return gen_between(gen, top == 8 ? 1 : top / 2 + 1, top);
}

void generate_small(struct gen *gen)
{
    random_walk(gen, skewed_size);
}

static uint64_t power_size(struct gen *gen)
{
    uint64_t power = UINT64_C(1) << gen_between(gen, 3, 14);
    return power - 1 + gen_between(gen, 0, 2);
}

void generate_powers(struct gen *gen)
{
    random_walk(gen, power_size);
}

/// Whole pages, pages less a header, pages and a little more.
static uint64_t pages_size(struct gen *gen)
{
    uint64_t pages = gen_between(gen, 1, 4) * PAGE_BYTES;
    return pages - 16 + 8 * gen_between(gen, 0, 4);
}

void generate_pages(struct gen *gen)
{
    random_walk(gen, pages_size);
}
