// SPDX-License-Identifier: MIT
// A plain folder: each folder, file or archive in it is a submission, called by its name without
// the suffix. Where two would have one name, both keep their suffix.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/archive.h"
#include "grading/intake_kinds.h"
#include "harness/base/memory.h"

bool intake_folder_matches(const char *where)
{
    struct stat status;
    return stat(where, &status) == 0 && S_ISDIR(status.st_mode);
}

/// The name without the suffix of an archive or a C file; allocated.
static char *stem_of(const char *file_name)
{
    size_t n = strlen(file_name);
    size_t stem = archive_stem(file_name);
    if (stem == 0 && n > 2 && strcmp(file_name + n - 2, ".c") == 0) {
        stem = n - 2;
    }
    return xasprintf("%.*s", (int)(stem == 0 ? n : stem), file_name);
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/// Whether a name stands in the sorted list more than once.
static bool is_repeated(char **sorted, size_t n, const char *name)
{
    char **found = bsearch(&name, sorted, n, sizeof *sorted, compare_texts);
    return (found > sorted && strcmp(found[-1], name) == 0) ||
           (found + 1 < sorted + n && strcmp(found[1], name) == 0);
}

static void add_child(struct intake *intake, const char *where, const struct dirent *child,
                      const char *name)
{
    char *path = xasprintf("%s/%s", where, child->d_name);
    struct submission_entry *entry = intake_add(intake, name, path, NULL);
    struct stat status;
    if (lstat(path, &status) != 0 || S_ISLNK(status.st_mode)) {
        intake_refuse(entry, "is a link; hand in the file itself");
    }
    free(path);
}

bool intake_folder_read(const char *where, struct intake *intake, struct error *error)
{
    struct intake_names names;
    if (!intake_names_read(&names, where, error)) {
        return false;
    }
    char **stems = xcalloc(names.n, sizeof *stems);
    char **taken = xcalloc(2 * names.n, sizeof *taken); // stems, and full names that differ
    size_t n_taken = 0;
    for (size_t i = 0; i < names.n; i++) {
        stems[i] = stem_of(names.list[i]->d_name);
        taken[n_taken++] = stems[i];
        if (strcmp(stems[i], names.list[i]->d_name) != 0) {
            taken[n_taken++] = names.list[i]->d_name;
        }
    }
    qsort(taken, n_taken, sizeof *taken, compare_texts);
    for (size_t i = 0; i < names.n; i++) {
        const char *full = names.list[i]->d_name;
        add_child(intake, where, names.list[i],
                  is_repeated(taken, n_taken, stems[i]) ? full : stems[i]);
    }
    for (size_t i = 0; i < names.n; i++) {
        free(stems[i]);
    }
    free(stems);
    free(taken);
    intake_names_free(&names);
    return true;
}
