// SPDX-License-Identifier: MIT
// Reads a rubric file and checks what the table of keys alone cannot say.
#include "grading/rubric.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "grading/rubric_traces.h"
#include "harness/base/memory.h"
#include "harness/base/schema.h"
#include "harness/measure/cost_machine.h"

/// A file that is larger is not a rubric.
#define RUBRIC_MAX_BYTES ((size_t)256 << 10)

/// Code that keeps pointers in 32-bit words shares 2 GiB with its own program and stack.
#define LOW_HEAP_MAX_BYTES (UINT64_C(1) << 30)

bool rubric_check_criterion(const struct schema_place *place, void *draft, void *criterion)
{
    const struct rubric_draft *whole = draft;
    struct criterion *one = criterion;
    static const char *const bounds[] = {"none", "full"};
    one->name = rubric_criteria[one->kind].word;
    for (const struct criterion *other = whole->rubric.criteria; other < one; other++) {
        if (other->kind == one->kind) {
            return schema_refuse(place, "name", "criterion '%s' stands twice", one->name);
        }
    }
    for (size_t i = 0; i < 2 && one->kind == CRITERION_CORRECTNESS; i++) {
        if (schema_has(place, bounds[i])) {
            return schema_refuse(place, bounds[i],
                                 "correctness has no '%s': a trace passes or it does not",
                                 bounds[i]);
        }
    }
    if (schema_has(place, "metric") && one->kind != CRITERION_THROUGHPUT) {
        return schema_refuse(place, "metric", "%s has no 'metric', only throughput has one",
                             one->name);
    }
    bool is_share = one->kind != CRITERION_CORRECTNESS && one->kind != CRITERION_THROUGHPUT &&
                    one->kind != CRITERION_HIT_RATE;
    if (is_share && one->full > 1) {
        return schema_refuse(place, "full", "%s is never above 1, allowed are 0 to 1", one->name);
    }
    if (one->none >= one->full) {
        return schema_refuse(place, schema_has(place, "full") ? "full" : "none",
                             "'full' (%g) must be above 'none' (%g)", one->full, one->none);
    }
    return true;
}

/// The labs' names, for a message. The caller frees it.
static char *lab_names(void)
{
    char *names = xstrdup("");
    for (size_t i = 0; lab_list[i] != NULL; i++) {
        char *longer = xasprintf("%s%s%s", names, i == 0 ? "" : ", ", lab_list[i]->name);
        free(names);
        names = longer;
    }
    return names;
}

/// Each machine of the grid must be one; those of random sizes are by construction.
static bool check_machines(const struct schema_place *place, const struct rubric *rubric,
                           const struct lab *lab)
{
    const struct module_settings *settings = &rubric->settings.modules;
    static const char *const keys[] = {"common", "grid", "random"};
    for (size_t i = 0; i < 3 && lab->modules == 0; i++) {
        if (schema_has(place, keys[i])) {
            return schema_refuse(place, keys[i], "the lab %s has no machine: '%s' is of no use",
                                 lab->name, keys[i]);
        }
    }
    if (lab->modules == 0 && !cost_machine_find(settings->machine, &(struct ring_machine){0})) {
        return schema_refuse(place, "machine", "no cycles are known of the machine '%s'",
                             settings->machine);
    }
    struct machine_settings base;
    struct error error;
    if (lab->modules != 0 && !module_config_base(&base, settings, &error)) {
        return schema_refuse(place, "machine", "%s", error.text);
    }
    for (size_t i = 0; i < module_config_count(settings) && lab->modules != 0; i++) {
        struct module_config config;
        char reason[256];
        if (!module_config_make(&config, settings, &base, i, lab->modules, reason, sizeof reason)) {
            return schema_refuse(place, settings->n_grid == 0 ? "common" : "grid",
                                 "machine %zu: %s", i + 1, reason);
        }
        module_config_free(&config);
    }
    return true;
}

