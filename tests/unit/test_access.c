// SPDX-License-Identifier: MIT
// Traces of accesses: every dialect, and what each refuses.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/access.h"
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/trace/random.h"
#include "tests/unit/access_files.h"
#include "tests/unit/suites.h"

#define TEXT "# mmgrade access trace\n"

static const struct {
    const char *dialect;
    const char *text;
    const char *shown;
} accepted[] = {
    {"lackey", "I  0401ab70,3\n L 1ffefff6f8,8\n S 10,4\n M ffffffffffffffff,1\n",
     "1:F 0x401ab70 3|2:R 0x1ffefff6f8 8|3:W 0x10 4|4:M 0xffffffffffffffff 1"},
    {"lackey", "==12== Lackey\n==12== \n L 10,4\n==12== end\n S 18,4\n", "3:R 0x10 4|5:W 0x18 4"},
    {"lackey", "I 0400d7d4,8\n M 0421c7f0,4\n", "1:F 0x400d7d4 8|2:M 0x421c7f0 4"}, // cache lab
    {"lackey", "\n\n I 10,1\nL 20,1\n", "3:F 0x10 1|4:R 0x20 1"},
    {"lackey", " L 10,4096\n", "1:R 0x10 4096"},
    {"cachelab", "L 10,4\nS 18,4\nM 20,8\n", "1:R 0x10 4|2:W 0x18 4|3:M 0x20 8"},
    {"cachelab", "==1== x\n\nL 10,4\n L 18,4\n", "3:R 0x10 4|4:R 0x18 4"},
    {"cachelab", "S 00602264,1\r\nL 0x602260,4\r\n", "1:W 0x602264 1|2:R 0x602260 4"},
    {"cachelab", "L 00000000000000000000010,4", "1:R 0x10 4"},
    {"din", "0 10\n1 1ffefff6f8\n2 0x400\n", "1:R 0x10 1|2:W 0x1ffefff6f8 1|3:F 0x400 1"},
    {"addresses", "0041f7a0 R\n13f5e2c0 W\n", "1:R 0x41f7a0 1|2:W 0x13f5e2c0 1"},
    {"addresses", "0XABCdef\tW", "1:W 0xabcdef 1"},
    {"mixed", "I 0401ab70\nD ff0006f8\n", "1:F 0x401ab70 1|2:R 0xff0006f8 1"},
    {"mixed", "D 1\n", "1:R 0x1 1"},
    {"mixed", "I 0401ab70\nI 0401ab73\n", "1:F 0x401ab70 1|2:F 0x401ab73 1"},
    {"mixed", "I 41\nI 42\nD 43\n", "1:F 0x41 1|2:F 0x42 1|3:R 0x43 1"},
    {"page-kinds", "I 41f\nL 1f\nS 2\nM 3\n",
     "1:F 0x41f000 1|2:R 0x1f000 1|3:W 0x2000 1|4:M 0x3000 1"},
    {"page-kinds", "I 00000041\nI 42\nS 43\n", "1:F 0x41000 1|2:F 0x42000 1|3:W 0x43000 1"},
    {"page-kinds", "I 41f\nI 41f\n", "1:F 0x41f000 1|2:F 0x41f000 1"},
    {"pages", "7\n0\n\n 12 \n", "1:R 0x7000 1|2:R 0x0 1|4:R 0xc000 1"},
    {"pages", "4503599627370495\n", "1:R 0xfffffffffffff000 1"},
    {"page-list", "1, 2,3 ,4\n5,\n\n6",
     "1:R 0x1000 1|1:R 0x2000 1|1:R 0x3000 1|1:R 0x4000 1|"
     "2:R 0x5000 1|4:R 0x6000 1"},
    {"page-list", "1,2,1,2,1,2,1,2\r\n3",
     "1:R 0x1000 1|1:R 0x2000 1|1:R 0x1000 1|1:R 0x2000 1|1:R 0x1000 1|1:R 0x2000 1|"
     "1:R 0x1000 1|1:R 0x2000 1|2:R 0x3000 1"},
    {"text", TEXT "F 0x400000 4\nR 0x10 8 user\nW 0x18 1 p3\nM 0x20 2 p65535 user\n",
     "2:F 0x400000 4|3:R 0x10 8 user|4:W 0x18 1 p3|5:M 0x20 2 p65535 user"},
    {"text",
     TEXT "map 0x1000 8192 r-xu-\nprotect 0x1000 4096 wr\nunmap 0x1000 8192 p1\n"
          "map 0x0 2097152 rL p2\n",
     "2:map 0x1000 8192 r-xu-|3:protect 0x1000 4096 rw---|4:unmap 0x1000 8192 p1|"
     "5:map 0x0 2097152 r---L p2"},
    {"text", TEXT "switch 2\nR 0x1 1 # c\nR 0x1 1 p0 # c\nswitch 0\nR 0x1 1",
     "2:switch 2|3:R 0x1 1 p2|4:R 0x1 1|5:switch 0|6:R 0x1 1"},
    {"text", "# mmgrade access trace\r\nR 0x1 1 user\r\n", "2:R 0x1 1 user"},
    {"text", TEXT, ""},
    {"text", "# mmgrade access trace", ""},
};

