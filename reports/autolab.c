// SPDX-License-Identifier: MIT
// What Autolab reads at the end of the autograder's output. The line before the last shows each
// test (the "semantic" presentation); the last has the points, one problem a criterion of the
// rubric, so the assessment's problems are called like the criteria.
#include <math.h>

#include "reports/formats.h"
#include "reports/json_build.h"
#include "reports/outcomes.h"

static json_t *test_json(const struct outcome *one)
{
    json_t *test = json_object();
    json_put(test, "passed", json_boolean(one->status == STATUS_PASSED));
    if (one->status != STATUS_PASSED) {
        json_put(test, "hint", json_safe_text(one->reason));
    }
    return test;
}

static json_t *presentation_json(const struct result *result)
{
    struct outcomes outcomes = outcomes_of(result);
    json_t *root = json_object();
    json_t *stages[] = {json_object(), json_object()};
    for (size_t i = 0; i < outcomes.n_items; i++) {
        json_put(stages[i > 0], outcomes.items[i].name, test_json(&outcomes.items[i]));
    }
    json_put(root, "_presentation", json_string("semantic"));
    json_put(root, "stages", json_pack("[s, s]", "Build", "Tests"));
    json_put(root, "Build", stages[0]);
    json_put(root, "Tests", stages[1]);
    outcomes_free(&outcomes);
    return root;
}

static double points(double score)
{
    return isfinite(score) ? score : 0; // Autolab knows no null
}

static json_t *scores_json(const struct result *result)
{
    json_t *root = json_object();
    json_t *scores = json_object();
    for (size_t i = 0; i < result->n_criteria; i++) {
        json_put(scores, result->criteria[i].name, json_real(points(result->criteria[i].score)));
    }
    json_put(root, "scores", scores);
    json_put(root, "scoreboard", json_pack("[f]", points(result->score)));
    return root;
}

void autolab_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    json_print(presentation_json(result), stream, JSON_COMPACT | JSON_ENSURE_ASCII);
    fputc('\n', stream);
    json_print(scores_json(result), stream, JSON_COMPACT | JSON_ENSURE_ASCII);
    fputc('\n', stream);
}
