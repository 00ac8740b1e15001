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
#include "harness/cli/batch_publish.h"
#include "harness/cli/names.h"
#include "reports/course.h"
#include "reports/exporters.h"
#include "reports/late_report.h"
#include "reports/leaderboard_names.h"
#include "reports/statistics.h"

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
    struct leaderboard_key key;
    bool ok = lock(folder, error) && make_folder(results, error) && make_folder(feedback, error) &&
              leaderboard_key_make(folder, &key, error);
    free(results);
    free(feedback);
    return ok;
}

// --- All of them ------------------------------------------------------------------------------

struct course {
    const char *folder;
    const struct late_rules *late;
    struct export_source source;
    size_t n_published;
    struct names file_names; ///< in the order of the rows
};

/// The first pass: who is in the course, with points that count.
static void add_row(void *context, const struct gradebook_row *row)
{
    struct course *course = context;
    struct export_source *source = &course->source;
    const char *verdict = row->first_verdict;
    source->rows = xreallocarray(source->rows, source->n_rows + 1, sizeof *source->rows);
    source->rows[source->n_rows++] =
        (struct export_row){.name = xstrdup(row->name),
                            .status = xstrdup(grade_status_name(row->status)),
                            .score = late_rules_apply(course->late, row).score,
                            .max_score = row->max_score,
                            .first_verdict = verdict == NULL ? NULL : xstrdup(verdict)};
    char *name = intake_file_name(row->name);
    names_add(&course->file_names, name);
    free(name);
}

/// The second pass, once all pseudonyms are known.
static void publish_row(void *context, const struct gradebook_row *row)
{
    struct course *course = context;
    batch_publish(course->folder, row, course->late, &course->source.rows[course->n_published++]);
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

static void write_export(const struct course *course, const char *format, const char *file)
{
    struct error error;
    char *path = xasprintf("%s/%s", course->folder, file);
    if (!exporter_find(format)->write(&course->source, path, &error)) {
        die("%s", error.text);
    }
    free(path);
}

struct late_list {
    const struct late_rules *rules;
    FILE *stream;
};

static void add_late_line(void *context, const struct gradebook_row *row)
{
    struct late_list *list = context;
    struct late_outcome outcome = late_rules_apply(list->rules, row);
    late_report_line(list->stream, row->name, &outcome);
}

/// A list of another policy must not be left.
static void write_late(const struct course *course, struct gradebook *gradebook)
{
    char *path = xasprintf("%s/late.csv", course->folder);
    char *text;
    size_t n_bytes;
    struct late_list list = {.rules = course->late, .stream = xopen_memstream(&text, &n_bytes)};
    late_report_head(list.stream);
    gradebook_each(gradebook, add_late_line, &list);
    fclose(list.stream);
    if (course->late->policy.is_set) {
        batch_publish_text(path, text);
    } else {
        unlink(path);
    }
    free(text);
    free(path);
}

static void draw_statistics(const struct course *course)
{
    struct error error;
    struct statistics statistics;
    statistics_collect(&statistics, &course->source);
    if (!statistics_draw(&statistics, course->folder, &error)) {
        note("no picture of the statistics: %s", error.text);
    }
    statistics_free(&statistics);
}

void batch_folder_write(const char *folder, struct gradebook *gradebook,
                        const struct late_rules *late)
{
    struct error error;
    struct leaderboard_key key;
    struct course course = {.folder = folder, .late = late};
    if (!leaderboard_key_read(folder, &key, &error)) {
        die("%s", error.text);
    }
    gradebook_each(gradebook, add_row, &course);
    leaderboard_name(&course.source, &key);
    gradebook_each(gradebook, publish_row, &course);
    write_export(&course, "csv", "grades.csv");
    write_late(&course, gradebook);
    write_export(&course, "leaderboard", "leaderboard.txt");
    write_export(&course, "leaderboard-csv", "leaderboard.csv");
    write_export(&course, "statistics", "statistics.txt");
    draw_statistics(&course);
    if (course.file_names.n_items > 0) {
        qsort(course.file_names.items, course.file_names.n_items, sizeof(char *), compare_names);
        remove_others(&course, "results", ".json");
        remove_others(&course, "feedback", ".txt");
    }
    names_free(&course.file_names);
    course_free(&course.source);
}
