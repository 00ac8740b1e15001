// SPDX-License-Identifier: MIT
// The tables of the result tree. A name that reports/json.c gains is one line here, `optional`
// because older files lack it.
#include "reports/json_read.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "harness/labs/lab.h"
#include "reports/json_fields.h"

static bool take_status(const struct json_place *place, const struct json_field *field,
                        json_t *value, void *to)
{
    (void)field;
    static const char *const names[] = {
        [STATUS_PASSED] = "passed", [STATUS_FAILED] = "failed", [STATUS_SKIPPED] = "skipped"};
    const char *text = json_is_string(value) ? json_string_value(value) : "";
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *(enum status *)to = (enum status)i;
            return true;
        }
    }
    return json_refuse(place, "must be 'passed', 'failed' or 'skipped'");
}

static const struct json_shape place_shape = {
    .n_bytes = sizeof(struct code_place),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct code_place, file, json_take_text_or_null)},
        {JSON_FIELD(struct code_place, line, json_take_count)},
        {JSON_FIELD(struct code_place, function, json_take_text_or_null)},
        {JSON_FIELD(struct code_place, text, json_take_text_or_null)},
        {NULL}}};

static const struct json_shape verdict_shape = {
    .n_bytes = sizeof(struct verdict),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct verdict, code, json_take_word)},
        {JSON_FIELD(struct verdict, op, json_take_count)},
        {JSON_FIELD(struct verdict, line, json_take_count)},
        {JSON_FIELD(struct verdict, op_text, json_take_text_or_null)},
        {JSON_FIELD(struct verdict, message, json_take_text_or_null)},
        {JSON_FIELD(struct verdict, details, json_take_text_or_null)},
        {JSON_FIELD(struct verdict, source, json_take_text_or_null), .optional = true},
        {JSON_FIELD(struct verdict, hint, json_take_text_or_null)},
        {JSON_FIELD(struct verdict, reproduce, json_take_text_or_null)},
        {JSON_LIST(struct verdict, places, json_take_list), .shape = &place_shape,
         .optional = true},
        {NULL}}};

static const struct json_shape metric_shape = {
    .n_bytes = sizeof(struct metric),
    .fields = (const struct json_field[]){{JSON_FIELD(struct metric, value, json_take_number)},
                                          {JSON_FIELD(struct metric, unit, json_take_word)},
                                          {JSON_FIELD(struct metric, reference, json_take_number)},
                                          {NULL}}};

static const struct json_shape sample_shape = {
    .n_bytes = sizeof(struct heap_sample),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct heap_sample, op, json_take_count)},
        {JSON_FIELD(struct heap_sample, payload_bytes, json_take_count)},
        {JSON_FIELD(struct heap_sample, heap_bytes, json_take_count)},
        {JSON_FIELD(struct heap_sample, internal_bytes, json_take_count)},
        {JSON_FIELD(struct heap_sample, external_bytes, json_take_count)},
        {NULL}}};

static const struct case_result case_defaults = {.counts_utilization = true, .counts_speed = true};

static const struct json_shape case_shape = {
    .n_bytes = sizeof(struct case_result),
    .defaults = &case_defaults,
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct case_result, trace, json_take_text)},
        {JSON_FIELD(struct case_result, machine, json_take_text_or_null), .optional = true},
        {JSON_FIELD(struct case_result, trace_hash, json_take_text_or_null), .optional = true},
        {JSON_FIELD(struct case_result, hidden, json_take_flag), .optional = true},
        {JSON_FIELD(struct case_result, seed, json_take_count), .optional = true},
        {JSON_FIELD(struct case_result, status, take_status)},
        {JSON_FIELD(struct case_result, verdict, json_take_pointed), .shape = &verdict_shape},
        {JSON_LIST(struct case_result, warnings, json_take_list), .shape = &verdict_shape},
        {JSON_LIST(struct case_result, metrics, json_take_named), .shape = &metric_shape},
        {JSON_LIST(struct case_result, samples, json_take_columns), .shape = &sample_shape},
        {JSON_FIELD(struct case_result, output, json_take_text_or_null)},
        {JSON_FIELD(struct case_result, weight, json_take_number)},
        {JSON_FIELD(struct case_result, counts_utilization, json_take_flag), .optional = true},
        {JSON_FIELD(struct case_result, counts_speed, json_take_flag), .optional = true},
        {JSON_FIELD(struct case_result, score, json_take_number)},
        {JSON_FIELD(struct case_result, max_score, json_take_number)},
        {NULL}}};

