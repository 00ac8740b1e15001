// SPDX-License-Identifier: MIT
// A parser of archives that was led astray: whatever mmgrade-unpack says, the judge writes nothing
// outside the folder and keeps its head.
//
// mmgrade-unpack is looked for beside the program that runs. So a copy of this test runs beside a
// script of that name, and tells what archive_unpack made of it.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/archive.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

// Records as arguments of the shell's printf: struct archive_record_head, little-endian.
#define WORD(low, next) "\\" low "\\" next "\\000\\000"
#define HEAD(record, kind, n_bytes) WORD(record, "000") WORD(kind, "000") WORD(n_bytes, "000")
#define ENTRY(kind, n_bytes, name) HEAD("000", kind, n_bytes) name
#define FILE_MM_C ENTRY("000", "004", "mm.c")
#define DATA(n_bytes, bytes) HEAD("001", "000", n_bytes) bytes
#define FAILURE(n_bytes, text) HEAD("002", "000", n_bytes) text
#define END HEAD("003", "000", "000")

struct lie {
    const char *records;
    const char *more; ///< shell commands that follow
    const char *told;
};

static const struct lie lies[] = {
    {FILE_MM_C DATA("003", "abc") END, "", "unpacked"},
    {END, "", "unpacked"},
    {"", "", "takes too much memory or time"},
    {FILE_MM_C, "", "takes too much memory or time"},
    {FILE_MM_C DATA("005", "abc"), "", "takes too much memory or time"},
    {"\\000\\000", "", "takes too much memory or time"},
    {FILE_MM_C, "kill -SEGV $$", "takes too much memory or time"},
    {DATA("003", "abc") END, "", "broke its rules"},
    {ENTRY("001", "001", "d") DATA("003", "abc") END, "", "broke its rules"},
    {HEAD("011", "000", "000") END, "", "broke its rules"},
    {ENTRY("077", "001", "x") END, "", "'x': is of no known kind"},
    {ENTRY("000", "003", "a\\000b") END, "", "a name with a NUL"},
    {ENTRY("000", "000", "") END, "", "is a file without a name"},
    {ENTRY("000", "002", "./") END, "", "is a file without a name"},
    {ENTRY("000", "007", "../evil") END, "", "leads out of the archive"},
    {ENTRY("001", "007", "../evil") END, "", "leads out of the archive"},
    {ENTRY("001", "005", "/evil") END, "", "is an absolute name"},
    {HEAD("000", "000", "001") WORD("377", "377"), "", "takes too much memory or time"},
    {WORD("000", "000") WORD("000", "000") "\\377\\377\\377\\377", "", "takes too much memory"},
    {FAILURE("005", "a\\033\\n\\tb"), "", "x.zip: a???b"},
    {"", "exit 2", "mmgrade-unpack cannot confine itself"},
    {"", "echo x >/tmp/evil; cat /etc/passwd >&4", "takes too much memory"},
};

static void write_script(const char *folder, const struct lie *lie)
{
    char *script = xasprintf("#!/bin/bash\nprintf '%s' >&4\n%s\n", lie->records, lie->more);
    write_text_file(folder, "mmgrade-unpack", script);
    char *path = xasprintf("%s/mmgrade-unpack", folder);
    ck_assert_int_eq(chmod(path, 0700), 0);
    free(path);
    free(script);
}

/// In the copy: tells what became of the archive.
START_TEST(tell)
{
    const char *folder = getenv("MMGRADE_TEST_LIAR");
    if (folder == NULL) {
        return;
    }
    struct error error = {""};
    char *archive = xasprintf("%s/x.zip", folder);
    char *into = xasprintf("%s/into", folder);
    ck_assert_int_eq(mkdir(into, 0700), 0);
    puts(archive_unpack(archive, into, &error) ? "unpacked" : error.text);
    free(archive);
    free(into);
}
END_TEST

START_TEST(a_parser_that_lies_is_not_believed)
{
    char *folder = scratch_make();
    write_script(folder, &lies[_i]);
    write_text_file(folder, "x.zip", "anything");
    char *command =
        xasprintf("cp -L /proc/%d/exe '%s/unit' && MMGRADE_TEST_LIAR='%s' "
                  "MMGRADE_ROOT='%s' CK_RUN_SUITE=archive_liar CK_RUN_CASE=tell '%s/unit' 2>&1",
                  (int)getpid(), folder, folder, paths_root(), folder);
    char told[4000] = "";
    FILE *output = popen(command, "re");
    told[fread(told, 1, sizeof told - 1, output)] = '\0';
    pclose(output);
    ck_assert_msg(strstr(told, lies[_i].told) != NULL, "%s: %s", lies[_i].told, told);
    ck_assert_int_ne(access("/tmp/evil", F_OK), 0);
    free(command);
    scratch_remove(folder);
}
END_TEST

Suite *archive_liar_suite(void)
{
    Suite *suite = suite_create("archive_liar");
    TCase *tests = tcase_create("lies");
    TCase *copy = tcase_create("tell");
    tcase_set_timeout(tests, 60);
    if (can_confine("archive_liar")) {
        tcase_add_loop_test(tests, a_parser_that_lies_is_not_believed, 0,
                            (int)(sizeof lies / sizeof *lies));
        tcase_add_test(copy, tell);
    }
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, copy);
    return suite;
}
