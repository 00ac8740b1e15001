// SPDX-License-Identifier: MIT
// The tables of parameters and kinds, and the way from a kind to its records.
#include "harness/access/generators.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/emitter.h"
#include "harness/base/memory.h"

#define BASE UINT64_C(0x100000)

static const char *const matmul_orders[] = {"ijk", "ikj", "jik", "jki", "kij", "kji", NULL};

const struct access_parameter access_parameters[N_PARAMETERS] = {
    [PARAMETER_SEED] = {"seed", "N", "the same seed gives the same bytes on every machine", 0,
                        UINT64_MAX},
    [PARAMETER_ACCESSES] = {"accesses", "N", "how many; events are not counted", 1, 1000000000},
    [PARAMETER_PAGE_BITS] = {"page-bits", "N", "a page has 2^N bytes", 6, 21},
    [PARAMETER_BASE] = {"base", "ADDRESS", "where the first page begins; 0x stands before hex", 0,
                        UINT64_C(1) << 56},
    [PARAMETER_VA_BITS] = {"va-bits", "N", "addresses have N bits", 16, 57},
    [PARAMETER_PAGES] = {"pages", "N", "how many pages are used, of each process", 1, 1 << 20},
    [PARAMETER_WRITES] = {"writes", "PERCENT", "how many of the accesses that may write do", 0,
                          100},
    [PARAMETER_STRIDE] = {"stride", "BYTES", "from one access to the next", 1, 1 << 30},
    [PARAMETER_SKEW] = {"skew", "PERCENT",
                        "the k-th page is k^(PERCENT/100) times rarer than the first", 0, 400},
    [PARAMETER_N] = {"n", "N", "rows and columns of each matrix", 1, 1024},
    [PARAMETER_ORDER] = {"order", "ORDER", "of the loops, the outermost first", 0, 5,
                         matmul_orders},
    [PARAMETER_FRAMES] = {"frames", "N",
                          "FIFO is to fault more often with N + 1 frames than with N", 3, 1 << 16},
    [PARAMETER_PROCESSES] = {"processes", "N", "how many take turns", 1, 64},
    [PARAMETER_FAULTS] = {"faults", "PERCENT", "how many of the accesses break a rule on purpose",
                          0, 100},
};

#define TAKES(...)                                                                                 \
    sizeof((struct access_default[]){__VA_ARGS__}) / sizeof(struct access_default),                \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

const struct access_generator access_generators[] = {
    {"sequential", "word after word, from the first page to the last, again and again",
     emit_sequential,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 8},
           {PARAMETER_WRITES, 25})},
    {"stride", "every so many bytes, the same places lap after lap", emit_stride,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 64},
           {PARAMETER_STRIDE, 1024}, {PARAMETER_WRITES, 25})},
    {"loop", "one word a page, round and round: LRU's worst case with one frame too few", emit_loop,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 65},
           {PARAMETER_WRITES, 0})},
    {"list-walk", "a linked list whose nodes of 64 bytes lie in random order, lap after lap",
     emit_list_walk,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 16},
           {PARAMETER_WRITES, 25})},
    {"matmul", "C += A * B with matrices of doubles, by the order of its loops", emit_matmul,
     TAKES({PARAMETER_ACCESSES, 0}, {PARAMETER_BASE, BASE}, {PARAMETER_N, 12},
           {PARAMETER_ORDER, 0})},
    {"random", "any word of any page", emit_random,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 128},
           {PARAMETER_WRITES, 30})},
    {"zipf", "a few pages are used often, most of them seldom", emit_zipf,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 256},
           {PARAMETER_SKEW, 100}, {PARAMETER_WRITES, 30})},
    {"sparse", "the same with pages that lie scattered over the address space", emit_sparse,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_VA_BITS, 32}, {PARAMETER_PAGES, 256},
           {PARAMETER_SKEW, 50}, {PARAMETER_WRITES, 30})},
    {"phases", "a working set that is drawn anew from eight times as many pages every now and then",
     emit_phases,
     TAKES({PARAMETER_ACCESSES, 8000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 32},
           {PARAMETER_WRITES, 30})},
    {"belady", "Belady's anomaly, again and again: 1,2,3,4,1,2,5,1,2,3,4,5 and longer strings",
     emit_belady,
     TAKES({PARAMETER_ACCESSES, 12}, {PARAMETER_BASE, 0}, {PARAMETER_FRAMES, 3},
           {PARAMETER_WRITES, 0})},
    {"dirty", "buffers filled one after the other between a few pages that are read often",
     emit_dirty,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 96},
           {PARAMETER_WRITES, 75})},
    {"processes", "processes that take turns; the same addresses mean other pages in each",
     emit_processes,
     TAKES({PARAMETER_ACCESSES, 6000}, {PARAMETER_BASE, BASE}, {PARAMETER_PAGES, 24},
           {PARAMETER_PROCESSES, 3}, {PARAMETER_SKEW, 80}, {PARAMETER_WRITES, 30})},
    {"maps", "areas that are mapped, protected and unmapped; accesses that are forbidden",
     emit_maps,
     TAKES({PARAMETER_ACCESSES, 5000}, {PARAMETER_VA_BITS, 32}, {PARAMETER_PAGES, 96},
           {PARAMETER_PROCESSES, 2}, {PARAMETER_FAULTS, 5}, {PARAMETER_WRITES, 40})},
};
const size_t n_access_generators = sizeof access_generators / sizeof access_generators[0];

