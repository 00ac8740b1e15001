// SPDX-License-Identifier: MIT
// The result tree as JSON, schema 1. A documented interface: names are added, never changed.
//
//   {"schema": 1, "version", "lab", "submission", "rubric", "op_noun", "score", "max_score",
//    "cases": [{"trace", "status": "passed|failed|skipped", "verdict": VERDICT or null,
//               "warnings": [VERDICT], "metrics": METRICS, "samples": {column: [numbers]},
//               "output", "weight", "hidden", "seed", "counts_utilization", "counts_speed",
//               "score", "max_score"}],
//    "criteria": [{"name", "score", "max_score", "value", "none", "full"}],
//    "metrics": METRICS,
//    "build": {"ok", "compiler", "command", "files", "note", "output", "isolation", "sources_hash",
//              "uncounted", "verdict"}}
//
//   VERDICT   {"code", "op", "line", "op_text", "message", "details", "source", "hint",
//              "reproduce", "places": [{"file", "line", "function", "text"}]}
//   METRICS   {name: {"value", "unit", "reference"}}
//
// Numbers that do not exist (no reference, nothing measured) and absent texts are null.
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/printable.h"
#include "reports/formats.h"

static const char *const status_names[] = {
    [STATUS_PASSED] = "passed", [STATUS_FAILED] = "failed", [STATUS_SKIPPED] = "skipped"};

static void set(json_t *object, const char *name, json_t *value)
{
    if (value == NULL || json_object_set_new(object, name, value) != 0) {
        die("out of memory");
    }
}

static void append(json_t *array, json_t *value)
{
    if (value == NULL || json_array_append_new(array, value) != 0) {
        die("out of memory");
    }
}

static json_t *text_json(const char *text)
{
    if (text == NULL) {
        return json_null();
    }
    char *safe = printable(text, strlen(text));
    json_t *string = json_string(safe);
    free(safe);
    return string;
}

