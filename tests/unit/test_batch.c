// SPDX-License-Identifier: MIT
// The engine, over submissions that say what their child shall do: write a result, fail, die, hang.
// A result is a number of points as text.
#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grading/batch.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

static char *folder;
static struct intake intake;
static struct gradebook *gradebook;
static struct batch batch;
static struct batch_plan plan;

/// How often the submission was begun, in all processes: a file grows by a byte.
static size_t count_tries(const char *name, bool begin)
{
    char *path = xasprintf("%s/tries-%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    if (begin) {
        ck_assert_int_eq(write(fd, "x", 1), 1);
    }
    struct stat status;
    fstat(fd, &status);
    close(fd);
    free(path);
    return (size_t)status.st_size;
}

static void write_points(const char *path, const char *points)
{
    FILE *file = fopen(path, "we");
    fputs(points, file);
    fclose(file);
}

/// The name says what happens.
static bool grade(void *context, const struct submission_entry *entry, const char *path)
{
    (void)context;
    const char *name = entry->name;
    size_t n_tries = count_tries(name, true);
    scratch_make(); // which a child that is killed leaves behind
    if (strcmp(name, "dies") == 0) {
        die("no more memory");
    } else if (strcmp(name, "killed") == 0) {
        raise(SIGKILL);
    } else if (strcmp(name, "hangs") == 0) {
        pause();
    } else if (strcmp(name, "false") == 0) {
        fputs("first line\n\x1b[31mlast line\n\n", stderr);
        return false;
    } else if (strcmp(name, "third") == 0 && n_tries < 3) {
        return false;
    } else if (strcmp(name, "nothing") == 0) {
        return true;
    }
    write_points(path, strcmp(name, "garbage") == 0 ? "x" : entry->refused == NULL ? "7" : "0");
    return true;
}

static bool read_points(void *context, const char *json, size_t n_bytes, struct gradebook_row *row,
                        struct error *error)
{
    (void)context;
    char *end;
    row->score = strtod(json, &end);
    row->max_score = 10;
    row->status = GRADE_GRADED;
    return (n_bytes > 0 && *end == '\0') || error_at(error, "result", 1, 1, "no points");
}

static void take_into_gradebook(void *context, struct batch *now, struct batch_item *item,
                                const struct batch_outcome *outcome)
{
    (void)context;
    batch_take(now, item, &plan, gradebook, outcome);
}

static void add(const char *name, const char *refused)
{
    intake.entries = xreallocarray(intake.entries, intake.n_entries + 1, sizeof *intake.entries);
    put_file(folder, name, name);
    intake.entries[intake.n_entries++] =
        (struct submission_entry){.name = xstrdup(name),
                                  .path = refused != NULL ? NULL : xasprintf("%s/%s", folder, name),
                                  .refused = refused == NULL ? NULL : xstrdup(refused)};
}

static void open_gradebook(void)
{
    struct error error;
    char *path = xasprintf("%s/gradebook.sqlite", folder);
    gradebook = gradebook_open(path, &error);
    ck_assert_ptr_nonnull(gradebook);
    free(path);
}

static void setup(void)
{
    folder = scratch_make();
    open_gradebook();
    plan = (struct batch_plan){.intake = &intake,
                               .grader_hash = "g",
                               .version = "0.1",
                               .work = xasprintf("%s/work", folder),
                               .n_jobs = 3,
                               .n_tries = 3,
                               .max_seconds = 60,
                               .grade = grade,
                               .read = read_points,
                               .take = take_into_gradebook};
}

static void teardown(void)
{
    ck_assert_int_ne(access(plan.work, F_OK), 0); // nothing stays
    batch_free(&batch);
    gradebook_close(gradebook);
    intake_free(&intake);
    free((char *)(uintptr_t)plan.work);
    scratch_remove(folder);
}

static void run(void)
{
    batch_free(&batch);
    batch_select(&batch, &plan, gradebook);
    batch_run(&batch, &plan);
}

/// The caller frees it.
static struct gradebook_row row_of(size_t i)
{
    struct gradebook_row row;
    ck_assert(gradebook_find(gradebook, intake.entries[i].name, batch.items[i].submission_hash,
                             plan.grader_hash, &row));
    return row;
}

