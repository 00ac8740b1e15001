// SPDX-License-Identifier: MIT
// Source lines of code addresses, and symbol tables: of real builds, and of hostile text.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/sandbox/lines.h"
#include "harness/sandbox/symbols.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/instrumented.h"
#include "tests/unit/suites.h"

static const char source[] = "#include \"own.h\"\n"
                             "static inline __attribute__((always_inline)) void set(int *p)\n"
                             "{\n"
                             "    *p = 1;\n" // line 4
                             "}\n"
                             "void first(int *p)\n"
                             "{\n"
                             "    set(p);\n"
                             "}\n"
                             "int mm_init(void) { return 0; }\n";

/// Addresses of the calls of __tsan_write4, from the disassembly of a function.
static uint64_t store_in(const char *folder, const char *function)
{
    char *script = xasprintf("objdump -d --no-show-raw-insn --disassemble=%s ../out/submission.so |"
                             " grep '__tsan_write4' | head -n 1",
                             function);
    const char *arguments[] = {"/bin/sh", "-c", script, NULL};
    char *text;
    ck_assert(artifact_run(folder, arguments, &text));
    uint64_t address = strtoull(text, NULL, 16);
    ck_assert_msg(address != 0, "%s: %s", function, text);
    free(text);
    free(script);
    return address;
}

START_TEST(addresses_become_lines)
{
    static const char *const compilers[] = {"gcc", "clang"};
    static const struct source_text sources[] = {
        {"mm.c", source}, {"own.h", "int x;\nvoid in_header(int *p) { *p = 2; }\n"}, {0}};
    char *folder = instrumented_build(compilers[_i], sources);
    char *library = xasprintf("%s/out/submission.so", folder);
    uint64_t offsets[200] = {store_in(folder, "first"), store_in(folder, "in_header"), 1};
    struct source_line found[200];
    offsets[199] = offsets[1];
    lines_resolve(library, offsets, 200, found);
    ck_assert_str_eq(found[0].file, "mm.c");
    ck_assert_uint_eq(found[0].line, 4);
    ck_assert_str_eq(found[0].function, "set");
    ck_assert_str_eq(found[1].file, "own.h");
    ck_assert_uint_eq(found[1].line, 2);
    ck_assert_str_eq(found[1].function, "in_header");
    ck_assert_ptr_null(found[2].file);
    ck_assert_uint_eq(found[2].line, 0);
    ck_assert_uint_eq(found[199].line, 2);
    lines_free(found, 200);
    scratch_remove(folder);
    free(library);
}
END_TEST

START_TEST(a_missing_library_has_no_lines)
{
    char *folder = scratch_make();
    char *command = xasprintf("cd '%s' && mkdir src include out", folder);
    ck_assert_int_eq(system(command), 0);
    char *library = xasprintf("%s/out/submission.so", folder);
    struct source_line found;
    lines_resolve(library, &(uint64_t){0x1000}, 1, &found);
    ck_assert_ptr_null(found.file);
    ck_assert_ptr_null(found.function);
    scratch_remove(folder);
    free(library);
    free(command);
}
END_TEST

static const struct {
    const char *text;
    const char *file, *function; ///< of address 0x10; NULL: unknown
    size_t line;
} answers[] = {
    {"0x0000000000000010\nf\n/mm/src/./mm.c:7\n", "mm.c", "f", 7},
    {"0x10\nf\n/tmp/mmgrade.x/src/mm.c:7 (discriminator 2)\ng\nmm.c:9\n", "mm.c", "f", 7},
    {"0x10\nf\n/usr/include/stdlib.h:70\n", "/usr/include/stdlib.h", "f", 70},
    {"0x10\nf\n../include/memlib.h:70\n", "memlib.h", "f", 70},
    {"0x10\nf\n??:0\n", NULL, "f", 0},
    {"0x10\n??\n??:?\n", NULL, NULL, 0},
    {"0x10\nf\nmm.c:?\n", NULL, "f", 0},
    {"0x10\nf\nmm.c:99999999999999999999999\n", NULL, "f", 0},
    {"0x10\nf\nmm.c:-4\n", NULL, "f", 0},
    {"0x10\nf\nno colon\n", NULL, "f", 0},
    {"0x10\n\n:3\n", NULL, NULL, 0},
    {"0x10\nf\x1b[2J\na\x1b[31m\tb.c:3\n", "a?[31m?b.c", "f?[2J", 3},
    {"noise\n0x20\nf\nmm.c:7\n", NULL, NULL, 0},
    {"0x10zz\nf\nmm.c:7\n", NULL, NULL, 0},
    {"0x10\nf\nmm.c:7", NULL, NULL, 0},
    {"0x10\nf\n", NULL, NULL, 0},
    {"", NULL, NULL, 0},
};

