// SPDX-License-Identifier: MIT
// What the judge costs an operation, by the number of live blocks: the whole check pass over a
// churning trace, with payloads filled and verified, median of 5 plays.
#include "harness/base/clock.h"
#include "harness/heap/play.h"
#include "tests/bench/setup.h"

#define PLAYS 5

static int by_size(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static double measure_ns(const struct bench *bench, const struct trace *trace)
{
    double times_ns[PLAYS];
    for (int i = 0; i < PLAYS; i++) {
        struct session session;
        struct play play;
        struct play_plan plan = {.observe = true, .n_ops = trace->n_ops, .watch = LAYOUT_NO_SLOT};
        if (!session_open(&session, &bench->plan)) {
            die("the allocator does not load");
        }
        uint64_t start_ns = clock_ns();
        if (!play_trace(&play, &session, &plan)) {
            die("the allocator fails at operation %zu", play.breach.op);
        }
        times_ns[i] = (double)(clock_ns() - start_ns) / (double)trace->n_ops;
        play_free(&play);
        session_close(&session);
    }
    qsort(times_ns, PLAYS, sizeof *times_ns, by_size);
    return times_ns[PLAYS / 2];
}

int main(void)
{
    double first_ns = 0.0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t n_live = 1000; n_live <= 1000000; n_live *= 10) {
        struct trace trace;
        struct bench bench;
        bench_churn(&trace, n_live, n_live < 100000 ? 200000 : 2 * n_live);
        bench_open(&bench, "reference/malloc/segregated.c", &trace);
        double ns = measure_ns(&bench, &trace);
        first_ns = first_ns > 0.0 ? first_ns : ns;
        printf("%8zu live blocks: %7.0f ns an operation, %.2f times the first\n", n_live, ns,
               ns / first_ns);
        bench_close(&bench);
        trace_free(&trace);
    }
    return 0;
}
