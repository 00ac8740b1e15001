// SPDX-License-Identifier: MIT
// The C sources of each submission in a folder of its own, as tools that compare them want it:
// moss -d FOLDER/*/*, jplag FOLDER, dolos FOLDER/**/*.c. Names are made safe by intake_file_name.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/exporters.h"

#define MAX_DEPTH 8
#define MAX_FILE_BYTES ((off_t)8 << 20)

static bool is_source(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && (strcmp(dot, ".c") == 0 || strcmp(dot, ".h") == 0);
}

static bool make_folder(const char *path, struct error *error)
{
    return mkdir(path, 0777) == 0 ||
           error_at(error, path, 0, 0, "cannot be made: %s", strerror(errno));
}

static bool copy_bytes(int from, int to)
{
    char bytes[1 << 16];
    ssize_t n;
    while ((n = read(from, bytes, sizeof bytes)) > 0) {
        for (ssize_t done = 0, more; done < n; done += more) {
            more = write(to, bytes + done, (size_t)(n - done));
            if (more < 0) {
                return false;
            }
        }
    }
    return n == 0;
}

/// Links, devices and what is too large to be a source are left out.
static bool copy_file(const char *from, const char *to, struct error *error)
{
    struct stat status;
    int source = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (source < 0) {
        return errno == ELOOP || error_at(error, from, 0, 0, "cannot be read: %s", strerror(errno));
    }
    bool ok = true;
    if (fstat(source, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_size <= MAX_FILE_BYTES) {
        int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        ok = target >= 0 && copy_bytes(source, target);
        ok = (target < 0 || close(target) == 0) && ok;
        if (!ok) {
            error_at(error, to, 0, 0, "cannot be written: %s", strerror(errno));
        }
    }
    close(source);
    return ok;
}

static bool copy_folder(const char *from, const char *to, size_t depth, struct error *error);

static bool copy_child(const char *folder, const struct dirent *child, const char *to, size_t depth,
                       struct error *error)
{
    struct stat status;
    bool ok = true;
    char *name = intake_file_name(child->d_name);
    char *from = xasprintf("%s/%s", folder, child->d_name);
    char *target = xasprintf("%s/%s", to, name);
    if (lstat(from, &status) != 0) {
        ok = error_at(error, from, 0, 0, "cannot be read: %s", strerror(errno));
    } else if (S_ISDIR(status.st_mode) && depth < MAX_DEPTH) {
        ok = make_folder(target, error) && copy_folder(from, target, depth + 1, error);
        rmdir(target); // one without sources
    } else if (is_source(child->d_name)) {
        ok = copy_file(from, target, error);
    }
    free(target);
    free(from);
    free(name);
    return ok;
}

static bool copy_folder(const char *from, const char *to, size_t depth, struct error *error)
{
    DIR *folder = opendir(from);
    if (folder == NULL) {
        return error_at(error, from, 0, 0, "cannot be read: %s", strerror(errno));
    }
    bool ok = true;
    for (const struct dirent *child; ok && (child = readdir(folder)) != NULL;) {
        ok = child->d_name[0] == '.' || copy_child(from, child, to, depth, error);
    }
    closedir(folder);
    return ok;
}

/// One submission's folder; a refused one is noted and left out.
static bool copy_submission(const struct submission_entry *entry, const char *folder,
                            struct error *error)
{
    char *name = intake_file_name(entry->name);
    char *to = xasprintf("%s/%s", folder, name);
    struct stat status;
    bool ok = true;
    if (entry->refused != NULL) {
        char *shown = printable_line(entry->name);
        note("'%s' is left out: %s", shown, entry->refused);
        free(shown);
    } else if (stat(entry->path, &status) == 0 && S_ISDIR(status.st_mode)) {
        ok = make_folder(to, error) && copy_folder(entry->path, to, 0, error);
    } else {
        const char *slash = strrchr(entry->path, '/');
        char *file = intake_file_name(slash == NULL ? entry->path : slash + 1);
        char *target = xasprintf("%s/%s", to, file);
        ok = make_folder(to, error) && copy_file(entry->path, target, error);
        free(target);
        free(file);
    }
    free(to);
    free(name);
    return ok;
}

bool export_plagiarism(const struct export_source *source, const char *path, struct error *error)
{
    struct intake intake;
    struct intake_plan plan = {.expected = ""};
    if (!intake_read(source->submissions, &plan, &intake, error)) {
        return false;
    }
    bool ok = make_folder(path, error);
    for (size_t i = 0; ok && i < intake.n_entries; i++) {
        ok = copy_submission(&intake.entries[i], path, error);
    }
    intake_free(&intake);
    return ok;
}
