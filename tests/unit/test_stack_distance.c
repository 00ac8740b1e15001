// SPDX-License-Identifier: MIT
// Stack distances against a list that is searched, LRU's curve against LRU itself at every size.
#include <check.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"
#include "harness/vm/paging.h"
#include "harness/vm/stack_distance.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

struct use {
    uint64_t page;
    bool write;
};

/// A list of pages, the last used first.
struct model {
    uint64_t *pages;
    size_t n_pages;
};

/// Not ck_assert, which takes as long as everything else together.
static void expect(uint64_t seen, uint64_t expected)
{
    if (seen != expected) {
        ck_abort_msg("%" PRIu64 " instead of %" PRIu64, seen, expected);
    }
}

static uint64_t model_use(struct model *model, uint64_t page)
{
    size_t at = 0;
    while (at < model->n_pages && model->pages[at] != page) {
        at++;
    }
    bool is_new = at == model->n_pages;
    model->n_pages += is_new;
    memmove(model->pages + 1, model->pages, at * sizeof *model->pages);
    model->pages[0] = page;
    return is_new ? 0 : at + 1;
}

/// Pages near the last ones are likelier, so that all distances occur; some go far away.
static void make_string(struct random *random, struct use *uses, size_t n_uses, uint64_t n_pages)
{
    uint64_t page = 0;
    for (size_t i = 0; i < n_uses; i++) {
        if (random_below(random, 3) > 0) {
            page = (page + random_below(random, 4)) % n_pages;
        } else {
            page = random_below(random, n_pages);
        }
        uses[i] = (struct use){.page = page, .write = random_below(random, 4) == 0};
    }
}

START_TEST(distances_equal_places_in_a_list)
{
    enum { N_USES = 20000, N_PAGES = 1500 };
    struct random random = {test_seed(6)};
    struct use *uses = xcalloc(N_USES, sizeof *uses);
    struct model model = {.pages = xcalloc(N_PAGES + 1, sizeof *model.pages)};
    struct stack_distance *stack = stack_distance_open();
    make_string(&random, uses, N_USES, N_PAGES);
    for (size_t i = 0; i < N_USES; i++) {
        expect(stack_distance_use(stack, uses[i].page, uses[i].write),
               model_use(&model, uses[i].page));
    }
    stack_distance_close(stack);
    free(model.pages);
    free(uses);
}
END_TEST

static void check_size(const struct lru_curve *curve, uint32_t n_frames, const struct use *uses,
                       size_t n_uses)
{
    struct policy_settings settings = {.n_frames = n_frames};
    struct paging *paging = paging_open(policy_of(POLICY_LRU), &settings);
    for (size_t i = 0; i < n_uses; i++) {
        paging_use(paging, uses[i].page, uses[i].write, UINT64_MAX);
    }
    struct paging_counts counts = paging_counts(paging);
    ck_assert_uint_eq(lru_curve_faults(curve, n_frames), counts.n_faults);
    ck_assert_uint_eq(lru_curve_writebacks(curve, n_frames), counts.n_writebacks);
    ck_assert_uint_le(counts.n_faults, lru_curve_faults(curve, n_frames - 1));
    paging_close(paging);
}

START_TEST(the_curve_is_lru_at_every_size)
{
    enum { MAX_USES = 5000 };
    struct random random = {test_seed(7)};
    struct use *uses = xcalloc(MAX_USES, sizeof *uses);
    for (int round = 0; round < 8; round++) {
        struct stack_distance *stack = stack_distance_open();
        struct lru_curve curve;
        size_t n_uses = (size_t)random_between(&random, 1, MAX_USES);
        uint64_t n_writes = 0;
        make_string(&random, uses, n_uses, random_between(&random, 1, 70));
        for (size_t i = 0; i < n_uses; i++) {
            stack_distance_use(stack, uses[i].page, uses[i].write);
            n_writes += uses[i].write;
        }
        stack_distance_curve(stack, &curve);
        ck_assert_uint_eq(curve.n_uses, n_uses);
        ck_assert_uint_eq(lru_curve_faults(&curve, 0), n_uses);
        ck_assert_uint_eq(lru_curve_writebacks(&curve, 0), n_writes);
        for (uint32_t n_frames = 1; n_frames < curve.n_pages + 3; n_frames++) {
            check_size(&curve, n_frames, uses, n_uses);
        }
        lru_curve_free(&curve);
        stack_distance_close(stack);
    }
    free(uses);
}
END_TEST

