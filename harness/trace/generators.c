// SPDX-License-Identifier: MIT
// The table of kinds and the way from a kind to a trace.
#include "harness/trace/generators.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/gen.h"

const struct generator generators[] = {
    {"short", "a dozen operations to follow by hand, again and again", 12, 0, NULL, generate_short},
    {"random", "uniform sizes of 1 to 16384 bytes and random lifetimes, or other laws", 5000, 500,
     "blocks at most", generate_random, TAKES_SIZES | TAKES_LIFETIMES},
    {"small", "mostly tiny blocks, half of them up to 8 bytes, a few up to 8 KiB", 6000, 1500,
     "blocks at most", generate_small, TAKES_LIFETIMES},
    {"powers", "sizes at and one byte around powers of two", 5000, 400, "blocks at most",
     generate_powers, TAKES_LIFETIMES},
    {"pages", "buffers of one to four pages, a few bytes more or less", 4000, 200, "blocks at most",
     generate_pages, TAKES_LIFETIMES},
    {"lifo", "a stack: the youngest block goes first", 6000, 500, "blocks at most", generate_lifo,
     TAKES_SIZES},
    {"fifo", "a queue: the oldest block goes first", 6000, 500, "blocks at most", generate_fifo,
     TAKES_SIZES},
    {"generational", "most blocks die young, a few stay long", 8000, 400, "old blocks at most",
     generate_generational, TAKES_SIZES},
    {"ramp", "up and tear down: all blocks, then none, in three orders", 6000, 1000,
     "blocks at each top", generate_ramp, TAKES_SIZES},
    {"phases", "each phase has its own size and leaves some blocks behind", 8000, 800,
     "blocks a phase", generate_phases},
    {"binary", "two sizes in turn; one sort is freed, then bigger blocks come", 9000, 750,
     "pairs a round", generate_binary},
    {"coalesce", "neighbours are freed in any order, then their room is asked for in one piece",
     6000, 0, NULL, generate_coalesce},
    {"realloc-grow", "buffers that grow by realloc with small blocks in between", 9000, 4,
     "buffers", generate_realloc_grow},
    {"string-build", "strings that are appended to, cut to length and dropped", 9000, 32,
     "strings at once", generate_string_build},
    {"merge-split", "the same regions are cut into other numbers of equal blocks again and again",
     9000, 64, "regions of 4 KiB", generate_merge_split},
    {"array-double", "arrays that move to twice their room, with their items in between", 8000, 32,
     "arrays at once", generate_array_double},
    {"first-fit-bad", "against first fit: pins at the start of holes that best fit keeps whole",
     7500, 1024, "tiles, 65536 at most", generate_first_fit_bad},
    {"best-fit-bad",
     "against best fit: pins, slivers behind them, in holes that first fit keeps whole", 7000, 1024,
     "tiles, 65536 at most", generate_best_fit_bad},
    {"robson", "Robson's bad sequence: powers of two, the blocks that stay spoil every hole", 8000,
     2048, "units of 32 bytes, 8 to 1048576", generate_robson},
    {"edges", "malloc(0), free(NULL), realloc(NULL, n), realloc(p, 0), ids used again", 300, 0,
     NULL, generate_edges},
    {"zero-sizes", "many malloc(0) and realloc(p, 0) among small blocks", 600, 40, "blocks at most",
     generate_zero_sizes},
    {"huge-sizes", "a few blocks of 1 to 16 MiB, 32 MiB at most in powers of two", 60, 0, NULL,
     generate_huge_sizes},
    {"many-ids", "every second operation has a new id, all of them alive at the top", 10000, 0,
     NULL, generate_many_ids},
    {"few-ids", "a handful of ids, used again and again", 5000, 8, "ids", generate_few_ids},
};
const size_t n_generators = sizeof generators / sizeof generators[0];

const struct generator *generator_find(const char *name)
{
    for (size_t i = 0; i < n_generators; i++) {
        if (strcmp(generators[i].name, name) == 0) {
            return &generators[i];
        }
    }
    return NULL;
}

void generator_run(const struct generator *generator, struct generator_options options,
                   struct trace *trace)
{
    struct gen gen = {.random = {options.seed},
                      .max_ops = options.n_ops != 0 ? options.n_ops : generator->default_ops,
                      .live = options.live != 0 ? options.live : generator->default_live,
                      .sizes = options.sizes,
                      .lifetimes =
                          options.lifetimes != NULL ? options.lifetimes : &lifetime_laws[0]};
    assert(gen.max_ops <= GENERATOR_MAX_OPS);
    gen.live = gen.live < gen.max_ops ? gen.live : gen.max_ops;
    char *path = xasprintf("%s-%llu.rep", generator->name, (unsigned long long)options.seed);
    builder_begin(&gen.builder, trace, path, gen.max_ops, gen.max_ops / 2);
    free(path);
    generator->run(&gen);
    builder_end(&gen.builder);
    trace->suggested_heap_bytes = 2 * trace->peak_payload;
    trace->weight = WEIGHT_BOTH;
}