static const struct json_shape criterion_shape = {
    .n_bytes = sizeof(struct criterion_result),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct criterion_result, name, json_take_line)},
        {JSON_FIELD(struct criterion_result, score, json_take_number)},
        {JSON_FIELD(struct criterion_result, max_score, json_take_number)},
        {JSON_FIELD(struct criterion_result, value, json_take_number)},
        {JSON_FIELD(struct criterion_result, none, json_take_number)},
        {JSON_FIELD(struct criterion_result, full, json_take_number)},
        {NULL}}};

static const struct json_shape build_shape = {
    .n_bytes = sizeof(struct build_result),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct build_result, ok, json_take_flag)},
        {JSON_FIELD(struct build_result, compiler, json_take_text_or_null)},
        {JSON_FIELD(struct build_result, command, json_take_text_or_null)},
        {JSON_FIELD(struct build_result, files, json_take_text_or_null)},
        {JSON_FIELD(struct build_result, note, json_take_text_or_null), .optional = true},
        {JSON_FIELD(struct build_result, output, json_take_text_or_null)},
        {JSON_FIELD(struct build_result, isolation, json_take_text_or_null)},
        {JSON_FIELD(struct build_result, sources_hash, json_take_text_or_null), .optional = true},
        {JSON_FIELD(struct build_result, uncounted, json_take_pointed), .shape = &verdict_shape,
         .optional = true},
        {JSON_FIELD(struct build_result, verdict, json_take_pointed), .shape = &verdict_shape},
        {NULL}}};

static const struct json_shape result_shape = {
    .n_bytes = sizeof(struct result),
    .fields = (const struct json_field[]){
        {JSON_FIELD(struct result, lab, json_take_line)},
        {JSON_FIELD(struct result, submission, json_take_text)},
        {JSON_FIELD(struct result, rubric, json_take_text)},
        {JSON_FIELD(struct result, op_noun, json_take_word_or_null), .optional = true},
        {JSON_FIELD(struct result, score, json_take_number)},
        {JSON_FIELD(struct result, max_score, json_take_number)},
        {JSON_LIST(struct result, cases, json_take_list), .shape = &case_shape},
        {JSON_LIST(struct result, criteria, json_take_list), .shape = &criterion_shape},
        {JSON_LIST(struct result, metrics, json_take_named), .shape = &metric_shape},
        {JSON_FIELD(struct result, build, json_take_object), .shape = &build_shape},
        {NULL}}};

static bool take_result(const char *file, json_t *root, struct result *result, struct error *error)
{
    struct json_place whole = {.file = file, .error = error};
    *result = (struct result){0};
    if (json_is_object(root) && json_integer_value(json_object_get(root, "schema")) != 1) {
        return json_refuse(&whole,
                           "is no result of schema 1, which is all that this program knows");
    }
    if (!json_take_fields(&whole, &result_shape, root, result)) {
        result_free(result);
        return false;
    }
    const struct lab *lab = lab_find(result->lab);
    if (result->op_noun == NULL && lab != NULL && lab->modules != 0) {
        result->op_noun = "access"; // of a file without it
    }
    return true;
}

static bool read_root(const char *file, json_t *root, const json_error_t *refusal,
                      struct result *result, struct error *error)
{
    if (root == NULL) {
        size_t line = refusal->line > 0 ? (size_t)refusal->line : 0;
        size_t column = refusal->column > 0 ? (size_t)refusal->column : 0;
        return error_at(error, file, line, column, "no JSON: %s", refusal->text);
    }
    bool ok = take_result(file, root, result, error);
    json_decref(root);
    return ok;
}

bool json_read_result(const char *text, size_t n_bytes, struct result *result, struct error *error)
{
    json_error_t refusal = {0};
    json_t *root = json_loadb(text, n_bytes, JSON_REJECT_DUPLICATES, &refusal);
    return read_root("result", root, &refusal, result, error);
}

bool json_read_file(const char *path, struct result *result, struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    }
    json_error_t refusal = {0};
    json_t *root = json_loadf(file, JSON_REJECT_DUPLICATES, &refusal);
    bool broken = ferror(file) != 0;
    fclose(file);
    if (broken) {
        json_decref(root);
        return error_at(error, path, 0, 0, "cannot be read");
    }
    return read_root(path, root, &refusal, result, error);
}
