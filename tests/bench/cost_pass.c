// SPDX-License-Identifier: MIT
// What the cost pass takes, and what it says beside wall time.
//
//   cost_pass               the cost pass over the shipped traces, in check passes
//   cost_pass --rows gcc    a row for each reference and trace, for tests/bench/calibrate.sh:
//                           reference, trace, ns an operation, then the events an operation in the
//                           order of enum ring_event. Or clang.
//   cost_pass --weights     what an event costs, in the same order
#include <glob.h>
#include <math.h>
#include <string.h>

#include "harness/base/clock.h"
#include "harness/heap/play.h"
#include "harness/measure/cost.h"
#include "harness/measure/cost_machine.h"
#include "harness/measure/speed.h"
#include "tests/bench/setup.h"

#define WALL_SECONDS 0.1
#define LEAST_OPS 1000 // of fewer operations wall time is mostly that of one command of the ring

/// One allocator, built plainly and instrumented.
struct pair {
    struct bench plain, instrumented;
};

struct figures {
    double check_seconds, cost_seconds;
    double wall_ns; ///< an operation
    struct cost cost;
};

static void find_files(glob_t *found, const char *const *patterns)
{
    *found = (glob_t){0};
    for (int i = 0; patterns[i] != NULL; i++) {
        char *path = paths_in_root(patterns[i]);
        glob(path, i == 0 ? 0 : GLOB_APPEND, NULL, found);
        free(path);
    }
}

static const char *stem(const char *path)
{
    static char name[2][128];
    static int turn;
    const char *slash = strrchr(path, '/');
    turn = 1 - turn;
    snprintf(name[turn], sizeof name[turn], "%s", slash == NULL ? path : slash + 1);
    name[turn][strcspn(name[turn], ".")] = '\0';
    return name[turn];
}

static void open_pair(struct pair *pair, const char *source, char *compiler)
{
    // bench_open takes paths from the project's root.
    const char *relative = strstr(source, "reference/malloc/");
    bench_open_built(&pair->plain, relative, NULL, compiler, false);
    bench_open_built(&pair->instrumented, relative, NULL, compiler, true);
}

static void close_pair(struct pair *pair)
{
    bench_close(&pair->plain);
    bench_close(&pair->instrumented);
}

static uint64_t *check(const struct session_plan *plan, double *seconds)
{
    struct session session;
    struct play play;
    struct play_plan how = {.observe = true, .n_ops = plan->trace->n_ops, .watch = LAYOUT_NO_SLOT};
    uint64_t start_ns = clock_ns();
    if (!session_open(&session, plan) || !play_trace(&play, &session, &how)) {
        die("an allocator fails on %s", plan->trace->path);
    }
    *seconds = (double)(clock_ns() - start_ns) / 1e9;
    uint64_t *pointers = play.pointers;
    play.pointers = NULL;
    play_free(&play);
    session_close(&session);
    return pointers;
}

static void measure(struct pair *pair, const struct trace *trace, bool wall,
                    struct figures *figures)
{
    struct ring_machine machine;
    cost_machine_find(cost_machines[0].name, &machine);
    pair->plain.plan.trace = trace;
    pair->instrumented.plan.trace = trace;
    uint64_t *pointers = check(&pair->plain.plan, &figures->check_seconds);
    uint64_t start_ns = clock_ns();
    cost_measure(&(struct cost_plan){.session = &pair->instrumented.plan,
                                     .machine = &machine,
                                     .expected = pointers},
                 &figures->cost);
    figures->cost_seconds = (double)(clock_ns() - start_ns) / 1e9;
    if (figures->cost.cycles == 0) {
        die("no cost on %s: operation %zu, event %d", trace->path,
            figures->cost.stopped_op + figures->cost.differing_op, figures->cost.news.event);
    }
    if (wall) {
        struct speed speed;
        speed_measure(&(struct speed_plan){.sides = {&pair->plain.plan, NULL},
                                           .expected = pointers,
                                           .budget_seconds = WALL_SECONDS},
                      &speed);
        figures->wall_ns = 1e9 / speed.ops_per_second[SPEED_SUBMISSION];
    }
    free(pointers);
}

static void print_row(const char *source, const struct trace *trace, const struct figures *figures)
{
    printf("%s %s %.2f", stem(source), stem(trace->path), figures->wall_ns);
    for (int event = 0; event < RING_EVENTS; event++) {
        printf(" %.4f", (double)figures->cost.events[event] / (double)trace->n_ops);
    }
    printf("\n");
}

/// Each of `sources` over each of `traces`; prints rows or sums up.
static void run(const glob_t *sources, const glob_t *traces, char *compiler, bool rows)
{
    for (size_t i = 0; i < sources->gl_pathc; i++) {
        struct pair pair;
        struct figures sum = {0};
        open_pair(&pair, sources->gl_pathv[i], compiler);
        for (size_t j = 0; j < traces->gl_pathc; j++) {
            struct trace trace;
            struct error error;
            struct figures figures = {0};
            if (!trace_read(&trace, traces->gl_pathv[j], &error)) {
                die("%s", error.text);
            }
            bool is_row = rows && trace.n_ops >= LEAST_OPS;
            measure(&pair, &trace, is_row, &figures);
            if (is_row) {
                print_row(sources->gl_pathv[i], &trace, &figures);
            }
            sum.check_seconds += figures.check_seconds;
            sum.cost_seconds += figures.cost_seconds;
            trace_free(&trace);
        }
        if (!rows) {
            printf("%s: check pass %.2f s, cost pass %.2f s, %.1f times\n",
                   stem(sources->gl_pathv[i]), sum.check_seconds, sum.cost_seconds,
                   sum.cost_seconds / sum.check_seconds);
        }
        close_pair(&pair);
    }
}

static void print_weights(void)
{
    for (int event = 0; event < RING_EVENTS; event++) {
        printf("%s%u", event == 0 ? "" : " ", cost_machines[0].cycles[event]);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static char gcc[] = "gcc";
    static const char *const all[] = {"reference/malloc/*.c", NULL};
    static const char *const two[] = {"reference/malloc/segregated.c",
                                      "reference/malloc/explicit_lifo.c", NULL};
    static const char *const shipped[] = {"traces/malloc/*.rep", "traces/malloc/recorded/*.rep",
                                          NULL};
    bool rows = argc == 3 && strcmp(argv[1], "--rows") == 0;
    if (argc == 2 && strcmp(argv[1], "--weights") == 0) {
        print_weights();
        return 0;
    }
    glob_t sources, traces;
    setvbuf(stdout, NULL, _IOLBF, 0);
    find_files(&sources, rows ? all : two);
    find_files(&traces, shipped);
    run(&sources, &traces, rows ? argv[2] : gcc, rows);
    globfree(&sources);
    globfree(&traces);
    return 0;
}
