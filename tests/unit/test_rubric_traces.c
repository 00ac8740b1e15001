// SPDX-License-Identifier: MIT
// Entries of a rubric's traces: hidden files, generated ones, seeds of students, every mistake.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/rubric.h"
#include "grading/student_seed.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/sandbox/isolation.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define HEAD "lab: malloc\ncriteria:\n  - name: correctness\n    points: 10\n"
#define TRACES HEAD "traces:\n"

/// Computed by Perl's Digest::SHA: HMAC upon HMAC, 10000 times.
#define SEED_ALICE_0 1169629637
#define SEED_BOB_0 3777027648

static bool parse(struct rubric *rubric, const char *path, const char *text, struct error *error)
{
    return rubric_parse(rubric, path, text, strlen(text), error);
}

static struct rubric parse_good(const char *text)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric, "r.yaml", text, &error), "%s", error.text);
    return rubric;
}

struct mistake {
    const char *text;
    const char *message;
};

static const struct mistake mistakes[] = {
    {TRACES "  - {file: grading/rubrics/malloc.yaml, generate: random}\n",
     "r.yaml:6:51: a trace has either 'file' or 'generate'"},
    {TRACES "  - {file: grading/rubrics/malloc.yaml, seed: 3}\n",
     "r.yaml:6:47: 'seed' is for what is generated"},
    {TRACES "  - {file: grading/rubrics/malloc.yaml, ops: 3}\n",
     "r.yaml:6:46: 'ops' is for what is generated"},
    {TRACES "  - {file: nowhere/*.rep, hidden: yes}\n",
     "r.yaml:6:12: no trace matches 'nowhere/*.rep' below the rubric's folder"},
    {TRACES "  - {file: nowhere/*.rep}\n",
     "r.yaml:6:12: no trace matches 'nowhere/*.rep' below the project's root"},
    {TRACES "  - {generate: lottery}\n",
     "r.yaml:6:16: unknown kind 'lottery' (one of short, random, small, powers, pages, lifo, fifo, "
     "generational, ramp, phases, binary, coalesce, realloc-grow, string-build, merge-split, "
     "array-double, first-fit-bad, best-fit-bad, robson, edges, zero-sizes, huge-sizes, many-ids, "
     "few-ids)"},
    {TRACES "  - {generate: random, seed: 0}\n",
     "r.yaml:6:30: 'seed' needs a whole number from 1, or 'student', found '0'"},
    {TRACES "  - {generate: random, seed: 1.5}\n",
     "r.yaml:6:30: 'seed' needs a whole number from 1, or 'student', found '1.5'"},
    {TRACES "  - {generate: random, seed: -1}\n",
     "r.yaml:6:30: 'seed' needs a whole number from 1, or 'student', found '-1'"},
    {TRACES "  - {generate: random, seed: 9223372036854775808}\n",
     "r.yaml:6:30: 'seed' needs a whole number from 1, or 'student', found "
     "'9223372036854775808'"},
    {TRACES "  - {generate: random, seed: pupil}\n",
     "r.yaml:6:30: 'seed' needs a whole number from 1, or 'student', found 'pupil'"},
    {TRACES "  - {generate: edges, live: 3}\n", "r.yaml:6:29: 'edges' has no use for 'live'"},
    {TRACES "  - {generate: edges, sizes: \"uniform:1:2\"}\n",
     "r.yaml:6:30: 'edges' has no use for 'sizes'"},
    {TRACES "  - {generate: lifo, lifetimes: random}\n",
     "r.yaml:6:33: 'lifo' has no use for 'lifetimes'"},
    {TRACES "  - {generate: random, lifetimes: eternal}\n",
     "r.yaml:6:35: unknown law of lifetimes 'eternal'; 'mmgrade trace gen --help' lists them"},
    {TRACES "  - {generate: robson, ops: 2}\n",
     "r.yaml:6:29: 'robson' needs more operations than that"},
    {TRACES "  - {generate: random, seed: student}\n",
     "r.yaml:6:3: 'seed: student' needs a 'salt' at the top: a text that nobody can guess"},
    {"salt: short\n" TRACES "  - {generate: random, seed: student}\n",
     "r.yaml:1:7: 'salt' has 5 characters, allowed are 8 to 256"},
    {TRACES "  - {generate: random, weight: 0}\n", "r.yaml:6:3: all weights are 0"},
    {"lab: cache\ncriteria:\n  - name: correctness\n    points: 10\ntraces:\n"
     "  - {generate: random}\n",
     "r.yaml:6:3: the lab cache plays memory accesses: 'generate' makes none"},
};

START_TEST(mistakes_are_named)
{
    struct rubric rubric;
    struct error error;
    ck_assert(!parse(&rubric, "r.yaml", mistakes[_i].text, &error));
    ck_assert_str_eq(error.text, mistakes[_i].message);
}
END_TEST

