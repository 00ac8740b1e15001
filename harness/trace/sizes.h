// SPDX-License-Identifier: MIT
// Laws of sizes: from which distribution a generator takes the sizes of its requests.
//
// Adding a law: an entry of size_laws[] with the numbers that it takes and a function that draws.
// Only integers may decide (harness/trace/fixed.h has logarithms and powers), so that a seed gives
// the same bytes on every machine.
#ifndef MMGRADE_TRACE_SIZES_H
#define MMGRADE_TRACE_SIZES_H

#include "harness/base/error.h"
#include "harness/trace/random.h"

/// No law gives smaller sizes than 1 or larger ones than this, 64 MiB.
#define SIZES_MAX_BITS 26
#define SIZES_MAX (UINT64_C(1) << SIZES_MAX_BITS)

struct sizes;

/// A number behind the law's name.
struct size_number {
    const char *name; ///< NULL ends the list
    uint64_t min;
    uint64_t max;
    uint64_t unit;     ///< 1: whole; 1000: up to three decimals, counted in thousandths
    uint64_t fallback; ///< when it is left out; 0: it must be given
};

enum { SIZES_NUMBERS = 3 };

struct size_law {
    const char *name;
    const char *form;        ///< "uniform:LOW:HIGH"
    const char *description; ///< one line for people
    struct size_number numbers[SIZES_NUMBERS + 1];
    bool is_range;                        ///< the first number must not exceed the second
    void (*prepare)(struct sizes *sizes); ///< NULL: nothing to prepare
    uint64_t (*draw)(const struct sizes *sizes, struct random *random);
};

extern const struct size_law size_laws[];
extern const size_t n_size_laws;

/// A law with its numbers.
struct sizes {
    const struct size_law *law; ///< NULL: the generator's own sizes
    uint64_t numbers[SIZES_NUMBERS];
    uint64_t octaves[SIZES_MAX_BITS + 1]; ///< zipf: how often each octave of ranks is tried
    uint64_t octaves_sum;
};

/// Reads "zipf:8:4096:1.2"; false with *error filled ("PLACE: reason"), where an unknown law is
/// answered with the known ones.
bool sizes_parse(struct sizes *sizes, const char *text, const char *place, struct error *error);

/// A size, at least 1. It takes 0.1 to 1 us.
uint64_t sizes_draw(const struct sizes *sizes, struct random *random);

#endif
