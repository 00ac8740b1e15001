// SPDX-License-Identifier: MIT
// Traces made from a seed. The same kind and options give the same bytes on every machine, as long
// as the kind's code stays as it is (tests/unit/test_generators.c holds a checksum a kind).
//
// Adding a kind: a function in one of the generate_*.c files, its prototype in gen.h, an entry of
// generators[].
#ifndef MMGRADE_TRACE_GENERATORS_H
#define MMGRADE_TRACE_GENERATORS_H

#include "harness/trace/lifetimes.h"
#include "harness/trace/sizes.h"
#include "harness/trace/trace.h"

struct gen;

/// More operations than that do not fit the lines of struct op.
#define GENERATOR_MAX_OPS ((size_t)1000 * 1000 * 1000)

/// What else a kind can be told.
enum { TAKES_SIZES = 1, TAKES_LIFETIMES = 2 };

struct generator {
    const char *name;
    const char *description; ///< one line for people
    size_t default_ops;
    size_t default_live;    ///< 0: the kind has no use for --live
    const char *live_means; ///< "blocks at most"; NULL with default_live 0
    void (*run)(struct gen *gen);
    unsigned takes; ///< TAKES_SIZES, TAKES_LIFETIMES or both
};

struct generator_options {
    uint64_t seed;
    size_t live;  ///< 0: default
    size_t n_ops; ///< 0: default; the most operations, where kinds in rounds stop at a whole one
    struct sizes sizes;                   ///< law NULL: the kind's own
    const struct lifetime_law *lifetimes; ///< NULL: lifetime_laws[0]
};

extern const struct generator generators[];
extern const size_t n_generators;

/// The kind of that name, or NULL.
const struct generator *generator_find(const char *name);

/// A balanced trace: all blocks are freed at its end. It has no operations when n_ops is too small
/// for the kind. The caller calls trace_free.
void generator_run(const struct generator *generator, struct generator_options options,
                   struct trace *trace);

#endif
