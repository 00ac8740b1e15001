// SPDX-License-Identifier: MIT
// An Autolab download: files EMAIL_VERSION_FILE, as jane@uni.edu_3_mm.c. Of each student the
// highest version counts; the others are passed over.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/intake_kinds.h"
#include "harness/base/memory.h"

struct handin {
    char *email;
    unsigned long version;
    const char *file_name; ///< the whole of it
};

/// Splits a file's name; false when it has not this form. A domain holds no '_', an address may.
static bool split(const char *file_name, struct handin *handin)
{
    const char *at = strchr(file_name, '@');
    const char *mark = at == NULL || at == file_name ? NULL : strchr(at, '_');
    size_t n_digits = mark == NULL ? 0 : strspn(mark + 1, "0123456789");
    if (n_digits == 0 || n_digits > 9 || mark[1 + n_digits] != '_' || mark[2 + n_digits] == '\0') {
        return false;
    }
    *handin = (struct handin){.version = strtoul(mark + 1, NULL, 10), .file_name = file_name};
    handin->email = xasprintf("%.*s", (int)(mark - file_name), file_name);
    return true;
}

/// True when the folder holds such files and nothing else.
bool intake_autolab_matches(const char *where)
{
    struct intake_names names;
    struct error ignored;
    if (!intake_names_read(&names, where, &ignored)) {
        return false;
    }
    bool all = names.n > 0;
    for (size_t i = 0; all && i < names.n; i++) {
        struct handin handin = {0};
        all = names.list[i]->d_type != DT_DIR && split(names.list[i]->d_name, &handin);
        free(handin.email);
    }
    intake_names_free(&names);
    return all;
}

static int compare(const void *left, const void *right)
{
    const struct handin *a = left;
    const struct handin *b = right;
    int order = strcmp(a->email, b->email);
    return order != 0 ? order : (a->version > b->version) - (a->version < b->version);
}

static void add(struct intake *intake, const char *where, const struct handin *handin)
{
    char *path = intake_child(where, handin->file_name, S_IFREG);
    struct submission_entry *entry =
        intake_add(intake, handin->email, path == NULL ? "" : path, handin->email);
    if (path == NULL) {
        intake_refuse(entry, "is no regular file");
    }
    free(path);
}

bool intake_autolab_read(const char *where, struct intake *intake, struct error *error)
{
    struct intake_names names;
    if (!intake_names_read(&names, where, error)) {
        return false;
    }
    struct handin *handins = xcalloc(names.n, sizeof *handins);
    for (size_t i = 0; i < names.n; i++) {
        split(names.list[i]->d_name, &handins[i]);
    }
    qsort(handins, names.n, sizeof *handins, compare);
    for (size_t i = 0; i < names.n; i++) {
        if (i + 1 == names.n || strcmp(handins[i].email, handins[i + 1].email) != 0) {
            add(intake, where, &handins[i]);
        }
    }
    for (size_t i = 0; i < names.n; i++) {
        free(handins[i].email);
    }
    free(handins);
    intake_names_free(&names);
    return true;
}
