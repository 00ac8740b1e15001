// SPDX-License-Identifier: MIT
// The stage harness/trace: every refusal with its line, every accepted quirk, the three dialects,
// writing and reading back, and mutated files.
// MMGRADE_SEED=N repeats the mutations of a run.
#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/trace/generators.h"
#include "harness/trace/random.h"
#include "harness/trace/reader.h"
#include "harness/trace/trace.h"
#include "tests/unit/suites.h"
#include "tests/unit/traces.h"

/// A header of the classic dialect with that many ids and operations.
#define HEADER(ids, ops) "100\n" ids "\n" ops "\n1\n"

static bool parse(struct trace *trace, const char *text, struct error *error)
{
    return trace_parse(trace, "t.rep", text, strlen(text), error);
}

static const struct {
    const char *text;
    const char *expected; ///< begins with that
} refused[] = {
    {"", "t.rep: is empty"},
    {"\n\n", "t.rep:3: the file ends after 0 of the header's 4 numbers"},
    {"100\n1\n", "t.rep:3: the file ends after 2 of"},
    {"100\nx\n1\n1\n", "t.rep:2: the header's number of ids: bad number 'x'"},
    {"100\n1\n-1\n1\n", "t.rep:3: the header's number of operations is negative"},
    {"100\n1\n9223372036854775808\n1\n", "t.rep:3: the header's number of operations is too large"},
    {"100 1\n1\n1\n", "t.rep:1: unexpected '1' at the end of the line"},
    {"100\n1\n1\na 0 1\n", "t.rep:4: the header's last number: bad number 'a'"},
    {HEADER("1", "1") "a 0 12x\n", "t.rep:5: size: bad number '12x'"},
    {HEADER("1", "1") "a 0 0x10\n", "t.rep:5: size: bad number '0x10'"},
    {HEADER("1", "1") "a 0 1.5\n", "t.rep:5: size: bad number '1.5'"},
    {HEADER("1", "1") "a - 1\n", "t.rep:5: id: bad number '-'"},
    {HEADER("1", "1") "a 0 1 2\n", "t.rep:5: unexpected '2' at the end of the line"},
    {HEADER("1", "2") "a 0 1\nf 0 1\n", "t.rep:6: unexpected '1'"},
    {HEADER("1", "1") "m 0 1\n", "t.rep:5: unknown operation 'm' (one of a, f, r)"},
    {HEADER("1", "1") "A 0 1\n", "t.rep:5: unknown operation 'A'"},
    {HEADER("1", "1") "alloc 0 1\n", "t.rep:5: unknown operation 'alloc'"},
    {HEADER("1", "1") "a0 1\n", "t.rep:5: unknown operation 'a0'"},
    {HEADER("1", "3") "a 17 1\nf 17\nf 17\n",
     "t.rep:7: free of id 17, which is not allocated (freed at line 6)"},
    {HEADER("1", "3") "a 0 1\nf 0\nr 0 8\n",
     "t.rep:7: realloc of id 0, which is not allocated (freed at line 6)"},
    {HEADER("1", "3") "a 0 1\nf 0\nr 0 0\n", "t.rep:7: realloc of id 0, which is not allocated"},
    {HEADER("1", "2") "a 0 1\na 0 2\n",
     "t.rep:6: alloc of id 0, which is still allocated (since line 5)"},
    {HEADER("1", "2") "r 0 1\na 0 2\n", "t.rep:6: alloc of id 0, which is still allocated"},
    {HEADER("1", "4") "a 0 1\nr 0 0\nf 0\nf 0\n", "t.rep:8: free of id 0, which is not"},
    {HEADER("1", "1") "a 0 -5\n", "t.rep:5: size -5 is negative"},
    {HEADER("1", "1") "a -2 5\n", "t.rep:5: id -2 is negative"},
    {HEADER("1", "1") "f -2\n", "t.rep:5: id -2 is negative"},
    {HEADER("1", "1") "a -1 5\n", "t.rep:5: id -1 is negative (only a free takes -1"},
    {HEADER("1", "1") "r -1 5\n", "t.rep:5: id -1 is negative"},
    {HEADER("1", "1") "a 0 4294967296\n", "t.rep:5: size 4294967296 is more than 4294967295 bytes: "
                                          "it belongs to a trace for sparse heaps"},
    {HEADER("1", "1") "a 0 1152921504606846976\n", "t.rep:5: size 1152921504606846976 is more"},
    {HEADER("1", "1") "r 0 99999999999999999999999\n",
     "t.rep:5: size of at least 92233720368547758"},
    {HEADER("1", "1") "a 99999999999999999999999 1\n", "t.rep:5: id is too large"},
    {HEADER("1", "1") "a 0", "t.rep:5: size is missing: the file ends here"},
    {HEADER("1", "2") "a 0\nf 0\n", "t.rep:5: size is missing"},
    {HEADER("1", "2") "a 0 1\nf", "t.rep:6: id is missing: the file ends here"},
    {HEADER("1", "3") "a 0 1\nf 0\n",
     "t.rep:3: the header says 3 operations, but the file has 2: is it truncated?"},
    {HEADER("1", "1") "a 0 1\nf 0\n", "t.rep:3: the header says 1 operations, but the file has 2"},
    {HEADER("3", "1") "a 0 1\n", "t.rep:2: the header says 3 ids, but the file has 1 and the "
                                 "largest is 0"},
    {HEADER("9", "1") "a 9 1\n", "t.rep:2: the header says 9 ids, but the file has 1 and the "
                                 "largest is 9"},
    {"1\n1\n1\n7\na 0 8\n", "t.rep:4: the header's last number is 7, but after a weight (1)"},
    {"\x7f\x45\x4c\x46\x02\n", "t.rep:1: the header's first number: bad number '\\x7fELF\\x02': "
                               "this is not a text file"},
    {HEADER("1", "1") "\xc3\xa9 0 1\n", "t.rep:5: unknown operation '\\xc3\\xa9'"},
    {HEADER("1", "1") "a 0 1 # one\n", "t.rep:5: unexpected '#'"},
};

