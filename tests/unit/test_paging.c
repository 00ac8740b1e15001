// SPDX-License-Identifier: MIT
// Pages in frames: published strings and real traces to the last fault, thrashing, and the edges.
// The traces are those of ../shared/traces/vm/page; without them their tests say so and pass.
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"
#include "harness/vm/future.h"
#include "harness/vm/paging.h"
#include "harness/vm/stack_distance.h"
#include "tests/unit/suites.h"

#define TRACES "../shared/traces/vm/page/"
#define PAGE_BITS 12

static struct paging_counts run(const struct policy *policy, uint32_t n_frames,
                                const struct access *uses, size_t n_uses)
{
    struct policy_settings settings = {.n_frames = n_frames, .window = 10};
    struct paging *paging = paging_open(policy, &settings);
    struct future *future = future_open();
    for (size_t i = 0; i < n_uses && policy->needs_future; i++) {
        future_add(future, uses[i].address >> PAGE_BITS);
    }
    future_ready(future);
    for (size_t i = 0; i < n_uses; i++) {
        paging_use(paging, uses[i].address >> PAGE_BITS, uses[i].kind == ACCESS_WRITE,
                   policy->needs_future ? future_next(future) : UINT64_MAX);
    }
    struct paging_counts counts = paging_counts(paging);
    ck_assert_uint_eq(counts.n_uses, n_uses);
    ck_assert(paging_thrashes(paging) == (counts.n_thrashing > 0));
    future_close(future);
    paging_close(paging);
    return counts;
}

/// "7,0,1" as reads of those pages.
static size_t read_string(const char *string, struct access *uses)
{
    size_t n_uses = 0;
    for (const char *at = string; *at != '\0'; n_uses++) {
        char *end;
        uint64_t page = strtoull(at, &end, 10);
        uses[n_uses] = (struct access){.address = page << PAGE_BITS, .kind = ACCESS_READ};
        at = *end == ',' ? end + 1 : end;
    }
    return n_uses;
}

#define BELADY "1,2,3,4,1,2,5,1,2,3,4,5"
#define TWENTY "1,2,3,4,2,1,5,6,2,1,2,3,7,6,3,2,1,2,3,6"

/// Faults in the order of `policies_of_strings`; 0: not published.
static const char *const policies_of_strings[] = {"fifo", "lru", "opt", "clock"};
static const struct {
    const char *string;
    uint32_t n_frames;
    uint64_t faults[4];
} strings[] = {
    {BELADY, 3, {9, 10, 7, 9}},
    {BELADY, 4, {10, 8, 6, 10}},
    {"7,0,1,2,0,3,0,4,2,3,0,3,2,1,2,0,1,7,0,1", 3, {15, 12, 9, 14}},
    {"0,1,2,0,1,3,0,3,1,2,1", 3, {7, 5, 5, 7}},
    {"2,3,2,1,5,2,4,5,3,2,5,2", 3, {9, 7, 6, 8}},
    {TWENTY, 1, {20, 20, 20}},
    {TWENTY, 2, {18, 18, 15}},
    {TWENTY, 3, {16, 15, 11}},
    {TWENTY, 4, {14, 10, 8}},
    {TWENTY, 5, {10, 8, 7}},
    {TWENTY, 6, {10, 7, 7}},
    {TWENTY, 7, {7, 7, 7}},
};

START_TEST(published_strings)
{
    struct access uses[32];
    size_t n_uses = read_string(strings[_i].string, uses);
    for (size_t i = 0; i < 4; i++) {
        const struct policy *policy = policy_find(policies_of_strings[i]);
        uint64_t n_faults = run(policy, strings[_i].n_frames, uses, n_uses).n_faults;
        ck_assert_msg(strings[_i].faults[i] == 0 || n_faults == strings[_i].faults[i],
                      "%s, %s, %u frames: %" PRIu64 " faults", strings[_i].string, policy->name,
                      strings[_i].n_frames, n_faults);
    }
}
END_TEST

