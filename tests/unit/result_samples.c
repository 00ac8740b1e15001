// SPDX-License-Identifier: MIT
// Result trees that tests/unit/test_reports.c prints.
#include "tests/unit/result_samples.h"

#include <math.h>

#include "grading/score.h"
#include "harness/base/memory.h"

struct criterion sample_criteria[3] = {
    {.kind = CRITERION_CORRECTNESS, .name = "correctness", .points = 40, .full = 1},
    {.kind = CRITERION_UTILIZATION,
     .name = "utilization",
     .points = 35,
     .none = 0.55,
     .full = 0.94},
    {.kind = CRITERION_THROUGHPUT, .name = "throughput", .points = 25, .none = 0.1, .full = 0.95},
};

struct case_result *sample_add_case(struct result *result, const char *trace, enum status status)
{
    result->cases = xreallocarray(result->cases, result->n_cases + 1, sizeof *result->cases);
    struct case_result *one = &result->cases[result->n_cases++];
    *one = (struct case_result){.trace = xstrdup(trace),
                                .weight = 1,
                                .status = status,
                                .counts_utilization = true,
                                .counts_speed = true};
    return one;
}

void sample_add_metrics(struct metric **metrics, size_t *n_metrics, double utilization,
                        double internal, double external, double ops, double ratio)
{
    metric_add(metrics, n_metrics, METRIC_UTILIZATION, "ratio", utilization, 0.91);
    metric_add(metrics, n_metrics, METRIC_INTERNAL_FRAG, "ratio", internal, NAN);
    metric_add(metrics, n_metrics, METRIC_EXTERNAL_FRAG, "ratio", external, NAN);
    metric_add(metrics, n_metrics, METRIC_OPS, "ops", ops, NAN);
    metric_add(metrics, n_metrics, METRIC_SPEED, "ops/s", ratio * 2.5e7, 2.5e7);
    metric_add(metrics, n_metrics, METRIC_SPEED_RATIO, "ratio", ratio, NAN);
    metric_add(metrics, n_metrics, METRIC_THROUGHPUT, "ratio", ratio, NAN);
    metric_add(metrics, n_metrics, METRIC_SPEED_SPREAD, "ratio", 0.04, NAN);
}

struct result sample_empty(void)
{
    return (struct result){
        .lab = xstrdup("malloc"),
        .submission = xstrdup("mm.c"),
        .rubric = xstrdup("grading/rubrics/malloc.yaml"),
        .build = {.ok = true,
                  .compiler = xstrdup("gcc (Debian 12.2.0-14) 12.2.0"),
                  .command = xstrdup("gcc -std=gnu17 -O2 -shared -o mm.so mm.c"),
                  .files = xstrdup("mm.c"),
                  .isolation = xstrdup("bubblewrap")},
    };
}

void sample_score(struct result *result)
{
    struct rubric rubric = {
        .criteria = sample_criteria, .n_criteria = 3, .settings.speed.enabled = true};
    score_result(&rubric, result);
}

struct result sample_passing(void)
{
    struct result result = sample_empty();
    struct case_result *one = sample_add_case(&result, "cc1.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.941, 0.032, 0.027, 72668, 0.93);
    one = sample_add_case(&result, "binary.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.548, 0.019, 0.433, 12000, 0.41);
    one = sample_add_case(&result, "short1.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.881, 0.1, 0.019, 12, 0.032);
    metric_add(&result.metrics, &result.n_metrics, METRIC_UTILIZATION, "ratio", 0.79, NAN);
    metric_add(&result.metrics, &result.n_metrics, METRIC_THROUGHPUT, "ratio", 0.23, NAN);
    sample_score(&result);
    return result;
}

static struct verdict make_verdict(const char *code, const char *op_text, const char *message)
{
    return (struct verdict){.code = code,
                            .op = 204,
                            .line = 208,
                            .op_text = xstrdup(op_text),
                            .message = xstrdup(message)};
}

static void add_warning(struct case_result *one, const char *code, const char *message)
{
    one->warnings = xreallocarray(one->warnings, one->n_warnings + 1, sizeof *one->warnings);
    one->warnings[one->n_warnings++] = make_verdict(code, "a 3 48", message);
}

static void fail_case(struct case_result *one)
{
    one->verdict = verdict_new("PAYLOAD_CHANGED", 204, 208);
    one->verdict->op_text = xstrdup("f 31");
    one->verdict->message =
        xstrdup("Block 17 (48 bytes at heap+0x2a10, allocated at line 31) no longer holds what was "
                "stored in it: bytes 40..47 changed.");
    one->verdict->details = xstrdup("bytes 40..47 were 5e 21 .. and are now 31 00 ..\n"
                                    "\n"
                                    "  heap+0x29e0      heap+0x2a10\n"
                                    "  | 16: 40 B free  | 17: 48 B  in use        ########\n"
                                    "                                       bytes 40..47 ^\n");
    one->verdict->hint = xstrdup("the footer was placed with the next block's size; FTRP reads the "
                                 "header after it was changed at mm.c:211.");
    one->verdict->reproduce = xstrdup("mmgrade grade --trace traces/malloc/cc1.rep mm.c");
    one->output = xstrdup("freeing 31\ncoalesce: next is free\n");
}

struct result sample_failing(void)
{
    struct result result = sample_empty();
    fail_case(sample_add_case(&result, "cc1.rep", STATUS_FAILED));
    struct case_result *one = sample_add_case(&result, "binary.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.548, 0.019, 0.433, 12000, 0.41);
    add_warning(one, "UNINIT_READ",
                "mm_malloc returned heap+0x40 when fresh memory holds zeros and heap+0x80 when it "
                "holds junk.");
    one->warnings[0].hint = xstrdup("mm_init or extend_heap leaves a header unset.");
    add_warning(one, "PAST_BREAK", "8 bytes past the break were written.");
    one = sample_add_case(&result, "short1.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.881, 0.1, 0.019, 12, 1.2);
    add_warning(one, "UNINIT_READ", "the same");
    one = sample_add_case(&result, "short2.rep", STATUS_FAILED);
    one->verdict = verdict_new("INIT_FAILED", 0, 0);
    one->verdict->message = xstrdup("mm_init returned -1.");
    one = sample_add_case(&result, "short3.rep", STATUS_SKIPPED);
    sample_score(&result);
    return result;
}

struct result sample_unbuilt(void)
{
    struct result result = sample_empty();
    result.build.ok = false;
    result.build.output =
        xstrdup("mm.c: In function 'mm_malloc':\n"
                "mm.c:12:5: warning: unused variable 'x'\n"
                "mm.c:14:9: error: 'siz' undeclared (first use in this function)\n"
                "   14 |     if (siz == 0)\n"
                "      |         ^~~\n"
                "mm.c:20:1: error: expected ';'\n");
    result.build.verdict = verdict_new("BUILD_FAILED", 0, 0);
    result.build.verdict->message = xstrdup("The compiler found errors in mm.c.");
    result.build.verdict->hint = xstrdup("a name that is not declared: a misspelling?");
    sample_score(&result);
    return result;
}