START_TEST(test_refused)
{
    struct trace trace;
    struct error error;
    ck_assert_msg(!parse(&trace, refused[_i].text, &error), "accepted: %s", refused[_i].text);
    const char *expected = refused[_i].expected;
    ck_assert_msg(strncmp(error.text, expected, strlen(expected)) == 0, "expected: %s\nseen: %s",
                  expected, error.text);
    ck_assert_ptr_null(trace.ops);
}
END_TEST

START_TEST(test_refused_nul)
{
    static const char text[] = HEADER("1", "1") "a 0 1\0\n";
    struct trace trace;
    struct error error;
    ck_assert(!trace_parse(&trace, "t.rep", text, sizeof text - 1, &error));
    ck_assert_str_eq(error.text, "t.rep:5: size: bad number '1\\x00': this is not a text file");
}
END_TEST

START_TEST(test_refused_files)
{
    static const char *const files[][2] = {
        {"/no/such/file.rep", "/no/such/file.rep: No such file or directory"},
        {"/proc", "/proc: is a folder, not a file"},
        {"/dev/null", "/dev/null: is neither a file nor a pipe"}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct trace trace;
        struct error error;
        ck_assert(!trace_read(&trace, files[i][0], &error));
        ck_assert_str_eq(error.text, files[i][1]);
    }
}
END_TEST

/// An error in an earlier line is the one that is told, however near the next one is.
START_TEST(test_first_error_wins)
{
    struct trace trace;
    struct error error;
    ck_assert(!parse(&trace, HEADER("1", "4") "a 0 1\nf 0\nf 0\nx 0\n", &error));
    ck_assert_ptr_nonnull(strstr(error.text, "t.rep:7: free of id 0"));
}
END_TEST