START_TEST(a_bad_law_of_sizes_is_named)
{
    struct rubric rubric;
    struct error error;
    ck_assert(
        !parse(&rubric, "r.yaml", TRACES "  - {generate: random, sizes: \"even:1\"}\n", &error));
    ck_assert_ptr_nonnull(strstr(error.text, "r.yaml:6:31: sizes: "));
}
END_TEST

START_TEST(generated_traces_are_what_trace_gen_makes)
{
    struct rubric rubric =
        parse_good(TRACES "  - {generate: random, ops: 60, live: 9, sizes: \"uniform:1:50\", "
                          "lifetimes: "
                          "exponential, seed: 77, weight: 3}\n"
                          "  - {generate: short}\n");
    ck_assert_uint_eq(rubric.settings.n_traces, 2);
    const struct trace_choice *one = &rubric.settings.traces[0];
    ck_assert_str_eq(one->path, "random-77.rep");
    ck_assert_str_eq(one->arguments,
                     "random --ops 60 --live 9 --sizes uniform:1:50 --lifetimes exponential");
    ck_assert_uint_eq(trace_choice_seed(one), 77);
    ck_assert(!one->hidden);
    struct trace trace;
    struct error error;
    ck_assert(trace_choice_read(one, &trace, &error));
    ck_assert_str_eq(trace.name, "random-77.rep");
    ck_assert_uint_le(trace.n_ops, 60);
    ck_assert_uint_le(trace.largest_size, 50);
    char *hash = trace_choice_hash(one, &trace);
    trace_free(&trace);
    ck_assert(trace_choice_read(&rubric.settings.traces[1], &trace, &error));
    ck_assert_str_eq(trace.name, "short-1.rep");
    char *other = trace_choice_hash(&rubric.settings.traces[1], &trace);
    ck_assert_str_ne(hash, other);
    trace_free(&trace);
    free(other);
    free(hash);
    rubric_free(&rubric);
}
END_TEST

START_TEST(hidden_files_lie_beside_the_rubric)
{
    char *folder = scratch_make();
    char *file = xasprintf("%s/exam.rep", folder);
    char *rubric_path = xasprintf("%s/r.yaml", folder);
    fclose(fopen(file, "w"));
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric, rubric_path,
                        TRACES "  - {file: exam.rep, hidden: yes, weight: 2}\n"
                               "  - file: grading/rubrics/malloc.yaml\n",
                        &error),
                  "%s", error.text);
    ck_assert_str_eq(rubric.settings.traces[0].path, file);
    ck_assert(rubric.settings.traces[0].hidden);
    ck_assert(!rubric.settings.traces[1].hidden);
    rubric_free(&rubric);
    char *text = xasprintf(TRACES "  - {file: \"%s\", hidden: yes}\n"
                                  "  - {file: \"%s\", weight: 3}\n",
                           file, file);
    rubric = parse_good(text);
    ck_assert_uint_eq(rubric.settings.n_traces, 1);
    ck_assert(rubric.settings.traces[0].hidden); // once hidden, hidden
    ck_assert_double_eq(rubric.settings.traces[0].weight, 3);
    rubric_free(&rubric);
    free(text);
    free(rubric_path);
    free(file);
    scratch_remove(folder);
}
END_TEST

START_TEST(folders_of_hidden_traces_are_added)
{
    static const char *const names[] = {"b.rep", "a.rep", "README.md", ".swp"};
    char *folder = scratch_make();
    struct rubric rubric = parse_good(TRACES "  - {generate: short}\n");
    struct error error;
    ck_assert(!rubric_add_hidden(&rubric, "/nonexistent", &error));
    ck_assert_str_eq(error.text, "/nonexistent: cannot be read: No such file or directory");
    ck_assert(!rubric_add_hidden(&rubric, folder, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "holds no trace"));
    for (size_t i = 0; i < 4; i++) {
        char *path = xasprintf("%s/%s", folder, names[i]);
        fclose(fopen(path, "w"));
        free(path);
    }
    char *below = xasprintf("%s/below", folder);
    ck_assert_int_eq(mkdir(below, 0700), 0);
    ck_assert_msg(rubric_add_hidden(&rubric, folder, &error), "%s", error.text);
    ck_assert_uint_eq(rubric.settings.n_traces, 3);
    const struct trace_choice *traces = rubric.settings.traces;
    ck_assert(!traces[0].hidden);
    ck_assert_str_eq(strrchr(traces[1].path, '/'), "/a.rep");
    ck_assert(traces[1].hidden && traces[2].hidden);
    ck_assert_double_eq(traces[1].weight, 1);
    free(below);
    rubric_free(&rubric);
    scratch_remove(folder);
}
END_TEST

START_TEST(seeds_are_the_same_everywhere)
{
    ck_assert_uint_eq(student_seed("correct horse battery", "alice", 0), SEED_ALICE_0);
    ck_assert_uint_eq(student_seed("correct horse battery", "bob", 0), SEED_BOB_0);
    ck_assert_uint_ne(student_seed("correct horse battery", "alice", 1), SEED_ALICE_0);
    ck_assert_uint_ne(student_seed("correct horse batterz", "alice", 0), SEED_ALICE_0);
}
END_TEST

