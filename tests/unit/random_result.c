// SPDX-License-Identifier: MIT
// Draws result trees.
#include "tests/unit/random_result.h"

#include <math.h>
#include <stddef.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"

static const char *const names[] = {METRIC_UTILIZATION, METRIC_OPS, METRIC_SPEED,
                                    "\xce\xbc-rate",    "",         "a \"name\""};
static const char *const texts[] = {"",
                                    "plain",
                                    "two\nlines\n",
                                    "\033[31mred\033[0m",
                                    "\xff\xfe no UTF-8",
                                    "\"quoted\\\"",
                                    "<script>&amp;]]>",
                                    "=1+1",
                                    "\xf0\x9f\x90\xa2 \xc3\xa9",
                                    "\xe2\x80\xae rtl",
                                    "\t# TODO %s %n"};

#define PICK(random, array) (array)[random_below(random, sizeof(array) / sizeof *(array))]

static char *some_text(struct random *random)
{
    return xstrdup(PICK(random, texts));
}

static char *maybe_text(struct random *random)
{
    return random_below(random, 4) == 0 ? NULL : some_text(random);
}

static double number(struct random *random)
{
    double part = (double)random_below(random, 1000000) / 7;
    switch (random_below(random, 6)) {
    case 0:
        return NAN;
    case 1:
        return (double)random_below(random, 1000);
    case 2:
        return -part;
    case 3:
        return part * 1e290;
    case 4:
        return part * 1e-310;
    default:
        return part;
    }
}

static uint64_t count(struct random *random)
{
    return random_below(random, 3) == 0 ? INT64_MAX : random_below(random, 100);
}

static struct verdict verdict(struct random *random)
{
    static const char *const codes[] = {"OVERLAP", "CRASH", "TIMEOUT"};
    struct verdict drawn = {.code = PICK(random, codes),
                            .op = count(random),
                            .line = count(random),
                            .op_text = maybe_text(random),
                            .message = maybe_text(random),
                            .details = maybe_text(random),
                            .source = maybe_text(random),
                            .hint = maybe_text(random),
                            .reproduce = maybe_text(random),
                            .n_places = random_below(random, 3)};
    drawn.places = xcalloc(drawn.n_places + 1, sizeof *drawn.places);
    for (size_t i = 0; i < drawn.n_places; i++) {
        drawn.places[i] = (struct code_place){.file = some_text(random),
                                              .line = count(random),
                                              .function = some_text(random),
                                              .text = maybe_text(random)};
    }
    return drawn;
}

static struct verdict *maybe_verdict(struct random *random)
{
    struct verdict *drawn = random_below(random, 2) == 0 ? NULL : xcalloc(1, sizeof *drawn);
    if (drawn != NULL) {
        *drawn = verdict(random);
    }
    return drawn;
}

static void draw_metrics(struct random *random, struct metric **metrics, size_t *n_metrics)
{
    for (size_t i = random_below(random, 6); i < sizeof names / sizeof *names; i++) {
        metric_add(metrics, n_metrics, names[i], "ratio", number(random), number(random));
    }
}

static struct case_result draw_case(struct random *random)
{
    struct case_result one = {.trace = some_text(random),
                              .machine = maybe_text(random),
                              .trace_hash = maybe_text(random),
                              .hidden = random_below(random, 4) == 0,
                              .seed = count(random),
                              .weight = number(random),
                              .counts_utilization = random_below(random, 2) == 0,
                              .counts_speed = random_below(random, 2) == 0,
                              .status = (enum status)random_below(random, 3),
                              .verdict = maybe_verdict(random),
                              .n_warnings = random_below(random, 3),
                              .n_samples = random_below(random, 4),
                              .output = maybe_text(random),
                              .score = number(random),
                              .max_score = number(random)};
    one.warnings = xcalloc(one.n_warnings + 1, sizeof *one.warnings);
    for (size_t i = 0; i < one.n_warnings; i++) {
        one.warnings[i] = verdict(random);
    }
    one.samples = xcalloc(one.n_samples + 1, sizeof *one.samples);
    for (size_t i = 0; i < one.n_samples; i++) {
        one.samples[i] = (struct heap_sample){count(random), count(random), count(random),
                                              count(random), count(random)};
    }
    draw_metrics(random, &one.metrics, &one.n_metrics);
    return one;
}

struct result random_result(uint64_t seed)
{
    struct random random = {seed};
    struct result result = {.lab = xstrdup("malloc"),
                            .submission = some_text(&random),
                            .rubric = some_text(&random),
                            .op_noun = random_below(&random, 2) == 0 ? NULL : "access",
                            .build = {.ok = random_below(&random, 2) == 0,
                                      .compiler = maybe_text(&random),
                                      .command = maybe_text(&random),
                                      .files = maybe_text(&random),
                                      .output = maybe_text(&random),
                                      .note = maybe_text(&random),
                                      .isolation = maybe_text(&random),
                                      .sources_hash = maybe_text(&random),
                                      .uncounted = maybe_verdict(&random),
                                      .verdict = maybe_verdict(&random)},
                            .n_cases = random_below(&random, 4),
                            .n_criteria = random_below(&random, 3),
                            .score = number(&random),
                            .max_score = number(&random)};
    result.cases = xcalloc(result.n_cases + 1, sizeof *result.cases);
    for (size_t i = 0; i < result.n_cases; i++) {
        result.cases[i] = draw_case(&random);
    }
    result.criteria = xcalloc(result.n_criteria + 1, sizeof *result.criteria);
    for (size_t i = 0; i < result.n_criteria; i++) {
        result.criteria[i] = (struct criterion_result){.name = xstrdup(PICK(&random, names)),
                                                       .score = number(&random),
                                                       .max_score = number(&random),
                                                       .value = number(&random),
                                                       .none = number(&random),
                                                       .full = number(&random)};
    }
    draw_metrics(&random, &result.metrics, &result.n_metrics);
    return result;
}
