// SPDX-License-Identifier: MIT
// What judging costs: the reference TLB and page table as a submission, over the gcc page trace on
// the core-i7's pages and a TLB of 16x4. Says so when the trace is not at hand.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/scratch.h"
#include "harness/modules/trial.h"
#include "harness/sandbox/build.h"

#define N_PLAYS 5
#define JUDGED (1u << MODULE_TLB | 1u << MODULE_PAGETABLE)

/// Copies a reference into the submission's folder.
static void take(const char *folder, const char *reference, const char *name)
{
    char *from = paths_in_root(reference);
    char *to = xasprintf("%s/%s", folder, name);
    FILE *in = fopen(from, "r");
    FILE *out = fopen(to, "w");
    if (in == NULL || out == NULL) {
        die("%s: %s", from, strerror(errno));
    }
    for (int c; (c = getc(in)) != EOF;) {
        putc(c, out);
    }
    fclose(in);
    fclose(out);
    free(from);
    free(to);
}

static void build_both(struct build *build, struct build_plan *plan, const char *folder)
{
    static char optimise[] = "-O2";
    static char *flags[] = {optimise};
    static const char *const wanted[] = {"tlb_lookup", "pt_walk", NULL};
    static const struct build_settings settings = {.compiler = (char *)"gcc",
                                                   .flags = flags,
                                                   .n_flags = 1,
                                                   .entry = (char *)"tlb.c pagetable.c"};
    struct build_result result;
    struct error error;
    *plan = (struct build_plan){.submission = folder,
                                .settings = &settings,
                                .headers = paths_in_root("student_template/vm"),
                                .wanted = wanted,
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

static int by_size(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static double play(const struct module_trial *trial)
{
    struct case_result result = {.status = STATUS_SKIPPED};
    struct error error;
    uint64_t start_ns = clock_ns();
    if (!module_trial_run(trial, &result, &error) || result.status != STATUS_PASSED) {
        die("the references did not pass");
    }
    double seconds = (double)(clock_ns() - start_ns) / 1e9;
    free(result.metrics);
    return seconds;
}

int main(void)
{
    char *path = paths_in_root("../shared/traces/vm/page/gcc.trace.gz");
    if (access(path, R_OK) != 0) {
        puts("skipped: the gcc page trace is not at hand");
        return 0;
    }
    struct access_trace trace;
    struct access_options options = {.page_bits = 12};
    struct module_settings settings = {.machine = (char *)"core-i7",
                                       .common = {.tlb = (char *)"16x4"}};
    struct machine_settings base;
    struct module_config config;
    struct error error;
    char reason[256];
    if (!access_trace_read(&trace, path, &options, SIZE_MAX, NULL, &error) ||
        !module_config_base(&base, &settings, &error) ||
        !module_config_make(&config, &settings, &base, 0, JUDGED, reason, sizeof reason)) {
        die("%s", error.text);
    }
    struct build build;
    struct build_plan build_plan;
    char *folder = scratch_make();
    take(folder, "reference/tlb/lru.c", "tlb.c");
    take(folder, "reference/pagetable/k_level.c", "pagetable.c");
    build_both(&build, &build_plan, folder);
    struct module_trial trial = {
        .trace = &trace,
        .n_records = trace.n_records,
        .config = &config,
        .judged = JUDGED,
        .plan = {.library = build.library, .call_seconds = 10, .total_seconds = 600}};
    double seconds[N_PLAYS];
    for (int i = 0; i < N_PLAYS; i++) {
        seconds[i] = play(&trial);
    }
    qsort(seconds, N_PLAYS, sizeof *seconds, by_size);
    printf("%.2f s to judge a TLB and a page table over %zu accesses\n", seconds[N_PLAYS / 2],
           trace.n_records);
    build_remove(&build);
    scratch_remove(folder);
    return 0;
}