/// What is to be measured follows from what is scored, and from what compilers can do.
static bool settle_throughput(const struct schema_place *place, struct rubric *rubric)
{
    struct lab_settings *settings = &rubric->settings;
    bool m32 = settings->heap.abi == HEAP_ABI_M32;
    for (size_t i = 0; i < rubric->n_criteria; i++) {
        struct criterion *one = &rubric->criteria[i];
        if (one->kind != CRITERION_THROUGHPUT) {
            continue;
        }
        if (m32 && one->metric == THROUGHPUT_CYCLES) {
            return schema_refuse(place, "build.abi",
                                 "cycles cannot be counted with 'abi: m32': write 'metric: wall'");
        }
        if (one->metric == THROUGHPUT_UNSET) {
            one->metric = m32 ? THROUGHPUT_WALL : THROUGHPUT_CYCLES;
        }
        settings->throughput = one->metric;
    }
    settings->speed.enabled =
        settings->speed.wish == SPEED_YES ||
        (settings->speed.wish == SPEED_UNSET && settings->throughput == THROUGHPUT_WALL);
    return true;
}

static bool check_whole(const struct schema_place *place, void *draft)
{
    struct rubric *rubric = &((struct rubric_draft *)draft)->rubric;
    const struct heap_settings *heap = &rubric->settings.heap;
    const struct lab *lab = lab_find(rubric->lab);
    if (lab == NULL) {
        char *names = lab_names();
        schema_refuse(place, "lab", "unknown lab '%s' (one of %s)", rubric->lab, names);
        free(names);
        return false;
    }
    if (rubric->title == NULL) {
        rubric->title = xstrdup(lab->title);
    }
    if (heap->abi == HEAP_ABI_M32 && heap->base != HEAP_BASE_LOW) {
        return schema_refuse(place, schema_has(place, "heap.base") ? "heap.base" : "build.abi",
                             "'abi: m32' needs 'base: low' under 'heap'");
    }
    if (heap->base == HEAP_BASE_LOW && heap->max_bytes > LOW_HEAP_MAX_BYTES) {
        return schema_refuse(place, "heap.maximum",
                             "with 'base: low' the maximum is at most 1 GiB");
    }
    if (heap->fit_policy != FIT_ANY && strcmp(rubric->lab, "fit") != 0) {
        return schema_refuse(place, "fit.policy", "only the lab fit has a policy");
    }
    if (!settle_throughput(place, rubric) || !check_machines(place, rubric, lab) ||
        !rubric_check_late(place, rubric)) {
        return false;
    }
    double points = 0;
    for (size_t i = 0; i < rubric->n_criteria; i++) {
        points += rubric->criteria[i].points;
    }
    return (points > 0 || schema_refuse(place, "criteria", "all points are 0")) &&
           rubric_check_traces(place, rubric);
}

bool rubric_parse(struct rubric *rubric, const char *path, const char *text, size_t text_bytes,
                  struct error *error)
{
    struct rubric_draft draft = {.rubric.path = xstrdup(path)};
    bool ok = schema_read(rubric_keys, &draft, path, text, text_bytes, check_whole, error);
    for (size_t i = 0; i < draft.n_entries; i++) {
        schema_clear(rubric_trace_keys, &draft.entries[i]);
    }
    free(draft.entries);
    draft.entries = NULL;
    draft.n_entries = 0;
    *rubric = draft.rubric;
    if (!ok) {
        rubric_free(rubric);
    }
    return ok;
}

bool rubric_read(struct rubric *rubric, const char *path, struct error *error)
{
    *rubric = (struct rubric){0};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    }
    char *text = xcalloc(RUBRIC_MAX_BYTES + 1, 1);
    size_t text_bytes = fread(text, 1, RUBRIC_MAX_BYTES + 1, file);
    bool ok = false;
    if (ferror(file)) {
        error_at(error, path, 0, 0, "cannot be read: %s", strerror(errno));
    } else if (text_bytes > RUBRIC_MAX_BYTES) {
        error_at(error, path, 0, 0, "larger than 256 KiB: this is no rubric");
    } else {
        ok = rubric_parse(rubric, path, text, text_bytes, error);
    }
    fclose(file);
    free(text);
    return ok;
}

void rubric_free(struct rubric *rubric)
{
    struct rubric_draft draft = {.rubric = *rubric};
    rubric_traces_free(rubric->settings.traces, rubric->settings.n_traces);
    free(rubric->path);
    schema_clear(rubric_keys, &draft);
    *rubric = (struct rubric){0};
}

void rubric_print_keys(FILE *stream)
{
    schema_print(rubric_keys, stream);
}
