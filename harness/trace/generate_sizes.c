// SPDX-License-Identifier: MIT
// Kinds that differ in the sizes they ask for; the lifetimes follow a law.
#include "harness/trace/gen.h"

#define PAGE_BYTES 4096

static uint64_t uniform_size(struct gen *gen)
{
    return gen_between(gen, 1, 4 * PAGE_BYTES);
}

void generate_random(struct gen *gen)
{
    lifetimes_run(gen, uniform_size);
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
    lifetimes_run(gen, skewed_size);
}

static uint64_t power_size(struct gen *gen)
{
    uint64_t power = UINT64_C(1) << gen_between(gen, 3, 14);
    return power - 1 + gen_between(gen, 0, 2);
}

void generate_powers(struct gen *gen)
{
    lifetimes_run(gen, power_size);
}

/// Whole pages, pages less a header, pages and a little more.
static uint64_t pages_size(struct gen *gen)
{
    uint64_t pages = gen_between(gen, 1, 4) * PAGE_BYTES;
    return pages - 16 + 8 * gen_between(gen, 0, 4);
}

void generate_pages(struct gen *gen)
{
    lifetimes_run(gen, pages_size);
}