static const struct {
    const char *text;
    size_t n_ops, n_slots;
    uint64_t peak;
} accepted[] = {
    {HEADER("0", "0"), 0, 0, 0},
    {HEADER("1", "3") "f 0\nf 0\nf 0\n", 3, 1, 0},            // free(NULL) by an unused id
    {HEADER("0", "1") "f 0\n", 1, 1, 0},                      // ids that are allocated: none
    {HEADER("1", "2") "r 0 8\nf 0\n", 2, 1, 8},               // realloc(NULL, 8)
    {HEADER("1", "3") "r 0 0\nr 0 8\nf 0\n", 3, 1, 8},        // realloc(NULL, 0)
    {HEADER("0", "2") "f -1\nf -1\n", 2, 0, 0},               // free(NULL)
    {"100\r\n1\r\n2\r\n1\r\na 0 5\r\nf 0\r\n", 2, 1, 5},      // CRLF
    {HEADER("1", "2") "a 0 5\nf 0", 2, 1, 5},                 // no newline at the end
    {HEADER("1", "2") "a 0 5\r\nf 0\r", 2, 1, 5},             // neither with CR
    {" 100\t\n 1\n2 \n1\n\ta  0\t 5 \n f 0\n", 2, 1, 5},      // blanks
    {HEADER("1", "2") "a 0 5\n\n \r\nf 0\n\n \n\n", 2, 1, 5}, // blank lines
    {"\xef\xbb\xbf" HEADER("1", "1") "a 0 5\n", 1, 1, 5},     // byte-order mark, alive at the end
    {HEADER("2", "2") "a 1000 5\na 7 5\n", 2, 2, 10},         // gaps: count of ids
    {HEADER("1001", "2") "a 1000 5\na 7 5\n", 2, 2, 10},      // gaps: largest id + 1
    {HEADER("2", "2") "a 2147483647 1\na 4611686018427387904 2\n", 2, 2, 3},
    {HEADER("1", "4") "a 0 5\nf 0\na 0 7\nf 0\n", 4, 1, 7},     // id used again
    {HEADER("1", "3") "a 0 5\nr 0 0\nf 0\n", 3, 1, 5},          // realloc(p, 0), then free
    {HEADER("1", "4") "a 0 5\nr 0 0\nr 0 0\nr 0 9\n", 4, 1, 9}, // or realloc
    {HEADER("1", "3") "a 0 5\nr 0 0\na 0 6\n", 3, 1, 6},        // or alloc
    {HEADER("1", "2") "a 0 0\nf 0\n", 2, 1, 0},                 // malloc(0)
    {HEADER("1", "1") "a 0 4294967295\n", 1, 1, 4294967295},
    {HEADER("001", "1") "a 00 05\n", 1, 1, 5},
    // By hand: 10, 30, 60, 50, 55, 35, 45; realloc counts the new size alone.
    {HEADER("4", "7") "a 0 10\na 1 20\na 2 30\nf 0\na 3 5\nf 1\nr 2 40\n", 7, 4, 60},
};

START_TEST(test_accepted)
{
    struct trace trace;
    struct error error;
    ck_assert_msg(parse(&trace, accepted[_i].text, &error), "%s", error.text);
    ck_assert_uint_eq(trace.n_ops, accepted[_i].n_ops);
    ck_assert_uint_eq(trace.n_slots, accepted[_i].n_slots);
    ck_assert_uint_eq(trace.peak_payload, accepted[_i].peak);
    trace_free(&trace);
}
END_TEST

static const struct {
    const char *text;
    const char *dialect;
    uint64_t heap_bytes;
    enum trace_weight weight;
    bool ignore_ranges;
} dialects[] = {
    {"4\n1\n1\n1\na 0 8\n", "heap", 4, WEIGHT_BOTH, false},
    {"20000\n1\n1\n0\na 0 8\n", "heap", 20000, WEIGHT_NONE, false},
    {"20000\n1\n1\n3\na 0 8\n", "heap", 20000, WEIGHT_BOTH, false},
    {"0\n1\n1\n0\na 0 8\n", "ranges", 0, WEIGHT_NONE, false},
    {"2\n1\n1\n1\na 0 8\n", "ranges", 0, WEIGHT_UTILIZATION, true},
    {"1\n1\n1\n1\na 0 1\n", "ranges", 0, WEIGHT_BOTH, true}, // also the largest size
    {"3\n1\n1\n8\na 0 8\n", "largest", 0, WEIGHT_SPEED, false},
    {"1\n1\n2\n9\na 0 8\nr 0 9\n", "largest", 0, WEIGHT_BOTH, false},
};

