// SPDX-License-Identifier: MIT
// What the golden machine costs an access: the whole pipeline, and a cache alone, on the gcc page
// trace, which is in memory before the clock starts. Says so when the trace is not at hand.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/vm/machine_file.h"

#define N_PLAYS 7

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double play_machine(const struct machine_settings *settings,
                           const struct access_trace *trace)
{
    struct machine *machine = machine_open(settings);
    uint64_t start = clock_ns();
    machine_run(machine, trace->records, trace->n_records);
    uint64_t ns = clock_ns() - start;
    machine_close(machine);
    return (double)ns;
}

static double play_cache(const struct machine_settings *settings, const struct access_trace *trace)
{
    struct cache cache;
    cache_open(&cache, &settings->caches[MACHINE_L1D]);
    uint64_t start = clock_ns();
    for (size_t i = 0; i < trace->n_records; i++) {
        cache_access(&cache, trace->records[i].address, trace->records[i].kind == ACCESS_WRITE);
    }
    uint64_t ns = clock_ns() - start;
    cache_close(&cache);
    return (double)ns;
}

static void measure(const char *title, const struct access_trace *trace,
                    const struct machine_settings *settings,
                    double (*play)(const struct machine_settings *, const struct access_trace *))
{
    double ns[N_PLAYS];
    for (int i = 0; i < N_PLAYS; i++) {
        ns[i] = play(settings, trace);
    }
    qsort(ns, N_PLAYS, sizeof ns[0], compare);
    printf("%-62s %6.1f million accesses a second\n", title,
           1e3 * (double)trace->n_records / ns[N_PLAYS / 2]);
}

/// The machine that the goals speak of: one level of TLB and cache, a walk through four tables.
static struct machine_settings small_machine(const struct machine_settings *full)
{
    struct machine_settings settings = *full;
    settings.tlbs[MACHINE_ITLB].sets = settings.tlbs[MACHINE_L2TLB].sets = 0;
    for (int i = MACHINE_L1I; i <= MACHINE_L3; i++) {
        settings.caches[i].sets = 0;
    }
    settings.walk_through_cache = false;
    return settings;
}

int main(void)
{
    struct access_trace trace;
    struct machine_settings full;
    struct error error;
    char *path = paths_in_root("../shared/traces/vm/page/gcc.trace.gz");
    if (access(path, R_OK) != 0) {
        puts("skipped: the gcc page trace is not at hand");
        free(path);
        return 0;
    }
    if (!access_trace_read(&trace, path, &(struct access_options){0}, 0, NULL, &error) ||
        !machine_find(&full, "core-i7", &error)) {
        die("%s", error.text);
    }
    struct machine_settings small = small_machine(&full);
    struct machine_settings limited = small;
    limited.n_frames = 128;
    measure("TLB 16x4, four levels, cache 64x8x64 B", &trace, &small, play_machine);
    measure("the same with 128 frames, LRU", &trace, &limited, play_machine);
    measure("core-i7: all TLBs and caches", &trace, &full, play_machine);
    measure("a cache of 64x8x64 B alone", &trace, &small, play_cache);
    access_trace_free(&trace);
    free(path);
    return 0;
}
