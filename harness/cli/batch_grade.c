// SPDX-License-Identifier: MIT
// Judging one submission of many, and knowing what was judged with.
#include "harness/cli/batch_grade.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grading/score.h"
#include "harness/base/content_hash.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/base/schema.h"
#include "harness/base/scratch.h"
#include "harness/base/text_file.h"
#include "harness/sandbox/collect.h"
#include "reports/course.h"
#include "reports/formats.h"
#include "reports/json_read.h"

#define MAX_RUBRIC_BYTES ((size_t)1 << 20)
#define PASSES_PER_TRACE 12 ///< a generous count: check, again, cost, speed, explain, ...

// --- What judges ------------------------------------------------------------------------------

/// Adds "LABEL HASH"; what does not exist on this machine is "none". True when it exists.
static bool add(FILE *stream, const char *label, const char *path)
{
    char *real = realpath(path, NULL);
    char *hash = real == NULL ? NULL : content_hash(real);
    fprintf(stream, "%s %s\n", label, hash == NULL ? "none" : hash);
    bool exists = hash != NULL;
    free(hash);
    free(real);
    return exists;
}

static void add_programs(FILE *stream)
{
    static const char *const programs[] = {"mmgrade", "mmgrade-worker", "mmgrade-worker32"};
    for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
        char *path = paths_beside_program(programs[i]);
        add(stream, programs[i], path);
        free(path);
    }
}

static void add_project(FILE *stream)
{
    static const char *const folders[] = {"student_template", "reference"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char *path = paths_in_root(folders[i]);
        add(stream, folders[i], path);
        free(path);
    }
}

/// One value of the rubric under its keys, each with its length: no text runs into the next.
static void add_value(void *context, const char *const *keys, size_t n_keys, const char *value)
{
    FILE *stream = context;
    if (strcmp(keys[0], "late") == 0) {
        return;
    }
    for (size_t i = 0; i < n_keys; i++) {
        fprintf(stream, "%zu:%s ", strlen(keys[i]), keys[i]);
    }
    fprintf(stream, "%zu:%s\n", strlen(value), value);
}

static bool add_rubric(FILE *stream, const char *path, struct error *error)
{
    size_t n_bytes;
    char *text = text_file_read(path, MAX_RUBRIC_BYTES, &n_bytes, error);
    bool ok = text != NULL && schema_visit(path, text, n_bytes, add_value, stream, error);
    free(text);
    return ok;
}

static bool add_traces(FILE *stream, const struct lab_settings *settings, struct error *error)
{
    for (size_t i = 0; i < settings->n_traces; i++) {
        const struct trace_choice *one = &settings->traces[i];
        if (one->generator != NULL) { // what the rubric's text says
            continue;
        }
        const char *path = one->path;
        const char *slash = strrchr(path, '/');
        fputs(one->hidden ? "hidden " : "", stream);
        if (!add(stream, slash == NULL ? path : slash + 1, path)) {
            return error_at(error, path, 0, 0, "this trace cannot be read");
        }
    }
    return true;
}

bool batch_grade_hash(const struct judge *judge, char **hash, struct error *error)
{
    char *text = NULL;
    size_t n_bytes;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    const struct rubric *rubric = &judge->rubric;
    char *compiler = xasprintf("/usr/bin/%s", rubric->settings.build.compiler);
    char *machine = paths_in_root(rubric->settings.modules.machine); // a preset is no file
    add_programs(stream);
    add_project(stream);
    add(stream, "compiler", compiler);
    add(stream, "machine", machine);
    bool ok =
        add_rubric(stream, rubric->path, error) && add_traces(stream, &rubric->settings, error);
    fclose(stream);
    *hash = ok ? content_hash_text(text) : NULL;
    free(compiler);
    free(machine);
    free(text);
    return ok;
}

double batch_grade_max_seconds(const struct judge *judge)
{
    const struct lab_settings *settings = &judge->rubric.settings;
    return 60 + PASSES_PER_TRACE * (settings->limits.build_seconds +
                                    settings->limits.trace_seconds * (double)settings->n_traces);
}

// --- One submission ---------------------------------------------------------------------------

/// Why nothing of it can be built; allocated, without the path that is nothing to a student. NULL
/// when it can be tried.
static char *refusal(const struct judge *judge, const struct submission_entry *entry)
{
    if (entry->refused != NULL) {
        return xstrdup(entry->refused);
    }
    struct error error;
    struct collection collection;
    char *folder = scratch_make();
    bool taken =
        collect(&collection, entry->path, judge->rubric.settings.build.entry, NULL, folder, &error);
    if (taken) {
        collection_free(&collection);
    }
    scratch_remove(folder);
    size_t n = strlen(entry->path);
    bool has_path = !taken && strncmp(error.text, entry->path, n) == 0;
    const char *reason = error.text + (has_path ? n + strspn(error.text + n, ":/ ") : 0);
    return taken ? NULL : printable_line(reason);
}

/// Whether a roster names what is not there: the intake's reason is that of stat(2).
static bool is_missing(const struct submission_entry *entry)
{
    return entry->refused != NULL && strcmp(entry->refused, strerror(ENOENT)) == 0;
}

static void make_refused(const struct judge *judge, const struct submission_entry *entry,
                         const char *reason, struct result *result)
{
    bool is_there = !is_missing(entry);
    const char *what = is_there ? "of this submission was built" : "was handed in";
    *result =
        (struct result){.lab = xstrdup(judge->rubric.lab), .rubric = xstrdup(judge->rubric.path)};
    result->build.verdict = verdict_new(is_there ? "REFUSED" : "NOT_HANDED_IN", 0, 0);
    free(result->build.verdict->message);
    result->build.verdict->message = xasprintf("Nothing %s: %s.", what, reason);
    score_result(&judge->rubric, result);
}

bool batch_grade_entry(const struct judge *judge, const struct submission_entry *entry,
                       const char *path)
{
    struct error error;
    struct result result;
    struct job job = {.submission = entry->path,
                      .student = entry->student_id == NULL ? entry->name : entry->student_id};
    char *reason = refusal(judge, entry);
    if (reason != NULL) {
        make_refused(judge, entry, reason, &result);
    } else if (!judge_run(judge, job, &result)) {
        return false;
    }
    free(reason);
    free(result.submission); // where it lies is nothing to its student
    result.submission = printable_line(entry->name);
    struct format_options options = {0};
    bool written = format_write_file(format_find("json"), &result, path, &options, &error);
    if (!written) {
        note("%s", error.text);
    }
    result_free(&result);
    return written;
}

bool batch_grade_read(const char *json, size_t n_bytes, struct gradebook_row *row,
                      struct error *error)
{
    struct result result;
    if (!json_read_result(json, n_bytes, &result, error)) {
        return false;
    }
    struct export_source one = {0};
    course_of_result(&result, &one);
    const char *verdict = one.rows[0].first_verdict;
    row->status = result.build.ok ? GRADE_GRADED : GRADE_NOT_BUILT;
    row->score = one.rows[0].score;
    row->max_score = one.rows[0].max_score;
    row->first_verdict = verdict == NULL ? NULL : xstrdup(verdict);
    course_free(&one);
    result_free(&result);
    return true;
}