START_TEST(hostile_answers)
{
    struct source_line found;
    lines_parse(answers[_i].text, &(uint64_t){0x10}, 1, &found);
    ck_assert_pstr_eq(found.file, answers[_i].file);
    ck_assert_pstr_eq(found.function, answers[_i].function);
    ck_assert_uint_eq(found.line, answers[_i].line);
    lines_free(&found, 1);
}
END_TEST

START_TEST(long_names_are_cut)
{
    char *name = xcalloc(100001, 1);
    memset(name, 'n', 100000);
    char *text = xasprintf("0x10\n%s\n%s:3\n", name, name);
    struct source_line found;
    lines_parse(text, &(uint64_t){0x10}, 1, &found);
    ck_assert_uint_lt(strlen(found.file), 300);
    ck_assert_uint_lt(strlen(found.function), 300);
    ck_assert_uint_eq(found.line, 3);
    lines_free(&found, 1);
    free(text);
    free(name);
}
END_TEST

// --- Symbols ----------------------------------------------------------------------------------

START_TEST(symbol_tables)
{
    static const char text[] = "../out/submission.so: printf@GLIBC_2.2.5 U         \n"
                               "../out/submission.so: mm_init T 10c0 79\n"
                               "../out/submission.so: used T 10c0 79\n"
                               "../out/submission.so: maybe w         \n"
                               "../out/extras.a[3.o]: used T 0 79\n"
                               "../out/extras.a[4.o]: used T 0 79\n"
                               "../out/extras.a[4.o]: unused T 0 79\n"
                               "../out/extras.a[5.o]: own t 0 79\n"
                               "nm: no symbols\n\n: \n../out/extras.a[6.o]\n"
                               "../out/submission.so: \x1b[31m U\n../out/submission.so: z ";
    struct symbols symbols;
    symbols_parse(&symbols, text, strlen(text));
    ck_assert_uint_eq(symbols.n, 9);
    ck_assert_str_eq(symbols.list[0].name, "printf");
    ck_assert(symbol_is_import(&symbols.list[0]) && symbol_is_import(&symbols.list[3]));
    ck_assert(!symbol_is_import(&symbols.list[1]) && symbol_is_global(&symbols.list[1]));
    ck_assert_str_eq(symbols.list[8].name, "?[31m");
    ck_assert(symbols_linked(&symbols, "3.o"));
    ck_assert(!symbols_linked(&symbols, "4.o"));
    ck_assert(!symbols_linked(&symbols, "5.o"));
    ck_assert(!symbols_linked(&symbols, "7.o"));
    symbols_free(&symbols);
}
END_TEST

START_TEST(allowed_and_reserved_names)
{
    static const char *const more[] = {"qsort", "str*", NULL};
    ck_assert(symbols_allow("mem_sbrk", 8, NULL));
    ck_assert(symbols_allow("__tsan_write8", 13, NULL));
    ck_assert(!symbols_allow("memcpy", 6, NULL));
    ck_assert(!symbols_allow("qsort", 5, NULL));
    ck_assert(symbols_allow("qsort", 5, more));
    ck_assert(symbols_allow("strlen", 6, more));
    ck_assert(!symbols_allow("qsort_r", 7, more));
    ck_assert(symbols_reserved("__tsan_write8.constprop.0"));
    ck_assert(!symbols_reserved("mem_sbrk_count"));
}
END_TEST

Suite *lines_suite(void)
{
    Suite *suite = suite_create("lines");
    TCase *tests = tcase_create("lines");
    tcase_set_timeout(tests, 60);
    if (can_confine("lines")) {
        tcase_add_loop_test(tests, addresses_become_lines, 0, 2);
        tcase_add_test(tests, a_missing_library_has_no_lines);
    }
    tcase_add_loop_test(tests, hostile_answers, 0, (int)(sizeof answers / sizeof *answers));
    tcase_add_test(tests, long_names_are_cut);
    tcase_add_test(tests, symbol_tables);
    tcase_add_test(tests, allowed_and_reserved_names);
    suite_add_tcase(suite, tests);
    return suite;
}