const struct access_generator *access_generator_find(const char *name)
{
    for (size_t i = 0; i < n_access_generators; i++) {
        if (strcmp(access_generators[i].name, name) == 0) {
            return &access_generators[i];
        }
    }
    return NULL;
}

bool access_generator_takes(const struct access_generator *generator, enum access_parameter_id id)
{
    bool takes = id == PARAMETER_SEED || id == PARAMETER_PAGE_BITS;
    for (size_t i = 0; i < generator->n_defaults; i++) {
        takes = takes || generator->defaults[i].id == id;
    }
    return takes;
}

void access_generator_defaults(const struct access_generator *generator, uint64_t *values)
{
    memset(values, 0, N_PARAMETERS * sizeof *values);
    values[PARAMETER_SEED] = 1;
    values[PARAMETER_PAGE_BITS] = 12;
    for (size_t i = 0; i < generator->n_defaults; i++) {
        values[generator->defaults[i].id] = generator->defaults[i].value;
    }
}

bool access_generator_check(const struct access_generator *generator, const uint64_t *values,
                            struct error *error)
{
    uint64_t page_bits = values[PARAMETER_PAGE_BITS];
    uint64_t va_bits = values[PARAMETER_VA_BITS];
    if (values[PARAMETER_BASE] % (UINT64_C(1) << page_bits) != 0) {
        return error_at(error, "--base", 0, 0,
                        "0x%" PRIx64 " is no multiple of the page size, %" PRIu64,
                        values[PARAMETER_BASE], UINT64_C(1) << page_bits);
    }
    // Areas need 16 slots for 2^page_bits / 4 pages each; scattered pages as many gaps.
    if (access_generator_takes(generator, PARAMETER_VA_BITS) &&
        (va_bits < 2 * page_bits + 2 ||
         UINT64_C(1) << (va_bits - page_bits) < 2 * values[PARAMETER_PAGES])) {
        return error_at(error, "--va-bits", 0, 0,
                        "%" PRIu64 " is too few to scatter %" PRIu64 " pages of %" PRIu64 " bytes",
                        va_bits, values[PARAMETER_PAGES], UINT64_C(1) << page_bits);
    }
    return true;
}

void access_generator_run(const struct access_generator *generator, const uint64_t *values,
                          struct access_sink sink)
{
    struct emitter *emitter = xcalloc(1, sizeof *emitter);
    emitter->random.state = values[PARAMETER_SEED];
    emitter->values = values;
    emitter->sink = sink;
    generator->run(emitter);
    emitter_flush(emitter);
    free(emitter);
}
