// SPDX-License-Identifier: MIT
#include "tests/unit/access_records.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

bool records_take(void *context, const struct access *more, size_t n)
{
    struct records *records = context;
    ck_assert_uint_lt(records->n, records->n_wanted);
    for (size_t i = 0; i < n; i++) {
        records->all =
            array_grow(records->all, &records->capacity, records->n, sizeof *records->all);
        records->all[records->n++] = more[i];
    }
    return records->n < records->n_wanted;
}

struct records records_make(const char *kind, const uint64_t (*given)[2])
{
    uint64_t values[N_PARAMETERS];
    struct records records = {.n_wanted = SIZE_MAX};
    struct error error;
    const struct access_generator *generator = access_generator_find(kind);
    ck_assert_ptr_nonnull(generator);
    access_generator_defaults(generator, values);
    for (size_t i = 0; given[i][0] != N_PARAMETERS; i++) {
        ck_assert(access_generator_takes(generator, (enum access_parameter_id)given[i][0]));
        values[given[i][0]] = given[i][1];
    }
    ck_assert_msg(access_generator_check(generator, values, &error), "%s", error.text);
    access_generator_run(generator, values, (struct access_sink){records_take, &records});
    return records;
}

size_t records_count(const struct records *records, enum access_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < records->n; i++) {
        n += records->all[i].kind == kind;
    }
    return n;
}

size_t records_misses(const struct records *records, unsigned block_bits, size_t n_places, bool lru)
{
    uint64_t *places = xcalloc(n_places, sizeof *places); // the next victim first
    size_t n_used = 0;
    size_t n_misses = 0;
    for (size_t i = 0; i < records->n; i++) {
        uint64_t block = records->all[i].address >> block_bits;
        size_t at = n_used;
        while (at > 0 && places[at - 1] != block) {
            at--;
        }
        bool hit = at > 0;
        n_misses += !hit;
        if (hit && !lru) {
            continue;
        }
        at = hit ? at - 1 : n_used < n_places ? n_used++ : 0;
        memmove(&places[at], &places[at + 1], (n_used - at - 1) * sizeof *places);
        places[n_used - 1] = block;
    }
    free(places);
    return n_misses;
}