static void expect_points(size_t i, double points, unsigned attempts)
{
    struct gradebook_row row = row_of(i);
    ck_assert_int_eq(row.status, GRADE_GRADED);
    ck_assert_double_eq(row.score, points);
    ck_assert_uint_eq(row.attempts, attempts);
    gradebook_row_free(&row);
}

static void expect_error(size_t i, const char *reason, unsigned attempts)
{
    struct gradebook_row row = row_of(i);
    ck_assert_int_eq(row.status, GRADE_HARNESS_ERROR);
    ck_assert(isnan(row.score) && row.result_json == NULL);
    ck_assert_str_eq(row.reason, reason);
    ck_assert_uint_eq(row.attempts, attempts);
    gradebook_row_free(&row);
}

START_TEST(all_are_graded_once)
{
    add("a", NULL);
    add("b", "is a link");
    add("c", NULL);
    add("d", NULL);
    run();
    ck_assert_uint_eq(batch.n_pending, 4);
    ck_assert_uint_eq(batch.n_done, 4);
    expect_points(0, 7, 1);
    expect_points(1, 0, 1);
    expect_points(3, 7, 1);
    run();
    ck_assert_uint_eq(batch.n_pending, 0);
    put_file(folder, "c", "another version");
    run();
    ck_assert_uint_eq(batch.n_pending, 1);
    ck_assert_uint_eq(count_tries("c", false), 2);
    ck_assert_uint_eq(count_tries("a", false), 1);
    plan.grader_hash = "another rubric";
    run();
    ck_assert_uint_eq(batch.n_pending, 4);
}
END_TEST

START_TEST(harness_errors_are_tried_again_and_never_scored)
{
    add("a", NULL);
    add("dies", NULL);
    add("false", NULL);
    add("garbage", NULL);
    add("killed", NULL);
    add("nothing", NULL);
    add("third", NULL);
    run();
    ck_assert_uint_eq(batch.n_done, 7);
    ck_assert_uint_eq(batch.n_errors, 5);
    expect_points(0, 7, 1);
    expect_error(1, "mmgrade: no more memory", 3);
    expect_error(2, "?[31mlast line", 3);
    expect_error(3, "result:1:1: no points", 1);
    expect_error(4, "ended without a word", 3);
    struct gradebook_row nothing = row_of(5);
    ck_assert_int_eq(nothing.status, GRADE_HARNESS_ERROR);
    gradebook_row_free(&nothing);
    expect_points(6, 7, 3);
    run(); // errors alone
    ck_assert_uint_eq(batch.n_pending, 5);
    ck_assert_uint_eq(count_tries("dies", false), 6);
}
END_TEST

START_TEST(one_that_hangs_is_stopped)
{
    add("a", NULL);
    add("hangs", NULL);
    plan.max_seconds = 0.2;
    plan.n_tries = 2;
    run();
    expect_points(0, 7, 1);
    expect_error(1, "took too long and was stopped", 2);
}
END_TEST

static bool is_b(void *context, const struct gradebook_row *known)
{
    return strcmp(known->name, context) == 0;
}

START_TEST(one_is_graded_again_when_it_is_wanted)
{
    add("a", NULL);
    add("b", NULL);
    run();
    plan.again = is_b;
    plan.context = (void *)(uintptr_t) "b";
    run();
    ck_assert_uint_eq(count_tries("a", false), 1);
    ck_assert_uint_eq(count_tries("b", false), 2);
}
END_TEST

/// As points: bit i is set when the child may run on CPU i.
static bool tell_cpus(void *context, const struct submission_entry *entry, const char *path)
{
    (void)context;
    (void)entry;
    cpu_set_t set;
    uint64_t bits = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (size_t cpu = 0; cpu < 48; cpu++) {
        bits |= (uint64_t)CPU_ISSET(cpu, &set) << cpu;
    }
    char *points = xasprintf("%" PRIu64, bits);
    write_points(path, points);
    free(points);
    return true;
}

