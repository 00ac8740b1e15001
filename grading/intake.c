// SPDX-License-Identifier: MIT
// Finding submissions: the kinds of places, what of them can be graded, unpacking, names of files.
#include "grading/intake.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grading/archive.h"
#include "grading/intake_kinds.h"
#include "grading/roster.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/scratch.h"

struct intake_kind {
    const char *name;
    bool (*matches)(const char *where);
    bool (*read)(const char *where, struct intake *intake, struct error *error);
};

/// In the order of recognition, the strictest first.
static const struct intake_kind kinds[] = {
    {"roster", roster_matches, roster_read},
    {"Gradescope download", intake_gradescope_matches, intake_gradescope_read},
    {"Autolab download", intake_autolab_matches, intake_autolab_read},
    {"folder", intake_folder_matches, intake_folder_read},
};

// --- For the kinds ----------------------------------------------------------------------------

struct submission_entry *intake_add(struct intake *intake, const char *name, const char *path,
                                    const char *student_id)
{
    intake->entries =
        xreallocarray(intake->entries, intake->n_entries + 1, sizeof *intake->entries);
    struct submission_entry *entry = &intake->entries[intake->n_entries++];
    *entry = (struct submission_entry){.name = xstrdup(name), .path = xstrdup(path)};
    entry->student_id = student_id == NULL ? NULL : xstrdup(student_id);
    return entry;
}

void intake_refuse(struct submission_entry *entry, const char *reason)
{
    free(entry->path);
    free(entry->refused);
    entry->path = NULL;
    entry->refused = printable_line(reason);
}

static int is_shown(const struct dirent *child)
{
    return child->d_name[0] != '.' && strcmp(child->d_name, "__MACOSX") != 0;
}

static int compare_children(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

bool intake_names_read(struct intake_names *names, const char *folder, struct error *error)
{
    *names = (struct intake_names){0};
    int n = scandir(folder, &names->list, is_shown, compare_children);
    names->n = n < 0 ? 0 : (size_t)n;
    return n >= 0 || error_at(error, folder, 0, 0, "%s", strerror(errno));
}

void intake_names_free(struct intake_names *names)
{
    for (size_t i = 0; i < names->n; i++) {
        free(names->list[i]);
    }
    free(names->list);
}

char *intake_child(const char *folder, const char *name, unsigned type)
{
    char *path = xasprintf("%s/%s", folder, name);
    struct stat status;
    if (lstat(path, &status) == 0 && (status.st_mode & S_IFMT) == type) {
        return path;
    }
    free(path);
    return NULL;
}

// --- What can be graded -----------------------------------------------------------------------

/// Unpacks into a new folder, which becomes the entry's path.
static void unpack(struct submission_entry *entry, const char *archive,
                   const struct intake_plan *plan, struct intake *intake)
{
    struct error error;
    if (plan->unpack_into == NULL && intake->scratch == NULL) {
        intake->scratch = scratch_make();
    }
    char *name = intake_file_name(entry->name);
    char *folder =
        xasprintf("%s/%s", plan->unpack_into == NULL ? intake->scratch : plan->unpack_into, name);
    if (!scratch_remove_tree(folder) || mkdir(folder, 0700) != 0) {
        die("cannot unpack into %s: %s", folder, strerror(errno));
    }
    if (archive_unpack(archive, folder, &error)) {
        free(entry->path);
        entry->path = xstrdup(folder);
    } else {
        intake_refuse(entry, error.text);
        scratch_remove_tree(folder);
    }
    free(folder);
    free(name);
}

/// The archive that is all that a folder shows, or NULL; allocated.
static char *only_archive(const char *folder)
{
    struct intake_names names;
    struct error ignored;
    if (!intake_names_read(&names, folder, &ignored)) {
        return NULL;
    }
    bool alone = names.n == 1 && archive_stem(names.list[0]->d_name) > 0;
    char *path = alone ? intake_child(folder, names.list[0]->d_name, S_IFREG) : NULL;
    intake_names_free(&names);
    return path;
}

static bool is_c_file(const char *path)
{
    size_t n = strlen(path);
    return n > 2 && strcmp(path + n - 2, ".c") == 0;
}

/// Sees to it that the entry's path can be graded, or refuses the entry.
static void settle(struct submission_entry *entry, const struct intake_plan *plan,
                   struct intake *intake)
{
    struct stat status;
    if (entry->refused != NULL) {
        return;
    }
    if (stat(entry->path, &status) != 0) {
        intake_refuse(entry, strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        char *archive = only_archive(entry->path);
        if (archive != NULL) {
            unpack(entry, archive, plan, intake);
        }
        free(archive);
    } else if (!S_ISREG(status.st_mode)) {
        intake_refuse(entry, "is neither a file nor a folder");
    } else if (archive_stem(entry->path) > 0) {
        char *archive = xstrdup(entry->path);
        unpack(entry, archive, plan, intake);
        free(archive);
    } else if (!is_c_file(entry->path)) {
        intake_refuse(entry, "is neither a .c file nor a folder nor an archive (zip, tar, tar.gz, "
                             "tar.bz2, tar.xz, 7z)");
    }
}

static int compare_entries(const void *left, const void *right)
{
    const struct submission_entry *a = left;
    const struct submission_entry *b = right;
    return strcmp(a->name, b->name);
}

/// Refuses a folder that is itself a submission: its files would be taken for one each.
static bool check_not_single(const char *where, const char *expected, struct error *error)
{
    while (expected != NULL && *expected != '\0') {
        size_t n = strcspn(expected, " ");
        char *name = xasprintf("%.*s", (int)n, expected);
        char *path = intake_child(where, name, S_IFREG);
        if (path != NULL) {
            error_at(error, where, 0, 0,
                     "holds %s itself, so it is one submission (mmgrade grade); a batch takes the "
                     "folder above",
                     name);
        }
        free(name);
        free(path);
        if (path != NULL) {
            return false;
        }
        expected += n + strspn(expected + n, " ");
    }
    return true;
}

static bool read_kind(const char *where, const struct intake_plan *plan, struct intake *intake,
                      struct error *error)
{
    struct stat status;
    if (stat(where, &status) != 0) {
        return error_at(error, where, 0, 0, "%s", strerror(errno));
    }
    if (!check_not_single(where, plan->expected, error)) {
        return false;
    }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].matches(where)) {
            intake->kind = kinds[i].name;
            return kinds[i].read(where, intake, error) &&
                   (intake->n_entries > 0 || error_at(error, where, 0, 0, "holds no submissions"));
        }
    }
    return error_at(error, where, 0, 0,
                    archive_stem(where) > 0 ? "is an archive; unpack what was downloaded first"
                                            : "is neither a folder nor a roster (.csv)");
}

