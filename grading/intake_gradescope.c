// SPDX-License-Identifier: MIT
// A Gradescope download: submission_NNN/ for each submission, and submission_metadata.yml:
//
//     submission_123:
//       :submitters:
//       - :name: Jane Doe
//         :sid: '4711'
//         :email: jane@uni.edu
//       :created_at: 2026-03-01 18:00:00.000000000 Z
//
// What the file lists is looked for; a folder that it does not list is taken without a student.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/intake_kinds.h"
#include "grading/timestamp.h"
#include "harness/base/memory.h"
#include "harness/base/schema.h"
#include "harness/base/text_file.h"

#define METADATA_MAX_BYTES ((size_t)256 << 20) ///< it also holds everything that a grader printed

struct reading {
    const char *where;
    struct intake *intake;
};

bool intake_gradescope_matches(const char *where)
{
    char *metadata = intake_child(where, INTAKE_METADATA, S_IFREG);
    free(metadata);
    return metadata != NULL;
}

static void add_submission(struct reading *reading, const char *name)
{
    char *path = intake_child(reading->where, name, S_IFDIR);
    struct submission_entry *entry =
        intake_add(reading->intake, name, path == NULL ? "" : path, NULL);
    if (path == NULL) {
        intake_refuse(entry, "is listed in " INTAKE_METADATA ", but there is no such folder");
    }
    free(path);
}

/// Appends one of a group's student numbers.
static void add_student(struct submission_entry *entry, const char *id)
{
    char *longer =
        entry->student_id == NULL ? xstrdup(id) : xasprintf("%s;%s", entry->student_id, id);
    free(entry->student_id);
    entry->student_id = longer;
}

static void visit(void *context, const char *const *keys, size_t n_keys, const char *value)
{
    struct reading *reading = context;
    struct intake *intake = reading->intake;
    if (n_keys < 2 || strchr(keys[0], '/') != NULL || *keys[0] == '\0') {
        return;
    }
    if (intake->n_entries == 0 ||
        strcmp(intake->entries[intake->n_entries - 1].name, keys[0]) != 0) {
        add_submission(reading, keys[0]);
    }
    struct submission_entry *entry = &intake->entries[intake->n_entries - 1];
    if (n_keys == 2 && strcmp(keys[1], ":created_at") == 0) {
        timestamp_parse(value, &entry->submitted_at);
    } else if (n_keys == 4 && strcmp(keys[1], ":submitters") == 0 && strcmp(keys[3], ":sid") == 0 &&
               *value != '\0') {
        add_student(entry, value);
    }
}

static int compare_names(const void *left, const void *right)
{
    const struct submission_entry *a = left;
    const struct submission_entry *b = right;
    return strcmp(a->name, b->name);
}

/// Folders that the file does not list.
static bool add_unlisted(const char *where, struct intake *intake, struct error *error)
{
    struct intake_names names;
    if (!intake_names_read(&names, where, error)) {
        return false;
    }
    size_t n_listed = intake->n_entries;
    if (n_listed > 0) {
        qsort(intake->entries, n_listed, sizeof *intake->entries, compare_names);
    }
    for (size_t i = 0; i < names.n; i++) {
        struct submission_entry wanted = {.name = names.list[i]->d_name};
        char *path = intake_child(where, wanted.name, S_IFDIR);
        if (path != NULL && (n_listed == 0 || bsearch(&wanted, intake->entries, n_listed,
                                                      sizeof wanted, compare_names) == NULL)) {
            intake_add(intake, wanted.name, path, NULL);
        }
        free(path);
    }
    intake_names_free(&names);
    return true;
}

bool intake_gradescope_read(const char *where, struct intake *intake, struct error *error)
{
    struct reading reading = {.where = where, .intake = intake};
    char *path = xasprintf("%s/" INTAKE_METADATA, where);
    size_t n_bytes;
    char *text = text_file_read(path, METADATA_MAX_BYTES, &n_bytes, error);
    bool ok = text != NULL && schema_visit(path, text, n_bytes, visit, &reading, error) &&
              add_unlisted(where, intake, error);
    free(text);
    free(path);
    return ok;
}
