// SPDX-License-Identifier: MIT
// One line:
//
//   {"reference": "best", "trace": "fifo.rep", "utilization": 0.91, "heap_bytes": 20480,
//    "ops_per_sbrk": 12.5, "cycles_ratio": 1.31, "speed_ratio": 1.25}
//
// A number that does not exist is null; cycles_ratio may be left out. A case that failed has only
// nulls, and "failure" says why.
#include "reports/baseline.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/replace.h"

/// Every decimal of 15 digits survives a double, every double survives 17 digits.
enum { LEAST_DIGITS = 15, MOST_DIGITS = 17 };

char *baseline_path(const char *rubric_path)
{
    static const char suffix[] = ".yaml";
    size_t length = strlen(rubric_path);
    size_t ending = strlen(suffix);
    bool is_yaml = length > ending && strcmp(rubric_path + length - ending, suffix) == 0;
    return xasprintf("%.*s.baseline.jsonl", (int)(is_yaml ? length - ending : length), rubric_path);
}

/// Where a line of the file is, for messages.
struct place {
    const char *path;
    size_t line;
    struct error *error;
};

static bool take_number(const struct place *place, const char *name, const json_t *value,
                        double *number)
{
    *number = json_is_number(value) ? json_number_value(value) : NAN;
    return json_is_null(value) || *number >= 0 ||
           error_at(place->error, place->path, place->line, 0,
                    "'%s' must be null or a number from 0 on", name);
}

/// Fills *row with pointers into `object`.
static bool take_row(const struct place *place, json_t *object, struct baseline_row *row)
{
    json_error_t refusal;
    json_t *utilization;
    json_t *heap_bytes;
    json_t *ops_per_sbrk;
    json_t *cycles_ratio = NULL;
    json_t *speed_ratio;
    *row = (struct baseline_row){.cycles_ratio = NAN};
    if (json_unpack_ex(object, &refusal, 0, "{s:s, s:s, s?s, s:o, s:o, s:o, s?o, s:o !}",
                       "reference", &row->reference, "trace", &row->trace, "failure", &row->failure,
                       "utilization", &utilization, "heap_bytes", &heap_bytes, "ops_per_sbrk",
                       &ops_per_sbrk, "cycles_ratio", &cycles_ratio, "speed_ratio",
                       &speed_ratio) != 0) {
        return error_at(place->error, place->path, place->line, 0, "no row of a baseline: %s",
                        refusal.text);
    }
    if (!take_number(place, "utilization", utilization, &row->utilization) ||
        !take_number(place, "heap_bytes", heap_bytes, &row->heap_bytes) ||
        !take_number(place, "ops_per_sbrk", ops_per_sbrk, &row->ops_per_sbrk) ||
        (cycles_ratio != NULL &&
         !take_number(place, "cycles_ratio", cycles_ratio, &row->cycles_ratio)) ||
        !take_number(place, "speed_ratio", speed_ratio, &row->speed_ratio)) {
        return false;
    }
    bool has_figures = !isnan(row->utilization) && !isnan(row->heap_bytes);
    return has_figures == (row->failure == NULL) ||
           error_at(place->error, place->path, place->line, 0,
                    "a row has either figures or a 'failure'");
}

static bool read_line(struct baseline *baseline, const struct place *place, const char *text,
                      size_t n_bytes)
{
    json_error_t refusal;
    json_t *object = json_loadb(text, n_bytes, JSON_REJECT_DUPLICATES, &refusal);
    if (object == NULL) {
        size_t column = refusal.column > 0 ? (size_t)refusal.column : 0;
        return error_at(place->error, place->path, place->line, column, "no JSON: %s",
                        refusal.text);
    }
    struct baseline_row row;
    bool ok = take_row(place, object, &row);
    if (ok && baseline_find(baseline, row.reference, row.trace) != NULL) {
        ok = error_at(place->error, place->path, place->line, 0, "a second row of %s over %s",
                      row.reference, row.trace);
    }
    if (ok) {
        baseline_add(baseline, &row);
    }
    json_decref(object);
    return ok;
}

bool baseline_read(struct baseline *baseline, const char *path, struct error *error)
{
    *baseline = (struct baseline){0};
    struct place place = {.path = path, .error = error};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    }
    bool ok = true;
    char *text = NULL;
    size_t capacity = 0;
    for (ssize_t n; ok && (n = getline(&text, &capacity, file)) > 0;) {
        place.line++;
        ok = read_line(baseline, &place, text, (size_t)n);
    }
    if (ok && ferror(file)) {
        ok = error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    }
    fclose(file);
    free(text);
    if (!ok) {
        baseline_free(baseline);
    }
    return ok;
}

static void write_text(FILE *stream, const char *text)
{
    json_t *string = json_string(text);
    if (string == NULL) {
        die("a name is no UTF-8, or out of memory: %s", text);
    }
    (void)json_dumpf(string, stream, JSON_ENCODE_ANY);
    json_decref(string);
}

static void write_number(FILE *stream, double number)
{
    char text[32] = "null";
    for (int digits = LEAST_DIGITS; isfinite(number) && digits <= MOST_DIGITS; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, number);
        if (strtod(text, NULL) == number) {
            break;
        }
    }
    fputs(text, stream);
}

static void write_row(FILE *stream, const struct baseline_row *row)
{
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"utilization", row->utilization},
                   {"heap_bytes", row->heap_bytes},
                   {"ops_per_sbrk", row->ops_per_sbrk},
                   {"cycles_ratio", row->cycles_ratio},
                   {"speed_ratio", row->speed_ratio}};
    fputs("{\"reference\": ", stream);
    write_text(stream, row->reference);
    fputs(", \"trace\": ", stream);
    write_text(stream, row->trace);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        fprintf(stream, ", \"%s\": ", numbers[i].name);
        write_number(stream, numbers[i].value);
    }
    if (row->failure != NULL) {
        fputs(", \"failure\": ", stream);
        write_text(stream, row->failure);
    }
    fputs("}\n", stream);
}

bool baseline_write(const struct baseline *baseline, const char *path, struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    for (size_t i = 0; i < baseline->n_rows; i++) {
        write_row(replacement.stream, &baseline->rows[i]);
    }
    return replace_finish(&replacement, error);
}

void baseline_add(struct baseline *baseline, const struct baseline_row *row)
{
    baseline->rows = xreallocarray(baseline->rows, baseline->n_rows + 1, sizeof *baseline->rows);
    struct baseline_row *copy = &baseline->rows[baseline->n_rows++];
    *copy = *row;
    copy->reference = xstrdup(row->reference);
    copy->trace = xstrdup(row->trace);
    copy->failure = row->failure == NULL ? NULL : xstrdup(row->failure);
}

const struct baseline_row *baseline_find(const struct baseline *baseline, const char *reference,
                                         const char *trace)
{
    for (size_t i = 0; i < baseline->n_rows; i++) {
        const struct baseline_row *row = &baseline->rows[i];
        if (strcmp(row->reference, reference) == 0 && strcmp(row->trace, trace) == 0) {
            return row;
        }
    }
    return NULL;
}

void baseline_free(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->n_rows; i++) {
        free(baseline->rows[i].reference);
        free(baseline->rows[i].trace);
        free(baseline->rows[i].failure);
    }
    free(baseline->rows);
    *baseline = (struct baseline){0};
}
