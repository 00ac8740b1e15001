// SPDX-License-Identifier: MIT
// Files of a batch, each replaced whole.
#include "harness/cli/batch_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake.h"
#include "harness/base/memory.h"
#include "harness/base/text_file.h"
#include "harness/cli/names.h"
#include "reports/exporters.h"
#include "reports/formats.h"
#include "reports/json_read.h"
#include "reports/replace.h"

// --- Opening ----------------------------------------------------------------------------------

static bool make_folder(const char *path, struct error *error)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           error_at(error, path, 0, 0, "cannot be made: %s", strerror(errno));
}

/// Whether `folder` is `above` or lies below it.
static bool lies_in(const char *folder, const char *above)
{
    char *inner = realpath(folder, NULL);
    char *outer = realpath(above, NULL);
    size_t n = outer == NULL ? 0 : strlen(outer);
    bool lies = n > 0 && inner != NULL && strncmp(inner, outer, n) == 0 &&
                (inner[n] == '/' || inner[n] == '\0');
    free(inner);
    free(outer);
    return lies;
}

/// A lock of the process, which children do not inherit: it is free once a killed batch is gone.
static bool lock(const char *folder, struct error *error)
{
    char *path = xasprintf("%s/lock", folder);
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool locked = fd >= 0 && fcntl(fd, F_SETLK, &whole) == 0;
    if (!locked) {
        bool is_held = fd >= 0 && (errno == EAGAIN || errno == EACCES);
        error_at(error, is_held ? folder : path, 0, 0, "%s",
                 is_held ? "another batch is writing here" : strerror(errno));
    }
    free(path);
    return locked;
}

bool batch_folder_open(const char *folder, const char *submissions, struct error *error)
{
    if (!make_folder(folder, error)) {
        return false;
    }
    if (lies_in(folder, submissions)) {
        rmdir(folder); // which does nothing to one that holds something
        return error_at(error, folder, 0, 0,
                        "lies within the submissions and would be taken for one; choose another "
                        "folder for --out");
    }
    char *results = xasprintf("%s/results", folder);
    char *feedback = xasprintf("%s/feedback", folder);
    bool ok = lock(folder, error) && make_folder(results, error) && make_folder(feedback, error);
    free(results);
    free(feedback);
    return ok;
}

// --- One submission ---------------------------------------------------------------------------

static bool holds(const char *path, const char *text)
{
    struct error ignored;
    size_t n_bytes;
    char *old = text_file_read(path, strlen(text), &n_bytes, &ignored);
    bool same = old != NULL && strcmp(old, text) == 0;
    free(old);
    return same;
}

static void write_text(const char *path, const char *text)
{
    struct error error;
    struct replacement replacement;
    bool ok = replace_begin(&replacement, path, &error);
    if (ok) {
        fputs(text, replacement.stream);
        ok = replace_finish(&replacement, &error);
    }
    if (!ok) {
        die("%s", error.text);
    }
}

/// The commands that reproduce a fault name places of this machine, which are nothing to students.
static void forget_commands(struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        struct verdict *verdict = result->cases[i].verdict;
        if (verdict != NULL) {
            free(verdict->reproduce);
            verdict->reproduce = NULL;
        }
    }
}

static void write_feedback(const char *path, const char *json)
{
    struct error error;
    struct result result;
    struct format_options options = {0};
    bool ok = json_read_result(json, strlen(json), &result, &error);
    if (ok) {
        forget_commands(&result);
        ok = format_write_file(format_find("feedback"), &result, path, &options, &error);
    }
    if (!ok) {
        die("%s: %s", path, error.text);
    }
    result_free(&result);
}

void batch_folder_publish(const char *folder, const struct gradebook_row *row)
{
    char *name = intake_file_name(row->name);
    char *result = xasprintf("%s/results/%s.json", folder, name);
    char *feedback = xasprintf("%s/feedback/%s.txt", folder, name);
    if (row->result_json == NULL) {
        unlink(result);
        unlink(feedback);
    } else if (!holds(result, row->result_json) || access(feedback, F_OK) != 0) {
        write_feedback(feedback, row->result_json);
        write_text(result, row->result_json);
    }
    free(feedback);
    free(result);
    free(name);
}

// --- All of them ------------------------------------------------------------------------------

struct course {
    const char *folder;
    struct export_source source;
    struct names file_names; ///< in the order of the rows
};

static void add_row(void *context, const struct gradebook_row *row)
{
    struct course *course = context;
    struct export_source *source = &course->source;
    const char *verdict = row->first_verdict;
    batch_folder_publish(course->folder, row);
    source->rows = xreallocarray(source->rows, source->n_rows + 1, sizeof *source->rows);
    source->rows[source->n_rows++] =
        (struct export_row){.name = xstrdup(row->name),
                            .status = xstrdup(grade_status_name(row->status)),
                            .score = row->score,
                            .max_score = row->max_score,
                            .first_verdict = verdict == NULL ? NULL : xstrdup(verdict)};
    char *name = intake_file_name(row->name);
    names_add(&course->file_names, name);
    free(name);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/// Removes the files NAME + suffix of submissions that are not in the course.
static void remove_others(const struct course *course, const char *subfolder, const char *suffix)
{
    char *path = xasprintf("%s/%s", course->folder, subfolder);
    DIR *folder = opendir(path);
    const struct names *known = &course->file_names;
    for (struct dirent *child; folder != NULL && (child = readdir(folder)) != NULL;) {
        size_t n = strlen(child->d_name);
        size_t n_suffix = strlen(suffix);
        if (n <= n_suffix || strcmp(child->d_name + n - n_suffix, suffix) != 0) {
            continue;
        }
        char *name = xasprintf("%.*s", (int)(n - n_suffix), child->d_name);
        if (bsearch(&name, known->items, known->n_items, sizeof name, compare_names) == NULL) {
            unlinkat(dirfd(folder), child->d_name, 0);
        }
        free(name);
    }
    if (folder != NULL) {
        closedir(folder);
    }
    free(path);
}

void batch_folder_write(const char *folder, struct gradebook *gradebook)
{
    struct error error;
    struct course course = {.folder = folder};
    gradebook_each(gradebook, add_row, &course);
    char *grades = xasprintf("%s/grades.csv", folder);
    if (!exporter_find("csv")->write(&course.source, grades, &error)) {
        die("%s", error.text);
    }
    if (course.file_names.n_items > 0) {
        qsort(course.file_names.items, course.file_names.n_items, sizeof(char *), compare_names);
        remove_others(&course, "results", ".json");
        remove_others(&course, "feedback", ".txt");
    }
    free(grades);
    names_free(&course.file_names);
    for (size_t i = 0; i < course.source.n_rows; i++) {
        struct export_row *row = &course.source.rows[i];
        free(row->name);
        free(row->status);
        free(row->first_verdict);
    }
    free(course.source.rows);
}
