// SPDX-License-Identifier: MIT
// From a submission's name to its folder, and what lies there.
#include "reports/report_folder.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/cpus.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/baseline.h"
#include "reports/formats.h"
#include "reports/plot.h"

/// The last component without ".c"; "" for "." and "/".
static char *stem_of(const char *path)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    if (end - start > 2 && strncmp(path + end - 2, ".c", 2) == 0) {
        end -= 2;
    }
    bool only_dots = strspn(path + start, ".") >= end - start;
    return only_dots ? xstrdup("") : xasprintf("%.*s", (int)(end - start), path + start);
}

char *report_folder_name(const char *parent, const char *lab, const char *submission)
{
    char *stem = stem_of(submission);
    char *real = *stem == '\0' ? realpath(submission, NULL) : NULL; // "." is its folder's name
    if (real != NULL) {
        free(stem);
        stem = stem_of(real);
    }
    char *name = *stem == '\0' ? xstrdup("submission") : printable(stem, strlen(stem));
    for (char *c = name; *c != '\0'; c++) {
        *c = iscntrl((unsigned char)*c) || *c == '?' || (*c == '.' && c == name) ? '_' : *c;
    }
    char *folder = xasprintf("%s/%s/%s", parent, lab, name);
    free(name);
    free(real);
    free(stem);
    return folder;
}

/// Like mkdir -p.
static bool make_folders(const char *folder, struct error *error)
{
    char *path = xstrdup(folder);
    bool fine = true;
    for (char *at = path + 1; fine && at != NULL; at++) {
        at = strchr(at, '/');
        if (at != NULL) {
            *at = '\0';
        }
        fine = mkdir(path, 0777) == 0 || errno == EEXIST ||
               error_at(error, path, 0, 0, "cannot be made: %s", strerror(errno));
        if (at == NULL) {
            break;
        }
        *at = '/';
    }
    free(path);
    return fine;
}

/// An empty one when there is none.
static struct baseline read_baseline(const char *rubric_path)
{
    struct baseline baseline = {0};
    struct error error;
    char *path = baseline_path(rubric_path);
    if (access(path, F_OK) == 0 && !baseline_read(&baseline, path, &error)) {
        note("%s; the pictures show no references", error.text);
        baseline = (struct baseline){0};
    }
    free(path);
    return baseline;
}

static void draw(const char *folder, const struct rubric *rubric, const struct result *result)
{
    struct baseline baseline = read_baseline(rubric->path);
    const struct lab_settings *settings = &rubric->settings;
    struct plot_input input = {
        .result = result,
        .baseline = &baseline,
        .reference = lab_compares_throughput(settings) ? settings->speed.reference : NULL,
        .has_no_heap = lab_find(rubric->lab)->modules != 0,
        .n_cpus = cpus_count()};
    struct error error;
    if (!plot_draw(&input, folder, &error)) {
        note("no pictures: %s", error.text);
    }
    baseline_free(&baseline);
}

bool report_folder_write(const char *folder, const struct rubric *rubric,
                         const struct result *result, struct error *error)
{
    struct format_options options = {0};
    char *path = xasprintf("%s/result.json", folder);
    bool fine = make_folders(folder, error) &&
                format_write_file(format_find("json"), result, path, &options, error);
    if (fine) {
        plot_remove(folder);
    }
    if (fine && result->build.ok) {
        draw(folder, rubric, result);
    }
    free(path);
    return fine;
}