static uint64_t cpus_of(size_t i)
{
    struct gradebook_row row = row_of(i);
    uint64_t bits = (uint64_t)row.score;
    gradebook_row_free(&row);
    return bits;
}

START_TEST(submissions_at_a_time_share_the_cpus_between_them)
{
    add("a", NULL);
    add("b", NULL);
    plan.grade = tell_cpus;
    plan.n_jobs = 1;
    run();
    uint64_t all = cpus_of(0);
    ck_assert_uint_eq(cpus_of(1), all);
    plan.n_jobs = 2;
    plan.grader_hash = "two at a time";
    run();
    bool has_one = (all & (all - 1)) == 0;
    ck_assert_uint_eq(cpus_of(0) | cpus_of(1), all);
    ck_assert_uint_eq(cpus_of(0) & cpus_of(1), has_one ? all : 0);
    plan.n_jobs = 1000;
    plan.grader_hash = "more than there are CPUs";
    run();
    ck_assert_int_eq(__builtin_popcountll(cpus_of(0)), 1);
    ck_assert_int_eq(__builtin_popcountll(cpus_of(1)), 1);
}
END_TEST

static void stop_after_two(void *context, const struct batch *now, const struct gradebook_row *row)
{
    (void)context;
    if (now->n_done == 2 && row != NULL) {
        raise(SIGTERM);
    }
}

START_TEST(an_interrupt_stops_it_and_the_next_run_goes_on)
{
    add("a", NULL);
    add("b", NULL);
    add("hangs", NULL);
    add("z", NULL);
    plan.n_jobs = 1;
    plan.progress = stop_after_two;
    gradebook_close(gradebook);
    gradebook = NULL;
    pid_t pid = fork(); // what was interrupted stays so
    if (pid == 0) {
        open_gradebook();
        interrupt_catch();
        run();
        gradebook_close(gradebook);
        _exit(batch.n_done == 2 && batch.items[2].is_pending ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    open_gradebook();
    batch_select(&batch, &plan, gradebook);
    ck_assert_uint_eq(batch.n_pending, 2);
    ck_assert(batch.items[2].is_pending && batch.items[3].is_pending);
}
END_TEST

static char seen[100];

static void see(void *context, const struct gradebook_row *row)
{
    (void)context;
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s=%g ", row->name, row->score);
}

static const char *chosen(bool best)
{
    *seen = '\0';
    batch_choose(&batch, &plan, gradebook, best);
    gradebook_each(gradebook, see, NULL);
    return seen;
}

/// Takes a result for the first submission as another engine does.
static void take(const char *points)
{
    batch_free(&batch);
    batch_select(&batch, &plan, gradebook);
    batch_take(&batch, &batch.items[0], &plan, gradebook,
               &(struct batch_outcome){.json = points, .attempts = 1});
}

START_TEST(the_latest_version_counts_or_the_best)
{
    add("a", NULL);
    add("b", NULL);
    take("9");
    ck_assert_str_eq(chosen(false), "a=9 ");
    put_file(folder, "a", "a second version");
    take("3");
    take("3");
    ck_assert_str_eq(chosen(false), "a=3 ");
    ck_assert_str_eq(chosen(true), "a=9 ");
    plan.grader_hash = "another rubric";
    ck_assert_str_eq(chosen(true), "");
    take("5");
    ck_assert_str_eq(chosen(true), "a=5 ");
}
END_TEST

Suite *batch_suite(void)
{
    Suite *suite = suite_create("batch");
    TCase *tests = tcase_create("batch");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    if (can_confine("batch")) {
        tcase_add_test(tests, all_are_graded_once);
        tcase_add_test(tests, harness_errors_are_tried_again_and_never_scored);
        tcase_add_test(tests, one_that_hangs_is_stopped);
        tcase_add_test(tests, one_is_graded_again_when_it_is_wanted);
        tcase_add_test(tests, submissions_at_a_time_share_the_cpus_between_them);
        tcase_add_test(tests, an_interrupt_stops_it_and_the_next_run_goes_on);
        tcase_add_test(tests, the_latest_version_counts_or_the_best);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
