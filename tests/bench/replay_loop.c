// SPDX-License-Identifier: MIT
// What the replay loop of the timed pass costs an operation, over an allocator that does nothing.
#include "harness/measure/speed.h"
#include "tests/bench/setup.h"

int main(void)
{
    struct trace trace;
    struct bench bench;
    bench_churn(&trace, 1000, 100000);
    bench_open(&bench, "tests/bench/null/mm.c", &trace);
    struct arena arena;
    arena_open(&arena, &bench.heap);
    arena_close(&arena);
    uint64_t *expected = xcalloc(trace.n_ops, sizeof *expected);
    for (size_t i = 0; i < trace.n_ops; i++) {
        expected[i] = trace.ops[i].kind == OP_ALLOC ? arena.base : 0;
    }
    struct speed_plan plan = {
        .sides = {&bench.plan, NULL}, .expected = expected, .budget_seconds = 1};
    struct speed speed;
    speed_measure(&plan, &speed);
    if (speed.n_rounds == 0) {
        die("the null allocator was not timed: it differs at operation %zu", speed.differing_op);
    }
    printf("%.1f ns an operation over a null allocator (%u rounds of %zu operations)\n",
           1e9 / speed.ops_per_second[SPEED_SUBMISSION], speed.n_rounds, trace.n_ops);
    free(expected);
    bench_close(&bench);
    trace_free(&trace);
    return 0;
}
