// SPDX-License-Identifier: MIT
// What batch and tasks hand each other: records that are whole or refused, outcomes that count once
// or not at all, and the words that sbatch gets. tests/cli/slurm.sh runs all of it on a real Slurm.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/slurm_collect.h"
#include "grading/slurm_queue.h"
#include "grading/slurm_records.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/base/text_file.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

static char *folder;
static char *search_path;

static void setup(void)
{
    folder = scratch_make();
    search_path = xstrdup(getenv("PATH"));
}

static void teardown(void)
{
    setenv("PATH", search_path, 1);
    free(search_path);
    scratch_remove(folder);
}

static void expect_same(const char *seen, const char *expected)
{
    ck_assert_int_eq(seen == NULL, expected == NULL);
    ck_assert(seen == NULL || strcmp(seen, expected) == 0);
}

// --- Records ----------------------------------------------------------------------------------

static struct submission_entry entries[] = {
    {.name = "", .path = "/a b/%a", .submitted_at = -5, .student_id = "1;2"},
    {.name = "new\nline \xff\xfe", .refused = "it's a \"link\""},
    {.name = "z", .path = "z"},
};

static struct batch_item items[] = {
    {.entry = &entries[0], .submission_hash = "h0"},
    {.entry = &entries[1], .submission_hash = "h1"},
    {.entry = &entries[2], .submission_hash = "h2"},
};

static const struct batch_outcome good = {.json = "{\n}", .attempts = 3, .seconds = 1.5};
static const struct batch_outcome bad = {.reason = "no\nmemory", .attempts = 1};

static void write_list(FILE *stream)
{
    struct batch_item *list[] = {&items[0], &items[1], &items[2]};
    slurm_chunk_write(stream, "g", list, 3);
}

static void write_good(FILE *stream)
{
    slurm_outcome_write(stream, "g", &items[1], &good);
}

/// Writes FOLDER/file with at most `max_bytes` of what `write` writes. Its path, to be freed.
static char *written(void (*write)(FILE *stream), size_t max_bytes, size_t *n_bytes)
{
    char *text;
    char *path = xasprintf("%s/file", folder);
    FILE *stream = xopen_memstream(&text, n_bytes);
    write(stream);
    fclose(stream);
    FILE *file = fopen(path, "we");
    fwrite(text, 1, *n_bytes < max_bytes ? *n_bytes : max_bytes, file);
    fclose(file);
    free(text);
    return path;
}

START_TEST(a_list_arrives_as_it_was)
{
    size_t n_bytes;
    struct error error;
    struct slurm_chunk chunk;
    char *path = written(write_list, SIZE_MAX, &n_bytes);
    ck_assert_msg(slurm_chunk_read(path, &chunk, &error), "%s", error.text);
    ck_assert_str_eq(chunk.grader_hash, "g");
    ck_assert_uint_eq(chunk.batch.n_items, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct submission_entry *entry = chunk.batch.items[i].entry;
        ck_assert(chunk.batch.items[i].is_pending);
        expect_same(chunk.batch.items[i].submission_hash, items[i].submission_hash);
        expect_same(entry->name, entries[i].name);
        expect_same(entry->path, entries[i].path);
        expect_same(entry->refused, entries[i].refused);
        expect_same(entry->student_id, entries[i].student_id);
        ck_assert_int_eq(entry->submitted_at, entries[i].submitted_at);
    }
    slurm_chunk_free(&chunk);
    free(path);
}
END_TEST

START_TEST(an_outcome_arrives_as_it_was)
{
    size_t n_bytes;
    struct error error;
    struct slurm_outcome outcome;
    char *path = written(write_good, SIZE_MAX, &n_bytes);
    ck_assert_msg(slurm_outcome_read(path, &outcome, &error), "%s", error.text);
    ck_assert_str_eq(outcome.grader_hash, "g");
    ck_assert_str_eq(outcome.submission_hash, "h1");
    ck_assert_str_eq(outcome.name, entries[1].name);
    ck_assert_str_eq(outcome.student_id, "");
    ck_assert_uint_eq(outcome.batch.attempts, 3);
    ck_assert_double_eq(outcome.batch.seconds, 1.5);
    expect_same(outcome.batch.json, "{\n}");
    expect_same(outcome.batch.reason, NULL);
    slurm_outcome_free(&outcome);
    free(path);
}
END_TEST

