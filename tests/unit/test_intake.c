// SPDX-License-Identifier: MIT
// Where submissions come from: folders, downloads; names of all kinds. Rosters: test_roster.c.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/scratch.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

/// Makes FOLDER/NAME, a tar.gz with mm.c.
static void put_archive(const char *folder, const char *name)
{
    char *files = scratch_make();
    put_file(files, "mm.c", "int packed;\n");
    char *command = xasprintf("tar -czf '%s/%s' -C '%s' mm.c", folder, name, files);
    ck_assert_int_eq(system(command), 0);
    free(command);
    scratch_remove(files);
}

// --- Folders ----------------------------------------------------------------------------------

START_TEST(a_folder_holds_folders_files_and_archives)
{
    char *folder = scratch_make();
    struct intake intake;
    put_file(folder, "anna/mm.c", "int x;");
    put_file(folder, "bob.c", "int x;");
    put_archive(folder, "carl.tar.gz");
    put_file(folder, "dora/hw.pdf", "");
    put_file(folder, "emil.rar", "Rar!");
    put_file(folder, ".hidden/mm.c", "");
    put_file(folder, "__MACOSX/x", "");
    put_file(folder, "fritz.zip", "no zip at all");
    intake_ok(folder, &intake);
    ck_assert_str_eq(intake.kind, "folder");
    ck_assert_uint_eq(intake.n_entries, 6);
    expect_entry(&intake, 0, "anna", NULL);
    expect_entry(&intake, 1, "bob", NULL);
    expect_entry(&intake, 2, "carl", NULL);
    expect_entry(&intake, 3, "dora", NULL); // the build says that mm.c is missing
    expect_entry(&intake, 4, "emil.rar", "neither a .c file nor a folder nor an archive");
    expect_entry(&intake, 5, "fritz", "fritz.zip: Unrecognized archive format");
    char *unpacked = xasprintf("%s/mm.c", intake.entries[2].path);
    ck_assert_int_eq(access(unpacked, R_OK), 0);
    intake_free(&intake);
    ck_assert_int_ne(access(unpacked, R_OK), 0);
    free(unpacked);
    scratch_remove(folder);
}
END_TEST

START_TEST(a_folder_with_one_archive_is_that_archive)
{
    char *folder = scratch_make();
    struct intake intake;
    put_file(folder, "anna_123_file/.DS_Store", "");
    put_archive(folder, "anna_123_file/hand in.tgz");
    put_file(folder, "bob/mm.c", "");
    put_archive(folder, "bob/old.tgz");
    intake_ok(folder, &intake);
    expect_entry(&intake, 0, "anna_123_file", NULL);
    expect_entry(&intake, 1, "bob", NULL);
    ck_assert_ptr_null(strstr(intake.entries[0].path, "anna_123_file/"));
    ck_assert_ptr_nonnull(strstr(intake.entries[1].path, folder));
    intake_free(&intake);
    scratch_remove(folder);
}
END_TEST

START_TEST(archives_are_unpacked_where_the_caller_says)
{
    char *folder = scratch_make();
    char *out = scratch_make();
    char *into = xasprintf("%s/unpacked", out);
    struct intake_plan plan = {.unpack_into = into};
    struct intake intake;
    struct error error;
    put_archive(folder, "-a.tgz");
    put_file(out, "unpacked/%2Da/left over", "");
    ck_assert_msg(intake_read(folder, &plan, &intake, &error), "%s", error.text);
    char *expected = xasprintf("%s/%%2Da", into);
    ck_assert_str_eq(intake.entries[0].path, expected);
    intake_free(&intake);
    ck_assert_int_eq(access(expected, R_OK), 0);
    free(expected);
    expected = xasprintf("%s/%%2Da/left over", into);
    ck_assert_int_ne(access(expected, R_OK), 0);
    free(expected);
    free(into);
    scratch_remove(out);
    scratch_remove(folder);
}
END_TEST

START_TEST(links_in_a_folder_are_refused)
{
    char *folder = scratch_make();
    struct intake intake;
    put_file(folder, "real/mm.c", "");
    char *link = xasprintf("%s/to_etc", folder);
    ck_assert_int_eq(symlink("/etc", link), 0);
    free(link);
    link = xasprintf("%s/broken.c", folder);
    ck_assert_int_eq(symlink("/nowhere", link), 0);
    free(link);
    link = xasprintf("%s/pipe.c", folder);
    ck_assert_int_eq(mkfifo(link, 0600), 0);
    free(link);
    intake_ok(folder, &intake);
    expect_entry(&intake, 0, "broken", "is a link");
    expect_entry(&intake, 1, "pipe", "neither a file nor a folder");
    expect_entry(&intake, 2, "real", NULL);
    expect_entry(&intake, 3, "to_etc", "is a link");
    intake_free(&intake);
    scratch_remove(folder);
}
END_TEST

