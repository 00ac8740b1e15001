// SPDX-License-Identifier: MIT
// Traces are written, read back and compared.
#include "tests/unit/traces.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

char *traces_print(const struct trace *trace, const struct reader *dialect, size_t *n_bytes)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, n_bytes);
    ck_assert(trace_print(trace, dialect, file));
    fclose(file);
    return text;
}

void traces_check_same(const struct trace *a, const struct trace *b)
{
    ck_assert_uint_eq(a->n_ops, b->n_ops);
    ck_assert_uint_eq(a->n_slots, b->n_slots);
    ck_assert_mem_eq(a->ops, b->ops, a->n_ops * sizeof a->ops[0]);
    ck_assert_mem_eq(a->ids, b->ids, a->n_slots * sizeof a->ids[0]);
    ck_assert_uint_eq(a->peak_payload, b->peak_payload);
    ck_assert_uint_eq(a->largest_size, b->largest_size);
    ck_assert_uint_eq(a->peak_live, b->peak_live);
}

void traces_check_round_trip(const struct trace *trace)
{
    for (size_t i = 0; i < n_readers; i++) {
        struct trace again;
        struct error error;
        size_t n_bytes = 0;
        char *text = traces_print(trace, &readers[i], &n_bytes);
        ck_assert_msg(trace_parse(&again, "again.rep", text, n_bytes, &error), "%s", error.text);
        ck_assert_ptr_eq(again.reader, &readers[i]);
        ck_assert_int_eq(again.weight, trace->weight);
        traces_check_same(trace, &again);
        trace_free(&again);
        free(text);
    }
}
