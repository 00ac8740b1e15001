// SPDX-License-Identifier: MIT
// What page replacement costs: each policy over the gcc page trace at 128 frames, LRU's whole
// curve, the working-set curve, the future for OPT. Median of 5 runs over records in memory.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/clock.h"
#include "harness/vm/future.h"
#include "harness/vm/paging.h"
#include "harness/vm/stack_distance.h"
#include "harness/vm/working_set.h"

#define TRACE "../shared/traces/vm/page/gcc.trace.gz"
#define PAGE_BITS 12
#define RUNS 5

static int by_size(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static void print_times(const char *what, uint64_t *times_ns, size_t n_uses)
{
    qsort(times_ns, RUNS, sizeof *times_ns, by_size);
    double median_ns = (double)times_ns[RUNS / 2];
    printf("%-32s %6.1f million uses a second, %6.3f s\n", what, (double)n_uses * 1e3 / median_ns,
           median_ns / 1e9);
}

static uint64_t page_of(const struct access *record)
{
    return record->address >> PAGE_BITS;
}

static uint64_t time_future(const struct access_trace *trace, struct future **future)
{
    uint64_t start_ns = clock_ns();
    *future = future_open();
    for (size_t i = 0; i < trace->n_records; i++) {
        future_add(*future, page_of(&trace->records[i]));
    }
    future_ready(*future);
    return clock_ns() - start_ns;
}

static uint64_t time_policy(const struct access_trace *trace, const struct policy *policy,
                            struct future *future)
{
    struct policy_settings settings = {.n_frames = 128, .window = 1000, .seed = 1};
    struct paging *paging = paging_open(policy, &settings);
    future_rewind(future);
    uint64_t start_ns = clock_ns();
    for (size_t i = 0; i < trace->n_records; i++) {
        const struct access *record = &trace->records[i];
        paging_use(paging, page_of(record), record->kind == ACCESS_WRITE,
                   policy->needs_future ? future_next(future) : UINT64_MAX);
    }
    uint64_t time_ns = clock_ns() - start_ns;
    paging_close(paging);
    return time_ns;
}

static uint64_t time_curve(const struct access_trace *trace)
{
    struct lru_curve curve;
    uint64_t start_ns = clock_ns();
    struct stack_distance *stack = stack_distance_open();
    for (size_t i = 0; i < trace->n_records; i++) {
        const struct access *record = &trace->records[i];
        stack_distance_use(stack, page_of(record), record->kind == ACCESS_WRITE);
    }
    stack_distance_curve(stack, &curve);
    stack_distance_close(stack);
    lru_curve_free(&curve);
    return clock_ns() - start_ns;
}

static uint64_t time_working_set(const struct access_trace *trace)
{
    uint64_t windows[20];
    struct working_set_point points[20];
    for (size_t i = 0; i < 20; i++) {
        windows[i] = UINT64_C(1) << i;
    }
    uint64_t start_ns = clock_ns();
    struct working_set *set = working_set_open(windows, 20);
    for (size_t i = 0; i < trace->n_records; i++) {
        working_set_use(set, page_of(&trace->records[i]));
    }
    working_set_points(set, points);
    working_set_close(set);
    return clock_ns() - start_ns;
}

static void measure(const struct access_trace *trace)
{
    uint64_t times_ns[RUNS];
    struct future *future = NULL;
    for (int i = 0; i < RUNS; i++) {
        future_close(future);
        times_ns[i] = time_future(trace, &future);
    }
    print_times("future for OPT", times_ns, trace->n_records);
    for (const struct policy *const *policy = policies; *policy != NULL; policy++) {
        for (int i = 0; i < RUNS; i++) {
            times_ns[i] = time_policy(trace, *policy, future);
        }
        print_times((*policy)->name, times_ns, trace->n_records);
    }
    future_close(future);
    for (int i = 0; i < RUNS; i++) {
        times_ns[i] = time_curve(trace);
    }
    print_times("LRU, all numbers of frames", times_ns, trace->n_records);
    for (int i = 0; i < RUNS; i++) {
        times_ns[i] = time_working_set(trace);
    }
    print_times("working set, 20 windows", times_ns, trace->n_records);
}

int main(void)
{
    struct access_trace trace;
    struct access_options options = {.page_bits = PAGE_BITS};
    struct error error;
    if (access(TRACE, R_OK) != 0) {
        puts("skipped: no " TRACE);
        return 0;
    }
    if (!access_trace_read(&trace, TRACE, &options, 0, NULL, &error)) {
        die("%s", error.text);
    }
    measure(&trace);
    access_trace_free(&trace);
    return 0;
}