static json_t *number_json(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static json_t *count_json(uint64_t count)
{
    return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}

/// The line of code at fault, then its callers.
static json_t *places_json(const struct verdict *verdict)
{
    json_t *array = json_array();
    for (size_t i = 0; i < verdict->n_places; i++) {
        const struct code_place *place = &verdict->places[i];
        json_t *object = json_object();
        set(object, "file", text_json(place->file));
        set(object, "line", count_json(place->line));
        set(object, "function", text_json(place->function));
        set(object, "text", text_json(place->text));
        append(array, object);
    }
    return array;
}

static json_t *verdict_json(const struct verdict *verdict)
{
    if (verdict == NULL) {
        return json_null();
    }
    json_t *object = json_object();
    set(object, "code", text_json(verdict->code));
    set(object, "op", count_json(verdict->op));
    set(object, "line", count_json(verdict->line));
    set(object, "op_text", text_json(verdict->op_text));
    set(object, "message", text_json(verdict->message));
    set(object, "details", text_json(verdict->details));
    set(object, "source", text_json(verdict->source));
    set(object, "hint", text_json(verdict->hint));
    set(object, "reproduce", text_json(verdict->reproduce));
    set(object, "places", places_json(verdict));
    return object;
}

static json_t *metrics_json(const struct metric *metrics, size_t n_metrics)
{
    json_t *object = json_object();
    for (size_t i = 0; i < n_metrics; i++) {
        json_t *metric = json_object();
        set(metric, "value", number_json(metrics[i].value));
        set(metric, "unit", text_json(metrics[i].unit));
        set(metric, "reference", number_json(metrics[i].reference));
        set(object, metrics[i].name, metric);
    }
    return object;
}

/// By column: an array a name is a third of the size of an object a sample, and ready to plot.
static json_t *samples_json(const struct case_result *one)
{
    json_t *columns[5];
    for (size_t i = 0; i < 5; i++) {
        columns[i] = json_array();
    }
    for (size_t i = 0; i < one->n_samples; i++) {
        const struct heap_sample *sample = &one->samples[i];
        const uint64_t values[] = {sample->op, sample->payload_bytes, sample->heap_bytes,
                                   sample->internal_bytes, sample->external_bytes};
        for (size_t j = 0; j < 5; j++) {
            append(columns[j], count_json(values[j]));
        }
    }
    static const char *const names[] = {"op", "payload_bytes", "heap_bytes", "internal_bytes",
                                        "external_bytes"};
    json_t *object = json_object();
    for (size_t i = 0; i < 5; i++) {
        set(object, names[i], columns[i]);
    }
    return object;
}

static json_t *case_json(const struct case_result *one)
{
    json_t *object = json_object();
    json_t *warnings = json_array();
    for (size_t i = 0; i < one->n_warnings; i++) {
        append(warnings, verdict_json(&one->warnings[i]));
    }
    set(object, "trace", text_json(one->trace));
    set(object, "machine", text_json(one->machine));
    set(object, "trace_hash", text_json(one->trace_hash));
    set(object, "hidden", json_boolean(one->hidden));
    set(object, "seed", count_json(one->seed));
    set(object, "status", json_string(status_names[one->status]));
    set(object, "verdict", verdict_json(one->verdict));
    set(object, "warnings", warnings);
    set(object, "metrics", metrics_json(one->metrics, one->n_metrics));
    set(object, "samples", samples_json(one));
    set(object, "output", text_json(one->output));
    set(object, "weight", number_json(one->weight));
    set(object, "counts_utilization", json_boolean(one->counts_utilization));
    set(object, "counts_speed", json_boolean(one->counts_speed));
    set(object, "score", number_json(one->score));
    set(object, "max_score", number_json(one->max_score));
    return object;
}

static json_t *criterion_json(const struct criterion_result *criterion)
{
    json_t *object = json_object();
    set(object, "name", text_json(criterion->name));
    set(object, "score", number_json(criterion->score));
    set(object, "max_score", number_json(criterion->max_score));
    set(object, "value", number_json(criterion->value));
    set(object, "none", number_json(criterion->none));
    set(object, "full", number_json(criterion->full));
    return object;
}

static json_t *build_json(const struct build_result *build)
{
    json_t *object = json_object();
    set(object, "ok", json_boolean(build->ok));
    set(object, "compiler", text_json(build->compiler));
    set(object, "command", text_json(build->command));
    set(object, "files", text_json(build->files));
    set(object, "note", text_json(build->note));
    set(object, "output", text_json(build->output));
    set(object, "isolation", text_json(build->isolation));
    set(object, "sources_hash", text_json(build->sources_hash));
    set(object, "uncounted", verdict_json(build->uncounted));
    set(object, "verdict", verdict_json(build->verdict));
    return object;
}

static json_t *result_json(const struct result *result)
{
    json_t *object = json_object();
    json_t *cases = json_array();
    json_t *criteria = json_array();
    for (size_t i = 0; i < result->n_cases; i++) {
        append(cases, case_json(&result->cases[i]));
    }
    for (size_t i = 0; i < result->n_criteria; i++) {
        append(criteria, criterion_json(&result->criteria[i]));
    }
    set(object, "schema", json_integer(1));
    set(object, "version", json_string(MMGRADE_VERSION));
    set(object, "lab", text_json(result->lab));
    set(object, "submission", text_json(result->submission));
    set(object, "rubric", text_json(result->rubric));
    set(object, "op_noun", text_json(result->op_noun));
    set(object, "score", number_json(result->score));
    set(object, "max_score", number_json(result->max_score));
    set(object, "cases", cases);
    set(object, "criteria", criteria);
    set(object, "metrics", metrics_json(result->metrics, result->n_metrics));
    set(object, "build", build_json(&result->build));
    return object;
}

void json_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    json_t *root = result_json(result);
    // 15 digits print every decimal of 15 digits as it was meant: 0.1, not 0.10000000000000001.
    (void)json_dumpf(root, stream, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
    fputc('\n', stream);
    json_decref(root);
}
