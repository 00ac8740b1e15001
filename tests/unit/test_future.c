// SPDX-License-Identifier: MIT
// Next uses and working sets against models that search the whole string.
#include <check.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"
#include "harness/vm/future.h"
#include "harness/vm/working_set.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static uint64_t model_next_use(const uint64_t *pages, size_t n_uses, size_t use)
{
    for (size_t i = use + 1; i < n_uses; i++) {
        if (pages[i] == pages[use]) {
            return i;
        }
    }
    return FUTURE_NEVER;
}

static void check_future(const uint64_t *pages, size_t n_uses)
{
    struct future *future = future_open();
    for (size_t i = 0; i < n_uses; i++) {
        future_add(future, pages[i]);
    }
    future_ready(future);
    for (int run = 0; run < 2; run++) {
        for (size_t i = 0; i < n_uses; i++) {
            uint64_t next = future_next(future);
            if (next != model_next_use(pages, n_uses, i)) {
                ck_abort_msg("use %zu of %zu: %" PRIu64, i, n_uses, next);
            }
        }
        future_rewind(future);
    }
    future_close(future);
}

START_TEST(next_uses_of_short_strings)
{
    const uint64_t pages[] = {0, UINT64_MAX - 1, 0, 3, UINT64_MAX - 1, 0};
    for (size_t n_uses = 0; n_uses <= 6; n_uses++) {
        check_future(pages, n_uses);
    }
    future_close(NULL);
}
END_TEST

/// Around the file's block of 65,536 uses, and several of them; also half-read before a rewind.
START_TEST(next_uses_across_blocks)
{
    static const size_t lengths[] = {65535, 65536, 65537, 140000};
    struct random random = {test_seed(8)};
    uint64_t *pages = xcalloc(140000, sizeof *pages);
    for (size_t i = 0; i < 140000; i++) {
        pages[i] = random_below(&random, 50);
    }
    pages[10] = 1000; // next used two blocks on
    pages[135000] = 1000;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        check_future(pages, lengths[i]);
    }
    free(pages);
}
END_TEST

_Noreturn static void fill_disk(void)
{
    struct rlimit limit = {.rlim_cur = 4096, .rlim_max = 4096};
    signal(SIGXFSZ, SIG_IGN);
    if (freopen("/dev/null", "w", stderr) == NULL || setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        _exit(1);
    }
    struct future *future = future_open();
    for (uint64_t i = 0; i < 100000; i++) {
        future_add(future, i);
    }
    _exit(0);
}

START_TEST(a_full_disk_ends_the_program)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        fill_disk();
    }
    ck_assert_int_eq(wait_for_child(child), 2);
}
END_TEST

static size_t model_working_set(const uint64_t *pages, size_t end, uint64_t window)
{
    size_t first = end > window ? end - window : 0;
    size_t n_pages = 0;
    for (size_t i = first; i < end; i++) {
        n_pages += model_next_use(pages, end, i) == FUTURE_NEVER;
    }
    return n_pages;
}

static bool model_has(const uint64_t *pages, size_t end, uint64_t window, uint64_t page)
{
    for (size_t i = end > window ? end - window : 0; i < end; i++) {
        if (pages[i] == page) {
            return true;
        }
    }
    return false;
}

static void check_point(const uint64_t *pages, size_t n_uses, const struct working_set_point *point)
{
    uint64_t n_resident = 0;
    uint64_t n_faults = 0;
    for (size_t i = 0; i < n_uses; i++) {
        n_faults += !model_has(pages, i, point->window, pages[i]);
        n_resident += model_working_set(pages, i + 1, point->window);
    }
    ck_assert_uint_eq(point->n_faults, n_faults);
    ck_assert_double_eq_tol(point->mean_pages, (double)n_resident / (double)n_uses, 1e-9);
}

START_TEST(working_sets_equal_sets_that_are_counted)
{
    enum { N_USES = 200 };
    static const uint64_t windows[] = {1, 2, 3, 7, 20, 64, 199, 200, 201, UINT32_MAX};
    enum { N_WINDOWS = sizeof windows / sizeof windows[0] };
    struct random random = {test_seed(9)};
    for (int round = 0; round < 3; round++) {
        uint64_t pages[N_USES];
        struct working_set_point points[N_WINDOWS];
        struct working_set *set = working_set_open(windows, N_WINDOWS);
        uint64_t n_pages = random_between(&random, 1, 60);
        for (size_t i = 0; i < N_USES; i++) {
            pages[i] = random_below(&random, n_pages) * (UINT64_MAX / 64);
            working_set_use(set, pages[i]);
            if (i % 100 == 99) {
                working_set_points(set, points);
                for (size_t j = 0; j < N_WINDOWS; j++) {
                    ck_assert_uint_eq(points[j].window, windows[j]);
                    check_point(pages, i + 1, &points[j]);
                }
            }
        }
        working_set_close(set);
    }
}
END_TEST

START_TEST(the_working_set_of_nothing)
{
    const uint64_t windows[] = {4};
    struct working_set_point point;
    struct working_set *set = working_set_open(windows, 1);
    working_set_points(set, &point);
    ck_assert_uint_eq(point.n_faults, 0);
    ck_assert_double_eq(point.mean_pages, 0.0);
    working_set_close(set);
    working_set_close(NULL);
}
END_TEST

Suite *future_suite(void)
{
    Suite *suite = suite_create("future");
    TCase *tests = tcase_create("future and working set");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, next_uses_of_short_strings);
    tcase_add_test(tests, next_uses_across_blocks);
    tcase_add_test(tests, a_full_disk_ends_the_program);
    tcase_add_test(tests, working_sets_equal_sets_that_are_counted);
    tcase_add_test(tests, the_working_set_of_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
