// SPDX-License-Identifier: MIT
// The laws of lifetimes and the two loops that follow them.
#include "harness/trace/lifetimes.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/fixed.h"
#include "harness/trace/gen.h"

static int64_t take_youngest(struct pool *pool, struct gen *gen)
{
    (void)gen;
    return pool_take_last(pool);
}

static uint64_t draw_exponential(struct random *random, uint64_t mean)
{
    return (random_exponential(random) >> 8) * mean >> (FIXED_BITS - 8);
}

static uint64_t draw_uniform(struct random *random, uint64_t mean)
{
    return random_below_wide(random, 2 * mean + 1);
}

static uint64_t draw_constant(struct random *random, uint64_t mean)
{
    (void)random;
    return mean;
}

/// 7/8 of a quarter and 1/8 of 25 quarters are the mean again.
static uint64_t draw_generational(struct random *random, uint64_t mean)
{
    bool is_old = random_below(random, 8) == 0;
    return draw_exponential(random, (is_old ? 25 : 1) * mean) / 4;
}

const struct lifetime_law lifetime_laws[] = {
    {"random", "the number of live blocks wanders; each is as likely to go next",
     .take = pool_take_random},
    {"lifo", "the number of live blocks wanders; the youngest goes first", .take = take_youngest},
    {"fifo", "the oldest goes first, after --live allocations", .draw = draw_constant},
    {"exponential", "--live allocations in the mean; how old a block is does not matter",
     .draw = draw_exponential},
    {"uniform", "0 to twice --live allocations, each number as likely", .draw = draw_uniform},
    {"generational",
     "seven of eight live a quarter of --live in the mean, the eighth 25 times longer",
     .draw = draw_generational},
};
const size_t n_lifetime_laws = sizeof lifetime_laws / sizeof lifetime_laws[0];

const struct lifetime_law *lifetimes_find(const char *name)
{
    for (size_t i = 0; i < n_lifetime_laws; i++) {
        if (strcmp(lifetime_laws[i].name, name) == 0) {
            return &lifetime_laws[i];
        }
    }
    return NULL;
}

/// The number of live blocks wanders to one target after another below `live`, three steps ahead
/// for one back.
static void wander(struct gen *gen, uint64_t (*size)(struct gen *gen))
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
            pool_add(&pool, gen_alloc(gen, gen_size(gen, size)));
        } else {
            gen_free(gen, gen->lifetimes->take(&pool, gen));
        }
    }
    pool_end(&pool, gen);
}

/// Who dies when: a list of blocks for each moment. Ids come in order, so the lists are chained by
/// id. What would outlive the trace dies at its end.
struct calendar {
    int64_t *first; ///< moment -> a block, or -1
    int64_t *next;  ///< block -> another of the same moment, or -1
    size_t n;       ///< moments, and blocks at most
};

static void calendar_free_due(struct calendar *calendar, size_t moment, struct gen *gen)
{
    for (int64_t id = calendar->first[moment]; id >= 0; id = calendar->next[id]) {
        gen_free(gen, id);
    }
}

static void calendar_add(struct calendar *calendar, size_t now, int64_t id, uint64_t lifetime)
{
    size_t last = calendar->n - 1;
    size_t moment = lifetime < last - now ? now + 1 + (size_t)lifetime : last;
    calendar->next[id] = calendar->first[moment];
    calendar->first[moment] = id;
}

static void live_and_die(struct gen *gen, uint64_t (*size)(struct gen *gen))
{
    struct calendar calendar = {.n = gen->max_ops / 2 + 1};
    calendar.first = xreallocarray(NULL, calendar.n, sizeof *calendar.first);
    calendar.next = xreallocarray(NULL, calendar.n, sizeof *calendar.next);
    for (size_t i = 0; i < calendar.n; i++) {
        calendar.first[i] = -1;
    }
    size_t now = 0;
    for (;; now++) {
        calendar_free_due(&calendar, now, gen);
        if (!gen_room(gen, 2)) {
            break;
        }
        int64_t id = gen_alloc(gen, gen_size(gen, size));
        calendar_add(&calendar, now, id, gen->lifetimes->draw(&gen->random, gen->live));
    }
    while (++now < calendar.n) {
        calendar_free_due(&calendar, now, gen);
    }
    free(calendar.first);
    free(calendar.next);
}

void lifetimes_run(struct gen *gen, uint64_t (*size)(struct gen *gen))
{
    if (gen->lifetimes->take != NULL) {
        wander(gen, size);
    } else {
        live_and_die(gen, size);
    }
}
