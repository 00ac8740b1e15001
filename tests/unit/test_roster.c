// SPDX-License-Identifier: MIT
// Rosters: the CSV that spreadsheets write, points in time, mistakes with their line.
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/intake.h"
#include "grading/timestamp.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

START_TEST(a_roster_names_paths_students_and_times)
{
    char *folder = scratch_make();
    char *roster = xasprintf("%s/course.csv", folder);
    struct intake intake;
    put_file(folder, "one.c", "");
    put_file(folder, "a,b/mm.c", "");
    char *link = xasprintf("%s/link.c", folder);
    ck_assert_int_eq(symlink("one.c", link), 0);
    put_file(folder, "course.csv",
             "\xef\xbb\xbfpath,name,submitted_at,id\r\n"
             "one.c,Zoe,2026-03-01 18:00:00 +01:00,4711\r\n"
             "\r\n"
             "\"a,b\",\"Doe, \"\"J\"\"\nx\",,\r\n"
             "missing.c,Max,1772384400,\"=1\"\r\n"
             "link.c,Lin,,");
    intake_ok(roster, &intake);
    ck_assert_str_eq(intake.kind, "roster");
    ck_assert_uint_eq(intake.n_entries, 4);
    expect_entry(&intake, 0, "Doe, \"J\"\nx", NULL);
    ck_assert_ptr_null(intake.entries[0].student_id);
    ck_assert_int_eq(intake.entries[0].submitted_at, 0);
    expect_entry(&intake, 1, "Lin", NULL);
    expect_entry(&intake, 2, "Max", "No such file");
    ck_assert_str_eq(intake.entries[2].student_id, "=1");
    expect_entry(&intake, 3, "Zoe", NULL);
    ck_assert_str_eq(intake.entries[3].student_id, "4711");
    ck_assert_int_eq(intake.entries[3].submitted_at, 1772384400);
    ck_assert_int_eq(intake.entries[2].submitted_at, 1772384400);
    intake_free(&intake);
    free(link);
    free(roster);
    scratch_remove(folder);
}
END_TEST

static const char *const bad_rosters[][2] = {
    {"", "r.csv:1: is empty"},
    {"name,path\n", "r.csv: holds no submissions"},
    {"name\nx\n", "r.csv:1: the column 'path' is missing"},
    {"jane,mm.c\n", "r.csv:1: unknown column 'jane'; the first line names the columns (of name, "
                    "path, id, submitted_at)"},
    {"name,path,name\n", "r.csv:1: the column 'name' stands twice"},
    {"name,path\na,b\n\nc\n", "r.csv:4: 1 cells, but the first line names 2 columns"},
    {"name,path\na,b,c\n", "r.csv:2: 3 cells"},
    {"name,path\n\"x\ny\",b\n,b\n", "r.csv:4: a row needs a name"},
    {"name,path\na,\n", "r.csv:2: a row needs a path"},
    {"name,path\nb,1\na,1\nb,2\n", "r.csv:4: 'b' stands twice (first on line 2)"},
    {"name,path\na,\"b\n", "r.csv:2: a quote is opened and never closed"},
    {"name,path\na,\"b\"c\n", "r.csv:2: text behind a closing quote"},
    {"name,path,submitted_at\na,b,yesterday\n", "r.csv:2: 'yesterday' is no time: 2026-03-01"},
};

START_TEST(a_wrong_roster_is_refused_with_its_line)
{
    char *folder = scratch_make();
    char *roster = xasprintf("%s/r.csv", folder);
    put_file(folder, "r.csv", bad_rosters[_i][0]);
    expect_no_intake(roster, bad_rosters[_i][1]);
    free(roster);
    scratch_remove(folder);
}
END_TEST

struct time {
    const char *text;
    int64_t seconds; ///< -1: no time
};

static const struct time times[] = {
    {"2026-03-01", 1772323200},
    {"2026-03-01T18:00", 1772388000},
    {"2026-03-01 18:00:00", 1772388000},
    {"2026-03-01T18:00:00Z", 1772388000},
    {"2026-03-01 18:00:00.999 UTC", 1772388000},
    {"2026-03-01 19:30:00 +0130", 1772388000},
    {"2026-03-01 10:00:00-08", 1772388000},
    {"2024-02-29", 1709164800},
    {"1772388000", 1772388000},
    {"2026-02-29", -1},
    {"2026-13-01", -1},
    {"2026-03-01 24:01", -1},
    {"2026-03-01 18", -1},
    {"2026-03-01T", -1},
    {"2026-03-01 18:00 CET", -1},
    {"2026-03-01 18:00 +1:00", -1},
    {"2026-03-01 18:00 +01:0", -1},
    {"2026-03-01 18:00 +20:00", -1},
    {"1.3.2026", -1},
    {"2026", -1},
    {"", -1},
};

START_TEST(times_are_read_or_refused)
{
    int64_t seconds = -1;
    bool ok = timestamp_parse(times[_i].text, &seconds);
    ck_assert_msg(ok == (times[_i].seconds != -1), "%s", times[_i].text);
    ck_assert_msg(!ok || seconds == times[_i].seconds, "%s: %lld", times[_i].text,
                  (long long)seconds);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *roster_suite(void)
{
    Suite *suite = suite_create("roster");
    TCase *tests = tcase_create("roster");
    tcase_add_loop_test(tests, times_are_read_or_refused, 0, N(times));
    tcase_add_test(tests, a_roster_names_paths_students_and_times);
    tcase_add_loop_test(tests, a_wrong_roster_is_refused_with_its_line, 0, N(bad_rosters));
    suite_add_tcase(suite, tests);
    return suite;
}
