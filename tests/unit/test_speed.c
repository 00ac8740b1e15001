// SPDX-License-Identifier: MIT
// The timed pass: ratios that can be told apart on any machine, and submissions that behave
// differently when nobody looks. Bounds are loose, since others use the machine, too.
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/heap/play.h"
#include "harness/measure/speed.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const struct allocator allocators[] = {
    {"good", "", NULL, false},
    {"slow", "static void spin(void);\n#define AT_MALLOC spin()\n#define AT_FREE spin()\n",
     "static void spin(void) { struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a);\n"
     "    do clock_gettime(CLOCK_MONOTONIC, &b);\n"
     "    while ((b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec < 20000); }\n",
     false},
    // The judge's bytes are not there: the second block lies elsewhere.
    {"looks at payloads",
     "static int seen;\n#define AT_INIT seen = 1\n"
     "#define AT_FREE if (n_frees == 1) seen = *first != 0\n"
     "#define AFTER_MALLOC if (!seen) p = mem_sbrk(48)\n",
     NULL, false},
    {"exits unseen", "#define AT_FREE if (*first == 0) exit(4)\n", NULL, false},
    // The check pass calls mm_init twice at most, a worker that is timed more often.
    {"cheats from the third round on",
     "#define AT_MALLOC if (n_inits > 2 && first != NULL) return first\n", NULL, false},
    {"does not load", "int nowhere(void);\n#define AT_FREE nowhere()\n", NULL, false},
};

#define N_ALLOCATORS (sizeof allocators / sizeof *allocators)

static struct built built[N_ALLOCATORS];
static char trace_text[65536];

/// 1500 pairs of operations: more than one slice.
static void build_all(void)
{
    size_t n = (size_t)snprintf(trace_text, sizeof trace_text, "1\n1500\n3000\n1\n");
    for (int id = 0; id < 1500; id++) {
        n += (size_t)snprintf(trace_text + n, sizeof trace_text - n, "a %d 24\nf %d\n", id, id);
    }
    allocators_build(built, allocators, N_ALLOCATORS);
}

static void remove_all(void)
{
    allocators_remove(built, N_ALLOCATORS);
}

/// The pointers of a check pass, which the caller frees.
static uint64_t *check_pass(const struct scene *scene)
{
    struct session session;
    struct play play;
    struct play_plan plan = {.observe = true, .n_ops = scene->trace.n_ops, .watch = LAYOUT_NO_SLOT};
    ck_assert(session_open(&session, &scene->plan));
    ck_assert(play_trace(&play, &session, &plan));
    uint64_t *pointers = play.pointers;
    play.pointers = NULL;
    play_free(&play);
    session_close(&session);
    return pointers;
}

/// Times an allocator against another; without one when `reference` is NULL.
static struct speed measure(const char *submission, const char *reference)
{
    struct scene scenes[SPEED_SIDES];
    struct speed speed;
    scene_make(&scenes[0], allocator_named(built, N_ALLOCATORS, submission), trace_text);
    if (reference != NULL) {
        scene_make(&scenes[1], allocator_named(built, N_ALLOCATORS, reference), trace_text);
    }
    uint64_t *pointers = check_pass(&scenes[0]);
    for (size_t side = 0; side < SPEED_SIDES; side++) {
        scenes[side].plan.call_seconds = 10;
    }
    speed_measure(
        &(struct speed_plan){.sides = {&scenes[0].plan, reference == NULL ? NULL : &scenes[1].plan},
                             .expected = pointers,
                             .budget_seconds = 0.03},
        &speed);
    free(pointers);
    trace_free(&scenes[0].trace);
    if (reference != NULL) {
        trace_free(&scenes[1].trace);
    }
    return speed;
}

START_TEST(the_reference_is_as_fast_as_itself)
{
    struct speed speed = measure("good", "good");
    ck_assert_uint_eq(speed.stopped_op, 0);
    ck_assert_uint_eq(speed.differing_op, 0);
    ck_assert_uint_ge(speed.n_rounds, 1);
    ck_assert_double_gt(speed.ratio, 0); // how far from 1 is a matter of the machine's load
    ck_assert_double_eq_tol(speed.ratio, speed.ops_per_second[0] / speed.ops_per_second[1], 1e-9);
}
END_TEST

START_TEST(a_slow_one_is_slow)
{
    struct speed speed = measure("slow", "good");
    ck_assert_uint_eq(speed.stopped_op, 0);
    ck_assert_uint_eq(speed.differing_op, 0);
    ck_assert_double_lt(speed.ops_per_second[SPEED_SUBMISSION], 50500);
}
END_TEST

START_TEST(without_a_reference_there_is_no_ratio)
{
    struct speed speed = measure("good", NULL);
    ck_assert_double_gt(speed.ops_per_second[SPEED_SUBMISSION], 0);
    ck_assert(isnan(speed.ratio));
}
END_TEST

START_TEST(another_pointer_is_reported_with_its_operation)
{
    struct speed speed = measure("looks at payloads", "good");
    ck_assert_uint_eq(speed.differing_op, 3);
    ck_assert_uint_ne(speed.differing_pointer, 0);
    ck_assert_uint_eq(speed.stopped_op, 0);
}
END_TEST

START_TEST(an_end_is_reported_with_its_slice)
{
    struct speed speed = measure("exits unseen", "good");
    ck_assert_uint_eq(speed.stopped_op, 1);
    ck_assert_int_eq(speed.news.event, WORKER_EXITED);
    ck_assert_int_eq(speed.news.exit_code, 4);
}
END_TEST

START_TEST(every_round_is_compared_not_only_the_first)
{
    struct speed speed = measure("cheats from the third round on", "good");
    ck_assert_uint_eq(speed.differing_op, 3);
}
END_TEST

START_TEST(a_broken_reference_is_the_harness_s_fault)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY), 2);
        measure("good", "does not load");
        _exit(0);
    }
    ck_assert_int_eq(wait_for_child(child), 2);
}
END_TEST

Suite *speed_suite(void)
{
    Suite *suite = suite_create("speed");
    TCase *tests = tcase_create("speed");
    tcase_set_timeout(tests, 60);
    if (can_confine("speed")) {
        tcase_add_unchecked_fixture(tests, build_all, remove_all);
        tcase_add_test(tests, the_reference_is_as_fast_as_itself);
        tcase_add_test(tests, a_slow_one_is_slow);
        tcase_add_test(tests, without_a_reference_there_is_no_ratio);
        tcase_add_test(tests, another_pointer_is_reported_with_its_operation);
        tcase_add_test(tests, an_end_is_reported_with_its_slice);
        tcase_add_test(tests, every_round_is_compared_not_only_the_first);
        tcase_add_test(tests, a_broken_reference_is_the_harness_s_fault);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
