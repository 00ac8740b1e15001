// SPDX-License-Identifier: MIT
// The generators of accesses: the records of each kind, their limits, what is refused.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/access.h"
#include "harness/access/writer.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/access_records.h"
#include "tests/unit/suites.h"

enum { PAGE_BITS = 12 };

/// FNV-1a with 64 bits (Fowler, Noll, Vo), over the fields.
static uint64_t fnv1a(const struct records *records)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < records->n; i++) {
        const struct access *record = &records->all[i];
        const uint64_t fields[] = {record->address, record->bytes, record->process, record->kind,
                                   record->flags};
        for (size_t j = 0; j < 5 * sizeof fields[0]; j++) {
            uint64_t byte = fields[j / 8] >> (j % 8 * 8) & 0xff;
            hash = (hash ^ byte) * UINT64_C(0x100000001b3);
        }
    }
    return hash;
}

/// Of what each kind gives with seed 42 and its defaults. They change only on purpose.
static const struct {
    const char *kind;
    uint64_t hash;
} checksums[] = {
    {"sequential", UINT64_C(0xbde0cc0f3e530ab9)}, {"stride", UINT64_C(0xf440c1cbed433aa5)},
    {"loop", UINT64_C(0x71faa6c10da25bfd)},       {"list-walk", UINT64_C(0x028dc47c5c744616)},
    {"matmul", UINT64_C(0x1dea9597fda6f125)},     {"random", UINT64_C(0xa4f6dbdb1163264a)},
    {"zipf", UINT64_C(0x81bb7f8ace3eb7ba)},       {"sparse", UINT64_C(0xfce1e5539248dd11)},
    {"phases", UINT64_C(0x66ecf881de4dcdd6)},     {"belady", UINT64_C(0x1cb9ea7f4d89d035)},
    {"dirty", UINT64_C(0xd975d10d2a37881b)},      {"processes", UINT64_C(0x871fd7fc8fffc1ef)},
    {"maps", UINT64_C(0x8aa730fa23c64fee)},
};

START_TEST(test_checksum)
{
    const char *kind = access_generators[_i].name;
    struct records records = MAKE(kind, {PARAMETER_SEED, 42});
    ck_assert_uint_eq(n_access_generators, sizeof checksums / sizeof checksums[0]);
    ck_assert_str_eq(checksums[_i].kind, kind);
    ck_assert_msg(fnv1a(&records) == checksums[_i].hash, "%s: 0x%016" PRIx64, kind,
                  fnv1a(&records));
    for (size_t i = 0; i < records.n; i++) {
        ck_assert_uint_eq(records.all[i].line, i + 1);
    }
    free(records.all);
}
END_TEST

/// A kind gives as many accesses as it was asked for, matmul as many as it has, also when there are
/// few pages, large pages, processes.
START_TEST(test_limits)
{
    const struct access_generator *kind = &access_generators[_i];
    for (unsigned i = 1; i < 200; i += 3) {
        uint64_t values[N_PARAMETERS];
        struct records records = {.n_wanted = SIZE_MAX};
        struct error error;
        access_generator_defaults(kind, values);
        values[PARAMETER_SEED] = i;
        values[PARAMETER_ACCESSES] = i;
        values[PARAMETER_PAGE_BITS] = 6 + i % 8;
        values[PARAMETER_BASE] = UINT64_C(1) << 40;
        values[PARAMETER_PAGES] = 1 + i % 5;
        values[PARAMETER_PROCESSES] = 1 + i % 3;
        ck_assert_msg(access_generator_check(kind, values, &error), "%s", error.text);
        access_generator_run(kind, values, (struct access_sink){records_take, &records});
        size_t n_accesses = 0;
        for (size_t j = 0; j < records.n; j++) {
            n_accesses += records.all[j].kind <= ACCESS_MODIFY;
        }
        ck_assert_uint_eq(n_accesses, i);
        free(records.all);
    }
}
END_TEST

/// A sink that wants no more is not asked again (records_take checks it), and the kind ends.
START_TEST(test_sink_stops)
{
    uint64_t values[N_PARAMETERS];
    struct records records = {.n_wanted = 10};
    const struct access_generator *kind = &access_generators[_i];
    access_generator_defaults(kind, values);
    if (access_generator_takes(kind, PARAMETER_N)) {
        values[PARAMETER_N] = 200;
    } else {
        values[PARAMETER_ACCESSES] = 1000000000;
    }
    access_generator_run(kind, values, (struct access_sink){records_take, &records});
    ck_assert_uint_ge(records.n, 10);
    ck_assert_uint_lt(records.n, 10000);
    free(records.all);
}
END_TEST