START_TEST(test_dialect)
{
    struct trace trace;
    struct error error;
    ck_assert_msg(parse(&trace, dialects[_i].text, &error), "%s", error.text);
    ck_assert_str_eq(trace.reader->name, dialects[_i].dialect);
    ck_assert_uint_eq(trace.suggested_heap_bytes, dialects[_i].heap_bytes);
    ck_assert_int_eq(trace.weight, dialects[_i].weight);
    ck_assert_int_eq(trace.ignore_ranges, dialects[_i].ignore_ranges);
    trace_free(&trace);
}
END_TEST

START_TEST(test_record)
{
    static const char text[] = HEADER("2", "5") "a 7 10\n\nr 3 4\nf -1\nr 7 20\nf 7\n";
    struct trace trace;
    struct error error;
    ck_assert(trace_parse(&trace, "some/dir/t.rep", text, strlen(text), &error));
    ck_assert_str_eq(trace.name, "t.rep");
    ck_assert_uint_eq(trace.largest_size, 20);
    ck_assert_uint_eq(trace.peak_live, 2);
    ck_assert_uint_eq(trace.ops[1].line, 7);
    ck_assert_uint_eq(trace.ops[1].slot, 1);
    ck_assert_int_eq(trace.ids[0], 7);
    ck_assert_int_eq(trace.ids[1], 3);
    ck_assert_uint_eq(trace.ops[2].slot, TRACE_NO_SLOT);
    static const char *const texts[] = {"a 7 10", "r 3 4", "f -1", "r 7 20", "f 7"};
    for (size_t i = 0; i < trace.n_ops; i++) {
        char buffer[64];
        ck_assert_str_eq(trace_op_text(&trace, i, buffer), texts[i]);
    }
    trace_free(&trace);
}
END_TEST

START_TEST(test_write_file)
{
    char path[] = "/tmp/mmgrade-trace-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    struct trace trace;
    struct trace again;
    struct error error;
    generator_run(generator_find("edges"), (struct generator_options){.seed = 7}, &trace);
    ck_assert_msg(trace_write(&trace, reader_find("largest"), path, &error), "%s", error.text);
    ck_assert_msg(trace_read(&again, path, &error), "%s", error.text);
    traces_check_same(&trace, &again);
    unlink(path);
    ck_assert(!trace_write(&trace, NULL, "/no/such/folder/t.rep", &error));
    ck_assert_str_eq(error.text, "/no/such/folder/t.rep: cannot write: No such file or directory");
    if (access("/dev/full", W_OK) == 0) {
        ck_assert(!trace_write(&trace, NULL, "/dev/full", &error));
    }
    trace_free(&trace);
    trace_free(&again);
}
END_TEST

