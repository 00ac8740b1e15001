// SPDX-License-Identifier: MIT
// What the benches share: an allocator built as a submission is, settings, traces in memory.
#ifndef MMGRADE_TESTS_BENCH_SETUP_H
#define MMGRADE_TESTS_BENCH_SETUP_H

#include <stdio.h>
#include <stdlib.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/heap/session.h"
#include "harness/sandbox/build.h"

struct bench {
    struct build_settings build_settings;
    struct build_plan build_plan;
    struct build build;
    struct build_result build_result;
    struct heap_settings heap;
    struct session_plan plan;
};

/// Builds the allocator `source`, from the project's root; dies when it cannot.
static inline void bench_open_built(struct bench *bench, const char *source,
                                    const struct trace *trace, char *compiler, bool instrumented)
{
    static char entry[] = "mm.c";
    static char optimise[] = "-O2";
    static char *flags[] = {optimise};
    struct error error;
    *bench = (struct bench){
        .build_settings = {.compiler = compiler, .flags = flags, .n_flags = 1, .entry = entry},
        .heap = {.alignment = 16, .max_bytes = 512u << 20, .fresh = HEAP_FRESH_ZEROS},
    };
    bench->build_plan = (struct build_plan){
        .submission = paths_in_root(source),
        .settings = &bench->build_settings,
        .headers = paths_in_root("student_template/malloc"),
        .instrumented = instrumented,
        .alignment = 16,
        .seconds = 30,
    };
    if (!build_start(&bench->build, &bench->build_plan, &error)) {
        die("%s", error.text);
    }
    build_finish(&bench->build, &bench->build_result);
    if (!bench->build_result.ok) {
        die("%s", bench->build_result.output);
    }
    bench->plan = (struct session_plan){
        .trace = trace,
        .settings = &bench->heap,
        .library = bench->build.library,
        .contract = &bench->build.collection.contract,
        .call_seconds = 60,
        .total_seconds = 600,
    };
}

static inline void bench_open(struct bench *bench, const char *source, const struct trace *trace)
{
    static char compiler[] = "gcc";
    bench_open_built(bench, source, trace, compiler, false);
}

static inline void bench_close(struct bench *bench)
{
    build_remove(&bench->build);
}

/// A trace of `n_live` allocations, then `n_pairs` times a free and an allocation of a random
/// block.
static inline void bench_churn(struct trace *trace, size_t n_live, size_t n_pairs)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *file = open_memstream(&text, &n_bytes);
    uint64_t random = 1;
    fprintf(file, "1000\n%zu\n%zu\n1\n", n_live, n_live + 2 * n_pairs);
    for (size_t i = 0; i < n_live + n_pairs; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t id = i < n_live ? i : (size_t)(random >> 33) % n_live;
        if (i >= n_live) {
            fprintf(file, "f %zu\n", id);
        }
        fprintf(file, "a %zu %llu\n", id, 16 + (unsigned long long)(random >> 40) % 112);
    }
    fclose(file);
    struct error error;
    if (!trace_parse(trace, "churn.rep", text, n_bytes, &error)) {
        die("%s", error.text);
    }
    free(text);
}

#endif