START_TEST(test_accepted)
{
    const char *text = accepted[_i].text;
    const char *path = access_files_write("t.trace", text, strlen(text));
    struct error error;
    struct access_stream *stream = access_open(path, NULL, &error);
    ck_assert_msg(stream != NULL, "%s", error.text);
    ck_assert_str_eq(access_dialect_name(stream), accepted[_i].dialect);
    ck_assert_int_eq(access_is_page_trace(stream), strncmp(accepted[_i].dialect, "page", 4) == 0);
    access_close(stream);
    access_files_check(path, NULL, accepted[_i].shown);
    access_files_check(access_files_gzip("t.trace", text, strlen(text)), NULL, accepted[_i].shown);
    char *marked = xasprintf("\xef\xbb\xbf%s", text);
    access_files_check(access_files_write("t.trace", marked, strlen(marked)), NULL,
                       accepted[_i].shown);
    free(marked);
}
END_TEST

#define ALL                                                                                        \
    "(binary, text, oracleGeneral, cachelab, lackey, mixed, page-kinds, addresses, din, pages, "   \
    "page-list)"
#define PAST " reaches past the last of 64-bit addresses"

static const struct {
    const char *dialect; ///< asked for; NULL: recognised
    const char *text;
    const char *shown;
} refused[] = {
    {NULL, "", "! t.trace: is empty"},
    {"lackey", "", "! t.trace: is empty"},
    {NULL, "\n\n", "! t.trace:3: starts with '': of no known dialect " ALL},
    {NULL, "hello world\n", "! t.trace:1: starts with 'hello': of no known dialect " ALL},
    {NULL, "\nL 10;4\n", "! t.trace:2: address: bad number '10;4' (dialect cachelab)"},
    {NULL, " L 10,0\n",
     "! t.trace:1: an access has a size of 1 or more, not '0' (dialect cachelab)"},
    {NULL, "I 1g,4\n", "! t.trace:1: address: bad number '1g,4' (dialect lackey)"},
    {NULL, "D zz\n", "! t.trace:1: address: bad number 'zz' (dialect mixed)"},
    {NULL, "12ab X\n", "! t.trace:1: unknown access 'X' (one of R, W) (dialect addresses)"},
    {NULL, "\x7f\x45LF\x02\n",
     "! t.trace:1: starts with '\\x7fELF\\x02': of no known dialect " ALL
     ": this is not a text file"},
    {"dinero", "0 1\n",
     "! unknown dialect 'dinero' (one of binary, text, oracleGeneral, cachelab, lackey, mixed, "
     "page-kinds, addresses, din, pages, page-list)"},
    {NULL, " L 10,4\n X 10,4\n", "1:R 0x10 4! t.trace:2: unknown access 'X' (one of I, L, S, M)"},
    {NULL, " L 10,4\n LL 10,4\n", "1:R 0x10 4! t.trace:2: unknown access 'LL' (one of I, L, S, M)"},
    {NULL, " L 10,4\n= L\n", "1:R 0x10 4! t.trace:2: unknown access '=' (one of I, L, S, M)"},
    {NULL, "L 10,4\nI 10,4\n", "1:R 0x10 4! t.trace:2: unknown access 'I' (one of L, S, M)"},
    {NULL, "L 10,4\n\nL 1g,4\n", "1:R 0x10 4! t.trace:3: address: bad number '1g,4'"},
    {NULL, "L 10,4\nL ,4\n", "1:R 0x10 4! t.trace:2: address: bad number ',4'"},
    {NULL, "L 10,4\nL 0x,4\n", "1:R 0x10 4! t.trace:2: address: bad number '0x,4'"},
    {NULL, "L 10,4\nL -1,4\n", "1:R 0x10 4! t.trace:2: address: bad number '-1,4'"},
    {NULL, "L 10,4\nL\n", "1:R 0x10 4! t.trace:2: address is missing"},
    {NULL, "L 10,4\nL 10\n", "1:R 0x10 4! t.trace:2: address: bad number '10'"},
    {NULL, "L 10,4\nL 10,\n", "1:R 0x10 4! t.trace:2: size is missing"},
    {NULL, "L 10,4\nL 10,4x\n", "1:R 0x10 4! t.trace:2: size: bad number '4x'"},
    {NULL, "L 10,4\nL 10,0x4\n", "1:R 0x10 4! t.trace:2: size: bad number '0x4'"},
    {NULL, "L 10,4\nL 10,-4\n", "1:R 0x10 4! t.trace:2: size: bad number '-4'"},
    {NULL, "L 10,4\nL 10,0\n", "1:R 0x10 4! t.trace:2: an access has a size of 1 or more, not '0'"},
    {NULL, "L 10,4\nL 10,18446744073709551616\n",
     "1:R 0x10 4! t.trace:2: size '18446744073709551616' has more than 64 bits"},
    {NULL, "L 10,4\nL 10000000000000000,4\n",
     "1:R 0x10 4! t.trace:2: address '10000000000000000,4' has more than 64 bits"},
    {NULL, "L 10,4\nL ffffffffffffffff,2\n",
     "1:R 0x10 4! t.trace:2: address and size: 'ffffffffffffffff,2'" PAST},
    {NULL, "L 10,4\nL 10,4 5\n", "1:R 0x10 4! t.trace:2: unexpected '5' at the end of the line"},
    {NULL, "L 10,4\nL 10,4\nL 10", "1:R 0x10 4|2:R 0x10 4! t.trace:3: address: bad number '10'"},
    {"cachelab", "I 10,4\n", "! t.trace:1: unknown access 'I' (one of L, S, M)"},
    {NULL, "0 10\n3 10\n", "1:R 0x10 1! t.trace:2: unknown access '3' (one of 0, 1, 2)"},
    {NULL, "0 10\n00 10\n", "1:R 0x10 1! t.trace:2: unknown access '00' (one of 0, 1, 2)"},
    {NULL, "0 10\n0\n", "1:R 0x10 1! t.trace:2: address is missing"},
    {NULL, "0 10\n0 10 4\n", "1:R 0x10 1! t.trace:2: unexpected '4' at the end of the line"},
    {NULL, "10 R\n10 X\n", "1:R 0x10 1! t.trace:2: unknown access 'X' (one of R, W)"},
    {NULL, "10 R\n10 \n", "1:R 0x10 1! t.trace:2: access is missing"},
    {NULL, "10 R\n1z R\n", "1:R 0x10 1! t.trace:2: address: bad number '1z'"},
    {NULL, "10 R\n10 RW\n", "1:R 0x10 1! t.trace:2: unknown access 'RW' (one of R, W)"},
    {NULL, "10 R\n10 R R\n", "1:R 0x10 1! t.trace:2: unexpected 'R' at the end of the line"},
    {NULL, "D 10\nS 10\n", "1:R 0x10 1! t.trace:2: unknown access 'S' (one of I, D)"},
    {NULL, "D 10\nD 10,4\n", "1:R 0x10 1! t.trace:2: address: bad number '10,4'"},
    {NULL, "L 10\nD 10\n", "1:R 0x10000 1! t.trace:2: unknown access 'D' (one of I, L, S, M)"},
    {NULL, "L 10\nL x\n", "1:R 0x10000 1! t.trace:2: page: bad number 'x'"},
    {NULL, "L 10\nL 10000000000000\n",
     "1:R 0x10000 1! t.trace:2: page 4503599627370496 lies past "
     "64-bit addresses with pages of 2^12 bytes"},
    {NULL, "1\n2,3\n", "1:R 0x1000 1! t.trace:2: page: bad number '2,3'"},
    {NULL, "1\n-2\n", "1:R 0x1000 1! t.trace:2: page: bad number '-2'"},
    {NULL, "1\n0x2\n", "1:R 0x1000 1! t.trace:2: page: bad number '0x2'"},
    {NULL, "1\n2 3\n", "1:R 0x1000 1! t.trace:2: unexpected '3' at the end of the line"},
    {NULL, "1\n99999999999999999999\n",
     "1:R 0x1000 1! t.trace:2: page '99999999999999999999' has more than 64 bits"},
    {NULL, "1,2\n3,,4\n",
     "1:R 0x1000 1|1:R 0x2000 1|2:R 0x3000 1! t.trace:2: page: bad number ',4'"},
    {NULL, "1,2\n3 4\n", "1:R 0x1000 1|1:R 0x2000 1! t.trace:2: unexpected '4' where a comma goes"},
    {NULL, "1,x\n", "1:R 0x1000 1! t.trace:1: page: bad number 'x'"},
    {NULL, "1,2x\n", "1:R 0x1000 1! t.trace:1: page: bad number '2x'"},
    {NULL, TEXT "X 0x1 1\n",
     "! t.trace:2: unknown record 'X' (one of F, R, W, M, map, unmap, protect, switch)"},
    {NULL, TEXT "R 10 1\n", "! t.trace:2: address: '10' does not start with 0x"},
    {NULL, TEXT "R\n", "! t.trace:2: address is missing"},
    {NULL, TEXT "R 0x10\n", "! t.trace:2: size is missing"},
    {NULL, TEXT "R 0x10 0\n", "! t.trace:2: record at '0x10': its size is 0"},
    {NULL, TEXT "unmap 0x10 0\n", "! t.trace:2: record at '0x10': its size is 0"},
    {NULL, TEXT "map 0xfffffffffffff000 8192 rw\n",
     "! t.trace:2: record at '0xfffffffffffff000': it" PAST},
    {NULL, TEXT "map 0x1000 4096\n", "! t.trace:2: permission is missing"},
    {NULL, TEXT "map 0x1000 4096 rq\n",
     "! t.trace:2: rights: 'rq' is not of the letters rwxuL and -"},
    {NULL, TEXT "map 0x1000 4096 w\n",
     "! t.trace:2: rights: 'w' lack r: what is mapped can be read"},
    {NULL, TEXT "unmap 0x1000 4096 r\n", "! t.trace:2: unexpected 'r' at the end of the line"},
    {NULL, TEXT "unmap 0x1000 4096 user\n",
     "! t.trace:2: unexpected 'user' at the end of the line"},
    {NULL, TEXT "R 0x10 4 p\n", "! t.trace:2: process: bad number 'p'"},
    {NULL, TEXT "R 0x10 4 px\n", "! t.trace:2: process: bad number 'x'"},
    {NULL, TEXT "R 0x10 4 p65536\n", "! t.trace:2: process '65536' is more than 65535"},
    {NULL, TEXT "R 0x10 4 users\n", "! t.trace:2: unexpected 'users' at the end of the line"},
    {NULL, TEXT "switch\n", "! t.trace:2: process is missing"},
    {NULL, TEXT "# c\n\n switch 2 # c\nR 0x1 1#c\n",
     "4:switch 2! t.trace:5: size: bad number '1#c'"},
    {NULL, TEXT "switch 1 2\n", "! t.trace:2: unexpected '2' at the end of the line"},
    {NULL, TEXT "maps 0x1 1 r\n",
     "! t.trace:2: unknown record 'maps' (one of F, R, W, M, map, unmap, protect, switch)"},
    {"binary", "L 10,4\n", "! t.trace: is not in mmgrade's binary form"},
    {NULL, "mmaccess\1", "! t.trace: ends too early: is it truncated?"},
    {NULL, "mmaccess\2\2\2\2\1\1\1\1",
     "! t.trace: is of version 33686018 of the binary form, known is 1"},
};