START_TEST(names_that_would_be_equal_keep_their_suffix)
{
    static const char *const files[] = {"a.c", "a.tar", "a.zip", "a.zip.c", "b.c", "c.c", "c/x"};
    static const char *const names[] = {"a.c", "a.tar", "a.zip", "a.zip.c", "b", "c", "c.c"};
    char *folder = scratch_make();
    struct intake intake;
    for (size_t i = 0; i < 7; i++) {
        put_file(folder, files[i], "");
    }
    intake_ok(folder, &intake);
    ck_assert_uint_eq(intake.n_entries, 7);
    for (size_t i = 0; i < 7; i++) {
        ck_assert_str_eq(intake.entries[i].name, names[i]);
    }
    intake_free(&intake);
    scratch_remove(folder);
}
END_TEST

START_TEST(places_without_submissions_are_errors)
{
    char *folder = scratch_make();
    expect_no_intake(folder, "holds no submissions");
    put_file(folder, "mm.c", "");
    expect_no_intake(folder, "holds mm.c itself, so it is one submission");
    expect_no_intake("/nowhere", "/nowhere: No such file");
    char *path = xasprintf("%s/all.zip", folder);
    put_file(folder, "all.zip", "");
    expect_no_intake(path, "is an archive; unpack what was downloaded first");
    free(path);
    expect_no_intake("/dev/null", "is neither a folder nor a roster");
    scratch_remove(folder);
}
END_TEST

// --- Names ------------------------------------------------------------------------------------

static const char *const file_names[][2] = {
    {"jane@uni.edu", "jane@uni.edu"},
    {"Doe, Jane", "Doe, Jane"},
    {"J\xc3\xbcrgen", "J\xc3\xbcrgen"},
    {"=1+1", "=1+1"},
    {"-rf", "%2Drf"},
    {"..", "%2E."},
    {".x", "%2Ex"},
    {"a/b", "a%2Fb"},
    {"%2Ex", "%252Ex"},
    {"\033[31m\n\t", "%1B%5B31m%0A%09"},
    {"\xff\xc3", "%FF%C3"},
    {"<b>\"'&*?", "%3Cb%3E%22%27%26%2A%3F"},
    {"\xe2\x80\xae", "%E2%80%AE"},
};

START_TEST(names_become_names_of_files)
{
    char *name = intake_file_name(file_names[_i][0]);
    ck_assert_str_eq(name, file_names[_i][1]);
    free(name);
}
END_TEST

START_TEST(long_names_are_cut_and_stay_different)
{
    for (size_t lead = 0; lead < 4; lead++) {
        char text[401] = "";
        memset(text, 'x', lead);
        for (size_t i = lead; i + 2 < sizeof text; i += 2) {
            memcpy(text + i, "\xc3\xbc", 2);
        }
        char *one = intake_file_name(text);
        text[390] = 'y';
        text[391] = 'y';
        char *two = intake_file_name(text);
        ck_assert_uint_le(strlen(one), INTAKE_FILE_NAME_MAX);
        ck_assert_uint_gt(strlen(one), INTAKE_FILE_NAME_MAX - 4);
        ck_assert_str_ne(one, two);
        char *whole = printable(one, strlen(one));
        ck_assert_str_eq(whole, one);
        free(whole);
        free(one);
        free(two);
    }
}
END_TEST

/// Names that attack whoever shows or stores them come through as they are.
START_TEST(odd_names_survive)
{
    static const char *const names[] = {"\033[31mred", "+1",  "-rf",        "<script>", "=cmd()",
                                        "@SUM(A1)",    "a b", "line\nfeed", "\xff\xfe"};
    char *folder = scratch_make();
    struct intake intake;
    for (size_t i = 0; i < 9; i++) {
        char *path = xasprintf("%s/mm.c", names[i]);
        put_file(folder, path, "");
        free(path);
    }
    intake_ok(folder, &intake);
    ck_assert_uint_eq(intake.n_entries, 9);
    for (size_t i = 0; i < 9; i++) {
        expect_entry(&intake, i, names[i], NULL);
    }
    intake_free(&intake);
    scratch_remove(folder);
}
END_TEST