/// Traces of other origin, where they are at hand: they are read, and they survive a round trip.
START_TEST(test_foreign)
{
    static const char *const folders[] = {"../shared/traces/malloc/classic11",
                                          "../shared/traces/malloc/recorded"};
    char *folder = paths_in_root(folders[_i]);
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (strstr(entry->d_name, ".rep") != NULL) {
            char *path = xasprintf("%s/%s", folder, entry->d_name);
            struct trace trace;
            struct error error;
            ck_assert_msg(trace_read(&trace, path, &error), "%s", error.text);
            ck_assert_str_eq(trace.reader->name, "heap");
            traces_check_round_trip(&trace);
            trace_free(&trace);
            free(path);
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    free(folder);
}
END_TEST

/// Changes, drops, doubles or inserts a few bytes, most of them such as traces are made of.
static size_t mutate(struct random *random, char *text, size_t n_bytes)
{
    static const char letters[] = "0123456789 \n\r\t-afrx\0\x80";
    for (uint64_t n = random_between(random, 1, 4); n > 0 && n_bytes > 0; n--) {
        size_t at = (size_t)random_below(random, n_bytes);
        switch (random_below(random, 4)) {
        case 0:
            text[at] = letters[random_below(random, sizeof letters - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, --n_bytes - at);
            break;
        case 2:
            memmove(text + at + 1, text + at, n_bytes++ - at);
            break;
        default:
            n_bytes = random_below(random, 8) == 0 ? at : n_bytes;
        }
    }
    return n_bytes;
}

/// What was accepted reads the same after writing, but for blank lines.
static void check_rewritten(const struct trace *trace)
{
    struct trace again;
    struct error error;
    size_t n_bytes = 0;
    size_t n_bytes_again = 0;
    char *text = traces_print(trace, trace->reader, &n_bytes);
    ck_assert_msg(trace_parse(&again, "again.rep", text, n_bytes, &error), "%s", error.text);
    char *text_again = traces_print(&again, again.reader, &n_bytes_again);
    ck_assert_str_eq(text, text_again);
    ck_assert_uint_eq(trace->peak_payload, again.peak_payload);
    trace_free(&again);
    free(text_again);
    free(text);
}

static void check_mutated(const char *text, size_t n_bytes)
{
    struct trace trace;
    struct error error = {""};
    // Of its own size, so that a sanitizer sees a read behind the end.
    char *copy = xcalloc(n_bytes, 1);
    memcpy(copy, text, n_bytes);
    if (trace_parse(&trace, "m.rep", copy, n_bytes, &error)) {
        check_rewritten(&trace);
        trace_free(&trace);
    } else {
        unsigned line = 0;
        ck_assert_msg(strcmp(error.text, "m.rep: is empty") == 0 ||
                          (sscanf(error.text, "m.rep:%u: ", &line) == 1 && line > 0),
                      "%s", error.text);
    }
    free(copy);
}

START_TEST(test_mutations)
{
    const char *given = getenv("MMGRADE_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : clock_ns();
    printf("trace mutations: MMGRADE_SEED=%" PRIu64 "\n", seed);
    fflush(stdout);
    struct random random = {seed};
    uint64_t end = clock_ns() + UINT64_C(500000000);
    for (unsigned i = 0; i < 20000 && clock_ns() < end; i++) {
        struct trace trace;
        size_t kind = (size_t)random_below(&random, n_generators);
        struct generator_options options = {.seed = i, .n_ops = 40, .live = 5};
        generator_run(&generators[kind], options, &trace);
        size_t n_bytes = 0;
        char *text = traces_print(&trace, &readers[random_below(&random, n_readers)], &n_bytes);
        trace_free(&trace);
        text = xreallocarray(text, n_bytes + 8, 1);
        check_mutated(text, mutate(&random, text, n_bytes));
        free(text);
    }
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *trace_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *reading = tcase_create("reading");
    tcase_add_loop_test(reading, test_refused, 0, COUNT(refused));
    tcase_add_test(reading, test_refused_nul);
    tcase_add_test(reading, test_refused_files);
    tcase_add_test(reading, test_first_error_wins);
    tcase_add_loop_test(reading, test_accepted, 0, COUNT(accepted));
    tcase_add_loop_test(reading, test_dialect, 0, COUNT(dialects));
    tcase_add_test(reading, test_record);
    tcase_add_loop_test(reading, test_foreign, 0, 2);
    tcase_set_timeout(reading, 60);
    tcase_add_test(reading, test_mutations);
    suite_add_tcase(suite, reading);
    TCase *writing = tcase_create("writing");
    tcase_add_test(writing, test_write_file);
    suite_add_tcase(suite, writing);
    return suite;
}