START_TEST(what_was_cut_is_refused)
{
    struct error error;
    struct slurm_chunk chunk;
    struct slurm_outcome outcome;
    size_t n_bytes = 1;
    for (size_t n = 0; n < n_bytes; n++) {
        char *path = written(write_list, n, &n_bytes);
        ck_assert_msg(!slurm_chunk_read(path, &chunk, &error), "%zu bytes", n);
        ck_assert_msg(!slurm_outcome_read(path, &outcome, &error), "%zu bytes", n);
        free(path);
    }
    n_bytes = 1;
    for (size_t n = 0; n < n_bytes; n++) {
        char *path = written(write_good, n, &n_bytes);
        ck_assert_msg(!slurm_outcome_read(path, &outcome, &error), "%zu bytes", n);
        ck_assert_msg(!slurm_chunk_read(path, &chunk, &error), "%zu bytes", n);
        free(path);
    }
}
END_TEST

START_TEST(a_count_that_cannot_be_is_refused)
{
    static const char list[] = "mmgrade chunk 1\0g\0"
                               "99999999999999999999\0h\0n\0p\0\0\0"
                               "0";
    struct error error;
    struct slurm_chunk chunk;
    char *path = xasprintf("%s/list", folder);
    FILE *file = fopen(path, "we");
    fwrite(list, 1, sizeof list, file);
    fclose(file);
    ck_assert(!slurm_chunk_read(path, &chunk, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "ends within a submission"));
    free(path);
}
END_TEST

// --- Collecting -------------------------------------------------------------------------------

static struct batch batch;
static char taken[200];

static void take(void *context, struct batch *now, struct batch_item *item,
                 const struct batch_outcome *outcome)
{
    (void)context;
    (void)now;
    size_t n = strlen(taken);
    snprintf(taken + n, sizeof taken - n, "%s=%s ", item->submission_hash,
             outcome->json != NULL ? outcome->json : outcome->reason);
    item->is_pending = false;
}

