// SPDX-License-Identifier: MIT
// Building, searching and freeing the result tree.
#include "harness/base/result.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

void metric_add(struct metric **metrics, size_t *n_metrics, const char *name, const char *unit,
                double value, double reference)
{
    *metrics = xreallocarray(*metrics, *n_metrics + 1, sizeof **metrics);
    (*metrics)[(*n_metrics)++] =
        (struct metric){.name = name, .unit = unit, .value = value, .reference = reference};
}

void metric_set_reference(struct metric *metrics, size_t n_metrics, const char *name,
                          double reference)
{
    for (size_t i = 0; i < n_metrics; i++) {
        if (strcmp(metrics[i].name, name) == 0) {
            metrics[i].reference = reference;
        }
    }
}

const struct metric *metric_find(const struct metric *metrics, size_t n_metrics, const char *name)
{
    for (size_t i = 0; i < n_metrics; i++) {
        if (strcmp(metrics[i].name, name) == 0) {
            return &metrics[i];
        }
    }
    return NULL;
}

struct verdict *verdict_new(const char *code, size_t op, size_t line)
{
    struct verdict *verdict = xcalloc(1, sizeof *verdict);
    verdict->code = code;
    verdict->op = op;
    verdict->line = line;
    return verdict;
}

static void verdict_clear(struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->n_places; i++) {
        free(verdict->places[i].file);
        free(verdict->places[i].function);
        free(verdict->places[i].text);
    }
    free(verdict->places);
    free(verdict->source);
    free(verdict->op_text);
    free(verdict->message);
    free(verdict->details);
    free(verdict->hint);
    free(verdict->reproduce);
}

void verdict_free(struct verdict *verdict)
{
    if (verdict != NULL) {
        verdict_clear(verdict);
        free(verdict);
    }
}

static void case_clear(struct case_result *case_result)
{
    verdict_free(case_result->verdict);
    for (size_t i = 0; i < case_result->n_warnings; i++) {
        verdict_clear(&case_result->warnings[i]);
    }
    free(case_result->warnings);
    free(case_result->trace);
    free(case_result->machine);
    free(case_result->trace_hash);
    free(case_result->metrics);
    free(case_result->samples);
    free(case_result->output);
}

static void build_clear(struct build_result *build)
{
    verdict_free(build->verdict);
    free(build->compiler);
    free(build->command);
    free(build->files);
    free(build->output);
    free(build->note);
    free(build->isolation);
    free(build->sources_hash);
    verdict_free(build->uncounted);
}

void result_free(struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        case_clear(&result->cases[i]);
    }
    for (size_t i = 0; i < result->n_criteria; i++) {
        free(result->criteria[i].name);
    }
    build_clear(&result->build);
    free(result->cases);
    free(result->metrics);
    free(result->criteria);
    free(result->lab);
    free(result->submission);
    free(result->rubric);
}