// --- Downloads --------------------------------------------------------------------------------

START_TEST(gradescope_downloads_name_students_and_times)
{
    char *folder = scratch_make();
    struct intake intake;
    put_file(folder, "submission_metadata.yml",
             "---\n"
             "submission_1:\n"
             "  :submitters:\n"
             "  - :name: Jane Doe\n    :sid: '4711'\n    :email: jane@uni.edu\n"
             "  - :name: \"J\\u00fcrgen\"\n    :sid: '4712'\n    :email: j@uni.edu\n"
             "  :created_at: 2026-03-01 18:00:00.123456789 Z\n"
             "  :score: 7.5\n"
             "  :history:\n  - :created_at: 2020-01-01 00:00:00.000000000 Z\n    :id: 1\n"
             "submission_2:\n"
             "  :submitters:\n  - :name: X\n    :sid: \n    :email: x@uni.edu\n"
             "  :created_at: 2026-03-01 10:00:00.000000000 -08:00\n"
             "submission_3:\n  :submitters: []\n  :score: 0\n");
    put_file(folder, "submission_1/mm.c", "");
    put_file(folder, "submission_2/dir/mm.c", "");
    put_file(folder, "submission_9/mm.c", "");
    intake_ok(folder, &intake);
    ck_assert_str_eq(intake.kind, "Gradescope download");
    ck_assert_uint_eq(intake.n_entries, 4);
    expect_entry(&intake, 0, "submission_1", NULL);
    ck_assert_str_eq(intake.entries[0].student_id, "4711;4712");
    ck_assert_int_eq(intake.entries[0].submitted_at, 1772388000);
    expect_entry(&intake, 1, "submission_2", NULL);
    ck_assert_ptr_null(intake.entries[1].student_id);
    ck_assert_int_eq(intake.entries[1].submitted_at, 1772388000);
    expect_entry(&intake, 2, "submission_3", "is listed in submission_metadata.yml, but");
    expect_entry(&intake, 3, "submission_9", NULL);
    intake_free(&intake);
    put_file(folder, "submission_metadata.yml", "submission_1: [\n");
    expect_no_intake(folder, "submission_metadata.yml:2:1: ");
    scratch_remove(folder);
}
END_TEST

START_TEST(autolab_downloads_count_the_highest_version)
{
    char *folder = scratch_make();
    struct intake intake;
    put_file(folder, "a_b@x.edu_2_mm.c", "old");
    put_file(folder, "a_b@x.edu_10_mm.c", "new");
    put_file(folder, "c@y.edu_1_mm.c", "only");
    put_archive(folder, "d@y.edu_1_hand_in.tar.gz");
    intake_ok(folder, &intake);
    ck_assert_str_eq(intake.kind, "Autolab download");
    ck_assert_uint_eq(intake.n_entries, 3);
    expect_entry(&intake, 0, "a_b@x.edu", NULL);
    ck_assert_ptr_nonnull(strstr(intake.entries[0].path, "_10_mm.c"));
    ck_assert_str_eq(intake.entries[0].student_id, "a_b@x.edu");
    expect_entry(&intake, 1, "c@y.edu", NULL);
    expect_entry(&intake, 2, "d@y.edu", NULL);
    intake_free(&intake);
    put_file(folder, "other/mm.c", "");
    intake_ok(folder, &intake);
    ck_assert_str_eq(intake.kind, "folder");
    intake_free(&intake);
    scratch_remove(folder);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *intake_suite(void)
{
    Suite *suite = suite_create("intake");
    TCase *tests = tcase_create("intake");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, names_become_names_of_files, 0, N(file_names));
    tcase_add_test(tests, long_names_are_cut_and_stay_different);
    tcase_add_test(tests, odd_names_survive);
    tcase_add_test(tests, links_in_a_folder_are_refused);
    tcase_add_test(tests, places_without_submissions_are_errors);
    tcase_add_test(tests, gradescope_downloads_name_students_and_times);
    if (can_confine("intake")) {
        tcase_add_test(tests, a_folder_holds_folders_files_and_archives);
        tcase_add_test(tests, a_folder_with_one_archive_is_that_archive);
        tcase_add_test(tests, archives_are_unpacked_where_the_caller_says);
        tcase_add_test(tests, names_that_would_be_equal_keep_their_suffix);
        tcase_add_test(tests, autolab_downloads_count_the_highest_version);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