bool intake_read(const char *where, const struct intake_plan *plan, struct intake *intake,
                 struct error *error)
{
    *intake = (struct intake){0};
    bool ok = read_kind(where, plan, intake, error);
    if (ok && plan->unpack_into != NULL && mkdir(plan->unpack_into, 0700) != 0 && errno != EEXIST) {
        ok = error_at(error, plan->unpack_into, 0, 0, "%s", strerror(errno));
    }
    if (ok) {
        qsort(intake->entries, intake->n_entries, sizeof *intake->entries, compare_entries);
    }
    for (size_t i = 0; ok && i < intake->n_entries; i++) {
        settle(&intake->entries[i], plan, intake);
        ok = interrupt_seen() == 0 || error_at(error, where, 0, 0, "interrupted");
    }
    if (!ok) {
        intake_free(intake);
    }
    return ok;
}

void intake_free(struct intake *intake)
{
    for (size_t i = 0; i < intake->n_entries; i++) {
        free(intake->entries[i].name);
        free(intake->entries[i].path);
        free(intake->entries[i].refused);
        free(intake->entries[i].student_id);
    }
    free(intake->entries);
    scratch_remove(intake->scratch);
    *intake = (struct intake){0};
}

// --- Names of files ---------------------------------------------------------------------------

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/.
static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * UINT64_C(1099511628211);
    }
    return hash;
}

char *intake_file_name(const char *name)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               " ._-@+,=";
    char *shown = printable_line(name);
    char *file_name = xcalloc(3 * strlen(name) + INTAKE_FILE_NAME_MAX + 1, 1);
    char *to = file_name;
    for (size_t i = 0; name[i] != '\0'; i++) {
        unsigned char byte = (unsigned char)name[i];
        // Of two bytes or more only what is well-formed comes back unchanged.
        bool stays = byte < 0x80 ? strchr(safe, byte) != NULL : shown[i] == name[i];
        stays = stays && !(i == 0 && (byte == '.' || byte == '-'));
        to += stays ? (*to = name[i], 1) : sprintf(to, "%%%02X", byte);
    }
    if (to - file_name > INTAKE_FILE_NAME_MAX) {
        size_t kept = INTAKE_FILE_NAME_MAX - strlen("%~0123456789abcdef");
        // Not in the middle of a character.
        while (kept > 0 && ((unsigned char)file_name[kept] & 0xc0) == 0x80) {
            kept--;
        }
        sprintf(file_name + kept, "%%~%016llx", (unsigned long long)hash_name(name));
    }
    free(shown);
    return file_name;
}