/// One entry of faults_4k.txt: "LRU F=4 faults 243809 writebacks 43187".
static void check_entry(const struct access_trace *trace, const struct lru_curve *curve,
                        const char *entry)
{
    char name[8];
    uint32_t n_frames;
    uint64_t n_faults, n_writebacks;
    int n = sscanf(entry, "%7s F=%" SCNu32 " faults %" SCNu64 " writebacks %" SCNu64, name,
                   &n_frames, &n_faults, &n_writebacks);
    ck_assert_msg(n == 4, "%s", entry);
    for (char *letter = name; *letter != '\0'; letter++) {
        *letter = (char)(*letter - 'A' + 'a');
    }
    const struct policy *policy = policy_find(name);
    struct paging_counts counts = run(policy, n_frames, trace->records, trace->n_records);
    ck_assert_msg(counts.n_faults == n_faults, "%s: %" PRIu64 " faults", entry, counts.n_faults);
    // OPT's write-backs depend on how ties are broken.
    ck_assert_msg(policy->needs_future || counts.n_writebacks == n_writebacks,
                  "%s: %" PRIu64 " write-backs", entry, counts.n_writebacks);
    if (policy->id == POLICY_LRU) {
        ck_assert_uint_eq(lru_curve_faults(curve, n_frames), n_faults);
        ck_assert_uint_eq(lru_curve_writebacks(curve, n_frames), n_writebacks);
    }
}

static void check_trace(const char *name)
{
    struct access_trace trace;
    struct error error;
    struct lru_curve curve;
    char *path = xasprintf(TRACES "%s.trace.gz", name);
    struct access_options options = {.page_bits = 0};
    ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
    struct stack_distance *stack = stack_distance_open();
    for (size_t i = 0; i < trace.n_records; i++) {
        stack_distance_use(stack, trace.records[i].address >> PAGE_BITS,
                           trace.records[i].kind == ACCESS_WRITE);
    }
    stack_distance_curve(stack, &curve);
    char line[512];
    size_t n_entries = 0;
    FILE *file = fopen(TRACES "faults_4k.txt", "r");
    while (fgets(line, sizeof line, file) != NULL) {
        char *entries = strchr(line, ' ') + 1;
        if (strncmp(line, name, strlen(name)) == 0) {
            for (char *entry = strtok(entries, ";\n"); entry != NULL; entry = strtok(NULL, ";\n")) {
                check_entry(&trace, &curve, entry);
                n_entries++;
            }
        }
    }
    ck_assert_uint_eq(n_entries, 40);
    fclose(file);
    lru_curve_free(&curve);
    stack_distance_close(stack);
    access_trace_free(&trace);
    free(path);
}

START_TEST(real_traces)
{
    static const char *const names[] = {"gcc", "sixpack"};
    if (access(TRACES "faults_4k.txt", R_OK) != 0) {
        printf("skipped: no " TRACES "\n");
        return;
    }
    check_trace(names[_i]);
}
END_TEST

/// Reads of pages 0 .. n_pages - 1, over and over.
static void fill_loop(struct access *uses, size_t n_uses, uint64_t n_pages)
{
    for (size_t i = 0; i < n_uses; i++) {
        uses[i] = (struct access){.address = i % n_pages << PAGE_BITS, .kind = ACCESS_READ};
    }
}

START_TEST(a_loop_over_one_page_too_many_thrashes)
{
    static struct access uses[5 * PAGING_WINDOW + 1];
    size_t n_uses = sizeof uses / sizeof uses[0];
    fill_loop(uses, n_uses, 51);
    struct paging_counts counts = run(policy_of(POLICY_LRU), 50, uses, n_uses);
    ck_assert_uint_eq(counts.n_refaults, n_uses - 51);
    ck_assert_uint_eq(counts.n_windows, 6);
    ck_assert_uint_eq(counts.n_thrashing, 5); // the sixth has one use
    ck_assert_uint_eq(run(policy_of(POLICY_LRU), 51, uses, n_uses).n_thrashing, 0);
    // OPT keeps 49 of 51 pages from one round to the next.
    ck_assert_uint_eq(run(policy_of(POLICY_OPT), 50, uses, n_uses).n_thrashing, 0);
}
END_TEST

