// SPDX-License-Identifier: MIT
// Laws of lifetimes: which block is freed when. Internal to this stage but for the table.
//
// Time is counted in allocations: a block of lifetime 3 goes after three more were allocated.
// Adding a law: an entry of lifetime_laws[] with one of its two functions.
#ifndef MMGRADE_TRACE_LIFETIMES_H
#define MMGRADE_TRACE_LIFETIMES_H

#include <stddef.h>
#include <stdint.h>

struct gen;
struct pool;
struct random;

struct lifetime_law {
    const char *name;
    const char *description; ///< one line for people

    /// The number of live blocks wanders between 0 and `live`; this is who goes when it falls.
    int64_t (*take)(struct pool *pool, struct gen *gen);

    /// Or each block gets its lifetime at birth, with the mean `live`.
    uint64_t (*draw)(struct random *random, uint64_t live);
};

/// The first one is what a kind does when nothing else is asked for.
extern const struct lifetime_law lifetime_laws[];
extern const size_t n_lifetime_laws;

/// The law of that name, or NULL.
const struct lifetime_law *lifetimes_find(const char *name);

/// Allocates and frees until the trace is full; gen->lifetimes is the law, `size` the kind's own
/// sizes.
void lifetimes_run(struct gen *gen, uint64_t (*size)(struct gen *gen));

#endif