static void make_run(const char *run)
{
    static const char *const subfolders[] = {"", "/results", "/taken"};
    for (size_t i = 0; i < 3; i++) {
        char *path = xasprintf("%s/%s%s", folder, run, subfolders[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        free(path);
    }
}

static void leave(const char *place, const char *grader_hash, const struct batch_item *item,
                  const struct batch_outcome *outcome)
{
    char *path = xasprintf("%s/%s", folder, place);
    FILE *file = fopen(path, "we");
    slurm_outcome_write(file, grader_hash, item, outcome);
    fclose(file);
    free(path);
}

static void expect_there(const char *place, bool expected)
{
    char *path = xasprintf("%s/%s", folder, place);
    ck_assert_msg((access(path, F_OK) == 0) == expected, "%s", place);
    free(path);
}

static void expect_taken(const char *expected)
{
    struct batch_plan plan = {.grader_hash = "g", .take = take};
    *taken = '\0';
    slurm_collect(folder, &batch, &plan);
    ck_assert_str_eq(taken, expected);
}

static void make_course(void)
{
    batch = (struct batch){.items = items, .n_items = 3};
    for (size_t i = 0; i < 3; i++) {
        items[i].is_pending = true;
    }
    make_run("1");
    make_run("2");
}

START_TEST(outcomes_count_once)
{
    make_course();
    leave("1/results/0.0", "g", &items[0], &good);
    leave("1/results/10.1", "g", &items[1], &bad);
    leave("2/results/0.0", "g", &items[0], &bad);
    expect_taken("h0={\n} h1=no\nmemory ");
    expect_there("1/taken/0.0", true);
    expect_there("1/taken/10.1", true);
    expect_there("2/taken/0.0", true);
    expect_there("2/results/0.0", false);
    expect_taken("");
    items[1].is_pending = true; // a harness error is tried again, not taken again
    expect_taken("");
}
END_TEST

START_TEST(what_belongs_elsewhere_does_not_count)
{
    struct submission_entry stranger = {.name = "stranger"};
    struct submission_entry other_id = {.name = entries[0].name, .student_id = "3"};
    struct batch_item others[] = {{.entry = &entries[2], .submission_hash = "older"},
                                  {.entry = &other_id, .submission_hash = "h0"},
                                  {.entry = &stranger, .submission_hash = "h2"}};
    make_course();
    leave("1/results/0.0", "g", &others[0], &good);
    leave("1/results/0.1", "g", &others[2], &good);
    leave("1/results/0.6", "g", &others[1], &good);
    leave("1/results/0.2", "another grader", &items[2], &good);
    leave("1/results/0.3.Ab12cd", "g", &items[2], &good); // being written
    leave("1/results/.4", "g", &items[2], &good);
    put_file(folder, "1/results/0.5", "no outcome");
    leave("nothing", "g", &items[2], &good);
    expect_taken("");
    expect_there("1/taken/0.0", true);
    expect_there("1/taken/0.1", true);
    expect_there("1/taken/0.6", true);
    expect_there("1/results/0.2", true);
    expect_there("1/results/0.3.Ab12cd", true);
    expect_there("1/taken/0.5", true);
    slurm_run_remove(folder, "1"); // another grader's outcome keeps it
    slurm_run_remove(folder, "2");
    expect_there("1", true);
    expect_there("2", false);
    char *nowhere = xasprintf("%s/nowhere", folder);
    struct batch_plan plan = {.grader_hash = "g", .take = take};
    slurm_collect(nowhere, &batch, &plan);
    free(nowhere);
}
END_TEST

// --- Slurm's programs -------------------------------------------------------------------------

/// Programs that stand in for Slurm's, in a $PATH of their own.
static void put_program(const char *name, const char *script)
{
    char *text = xasprintf("#!/bin/sh\ncd '%s'\n%s\n", folder, script);
    char *path = xasprintf("%s/%s", folder, name);
    put_file(folder, name, text);
    ck_assert_int_eq(chmod(path, 0700), 0);
    setenv("PATH", folder, 1);
    free(path);
    free(text);
}

static const struct slurm_job array = {.name = "n",
                                       .script = "/a b/%a 'x'\n.sh",
                                       .n_minutes = 7,
                                       .n_cpus = 2,
                                       .n_tasks = 12,
                                       .n_at_once = 3,
                                       .options = "  --partition=p\t--mem=2G "};
static const struct slurm_job after = {
    .name = "n", .script = "s", .n_minutes = 1, .n_cpus = 1, .after = "17"};

static void expect_words(const struct slurm_job *job, const char *expected)
{
    struct error error;
    char *id;
    size_t n_bytes;
    put_program("sbatch", "printf '[%s]' \"$@\" >words; echo '17;cluster'");
    ck_assert_msg(slurm_submit(job, &id, &error), "%s", error.text);
    ck_assert_str_eq(id, "17");
    char *path = xasprintf("%s/words", folder);
    char *words = text_file_read(path, 10000, &n_bytes, &error);
    ck_assert_str_eq(words, expected);
    free(words);
    free(path);
    free(id);
}

START_TEST(sbatch_gets_each_word_as_it_is)
{
    expect_words(&array, "[--parsable][--time=7][--cpus-per-task=2][--partition=p][--mem=2G]"
                         "[--ntasks=1][--requeue][--job-name=n][--output=/dev/null]"
                         "[--array=0-11%3][/a b/%a 'x'\n.sh]");
    expect_words(&after, "[--parsable][--time=1][--cpus-per-task=1][--ntasks=1][--requeue]"
                         "[--job-name=n][--output=/dev/null][--dependency=afterany:17][s]");
}
END_TEST

START_TEST(slurm_may_be_missing_or_refuse)
{
    struct error error;
    char *id;
    bool is_queued;
    setenv("PATH", folder, 1);
    ck_assert(!slurm_answers(&error));
    ck_assert_str_eq(error.text, "sbatch: No such file or directory; --engine slurm needs Slurm's "
                                 "programs in $PATH");
    put_program("sbatch", "exit 1");
    ck_assert(!slurm_submit(&after, &id, &error));
    ck_assert_str_eq(error.text, "sbatch: Slurm has refused; its own message is above");
    put_program("sbatch", "kill -KILL $$");
    ck_assert(!slurm_submit(&after, &id, &error));
    put_program("sbatch", "exit 0");
    ck_assert(!slurm_answers(&error)); // squeue is missing
    put_program("squeue", "[ $2 = --name=mine ] && echo 5; true");
    ck_assert(slurm_answers(&error));
    ck_assert(slurm_is_queued("mine", &is_queued, &error) && is_queued);
    ck_assert(slurm_is_queued("others", &is_queued, &error) && !is_queued);
    put_program("squeue", "exit 1");
    ck_assert(!slurm_is_queued("mine", &is_queued, &error));
}
END_TEST

Suite *slurm_suite(void)
{
    Suite *suite = suite_create("slurm");
    TCase *tests = tcase_create("slurm");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_list_arrives_as_it_was);
    tcase_add_test(tests, an_outcome_arrives_as_it_was);
    tcase_add_test(tests, what_was_cut_is_refused);
    tcase_add_test(tests, a_count_that_cannot_be_is_refused);
    tcase_add_test(tests, outcomes_count_once);
    tcase_add_test(tests, what_belongs_elsewhere_does_not_count);
    if (can_confine("slurm")) {
        tcase_add_test(tests, sbatch_gets_each_word_as_it_is);
        tcase_add_test(tests, slurm_may_be_missing_or_refuse);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
