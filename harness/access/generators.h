// SPDX-License-Identifier: MIT
// Traces of memory accesses made from a seed. The same kind and parameters give the same records on
// every machine, as long as the kind's code stays as it is (tests/unit/test_access_gen.c holds a
// checksum of each).
//
// Adding a kind: a function in one of the generate_*.c files, its prototype in emitter.h, an entry
// of access_generators[]. Adding a parameter: its id here and an entry of access_parameters[].
#ifndef MMGRADE_ACCESS_GENERATORS_H
#define MMGRADE_ACCESS_GENERATORS_H

#include "harness/access/access.h"

struct emitter;

/// What a kind can be told, each a whole number.
enum access_parameter_id {
    PARAMETER_SEED,
    PARAMETER_ACCESSES, ///< 0: until the kind ends by itself
    PARAMETER_PAGE_BITS,
    PARAMETER_BASE,
    PARAMETER_VA_BITS,
    PARAMETER_PAGES,
    PARAMETER_WRITES, ///< percent
    PARAMETER_STRIDE, ///< bytes
    PARAMETER_SKEW,   ///< the exponent of the law of Zipf, in percent
    PARAMETER_N,
    PARAMETER_ORDER, ///< which of its words
    PARAMETER_FRAMES,
    PARAMETER_PROCESSES,
    PARAMETER_FAULTS, ///< percent
    N_PARAMETERS
};

struct access_parameter {
    const char *name;  ///< of the option, without dashes
    const char *value; ///< what stands behind it in a help: "N"
    const char *description;
    uint64_t min;
    uint64_t max;
    const char *const *words; ///< NULL: a number; else the words that stand for min .. max
};

extern const struct access_parameter access_parameters[N_PARAMETERS];

/// A parameter that a kind takes, with the value that it has otherwise.
struct access_default {
    enum access_parameter_id id;
    uint64_t value;
};

enum { GENERATOR_DEFAULTS = 8 };

struct access_generator {
    const char *name;
    const char *description; ///< one line for people
    void (*run)(struct emitter *emitter);
    size_t n_defaults;
    struct access_default
        defaults[GENERATOR_DEFAULTS]; ///< besides seed and page bits: all take these
};

extern const struct access_generator access_generators[];
extern const size_t n_access_generators;

/// The kind of that name, or NULL.
const struct access_generator *access_generator_find(const char *name);

bool access_generator_takes(const struct access_generator *generator, enum access_parameter_id id);

/// What the kind does when nothing is said: fills values[N_PARAMETERS].
void access_generator_defaults(const struct access_generator *generator, uint64_t *values);

/// Whether the values, each in its own range, go together. False with *error.
bool access_generator_check(const struct access_generator *generator, const uint64_t *values,
                            struct error *error);

/// Where the records go, some thousands at a time. `take` answers false when it wants no more.
struct access_sink {
    bool (*take)(void *context, const struct access *records, size_t n_records);
    void *context;
};

/// Makes the trace; values must have passed access_generator_check. Records are numbered from 1.
/// Memory does not grow with the number of accesses.
void access_generator_run(const struct access_generator *generator, const uint64_t *values,
                          struct access_sink sink);

#endif
