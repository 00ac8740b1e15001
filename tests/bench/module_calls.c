// SPDX-License-Identifier: MIT
// What a call of a module costs the judge, and a question within it, when the module does nothing.
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/paths.h"
#include "harness/modules/session.h"
#include "harness/sandbox/build.h"

#define N_CALLS 200000
#define N_ROUNDS 5
#define READS_A_WALK 4

/// Compiles the null modules; dies when it cannot.
static void build_null(struct build *build, struct build_plan *plan)
{
    static char optimise[] = "-O2";
    static char *flags[] = {optimise};
    static const struct build_settings settings = {
        .compiler = (char *)"gcc", .flags = flags, .n_flags = 1, .entry = (char *)"modules.c"};
    struct build_result result;
    struct error error;
    *plan = (struct build_plan){.submission = paths_in_root("tests/bench/null/modules.c"),
                                .settings = &settings,
                                .headers = paths_in_root("student_template/vm"),
                                .alignment = 16,
                                .seconds = 30};
    if (!build_start(build, plan, &error)) {
        die("%s", error.text);
    }
    build_finish(build, &result);
    if (!result.ok) {
        die("%s", result.output);
    }
}

static bool answer(void *context, const struct module_question *question, uint64_t *value)
{
    (void)context;
    *value = question->arguments[0];
    return true;
}

static int by_size(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

/// The median of what one call of `function` takes, in microseconds.
static double call_us(struct module_session *session, enum ring_function_number function,
                      unsigned n_arguments)
{
    const uint64_t arguments[4] = {1, 2, 0, 0};
    double us[N_ROUNDS];
    for (int round = 0; round < N_ROUNDS; round++) {
        uint64_t start_ns = clock_ns();
        for (int i = 0; i < N_CALLS; i++) {
            if (!module_call(session, function, arguments, n_arguments)) {
                die("the null modules have stopped, event %d", (int)session->news.event);
            }
        }
        us[round] = (double)(clock_ns() - start_ns) / 1e3 / N_CALLS;
    }
    qsort(us, N_ROUNDS, sizeof *us, by_size);
    return us[N_ROUNDS / 2];
}

int main(void)
{
    struct build build;
    struct build_plan build_plan;
    build_null(&build, &build_plan);
    struct module_session session;
    struct module_plan plan = {.library = build.library, .call_seconds = 10, .total_seconds = 600};
    if (!module_open(&session, &plan, answer, NULL)) {
        die("the null modules do not load");
    }
    double lookup_us = call_us(&session, RING_TLB_LOOKUP, 2);
    double walk_us = call_us(&session, RING_PT_WALK, 4);
    printf("%.2f us a call (tlb_lookup), %.2f us a question (phys_read64 in pt_walk)\n", lookup_us,
           (walk_us - lookup_us) / READS_A_WALK);
    module_close(&session);
    build_remove(&build);
    return 0;
}