START_TEST(half_of_a_window_is_not_enough)
{
    static struct access uses[PAGING_WINDOW];
    for (size_t n_refaults = PAGING_WINDOW / 2; n_refaults < PAGING_WINDOW / 2 + 2; n_refaults++) {
        size_t n_loop = 3 + n_refaults;
        fill_loop(uses, n_loop, 3);
        for (size_t i = n_loop; i < PAGING_WINDOW; i++) {
            uses[i] = uses[n_loop - 1];
        }
        struct paging_counts counts = run(policy_of(POLICY_LRU), 2, uses, PAGING_WINDOW);
        ck_assert_uint_eq(counts.n_refaults, n_refaults);
        ck_assert_uint_eq(counts.n_thrashing, n_refaults > PAGING_WINDOW / 2);
    }
}
END_TEST

START_TEST(first_uses_are_no_thrashing)
{
    static struct access uses[3 * PAGING_WINDOW];
    size_t n_uses = sizeof uses / sizeof uses[0];
    fill_loop(uses, n_uses, n_uses);
    struct paging_counts counts = run(policy_of(POLICY_LRU), 2, uses, n_uses);
    ck_assert_uint_eq(counts.n_faults, n_uses);
    ck_assert_uint_eq(counts.n_refaults, 0);
    ck_assert_uint_eq(counts.n_thrashing, 0);
}
END_TEST

/// A window is at least four uses for each frame, and more than half of it must fault again.
START_TEST(windows_grow_with_the_frames)
{
    static struct access uses[2 * 4 * 500];
    fill_loop(uses, 2000, 501);
    fill_loop(uses + 2000, 2000, 500);
    struct paging_counts counts = run(policy_of(POLICY_LRU), 500, uses, 4000);
    ck_assert_uint_eq(counts.n_windows, 2);
    ck_assert_uint_eq(counts.n_thrashing, 1);
}
END_TEST

START_TEST(a_short_trace_is_one_window)
{
    static const struct {
        size_t n_uses;
        uint64_t n_thrashing;
    } cases[] = {{0, 0}, {3, 0}, {6, 0}, {7, 1}, {40, 1}};
    struct access uses[40];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fill_loop(uses, cases[i].n_uses, 3);
        struct paging_counts counts = run(policy_of(POLICY_FIFO), 2, uses, cases[i].n_uses);
        ck_assert_uint_eq(counts.n_windows, cases[i].n_uses > 0);
        ck_assert_uint_eq(counts.n_thrashing, cases[i].n_thrashing);
    }
}
END_TEST

START_TEST(the_ends_of_the_range)
{
    const uint64_t pages[] = {0, UINT64_MAX - 1, 0, UINT64_C(1) << 63, UINT64_MAX - 1};
    for (const struct policy *const *policy = policies; *policy != NULL; policy++) {
        for (uint32_t n_frames = 1; n_frames <= 1000; n_frames *= 1000) {
            struct policy_settings settings = {.n_frames = n_frames, .window = 1};
            struct paging *paging = paging_open(*policy, &settings);
            struct paging_outcome outcome;
            for (size_t i = 0; i < 5; i++) {
                outcome = paging_use(paging, pages[i], i == 3, UINT64_MAX);
            }
            ck_assert_uint_eq(paging_counts(paging).n_faults, n_frames == 1 ? 5 : 3);
            ck_assert_uint_eq(paging_counts(paging).n_writebacks, n_frames == 1);
            ck_assert_uint_eq(outcome.frame, n_frames != 1);
            ck_assert_uint_eq(paging_page(paging, outcome.frame, NULL), UINT64_MAX - 1);
            paging_close(paging);
        }
    }
    paging_close(NULL);
}
END_TEST

Suite *paging_suite(void)
{
    Suite *suite = suite_create("paging");
    TCase *tests = tcase_create("strings");
    tcase_add_loop_test(tests, published_strings, 0, (int)(sizeof strings / sizeof strings[0]));
    tcase_add_test(tests, a_loop_over_one_page_too_many_thrashes);
    tcase_add_test(tests, half_of_a_window_is_not_enough);
    tcase_add_test(tests, first_uses_are_no_thrashing);
    tcase_add_test(tests, windows_grow_with_the_frames);
    tcase_add_test(tests, a_short_trace_is_one_window);
    tcase_add_test(tests, the_ends_of_the_range);
    suite_add_tcase(suite, tests);
    TCase *traces = tcase_create("traces");
    tcase_set_timeout(traces, 300);
    tcase_set_tags(traces, "statistics");
    tcase_add_loop_test(traces, real_traces, 0, 2);
    suite_add_tcase(suite, traces);
    return suite;
}