START_TEST(any_name_has_a_seed)
{
    char *longest = xcalloc(10001, 1);
    memset(longest, 'x', 10000);
    char salt[STUDENT_SALT_MAX + 1] = "";
    memset(salt, 's', STUDENT_SALT_MAX);
    static const char *const names[] = {"", "\n:$6$", "\xff\xfe", "a b", "J\xc3\xb6"};
    uint64_t seed = student_seed(salt, longest, 999999);
    for (size_t i = 0; i < 5; i++) {
        uint64_t other = student_seed(salt, names[i], 999999);
        ck_assert_uint_ge(other, 1);
        ck_assert_uint_le(other, UINT64_C(1) << 32);
        ck_assert_uint_ne(other, seed);
    }
    free(longest);
}
END_TEST

START_TEST(each_student_has_traces_of_their_own)
{
    struct rubric rubric =
        parse_good("salt: correct horse battery\n" TRACES "  - {generate: random, seed: student}\n"
                   "  - {generate: random, seed: student, hidden: yes}\n"
                   "  - {generate: random, seed: 4}\n");
    struct trace_choice *alice = rubric_traces_for(&rubric, "alice");
    struct trace_choice *again = rubric_traces_for(&rubric, "alice");
    struct trace_choice *bob = rubric_traces_for(&rubric, "bob");
    ck_assert_uint_eq(alice[0].options.seed, SEED_ALICE_0);
    ck_assert_uint_eq(alice[0].options.seed, again[0].options.seed);
    ck_assert_uint_ne(alice[0].options.seed, bob[0].options.seed);
    ck_assert_uint_ne(alice[0].options.seed, alice[1].options.seed);
    ck_assert_str_ne(alice[0].path, "random-1.rep");
    ck_assert_str_eq(alice[0].path, again[0].path);
    ck_assert(alice[1].hidden);
    ck_assert_uint_eq(alice[2].options.seed, 4);
    ck_assert_str_eq(alice[2].path, "random-4.rep");
    rubric_traces_free(alice, 3);
    rubric_traces_free(again, 3);
    rubric_traces_free(bob, 3);
    rubric_free(&rubric);
}
END_TEST

START_TEST(commands_make_what_they_play)
{
    struct rubric rubric = parse_good(TRACES "  - {generate: random, ops: 60, seed: 77}\n"
                                             "  - file: grading/rubrics/malloc.yaml\n");
    char *command = trace_choice_command(&rubric.settings.traces[0], "P grade", "a b.c");
    ck_assert_ptr_nonnull(strstr(command, " trace gen random --ops 60 --seed 77 -o random-77.rep "
                                          "&& P grade --trace random-77.rep 'a b.c'"));
    free(command);
    command = trace_choice_command(&rubric.settings.traces[1], "P grade", "mm.c");
    ck_assert_int_eq(strncmp(command, "P grade --trace ", 16), 0);
    free(command);
    rubric_free(&rubric);
}
END_TEST

// Where this machine has no Landlock nothing is safe.
START_TEST(system_folders_are_no_place_for_secrets)
{
    char *folder = scratch_make();
    bool landlock =
        isolation_offered() == ISOLATION_FULL || isolation_offered() == ISOLATION_LANDLOCK;
    ck_assert(isolation_reveals("/usr/bin/env"));
    ck_assert(isolation_reveals("/bin/sh"));
    ck_assert(isolation_reveals("/nonexistent"));
    ck_assert_int_eq(isolation_reveals(folder), !landlock);
    char *link = xasprintf("%s/link", folder);
    ck_assert_int_eq(symlink("/usr/bin/env", link), 0);
    ck_assert(isolation_reveals(link));
    free(link);
    scratch_remove(folder);
}
END_TEST

Suite *rubric_traces_suite(void)
{
    Suite *suite = suite_create("rubric_traces");
    TCase *tests = tcase_create("rubric_traces");
    tcase_add_loop_test(tests, mistakes_are_named, 0, sizeof mistakes / sizeof *mistakes);
    tcase_add_test(tests, a_bad_law_of_sizes_is_named);
    tcase_add_test(tests, generated_traces_are_what_trace_gen_makes);
    tcase_add_test(tests, hidden_files_lie_beside_the_rubric);
    tcase_add_test(tests, folders_of_hidden_traces_are_added);
    tcase_add_test(tests, seeds_are_the_same_everywhere);
    tcase_add_test(tests, any_name_has_a_seed);
    tcase_add_test(tests, each_student_has_traces_of_their_own);
    tcase_add_test(tests, commands_make_what_they_play);
    if (can_confine("rubric_traces")) {
        tcase_add_test(tests, system_folders_are_no_place_for_secrets);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