START_TEST(test_refused)
{
    struct access_options options = {.dialect = refused[_i].dialect, .page_bits = 12};
    const char *text = refused[_i].text;
    const char *path = access_files_write("t.trace", text, strlen(text));
    access_files_check(path, &options, refused[_i].shown);
    access_files_check(access_files_gzip("t.trace", text, strlen(text)), &options,
                       refused[_i].shown);
}
END_TEST

START_TEST(test_refused_bytes)
{
    static const char nul[] = "L 10,4\nL 1\0,4\n";
    access_files_check(
        access_files_write("t.trace", nul, sizeof nul - 1), NULL,
        "1:R 0x10 4! t.trace:2: address: bad number '1\\x00,4': this is not a text file");
    static const char zeros[100];
    const char *path = access_files_write("t.trace", zeros, sizeof zeros);
    char *shown = access_files_show(path, NULL);
    ck_assert_ptr_nonnull(strstr(shown, "of no known dialect"));
    free(shown);
}
END_TEST

START_TEST(test_refused_files)
{
    static const char *const files[][2] = {
        {"/no/such/file", "! file: No such file or directory"},
        {"/proc", "! proc: is a folder, not a file"},
        {"/dev/null", "! null: is neither a file nor a pipe"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        access_files_check(files[i][0], NULL, files[i][1]);
    }
}
END_TEST

START_TEST(test_objects)
{
    char bytes[3 * 24 + 5] = {0};
    for (unsigned i = 0; i < 3; i++) {
        uint64_t object = 7 + i % 2;
        int64_t next = i == 0 ? 3 : -1;
        char *record = bytes + (size_t)24 * i;
        record[0] = (char)i;
        memcpy(record + 4, &object, 8);
        record[13] = 16;
        memcpy(record + 16, &next, 8);
    }
    const char *expected = "1:R 0x7000 1|2:R 0x8000 1|3:R 0x7000 1";
    access_files_check(access_files_write("o", bytes, 72), NULL, expected);
    access_files_check(access_files_gzip("o", bytes, 72), NULL, expected);
    struct access_options forced = {.dialect = "oracleGeneral"};
    access_files_check(
        access_files_write("o", bytes, 77), &forced,
        "1:R 0x7 1|2:R 0x8 1|3:R 0x7 1! o:4: ends within a record: is it truncated?");
}
END_TEST

START_TEST(test_page_bits)
{
    struct access_options options = {.page_bits = 4};
    access_files_check(access_files_write("p", "1,2", 3), &options, "1:R 0x10 1|1:R 0x20 1");
    options.page_bits = 0;
    access_files_check(access_files_write("p", "18446744073709551615", 20), &options,
                       "1:R 0xffffffffffffffff 1");
    options.page_bits = 63;
    access_files_check(
        access_files_write("p", "1\n2", 3), &options,
        "1:R 0x8000000000000000 1! p:2: page 2 lies past 64-bit addresses with pages of "
        "2^63 bytes");
}
END_TEST

static size_t mutate(struct random *random, char *text, size_t n_bytes)
{
    static const char letters[] = "0123456789abcdf \n\r\t-,xILSMDRWFpurmap#=\0\x80\x1f";
    for (uint64_t n = random_between(random, 1, 4); n > 0 && n_bytes > 0; n--) {
        size_t at = (size_t)random_below(random, n_bytes);
        switch (random_below(random, 5)) {
        case 0:
            text[at] = letters[random_below(random, sizeof letters - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, --n_bytes - at);
            break;
        case 2:
            memmove(text + at + 1, text + at, n_bytes++ - at);
            break;
        case 3:
            text[at] = (char)(text[at] ^ 1 << random_below(random, 8));
            break;
        default:
            n_bytes = random_below(random, 8) == 0 ? at : n_bytes;
        }
    }
    return n_bytes;
}

/// Read or refused with a reason, and what is read can be written and read again.
static void check_mutated(const char *path)
{
    struct access_trace trace;
    struct error error = {""};
    if (access_trace_read(&trace, path, NULL, 0, NULL, &error)) {
        access_files_check_same(
            access_files_records("again", ACCESS_TEXT, trace.records, trace.n_records),
            trace.records, trace.n_records, false);
        access_trace_free(&trace);
    } else {
        ck_assert_msg(strncmp(error.text, path, strlen(path)) == 0, "%s", error.text);
        ck_assert_ptr_nonnull(strstr(error.text + strlen(path), ": "));
    }
}

START_TEST(test_mutations)
{
    struct random random = {access_files_seed("access mutations")};
    size_t n_accepted = sizeof accepted / sizeof accepted[0];
    uint64_t end = clock_ns() + UINT64_C(500000000);
    for (unsigned i = 0; i < 10000 && clock_ns() < end; i++) {
        char bytes[1024];
        size_t n_bytes = 0;
        if (random_below(&random, 5) == 0) {
            struct access *records = access_files_random(random_next(&random), 9);
            FILE *file = fopen(access_files_records("m", ACCESS_BINARY, records, 9), "r");
            n_bytes = fread(bytes, 1, sizeof bytes - 8, file);
            fclose(file);
            free(records);
        } else {
            strcpy(bytes, accepted[random_below(&random, n_accepted)].text);
            n_bytes = strlen(bytes);
        }
        if (random_below(&random, 5) == 0) {
            FILE *file = fopen(access_files_gzip("m.gz", bytes, n_bytes), "r");
            n_bytes = fread(bytes, 1, sizeof bytes - 8, file);
            fclose(file);
        }
        n_bytes = mutate(&random, bytes, n_bytes);
        check_mutated(access_files_write("m", bytes, n_bytes));
    }
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *access_suite(void)
{
    Suite *suite = suite_create("access");
    TCase *dialects = tcase_create("dialects");
    tcase_add_loop_test(dialects, test_accepted, 0, COUNT(accepted));
    tcase_add_loop_test(dialects, test_refused, 0, COUNT(refused));
    tcase_add_test(dialects, test_refused_bytes);
    tcase_add_test(dialects, test_refused_files);
    tcase_add_test(dialects, test_objects);
    tcase_add_test(dialects, test_page_bits);
    suite_add_tcase(suite, dialects);
    TCase *mutations = tcase_create("mutations");
    tcase_set_timeout(mutations, 120);
    tcase_add_test(mutations, test_mutations);
    suite_add_tcase(suite, mutations);
    return suite;
}