static void check_same(const struct records *records, const struct access_trace *trace)
{
    ck_assert_uint_eq(trace->n_records, records->n);
    for (size_t i = 0; i < records->n; i++) {
        struct access read = trace->records[i];
        read.line = records->all[i].line;
        ck_assert_mem_eq(&read, &records->all[i], sizeof read);
    }
}

/// What is written reads back.
START_TEST(test_round_trip)
{
    char *folder = scratch_make();
    char *path = xasprintf("%s/trace", folder);
    struct records records = MAKE(access_generators[_i].name, {PARAMETER_SEED, 3});
    for (int form = ACCESS_TEXT; form <= ACCESS_BINARY; form++) {
        struct access_writer writer;
        struct access_trace trace;
        struct error error;
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        access_writer_begin(&writer, file, (enum access_form)form, false);
        access_writer_add(&writer, records.all, records.n);
        ck_assert(access_writer_end(&writer));
        fclose(file);
        struct access_options options = {.page_bits = PAGE_BITS};
        ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
        check_same(&records, &trace);
        access_trace_free(&trace);
    }
    free(records.all);
    free(path);
    scratch_remove(folder);
}
END_TEST

START_TEST(test_seeds)
{
    struct records one = MAKE("random", {PARAMETER_SEED, 1});
    struct records same = MAKE("random", {PARAMETER_SEED, 1});
    struct records other = MAKE("random", {PARAMETER_SEED, 2});
    ck_assert_uint_eq(fnv1a(&one), fnv1a(&same));
    ck_assert_uint_ne(fnv1a(&one), fnv1a(&other));
    free(one.all);
    free(same.all);
    free(other.all);
}
END_TEST

START_TEST(test_refusals)
{
    static const struct {
        const char *kind;
        enum access_parameter_id id;
        uint64_t value;
        const char *reason;
    } cases[] = {
        {"random", PARAMETER_BASE, 0x1234, "--base: 0x1234 is no multiple of the page size, 4096"},
        {"sparse", PARAMETER_VA_BITS, 25,
         "--va-bits: 25 is too few to scatter 256 pages of 4096 bytes"},
        {"maps", PARAMETER_PAGE_BITS, 16,
         "--va-bits: 32 is too few to scatter 96 pages of 65536 bytes"},
        {"sparse", PARAMETER_PAGES, 1 << 20,
         "--va-bits: 32 is too few to scatter 1048576 pages of 4096 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t values[N_PARAMETERS];
        struct error error;
        access_generator_defaults(access_generator_find(cases[i].kind), values);
        values[cases[i].id] = cases[i].value;
        ck_assert(!access_generator_check(access_generator_find(cases[i].kind), values, &error));
        ck_assert_str_eq(error.text, cases[i].reason);
    }
    ck_assert_ptr_null(access_generator_find("no-such-kind"));
}
END_TEST

#define WRITES(percent)                                                                            \
    {                                                                                              \
        PARAMETER_WRITES, percent                                                                  \
    }

START_TEST(test_writes)
{
    struct records none = MAKE("sequential", WRITES(0));
    struct records half = MAKE("random", WRITES(50), {PARAMETER_ACCESSES, 10000});
    struct records all = MAKE("stride", WRITES(100));
    ck_assert_uint_eq(records_count(&none, ACCESS_WRITE), 0);
    ck_assert_int_lt(abs((int)records_count(&half, ACCESS_WRITE) - 5000), 250);
    ck_assert_uint_eq(records_count(&all, ACCESS_READ), 0);
    free(none.all);
    free(half.all);
    free(all.all);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *access_gen_suite(void)
{
    Suite *suite = suite_create("access_gen");
    TCase *kinds = tcase_create("kinds");
    tcase_set_timeout(kinds, 60);
    tcase_add_loop_test(kinds, test_checksum, 0, COUNT(checksums));
    tcase_add_loop_test(kinds, test_limits, 0, COUNT(checksums));
    tcase_add_loop_test(kinds, test_sink_stops, 0, COUNT(checksums));
    tcase_add_loop_test(kinds, test_round_trip, 0, COUNT(checksums));
    tcase_add_test(kinds, test_seeds);
    tcase_add_test(kinds, test_refusals);
    tcase_add_test(kinds, test_writes);
    suite_add_tcase(suite, kinds);
    return suite;
}