/// The positions are packed about every 4000 uses: nothing gets lost in it, and memory does not
/// grow with uses.
START_TEST(many_uses_of_few_pages)
{
    enum { N_USES = 100000, N_PAGES = 7 };
    struct stack_distance *stack = stack_distance_open();
    struct lru_curve curve;
    size_t bytes_at_first = 0;
    for (uint64_t i = 0; i < N_USES; i++) {
        uint64_t distance = stack_distance_use(stack, i % N_PAGES, i % N_PAGES == 2);
        expect(distance, i < N_PAGES ? 0 : N_PAGES);
        bytes_at_first = i == N_PAGES ? mallinfo2().uordblks : bytes_at_first;
    }
    ck_assert_uint_eq(mallinfo2().uordblks, bytes_at_first);
    stack_distance_curve(stack, &curve);
    ck_assert_uint_eq(curve.n_pages, N_PAGES);
    ck_assert_uint_eq(lru_curve_faults(&curve, N_PAGES - 1), N_USES);
    ck_assert_uint_eq(lru_curve_faults(&curve, N_PAGES), N_PAGES);
    ck_assert_uint_eq(lru_curve_faults(&curve, UINT64_MAX), N_PAGES);
    ck_assert_uint_eq(lru_curve_writebacks(&curve, N_PAGES), 0);
    lru_curve_free(&curve);
    stack_distance_close(stack);
}
END_TEST

/// More pages than positions at first, each used twice.
START_TEST(positions_grow_with_the_pages)
{
    enum { N_PAGES = 20000 };
    struct stack_distance *stack = stack_distance_open();
    for (uint64_t i = 0; i < 2 * N_PAGES; i++) {
        uint64_t distance = stack_distance_use(stack, i % N_PAGES << 44, false);
        expect(distance, i < N_PAGES ? 0 : N_PAGES);
    }
    stack_distance_close(stack);
}
END_TEST

START_TEST(empty_and_extreme)
{
    struct stack_distance *stack = stack_distance_open();
    struct lru_curve curve;
    stack_distance_curve(stack, &curve);
    ck_assert_uint_eq(curve.n_pages, 0);
    ck_assert_uint_eq(lru_curve_faults(&curve, 3), 0);
    ck_assert_uint_eq(lru_curve_writebacks(&curve, 3), 0);
    lru_curve_free(&curve);
    ck_assert_uint_eq(stack_distance_use(stack, UINT64_MAX - 1, true), 0);
    ck_assert_uint_eq(stack_distance_use(stack, 0, true), 0);
    ck_assert_uint_eq(stack_distance_use(stack, UINT64_MAX - 1, false), 2);
    ck_assert_uint_eq(stack_distance_use(stack, UINT64_MAX - 1, false), 1);
    stack_distance_curve(stack, &curve);
    ck_assert_uint_eq(lru_curve_faults(&curve, 1), 3);
    ck_assert_uint_eq(lru_curve_writebacks(&curve, 1), 2);
    ck_assert_uint_eq(lru_curve_writebacks(&curve, 2), 0);
    lru_curve_free(&curve);
    stack_distance_close(stack);
    stack_distance_close(NULL);
}
END_TEST

Suite *stack_distance_suite(void)
{
    Suite *suite = suite_create("stack_distance");
    TCase *tests = tcase_create("distances");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, distances_equal_places_in_a_list);
    tcase_add_test(tests, the_curve_is_lru_at_every_size);
    tcase_add_test(tests, many_uses_of_few_pages);
    tcase_add_test(tests, positions_grow_with_the_pages);
    tcase_add_test(tests, empty_and_extreme);
    suite_add_tcase(suite, tests);
    return suite;
}
